//! Opening a session, and what the desk offers.

use crate::contact::Contact;
use crate::id::ClientId;
use crate::leave::Hours;
use serde::{Deserialize, Serialize};

/// Body of `POST /v1/session`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenSession {
    /// The version the client speaks, see [`crate::PROTOCOL`].
    #[serde(deserialize_with = "crate::whole::number")]
    pub protocol: u32,
    /// Id of the desk, from the tag.
    pub desk: String,
    /// The visitor's language, a BCP 47 tag such as `zh-CN`.
    #[serde(default)]
    pub locale: Option<String>,
    /// Signed token of the site that says who the visitor is: a JWT that is good once, at most [`MAX_IDENTITY_BYTES`].
    #[serde(default)]
    pub identity: Option<String>,
    /// Credential of an earlier session to go on with. An unknown or expired one opens a new session.
    #[serde(default)]
    pub resume: Option<String>,
    /// Made once for this opening and unchanged by repetitions, 128 random bits: who repeats a request with a token shows by
    /// it to be the same. Needed with `identity`, not looked at without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ClientId>,
}

/// The longest token that says who the visitor is, in bytes.
pub const MAX_IDENTITY_BYTES: usize = 8_192;

/// Answer to `POST /v1/session`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionOpened {
    /// The version spoken from here on.
    pub protocol: u32,
    /// The credential for the header `Frontdesk-Session`: opaque, at least 128 random bits.
    pub session: String,
    /// When the credential ends, if nothing is asked before; every use moves it on.
    pub expires_ms: u64,
    /// Who the visitor is here.
    pub visitor: Visitor,
    /// The conversation as it stands.
    pub contact: Contact,
    /// Number of the newest event. A client that shows the conversation from its start asks `after=0`.
    pub cursor: u64,
    /// What this desk can do for the visitor.
    pub offers: Offers,
}

/// The visitor, as agents see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visitor {
    /// Id of the visitor; no secret and no credential.
    pub id: String,
    /// The name that agents see.
    pub name: String,
    /// Tells persons apart for whom the site vouches, without naming them; absent for anonymous visitors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// What a desk can do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Offers {
    /// What stands over a conversation in which nobody serves yet, where the desk's settings say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A robot answers first.
    pub robot: bool,
    /// Agents can be asked for.
    pub agent: bool,
    /// Calls from the page.
    pub call: CallOffer,
    /// Files from the visitor.
    pub files: FileOffer,
    /// Phrase suggestions while typing.
    pub suggestions: bool,
    /// Earlier conversations can be read.
    pub history: bool,
    /// A message can be left for later.
    pub leave_message: bool,
    /// ISO 3166 codes of the countries whose numbers are taken without `+`, the usual one first; with `leave_message`.
    pub countries: Vec<String>,
    /// When agents work, where the desk says so.
    pub hours: Option<Hours>,
    /// The longest text in UTF-8 bytes; 0: no text.
    pub text_max_bytes: u32,
    /// What is hidden in all that the visitor writes, before it is sent.
    pub redact: Vec<RedactRule>,
    /// The page begins a trace with each request from now on, and has it kept: `traceparent` with the flag for that (W3C
    /// Trace Context).
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub trace: bool,
}

/// Numbers that are hidden in what visitors write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RedactRule {
    /// Payment cards, told by issuer, length and checksum; the last four digits stay.
    Card,
    /// Chinese resident identity cards, told by region, day of birth and checksum.
    CnId,
    /// Social security numbers of the United States, told by their shape alone.
    UsSsn,
    /// A kind of a later version.
    #[serde(other)]
    Unknown,
}

/// Which calls a desk takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct CallOffer {
    /// Voice.
    pub audio: bool,
    /// Voice with picture.
    pub video: bool,
}

/// Which files a desk takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct FileOffer {
    /// File name extensions, lower case; empty: none.
    pub types: Vec<String>,
    /// The largest file.
    pub max_bytes: u64,
    /// The most files at once.
    pub max_count: u32,
}
