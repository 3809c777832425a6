//! The codes of `queryQueueInfo`.

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
    /// The centre does not say. In 2.5 every code but 0 says just that there is nothing about a queue.
    NoInformation,
}

/// Every code that says something; all others say nothing.
pub const QUEUE: &[(&str, QueueSign)] = &[
    ("0", QueueSign::Waits),
    ("5", QueueSign::Gone),
    ("6", QueueSign::Gone),
    ("160004", QueueSign::Gone),
    ("160021", QueueSign::Served),
    ("160022", QueueSign::Automatic),
    ("160023", QueueSign::Elsewhere),
    ("160024", QueueSign::AgentDidNotAnswer),
];

/// What a code says. `None`: there is no code.
pub fn queue(code: Option<&str>) -> QueueSign {
    let found = QUEUE.iter().find(|(known, _)| Some(*known) == code);
    found.map_or(QueueSign::NoInformation, |(_, sign)| *sign)
}
