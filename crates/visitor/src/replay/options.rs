//! The command line of `frontdesk-replay`.

use super::store::Store;
use super::switches::{MessageId, Poll, Switches};
use crate::link::FaultPlan;
use anyhow::bail;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

/// Where faults happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Through {
    /// In the visitors' link and in the sandbox: every fault is known by what it touched.
    #[default]
    Inside,
    /// In fault proxies of HTTP and TCP on both sides of the proxy (`crates/faults`).
    Sockets,
}

/// The most proxies of one run.
pub const INSTANCES_MAX: u64 = 16;

/// Replays real dialogues through a proxy and a sandbox centre, with faults on both sides, and counts what was lost,
/// duplicated or disordered.
#[derive(Clone, Debug, Parser)]
#[command(name = "frontdesk-replay", version)]
pub struct Options {
    /// File with one dialogue a line: {id, lang, turns: [{who, text}]}. May be given several times. Without any, a few
    /// made-up dialogues that this program has with it.
    #[arg(long, value_name = "FILE")]
    pub conversations: Vec<PathBuf>,
    /// Play them all so many times.
    #[arg(long, default_value_t = 1, value_name = "TIMES", value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub repeat: u64,
    /// Visitors at the same time.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=500))]
    pub visitors: u64,
    /// Faults, as SEED:PERCENT, both between visitor and proxy and between proxy and centre.
    #[arg(long, value_name = "SEED:PERCENT", default_value = "1:0")]
    pub faults: FaultPlan,
    /// Where they happen.
    #[arg(long, value_enum, default_value = "inside", conflicts_with = "proxy")]
    pub through: Through,
    /// Where the proxies keep what they must not lose: `redb` or `valkey` for one of the run's own (the second is a
    /// redis-server), or as in their settings: redb:PATH, memory, valkey://HOST:PORT/DATABASE.
    #[arg(long, value_name = "STORE", default_value = "redb", conflicts_with = "proxy")]
    pub store: Store,
    /// So many proxies behind a balancer without stickiness; several need a store that they share.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=INSTANCES_MAX), conflicts_with = "proxy")]
    pub instances: u64,
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
    /// Checks what the parser cannot.
    ///
    /// # Errors
    /// Says which options do not go together.
    pub fn check(&self) -> anyhow::Result<()> {
        self.switches.check()?;
        if self.instances > 1 && !self.store.is_shared() {
            bail!("--instances {} needs a store that they share, such as --store valkey", self.instances);
        }
        let keeps = self.switches.keeps_history() || self.switches.poll == Poll::Repeats;
        if self.through == Through::Sockets && self.faults.percent > 0.0 && !keeps {
            bail!(
                "--through sockets does not know which messages a lost poll had: keep a history, or let polls repeat"
            );
        }
        Ok(())
    }

    /// Whether the promise holds without exception: nothing lost, nothing twice.
    pub fn promises_all(&self) -> bool {
        self.switches.message_id == MessageId::Deduplicated && self.switches.keeps_history()
    }

    /// The switches and the faults in words.
    pub fn conditions(&self) -> String {
        let mut words = format!("{} faults={}", self.switches, self.faults);
        if self.through == Through::Sockets {
            words.push_str(" through=sockets");
        }
        if self.proxy.is_none() {
            let store = self.store.to_string();
            let kind = store.split(':').next().unwrap_or_default();
            words = format!("{words} store={kind} instances={}", self.instances);
        }
        words
    }

    /// The command that does the same again.
    pub fn command(&self) -> String {
        let mut words = vec!["frontdesk-replay".to_owned()];
        let mut add = |name: &str, value: String| words.push(format!("--{name} {value}"));
        for file in &self.conversations {
            add("conversations", file.display().to_string());
        }
        if self.repeat > 1 {
            add("repeat", self.repeat.to_string());
        }
        add("visitors", self.visitors.to_string());
        add("faults", self.faults.to_string());
        for (name, value) in self.switches.words() {
            add(name, value);
        }
        if self.through == Through::Sockets {
            add("through", "sockets".into());
        }
        if self.proxy.is_none() {
            add("store", self.store.to_string());
        }
        if self.instances > 1 {
            add("instances", self.instances.to_string());
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
    fn several_proxies_need_a_store_that_they_share() {
        let check =
            |words: &str| parse(&format!("frontdesk-replay --conversations a {words}")).check().is_ok();
        assert!(!check("--instances 3") && !check("--instances 3 --store redb:a"));
        assert!(
            check("--instances 3 --store valkey") && check("--instances 3 --store valkey://127.0.0.1:6379")
        );
        assert!(check("--store redb:a"));
        let again =
            parse("frontdesk-replay --conversations a --instances 3 --store valkey://x --through sockets")
                .command();
        assert!(again.contains("--instances 3") && again.contains("--store valkey://x"), "{again}");
    }

    #[test]
    fn sockets_explain_no_loss_of_a_poll() {
        let check = |words: &str| {
            parse(&format!("frontdesk-replay --conversations a --through sockets {words}")).check().is_ok()
        };
        assert!(check("--faults 1:5") && check("--history false"));
        assert!(
            !check("--faults 1:5 --history false") && check("--faults 1:5 --history false --poll repeats")
        );
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
