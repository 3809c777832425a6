//! `/v1/session`

use crate::http::extract::{Caller, Json};
use crate::http::limits::Client;
use crate::http::origin;
use crate::identity::Mode;
use crate::problem::Problem;
use crate::session::open::protocol;
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use frontdesk_contract::{ErrorCode, OpenSession, SessionOpened};

/// Opens a session, or resumes one
///
/// An unknown or expired credential in `resume` opens a new session. Nothing is asked of the centre.
///
/// A token in `identity` is good once. The same token again is taken with the credential of the session that it opened, or
/// with the same `id`, as after a lost answer. With the token of another person a new session is opened, and that of the
/// person before is erased; an anonymous session becomes the person's. A session that was opened by a token is resumed
/// without one.
#[utoipa::path(post, path = "/v1/session", tag = "session", operation_id = "openSession",
    request_body = OpenSession, responses((status = 200, description = "Open", body = SessionOpened)), security(()))]
pub(in crate::http) async fn open(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Json(wish): Json<OpenSession>,
) -> Result<axum::Json<SessionOpened>, Problem> {
    protocol(wish.protocol)?;
    let desk = state.shared.desks.get(&wish.desk);
    let desk = desk.ok_or_else(|| Problem::new(ErrorCode::DeskUnknown, "there is no desk of this id"))?;
    origin::check(&headers, &state.shared.settings(), &desk.settings)?;
    if let Some(claims) = state.claims(&desk, &wish)? {
        let may_open = || state.limiters.session(client.0);
        return state.identify(&desk, &wish, &claims, may_open).await.map(axum::Json);
    }
    if let Some(opened) = state.resume(&desk, &wish).await? {
        return Ok(axum::Json(opened));
    }
    if desk.settings.identity.mode == Mode::Required {
        let text = "field `identity`: this desk needs a token that says who the visitor is";
        return Err(Problem::new(ErrorCode::IdentityMissing, text));
    }
    state.limiters.session(client.0)?;
    state.open(&desk, &wish).await.map(axum::Json)
}

/// Logs out
///
/// The credential is dead, the visitor's data is erased here, an open conversation is ended.
#[utoipa::path(delete, path = "/v1/session", tag = "session", operation_id = "closeSession",
    responses((status = 204, description = "Gone")))]
pub(in crate::http) async fn close(
    State(state): State<AppState>,
    Caller(visitor): Caller,
) -> Result<StatusCode, Problem> {
    visitor.log_out().await?;
    state.registry.remove(visitor.id());
    Ok(StatusCode::NO_CONTENT)
}
