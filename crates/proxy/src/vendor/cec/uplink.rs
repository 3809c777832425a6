//! What a visitor says, as the interface wants it.

use crate::config::{CecConfig, Dialect, MediaContent};
use crate::vendor::{FileKind, Utterance};
use frontdesk_contract::{Card, ErrorCode, Location};
use serde::Serialize;

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
/// Why this centre does not take it.
pub(super) fn uplink(what: &Utterance, config: &CecConfig) -> Result<(&'static str, String), ErrorCode> {
    match what {
        Utterance::Text(text) if text.trim().is_empty() => Err(ErrorCode::TextEmpty),
        Utterance::Text(text) if text.len() > config.text_max_bytes as usize => Err(ErrorCode::TextTooLong),
        Utterance::Text(text) => Ok(("TEXT", text.clone())),
        Utterance::File { key, extension, kind, name, size_bytes } => {
            Ok(file(config, key, extension, *kind, name, *size_bytes))
        }
        Utterance::Location(place) if config.locations => Ok(("LOCATE", location(place))),
        Utterance::Card { card, image } if config.dialect == Dialect::V2_6 => webcard(card, image.as_ref()),
        Utterance::Card { .. } | Utterance::Location(_) => Err(ErrorCode::BodyUnsupported),
    }
}

fn file(
    config: &CecConfig,
    key: &str,
    extension: &str,
    kind: FileKind,
    name: &str,
    size_bytes: u64,
) -> (&'static str, String) {
    let extension = config.upload_type(extension).unwrap_or(extension);
    let media_type = match (kind, config.media_as_files) {
        (FileKind::Image, false) => "IMAGE",
        (FileKind::Image, true) => "FILE_IMAGE",
        (FileKind::Video, false) => "VIDEO",
        (FileKind::Video, true) => "FILE_VIDEO",
        (FileKind::Audio, _) => "AUDIO",
        (FileKind::Document, _) => "FILE",
    };
    let content = match (config.media_content, media_type) {
        (MediaContent::Key, "IMAGE" | "VIDEO" | "AUDIO") => key.to_owned(),
        (MediaContent::Key, "FILE") => {
            // Commas part the fields: none may stay in the name.
            let name = name.replace([',', '\u{ff0c}'], "_");
            format!("{name},{size_bytes},{key},{extension}")
        }
        _ => format!("{key},{extension}"),
    };
    (media_type, content)
}

/// `latitude/longitude/description`, as the 2.5 manual prints it for the other direction.
fn location(place: &Location) -> String {
    let label = place.label.replace(char::is_control, " ");
    format!("{}/{}/{}", place.latitude, place.longitude, label.trim())
}

fn webcard(card: &Card, image: Option<&(String, String)>) -> Result<(&'static str, String), ErrorCode> {
    // It needs a title, and an address or a picture.
    if card.title.trim().is_empty() || (card.url.is_empty() && image.is_none()) {
        return Err(ErrorCode::CardIncomplete);
    }
    let (media_file_id, media_file_type) = match image {
        // `img` alone means jpg.
        Some((key, extension)) if extension == "png" => (key.as_str(), "img/png"),
        Some((key, _)) => (key.as_str(), "img/jpg"),
        None => ("", ""),
    };
    let (title, description) = (card.title.as_str(), card.description.as_str());
    let card = WebCard { title, description, media_file_id, media_file_type, redirect_url: &card.url };
    serde_json::to_string(&card).map(|card| ("WEBCARD", card)).map_err(|_| ErrorCode::BodyUnsupported)
}

#[cfg(test)]
mod tests;
