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

words! {
    CallEnd CallMedia CallState ContactState EndReason ErrorCode NoticeCode PostedStatus SurveyQuestion Tag
}

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
        countries or Vec::new(),
        hours or None,
        text_max_bytes or 0,
    }
    CallOffer { audio or false, video or false }
    FileOffer { types or Vec::new(), max_bytes or 0, max_count or 0 }
    Hours { zone, spans }
    HoursSpan { days, from_min, to_min }
    Contact { state, with, reason, offline or false }
    Person { name, avatar }
    QueueInfo { place, wait_ms }
    Posted { status, seq }
    SurveyForm { open, levels, comment_max_chars, questions or Vec::new() }
    SurveyLevel { level, label }
    SurveySaved { status }
    FeedbackSaved { status }
    MessageLeft { status }
    Suggestions { suggestions }
    FileStored { file, kind, name, size_bytes }
    FileTicket { url, expires_ms }
    HistoryPage { items, before }
    HistoryItem { id, at_ms, from, body, recalled or false }
    ApiError { code, message, retry_after_ms, request_id }
    EventPage { next, events }
    Message { id, from, body, choices or Vec::new(), judgeable or false }
    FileRef { file, kind, name, size_bytes }
    Location { latitude, longitude, label }
    Card { title, description, url or String::new(), image }
    Element { tag, nodes or Vec::new() }
    Link { href, nodes or Vec::new() }
    CallInvite { video or false, nodes or Vec::new() }
    Echo { id, body, status }
    Receipt { read }
    Recalled { id }
    Typing { active }
    Feedback { message, helpful }
    CallStatus { id, state, media or CallMedia::Audio, gateway, end }
    CallGateway { domain, addresses, access_code, caller }
    CallSupport { click_to_call, web_rtc, call }
    Notice { code, text }
    Gap { from, to }
    Saved { schema, records }
    LeaveMessage { id, number, country, text }
    PostFeedback { id, message, helpful, reason or String::new() }
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
        } else if let Some(nodes) = value.take("rich")? {
            Self::Rich(nodes)
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

impl Read for Node {
    fn read(mut value: Value) -> Option<Self> {
        if !value.is_object() {
            return None;
        }
        Some(if let Some(text) = value.take("text")? {
            Self::Text(text)
        } else if let Some(element) = value.take("element")? {
            Self::Element(element)
        } else if let Some(link) = value.take("link")? {
            Self::Link(link)
        } else if let Some(call) = value.take("call")? {
            Self::Call(call)
        } else {
            Self::Unknown {}
        })
    }
}

impl Read for Event {
    /// An event of a shape that is not understood keeps its number, so that those after it can be read.
    fn read(mut value: Value) -> Option<Self> {
        let seq = value.take("seq")?;
        let at_ms = field!(value, at_ms, 0);
        let Value::Object(entries) = value else { return None };
        let mut entries = entries.into_iter().filter(|(_, value)| *value != Value::Null);
        let kind = entries.find_map(|(name, value)| kind_of(&name, value)).unwrap_or(EventKind::Unknown {});
        Some(Self { seq, at_ms, kind })
    }
}

fn kind_of(name: &str, value: Value) -> Option<EventKind> {
    Some(match name {
        "message" => EventKind::Message(Read::read(value)?),
        "echo" => EventKind::Echo(Read::read(value)?),
        "receipt" => EventKind::Receipt(Read::read(value)?),
        "recalled" => EventKind::Recalled(Read::read(value)?),
        "typing" => EventKind::Typing(Read::read(value)?),
        "queue" => EventKind::Queue(Read::read(value)?),
        "contact" => EventKind::Contact(Read::read(value)?),
        "survey" => EventKind::Survey(Read::read(value)?),
        "call" => EventKind::Call(Read::read(value)?),
        "feedback" => EventKind::Feedback(Read::read(value)?),
        "notice" => EventKind::Notice(Read::read(value)?),
        "gap" => EventKind::Gap(Read::read(value)?),
        _ => return None,
    })
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
        inside = value.take_value("outgoing_body");
        if inside.is_object() {
            let (id, body, at_ms) = (inside.take("id")?, inside.take("body")?, inside.take("at_ms")?);
            return Some(Self::OutgoingBody { id, body, at_ms });
        }
        inside = value.take_value("outgoing_file");
        if inside.is_object() {
            return Some(Self::OutgoingFile {
                id: inside.take("id")?,
                name: inside.take("name")?,
                media_type: inside.take("media_type")?,
                size_bytes: inside.take("size_bytes")?,
                stored: inside.take("stored")?,
                at_ms: inside.take("at_ms")?,
            });
        }
        inside = value.take_value("rating");
        if inside.is_object() {
            return Some(Self::Rating {
                id: inside.take("id")?,
                level: inside.take("level")?,
                recommend: inside.take("recommend")?,
                solved: inside.take("solved")?,
                comment: inside.take("comment")?,
            });
        }
        if let Some(left) = value.take("leave")? {
            return Some(Self::Leave(left));
        }
        value.take::<Option<_>>("feedback")?.map(Self::Feedback)
    }
}
