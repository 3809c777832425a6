//! Ids made by clients.

use core::fmt;
use serde::{Deserialize, Serialize};

/// The longest id a client may use, in characters: the centre's own limit for message ids
/// (ccmessaging `send`, field `messageId`).
pub const MAX_ID_CHARS: usize = 32;

/// An id that a client made once for one thing it asks for, kept through retries and reloads.
/// 128 random bits in 32 hexadecimal digits are the usual form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// Takes the text as it is; [`ClientId::check`] tells whether it may be sent.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id in 32 hexadecimal digits.
    pub fn from_bits(bits: u128) -> Self {
        let mut text = String::with_capacity(MAX_ID_CHARS);
        for shift in (0..MAX_ID_CHARS).rev() {
            let digit = (bits >> (shift * 4)) as u32 & 0xf;
            text.push(char::from_digit(digit, 16).unwrap_or('0'));
        }
        Self(text)
    }

    /// The text of the id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the id keeps to the rules: 1 to 32 visible ASCII characters, no comma.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), IdError> {
        if self.0.is_empty() {
            Err(IdError::Empty)
        } else if self.0.len() > MAX_ID_CHARS {
            Err(IdError::TooLong)
        } else if self.0.bytes().all(|b| b.is_ascii_graphic() && b != b',') {
            Ok(())
        } else {
            Err(IdError::Character)
        }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// No character at all.
    Empty,
    /// More than [`MAX_ID_CHARS`] characters.
    TooLong,
    /// A character that is not visible ASCII, or a comma.
    Character,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "id is empty",
            Self::TooLong => "id is longer than 32 characters",
            Self::Character => "id may hold visible ASCII characters only, without a comma",
        })
    }
}

impl core::error::Error for IdError {}
