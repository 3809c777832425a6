//! Calls: whether they are possible, starting, keeping and ending one. Media is between page and gateway.

use crate::id::ClientId;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Answer to `GET /v1/call`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallSupport {
    /// The centre connects calls from a page, and the desk offers them.
    pub click_to_call: bool,
    /// The centre's gateway takes calls of browsers.
    pub web_rtc: bool,
    /// The call as it stands.
    pub call: CallStatus,
    /// STUN and TURN servers for the page's peer connection, where calls are possible. Told here, not with the gateway:
    /// that is an event, and a journal is no place for a password.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ice_servers: Vec<IceServer>,
}

/// A STUN or TURN server, as `RTCPeerConnection` takes it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IceServer {
    /// Its addresses, such as `stun:stun.example:3478`.
    pub urls: Vec<String>,
    /// User name for TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Password for TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl fmt::Debug for IceServer {
    /// Without user name and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

/// Body of `POST /v1/call`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartCall {
    /// Made once for this call.
    pub id: ClientId,
    /// What it carries.
    pub media: CallMedia,
}

/// Body of `POST /v1/calls/place`: a call of a member of staff, by voice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceCall {
    /// Made once for this call.
    pub id: ClientId,
    /// The number to call: `+`, digits, `*` and `#`, at most 32 characters; what people write between digits does not count.
    pub called: String,
    /// What goes along for whoever reads the centre's records, at most [`MAX_CALL_DATA_CHARS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

impl fmt::Debug for PlaceCall {
    /// Without number and data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaceCall").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The longest `data` of a call that staff place, in characters.
pub const MAX_CALL_DATA_CHARS: usize = 1_024;

/// What a call carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallMedia {
    /// Voice.
    #[default]
    Audio,
    /// Voice and picture.
    Video,
    /// Something of a later version.
    #[serde(other)]
    Unknown,
}

/// A call as it stands: the answer to `POST`, `DELETE` and heartbeat, and the payload of the event `call`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallStatus {
    /// The id it was started with; `None`: there was no call.
    #[serde(default)]
    pub id: Option<ClientId>,
    /// How far it is.
    pub state: CallState,
    /// What it carries.
    #[serde(default)]
    pub media: CallMedia,
    /// Where to connect, with `connected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<CallGateway>,
    /// Why it ended, with `ended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<CallEnd>,
}

/// How far a call is, on the side of the centre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// There is no call.
    #[default]
    None,
    /// Asked for.
    Setup,
    /// Waiting for an agent.
    Queueing,
    /// An agent is reserved: the page is to connect to the gateway.
    Connected,
    /// Over.
    Ended,
    /// A state of a later version.
    #[serde(other)]
    Unknown,
}

/// Where the page connects for media (getClickToCallEvents, `content`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallGateway {
    /// Host part of the SIP addresses.
    pub domain: String,
    /// WebSocket addresses in the order to try, all among the desk's own.
    pub addresses: Vec<String>,
    /// User part of the address to call.
    pub access_code: String,
    /// User part of the own address.
    pub caller: String,
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// The visitor hung up.
    Visitor,
    /// The agent or the centre hung up.
    Centre,
    /// Nobody answered in time.
    QueueTimeout,
    /// The centre could not connect it.
    Failed,
    /// The page gave no sign of life any more.
    Lost,
    /// A reason of a later version.
    #[serde(other)]
    Unknown,
}
