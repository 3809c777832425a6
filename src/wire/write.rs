//! What the widget sends and keeps, as values. What is `null` is left out; the readers take both for the same.

use super::Value;
use frontdesk_contract::*;
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, Saved};

/// Can be written as a value.
pub trait Write {
    /// The value.
    fn write(&self) -> Value;
}

/// Structs whose fields are written by their names.
macro_rules! structs {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl Write for $name {
            fn write(&self) -> Value {
                object([$((stringify!($field), self.$field.write())),*].into())
            }
        }
    )*};
}

structs! {
    OpenSession { protocol, desk, locale, identity, resume, id }
    Connect { id, to, about }
    Attribute { name, value }
    PostMessage { id, body }
    PostSurvey { id, level, recommend, solved, comment }
    PostFeedback { id, message, helpful, reason }
    LeaveMessage { id, number, country, text }
    StartCall { id, media }
    PlaceCall { id, called, data }
    FileRef { file, kind, name, size_bytes }
    FileStored { file, kind, name, size_bytes }
    Location { latitude, longitude, label }
    Card { title, description, url, image }
    Saved { schema, records }
}

impl Write for About {
    fn write(&self) -> Value {
        if self.is_empty() {
            return Value::Null;
        }
        let attributes = if self.attributes.is_empty() { Value::Null } else { self.attributes.write() };
        object(vec![("url", self.url.write()), ("title", self.title.write()), ("attributes", attributes)])
    }
}

impl Write for CallMedia {
    fn write(&self) -> Value {
        Value::Text(if *self == Self::Video { "video" } else { "audio" }.to_owned())
    }
}

impl Write for Body {
    /// A rich text and what is not supported come from the centre alone and are never sent: `null`.
    fn write(&self) -> Value {
        match self {
            Self::Text(text) => variant("text", text.write()),
            Self::File(file) => variant("file", file.write()),
            Self::Location(place) => variant("location", place.write()),
            Self::Card(card) => variant("card", card.write()),
            Self::Rich(_) | Self::Unsupported {} => Value::Null,
        }
    }
}

fn message(kind: &str, id: &ClientId, at_ms: &u64, (name, content): (&str, &dyn Write)) -> Value {
    variant(kind, object(vec![("id", id.write()), (name, content.write()), ("at_ms", at_ms.write())]))
}

impl Write for Record {
    fn write(&self) -> Value {
        match self {
            Self::Session { credential, person, seen, gone_ms } => variant(
                "session",
                object(vec![
                    ("credential", credential.write()),
                    ("person", person.write()),
                    ("seen", seen.write()),
                    ("gone_ms", gone_ms.write()),
                ]),
            ),
            Self::Outgoing { id, text, at_ms } => message("outgoing", id, at_ms, ("text", text)),
            Self::OutgoingBody { id, body, at_ms } => message("outgoing_body", id, at_ms, ("body", body)),
            Self::OutgoingFile { id, name, media_type, size_bytes, stored, at_ms } => variant(
                "outgoing_file",
                object(vec![
                    ("id", id.write()),
                    ("name", name.write()),
                    ("media_type", media_type.write()),
                    ("size_bytes", size_bytes.write()),
                    ("stored", stored.write()),
                    ("at_ms", at_ms.write()),
                ]),
            ),
            Self::Rating { id, level, recommend, solved, comment } => variant(
                "rating",
                object(vec![
                    ("id", id.write()),
                    ("level", level.write()),
                    ("recommend", recommend.write()),
                    ("solved", solved.write()),
                    ("comment", comment.write()),
                ]),
            ),
            Self::Leave(left) => variant("leave", left.write()),
            Self::Feedback(feedback) => variant("feedback", feedback.write()),
            Self::Draft { text } => variant("draft", object(vec![("text", text.write())])),
            Self::Farewell { credentials } => {
                variant("farewell", object(vec![("credentials", credentials.write())]))
            }
        }
    }
}

/// [`Saved`] with a session of which nothing but the credential is known.
pub fn session(credential: &str) -> Value {
    let session = object(vec![("credential", Value::Text(credential.to_owned()))]);
    let records = Value::List(vec![variant("session", session)]);
    object(vec![("schema", SCHEMA.write()), ("records", records)])
}

impl Write for ConnectTo {
    fn write(&self) -> Value {
        let name = match self {
            Self::Robot => "robot",
            Self::Agent => "agent",
        };
        Value::Text(name.to_owned())
    }
}

impl Write for ClientId {
    fn write(&self) -> Value {
        Value::Text(self.as_str().to_owned())
    }
}

impl Write for String {
    fn write(&self) -> Value {
        Value::Text(self.clone())
    }
}

impl Write for bool {
    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Write for f64 {
    fn write(&self) -> Value {
        Value::Number(*self)
    }
}

impl Write for u64 {
    /// Exact up to 2^53, as every number of the contract is.
    fn write(&self) -> Value {
        Value::Number(*self as f64)
    }
}

impl Write for u32 {
    fn write(&self) -> Value {
        Value::Number((*self).into())
    }
}

impl Write for u8 {
    fn write(&self) -> Value {
        Value::Number((*self).into())
    }
}

impl<T: Write> Write for Option<T> {
    fn write(&self) -> Value {
        self.as_ref().map(T::write).unwrap_or_default()
    }
}

impl<T: Write> Write for Vec<T> {
    fn write(&self) -> Value {
        Value::List(self.iter().map(T::write).collect())
    }
}

fn object(entries: Vec<(&str, Value)>) -> Value {
    let mut kept = Vec::new();
    for (key, value) in entries {
        if value != Value::Null {
            kept.push((key.to_owned(), value));
        }
    }
    Value::Object(kept)
}

fn variant(key: &str, inside: Value) -> Value {
    Value::Object(vec![(key.to_owned(), inside)])
}
