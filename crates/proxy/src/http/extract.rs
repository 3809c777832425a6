//! What handlers take: JSON bodies, and the visitor who calls.

use super::origin;
use crate::audit::Told;
use crate::audit::words::Credential;
use crate::chance;
use crate::problem::Problem;
use crate::state::{AppState, Desk};
use crate::store::SessionRecord;
use crate::visitor::Visitor;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header::CONTENT_TYPE};
use frontdesk_contract::{ErrorCode, SESSION_HEADER};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

/// A JSON body that may be left out.
pub(super) struct MaybeJson<T>(pub(super) Option<T>);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        json_only(request.headers())?;
        parse(&read(request, state).await?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for MaybeJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let typed = request.headers().contains_key(CONTENT_TYPE);
        let json = json_only(request.headers());
        let body = read(request, state).await?;
        if body.is_empty() && !typed {
            return Ok(Self(None));
        }
        json?;
        // `null` says as much as nothing.
        if body.is_empty() { Ok(Self(None)) } else { parse::<Option<T>>(&body).map(Self) }
    }
}

fn json_only(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = given.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Problem::new(ErrorCode::MediaTypeUnsupported, "the body must be application/json"))
    }
}

async fn read(request: Request, state: &AppState) -> Result<Vec<u8>, Problem> {
    read_up_to(state.shared.settings().limits.body_bytes, request, state).await
}

/// The body, of so many bytes at most.
pub(super) async fn read_up_to(most: usize, request: Request, state: &AppState) -> Result<Vec<u8>, Problem> {
    let patience = chance::up_to(state.shared.settings().limits.header_timeout);
    let body = Limited::new(request.into_body(), most).collect();
    match tokio::time::timeout(patience, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let text = format!("the body is larger than {most} bytes");
            Err(Problem::new(ErrorCode::BodyTooLarge, text))
        }
        Ok(Err(_)) => Err(Problem::new(ErrorCode::BadRequest, "the body broke off")),
        // On another network it may.
        Err(_) => {
            let late = Problem::new(ErrorCode::BadRequest, "the body did not arrive in time");
            Err(late.after(Duration::from_secs(2)))
        }
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // Of a list serde would take the elements for the fields, in the order of their declaration.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Problem::new(ErrorCode::BadRequest, "body: an object is needed, not a list"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let missing_id = path == "." && inner.to_string().starts_with("missing field `id`");
        let wrong_id = inner.is_data() && (path == "id" || missing_id);
        let code = if wrong_id { ErrorCode::IdInvalid } else { ErrorCode::BadRequest };
        Problem::new(code, describe(&path, &inner))
    })?;
    reader.end().map_err(|_| Problem::new(ErrorCode::BadRequest, "something follows the JSON value"))?;
    Ok(value)
}

/// Names the place and the kind of the mistake; what was sent is not repeated.
fn describe(path: &str, error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let place = if path == "." { "body".to_owned() } else { format!("field `{path}`") };
    let text = error.to_string();
    match error.classify() {
        Category::Data if text.starts_with("missing field") || text.starts_with("more than one key") => {
            let text = text.split(" at line ").next().unwrap_or_default();
            format!("{place}: {text}")
        }
        Category::Data => format!("{place}: not of the type that the API describes"),
        Category::Eof => "the JSON ends too early".into(),
        Category::Syntax | Category::Io => {
            format!("not JSON at line {}, column {}", error.line(), error.column())
        }
    }
}

/// A parameter of the query, decoded; `None` when it is absent or no UTF-8.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
    let spaced = value.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
}

/// The visitor who calls, told by the credential, from an origin that their desk allows.
pub(super) struct Caller(pub(super) Arc<Visitor>);

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let (session, _) = session_at_its_desk(&parts.headers, state).await?;
        let erased = |problem: Problem| match problem.code {
            ErrorCode::SessionUnknown => {
                problem.audited(Told::because(Credential::Unknown).at(&session.desk))
            }
            _ => problem,
        };
        state.visitor_of(&session).await.map(Self).map_err(erased)
    }
}

async fn session_at_its_desk(
    headers: &HeaderMap,
    state: &AppState,
) -> Result<(SessionRecord, Arc<Desk>), Problem> {
    let Some(secret) = headers.get(SESSION_HEADER).and_then(|value| value.to_str().ok()) else {
        let text = "the header Frontdesk-Session is missing: open a session";
        return Err(Problem::new(ErrorCode::SessionUnknown, text).audited(Told::because(Credential::Missing)));
    };
    let refused = |reason| Problem::session_unknown().audited(Told::because(reason));
    let session = state.session_of(secret).await?.map_err(refused)?;
    let desk = state.shared.desks.get(&session.desk);
    let desk = desk.ok_or_else(|| refused(Credential::Unknown).at_desk(&session.desk))?;
    origin::check(headers, &state.shared.settings(), &desk.settings)?;
    Ok((session, desk))
}
