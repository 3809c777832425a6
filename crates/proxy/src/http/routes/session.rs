//! `/v1/session`

use crate::audit::words::Identity;
use crate::audit::{Kind, Told};
use crate::http::extract::{Caller, Json};
use crate::http::limits::Client;
use crate::http::origin;
use crate::identity::Mode;
use crate::problem::Problem;
use crate::session::open::protocol;
use crate::state::{AppState, Desk};
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
) -> Result<(Option<Extension<Told>>, axum::Json<SessionOpened>), Problem> {
    protocol(wish.protocol)?;
    let desk = state.shared.desks.get(&wish.desk);
    let desk = desk.ok_or_else(|| Problem::new(ErrorCode::DeskUnknown, "there is no desk of this id"))?;
    origin::check(&headers, &state.shared.settings(), &desk.settings)?;
    let opened = open_at(&state, client, &desk, &wish).await;
    let (opened, told) = opened.map_err(|problem| problem.at_desk(&desk.settings.id))?;
    let resumed = wish.resume.is_none_or(|secret| secret == opened.session);
    let told = told.or_else(|| {
        let told = || Told::of(Kind::SessionNotResumed).at(&desk.settings.id).by_id(&opened.visitor.id);
        (!resumed).then(told)
    });
    Ok((told.map(Extension), axum::Json(opened)))
}

async fn open_at(
    state: &AppState,
    client: Client,
    desk: &Desk,
    wish: &OpenSession,
) -> Result<(SessionOpened, Option<Told>), Problem> {
    if let Some(claims) = state.claims(desk, wish)? {
        let may_open = || state.limiters.session(client.0);
        return state.identify(desk, wish, &claims, may_open).await;
    }
    if let Some(opened) = state.resume(desk, wish).await? {
        return Ok((opened, None));
    }
    if desk.settings.identity.mode == Mode::Required {
        let text = "field `identity`: this desk needs a token that says who the visitor is";
        let missing = Problem::new(ErrorCode::IdentityMissing, text);
        return Err(missing.audited(Told::because(Identity::Missing)));
    }
    state.limiters.session(client.0)?;
    Ok((state.open(desk, wish).await?, None))
}

/// Logs out
///
/// The credential is dead, the visitor's data is erased here, an open conversation is ended.
#[utoipa::path(delete, path = "/v1/session", tag = "session", operation_id = "closeSession",
    responses((status = 204, description = "Gone")))]
pub(in crate::http) async fn close(
    State(state): State<AppState>,
    Caller(visitor): Caller,
) -> Result<(Extension<Told>, StatusCode), Problem> {
    let is_known = visitor.record().await?.subject.is_some();
    let kind = if is_known { Kind::IdentitySignedOut } else { Kind::SessionErased };
    visitor.log_out().await?;
    state.registry.remove(visitor.id());
    Ok((Extension(Told::of(kind).by(&visitor)), StatusCode::NO_CONTENT))
}
