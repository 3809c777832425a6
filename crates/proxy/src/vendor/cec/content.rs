//! What a message holds, both ways.

use super::text::plain;
use crate::config::{CecConfig, Dialect};
use crate::vendor::{Failure, Utterance};
use frontdesk_contract::{Body, Card, ErrorCode, Location};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A card on the wire (2.6 manual, send, WEBCARD): all five keys, unset ones empty.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WebCard<'a> {
    title: &'a str,
    description: &'a str,
    media_file_id: &'a str,
    media_file_type: &'a str,
    redirect_url: &'a str,
}

/// `mediaType` and `content` of a message of the visitor.
///
/// # Errors
/// [`Failure::Refused`] for what this centre does not take; nothing was sent.
pub(super) fn uplink(what: &Utterance, config: &CecConfig) -> Result<(&'static str, String), Failure> {
    match what {
        Utterance::Text(text) if text.trim().is_empty() => {
            Err(refused(ErrorCode::TextEmpty, "the text is empty"))
        }
        Utterance::Text(text) if text.len() > config.text_max_bytes as usize => {
            Err(refused(ErrorCode::TextTooLong, "the text is too long"))
        }
        Utterance::Text(text) => Ok(("TEXT", text.clone())),
        Utterance::Card { card, image: None }
            if config.dialect == Dialect::V2_6 && !card.title.trim().is_empty() =>
        {
            let card = WebCard {
                title: &card.title,
                description: &card.description,
                media_file_id: "",
                media_file_type: "",
                redirect_url: &card.url,
            };
            let card = serde_json::to_string(&card);
            card.map(|card| ("WEBCARD", card)).map_err(|_| refused(ErrorCode::BodyUnsupported, "the card"))
        }
        Utterance::Card { .. } | Utterance::File { .. } | Utterance::Location(_) => {
            Err(refused(ErrorCode::BodyUnsupported, "the kind of message is not taken"))
        }
    }
}

fn refused(code: ErrorCode, detail: &str) -> Failure {
    Failure::Refused { code, transient: false, retry_after: None, detail: format!("send CHAT: {detail}") }
}

/// What a message from the centre says; `None`: nothing.
pub(super) fn read(media_type: Option<&str>, content: Option<&str>) -> Option<Body> {
    let content = content.filter(|content| !content.trim().is_empty())?;
    let media_type = media_type.unwrap_or("TEXT").to_ascii_uppercase();
    let body = match media_type.as_str() {
        "TEXT" => Some(Body::Text(plain(content))).filter(|body| *body != Body::Text(String::new())),
        "LOCATE" | "LOCATION" => location(content).map(Body::Location),
        "WEBCARD" => card(content),
        _ => None,
    };
    Some(body.unwrap_or(Body::Unsupported {}))
}

/// `latitude/longitude/description` (2.5 manual, poll).
fn location(content: &str) -> Option<Location> {
    let mut parts = content.splitn(3, '/').map(str::trim);
    let mut degrees = |most: f64| parts.next()?.parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
    let (latitude, longitude) = (degrees(90.0)?, degrees(180.0)?);
    Some(Location { latitude, longitude, label: plain(parts.next().unwrap_or_default()) })
}

fn card(content: &str) -> Option<Body> {
    let fields: Value = serde_json::from_str(content).ok()?;
    let field = |name| String::deserialize(fields.get(name)?).ok().filter(|text| !text.trim().is_empty());
    let title = plain(&field("title")?);
    let description = plain(&field("description").unwrap_or_default());
    let url = field("redirectUrl").filter(|url| {
        let url = url.to_ascii_lowercase();
        url.starts_with("https://") || url.starts_with("http://")
    });
    Some(match url {
        Some(url) => Body::Card(Card { title, description, url, image: None }),
        None if description.is_empty() => Body::Text(title),
        None => Body::Text(format!("{title}\n{description}")),
    })
}

/// Whether a text says that an agent serves.
pub(super) fn names_agent(text: &str) -> bool {
    let text = text.to_lowercase();
    ["agent", "座席", "坐席", "人工", "客服"].iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests;
