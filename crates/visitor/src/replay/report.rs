//! The figures of a run, as a table and as JSON. No message text in either.

use super::attribution::Tally;
use super::options::Options;
use super::outcome::Direction;
use super::switches::{MessageId, Switches};
use super::visit::{Played, Rated, Trouble};
use serde::Serialize;
use std::fmt::{self, Write};

/// Everything a run has found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Switches and faults in words.
    pub conditions: String,
    /// The command that does the same again.
    pub command: String,
    /// Visitors at the same time.
    pub visitors: u64,
    /// Dialogues, by how they went.
    pub dialogues: Dialogues,
    /// Visitor to agent.
    pub up: Direction,
    /// Agent to visitor.
    pub down: Direction,
    /// Delivery, visitor to agent.
    pub up_ms: Percentiles,
    /// Delivery, agent to visitor.
    pub down_ms: Percentiles,
    /// Messages on the desk that belong to no conversation.
    pub homeless: u64,
    /// Requests of visitors to the proxy, for each message of either direction.
    pub requests_per_message: f64,
    /// Calls of the proxy to the centre, for each message of either direction.
    pub upstream_calls_per_message: f64,
    /// Faults that were injected, by side and kind.
    pub faults: Tally,
    /// Times a screen built from the announced changes differed from the transcript.
    pub divergences: u64,
    /// With nothing lost: the rate of loss is below this with 95 % confidence.
    pub loss_bound_95: Option<f64>,
    /// How long the run took.
    pub wall_s: f64,
    /// What is wrong with the result; empty when nothing is.
    pub failures: Vec<String>,
}

/// Dialogues, by how they went.
#[derive(Debug, Default, Serialize)]
pub struct Dialogues {
    /// All of them.
    pub total: u64,
    /// No agent in time.
    pub not_connected: u64,
    /// The conversation was lost in the middle.
    pub disconnected: u64,
    /// Not at their end in time.
    pub deadline: u64,
    /// Ended by the visitor, but not seen as ended by both sides.
    pub not_ended: u64,
    /// Rated, and the rating was taken.
    pub rated: u64,
    /// Nobody asked for a rating.
    pub not_asked: u64,
    /// The rating was refused or got no answer.
    pub rating_failed: u64,
}

/// Two points of a distribution, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// Half are faster.
    pub p50: u64,
    /// One in a hundred is slower.
    pub p99: u64,
}

impl Percentiles {
    /// Of these values; 0 without any.
    pub fn of(mut values: Vec<u64>) -> Self {
        values.sort_unstable();
        let at = |percent: usize| {
            let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
            values.get(place).copied().unwrap_or(0)
        };
        Self { p50: at(50), p99: at(99) }
    }
}

impl Dialogues {
    /// Counts one more.
    pub fn add(&mut self, played: &Played) {
        self.total += 1;
        match played.trouble {
            None => {}
            Some(Trouble::NotConnected) => self.not_connected += 1,
            Some(Trouble::Disconnected | Trouble::Gone) => self.disconnected += 1,
            Some(Trouble::Deadline) => self.deadline += 1,
        }
        self.not_ended += u64::from(!played.ended);
        match played.rated {
            Rated::Thanked => self.rated += 1,
            Rated::NotAsked => self.not_asked += 1,
            Rated::Failed => self.rating_failed += 1,
        }
    }

    fn broken(&self) -> u64 {
        self.not_connected + self.disconnected + self.deadline
    }
}

impl Report {
    /// Works out what follows from the figures.
    pub fn conclude(&mut self, options: &Options) {
        self.up_ms = Percentiles::of(std::mem::take(&mut self.up.delays_ms));
        self.down_ms = Percentiles::of(std::mem::take(&mut self.down.delays_ms));
        let messages = self.up.messages + self.down.messages;
        let lost = self.up.lost + self.down.lost;
        self.loss_bound_95 = (lost == 0 && messages > 0).then(|| 3.0 / messages as f64);
        let mut fail = |count: u64, what: &str| {
            if count > 0 {
                self.failures.push(format!("{count} {what}"));
            }
        };
        fail(self.up.unattributed + self.down.unattributed, "without a fault that explains them");
        fail(self.up.unexpected + self.down.unexpected + self.homeless, "unexpected");
        fail(self.up.refused, "refused");
        fail(self.dialogues.broken(), "dialogues not played to their end");
        fail(self.divergences, "times a screen differed from the transcript");
        // What cannot be known is to be shown as unconfirmed, whatever the centre does.
        fail(self.up.lost, "lost on the way to the agent without the visitor being told");
        if settles_up(&options.switches) {
            // Nobody ends a conversation while something is on its way: each can be asked for again.
            fail(self.up.unconfirmed, "unconfirmed although the centre tells what became of each");
        }
        if options.promises_all() {
            fail(self.down.lost, "lost on the way to the visitor although the centre keeps a history");
            fail(
                self.up.duplicated + self.down.duplicated,
                "duplicated although the centre deduplicates ids",
            );
        }
        if options.switches.message_id == MessageId::Ignored {
            fail(self.up.duplicated, "sent twice although the centre ignores ids");
        }
    }
}

