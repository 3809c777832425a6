//! What visitor, robot and agent say.

use crate::contact::Person;
use crate::id::ClientId;
use serde::{Deserialize, Serialize};

/// Body of `POST /v1/messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostMessage {
    /// Made once when the visitor sent it; unchanged by retries and reloads.
    pub id: ClientId,
    /// What is sent.
    pub body: Body,
}

/// Answer to `POST /v1/messages`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Posted {
    /// What became of it.
    pub status: PostedStatus,
    /// Number of the `echo` event of this message.
    pub seq: u64,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PostedStatus {
    /// The centre has it.
    Accepted,
    /// The centre keeps it for later (offline mode).
    StoredOffline,
    /// The centre may have it; nobody can know. It is not sent again by itself.
    Unconfirmed,
    /// A status of a later version.
    #[serde(other)]
    Unknown,
}

/// A message of robot, agent or centre; the payload of the event `message`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Message {
    /// Id of the message within this conversation.
    pub id: String,
    /// Who says it.
    pub from: Sender,
    /// What is said.
    pub body: Body,
}

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", from = "SenderWire")]
pub enum Sender {
    /// A person of the centre.
    Agent(Person),
    /// A robot of the centre.
    Robot(Person),
    /// The centre itself.
    System {},
    /// Somebody of a later version.
    Unknown {},
}

#[derive(Deserialize)]
struct SenderWire {
    agent: Option<Person>,
    robot: Option<Person>,
    system: Option<Nothing>,
}

#[derive(Deserialize)]
struct Nothing {}

impl From<SenderWire> for Sender {
    fn from(wire: SenderWire) -> Self {
        match (wire.agent, wire.robot, wire.system) {
            (Some(person), _, _) => Self::Agent(person),
            (_, Some(person), _) => Self::Robot(person),
            (_, _, Some(_)) => Self::System {},
            _ => Self::Unknown {},
        }
    }
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", from = "BodyWire")]
pub enum Body {
    /// Plain text.
    Text(String),
    /// A file that was uploaded.
    File(FileRef),
    /// A place.
    Location(Location),
    /// A card with a link.
    Card(Card),
    /// Something this version cannot show; the visitor is told so.
    Unsupported {},
}

#[derive(Deserialize)]
struct BodyWire {
    text: Option<String>,
    file: Option<FileRef>,
    location: Option<Location>,
    card: Option<Card>,
}

impl From<BodyWire> for Body {
    fn from(wire: BodyWire) -> Self {
        if let Some(text) = wire.text {
            Self::Text(text)
        } else if let Some(file) = wire.file {
            Self::File(file)
        } else if let Some(location) = wire.location {
            Self::Location(location)
        } else if let Some(card) = wire.card {
            Self::Card(card)
        } else {
            Self::Unsupported {}
        }
    }
}

/// A file in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileRef {
    /// Id of the file, from the upload.
    pub file: String,
    /// `image`, `audio`, `video` or `document`.
    pub kind: String,
    /// Name to show.
    pub name: String,
}

/// A place in a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// What is there.
    pub label: String,
}

/// A card in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Card {
    /// Heading.
    pub title: String,
    /// A line or two.
    pub description: String,
    /// Where it leads.
    pub url: String,
}
