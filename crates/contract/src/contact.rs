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
    /// Address of a picture, relayed by the proxy.
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
