//! `prove processes`: what arrives in real browsers while networks fail, and while proxies, stores and browsers are
//! killed.

use anyhow::Result;

use super::rig::{Part, Proof, Table};

const PROOF: Proof = Proof {
    name: "processes",
    program: "frontdesk-prove-processes",
    tables: &[Table {
        head: "`cargo xtask prove processes`. Ids deduplicated, poll destructive, history kept. Faults: begun, visitor to proxy + \
               proxy to centre. Recovery: milliseconds from the end of the last fault until all was delivered.\n\n\
               | what | up | down | lost | duplicated | inversions | unexpected | unconfirmed | kills | faults | requests per message | \
               recovery ms | seconds | commit |\n\
               | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n",
        parts: &[
            part("chromium", "a page in Chromium, faults 5 %", "chromium 1000"),
            part("firefox", "a page in Firefox, faults 5 %", "firefox 200"),
            part("webkit", "a page in WebKitGTK, faults 5 %", "webkit 200"),
            part("proxy-kills", "8 visitors, the proxy killed", "proxy-kills 50"),
            part("store-kills", "8 visitors, 2 proxies, Redis killed", "store-kills 20"),
            part("browser-kills", "a page, Chromium killed while sending", "browser-kills 20"),
            part(
                "rolling",
                "8 visitors, 3 proxies on Redis behind a balancer, restarted by turns",
                "rolling 30",
            ),
        ],
    }],
};

const fn part(name: &'static str, title: &'static str, words: &'static str) -> Part {
    Part { name, title, words }
}

/// Runs the parts of these names, or all, and writes the figures.
///
/// # Errors
///
/// A part that does not keep the promise, or cannot be run.
pub(crate) fn run(names: &[String]) -> Result<()> {
    PROOF.run(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_does_not_exist_is_named_with_those_that_do() {
        let error = run(&["safari".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("safari") && error.contains("webkit"), "{error}");
    }
}
