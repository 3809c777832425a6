//! The vendor's REST interface as the two manuals and later pages describe it.

mod answer;
mod auth;
mod call;
mod card;
mod content;
mod dress;
mod feedback;
mod fields;
mod files;
mod history;
mod leave;
mod outbound;
mod phrases;
mod poll;
mod queue;
mod send;
mod survey;
mod token;
mod wording;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};

pub(crate) use answer::{Effect, set};
pub(crate) use poll::encode;

use crate::faults;
use crate::settings::FILE_MAX_BYTES;
use crate::state::Sandbox;

/// Largest request body.
const BODY_MAX_BYTES: usize = 1024 * 1024;
/// Largest body of an upload: the largest file there can be, in Base64, and the fields around it.
const UPLOAD_MAX_BYTES: usize = FILE_MAX_BYTES as usize / 3 * 4 + 64 * 1024;

/// Largest request body of this call.
pub(crate) fn body_max_bytes(uri: &Uri) -> usize {
    if uri.path().ends_with("/uploadFileStream") { UPLOAD_MAX_BYTES } else { BODY_MAX_BYTES }
}

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
        .route("/apiaccess/ccmessaging/sendAsync", post(send::send_async))
        .route("/apiaccess/ccmessaging/uploadFileStream", post(files::upload))
        .route("/apiaccess/ccmessaging/downloadFileStream", post(files::download))
        .route("/apiaccess/ccmessaging/queryPhraseByKeyword", post(phrases::query_phrases))
        .route("/apiaccess/ccmessaging/doLeaveMessage", post(leave::leave_message))
        .route("/apiaccess/ccmessaging/v1/robot/feedbacksatisfaction", post(feedback::feedback))
        .route("/apiaccess/ccmessaging/v1/checkClickToCallSupport", get(call::check_support))
        .route("/apiaccess/ccmessaging/v1/createClickToCall", post(call::create))
        .route("/apiaccess/ccmessaging/v1/getClickToCallEvents", get(call::events))
        .route("/apiaccess/ccmessaging/v1/dropClickToCall", post(call::hang_up))
        .route("/apiaccess/ccmessaging/v1/mobileagent/createcall", post(outbound::create_call))
        .route("/apiaccess/ccmessaging/checkClickToCallSupport", get(call::check_support))
        .route("/apiaccess/ccmessaging/getClickToCallEvents", get(call::events))
        .route("/apiaccess/{*path}", any(answer::not_found))
        .route("/apigovernance/{*path}", any(answer::not_found))
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(sandbox.clone(), dress::dress))
        .layer(from_fn_with_state(sandbox.clone(), faults::inject))
        .with_state(sandbox)
}
