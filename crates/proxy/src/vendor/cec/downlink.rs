//! Messages from the centre, in our words. One of theirs may be several of ours.

use super::content::{self, Media};
use super::control::Control;
use super::lax::{Flag, Text};
use super::robot::{bounded, listed};
use super::wire::FromCentre;
use crate::config::{CallLinks, PictureOrigins};
use crate::session::credential::hex;
use crate::vendor::{CentreFile, Content, Downlink, FileKind, FileSource};
use frontdesk_contract::{Body, ClientId, Person, Sender};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The longest `messageCode` (later pages of the vendor, push).
const MAX_CODE: usize = 64;
/// The longest name of an agent or a robot, in characters.
const MAX_NAME: usize = 100;
/// Questions of the robot that are offered with a message.
const MAX_CHOICES: usize = 10;

/// What the settings let a message name.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    /// Links that are invitations to a call.
    pub(super) links: &'a CallLinks,
    /// Where pictures of who speaks may lie.
    pub(super) pictures: &'a PictureOrigins,
}

/// What one message says; what cannot be understood is nothing.
pub(super) fn read(message: FromCentre, named: Named<'_>) -> Vec<Downlink> {
    // The visitor's own words, which are known already.
    if message.source_type.is("CUSTOMER") {
        return Vec::new();
    }
    let mut items = Vec::new();
    if message.queue_flag == Flag(Some(true)) && !message.source_type.is("AGENT") {
        items.push(Downlink::Queueing);
    }
    match Control::of(&message.control_type) {
        Control::Chat => {
            items.extend(said(&message, named));
            let offline = message.is_offline_status == Flag(Some(true)) && message.source_type.is("SYSTEM");
            items.extend(offline.then_some(Downlink::Ended { offline: true }));
        }
        Control::Connect => {
            // With the sign of the queue it is the centre that is connected, not yet an agent.
            if items.is_empty() {
                let (from, face) = speaker(&message, named);
                items.extend(face);
                items.push(Downlink::Connected(from));
            }
            items.extend(said(&message, named));
        }
        Control::Transfer => items.push(Downlink::Transferring),
        Control::Disconnect => {
            items.extend(said(&message, named));
            items.push(Downlink::Ended { offline: message.is_offline_status == Flag(Some(true)) });
        }
        Control::Read => items.push(Downlink::Read(read_ids(message.content))),
        Control::Typing => items.push(Downlink::Typing),
        Control::Recall => match code(&message.message_code) {
            Some(code) => items.push(Downlink::Recalled(code)),
            None => tracing::debug!("a downlink message takes back none that it names, and was passed over"),
        },
        Control::Other => tracing::debug!("a downlink message of an unknown control type was passed over"),
    }
    items
}

/// The same for the same message, however often it comes; `None`: it has neither code nor time, and is not told from others.
pub(super) fn mark(message: &FromCentre) -> Option<String> {
    let control = message.control_type.word().unwrap_or_default().to_ascii_uppercase();
    let which = match (code(&message.message_code), message.timestamp.time_ms()) {
        (Some(code), _) => format!("code {code}"),
        (None, Some(at_ms)) => {
            let said = (message.source_type.word(), message.media_type.word(), &message.content);
            format!("{at_ms} {}", serde_json::to_string(&said).unwrap_or_default())
        }
        (None, None) => return None,
    };
    let hash = Sha256::digest(format!("{control} {which}"));
    Some(format!("once {}", hex(hash.get(..16).unwrap_or_default())))
}

/// What one message says, with what changes how things stand to be taken once alone. A message that says something is known by
/// its own code.
pub(super) fn once(mark: String, items: Vec<Downlink>) -> Vec<Downlink> {
    let changes = |item: &Downlink| {
        matches!(
            item,
            Downlink::Ended { .. } | Downlink::Connected(_) | Downlink::Queueing | Downlink::Transferring
        )
    };
    if items.iter().any(changes) { vec![Downlink::Once { mark, then: items }] } else { items }
}

/// Whether what came with one message holds the system's words that an agent is there.
pub(super) fn announces(items: &[Downlink]) -> bool {
    let words = |item: &Downlink| match item {
        Downlink::Message { from: Sender::System {}, content: Content::Body(Body::Text(text)), .. } => {
            content::says_served(text)
        }
        _ => false,
    };
    items.iter().any(words) && !items.contains(&Downlink::Queueing)
}

/// What the message says, after the picture of who says it.
fn said(message: &FromCentre, named: Named<'_>) -> Vec<Downlink> {
    let content = Text::from(message.content.clone());
    let media = Media {
        media_type: message.media_type.word(),
        content: content.0.as_deref(),
        content_type: message.content_type.word(),
        media_file_type: message.media_file_type.word(),
        ..Media::default()
    };
    let choices = bounded(listed(message.sim_questions.clone()), MAX_CHOICES);
    // Questions alone are a message too.
    let only_choices = || (!choices.is_empty()).then(|| Content::Body(Body::Text(String::new())));
    let Some(content) = content::read(&media, named.links).or_else(only_choices) else { return Vec::new() };
    let judgeable = message.source_type.is("ROBOT");
    let inter_idx = code(&message.inter_idx).filter(|_| judgeable);
    let (from, face) = speaker(message, named);
    let said = Downlink::Message {
        code: code(&message.message_code),
        from,
        content,
        choices,
        inter_idx,
        at_ms: message.timestamp.time_ms(),
    };
    face.into_iter().chain([said]).collect()
}

/// Who speaks, with the picture where it may be fetched. Mostly the field is no address: `1`, `DefaultAvatar`, nothing.
fn speaker(message: &FromCentre, named: Named<'_>) -> (Sender, Option<Downlink>) {
    let mut from = sender(&message.source_type, &message.sender_nickname);
    let (Sender::Agent(person) | Sender::Robot(person)) = &mut from else { return (from, None) };
    let address = message.sender_avatar.word().and_then(|text| named.pictures.address(text));
    let Some(address) = address else { return (from, None) };
    let source = FileSource::Picture(address.into());
    person.avatar = Some(source.id());
    let face = CentreFile { source, extension: None, kind: FileKind::Image, name: None, size_bytes: None };
    (from, Some(Downlink::Face(face)))
}

/// Who speaks, without a picture.
pub(super) fn sender(source: &Text, nickname: &Text) -> Sender {
    let name = nickname.word().unwrap_or_default().chars().filter(|char| !char.is_control());
    let name = name.take(MAX_NAME).collect();
    let person = Person { name, avatar: None };
    if source.is("AGENT") {
        Sender::Agent(person)
    } else if source.is("ROBOT") {
        Sender::Robot(person)
    } else {
        Sender::System {}
    }
}

/// The centre's code of a message.
pub(super) fn code(text: &Text) -> Option<String> {
    text.word().filter(|code| code.len() <= MAX_CODE).map(String::from)
}

/// The ids of a read notice: a list, a list as text, or text with commas. None: all until now.
fn read_ids(content: Value) -> Vec<ClientId> {
    let listed = match content {
        Value::Array(ids) => ids,
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Array(ids)) => ids,
            _ => text.split(',').map(Value::from).collect(),
        },
        other => vec![other],
    };
    let ids = listed.into_iter().map(Text::from);
    let ids = ids.filter_map(|id| id.word().map(|id| ClientId::new(id.trim_matches('"'))));
    ids.filter(|id| id.check().is_ok()).collect()
}

#[cfg(test)]
mod tests;
