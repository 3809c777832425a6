//! Everything that happened, in order.

use crate::call::CallStatus;
use crate::contact::{Contact, QueueInfo};
use crate::id::ClientId;
use crate::message::{Body, Message, PostedStatus};
use crate::survey::SurveyForm;
use serde::{Deserialize, Serialize};

/// Answer to `GET /v1/events?after=N&wait=S`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    /// What to ask `after` next time: the number of the last event here, or the number asked for.
    pub next: u64,
    /// In order, without a hole; a hole is itself an event, [`Gap`].
    pub events: Vec<Event>,
}

/// One thing that happened, numbered from 1 per visitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "EventWire")]
pub struct Event {
    /// Its number.
    pub seq: u64,
    /// When it was recorded.
    pub at_ms: u64,
    /// What it is.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What an event is; its key on the wire is the name in snake case.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Robot, agent or centre said something.
    Message(Message),
    /// The visitor said something, in this tab or another.
    Echo(Echo),
    /// The agent has read messages of the visitor.
    Receipt(Receipt),
    /// A message was taken back.
    Recalled(Recalled),
    /// The agent began or stopped typing.
    Typing(Typing),
    /// Place or wait changed.
    Queue(QueueInfo),
    /// The conversation changed hands or state.
    Contact(Contact),
    /// The conversation can be rated.
    Survey(SurveyForm),
    /// The call changed.
    Call(CallStatus),
    /// The visitor judged an answer of the robot.
    Feedback(Feedback),
    /// Something the visitor should know.
    Notice(Notice),
    /// Earlier events are no longer kept.
    Gap(Gap),
    /// Something of a later version.
    Unknown {},
}

#[derive(Deserialize)]
struct EventWire {
    seq: u64,
    #[serde(default)]
    at_ms: u64,
    message: Option<Message>,
    echo: Option<Echo>,
    receipt: Option<Receipt>,
    recalled: Option<Recalled>,
    typing: Option<Typing>,
    queue: Option<QueueInfo>,
    contact: Option<Contact>,
    survey: Option<SurveyForm>,
    call: Option<CallStatus>,
    feedback: Option<Feedback>,
    notice: Option<Notice>,
    gap: Option<Gap>,
}

impl From<EventWire> for Event {
    fn from(wire: EventWire) -> Self {
        let EventWire { seq, at_ms, .. } = wire;
        let kind = None
            .or(wire.message.map(EventKind::Message))
            .or(wire.echo.map(EventKind::Echo))
            .or(wire.receipt.map(EventKind::Receipt))
            .or(wire.recalled.map(EventKind::Recalled))
            .or(wire.typing.map(EventKind::Typing))
            .or(wire.queue.map(EventKind::Queue))
            .or(wire.contact.map(EventKind::Contact))
            .or(wire.survey.map(EventKind::Survey))
            .or(wire.call.map(EventKind::Call))
            .or(wire.feedback.map(EventKind::Feedback))
            .or(wire.notice.map(EventKind::Notice))
            .or(wire.gap.map(EventKind::Gap))
            .unwrap_or(EventKind::Unknown {});
        Self { seq, at_ms, kind }
    }
}

/// The visitor's own message, as recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Echo {
    /// The id it was sent with.
    pub id: ClientId,
    /// What was sent.
    pub body: Body,
    /// What became of it.
    pub status: PostedStatus,
}

/// Messages of the visitor that the agent has read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// Their ids; empty: all until here.
    pub read: Vec<ClientId>,
}

/// A message that was taken back. Whoever has shown it hides it. Its own event keeps number and id and says nothing any
/// more: its body is the empty text, and its file is no longer known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recalled {
    /// Id of the message.
    pub id: String,
}

/// Whether the agent is typing. It ends by itself after some seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Typing {
    /// True: typing now.
    pub active: bool,
}

/// The visitor's judgement of an answer, given in this tab or another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Feedback {
    /// Id of the robot's message.
    pub message: String,
    /// It helped.
    pub helpful: bool,
}

/// Something the visitor should know; shown as a sentence in the visitor's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// What it is about.
    pub code: NoticeCode,
    /// The centre's own words for it, plain text; shown instead of the page's sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// The centre cannot be reached; trying goes on.
    CentreUnreachable,
    /// The centre is reached again.
    CentreReached,
    /// The agent did not answer; waiting goes on.
    AgentDidNotAnswer,
    /// The agents are away; messages are kept for them.
    OfflineMode,
    /// A card was delivered, but agents cannot follow its link: its address is not on the centre's trust list.
    LinkNotTrusted,
    /// Messages of the centre may be missing here, since its answer was lost and it keeps no history.
    MessagesMayBeMissing,
    /// A notice of a later version.
    #[serde(other)]
    Unknown,
}

/// Earlier events are no longer kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gap {
    /// Number of the first event that is missing.
    pub from: u64,
    /// Number of the last event that is missing.
    pub to: u64,
}
