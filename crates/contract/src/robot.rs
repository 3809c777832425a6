//! The comforts of a robot: suggestions while typing, judging an answer.

use crate::id::ClientId;
use crate::message::PostedStatus;
use serde::{Deserialize, Serialize};

/// The longest reason of a [`PostFeedback`] in UTF-8 bytes (feedbacksatisfaction, field `feedbackContent`).
pub const MAX_REASON_BYTES: usize = 64;
/// The longest text that suggestions are asked for, in UTF-8 bytes.
pub const MAX_SUGGESTION_QUERY_BYTES: usize = 256;

/// Answer to `GET /v1/suggestions?q=`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggestions {
    /// Questions that the robot can answer, best first, at most five.
    pub suggestions: Vec<String>,
}

/// Body of `POST /v1/feedback`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostFeedback {
    /// Made once for this judgement.
    pub id: ClientId,
    /// Id of the robot's message.
    pub message: String,
    /// It helped.
    pub helpful: bool,
    /// Why not; asked for when it did not help, at most [`MAX_REASON_BYTES`].
    #[serde(default)]
    pub reason: String,
}

/// Answer to `POST /v1/feedback`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedbackSaved {
    /// `accepted`, or `unconfirmed` when the centre's answer was lost.
    pub status: PostedStatus,
}
