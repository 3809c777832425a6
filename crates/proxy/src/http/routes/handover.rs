//! `/v1/session/ticket`, `/v1/session/redeem`

use crate::http::extract::{Caller, Json};
use crate::http::origin;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use frontdesk_contract::{
    ErrorCode, RedeemTicket, RegisterTicket, SESSION_HEADER, TICKET_MS, TicketRedeemed, TicketRegistered,
};

/// Registers a ticket for another window of the visitor
///
/// The page makes the ticket, so that a link with it in its fragment can be followed at once. It is good once, for a minute,
/// at this desk; a visitor has one at a time.
#[utoipa::path(post, path = "/v1/session/ticket", tag = "session", operation_id = "registerTicket",
    request_body = RegisterTicket, responses((status = 200, description = "Registered", body = TicketRegistered)))]
pub(in crate::http) async fn register(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    headers: HeaderMap,
    Json(wish): Json<RegisterTicket>,
) -> Result<axum::Json<TicketRegistered>, Problem> {
    let secret = headers.get(SESSION_HEADER).and_then(|value| value.to_str().ok());
    let secret = secret.ok_or_else(Problem::session_unknown)?;
    let registered = state.register(&wish.ticket, visitor.id(), secret).await;
    registered.map_err(|problem| problem.at_desk(visitor.desk_id()))?;
    let expires_ms = state.shared.clock.now_ms().saturating_add(TICKET_MS);
    Ok(axum::Json(TicketRegistered { expires_ms }))
}

/// Redeems a ticket for the credential of the session
///
/// A ticket that is not known, was used, has ended, or is another desk's: each is the same refusal.
#[utoipa::path(post, path = "/v1/session/redeem", tag = "session", operation_id = "redeemTicket",
    request_body = RedeemTicket, responses((status = 200, description = "Redeemed", body = TicketRedeemed)),
    security(()))]
pub(in crate::http) async fn redeem(
    State(state): State<AppState>,
    headers: HeaderMap,
    Json(wish): Json<RedeemTicket>,
) -> Result<axum::Json<TicketRedeemed>, Problem> {
    let settings = state.shared.settings();
    let desk = state.shared.desks.get(&wish.desk);
    let desk = desk.ok_or_else(|| Problem::new(ErrorCode::DeskUnknown, "there is no desk of this id"))?;
    origin::check(&headers, &settings, &desk.settings)?;
    let may_open = |page: &str| origin::is_allowed(page, &settings, &desk.settings);
    let redeemed = state.redeem(&wish, may_open).await;
    redeemed.map(axum::Json).map_err(|problem| problem.at_desk(&wish.desk))
}
