//! What survives a reload: small records, so that several tabs can keep theirs side by side.

use frontdesk_contract::ClientId;
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
    /// A message that the centre does not have yet.
    Outgoing {
        /// Its id, for life.
        id: ClientId,
        /// What is said.
        text: String,
        /// When the visitor sent it, epoch milliseconds; also the order among several.
        at_ms: u64,
    },
    /// A rating that the centre does not have yet.
    Rating {
        /// Its id, for life.
        id: ClientId,
        /// The level.
        level: u8,
        /// The comment.
        comment: String,
    },
}

/// Where a record is kept; one record a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// The only session.
    Session,
    /// A message.
    Outgoing(ClientId),
    /// The only rating.
    Rating,
}

impl Record {
    /// The key of this record.
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Session { .. } => RecordKey::Session,
            Self::Outgoing { id, .. } => RecordKey::Outgoing(id.clone()),
            Self::Rating { .. } => RecordKey::Rating,
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
