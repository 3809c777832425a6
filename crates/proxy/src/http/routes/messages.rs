//! `/v1/messages`, `/v1/typing`, `/v1/read`

use super::contact::check_id;
use crate::http::extract::{Caller, Json, MaybeJson};
use crate::http::redact;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use frontdesk_contract::{Body, ErrorCode, Offers, PostMessage, Posted};
use serde::Deserialize;
use utoipa::ToSchema;

/// Sends a message
///
/// Repeating a request with its id never delivers it twice: it gets the same answer, or finds out what became of it.
#[utoipa::path(post, path = "/v1/messages", tag = "messages", operation_id = "sendMessage",
    request_body = PostMessage, responses((status = 200, description = "What became of it", body = Posted)))]
pub(in crate::http) async fn say(
    State(state): State<AppState>,
    Caller(visitor): Caller,
    Json(mut message): Json<PostMessage>,
) -> Result<axum::Json<Posted>, Problem> {
    check_id(&message.id)?;
    let desk = visitor.desk();
    redact::body(&mut message.body, &desk.settings.offers.redact);
    check_body(&message.body, &desk.settings.offers)?;
    state.limiters.message(&visitor)?;
    visitor.say(message.id, message.body).await.map(axum::Json)
}

/// Tells the agent that the visitor is typing
///
/// The body may be left out. Passed on at most every two seconds, and only while an agent serves.
#[utoipa::path(post, path = "/v1/typing", tag = "messages", operation_id = "typing",
    request_body(content = Option<TypingSign>), responses((status = 204, description = "Taken")))]
pub(in crate::http) async fn typing(
    Caller(visitor): Caller,
    MaybeJson(sign): MaybeJson<TypingSign>,
) -> Result<StatusCode, Problem> {
    if sign.is_none_or(|sign| sign.active) {
        visitor.typing().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Marks events as read
///
/// The body may be left out: all are.
#[utoipa::path(post, path = "/v1/read", tag = "messages", operation_id = "read",
    request_body(content = Option<ReadMark>), responses((status = 204, description = "Taken")))]
pub(in crate::http) async fn read(
    Caller(visitor): Caller,
    MaybeJson(mark): MaybeJson<ReadMark>,
) -> Result<StatusCode, Problem> {
    let up_to = match mark {
        Some(mark) => mark.up_to,
        None => visitor.mark().head,
    };
    visitor.read(up_to).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Body of `POST /v1/typing`.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct TypingSign {
    /// False: not typing any more.
    #[serde(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

/// Body of `POST /v1/read`.
#[derive(Debug, Deserialize, ToSchema)]
pub(in crate::http) struct ReadMark {
    /// Number of the last event that was read.
    #[serde(deserialize_with = "frontdesk_contract::whole::number")]
    up_to: u64,
}

fn check_body(body: &Body, offers: &Offers) -> Result<(), Problem> {
    match body {
        Body::Text(_) if offers.text_max_bytes == 0 => Err(unsupported()),
        Body::Text(text) => check_text(text, offers.text_max_bytes),
        Body::File(_) if offers.files.types.is_empty() => Err(unsupported()),
        Body::File(file) => check_length("body.file.file", &file.file),
        Body::Location(place) => {
            let on_earth = place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0;
            if !on_earth {
                return Err(Problem::new(ErrorCode::BadRequest, "field `body.location`: no place on earth"));
            }
            check_length("body.location.label", &place.label)
        }
        Body::Card(card) => {
            if card.title.trim().is_empty() || (card.url.is_empty() && card.image.is_none()) {
                let text = "a card needs a title, and an address or a picture";
                return Err(Problem::new(ErrorCode::CardIncomplete, text));
            }
            if !(card.url.is_empty() || card.url.starts_with("https://") || card.url.starts_with("http://")) {
                return Err(Problem::new(
                    ErrorCode::BadRequest,
                    "field `body.card.url`: neither https nor http",
                ));
            }
            check_length("body.card.title", &card.title)?;
            check_length("body.card.description", &card.description)?;
            check_length("body.card.url", &card.url)
        }
        Body::Rich(_) | Body::Unsupported {} => Err(unsupported()),
    }
}

fn check_text(text: &str, most_bytes: u32) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(ErrorCode::TextEmpty, "there is nothing to send"));
    }
    if text.len() as u64 > u64::from(most_bytes) {
        let text = format!("the text is longer than {most_bytes} bytes");
        return Err(Problem::new(ErrorCode::TextTooLong, text));
    }
    if text.contains('\0') {
        return Err(Problem::new(
            ErrorCode::BadRequest,
            "field `body.text`: the character U+0000 is not taken",
        ));
    }
    Ok(())
}

/// Labels and addresses in bytes.
const LONGEST: usize = 2_048;

fn check_length(field: &'static str, text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST || text.contains('\0') {
        return Err(Problem::new(
            ErrorCode::BadRequest,
            format!("field `{field}`: longer than {LONGEST} bytes"),
        ));
    }
    Ok(())
}

fn unsupported() -> Problem {
    Problem::new(ErrorCode::BodyUnsupported, "this desk does not take this kind of message")
}
