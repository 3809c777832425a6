//! Bodies of the operator listener.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Body of `POST /operator/v1/calls`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceCall {
    /// The desk at whose centre the call is placed, by its id.
    pub(super) desk: String,
    /// The number to call: `+`, digits, `*` and `#`, at most 32 characters; what people write between digits does not count.
    pub(super) called: String,
    /// The number that the other side is shown, written likewise; the centre's own when left out.
    #[serde(default)]
    pub(super) caller: Option<String>,
    /// What goes along for whoever reads the centre's records, at most 1,024 characters.
    #[serde(default)]
    pub(super) data: Option<String>,
}

/// Where to connect the call. Nothing rings before that.
#[derive(Serialize, ToSchema)]
pub(super) struct CallPlaced {
    /// Host and port of the centre's SIP service, as the centre told them.
    pub(super) sip_address: String,
    /// User part of the address to call, good for this call.
    pub(super) access_code: String,
    /// The centre's number for the call, where it tells one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) serial: Option<String>,
}

/// Answer to `GET /operator/v1/desks`.
#[derive(Serialize, ToSchema)]
pub(super) struct DeskList {
    /// All desks of the settings, by their ids.
    pub(super) desks: Vec<DeskState>,
}

/// One desk.
#[derive(Serialize, ToSchema)]
pub(super) struct DeskState {
    /// Its id.
    pub(super) id: String,
    /// Its centre gives tokens now.
    pub(super) ready: bool,
}
