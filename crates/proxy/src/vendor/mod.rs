//! The port to a contact centre: exactly the calls that the proxy needs, in Frontdesk's own words.
//!
//! An adapter hides its vendor's dialects, tokens and codes. It never retries a call whose outcome is unknown and never
//! decides what that means for the visitor: it reports, and [`Failure`] says what is certain.

pub mod cec;
mod down;
#[cfg(test)]
pub(crate) mod fake;
pub mod guard;
mod pushed;
pub mod rich;
mod up;

pub use down::{
    CallAbility, CallNews, CentreFile, Content, Downlink, FileKind, FileSource, Kept, Placed, QueueAnswer,
    Said, Serving,
};
pub use pushed::{Admitted, PushHead, PushRefusal, Pushed, PushedList};
pub use up::{Placing, Rating, Spooled, Utterance};

use frontdesk_contract::{About, CallMedia, ClientId, ErrorCode, SurveyForm};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::AsyncWrite;

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
    /// Opens a conversation with whoever the centre puts first, who is told what the website says of the visit as far as
    /// the centre takes that.
    fn connect<'a>(&'a self, party: &'a Party, about: &'a About) -> Answer<'a, Serving>;

    /// Asks for a person while a robot serves.
    fn transfer_to_agent<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving>;

    /// Ends the conversation. A conversation that is already gone counts as ended.
    fn disconnect<'a>(&'a self, party: &'a Party) -> Answer<'a, ()>;

    /// Whether the centre takes such a message at all, as far as the adapter knows without asking it.
    ///
    /// # Errors
    /// Why not, for the visitor.
    fn takes(&self, what: &Utterance) -> Result<(), ErrorCode>;

    /// Hands over one message. `at_ms` is when the visitor sent it and stays the same when it is handed over again.
    fn say<'a>(
        &'a self,
        party: &'a Party,
        id: &'a ClientId,
        at_ms: u64,
        what: &'a Utterance,
    ) -> Answer<'a, Said>;

    /// Tells the agent that the visitor is typing.
    fn typing<'a>(&'a self, party: &'a Party) -> Answer<'a, ()>;

    /// Fetches what is new for the visitor. With a destructive centre, what this returns is nowhere else: journal it
    /// before anything can fail.
    fn poll<'a>(&'a self, party: &'a Party) -> Answer<'a, Vec<Downlink>>;

    /// Whether whoever sends this by itself is the centre. Asked before the body is read.
    ///
    /// # Errors
    /// Why not.
    fn admit_push(&self, head: &PushHead<'_>) -> Result<Admitted, PushRefusal>;

    /// Reads what the centre sends by itself.
    ///
    /// # Errors
    /// [`PushRefusal::Replayed`] when the same admission came with another body before.
    fn read_push(&self, admitted: &Admitted, body: &[u8]) -> Result<Option<PushedList>, PushRefusal>;

    /// Whether it is known that the centre does not answer.
    fn is_away(&self) -> bool {
        false
    }

    /// Asks for the place in the queue.
    fn queue<'a>(&'a self, party: &'a Party) -> Answer<'a, QueueAnswer>;

    /// The levels for a rating in the visitor's language; `open` is false where the centre wants none.
    fn survey<'a>(&'a self, party: &'a Party) -> Answer<'a, SurveyForm>;

    /// Hands over a rating.
    fn rate<'a>(&'a self, party: &'a Party, rating: &'a Rating) -> Answer<'a, ()>;

    /// Tells the agent which of the agent's messages the visitor has read, by their codes. Nothing happens where the
    /// centre does not take it.
    fn read<'a>(&'a self, party: &'a Party, codes: &'a [String]) -> Answer<'a, ()>;

    /// Hands over a file and answers the key by which a message names it. The file is streamed, never held whole.
    fn upload<'a>(&'a self, party: &'a Party, file: Spooled<'a>) -> Answer<'a, String>;

    /// Fetches a file of the centre into `into` as it arrives and answers its size in bytes. `extension`: as the centre
    /// named it. A file longer than `max_bytes` is [`ErrorCode::FileTooLarge`]. After an error a part may have been
    /// written.
    fn download<'a>(
        &'a self,
        party: &'a Party,
        source: &'a FileSource,
        extension: Option<&'a str>,
        into: &'a mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Answer<'a, u64>;

    /// Fetches the picture of an agent or a robot, which lies elsewhere than the centre ([`FileSource::Picture`]). `None`: the
    /// settings do not name that place, or no longer. What it is, is for whoever asks to find out. It has nothing to do with
    /// the centre: what becomes of it says nothing about that.
    fn picture<'a>(&'a self, address: &str) -> Option<Answer<'a, Vec<u8>>>;

    /// Questions that the robot can answer and that resemble `text`, best first, at most five.
    fn suggestions<'a>(&'a self, party: &'a Party, text: &'a str) -> Answer<'a, Vec<String>>;

    /// Judges one answer of the robot. `inter_idx`: of [`Downlink::Message`]. `reason`: at most
    /// [`frontdesk_contract::MAX_REASON_BYTES`], not empty unless `helpful`.
    fn feedback<'a>(
        &'a self,
        party: &'a Party,
        inter_idx: &'a str,
        helpful: bool,
        reason: &'a str,
    ) -> Answer<'a, ()>;

    /// Leaves a message with a telephone number to call back; needs no conversation.
    fn leave_message<'a>(&'a self, party: &'a Party, number: &'a str, text: &'a str) -> Answer<'a, ()>;

    /// Everything the centre kept of this visitor from `from_ms` to `to_ms` (`u64::MAX`: until now), oldest first;
    /// `None` where it keeps nothing.
    fn history<'a>(&'a self, party: &'a Party, from_ms: u64, to_ms: u64) -> Answer<'a, Option<Vec<Kept>>>;

    /// What the centre can do about calls.
    fn call_support<'a>(&'a self, party: &'a Party) -> Answer<'a, CallAbility>;

    /// Asks for a call: the centre reserves an agent. What becomes of it comes by [`Centre::call_events`].
    fn call_start<'a>(&'a self, party: &'a Party, media: CallMedia) -> Answer<'a, ()>;

    /// Fetches what is new about the call; `None`: nothing. The centre may hold the request for a minute; who asks again
    /// and again pauses at least a second after an answer that came at once.
    fn call_events<'a>(&'a self, party: &'a Party) -> Answer<'a, Option<CallNews>>;

    /// Ends the call. A call that is already gone counts as ended.
    fn call_drop<'a>(&'a self, party: &'a Party) -> Answer<'a, ()>;

    /// Has the centre prepare a call that staff place to any number, and answers where the call is to be connected. No
    /// visitor has part in it, and nothing tells what becomes of it.
    fn place_call<'a>(&'a self, wish: &'a Placing) -> Answer<'a, Placed>;

    /// Whether the centre can be used now: a gateway token can be had. For health and `check-config`.
    fn ready(&self) -> Answer<'_, ()>;

    /// Forgets what the adapter holds for a visitor (tokens).
    fn forget(&self, user_id: &str);
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

impl Failure {
    /// For the log.
    pub fn detail(&self) -> &str {
        match self {
            Self::NotSent { detail, .. } | Self::Refused { detail, .. } | Self::Unknown { detail, .. } => {
                detail
            }
            Self::Gone => "",
        }
    }
}
