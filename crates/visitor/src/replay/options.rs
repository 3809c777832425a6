//! The command line of `frontdesk-replay`.

use crate::link::FaultPlan;
use anyhow::bail;
use clap::{Parser, ValueEnum};
use serde::Serialize;
use std::path::PathBuf;

/// Replays real dialogues through a proxy and a sandbox centre, with faults on both sides, and counts what was lost,
/// duplicated or disordered.
#[derive(Clone, Debug, Parser)]
#[command(name = "frontdesk-replay", version)]
pub struct Options {
    /// File with one dialogue a line: {id, lang, turns: [{who, text}]}. May be given several times.
    #[arg(long, required = true, value_name = "FILE")]
    pub conversations: Vec<PathBuf>,
    /// Visitors at the same time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=500))]
    pub visitors: u64,
    /// Faults, as SEED:PERCENT, both between visitor and proxy and between proxy and centre.
    #[arg(long, value_name = "SEED:PERCENT", default_value = "1:0")]
    pub faults: FaultPlan,
    /// What the centre does with message ids.
    #[arg(long, default_value = "deduplicated")]
    pub message_id: MessageId,
    /// What the centre does with messages it has handed out.
    #[arg(long, default_value = "destructive")]
    pub poll: Poll,
    /// Whether the centre keeps a history. Default: true in dialect 2.6, false in 2.5, which has none.
    #[arg(long, value_name = "BOOL")]
    pub history: Option<bool>,
    /// Edition of the centre's interface.
    #[arg(long, default_value = "2.6")]
    pub dialect: Dialect,
    /// Play the first so many dialogues only.
    #[arg(long, value_name = "K")]
    pub limit: Option<usize>,
    /// Pause of the proxy between polls: busy, idle.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1000], num_args = 1.., value_name = "MS,MS")]
    pub poll_interval_ms: Vec<u64>,
    /// After so many seconds a turn of the other side is not waited for any longer.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub patience_s: u64,
    /// After so many seconds a dialogue is given up; what is missing then counts as lost.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(10..=7200))]
    pub deadline_s: u64,
    /// A proxy that runs already. Its desk must be set to the same switches.
    #[arg(long, value_name = "URL", requires = "sandbox")]
    pub proxy: Option<String>,
    /// The sandbox that this proxy is connected to.
    #[arg(long, value_name = "URL", requires = "proxy")]
    pub sandbox: Option<String>,
    /// Id of the desk at the proxy.
    #[arg(long, default_value = "replay")]
    pub desk: String,
    /// Write the report as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Keep settings, store and logs of the processes that were started.
    #[arg(long)]
    pub keep: bool,
}

macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
        pub enum $name {
            $($(#[doc = $doc])+ #[value(name = $word)] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word for it, the same in options and settings.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    /// What the centre does with message ids.
    MessageId {
        /// A known id is not taken again.
        Deduplicated = "deduplicated",
        /// The id can be read in the history.
        Echoed = "echoed",
        /// Nothing.
        Ignored = "ignored",
    }
}

words! {
    /// What the centre does with messages it has handed out.
    Poll {
        /// Forgets them.
        Destructive = "destructive",
        /// Hands them out again for a while.
        Repeats = "repeats",
    }
}

words! {
    /// Edition of the centre's interface.
    Dialect {
        /// As printed for CEC 2.5.
        V2_5 = "2.5",
        /// As printed for CEC 2.6.
        V2_6 = "2.6",
    }
}

impl Options {
    /// Whether the centre keeps a history.
    pub fn keeps_history(&self) -> bool {
        self.history.unwrap_or(self.dialect == Dialect::V2_6)
    }

    /// Whether the promise holds without exception: nothing lost, nothing twice.
    pub fn promises_all(&self) -> bool {
        self.message_id == MessageId::Deduplicated && self.keeps_history()
    }

    /// Checks what the parser cannot.
    ///
    /// # Errors
    /// Says which options do not go together.
    pub fn check(&self) -> anyhow::Result<()> {
        if self.dialect == Dialect::V2_5 && self.history == Some(true) {
            bail!("dialect 2.5 has no history: leave --history out");
        }
        match self.poll_interval_ms.as_slice() {
            [busy, idle] if *busy <= *idle && *busy > 0 => Ok(()),
            _ => bail!("write --poll-interval-ms as BUSY,IDLE, such as 100,1000"),
        }
    }

    /// The switches in words.
    pub fn switches(&self) -> String {
        format!(
            "message_id={} poll={} history={} dialect={} faults={}",
            self.message_id.word(),
            self.poll.word(),
            self.keeps_history(),
            self.dialect.word(),
            self.faults
        )
    }

    /// The command that does the same again.
    pub fn command(&self) -> String {
        let mut words = vec!["frontdesk-replay".to_owned()];
        let mut add = |name: &str, value: String| words.push(format!("--{name} {value}"));
        for file in &self.conversations {
            add("conversations", file.display().to_string());
        }
        add("visitors", self.visitors.to_string());
        add("faults", self.faults.to_string());
        add("message-id", self.message_id.word().into());
        add("poll", self.poll.word().into());
        add("history", self.keeps_history().to_string());
        add("dialect", self.dialect.word().into());
        let interval: Vec<String> = self.poll_interval_ms.iter().map(u64::to_string).collect();
        add("poll-interval-ms", interval.join(","));
        add("patience-s", self.patience_s.to_string());
        add("deadline-s", self.deadline_s.to_string());
        if let Some(limit) = self.limit {
            add("limit", limit.to_string());
        }
        if let (Some(proxy), Some(sandbox)) = (&self.proxy, &self.sandbox) {
            add("proxy", proxy.clone());
            add("sandbox", sandbox.clone());
            add("desk", self.desk.clone());
        }
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Options {
        Options::try_parse_from(words.split(' ')).expect("good options")
    }

    #[test]
    fn the_command_does_the_same_again() {
        let first = parse("frontdesk-replay --conversations a.jsonl --faults 7:2.5 --poll repeats --limit 3");
        let again = parse(&first.command());
        assert_eq!(first.command(), again.command());
        assert_eq!(first.switches(), again.switches());
        assert_eq!(again.limit, Some(3));
    }

    #[test]
    fn dialect_2_5_has_no_history() {
        let without = parse("frontdesk-replay --conversations a --dialect 2.5");
        assert!(!without.keeps_history() && without.check().is_ok() && !without.promises_all());
        assert!(parse("frontdesk-replay --conversations a --dialect 2.5 --history true").check().is_err());
        assert!(parse("frontdesk-replay --conversations a").promises_all());
    }
}
