//! Tickets: who has one may take a session over, or load a file, for some minutes. Of a ticket only the hash is kept.

use serde::{Deserialize, Serialize};

/// SHA-256 of a ticket.
pub type SlipKey = [u8; 32];

/// What a ticket is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slip {
    /// Taking over the session, once. A visitor has one such ticket at a time.
    Session {
        /// Whose it is.
        visitor: String,
        /// The credential, as only the ticket can read it.
        sealed: Vec<u8>,
    },
    /// Loading one file.
    File {
        /// Whose it is.
        visitor: String,
        /// Id of the file.
        file: String,
    },
}

impl Slip {
    /// Whose it is.
    pub fn visitor(&self) -> &str {
        match self {
            Self::Session { visitor, .. } | Self::File { visitor, .. } => visitor,
        }
    }

    /// Whether a visitor has one of them at a time.
    pub fn is_alone(&self) -> bool {
        matches!(self, Self::Session { .. })
    }
}
