//! `/v1/suggestions`, `/v1/feedback`

use super::contact::check_id;
use crate::http::extract::{Caller, Json, parameter};
use crate::http::redact;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{RawQuery, State};
use frontdesk_contract::{FeedbackSaved, PostFeedback, Suggestions};

/// Questions that the robot can answer
///
/// None while somebody else than a robot serves.
#[utoipa::path(get, path = "/v1/suggestions", tag = "robot", operation_id = "listSuggestions",
    params(("q" = Option<String>, Query, description = "What the visitor has typed so far; nothing, and what is longer than 256 bytes, gets nothing")),
    responses((status = 200, description = "Best first, at most five", body = Suggestions)))]
pub(in crate::http) async fn suggestions(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<Suggestions>, Problem> {
    state.limiters.suggestion(&visitor)?;
    let mut text = parameter(&query.unwrap_or_default(), "q").unwrap_or_default();
    redact::text(&mut text, &visitor.desk().settings.offers.redact);
    visitor.suggestions(&text).await.map(axum::Json)
}

/// Judges an answer of the robot, once
#[utoipa::path(post, path = "/v1/feedback", tag = "robot", operation_id = "judge",
    request_body = PostFeedback, responses((status = 200, description = "Taken", body = FeedbackSaved)))]
pub(in crate::http) async fn feedback(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    Json(mut judgement): Json<PostFeedback>,
) -> Result<axum::Json<FeedbackSaved>, Problem> {
    check_id(&judgement.id)?;
    redact::text(&mut judgement.reason, &visitor.desk().settings.offers.redact);
    state.limiters.feedback(&visitor)?;
    visitor.judge(judgement).await.map(axum::Json)
}
