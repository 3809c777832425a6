//! The codes of `queryQueueInfo`.

use super::FLOW_CONTROL;

/// What a code says about the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueSign {
    /// Waits; the answer may say where.
    Waits,
    /// An agent serves.
    Served,
    /// An automatic service has the visitor: a menu, or a robot.
    Automatic,
    /// Waits in a queue that tells no place.
    Elsewhere,
    /// An agent was offered the visitor and did not answer.
    AgentDidNotAnswer,
    /// The conversation is over.
    Gone,
    /// The centre does not say: the question failed.
    NoInformation,
    /// A code that no document knows. In 2.5 every code but 0 says just that there is nothing about a queue, and these
    /// do not say that the question failed.
    Unlisted,
}

/// Every code that is known.
pub const QUEUE: &[(&str, QueueSign)] = &[
    ("0", QueueSign::Waits),
    ("1", QueueSign::NoInformation),
    ("2", QueueSign::NoInformation),
    ("3", QueueSign::NoInformation),
    ("4", QueueSign::NoInformation),
    ("5", QueueSign::Gone),
    ("6", QueueSign::Gone),
    ("160001", QueueSign::NoInformation),
    ("160004", QueueSign::Gone),
    ("160021", QueueSign::Served),
    ("160022", QueueSign::Automatic),
    ("160023", QueueSign::Elsewhere),
    ("160024", QueueSign::AgentDidNotAnswer),
];

/// What a code says. `None`: there is no code.
pub fn queue(code: Option<&str>) -> QueueSign {
    match code {
        None | Some("" | FLOW_CONTROL) => QueueSign::NoInformation,
        Some(code) => {
            let found = QUEUE.iter().find(|(known, _)| *known == code);
            found.map_or(QueueSign::Unlisted, |(_, sign)| *sign)
        }
    }
}
