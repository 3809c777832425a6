//! What visitor, robot and agent say.

use crate::contact::Person;
use crate::id::ClientId;
use crate::rich::Node;
use serde::{Deserialize, Serialize};

/// Body of `POST /v1/messages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostMessage {
    /// Made once when the visitor sent it; unchanged by retries and reloads.
    pub id: ClientId,
    /// What is sent: one of the kinds. A second one is refused.
    #[serde(deserialize_with = "crate::one_key::body")]
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
    /// Questions of the robot that the visitor can send with one tap, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// An answer of the robot that can be judged by `POST /v1/feedback`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub judgeable: bool,
    /// The event before which it was said, by its number: it had been lost on its way and was found in the centre's
    /// history later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !*flag
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
    /// Text with marks, made safe by the proxy. Only robots, agents and the centre write it.
    Rich(Vec<Node>),
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
    rich: Option<Vec<Node>>,
    file: Option<FileRef>,
    location: Option<Location>,
    card: Option<Card>,
}

impl From<BodyWire> for Body {
    fn from(wire: BodyWire) -> Self {
        if let Some(text) = wire.text {
            Self::Text(text)
        } else if let Some(nodes) = wire.rich {
            Self::Rich(nodes)
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
    /// `image`, `audio`, `video` or `document`; decides how it is shown, not how it is served.
    pub kind: String,
    /// Name to show, with its extension; no path, no control character.
    pub name: String,
    /// Its size, where it is known.
    #[serde(default, deserialize_with = "crate::whole::maybe", skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
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
    /// Where it leads: `https`, `http`, or empty for a card that leads nowhere.
    #[serde(default)]
    pub url: String,
    /// Id of a file with its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}