/// Whether the outcome of every message can be found out: by saying it again, or in the history.
fn settles_up(switches: &Switches) -> bool {
    match switches.message_id {
        MessageId::Deduplicated => true,
        MessageId::Echoed => switches.keeps_history(),
        MessageId::Ignored => false,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (up, down) = (&self.up, &self.down);
        writeln!(f, "{}", self.conditions)?;
        writeln!(f, "{:<26}{:>14}{:>16}", "", "to the agent", "to the visitor")?;
        let mut row = |name: &str, up: u64, down: u64| writeln!(f, "{name:<26}{up:>14}{down:>16}");
        row("messages", up.messages, down.messages)?;
        row("lost", up.lost, down.lost)?;
        row("duplicated", up.duplicated, down.duplicated)?;
        row("out of order", up.out_of_order, down.out_of_order)?;
        row("unexpected", up.unexpected, down.unexpected)?;
        writeln!(f, "{:<26}{:>14}{:>16}", "unconfirmed", up.unconfirmed, "-")?;
        writeln!(f, "{:<26}{:>14}{:>16}", "  of these not arrived", up.unconfirmed_missing, "-")?;
        writeln!(f, "{:<26}{:>14}{:>16}", "refused", up.refused, "-")?;
        let mut row = |name: &str, up: u64, down: u64| writeln!(f, "{name:<26}{up:>14}{down:>16}");
        row("delivery p50 ms", self.up_ms.p50, self.down_ms.p50)?;
        row("delivery p99 ms", self.up_ms.p99, self.down_ms.p99)?;
        for (name, causes) in [("to the agent", &up.causes), ("to the visitor", &down.causes)] {
            if !causes.is_empty() {
                writeln!(f, "explained, {name}: {}", list(causes))?;
            }
        }
        let all = &self.dialogues;
        writeln!(
            f,
            "dialogues {} (not connected {}, disconnected {}, out of time {}, not ended {})",
            all.total, all.not_connected, all.disconnected, all.deadline, all.not_ended
        )?;
        writeln!(f, "rated {} (not asked {}, failed {})", all.rated, all.not_asked, all.rating_failed)?;
        if !self.faults.is_empty() {
            writeln!(f, "faults injected: {}", list(&self.faults))?;
        }
        writeln!(
            f,
            "requests per message {:.2}, calls of the centre per message {:.2}, {} visitors, {:.1} s",
            self.requests_per_message, self.upstream_calls_per_message, self.visitors, self.wall_s
        )?;
        match self.loss_bound_95 {
            Some(bound) => {
                writeln!(f, "nothing lost: with 95 % confidence less than {bound:.1e} of messages")?
            }
            None => writeln!(f, "no bound for losses, since there were some")?,
        }
        writeln!(f, "again: {}", self.command)?;
        for failure in &self.failures {
            writeln!(f, "FAILED: {failure}")?;
        }
        Ok(())
    }
}

fn list(tally: &Tally) -> String {
    tally.iter().fold(String::new(), |mut text, (word, times)| {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}{word} {times}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn concluded(words: &str, report: Report) -> Report {
        let mut report = report;
        let options = Options::try_parse_from(
            format!("x --conversations a {words}").split(' ').filter(|w| !w.is_empty()),
        );
        report.conclude(&options.expect("good options"));
        report
    }

    fn up(up: Direction) -> Report {
        Report { up: Direction { messages: 1_500, ..up }, ..Report::default() }
    }

    #[test]
    fn percentiles_are_values_that_came() {
        assert_eq!(Percentiles::of((1..=200).rev().collect()), Percentiles { p50: 100, p99: 198 });
        assert_eq!(Percentiles::of(vec![7]), Percentiles { p50: 7, p99: 7 });
        assert_eq!(Percentiles::of(vec![]), Percentiles::default());
    }

    #[test]
    fn what_is_promised_depends_on_the_centre() {
        let failures = |words, report| concluded(words, report).failures.len();
        let lost_up = || up(Direction { lost: 1, ..Direction::default() });
        let lost_down = || Report { down: lost_up().up, ..Report::default() };
        let doubled = || up(Direction { duplicated: 1, ..Direction::default() });
        let unconfirmed = || up(Direction { unconfirmed: 1, ..Direction::default() });
        for (words, expected) in [
            ("", [1, 1, 1, 1]),
            ("--history false", [1, 0, 0, 1]),
            ("--message-id echoed", [1, 0, 0, 1]),
            ("--message-id echoed --history false", [1, 0, 0, 0]),
            ("--message-id ignored", [1, 0, 1, 0]),
        ] {
            let found =
                [lost_up(), lost_down(), doubled(), unconfirmed()].map(|report| failures(words, report));
            assert_eq!(found, expected, "{words}");
        }
    }

    #[test]
    fn what_no_fault_explains_fails_whatever_the_centre_does() {
        let unexplained = Report {
            down: Direction { lost: 1, unattributed: 1, ..Direction::default() },
            ..Report::default()
        };
        assert_eq!(concluded("--message-id ignored", unexplained).failures.len(), 1);
    }

    #[test]
    fn the_bound_follows_the_rule_of_three_and_only_without_losses() {
        assert_eq!(concluded("", up(Direction::default())).loss_bound_95, Some(0.002));
        assert_eq!(concluded("", up(Direction { lost: 1, ..Direction::default() })).loss_bound_95, None);
    }
}
