//! The visitor API `/v1` of Frontdesk: wire types and codes, shared by the widget and the proxy. No logic, no I/O.
//!
//! Conventions of this wire:
//! - JSON, UTF-8. Times are epoch milliseconds (`…_ms`), sizes are bytes (`…_bytes`).
//! - A choice between shapes is one object with one key that names the shape (`{"text":"…"}`). A reader that meets a
//!   key it does not know gets the `Unknown` variant and goes on; a choice between words has `unknown` likewise. In what
//!   is sent a second key is refused, since one of the two would be lost.
//! - Every POST that changes something carries an `id`, made once by the client; repeating it is harmless.
//!
//! # Layout
//! - [`session`]: opening a session and what the desk offers
//! - [`handover`]: taking a session to another window
//! - [`contact`]: who serves the visitor, the queue
//! - [`message`]: what visitor, robot and agent say
//! - [`rich`]: text with marks
//! - [`mod@file`]: uploads, downloads, tickets
//! - [`event`]: everything that happened, in order
//! - [`history`]: earlier messages
//! - [`robot`]: suggestions, judging an answer
//! - [`survey`]: rating a conversation
//! - [`leave`]: leaving a message, opening hours
//! - [`call`]: calls, as far as the centre connects them
//! - [`error`]: the closed set of codes
//! - [`id`]: ids made by clients

pub mod call;
pub mod contact;
pub mod error;
pub mod event;
pub mod file;
pub mod handover;
pub mod history;
pub mod id;
pub mod leave;
pub mod message;
mod one_key;
pub mod rich;
pub mod robot;
pub mod session;
pub mod survey;
pub mod whole;

pub use call::{
    CallEnd, CallGateway, CallMedia, CallState, CallStatus, CallSupport, IceServer, MAX_CALL_DATA_CHARS,
    PlaceCall, StartCall,
};
pub use contact::{
    About, Attribute, Connect, ConnectTo, Contact, ContactState, EndReason, MAX_ATTRIBUTE_CHARS,
    MAX_ATTRIBUTE_NAME_CHARS, MAX_ATTRIBUTES, MAX_PAGE_TITLE_CHARS, MAX_PAGE_URL_BYTES, Person, QueueInfo,
};
pub use error::{ApiError, ErrorCode};
pub use event::{
    Echo, Event, EventKind, EventPage, Feedback, Gap, Notice, NoticeCode, Recalled, Receipt, Typing,
};
pub use file::{FILE_ID_HEADER, FILE_NAME_HEADER, FileStored, FileTicket, MAX_FILE_NAME_BYTES};
pub use handover::{RedeemTicket, RegisterTicket, TICKET_MS, TicketRedeemed, TicketRegistered};
pub use history::{HistoryItem, HistoryPage, MAX_HISTORY_PAGE};
pub use id::{ClientId, IdError, MAX_ID_CHARS};
pub use leave::{Hours, HoursSpan, LeaveMessage, MAX_LEFT_TEXT_CHARS, MAX_NUMBER_CHARS, MessageLeft};
pub use message::{Body, Card, FileRef, Location, Message, PostMessage, Posted, PostedStatus, Sender};
pub use rich::{CallInvite, Element, Link, MAX_RICH_DEPTH, MAX_RICH_NODES, Node, Tag};
pub use robot::{FeedbackSaved, MAX_REASON_BYTES, MAX_SUGGESTION_QUERY_BYTES, PostFeedback, Suggestions};
pub use session::{
    CallOffer, FileOffer, MAX_IDENTITY_BYTES, Offers, OpenSession, RedactRule, SessionOpened, Visitor,
};
pub use survey::{PostSurvey, SurveyForm, SurveyLevel, SurveyQuestion, SurveySaved};

/// Version of this wire. A client names it when it opens a session; the proxy answers with the version it will speak.
pub const PROTOCOL: u32 = 1;

/// Request header that carries the session credential. It never travels in a URL.
pub const SESSION_HEADER: &str = "Frontdesk-Session";

/// The longest wait of `GET /v1/events`, in seconds.
pub const MAX_WAIT_S: u32 = 25;
