//! The vendor's REST interface as the two manuals and later pages describe it.

mod answer;
mod auth;
mod card;
mod fields;
mod history;
mod poll;
mod queue;
mod send;
mod survey;
mod token;
mod wording;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};

pub(crate) use answer::Effect;

use crate::faults;
use crate::state::Sandbox;

/// Largest request body.
pub(crate) const BODY_MAX_BYTES: usize = 1024 * 1024;

pub(crate) fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/apigovernance/api/oauth/tokenByAkSk", post(token::token_by_ak_sk))
        .route("/apiaccess/ccmessaging/applyToken", post(token::apply_token))
        .route("/apiaccess/ccmessaging/send", post(send::send))
        .route("/apiaccess/ccmessaging/poll", get(poll::poll))
        .route("/apiaccess/ccmessaging/queryQueueInfo", post(queue::query_queue_info))
        .route("/apiaccess/ccmessaging/saveSatisfaction", post(survey::save_satisfaction))
        .route("/apiaccess/ccmessaging/getsatisfactionssurveymode", post(survey::survey_mode))
        .route("/apiaccess/ccmessaging/getsatisfactionsurveymode", post(survey::survey_mode))
        .route("/apiaccess/ccmessaging/queryHistoryChatMessage", post(history::query_history))
        .route("/apiaccess/{*path}", any(answer::not_found))
        .route("/apigovernance/{*path}", any(answer::not_found))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(from_fn_with_state(sandbox.clone(), faults::inject))
        .with_state(sandbox)
}
