//! What comes from a centre, in our words.

use crate::session::credential::hex;
use frontdesk_contract::{Body, CallGateway, Card, ClientId, QueueInfo, Sender};
use sha2::{Digest, Sha256};

/// Who serves after a connect or a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Serving {
    /// A robot.
    Robot,
    /// An agent.
    Agent,
    /// Nobody yet: the visitor waits.
    Queue,
    /// Nobody, and messages are taken and kept for the agents (a connect only).
    Offline {
        /// The centre's own words for it, plain text.
        tip: Option<String>,
    },
}

/// What the centre said to a message that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Delivered.
    Delivered {
        /// A card whose link agents cannot follow: its address is not on the centre's trust list.
        link_not_trusted: bool,
    },
    /// Kept for later, since the agents are away. Not to be sent again.
    StoredOffline {
        /// The centre's own words for it, plain text.
        tip: Option<String>,
    },
}

/// Something that came down from the centre.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "a handful at a time, nearly all of them messages")]
pub enum Downlink {
    /// Somebody said something.
    Message {
        /// The centre's own unique code of the message, if it gave one.
        code: Option<String>,
        /// Who.
        from: Sender,
        /// What.
        content: Content,
        /// Questions of the robot that the visitor can send as they are, best first.
        choices: Vec<String>,
        /// By what the robot's answer can be judged, see [`super::Centre::feedback`].
        inter_idx: Option<String>,
        /// When, by the centre's clock, if it said so.
        at_ms: Option<u64>,
    },
    /// The picture of whoever speaks or is connected next. It says nothing by itself: nothing is kept of it unless what
    /// comes with it is new.
    Face(CentreFile),
    /// The conversation is over. `offline`: messages may still be sent, they are kept for later.
    Ended {
        /// Offline mode is on.
        offline: bool,
    },
    /// The agent has read messages; empty: all until now.
    Read(Vec<ClientId>),
    /// The message with this code was taken back.
    Recalled(String),
    /// The agent is typing.
    Typing,
    /// The visitor is connected with this one; the system, as far as it does not say with whom.
    Connected(Sender),
    /// The centre's own words say that an agent is there now. Words prove nothing; with a queue that tells no place any
    /// more they do.
    Announced,
    /// A sign that the visitor waits in a queue.
    Queueing,
    /// A sign that the conversation moves to an agent.
    Transferring,
    /// What changes how things stand, from a centre that may tell it more than once: it counts the first time alone. An end
    /// that is told again must not end the conversation after it.
    Once {
        /// The same each time it comes.
        mark: String,
        /// What it says; none of these is [`Downlink::Once`] or [`Downlink::Recalled`].
        then: Vec<Downlink>,
    },
}

/// What the centre says about the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueAnswer {
    /// Waiting, with what is known.
    Waiting(QueueInfo),
    /// An agent serves already.
    Served,
    /// Waiting somewhere without a place (another queue, a menu).
    Elsewhere,
    /// An agent was offered the visitor and did not answer; waiting goes on.
    AgentDidNotAnswer,
    /// The conversation is over.
    Gone,
    /// The centre has no place for the visitor, and does not say that the question failed. Said again and again it means
    /// that an agent serves.
    Unlisted,
    /// The centre does not say: the question failed. Said again and again after [`Downlink::Announced`] it means that an
    /// agent serves; without that it means nothing.
    NoInformation,
}

/// A message as the centre kept it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The centre's code of the message; for the visitor's own messages the id they were sent with, where the centre
    /// keeps it.
    pub code: Option<String>,
    /// Who; `None`: the visitor; [`Sender::Unknown`]: the centre does not say, it may be either.
    pub from: Option<Sender>,
    /// What.
    pub content: Content,
    /// When, by the centre's clock, if it said so.
    pub at_ms: Option<u64>,
    /// It was taken back.
    pub recalled: bool,
    /// It was read, as far as the centre says so.
    pub read: bool,
}

/// What somebody says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Text, rich text, a place, a card without a picture, or something that cannot be shown.
    Body(Body),
    /// A file.
    File(CentreFile),
    /// A card with a picture.
    Card {
        /// The card; its `image` is `None`.
        card: Card,
        /// Its picture.
        image: CentreFile,
    },
}

/// A file that a centre keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CentreFile {
    /// Where it is.
    pub source: FileSource,
    /// Its type as the centre names it, such as `jpg`; letters and digits only.
    pub extension: Option<String>,
    /// How it is shown.
    pub kind: FileKind,
    /// Its name, as the centre tells it: not cleaned.
    pub name: Option<String>,
    /// Its size.
    pub size_bytes: Option<u64>,
}

/// Where a centre keeps a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum FileSource {
    /// Handed over by us under this key.
    Uploaded(String),
    /// An agent's own file.
    Local(String),
    /// A file of the centre's library.
    Library(String),
    /// The centre does not say which.
    Plain(String),
    /// Not at the centre: the picture of an agent or a robot at this address, see [`super::Centre::picture`].
    Picture(String),
}

impl FileSource {
    /// The id of the file, which follows from where it is.
    pub fn id(&self) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let digest: [u8; 32] = Sha256::digest(&text).into();
        format!("f-{}", hex(digest.get(..16).unwrap_or_default()))
    }
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum FileKind {
    /// As a picture.
    Image,
    /// As sound.
    Audio,
    /// As a film.
    Video,
    /// As a name.
    Document,
}

impl FileKind {
    /// Its word in the visitor API (`kind` of [`frontdesk_contract::FileRef`]).
    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Audio => "audio",
            Self::Video => "video",
            Self::Document => "document",
        }
    }
}

/// What a centre can do about calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallAbility {
    /// Its gateway takes calls of browsers.
    pub web_rtc: bool,
    /// It connects calls that visitors ask for.
    pub click_to_call: bool,
}

/// What is new about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallNews {
    /// Waiting for an agent.
    Queueing,
    /// An agent is reserved: connect there. As the centre told it: addresses are not checked.
    Connected(CallGateway),
    /// Ended by the agent or the centre.
    Disconnected,
    /// Nobody answered in time.
    QueueTimeout,
    /// It could not be connected.
    Failed,
}

/// Where a call that staff place is to be connected, as the centre told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Host and port of its SIP service. Not checked: whoever connects there must know it.
    pub address: String,
    /// User part of the address to call.
    pub access_code: String,
    /// The centre's number for the call, where it tells one.
    pub serial: Option<String>,
}
