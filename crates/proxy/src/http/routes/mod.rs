//! The calls of the visitor API.

pub(super) mod call;
pub(super) mod contact;
pub(super) mod events;
pub(super) mod files;
pub(super) mod handover;
mod health;
pub(super) mod history;
pub(super) mod leave_message;
pub(super) mod messages;
pub(super) mod push;
pub(super) mod robot;
pub(super) mod session;
pub(super) mod survey;

use super::{openapi, pages};
use crate::problem::Problem;
use crate::state::AppState;
use axum::Router;
use axum::routing::{get, post};
use frontdesk_contract::ErrorCode;

pub(super) fn all() -> Router<AppState> {
    Router::new()
        .route("/v1/session", post(session::open).delete(session::close))
        .route("/v1/session/ticket", post(handover::register))
        .route("/v1/session/redeem", post(handover::redeem))
        .route("/v1/contact", get(contact::show).post(contact::connect).delete(contact::leave))
        .route("/v1/messages", post(messages::say))
        .route("/v1/typing", post(messages::typing))
        .route("/v1/read", post(messages::read))
        .route("/v1/events", get(events::list))
        .route("/v1/queue", get(events::queue))
        .route("/v1/survey", get(survey::form).post(survey::rate))
        .route("/v1/files", post(files::upload))
        .route("/v1/files/{file}", get(files::download))
        .route("/v1/files/{file}/ticket", post(files::ticket))
        .route("/v1/suggestions", get(robot::suggestions))
        .route("/v1/feedback", post(robot::feedback))
        .route("/v1/history", get(history::list))
        .route("/v1/leave-message", post(leave_message::leave))
        .route("/v1/call", get(call::show).post(call::start).delete(call::hang_up))
        .route("/v1/calls/place", post(call::place))
        .route("/v1/call/heartbeat", post(call::keep))
        .route(push::ROUTE, post(push::take))
        .route("/v1/openapi.json", get(openapi::document))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/frontdesk.js", get(pages::loader))
        .route("/frontdesk-{which}", get(pages::other_loader))
        .route("/frame", get(pages::frame))
        .route("/inline", get(pages::inline))
        .route("/assets/{*path}", get(pages::asset))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_this_method)
}

pub(super) async fn nothing_here() -> Problem {
    Problem::new(ErrorCode::NotFound, "there is no such address")
}

pub(super) async fn not_this_method() -> Problem {
    Problem::new(ErrorCode::MethodNotAllowed, "the address exists, the method does not")
}
