//! Everything that can be asked for.

use crate::snapshot::{Record, RecordKey};
use crate::transcript::Change;
use frontdesk_contract::{Connect, EventPage, OpenSession, PostMessage, PostSurvey};

/// Names a request among those of one session. An answer to a request that is no longer open is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// Something for the driver to do, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write this record for good, then report [`crate::Input::Kept`].
    Keep(Record),
    /// Remove this record.
    Forget(RecordKey),
    /// Send a request; report [`crate::Input::Answered`] exactly once, at the latest after `timeout_ms`.
    Request {
        /// Goes back with the answer.
        id: RequestId,
        /// What to ask.
        call: Call,
        /// The credential for the header, for all calls but the first.
        credential: Option<String>,
        /// Give up after this many milliseconds.
        timeout_ms: u32,
    },
    /// Stop this request; no answer is wanted.
    Abort(RequestId),
    /// Report [`crate::Input::Timer`] at this time; replaces the time asked for before. `None`: no timer.
    WakeAt(Option<u64>),
    /// Tell the other tabs what this one read.
    Tell {
        /// What this tab had asked after.
        after: u64,
        /// What it got.
        page: EventPage,
    },
    /// The transcript changed; to be applied in order.
    Show(Change),
    /// Something other than the transcript changed; draw it again from the session.
    Redraw,
    /// So many messages have arrived unseen.
    Unread(u32),
    /// A text comes back to the composer, since its message was discarded.
    Returned(String),
}

/// A request to the proxy.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// `POST /v1/session`
    OpenSession(OpenSession),
    /// `POST /v1/contact`
    Connect(Connect),
    /// `DELETE /v1/contact`
    EndContact,
    /// `POST /v1/messages`
    PostMessage(PostMessage),
    /// `POST /v1/typing`
    Typing,
    /// `GET /v1/events`
    Events {
        /// Number of the last event known.
        after: u64,
        /// How long the proxy may wait for news, in seconds.
        wait_s: u32,
    },
    /// `POST /v1/survey`
    PostSurvey(PostSurvey),
}
