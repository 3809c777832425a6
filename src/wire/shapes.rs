//! The types of the contract and of the records, from values.

use super::{Read, Value};
use frontdesk_contract::*;
use frontdesk_core::{Record, Saved};

/// Structs whose fields are read by their names; `or` gives what a missing field means.
macro_rules! structs {
    ($($name:ident { $($field:ident $(or $missing:expr)?),* $(,)? })*) => {$(
        impl Read for $name {
            fn read(mut value: Value) -> Option<Self> {
                if !value.is_object() {
                    return None;
                }
                $(let $field = field!(value, $field $(, $missing)?);)*
                Some(Self { $($field),* })
            }
        }
    )*};
}

macro_rules! field {
    ($value:ident, $field:ident) => {
        $value.take(stringify!($field))?
    };
    ($value:ident, $field:ident, $missing:expr) => {
        match $value.take_value(stringify!($field)) {
            Value::Null => $missing,
            value => Read::read(value)?,
        }
    };
}

macro_rules! words {
    ($($name:ident)*) => {$(
        impl Read for $name {
            fn read(value: Value) -> Option<Self> {
                value.word()
            }
        }
    )*};
}

words! { ContactState EndReason ErrorCode NoticeCode PostedStatus }

structs! {
    SessionOpened { protocol, session, expires_ms, visitor, contact, cursor, offers }
    Visitor { id, name }
    Offers {
        robot or false,
        agent or false,
        call or CallOffer::default(),
        files or FileOffer::default(),
        suggestions or false,
        history or false,
        leave_message or false,
        text_max_bytes or 0,
    }
    CallOffer { audio or false, video or false }
    FileOffer { types or Vec::new(), max_bytes or 0 }
    Contact { state, with, reason }
    Person { name, avatar }
    QueueInfo { place, wait_ms }
    Posted { status, seq }
    SurveyForm { open, levels, comment_max_chars }
    SurveyLevel { level, label }
    SurveySaved { status }
    ApiError { code, message, retry_after_ms, request_id }
    EventPage { next, events }
    Message { id, from, body }
    FileRef { file, kind, name }
    Location { latitude, longitude, label }
    Card { title, description, url }
    Echo { id, body, status }
    Receipt { read }
    Recalled { id }
    Typing { active }
    Notice { code }
    Gap { from, to }
    Saved { schema, records }
}

impl Read for ClientId {
    fn read(value: Value) -> Option<Self> {
        String::read(value).map(Self::new)
    }
}

impl Read for Sender {
    fn read(mut value: Value) -> Option<Self> {
        if !value.is_object() {
            return None;
        }
        Some(if let Some(person) = value.take("agent")? {
            Self::Agent(person)
        } else if let Some(person) = value.take("robot")? {
            Self::Robot(person)
        } else if value.take_value("system").is_object() {
            Self::System {}
        } else {
            Self::Unknown {}
        })
    }
}

impl Read for Body {
    fn read(mut value: Value) -> Option<Self> {
        if !value.is_object() {
            return None;
        }
        Some(if let Some(text) = value.take("text")? {
            Self::Text(text)
        } else if let Some(file) = value.take("file")? {
            Self::File(file)
        } else if let Some(location) = value.take("location")? {
            Self::Location(location)
        } else if let Some(card) = value.take("card")? {
            Self::Card(card)
        } else {
            Self::Unsupported {}
        })
    }
}

impl Read for Event {
    fn read(mut value: Value) -> Option<Self> {
        let seq = value.take("seq")?;
        let at_ms = field!(value, at_ms, 0);
        let Value::Object(entries) = value else { return None };
        let mut kind = EventKind::Unknown {};
        for (name, value) in entries.into_iter().filter(|(_, value)| *value != Value::Null) {
            kind = match name.as_str() {
                "message" => EventKind::Message(Read::read(value)?),
                "echo" => EventKind::Echo(Read::read(value)?),
                "receipt" => EventKind::Receipt(Read::read(value)?),
                "recalled" => EventKind::Recalled(Read::read(value)?),
                "typing" => EventKind::Typing(Read::read(value)?),
                "queue" => EventKind::Queue(Read::read(value)?),
                "contact" => EventKind::Contact(Read::read(value)?),
                "survey" => EventKind::Survey(Read::read(value)?),
                "notice" => EventKind::Notice(Read::read(value)?),
                "gap" => EventKind::Gap(Read::read(value)?),
                _ => continue,
            };
        }
        Some(Self { seq, at_ms, kind })
    }
}

impl Read for Record {
    fn read(mut value: Value) -> Option<Self> {
        let mut inside = value.take_value("session");
        if inside.is_object() {
            return Some(Self::Session { credential: inside.take("credential")? });
        }
        inside = value.take_value("outgoing");
        if inside.is_object() {
            let (id, text, at_ms) = (inside.take("id")?, inside.take("text")?, inside.take("at_ms")?);
            return Some(Self::Outgoing { id, text, at_ms });
        }
        inside = value.take_value("rating");
        let (id, level, comment) = (inside.take("id")?, inside.take("level")?, inside.take("comment")?);
        Some(Self::Rating { id, level, comment })
    }
}
