//! What is stored.

use super::{Fence, SessionHash};
use crate::identity::Reach;
use crate::vendor::{FileKind, FileSource};
use frontdesk_contract::{
    CallState, CallStatus, ClientId, Contact, ContactState, Event, FileStored, PostedStatus, QueueInfo,
    SurveyForm,
};
use serde::{Deserialize, Serialize};

/// A session: whose it is and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// SHA-256 of the credential.
    pub hash: SessionHash,
    /// The visitor it belongs to.
    pub visitor: String,
    /// The desk it is bound to.
    pub desk: String,
    /// When it ends if it is not used before.
    pub expires_ms: u64,
}

/// A visitor and the conversation as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorRecord {
    /// The visitor's id, as the page sees it.
    pub id: String,
    /// Id of the desk.
    pub desk: String,
    /// Id at the centre.
    pub user_id: String,
    /// Name that agents see.
    pub name: String,
    /// ISO 639 code.
    pub language: String,
    /// The session's hash, so that erasing the visitor takes the session along.
    pub session: SessionHash,
    /// Grows with every write.
    pub rev: u64,
    /// Number of the newest event; 0 when there is none.
    pub head: u64,
    /// Number of the oldest event that is kept; `head + 1` when none is.
    pub floor: u64,
    /// How many codes were ever recorded.
    pub codes: u64,
    /// The conversation.
    pub contact: Contact,
    /// When the conversation began.
    pub begun_ms: u64,
    /// When it ended.
    pub ended_ms: u64,
    /// An agent served in this conversation, by the centre's own word.
    pub had_agent: bool,
    /// The centre keeps messages for later although the conversation is over.
    pub offline: bool,
    /// What the visitor was last told about the queue.
    pub queue: Option<QueueInfo>,
    /// Whether this conversation can be rated.
    pub survey: Survey,
    /// The last event that the visitor has read.
    pub read_up_to: u64,
    /// The visitor said something that the agent has not read, as far as is known.
    pub unread: bool,
    /// The centre is being polled, as far as the store knows, or what was lost of it is being looked for: after the end of
    /// a proxy in the middle, an answer may have been lost.
    #[serde(default)]
    pub polling: bool,
    /// Polling has stopped since nobody listens; it goes on when the visitor asks for something.
    #[serde(default)]
    pub rested: bool,
    /// While queueing: the centre's words have said that an agent is there, and the queue has not said otherwise since. While a robot
    /// serves: the centre has pushed words of the system, and the queue is to be asked what they mean.
    #[serde(default)]
    pub announced: bool,
    /// Since when the centre does not know that the visitor has ended the conversation, and is to be told.
    #[serde(default)]
    pub owes_disconnect_ms: Option<u64>,
    /// The call as it stands.
    #[serde(default)]
    pub call: CallStatus,
    /// Files that were handed over in this conversation.
    #[serde(default)]
    pub files: u32,
    /// Their bytes.
    #[serde(default)]
    pub file_bytes: u64,
    /// For whom the site vouches, in its words (`sub`); `None`: an anonymous visitor.
    #[serde(default)]
    pub subject: Option<String>,
    /// Which numbers the visitor may call as a member of staff; `None`: the site vouches for no such thing.
    #[serde(default)]
    pub may_call: Option<MayCall>,
    /// Marks of messages that were taken back, oldest first; `visitor::recall` makes them.
    #[serde(default)]
    pub recalled: Vec<u64>,
}

impl VisitorRecord {
    /// Of a visitor with whom nothing has happened yet. Whose it is, is left to be filled in.
    pub fn untouched(session: SessionHash) -> Self {
        Self {
            id: String::new(),
            desk: String::new(),
            user_id: String::new(),
            name: String::new(),
            language: String::new(),
            session,
            rev: 0,
            head: 0,
            floor: 1,
            codes: 0,
            contact: Contact::default(),
            begun_ms: 0,
            ended_ms: 0,
            had_agent: false,
            offline: false,
            queue: None,
            survey: Survey::None,
            read_up_to: 0,
            unread: false,
            polling: false,
            rested: false,
            announced: false,
            owes_disconnect_ms: None,
            call: CallStatus::default(),
            files: 0,
            file_bytes: 0,
            subject: None,
            may_call: None,
            recalled: Vec::new(),
        }
    }

