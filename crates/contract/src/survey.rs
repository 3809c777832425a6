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
    /// What to ask, in this order; empty: satisfaction alone.
    #[serde(default)]
    pub questions: Vec<SurveyQuestion>,
}

/// A question of a rating (getsatisfactionsurveymode, `satisfactionQuestion`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SurveyQuestion {
    /// How satisfied: one of the levels.
    Satisfaction,
    /// How likely to recommend: 0 to 9, as the centre counts.
    Recommend,
    /// Whether the matter is solved.
    Solved,
    /// A question of a later version: it is left out.
    #[serde(other)]
    Unknown,
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

/// Body of `POST /v1/survey`. At least one of the questions is answered; a comment alone is no rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostSurvey {
    /// Made once for this rating.
    pub id: ClientId,
    /// One of the levels offered; `None` only where satisfaction is not asked.
    #[serde(default, deserialize_with = "crate::whole::maybe")]
    pub level: Option<u8>,
    /// 0 to 9, where it is asked.
    #[serde(default, deserialize_with = "crate::whole::maybe")]
    pub recommend: Option<u8>,
    /// Whether the matter is solved, where it is asked.
    #[serde(default)]
    pub solved: Option<bool>,
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
