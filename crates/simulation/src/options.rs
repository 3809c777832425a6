//! One run: its seed, its faults, what the centre does, how much is said.

use clap::{Args, ValueEnum};
use frontdesk_planted::Bug;
pub use frontdesk_visitor::replay::switches::{MessageId, Poll};
use std::fmt;

/// What decides a run.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Decides everything that is left to chance.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// So many of a hundred exchanges meet a fault, on each way.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=50))]
    pub percent: u64,
    /// What the centre does with message ids.
    #[arg(long, default_value = "deduplicated")]
    pub message_id: MessageId,
    /// What the centre does with messages that a poll has answered.
    #[arg(long, default_value = "destructive")]
    pub poll: Poll,
    /// What the centre keeps for reading back.
    #[arg(long, default_value = "kept")]
    pub history: History,
    /// Proxies at the same time, over one store, each request to any of them.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=5))]
    pub proxies: u64,
    /// The centre replaces a visitor's token at every use, and not only when it has lapsed.
    #[arg(long)]
    pub always_new_tokens: bool,
    /// A bug that is planted, by its word.
    #[arg(long, value_name = "BUG", value_parser = bug)]
    pub planted: Option<Bug>,
    /// Visitors at the same time.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub visitors: u64,
    /// Messages of each visitor, and as many of the agent to each.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub messages: u64,
}

/// What the centre keeps for reading back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum History {
    /// Every message.
    Kept,
    /// Nothing.
    None,
}

impl History {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Kept, Self::None];

    /// The word for it in options and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::None => "none",
        }
    }
}

fn bug(word: &str) -> Result<Bug, String> {
    Bug::of(word).ok_or_else(|| format!("there are {}", Bug::ALL.map(Bug::word).join(", ")))
}

impl Options {
    /// Whether nothing at all may be lost, doubled or out of order.
    pub fn promises_all(&self) -> bool {
        self.message_id == MessageId::Deduplicated && self.keeps_down()
    }

    /// Whether nothing may be lost on the way down.
    pub fn keeps_down(&self) -> bool {
        self.poll == Poll::Repeats || self.history == History::Kept
    }

    /// Whether the outcome of every message can be found out.
    pub fn settles_up(&self) -> bool {
        match self.message_id {
            MessageId::Deduplicated => true,
            MessageId::Echoed => self.history == History::Kept,
            MessageId::Ignored => false,
        }
    }

    /// The command that repeats the run.
    pub fn command(&self) -> String {
        format!("cargo xtask simulate {self}")
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, percent, visitors, messages, proxies, .. } = self;
        let (ids, poll, history) = (self.message_id.word(), self.poll.word(), self.history.word());
        write!(
            f,
            "--seed {seed} --percent {percent} --message-id {ids} --poll {poll} --history {history} --proxies {proxies} --visitors {visitors} --messages {messages}"
        )?;
        if self.always_new_tokens {
            write!(f, " --always-new-tokens")?;
        }
        match self.planted {
            Some(bug) => write!(f, " --planted {}", bug.word()),
            None => Ok(()),
        }
    }
}
