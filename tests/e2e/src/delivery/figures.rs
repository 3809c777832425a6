//! What became of everything that was said.

use std::fmt;

use anyhow::{Result, ensure};
use frontdesk_visitor::checker::compare;
use frontdesk_visitor::replay::report::Report;

/// One direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Said.
    pub said: u64,
    /// Never heard.
    pub lost: u64,
    /// Heard once more than said.
    pub duplicated: u64,
    /// Heard at another place.
    pub inversions: u64,
    /// Heard and never said.
    pub unexpected: u64,
}

impl Counts {
    /// Compares what was said with what was heard.
    #[must_use]
    pub fn of(said: &[String], heard: &[String]) -> Self {
        let verdict = compare(said, heard);
        Self {
            said: said.len() as u64,
            lost: verdict.lost.len() as u64,
            duplicated: verdict.duplicated.len() as u64,
            inversions: verdict.moved.len() as u64,
            unexpected: verdict.unexpected.len() as u64,
        }
    }

    fn wrong(self) -> u64 {
        self.lost + self.duplicated + self.inversions + self.unexpected
    }
}

/// One part of the proof.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// From the visitor to the agent.
    pub up: Counts,
    /// From the agent to the visitor.
    pub down: Counts,
    /// Messages of which the visitor was told that nobody can know.
    pub unconfirmed: u64,
    /// What was killed, and how often.
    pub kills: u64,
    /// Faults injected between visitor and proxy.
    pub near_faults: u64,
    /// Faults injected between proxy and centre.
    pub far_faults: u64,
    /// `POST /v1/messages` for each message of the visitor; 0 where nobody counted.
    pub requests_per_message: f64,
    /// From the end of the last fault until everything was delivered, in milliseconds; 0 where nothing had to heal.
    pub recovery_ms: u64,
    /// How long it took.
    pub seconds: u64,
}

impl Figures {
    /// Those of a run of native visitors.
    #[must_use]
    pub fn of_crowd(report: &Report) -> Self {
        let counts = |own: &frontdesk_visitor::replay::outcome::Direction| Counts {
            said: own.messages,
            lost: own.lost,
            duplicated: own.duplicated,
            inversions: own.out_of_order,
            unexpected: own.unexpected,
        };
        Self {
            up: counts(&report.up),
            down: counts(&report.down),
            unconfirmed: report.up.unconfirmed,
            ..Self::default()
        }
    }

    /// A row of a table: messages up and down; lost, duplicated, inversions and unexpected of both; unconfirmed; kills;
    /// faults near and far; requests per message; milliseconds of recovery; seconds.
    #[must_use]
    pub fn row(&self) -> String {
        let both = |of: fn(Counts) -> u64| of(self.up) + of(self.down);
        format!(
            "{} | {} | {} | {} | {} | {} | {} | {} | {} + {} | {:.2} | {} | {}",
            self.up.said,
            self.down.said,
            both(|own| own.lost),
            both(|own| own.duplicated),
            both(|own| own.inversions),
            both(|own| own.unexpected),
            self.unconfirmed,
            self.kills,
            self.near_faults,
            self.far_faults,
            self.requests_per_message,
            self.recovery_ms,
            self.seconds,
        )
    }

    /// Nothing lost, nothing doubled, nothing out of order, nothing from nowhere, and nothing in doubt.
    ///
    /// # Errors
    ///
    /// The figures, when it is not so.
    pub fn are_clean(&self) -> Result<()> {
        ensure!(self.up.wrong() + self.down.wrong() + self.unconfirmed == 0, "not as promised: {self}");
        Ok(())
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, own) in [("up", self.up), ("down", self.down)] {
            let Counts { said, lost, duplicated, inversions, unexpected } = own;
            write!(
                f,
                "{name} {said}: lost {lost}, duplicated {duplicated}, inversions {inversions}, unexpected {unexpected}; "
            )?;
        }
        let Self { unconfirmed, kills, near_faults, far_faults, .. } = self;
        write!(
            f,
            "unconfirmed {unconfirmed}, kills {kills}, faults {near_faults} and {far_faults}, {} s",
            self.seconds
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_double_moved_or_strange_is_counted() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let clean = Counts::of(&words("a b ok ok c"), &words("a b ok ok c"));
        assert_eq!((clean.said, clean.wrong()), (5, 0));
        let bad = Counts::of(&words("a b c d e"), &words("b a c c x e"));
        assert_eq!((bad.lost, bad.duplicated, bad.inversions, bad.unexpected), (1, 1, 1, 1));
        let figures = Figures { up: bad, ..Figures::default() };
        assert!(figures.are_clean().is_err());
        assert!(Figures { unconfirmed: 1, ..Figures::default() }.are_clean().is_err());
        assert!(Figures { up: clean, ..Figures::default() }.are_clean().is_ok());
    }
}
