//! What a message from the centre holds.

use super::lax::Text;
use crate::config::CallLinks;
use crate::vendor::rich::plain::{plain, tag::has_tags};
use crate::vendor::rich::{self, href};
use crate::vendor::{CentreFile, Content, FileKind, FileSource};
use frontdesk_contract::{Body, Card, Location};
use serde::Deserialize;
use serde_json::Value;

/// The longest key or id of a file, in bytes.
const MAX_KEY: usize = 256;
/// The longest type of a file, in letters.
const MAX_EXTENSION: usize = 10;

/// The fields of a message that say what it holds.
#[derive(Default)]
pub(super) struct Media<'a> {
    pub(super) media_type: Option<&'a str>,
    pub(super) content: Option<&'a str>,
    /// `1`: an agent's own file.
    pub(super) content_type: Option<&'a str>,
    pub(super) media_file_type: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) size_bytes: Option<u64>,
}

/// What a message from the centre says; `None`: nothing.
pub(super) fn read(media: &Media<'_>, links: &CallLinks) -> Option<Content> {
    let content = media.content.filter(|content| !content.trim().is_empty())?;
    let media_type = media.media_type.unwrap_or("TEXT").to_ascii_uppercase();
    let found = match media_type.as_str() {
        "TEXT" => text(content, links),
        "RICHTEXT" if has_tags(content) || media.media_file_type.is_none() && !is_key(content) => {
            text(content, links)
        }
        "IMAGE" | "FILE_IMAGE" => file(media, content, FileKind::Image),
        "EMOTICONS" if media.media_file_type.is_none() && media.content_type.is_none() => {
            short_text(content).or_else(|| file(media, content, FileKind::Image))
        }
        "EMOTICONS" => file(media, content, FileKind::Image),
        "AUDIO" => file(media, content, FileKind::Audio),
        "VIDEO" | "FILE_VIDEO" => file(media, content, FileKind::Video),
        "DOCUMENT" | "FILE" => file(media, content, FileKind::Document),
        "RICHTEXT" if media.media_file_type.is_some() => file(media, content, FileKind::Document),
        "LOCATE" | "LOCATION" => location(content).map(|place| Content::Body(Body::Location(place))),
        "WEBCARD" | "CARD" => card(content, media),
        _ => None,
    };
    Some(found.unwrap_or(Content::Body(Body::Unsupported {})))
}

fn text(content: &str, links: &CallLinks) -> Option<Content> {
    Some(rich::read(content, links)).filter(|body| *body != Body::Text(String::new())).map(Content::Body)
}

/// A sign for a feeling in a few letters, which is not the key of a picture.
fn short_text(content: &str) -> Option<Content> {
    (content.chars().count() <= 16 && !content.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| Content::Body(Body::Text(plain(content))))
}

fn file(media: &Media<'_>, content: &str, kind: FileKind) -> Option<Content> {
    let key = content.trim();
    if !is_key(key) {
        return None;
    }
    let extension = media.media_file_type.and_then(extension);
    let key = key.to_owned();
    let source = match media.content_type {
        Some("1") => FileSource::Local(key),
        Some("0") => FileSource::Library(key),
        _ if media.media_file_type.is_some() => FileSource::Library(key),
        _ => FileSource::Plain(key),
    };
    // In 2.5 the type is not told; these are what its channels send.
    let usual = match kind {
        FileKind::Image => Some("jpg"),
        FileKind::Audio => Some("mp3"),
        FileKind::Video => Some("mp4"),
        FileKind::Document => None,
    };
    let extension = extension.or_else(|| usual.map(str::to_owned));
    let name = media.name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    Some(Content::File(CentreFile { source, extension, kind, name, size_bytes: media.size_bytes }))
}

/// What a visitor sent, as the history keeps it: the forms of [`super::uplink`].
pub(super) fn own(media: &Media<'_>, links: &CallLinks) -> Option<Content> {
    let content = media.content?;
    let kind = match media.media_type.unwrap_or("TEXT").to_ascii_uppercase().as_str() {
        // The visitor's own words are not HTML.
        "TEXT" => {
            return (!content.is_empty()).then(|| Content::Body(Body::Text(content.to_owned())));
        }
        "IMAGE" | "FILE_IMAGE" => FileKind::Image,
        "AUDIO" => FileKind::Audio,
        "VIDEO" | "FILE_VIDEO" => FileKind::Video,
        "FILE" | "DOCUMENT" => FileKind::Document,
        _ => return read(media, links),
    };
    let mut parts: Vec<&str> = content.split([',', '\u{ff0c}']).map(str::trim).collect();
    let (key, told) = if parts.len() > 1 { (parts.len() - 2, parts.pop()) } else { (0, None) };
    let key = parts.get(key).copied().filter(|key| is_key(key));
    let Some(key) = key else { return Some(Content::Body(Body::Unsupported {})) };
    let (name, size) = match parts.as_slice() {
        [name, size, _] => (Some(*name), size.parse().ok()),
        _ => (media.name, media.size_bytes),
    };
    Some(Content::File(CentreFile {
        source: FileSource::Uploaded(key.to_owned()),
        extension: told.or(media.media_file_type).and_then(extension),
        kind,
        name: name.filter(|name| !name.is_empty()).map(str::to_owned),
        size_bytes: size,
    }))
}

