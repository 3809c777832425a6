//! Rating a conversation.

use crate::id::ClientId;
use serde::{Deserialize, Serialize};

/// Answer to `GET /v1/survey`, and the payload of the event `survey`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyForm {
    /// Whether a rating is taken now.
    pub open: bool,
    /// The levels to offer, worst first.
    pub levels: Vec<SurveyLevel>,
    /// The longest comment in characters.
    pub comment_max_chars: u32,
}

/// One level of a rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyLevel {
    /// 1 is worst.
    pub level: u8,
    /// The centre's own word for it, if it has one.
    #[serde(default)]
    pub label: Option<String>,
}

/// Body of `POST /v1/survey`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostSurvey {
    /// Made once for this rating.
    pub id: ClientId,
    /// One of the levels offered.
    pub level: u8,
    /// What the visitor adds; may be empty.
    #[serde(default)]
    pub comment: String,
}

/// Answer to `POST /v1/survey`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveySaved {
    /// `accepted`, or `unconfirmed` when the centre's answer was lost.
    pub status: crate::message::PostedStatus,
}
