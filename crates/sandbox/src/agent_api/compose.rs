//! What an agent sends: every kind of message, taking one back, and fetching what visitors sent.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::conversations::Answered;
use super::session::{Refused, agent, parse};
use crate::centre::{AgentId, ContactId, DeskError, Ms, Origin, Words};
use crate::settings::quirks::{AgentText, DocumentName};
use crate::state::{Inner, Sandbox};

const TEXT_MAX_BYTES: usize = 4_096;
const NAME_MAX_BYTES: usize = 200;

/// Who writes where.
type Desk = (AgentId, ContactId);

/// One message; exactly one of the fields is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    /// Plain text.
    text: Option<String>,
    /// Formatted text, sent as TEXT with markup as consoles send it.
    html: Option<String>,
    file: Option<File>,
    location: Option<Location>,
    card: Option<Card>,
}

/// A file and how it is to be shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// `IMAGE`, `AUDIO`, `VIDEO`, `EMOTICONS` or `DOCUMENT`.
    media: String,
    name: String,
    /// Base64
    data: String,
    /// From the media library instead of the agent's machine?
    #[serde(default)]
    library: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Location {
    latitude: f64,
    longitude: f64,
    #[serde(default)]
    description: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    title: String,
    #[serde(default)]
    description: String,
    /// Where it leads.
    #[serde(default)]
    url: String,
    /// A picture in Base64, PNG or JPEG.
    picture: Option<String>,
}

fn bad(reason: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, reason.into())
}

pub(crate) async fn send(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(id): Path<u64>,
    body: Bytes,
) -> Answered {
    let message: Message = parse(&body)?;
    sandbox.with(|inner, now| {
        let agent = agent(inner, now, &headers)?;
        let words = words(inner, now, (agent, ContactId(id)), message)?;
        let code = inner.centre.reply(now, agent, ContactId(id), words)?;
        Ok(Json(json!({"code": code})))
    })
}

fn words(inner: &mut Inner, now: Ms, desk: Desk, message: Message) -> Result<Words, Refused> {
    let one = "exactly one of `text`, `html`, `file`, `location`, `card` must be there";
    match message {
        Message { text: Some(text), html: None, file: None, location: None, card: None } => {
            check("text", &text)?;
            let html = inner.settings().quirks.agent_text == AgentText::Html;
            Ok(if html { format!("<p>{}</p>", escaped(&text)).into() } else { text.into() })
        }
        Message { text: None, html: Some(html), file: None, location: None, card: None } => {
            check("html", &html)?;
            Ok(html.into())
        }
        Message { text: None, html: None, file: Some(file), location: None, card: None } => {
            file_words(inner, now, desk, file)
        }
        Message { text: None, html: None, file: None, location: Some(place), card: None } => {
            place_words(&place)
        }
        Message { text: None, html: None, file: None, location: None, card: Some(card) } => {
            card_words(inner, now, desk, &card)
        }
        _ => Err(bad(one)),
    }
}

