//! The command line of `frontdesk-replay`.

use super::switches::{MessageId, Switches};
use crate::link::FaultPlan;
use clap::Parser;
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
    /// What the centre does and the desk is set to.
    #[command(flatten)]
    pub switches: Switches,
    /// Both sides type so many turns ahead, so that several messages are on their way at once.
    #[arg(long, default_value_t = 0, value_name = "TURNS")]
    pub ahead: usize,
    /// Play the first so many dialogues only.
    #[arg(long, value_name = "K")]
    pub limit: Option<usize>,
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
    /// Write the report as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Keep settings, store and logs of the processes that were started.
    #[arg(long)]
    pub keep: bool,
}

impl Options {
    /// Whether the promise holds without exception: nothing lost, nothing twice.
    pub fn promises_all(&self) -> bool {
        self.switches.message_id == MessageId::Deduplicated && self.switches.keeps_history()
    }

    /// The switches and the faults in words.
    pub fn conditions(&self) -> String {
        format!("{} faults={}", self.switches, self.faults)
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
        for (name, value) in self.switches.words() {
            add(name, value);
        }
        if self.ahead > 0 {
            add("ahead", self.ahead.to_string());
        }
        add("patience-s", self.patience_s.to_string());
        add("deadline-s", self.deadline_s.to_string());
        if let Some(limit) = self.limit {
            add("limit", limit.to_string());
        }
        if let (Some(proxy), Some(sandbox)) = (&self.proxy, &self.sandbox) {
            add("proxy", proxy.clone());
            add("sandbox", sandbox.clone());
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
        assert_eq!(first.conditions(), again.conditions());
        assert_eq!(again.limit, Some(3));
    }

    #[test]
    fn dialect_2_5_has_no_history() {
        let without = parse("frontdesk-replay --conversations a --dialect 2.5");
        assert!(
            !without.switches.keeps_history() && without.switches.check().is_ok() && !without.promises_all()
        );
        assert!(
            parse("frontdesk-replay --conversations a --dialect 2.5 --history true")
                .switches
                .check()
                .is_err()
        );
        assert!(parse("frontdesk-replay --conversations a").promises_all());
    }
}
