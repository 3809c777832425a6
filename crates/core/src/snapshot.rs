//! What survives a reload: small records, so that several tabs can keep theirs side by side.

use frontdesk_contract::{Body, ClientId, FileStored, LeaveMessage, PostFeedback};
use serde::{Deserialize, Serialize};

/// Version of the records. Records of another version are dropped when read.
pub const SCHEMA: u32 = 1;

/// One record of the storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// The session to resume.
    Session {
        /// The proxy's credential.
        credential: String,
    },
    /// A text that the centre does not have yet.
    Outgoing {
        /// Its id, for life.
        id: ClientId,
        /// What is said.
        text: String,
        /// When the visitor sent it, epoch milliseconds; also the order among several.
        at_ms: u64,
    },
    /// A place, a card or a file of the proxy's that the centre does not have yet.
    OutgoingBody {
        /// Its id, for life.
        id: ClientId,
        /// What is sent.
        body: Body,
        /// As with a text.
        at_ms: u64,
    },
    /// A file that the centre does not have yet. Its content is kept beside it, under the same id.
    OutgoingFile {
        /// Its id, for life.
        id: ClientId,
        /// Its name.
        name: String,
        /// As the browser told it; may be empty.
        media_type: String,
        /// Its size.
        size_bytes: u64,
        /// What the proxy answered to the upload, once it is through.
        #[serde(default)]
        stored: Option<FileStored>,
        /// As with a text.
        at_ms: u64,
    },
    /// A rating that the centre does not have yet.
    Rating {
        /// Its id, for life.
        id: ClientId,
        /// The level, where it was asked for.
        #[serde(default)]
        level: Option<u8>,
        /// 0 to 9, where it was asked for.
        #[serde(default)]
        recommend: Option<u8>,
        /// Whether the matter is solved, where it was asked for.
        #[serde(default)]
        solved: Option<bool>,
        /// The comment.
        comment: String,
    },
    /// A message left for later that the centre does not have yet.
    Leave(LeaveMessage),
    /// A judgement that the centre does not have yet.
    Feedback(PostFeedback),
}

/// Where a record is kept; one record a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// The only session.
    Session,
    /// A message, of whatever kind.
    Outgoing(ClientId),
    /// The only rating.
    Rating,
    /// The only message left for later.
    Leave,
    /// A judgement.
    Feedback(ClientId),
}

impl Record {
    /// The key of this record.
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Session { .. } => RecordKey::Session,
            Self::Outgoing { id, .. } | Self::OutgoingBody { id, .. } | Self::OutgoingFile { id, .. } => {
                RecordKey::Outgoing(id.clone())
            }
            Self::Rating { .. } => RecordKey::Rating,
            Self::Leave(_) => RecordKey::Leave,
            Self::Feedback(feedback) => RecordKey::Feedback(feedback.id.clone()),
        }
    }
}

/// All records of one visitor at one desk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// [`SCHEMA`] at the time of writing.
    pub schema: u32,
    /// In any order.
    pub records: Vec<Record>,
}
