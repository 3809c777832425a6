//! The port to a contact centre: exactly the calls that the proxy needs, in Frontdesk's own words.
//!
//! An adapter hides its vendor's dialects, tokens and codes. It never retries a call whose outcome is unknown and never
//! decides what that means for the visitor: it reports, and [`Failure`] says what is certain.

pub mod cec;
#[cfg(test)]
pub(crate) mod fake;

use frontdesk_contract::{Body, ClientId, ErrorCode, QueueInfo, Sender, SurveyForm};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What a call of the port answers.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// A visitor, as the centre is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Id at the centre, at most 24 characters; chosen by the proxy, never by the page.
    pub user_id: String,
    /// Name that agents see.
    pub user_name: String,
    /// Language as an ISO 639 code without country, such as `zh`.
    pub language: String,
}

/// A centre. One instance serves all visitors of a desk; tokens live inside it.
pub trait Centre: Send + Sync + 'static {
    /// Opens a conversation with whoever the centre puts first.
    fn connect<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving>;

    /// Asks for a person while a robot serves.
    fn transfer_to_agent<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving>;

    /// Ends the conversation. A conversation that is already gone counts as ended.
    fn disconnect<'a>(&'a self, party: &'a Party) -> Answer<'a, ()>;

    /// Hands over one message. `at_ms` is when the visitor sent it and stays the same when it is handed over again.
    fn say<'a>(&'a self, party: &'a Party, id: &'a ClientId, at_ms: u64, body: &'a Body) -> Answer<'a, Said>;

    /// Tells the agent that the visitor is typing.
    fn typing<'a>(&'a self, party: &'a Party) -> Answer<'a, ()>;

    /// Fetches what is new for the visitor. With a destructive centre, what this returns is nowhere else: journal it
    /// before anything can fail.
    fn poll<'a>(&'a self, party: &'a Party) -> Answer<'a, Vec<Downlink>>;

    /// Asks for the place in the queue.
    fn queue<'a>(&'a self, party: &'a Party) -> Answer<'a, QueueAnswer>;

    /// The levels for a rating in the visitor's language; `open` is false where the centre wants none.
    fn survey<'a>(&'a self, party: &'a Party) -> Answer<'a, SurveyForm>;

    /// Hands over a rating.
    fn rate<'a>(&'a self, party: &'a Party, level: u8, comment: &'a str) -> Answer<'a, ()>;

    /// Everything the centre kept of this visitor since `since_ms`, oldest first; `None` where it keeps nothing.
    fn history<'a>(&'a self, party: &'a Party, since_ms: u64) -> Answer<'a, Option<Vec<Kept>>>;

    /// Whether the centre can be used now: a gateway token can be had. For health and `check-config`.
    fn ready(&self) -> Answer<'_, ()>;

    /// Forgets what the adapter holds for a visitor (tokens).
    fn forget(&self, user_id: &str);
}

/// Who serves after a connect or a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serving {
    /// A robot.
    Robot,
    /// An agent.
    Agent,
    /// Nobody yet: the visitor waits.
    Queue,
}

/// What the centre said to a message that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Delivered.
    Delivered,
    /// Kept for later, since the agents are away. Not to be sent again.
    StoredOffline,
}

/// Something that came down from the centre.
#[derive(Clone, Debug, PartialEq)]
pub enum Downlink {
    /// Somebody said something.
    Message {
        /// The centre's own unique code of the message, if it gave one.
        code: Option<String>,
        /// Who.
        from: Sender,
        /// What.
        body: Body,
        /// When, by the centre's clock, if it said so.
        at_ms: Option<u64>,
    },
    /// The conversation is over. `offline`: messages may still be sent, they are kept for later.
    Ended {
        /// Offline mode is on.
        offline: bool,
    },
    /// The agent has read messages; empty: all until now.
    Read(Vec<ClientId>),
    /// The message with this code was taken back.
    Recalled(String),
    /// The agent is typing.
    Typing,
    /// The visitor is connected with this one; the system, as far as it does not say with whom.
    Connected(Sender),
    /// A sign that the visitor waits in a queue.
    Queueing,
    /// A sign that the conversation moves to an agent.
    Transferring,
}

/// What the centre says about the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueAnswer {
    /// Waiting, with what is known.
    Waiting(QueueInfo),
    /// An agent serves already.
    Served,
    /// Waiting somewhere without a place (another queue, a menu).
    Elsewhere,
    /// An agent was offered the visitor and did not answer; waiting goes on.
    AgentDidNotAnswer,
    /// The conversation is over.
    Gone,
    /// The centre has no place for the visitor: perhaps the question failed, perhaps nobody waits any more. Said again
    /// and again it means that an agent serves.
    Unlisted,
    /// The centre does not say.
    NoInformation,
}

/// A message as the centre kept it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The centre's code of the message; for the visitor's own messages the id they were sent with, where the centre
    /// keeps it.
    pub code: Option<String>,
    /// Who; `None`: the visitor.
    pub from: Option<Sender>,
    /// What.
    pub body: Body,
    /// When, by the centre's clock, if it said so.
    pub at_ms: Option<u64>,
}

/// Why a call failed, sorted by what is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The request never reached the centre: repeating it is safe.
    NotSent {
        /// For the visitor.
        code: ErrorCode,
        /// For the log: what was tried and what went wrong; no secret, no text.
        detail: String,
    },
    /// The centre answered, and the answer proves that nothing was done.
    Refused {
        /// For the visitor.
        code: ErrorCode,
        /// Whether the same request may succeed later.
        transient: bool,
        /// Wait at least this long.
        retry_after: Option<Duration>,
        /// For the log.
        detail: String,
    },
    /// No answer, or none that proves anything: the centre may have done it.
    Unknown {
        /// For the visitor.
        code: ErrorCode,
        /// For the log.
        detail: String,
    },
    /// The conversation is gone; a new one must be opened. Nothing was delivered.
    Gone,
}
