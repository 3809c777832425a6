//! The types of the contract and of the records, from values.

use super::{Read, Value};
use frontdesk_contract::*;
use frontdesk_core::{Record, Saved};

/// Structs whose fields are read by their names; `or` gives what a missing field means.
macro_rules! structs {
    ($($name:ident { $($field:ident $(or $missing:expr)?),* $(,)? })*) => {$(
        impl Read for $name {
            fn read(mut value: Value, fits: &mut bool) -> Self {
                *fits &= value.is_object();
                Self { $($field: field!(value, fits, $field $(, $missing)?)),* }
            }
        }
    )*};
}

macro_rules! field {
    ($value:ident, $fits:ident, $field:ident) => {
        Read::read($value.take(stringify!($field)), $fits)
    };
    ($value:ident, $fits:ident, $field:ident, $missing:expr) => {
        match $value.given(stringify!($field)) {
            None => $missing,
            Some(value) => Read::read(value, $fits),
        }
    };
}

/// Every list of words has a place for those of tomorrow.
macro_rules! words {
    ($($name:ident)*) => {$(
        impl Read for $name {
            fn read(value: Value, fits: &mut bool) -> Self {
                value.word(fits).unwrap_or(Self::Unknown)
            }
        }
    )*};
}

/// Enums by the key that names the variant.
macro_rules! variants {
    ($($name:ident { $($key:literal => $variant:ident),* ; $other:expr })*) => {$(
        impl Read for $name {
            fn read(mut value: Value, fits: &mut bool) -> Self {
                *fits &= value.is_object();
                $(if let Some(inside) = value.given($key) {
                    return Self::$variant(Read::read(inside, fits));
                })*
                let other: fn(Value) -> Self = $other;
                other(value)
            }
        }
    )*};
}

words! {
    CallEnd CallMedia CallState ContactState EndReason ErrorCode NoticeCode PostedStatus RedactRule SurveyQuestion Tag
}

structs! {
    SessionOpened { protocol, session, expires_ms, visitor, contact, cursor, offers }
    Visitor { id, name, person }
    Offers {
        title or None,
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
        redact or Vec::new(),
        trace or false,
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
    Message { id, from, body, choices or Vec::new(), judgeable or false, before }
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
    CallSupport { click_to_call, web_rtc, call, ice_servers or Vec::new() }
    IceServer { urls, username, credential }
    Notice { code, text }
    Gap { from, to }
    Saved { schema, records }
    LeaveMessage { id, number, country, text }
    About { url, title, attributes or Vec::new() }
    Attribute { name, value }
    PostFeedback { id, message, helpful, reason or String::new() }
}

variants! {
    Body { "text" => Text, "rich" => Rich, "file" => File, "location" => Location, "card" => Card; |_| Self::Unsupported {} }
    Node { "text" => Text, "element" => Element, "link" => Link, "call" => Call; |_| Self::Unknown {} }
    Sender {
        "agent" => Agent, "robot" => Robot;
        |mut value: Value| if value.take("system").is_object() { Self::System {} } else { Self::Unknown {} }
    }
}

impl Read for ClientId {
    fn read(value: Value, fits: &mut bool) -> Self {
        Self::new(String::read(value, fits))
    }
}

impl Read for Event {
    /// An event of a shape that is not understood keeps its number, so that those after it can be read.
    fn read(mut value: Value, fits: &mut bool) -> Self {
        let seq = field!(value, fits, seq);
        let at_ms = field!(value, fits, at_ms, 0);
        let mut kind = None;
        if let Value::Object(entries) = value {
            let mut given = entries.into_iter().filter(|(_, value)| !matches!(value, Value::Null));
            kind = given.find_map(|(name, value)| kind_of(&name, value));
        } else {
            *fits = false;
        }
        Self { seq, at_ms, kind: kind.unwrap_or(EventKind::Unknown {}) }
    }
}

fn kind_of(name: &str, value: Value) -> Option<EventKind> {
    let mut fits = true;
    let whole = &mut fits;
    let kind = match name {
        "message" => EventKind::Message(Read::read(value, whole)),
        "echo" => EventKind::Echo(Read::read(value, whole)),
        "receipt" => EventKind::Receipt(Read::read(value, whole)),
        "recalled" => EventKind::Recalled(Read::read(value, whole)),
        "typing" => EventKind::Typing(Read::read(value, whole)),
        "queue" => EventKind::Queue(Read::read(value, whole)),
        "contact" => EventKind::Contact(Read::read(value, whole)),
        "survey" => EventKind::Survey(Read::read(value, whole)),
        "call" => EventKind::Call(Read::read(value, whole)),
        "feedback" => EventKind::Feedback(Read::read(value, whole)),
        "notice" => EventKind::Notice(Read::read(value, whole)),
        "gap" => EventKind::Gap(Read::read(value, whole)),
        _ => return None,
    };
    fits.then_some(kind)
}

impl Read for Record {
    fn read(mut value: Value, fits: &mut bool) -> Self {
        if let Some(mut inside) = value.given("session") {
            return Self::Session {
                credential: field!(inside, fits, credential),
                person: field!(inside, fits, person),
                seen: field!(inside, fits, seen),
                gone_ms: field!(inside, fits, gone_ms),
            };
        }
        if let Some(mut inside) = value.given("outgoing") {
            return Self::Outgoing {
                id: field!(inside, fits, id),
                text: field!(inside, fits, text),
                at_ms: field!(inside, fits, at_ms),
            };
        }
        if let Some(mut inside) = value.given("outgoing_body") {
            return Self::OutgoingBody {
                id: field!(inside, fits, id),
                body: field!(inside, fits, body),
                at_ms: field!(inside, fits, at_ms),
            };
        }
        if let Some(mut inside) = value.given("outgoing_file") {
            return Self::OutgoingFile {
                id: field!(inside, fits, id),
                name: field!(inside, fits, name),
                media_type: field!(inside, fits, media_type),
                size_bytes: field!(inside, fits, size_bytes),
                stored: field!(inside, fits, stored),
                at_ms: field!(inside, fits, at_ms),
            };
        }
        if let Some(mut inside) = value.given("rating") {
            return Self::Rating {
                id: field!(inside, fits, id),
                level: field!(inside, fits, level),
                recommend: field!(inside, fits, recommend),
                solved: field!(inside, fits, solved),
                comment: field!(inside, fits, comment),
            };
        }
        if let Some(inside) = value.given("leave") {
            return Self::Leave(Read::read(inside, fits));
        }
        if let Some(mut inside) = value.given("draft") {
            return Self::Draft { text: field!(inside, fits, text) };
        }
        if let Some(mut inside) = value.given("farewell") {
            return Self::Farewell { credentials: field!(inside, fits, credentials) };
        }
        Self::Feedback(field!(value, fits, feedback))
    }
}