/// Whether a text can be the key or id of a file: letters, digits and a few signs, and no way out of a folder.
pub(super) fn is_key(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=+:~".contains(&byte);
    (1..=MAX_KEY).contains(&text.len()) && text.bytes().all(allowed) && !text.contains("..")
}

fn extension(text: &str) -> Option<String> {
    let last = text.trim().rsplit(['/', '.']).next().unwrap_or_default();
    let good =
        (1..=MAX_EXTENSION).contains(&last.len()) && last.bytes().all(|byte| byte.is_ascii_alphanumeric());
    good.then(|| last.to_ascii_lowercase())
}

/// `latitude/longitude/description` (2.5 manual, poll); or an object with these three, or with their usual short names.
fn location(content: &str) -> Option<Location> {
    if let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(content) {
        let field = |names: &[&str]| {
            let value = names.iter().find_map(|name| fields.get(*name))?;
            Text::from(value.clone()).word().map(str::to_owned)
        };
        let latitude = field(&["latitude", "lat"])?;
        let longitude = field(&["longitude", "lng", "lon"])?;
        let label = field(&["description", "address", "name", "label"]).unwrap_or_default();
        return place(&latitude, &longitude, &label);
    }
    let mut parts = content.splitn(3, '/').map(str::trim);
    place(parts.next()?, parts.next()?, parts.next().unwrap_or_default())
}

fn place(latitude: &str, longitude: &str, label: &str) -> Option<Location> {
    let degrees = |text: &str, most: f64| text.parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
    let (latitude, longitude) = (degrees(latitude, 90.0)?, degrees(longitude, 180.0)?);
    Some(Location { latitude, longitude, label: plain(label) })
}

fn card(content: &str, media: &Media<'_>) -> Option<Content> {
    let fields: Value = serde_json::from_str(content).ok()?;
    let field = |name| String::deserialize(fields.get(name)?).ok().filter(|text| !text.trim().is_empty());
    let title = plain(&field("title")?);
    let description = plain(&field("description").unwrap_or_default());
    let url = field("redirectUrl").and_then(|url| href::web(&url)).map(String::from);
    let picture = field("mediaFileId").filter(|key| is_key(key.trim())).map(|key| {
        let kind = field("mediaFileType");
        let told = kind.as_deref().and_then(extension).filter(|told| told != "img");
        CentreFile {
            source: match media.content_type {
                Some("1") => FileSource::Local(key.trim().to_owned()),
                _ => FileSource::Plain(key.trim().to_owned()),
            },
            extension: Some(told.unwrap_or_else(|| "jpg".into())),
            kind: FileKind::Image,
            name: None,
            size_bytes: None,
        }
    });
    let plain_card = |url| Card { title: title.clone(), description: description.clone(), url, image: None };
    Some(match (url, picture) {
        (url, Some(image)) => Content::Card { card: plain_card(url.unwrap_or_default()), image },
        (Some(url), None) => Content::Body(Body::Card(plain_card(url))),
        (None, None) if description.is_empty() => Content::Body(Body::Text(title)),
        (None, None) => Content::Body(Body::Text(format!("{title}\n{description}"))),
    })
}

/// Whether a text says that an agent serves.
pub(super) fn names_agent(text: &str) -> bool {
    let text = text.to_lowercase();
    ["agent", "座席", "坐席", "人工", "客服"].iter().any(|word| text.contains(word))
}

/// Whether a text of the system says that somebody has taken over from the queue.
pub(super) fn says_served(text: &str) -> bool {
    const SERVED: [&str; 7] =
        ["connected", "joined", "now with you", "at your service", "接入", "接通", "为您服务"];
    const WAITING: [&str; 8] =
        ["queu", "wait", "busy", "disconnected", "not connected", "排队", "等待", "繁忙"];
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    says(&SERVED) && !says(&WAITING)
}

#[cfg(test)]
mod tests;
