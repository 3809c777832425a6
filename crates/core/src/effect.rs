//! Everything that can be asked for.

use crate::snapshot::{Record, RecordKey};
use crate::transcript::{Change, MineState};
use frontdesk_contract::{
    ClientId, Connect, ErrorCode, LeaveMessage, OpenSession, PostFeedback, PostMessage, PostSurvey,
};

/// Names a request among those of one session. An answer to a request that is no longer open is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// Something for the driver to do, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Write this record for good, then report [`crate::Input::Kept`].
    Keep(Record),
    /// Write this record ([`Record::OutgoingFile`]) for good together with the content of the file that
    /// [`crate::NewFile::handle`] names, under the id of the message, then report [`crate::Input::Kept`]. Content that
    /// cannot be written stays at hand for as long as the page lives: it is uploaded all the same.
    KeepFile {
        /// What to write.
        record: Record,
        /// Which content.
        handle: u32,
    },
    /// Remove this record, and the content of a file that is kept under the same id.
    Forget(RecordKey),
    /// Send a request; report [`crate::Input::Answered`] exactly once, at the latest after `timeout_ms`. Of an upload
    /// report [`crate::Input::Progress`] as well; one that stands still is stopped by the session itself.
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
    /// Tell the other tabs the page that this session was answered with just now.
    Tell {
        /// What this tab had asked after.
        after: u64,
    },
    /// The transcript changed; to be applied in order.
    Show(Change),
    /// Something other than the transcript changed; draw it again from the session.
    Redraw,
    /// So many messages have arrived unseen.
    Unread(u32),
    /// Read the storage that all tabs share, once all that was asked to be written is; then report
    /// [`crate::Input::Found`].
    Look,
    /// Tell the other tabs how far a message of the visitor is, by [`crate::Input::Told`].
    Told {
        /// Which.
        id: ClientId,
        /// `None`: the visitor has given it up.
        state: Option<MineState>,
    },
    /// Tell the other tabs that the visitor has seen all events up to here, by [`crate::Input::SeenElsewhere`]. For pages to
    /// come it stands in [`Record::Session`].
    SeenTo(u64),
    /// Something new has come that no tab shows: a sound, if the visitor wants any. Only one tab asks for it.
    Sound,
    /// In another tab or on an earlier page something was written and not sent.
    Drafted {
        /// It stands in the composer from now on, if that still has what it is known to have; else before what it has
        /// ([`crate::text::returned`]).
        text: String,
        /// What that is.
        before: String,
    },
    /// A text comes back to the composer, since its message was discarded, since too many wait already, or since it is
    /// longer than the desk takes. It stands before what is there ([`crate::text::returned`]), and is kept so.
    Returned(String),
    /// Something was not taken: nothing of it is kept or shown. To be told in a sentence, and then forgotten.
    Declined {
        /// What it was: the name of the file, the label of the place, the title of the card.
        name: String,
        /// Why: for files `not_offered`, `files_too_many` (at once, or waiting), `file_too_large`,
        /// `file_type_refused`, `file_empty`; for others `bad_request`, `card_incomplete`, `rate_limited`.
        code: ErrorCode,
    },
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
    /// `POST /v1/files`, with the content that is kept under the id of the message. Content that is not there any more is
    /// answered with [`crate::Failure::FileGone`].
    Upload(Upload),
    /// `GET /v1/history?before=…`
    History {
        /// From the page before; `None`: the newest.
        before: Option<String>,
    },
    /// `GET /v1/suggestions?q=…`
    Suggestions {
        /// At most [`frontdesk_contract::MAX_SUGGESTION_QUERY_BYTES`].
        query: String,
    },
    /// `POST /v1/leave-message`
    LeaveMessage(LeaveMessage),
    /// `POST /v1/feedback`
    PostFeedback(PostFeedback),
    /// `GET /v1/call`
    CallSupport,
    /// `POST /v1/read`
    Read {
        /// Number of the last event that was seen.
        up_to: u64,
    },
}

/// What an upload is sent with; the content is the driver's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The id of the message: what the content is kept under. The upload has one of its own, [`Upload::request_id`].
    pub id: ClientId,
    /// For [`frontdesk_contract::FILE_NAME_HEADER`], before it is encoded.
    pub name: String,
    /// For `Content-Type`; empty when the browser does not know.
    pub media_type: String,
    /// How many bytes.
    pub size_bytes: u64,
}

impl Upload {
    /// For [`frontdesk_contract::FILE_ID_HEADER`]: always the same for this message, and another than its own, since an id
    /// names one request.
    pub fn request_id(&self) -> ClientId {
        ClientId::new(self.id.as_str().chars().rev().collect::<String>())
    }
}
