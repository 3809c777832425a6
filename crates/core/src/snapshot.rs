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
        /// The person to whom it belongs ([`frontdesk_contract::Visitor::person`]), where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
        /// The visitor has seen all events up to this number, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<u64>,
        /// The session before it died: nobody knows what became of the messages until then, epoch milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gone_ms: Option<u64>,
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
    /// What stands in the composer of the visitor's tabs.
    Draft {
        /// As it was written.
        text: String,
    },
    /// Sessions that the visitor has left behind, and that the proxy is still to erase.
    Farewell {
        /// Their credentials.
        credentials: Vec<String>,
    },
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
    /// The only draft.
    Draft,
    /// All that is still to be erased.
    Farewell,
}

impl Record {
    /// A session of which nothing is known but whose it is.
    pub fn of_session(credential: String, person: Option<String>) -> Self {
        Self::Session { credential, person, seen: None, gone_ms: None }
    }

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
            Self::Draft { .. } => RecordKey::Draft,
            Self::Farewell { .. } => RecordKey::Farewell,
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

impl Saved {
    /// Goes on with this session instead of the one that was kept, and without what belongs to that one alone. What was not
    /// sent yet stays, as after a session that has ended. Answers whether it is another session.
    pub fn take_over(&mut self, session: &str) -> bool {
        let same =
            |record: &Record| matches!(record, Record::Session { credential, .. } if credential == session);
        if self.records.iter().any(same) {
            return false;
        }
        self.records.retain(|record| {
            !matches!(record, Record::Session { .. } | Record::Rating { .. } | Record::Feedback(_))
        });
        self.records.push(Record::of_session(session.to_owned(), None));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_is_taken_over_leaves_what_belongs_to_the_one_before() {
        let session = |name: &str| Record::of_session(name.to_owned(), None);
        let id = ClientId::new;
        let text = Record::Outgoing { id: id("m1"), text: "hello".to_owned(), at_ms: 1 };
        let rating = Record::Rating {
            id: id("r1"),
            level: Some(5),
            recommend: None,
            solved: None,
            comment: String::new(),
        };
        let mut saved = Saved { schema: SCHEMA, records: vec![session("old"), text.clone(), rating] };
        assert!(saved.take_over("new"));
        assert_eq!(saved.records, [text, session("new")]);
        let before = saved.clone();
        assert_eq!((saved.take_over("new"), saved), (false, before));
    }
}
