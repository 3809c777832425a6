//! Leaving a message for later, and when the desk is open.

use crate::id::ClientId;
use crate::message::PostedStatus;
use serde::{Deserialize, Serialize};

/// The longest text of a message left, in characters.
pub const MAX_LEFT_TEXT_CHARS: usize = 1_000;
/// The longest number, in characters.
pub const MAX_NUMBER_CHARS: usize = 32;

/// Body of `POST /v1/leave-message`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaveMessage {
    /// Made once for this message.
    pub id: ClientId,
    /// Telephone number to call back, as the visitor wrote it.
    pub number: String,
    /// ISO 3166 code of the country that a number without `+` is of; the desk's first one otherwise.
    #[serde(default)]
    pub country: Option<String>,
    /// What it is about.
    pub text: String,
}

/// Answer to `POST /v1/leave-message`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MessageLeft {
    /// `accepted`, or `unconfirmed` when the centre's answer was lost.
    pub status: PostedStatus,
}

/// When agents work, by the desk's settings: the centre does not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hours {
    /// IANA name of the time zone, such as `Asia/Shanghai`.
    pub zone: String,
    /// When it is open, in the order of the settings.
    pub spans: Vec<HoursSpan>,
}

/// A span of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoursSpan {
    /// ISO 8601 days: 1 is Monday, 7 is Sunday.
    pub days: Vec<u8>,
    /// Minutes after midnight.
    pub from_min: u32,
    /// Minutes after midnight; 1440 is the end of the day.
    pub to_min: u32,
}
