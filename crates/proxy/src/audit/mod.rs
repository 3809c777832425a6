//! What whoever guards the proxy wants to know: a closed set of events, each a line in the log with the target `audit`.
//!
//! A line has the event, why, the desk, the client as the limits count it, and the beginning of the visitor's id: no token,
//! no text, no number, nothing that was sent. Whoever refuses something says so in the [`crate::problem::Problem`]; who it
//! was that asked, only the outer layer knows, and that writes the line.
//!
//! # Layout
//! - [`words`]: the events and the reasons
//! - [`held`]: what keeps an attack from filling the log

pub mod held;
pub mod words;

use crate::metrics::Metrics;
use crate::visitor::Visitor;
use held::{Held, Left, Who};
use std::net::IpAddr;
use std::sync::Arc;
pub use words::Kind;
use words::Reason;

/// So many characters of a visitor's id are told: enough to find the other lines about the visitor.
const MARK: usize = 10;

/// What happened, as far as is known where it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    kind: Kind,
    reason: Option<&'static str>,
    detail: Option<&'static str>,
    desk: Option<String>,
    visitor: Option<String>,
}

impl Told {
    /// Something that needs no reason.
    pub fn of(kind: Kind) -> Self {
        Self { kind, reason: None, detail: None, desk: None, visitor: None }
    }

    /// Something for this reason.
    pub fn because<R: Reason>(reason: R) -> Self {
        Self { reason: Some(reason.word()), ..Self::of(R::KIND) }
    }

    /// The same in more words, which are the proxy's own.
    #[must_use]
    pub fn detail(mut self, detail: Option<&'static str>) -> Self {
        self.detail = detail;
        self
    }

    /// The same, at this desk unless another is told already.
    #[must_use]
    pub fn at(mut self, desk: &str) -> Self {
        self.desk.get_or_insert_with(|| desk.to_owned());
        self
    }

    /// The same, by this visitor.
    #[must_use]
    pub fn by(mut self, visitor: &Visitor) -> Self {
        self.visitor = Some(mark(visitor.id()));
        self.at(visitor.desk_id())
    }

    /// The same, by the visitor of this id.
    #[must_use]
    pub fn by_id(mut self, visitor: &str) -> Self {
        self.visitor = Some(mark(visitor));
        self
    }
}

fn mark(visitor: &str) -> String {
    visitor.chars().take(MARK).collect()
}

/// Writes the events down.
pub struct Audit {
    held: Held,
    metrics: Arc<Metrics>,
}

impl Audit {
    /// Nothing has happened yet.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { held: Held::default(), metrics }
    }

    /// Something was done by this client. Of one event and one client there is one line a minute at most, with a count of
    /// what was held back since the last.
    pub fn tell(&self, client: IpAddr, told: &Told) {
        self.metrics.audited(told.kind);
        if let Some((who, held_back)) = self.held.due(told.kind, client) {
            let (client, message) = (who.to_string(), told.kind.sentence());
            tracing::info!(
                target: "audit",
                event = told.kind.word(),
                reason = told.reason,
                detail = told.detail,
                desk = told.desk,
                client,
                visitor = told.visitor,
                held_back,
                "{message}"
            );
        }
    }

    /// Something was done by the proxy, or by whoever operates it: seldom, and always a line.
    pub fn tell_own(&self, kind: Kind) {
        self.metrics.audited(kind);
        tracing::info!(target: "audit", event = kind.word(), "{}", kind.sentence());
    }

    /// Forgets clients that have been quiet for a minute. What was held back and has no line yet gets one.
    pub fn sweep(&self) {
        self.write(self.held.sweep());
    }

    /// Writes what is held back: the proxy goes down.
    pub fn close(&self) {
        self.write(self.held.drain());
    }

    fn write(&self, rest: Vec<Left>) {
        for Left { kind, who, held_back } in rest {
            let client = who.to_string();
            tracing::info!(target: "audit", event = kind.word(), client, held_back, "the same again, held back till now");
        }
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(address) => address.fmt(formatter),
            Self::Others => formatter.write_str("others"),
        }
    }
}
