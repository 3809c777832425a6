//! Who serves the visitor.

use crate::id::ClientId;
use serde::{Deserialize, Serialize};

/// Body of `POST /v1/contact`: connect, or transfer when a robot is serving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connect {
    /// Made once for this wish.
    pub id: ClientId,
    /// Whom the visitor wants.
    pub to: ConnectTo,
    /// What the website tells of the visit. It may differ when a request is repeated.
    #[serde(default, skip_serializing_if = "About::is_empty")]
    pub about: About,
}

/// What the website tells of the visit, for whoever serves the visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct About {
    /// Address of the page that the visitor sees, `http` or `https`, at most [`MAX_PAGE_URL_BYTES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its title, at most [`MAX_PAGE_TITLE_CHARS`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What else the website says, at most [`MAX_ATTRIBUTES`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// Something that the website says of the visit, such as `plan`: `gold`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attribute {
    /// 1 to [`MAX_ATTRIBUTE_NAME_CHARS`] of `A-Z`, `a-z`, `0-9`, `_`, `.` and `-`.
    pub name: String,
    /// At most [`MAX_ATTRIBUTE_CHARS`].
    pub value: String,
}

/// The longest address of a page, in bytes.
pub const MAX_PAGE_URL_BYTES: usize = 2_048;
/// The longest title of a page, in Unicode scalar values.
pub const MAX_PAGE_TITLE_CHARS: usize = 256;
/// The most attributes.
pub const MAX_ATTRIBUTES: usize = 20;
/// The longest name of an attribute, in characters.
pub const MAX_ATTRIBUTE_NAME_CHARS: usize = 64;
/// The longest value of an attribute, in Unicode scalar values.
pub const MAX_ATTRIBUTE_CHARS: usize = 256;

impl About {
    /// Nothing is told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it may be told.
    ///
    /// # Errors
    /// Names the field, and what is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        if self.url.as_ref().is_some_and(|url| !web(url) || url.len() > MAX_PAGE_URL_BYTES) {
            return Err(format!(
                "field `about.url`: an http address of at most {MAX_PAGE_URL_BYTES} bytes is needed"
            ));
        }
        if self.title.as_ref().is_some_and(|title| title.chars().count() > MAX_PAGE_TITLE_CHARS) {
            return Err(format!("field `about.title`: at most {MAX_PAGE_TITLE_CHARS} characters"));
        }
        if self.attributes.len() > MAX_ATTRIBUTES {
            return Err(format!("field `about.attributes`: at most {MAX_ATTRIBUTES}"));
        }
        for (at, Attribute { name, value }) in self.attributes.iter().enumerate() {
            let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-');
            if name.is_empty() || name.len() > MAX_ATTRIBUTE_NAME_CHARS || !name.chars().all(plain) {
                return Err(format!(
                    "field `about.attributes[{at}].name`: 1 to {MAX_ATTRIBUTE_NAME_CHARS} of A-Z, a-z, 0-9, `_`, `.`, `-`"
                ));
            }
            if value.chars().count() > MAX_ATTRIBUTE_CHARS {
                return Err(format!(
                    "field `about.attributes[{at}].value`: at most {MAX_ATTRIBUTE_CHARS} characters"
                ));
            }
            if self.attributes.iter().take(at).any(|other| other.name == *name) {
                return Err(format!("field `about.attributes[{at}].name`: it is there twice"));
            }
        }
        Ok(())
    }
}

/// Whom the visitor wants to talk to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConnectTo {
    /// The robot, or whoever the centre puts first.
    Robot,
    /// A person.
    Agent,
}

/// The conversation as it stands; also the payload of the event `contact`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Where the conversation stands.
    pub state: ContactState,
    /// Who serves, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<Person>,
    /// Why it ended, with `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<EndReason>,
    /// With `ended`: agents are away, messages are still taken and kept for them.
    #[serde(default, skip_serializing_if = "crate::message::is_false")]
    pub offline: bool,
}

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContactState {
    /// None was begun.
    #[default]
    None,
    /// A robot serves.
    Robot,
    /// Waiting for an agent.
    Queueing,
    /// An agent serves.
    Agent,
    /// Over.
    Ended,
    /// A state of a later version.
    #[serde(other)]
    Unknown,
}

/// Why a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The visitor ended it.
    Visitor,
    /// The agent or the centre ended it.
    Centre,
    /// Nobody was free in time.
    QueueTimeout,
    /// The centre no longer knows the conversation.
    Released,
    /// Agents are not working now.
    OutsideHours,
    /// A reason of a later version.
    #[serde(other)]
    Unknown,
}

/// A robot or an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The name to show; empty when the centre gave none.
    pub name: String,
    /// Id of a picture, to be had like every file at `/v1/files/{file}`; it is not at hand forever, and may turn out not to be
    /// there. `null`: the page shows one of its own.
    #[serde(default)]
    pub avatar: Option<String>,
}

/// Answer to `GET /v1/queue`, and the payload of the event `queue`. Both values are absent when nobody queues or the
/// centre does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueInfo {
    /// Place in the queue; 1 is next.
    #[serde(default)]
    pub place: Option<u32>,
    /// Expected wait in milliseconds.
    #[serde(default)]
    pub wait_ms: Option<u64>,
}
