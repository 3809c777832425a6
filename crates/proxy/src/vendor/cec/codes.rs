//! What the codes of `send` mean: one table, read from top to bottom, first match wins.
//!
//! The same code means different things for different requests, and one code covers several causes that only the text
//! tells apart. Texts are matched as parts, whatever their case, punctuation or language around them.

use frontdesk_contract::ErrorCode;

/// What `send` was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
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
}

impl Request {
    /// Its name, for the log.
    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Self::Connect => "send CONNECT",
            Self::Chat => "send CHAT",
            Self::Transfer => "send TRANS2AGENT",
            Self::Disconnect => "send DISCONNECT",
            Self::Typing => "send INPUT",
        }
    }

    /// The `controlType` on the wire.
    pub(super) fn control_type(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::Chat => "CHAT",
            Self::Transfer => "TRANS2AGENT",
            Self::Disconnect => "DISCONNECT",
            Self::Typing => "INPUT",
        }
    }
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done.
    Done,
    /// The visitor waits in a queue. For a message: it was not delivered.
    Queued,
    /// A robot serves.
    Robot,
    /// An agent serves.
    Agent,
    /// The message is kept for later.
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
pub(super) struct Reason {
    /// For the visitor.
    pub(super) code: ErrorCode,
    /// Whether it may succeed later.
    pub(super) transient: bool,
}

use Outcome::{Done, Gone, PerhapsGone, Queued, Refused, Stored};
use Request::{Chat, Connect, Disconnect, Transfer, Typing};

const fn for_good(code: ErrorCode) -> Reason {
    Reason { code, transient: false }
}

const fn for_now(code: ErrorCode) -> Reason {
    Reason { code, transient: true }
}

/// One row: for these requests, this code (empty: any), with this part in the text (empty: any).
struct Row(&'static [Request], &'static str, &'static str, Outcome);

const ALL: &[Request] = &[Connect, Chat, Transfer, Disconnect, Typing];

const TABLE: &[Row] = &[
    // Success. `Failed to disconnect robot` is printed under code 0 too: the code wins.
    Row(&[Connect], "0", "robot", Outcome::Robot),
    Row(&[Connect], "0", "机器人", Outcome::Robot),
    Row(ALL, "0", "", Done),
    // Nobody needs to know that a typing notice was not taken.
    Row(&[Typing], "", "", Done),
    // Waiting. A visitor who ends the conversation while waiting has left.
    Row(&[Disconnect], "11", "", Done),
    Row(&[Disconnect], "13", "queuing", Done),
    Row(ALL, "11", "", Queued),
    Row(ALL, "13", "queuing", Queued),
    // Outside hours.
    Row(ALL, "12", "", Refused(for_good(ErrorCode::OutsideHours))),
    // A card: delivered, though the agent cannot follow its link.
    Row(&[Chat], "3", "trust list", Done),
    Row(&[Chat], "3", "", Refused(for_good(ErrorCode::BodyUnsupported))),
    // The desk's channel id is wrong.
    Row(ALL, "13", "none channel config", Refused(for_good(ErrorCode::CentreRefused))),
    // The centre behind the gateway.
    Row(&[Connect, Transfer], "13", "no ccucs address", Refused(for_now(ErrorCode::CentreBusy))),
    Row(&[Connect, Transfer], "13", "connect to ccucs failed", Refused(for_now(ErrorCode::CentreBusy))),
    Row(&[Connect], "13", "fail to initialize robot", Refused(for_now(ErrorCode::RobotUnavailable))),
    Row(&[Transfer], "13", "it has been agent service", Outcome::Agent),
    // The conversation.
    Row(&[Transfer], "13", "session keep touch failed", Gone),
    Row(&[Disconnect], "13", "session keep touch failed", Done),
    Row(&[Disconnect], "13", "", PerhapsGone(for_now(ErrorCode::CentreRefused))),
    Row(&[Chat], "13", "content is empty", Refused(for_good(ErrorCode::TextEmpty))),
    Row(&[Chat], "13", "too quick", PerhapsGone(for_now(ErrorCode::CentreBusy))),
    Row(&[Chat], "13", "session keep touch failed", PerhapsGone(for_now(ErrorCode::CentreBusy))),
    Row(&[Chat], "13", "", PerhapsGone(for_good(ErrorCode::CentreRefused))),
    // The set of codes is open.
    Row(ALL, "", "", Refused(for_good(ErrorCode::CentreRefused))),
];

/// What an answer of `send` says. `offline`: it carries the sign that messages are stored for later.
pub(super) fn outcome(request: Request, code: &str, text: &str, offline: bool) -> Outcome {
    let text = text.to_lowercase();
    let row = TABLE.iter().find(|Row(requests, row_code, part, _)| {
        requests.contains(&request) && (row_code.is_empty() || *row_code == code) && text.contains(part)
    });
    let found = row.map_or(Refused(for_good(ErrorCode::CentreRefused)), |Row(.., outcome)| *outcome);
    match (request, found) {
        (Chat, _) if offline && code != "0" => Stored,
        (Connect, Refused(_)) if offline => Refused(for_good(ErrorCode::OutsideHours)),
        _ => found,
    }
}

#[cfg(test)]
mod tests;
