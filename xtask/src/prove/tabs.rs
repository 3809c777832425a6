//! `prove tabs`: a visitor with up to eight tabs that are opened, closed, frozen and killed at random.

use anyhow::Result;

use super::rig::{Part, Proof, Table};

const PROOF: Proof = Proof {
    name: "tabs",
    program: "frontdesk-prove-tabs",
    tables: &[
        Table {
            head: "`cargo xtask prove tabs`. Up to 8 tabs in Chromium over HTTP/1.1, 1,000 random actions from a seed; every 50 of them \
                   all tabs are compared with each other and with the centre, and no tab shows what the agent says then. One long \
                   poll more than one is that of a frozen tab, whose place another has taken.\n\n\
                   | storage of the frames | opened | closed | killed | frozen | thawed | typed | agent wrote | messages | equal \
                   transcripts | messages that no tab showed | tones | polls of the centre at once | long polls at once | seconds | commit |\n\
                   | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n",
            parts: &[
                part("kept-1", "their own, seed 1", "kept 1000 --seed 1"),
                part("kept-2", "their own, seed 2", "kept 1000 --seed 2"),
                part("refused-1", "refused, seed 1", "refused 1000 --seed 1"),
                part("refused-2", "refused, seed 2", "refused 1000 --seed 2"),
            ],
        },
        Table {
            head: "Three tabs; the one that leads comes to its end, then the agent writes: until another tab shows it.\n\n\
                   | the tab that leads | times | median ms | longest ms | commit |\n| --- | ---: | ---: | ---: | --- |\n",
            parts: &[
                part("closed", "is closed; at most 2,000 ms", "closed 20"),
                part("crashed", "crashes without a word", "crashed 20"),
                part("frozen", "is frozen without a word; at most 10,000 ms", "frozen 20"),
            ],
        },
    ],
};

const fn part(name: &'static str, title: &'static str, words: &'static str) -> Part {
    Part { name, title, words }
}

/// Runs the parts of these names, or all, and writes the figures.
///
/// # Errors
///
/// A part that does not keep the promise, or cannot be run. Times are reported only.
pub(crate) fn run(names: &[String]) -> Result<()> {
    PROOF.run(names)
}
