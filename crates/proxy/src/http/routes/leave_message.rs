//! `/v1/leave-message`

use super::contact::check_id;
use crate::http::extract::{Caller, Json};
use crate::http::redact;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use frontdesk_contract::{LeaveMessage, MessageLeft};

/// Leaves a message with a number to call back
///
/// Needs no conversation. The number goes to the centre in international form.
#[utoipa::path(post, path = "/v1/leave-message", tag = "leave-message", operation_id = "leaveMessage",
    request_body = LeaveMessage, responses((status = 200, description = "Taken", body = MessageLeft)))]
pub(in crate::http) async fn leave(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    Json(mut message): Json<LeaveMessage>,
) -> Result<axum::Json<MessageLeft>, Problem> {
    check_id(&message.id)?;
    redact::text(&mut message.text, &visitor.desk().settings.offers.redact);
    state.limiters.left_message(&visitor)?;
    visitor.leave_message(message).await.map(axum::Json)
}