    /// Whether a conversation is open.
    pub fn is_open(&self) -> bool {
        matches!(self.contact.state, ContactState::Robot | ContactState::Queueing | ContactState::Agent)
    }

    /// Whether a call is going on.
    pub fn is_calling(&self) -> bool {
        matches!(self.call.state, CallState::Setup | CallState::Queueing | CallState::Connected)
    }

    /// Whether something is to be done for the visitor without being asked: a conversation is open and to be polled, or
    /// over and what was lost of it to be looked for, the centre does not know that it is over, or a call is going on.
    pub fn is_unfinished(&self) -> bool {
        let polled = if self.is_open() { !self.rested } else { self.polling };
        polled || self.owes_disconnect_ms.is_some() || self.is_calling()
    }
}

/// What a site has said of somebody's calls, and how long its word holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MayCall {
    /// Which numbers.
    pub reach: Reach,
    /// Until then, epoch milliseconds: as long as the token that said so.
    pub until_ms: u64,
}

/// Where the rating of a conversation stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Survey {
    /// None is due.
    #[default]
    None,
    /// The centre is to be asked for its form.
    Due,
    /// A rating is taken.
    Open {
        /// What to offer.
        form: SurveyForm,
        /// Since when.
        since_ms: u64,
    },
    /// Rated.
    Rated,
}

/// The idempotency record of an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// SHA-256 of kind and content.
    pub content: [u8; 32],
    /// When the request first came; handed to the centre with every attempt.
    pub at_ms: u64,
    /// The answer, once there is one. `None` with nobody at work on it: the centre may have it or not.
    pub answer: Option<Answer>,
    /// The last attempt certainly did nothing: the same may be asked again, and is then done as if for the first time.
    #[serde(default)]
    pub undone: bool,
}

/// An answer that a repeated request gets again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Of a message.
    Posted {
        /// What became of it.
        status: PostedStatus,
        /// Number of its `echo`.
        seq: u64,
    },
    /// Of a connect.
    Contact(Contact),
    /// Of a rating.
    Rated(PostedStatus),
    /// Of an upload.
    Stored(FileStored),
    /// Of a judgement.
    Judged(PostedStatus),
    /// Of a message that was left.
    Left(PostedStatus),
    /// Of a call, as it was started.
    Called(CallStatus),
}

/// What the page names by an id of ours and the centre by one of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handle {
    /// A file.
    File {
        /// Where the centre keeps it.
        source: FileSource,
        /// Its type: as the centre names it, or by content for a file of the visitor.
        extension: Option<String>,
        /// How it is shown.
        kind: FileKind,
        /// Its name, clean.
        name: String,
        /// Its size, where it is known.
        size_bytes: Option<u64>,
        /// When it became known, epoch milliseconds.
        at_ms: u64,
    },
    /// An answer of the robot that can be judged.
    Answer {
        /// The centre's number of it.
        inter_idx: String,
        /// The judgement.
        judged: Option<bool>,
    },
}

/// Changes of one visitor, written as a whole.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The record after the change. Its `rev` is the revision it was computed from plus one; `head` counts `events` in.
    pub record: VisitorRecord,
    /// New events, numbered up to `record.head` without a hole.
    pub events: Vec<Event>,
    /// Idempotency records to put.
    pub intents: Vec<(ClientId, Intent)>,
    /// New codes; the last has the number `record.codes`.
    pub codes: Vec<String>,
    /// Handles to put, by their ids: visible ASCII.
    pub handles: Vec<(String, Handle)>,
    /// Events that stand in the place of the kept ones with their numbers, all from `record.floor` on.
    pub rewritten: Vec<Event>,
    /// Ids of handles to remove.
    pub dropped: Vec<String>,
    /// The lease by virtue of which it is written, if any.
    pub fence: Option<Fence>,
}

impl Batch {
    /// The number before the first new code.
    pub(crate) fn codes_before(&self) -> u64 {
        self.record.codes.saturating_sub(self.codes.len() as u64)
    }
}
