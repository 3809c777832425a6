//! Tokens of sites that were used: each is good once. Of a token only the hash of its number is kept, until it is over.

use super::SessionHash;
use serde::{Deserialize, Serialize};

/// SHA-256 of the desk and the token's number (`jti`).
pub type PassKey = [u8; 32];

/// Used tokens that are remembered at one time, at most: a token lives for an hour.
pub const MOST_PASSES: u64 = 500_000;

/// What a token was used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The session that it opened, or went on with.
    pub session: SessionHash,
    /// The credential of that session, as only whoever sent the token under the same id can read it.
    pub sealed: Vec<u8>,
    /// Until then the token could come again, epoch milliseconds.
    pub until_ms: u64,
}
