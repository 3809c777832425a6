//! `/v1/survey`

use super::contact::check_id;
use crate::http::extract::{Caller, Json};
use crate::http::redact;
use crate::problem::Problem;
use frontdesk_contract::{PostSurvey, SurveyForm, SurveySaved};

/// The levels to offer
#[utoipa::path(get, path = "/v1/survey", tag = "survey", operation_id = "getSurvey",
    responses((status = 200, description = "The form; `open` says whether a rating is taken", body = SurveyForm)))]
pub(in crate::http) async fn form(Caller(visitor): Caller) -> Result<axum::Json<SurveyForm>, Problem> {
    visitor.survey().await.map(axum::Json)
}

/// Rates the conversation, once
#[utoipa::path(post, path = "/v1/survey", tag = "survey", operation_id = "rate",
    request_body = PostSurvey, responses((status = 200, description = "Taken", body = SurveySaved)))]
pub(in crate::http) async fn rate(
    Caller(visitor): Caller,
    Json(mut rating): Json<PostSurvey>,
) -> Result<axum::Json<SurveySaved>, Problem> {
    check_id(&rating.id)?;
    redact::text(&mut rating.comment, &visitor.desk().settings.offers.redact);
    visitor.rate(rating).await.map(axum::Json)
}
