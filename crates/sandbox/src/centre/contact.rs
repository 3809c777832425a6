//! One conversation as the centre records it.

use serde::Serialize;

use super::{AgentId, Attachment, Feedback, Language, Ms};

/// Number of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct ContactId(pub(crate) u64);

/// Where a contact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// The robot serves.
    Robot,
    /// In the queue.
    Waiting,
    /// An agent serves.
    Active,
    /// Over.
    Ended,
    /// Messages left without a session, for agents to read.
    Offline,
}

impl State {
    pub(crate) fn is_live(self) -> bool {
        matches!(self, State::Robot | State::Waiting | State::Active)
    }
}

/// Where a waiting contact stands that is not in its skill queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Elsewhere {
    /// An automatic flow has it.
    Ivr,
    /// It waits for one certain agent.
    PrivateQueue,
    /// The agent it was given to did not answer.
    NoAnswer,
}

/// Why a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EndCause {
    Visitor,
    Agent,
    QueueTimeout,
    PollingStopped,
    Silence,
}

/// Who wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Party {
    Visitor,
    Robot,
    Agent,
    System,
}

/// One line of a transcript.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// 1, 2, 3… within the contact.
    pub(crate) seq: u64,
    /// The centre's code: the visitor's id where ids are kept, otherwise its own.
    pub(crate) code: String,
    /// The id the visitor's client gave.
    pub(crate) message_id: Option<String>,
    pub(crate) from: Party,
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) text: String,
    /// The file of the message; `text` is then what went over the wire.
    pub(crate) file: Option<Attachment>,
    /// Counter of the robot's answers.
    pub(crate) robot_turn: Option<u64>,
    pub(crate) feedback: Option<Feedback>,
    pub(crate) at_ms: Ms,
    /// When the other side read it.
    pub(crate) read_ms: Option<Ms>,
    /// When an agent took it back.
    pub(crate) recalled_ms: Option<Ms>,
    /// Taken back without a trace for the visitor.
    pub(crate) deleted: bool,
    /// Number of the last change.
    pub(crate) changed: u64,
}

impl Entry {
    /// A line of text that nobody has read.
    pub(crate) fn text(code: String, from: Party, name: String, text: String, at_ms: Ms) -> Entry {
        Entry {
            seq: 0,
            code,
            message_id: None,
            from,
            name,
            media: "TEXT".into(),
            text,
            file: None,
            robot_turn: None,
            feedback: None,
            at_ms,
            read_ms: None,
            recalled_ms: None,
            deleted: false,
            changed: 0,
        }
    }
}

/// What the visitor thought of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rating {
    /// 1 very dissatisfied … 5 very satisfied.
    pub(crate) level: u8,
    pub(crate) comment: String,
    /// Would recommend us, 0 to 9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nps: Option<u8>,
    /// Solved at first contact?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) solved: Option<bool>,
    pub(crate) at_ms: Ms,
}

/// A conversation of one visitor, from CONNECT to its end.
#[derive(Clone, Debug)]
pub(crate) struct Contact {
    pub(crate) id: ContactId,
    pub(crate) user_id: String,
    pub(crate) user_name: String,
    pub(crate) language: Language,
    /// Name of the skill queue.
    pub(crate) queue: String,
    pub(crate) state: State,
    pub(crate) cause: Option<EndCause>,
    pub(crate) agent: Option<AgentId>,
    pub(crate) agent_name: Option<String>,
    /// The platform's number of the call, as messages carry it.
    pub(crate) call_id: String,
    pub(crate) started_ms: Ms,
    pub(crate) waiting_since_ms: Option<Ms>,
    pub(crate) ended_ms: Option<Ms>,
    pub(crate) polled_ms: Ms,
    /// Last message of visitor or agent.
    pub(crate) spoken_ms: Ms,
    pub(crate) transcript: Vec<Entry>,
    /// Visitor's messages that no agent has read.
    pub(crate) unread: usize,
    pub(crate) typing_until_ms: Option<Ms>,
    pub(crate) rating: Option<Rating>,
    /// What CONNECT handed to the robot's flow.
    pub(crate) trans_data: Option<String>,
    /// Where else than to an agent the queue has handed it.
    pub(crate) elsewhere: Option<Elsewhere>,
    pub(crate) robot_turns: u64,
    /// Due time of the robot's last answer, so that answers keep their order.
    pub(crate) robot_due_ms: Ms,
    /// Number of the last change.
    pub(crate) changed: u64,
}

impl Contact {
    /// Appends a line, unless the transcript is full.
    pub(crate) fn record(&mut self, limit: usize, mut entry: Entry) -> bool {
        if self.transcript.len() >= limit {
            return false;
        }
        entry.seq = self.transcript.len() as u64 + 1;
        if entry.from == Party::Visitor {
            self.unread += 1;
        }
        if matches!(entry.from, Party::Visitor | Party::Agent) {
            self.spoken_ms = entry.at_ms;
        }
        self.transcript.push(entry);
        true
    }
}
