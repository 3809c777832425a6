//! What the codes of the interface mean: one table for each endpoint, read from top to bottom, first match wins.
//!
//! The same code means different things for different requests, and one code covers several causes that only the text
//! tells apart. Texts are matched as parts, whatever their case, punctuation or language around them.
//!
//! # Layout
//! - `send`: conversation and messages; `rest`: the other calls that do something or fetch something
//! - `queue`: the queue query; `events`: what is new about a call
//! - `http`: statuses other than 200

mod events;
mod http;
mod queue;
mod rest;
mod send;

pub use events::{EVENTS, Event, event};
pub use http::{HTTP, HttpRow, Proof, http};
pub use queue::{QUEUE, QueueSign, queue};

use frontdesk_contract::ErrorCode;

/// Flow control, for whatever was asked (2.5 and 2.6 manual, feedbacksatisfaction).
pub const FLOW_CONTROL: &str = "10010000002";

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// Open a conversation.
    Connect,
    /// Hand over a message.
    Chat,
    /// Ask for an agent.
    Transfer,
    /// End the conversation.
    Disconnect,
    /// Tell that the visitor types.
    Typing,
    /// Tell what the visitor has read.
    Read,
    /// Hand over a rating.
    Rate,
    /// Ask what to rate.
    Survey,
    /// Hand over a file.
    Upload,
    /// Fetch a file.
    Download,
    /// Ask for questions that the robot can answer.
    Suggest,
    /// Judge an answer of the robot.
    Feedback,
    /// Leave a message.
    LeaveMessage,
    /// Ask for earlier messages.
    History,
    /// Ask whether calls are possible.
    CallSupport,
    /// Ask for a call.
    CallStart,
    /// End a call.
    CallDrop,
    /// Place a call for staff.
    PlaceCall,
}

impl Request {
    /// Its name, for the log.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::Connect => "send CONNECT",
            Self::Chat => "send CHAT",
            Self::Transfer => "send TRANS2AGENT",
            Self::Disconnect => "send DISCONNECT",
            Self::Typing => "send INPUT",
            Self::Read => "send READ",
            Self::Rate => "saveSatisfaction",
            Self::Survey => "survey query",
            Self::Upload => "uploadFileStream",
            Self::Download => "downloadFileStream",
            Self::Suggest => "queryPhraseByKeyword",
            Self::Feedback => "feedbacksatisfaction",
            Self::LeaveMessage => "doLeaveMessage",
            Self::History => "queryHistoryChatMessage",
            Self::CallSupport => "checkClickToCallSupport",
            Self::CallStart => "createClickToCall",
            Self::CallDrop => "dropClickToCall",
            Self::PlaceCall => "createcall",
        }
    }

    /// The `controlType` of a `send`.
    pub(super) fn control_type(self) -> &'static str {
        self.endpoint().strip_prefix("send ").unwrap_or_default()
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// The card was delivered; agents cannot follow its link.
    LinkNotTrusted,
    /// The visitor waits in a queue. For a message: it was not delivered.
    Queued,
    /// A robot serves.
    Robot,
    /// An agent serves.
    Agent,
    /// Agents are away. A message is kept for them; after a connect, messages will be.
    Stored,
    /// The conversation is over.
    Gone,
    /// Not done; whether the conversation is over, only the queue query can tell. If it is not, this is the reason.
    PerhapsGone(Reason),
    /// Not done.
    Refused(Reason),
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// For the visitor.
    pub code: ErrorCode,
    /// Whether it may succeed later.
    pub transient: bool,
}

const fn for_good(code: ErrorCode) -> Reason {
    Reason { code, transient: false }
}

const fn for_now(code: ErrorCode) -> Reason {
    Reason { code, transient: true }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// For these requests.
    pub requests: &'static [Request],
    /// This code; empty: any.
    pub code: &'static str,
    /// With this part in the text, in lower case; empty: any.
    pub text: &'static str,
    /// Means this.
    pub outcome: Outcome,
}

const fn row(requests: &'static [Request], code: &'static str, text: &'static str, outcome: Outcome) -> Row {
    Row { requests, code, text, outcome }
}

/// Every table. A request is in one of them.
pub const TABLES: &[&[Row]] = &[send::ROWS, rest::ROWS];

/// What an answer says. `offline`: it carries the sign that messages are stored for later.
pub fn outcome(request: Request, code: &str, text: &str, offline: bool) -> Outcome {
    let text = text.to_lowercase();
    let row = TABLES.iter().copied().flatten().find(|row| {
        row.requests.contains(&request)
            && (row.code.is_empty() || row.code == code)
            && text.contains(row.text)
    });
    let found = row.map_or(Outcome::Refused(for_good(ErrorCode::CentreRefused)), |row| row.outcome);
    match (request, found) {
        (Request::Chat, _) if offline && code != "0" => Outcome::Stored,
        (Request::Connect, Outcome::Refused(_)) if offline => Outcome::Stored,
        _ => found,
    }
}

#[cfg(test)]
mod tests;