fn check(name: &str, text: &str) -> Result<(), Refused> {
    if text.trim().is_empty() || text.len() > TEXT_MAX_BYTES {
        return Err(bad(format!("`{name}` must have 1 to {TEXT_MAX_BYTES} bytes")));
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>")
}

fn decoded(inner: &Inner, data: &str) -> Result<Vec<u8>, Refused> {
    let bytes = STANDARD.decode(data).map_err(|_| bad("the file is not Base64"))?;
    let max = inner.settings().file_max_bytes;
    if bytes.is_empty() || bytes.len() > max {
        return Err(bad(format!("the file must have 1 to {max} bytes")));
    }
    Ok(bytes)
}

fn file_words(inner: &mut Inner, now: Ms, (agent, id): Desk, file: File) -> Result<Words, Refused> {
    let File { media, name, data, library } = file;
    if !matches!(media.as_str(), "IMAGE" | "AUDIO" | "VIDEO" | "EMOTICONS" | "DOCUMENT") {
        return Err(bad("`media` must be IMAGE, AUDIO, VIDEO, EMOTICONS or DOCUMENT"));
    }
    let ext = name.rsplit_once('.').map(|(_, ext)| ext.to_ascii_lowercase()).unwrap_or_default();
    let good = (1..=10).contains(&ext.len()) && ext.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !good || name.len() > NAME_MAX_BYTES || name.chars().any(char::is_control) {
        return Err(bad(format!(
            "`name` must have at most {NAME_MAX_BYTES} bytes and end with a type, as a.png"
        )));
    }
    let bytes = decoded(inner, &data)?;
    let user = inner.centre.served_user(agent, id)?;
    let origin = if library { Origin::Library } else { Origin::Local };
    let file = inner.centre.keep_file(now, Some(&user), origin, &ext, Some(name), bytes.into());
    let media = match inner.settings().quirks.document_name {
        DocumentName::File if media == "DOCUMENT" => "FILE".to_owned(),
        _ => media,
    };
    Ok(Words { media, text: file.key.clone(), file: Some(file) })
}

fn place_words(place: &Location) -> Result<Words, Refused> {
    let Location { latitude, longitude, description } = place;
    if latitude.is_nan() || latitude.abs() > 90.0 || longitude.is_nan() || longitude.abs() > 180.0 {
        return Err(bad("`latitude` must be within -90 and 90, `longitude` within -180 and 180"));
    }
    if description.len() > TEXT_MAX_BYTES {
        return Err(bad("`description` is too long"));
    }
    let text = format!("{latitude}/{longitude}/{description}");
    Ok(Words { media: "LOCATE".into(), text, file: None })
}

fn card_words(inner: &mut Inner, now: Ms, (agent, id): Desk, card: &Card) -> Result<Words, Refused> {
    check("title", &card.title)?;
    if card.description.len() > TEXT_MAX_BYTES || card.url.len() > 2_048 {
        return Err(bad("`description` or `url` is too long"));
    }
    if card.url.is_empty() && card.picture.is_none() {
        return Err(bad("a card needs `url` or `picture`"));
    }
    let user = inner.centre.served_user(agent, id)?;
    let picture = match &card.picture {
        None => None,
        Some(data) => {
            let bytes = decoded(inner, data)?;
            let ext = match bytes.as_slice() {
                [0x89, b'P', b'N', b'G', ..] => "png",
                [0xff, 0xd8, ..] => "jpg",
                _ => return Err(bad("`picture` must be PNG or JPEG")),
            };
            Some(inner.centre.keep_file(now, Some(&user), Origin::Local, ext, None, bytes.into()))
        }
    };
    let text = json!({
        "title": card.title,
        "description": card.description,
        "mediaFileId": picture.as_ref().map_or("", |file| file.key.as_str()),
        "mediaFileType": picture.as_ref().map_or_else(String::new, |file| format!("img/{}", file.ext)),
        "redirectUrl": card.url,
    });
    Ok(Words { media: "WEBCARD".into(), text: text.to_string(), file: picture })
}

fn take_back(sandbox: &Sandbox, headers: &HeaderMap, id: u64, code: &str, delete: bool) -> Answered {
    sandbox.with(|inner, now| {
        let agent = agent(inner, now, headers)?;
        inner.centre.take_back(now, agent, ContactId(id), code, delete)?;
        Ok(Json(json!({"code": code})))
    })
}

pub(crate) async fn recall(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path((id, code)): Path<(u64, String)>,
) -> Answered {
    take_back(&sandbox, &headers, id, &code, false)
}

pub(crate) async fn delete(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path((id, code)): Path<(u64, String)>,
) -> Answered {
    take_back(&sandbox, &headers, id, &code, true)
}

/// The bytes of a file. They never run: the type is opaque and the browser is told not to guess.
pub(crate) async fn file(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Path(key): Path<String>,
) -> Result<Response, Refused> {
    sandbox.with(|inner, now| {
        agent(inner, now, &headers)?;
        let file = inner.centre.file(&key).ok_or(DeskError::Unknown)?;
        let headers: [(HeaderName, &str); 4] = [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CONTENT_DISPOSITION, "attachment"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-store"),
        ];
        Ok((headers, file.bytes.to_vec()).into_response())
    })
}
