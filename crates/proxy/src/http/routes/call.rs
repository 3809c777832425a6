//! `/v1/call`

use super::contact::check_id;
use crate::http::extract::{Caller, Json, parameter};
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{RawQuery, State};
use frontdesk_contract::{CallStatus, CallSupport, ClientId, PlaceCall, StartCall};

/// Whether calls are possible, and the call as it stands
#[utoipa::path(get, path = "/v1/call", tag = "call", operation_id = "getCall",
    responses((status = 200, description = "As it stands", body = CallSupport)))]
pub(in crate::http) async fn show(Caller(visitor): Caller) -> Result<axum::Json<CallSupport>, Problem> {
    visitor.call_support().await.map(axum::Json)
}

/// Asks for a call
///
/// Its progress comes with the events. The page keeps it by a heartbeat every five seconds; without one for ten seconds the
/// call is dropped.
#[utoipa::path(post, path = "/v1/call", tag = "call", operation_id = "startCall",
    request_body = StartCall, responses((status = 200, description = "Asked for", body = CallStatus)))]
pub(in crate::http) async fn start(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    Json(wish): Json<StartCall>,
) -> Result<axum::Json<CallStatus>, Problem> {
    check_id(&wish.id)?;
    state.limiters.call(&visitor)?;
    visitor.start_call(wish).await.map(axum::Json)
}

/// Places a call, for a member of staff
///
/// The site's identity token must have said `frontdesk_calls` (`calls_not_allowed` otherwise), and still be good
/// (`identity_expired`). The answer says where to connect; the call needs no heartbeat, and nothing is told of it by the events.
#[utoipa::path(post, path = "/v1/calls/place", tag = "call", operation_id = "placeCall",
    request_body = PlaceCall, responses((status = 200, description = "Where to connect", body = CallStatus)))]
pub(in crate::http) async fn place(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    Json(wish): Json<PlaceCall>,
) -> Result<axum::Json<CallStatus>, Problem> {
    check_id(&wish.id)?;
    let wish = visitor.may_place(wish).await?;
    state.limiters.placed_call(&wish.person)?;
    visitor.place_call(wish).await.map(axum::Json)
}

/// Keeps the call
#[utoipa::path(post, path = "/v1/call/heartbeat", tag = "call", operation_id = "keepCall",
    responses((status = 200, description = "As it stands", body = CallStatus)))]
pub(in crate::http) async fn keep(Caller(visitor): Caller) -> Result<axum::Json<CallStatus>, Problem> {
    visitor.keep_call().await.map(axum::Json)
}

/// Hangs up
///
/// With `id` only the call that was started with it: a request that comes late does not end the call of another page.
#[utoipa::path(delete, path = "/v1/call", tag = "call", operation_id = "hangUp",
    params(("id" = Option<ClientId>, Query, description = "The call that is meant; whichever it is when left out")),
    responses((status = 200, description = "As it ended, or as another call stands", body = CallStatus)))]
pub(in crate::http) async fn hang_up(
    Caller(visitor): Caller,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<CallStatus>, Problem> {
    let id = parameter(&query.unwrap_or_default(), "id").map(ClientId::new);
    if let Some(id) = &id {
        check_id(id)?;
    }
    visitor.hang_up(id).await.map(axum::Json)
}
