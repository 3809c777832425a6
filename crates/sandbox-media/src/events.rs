//! What a gateway tells those who watch it.

use serde::Serialize;

use crate::media::Traffic;

/// Who ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// CANCEL or BYE of the visitor.
    Visitor,
    /// The agent: [`hang_up`](crate::Gateway::hang_up), a closed page, or a lost leg.
    Agent,
    /// The gateway: what the number does, a timer, or a visitor from whom nothing is heard any more.
    Gateway,
}

/// What happened in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CallNews {
    /// The visitor's INVITE is there, and it rings.
    Ringing,
    /// The call was answered.
    Answered,
    /// The visitor's media is connected.
    Connected,
    /// The visitor put the call on hold, or took it back.
    Held(bool),
    /// The visitor pressed a key.
    Digit(char),
    /// The end, by whom and with which SIP status: 200 for BYE, 487 for CANCEL, 408 for a lost one.
    Ended(Side, u16),
}

/// Something happened in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GatewayEvent {
    /// The number that was called.
    pub access_code: String,
    /// `Call-ID` of the visitor.
    pub call_id: String,
    /// What happened.
    pub news: CallNews,
}

/// A call that is open, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenCall {
    /// The number that was called.
    pub access_code: String,
    /// `Call-ID` of the visitor.
    pub call_id: String,
    /// Was it answered, and the answer acknowledged?
    pub answered: bool,
    /// Is it held by the visitor?
    pub held: bool,
    /// Is its WebSocket open?
    pub socket: bool,
    /// Keys pressed so far, the newest 64.
    pub digits: String,
    /// Media of the visitor's leg.
    pub visitor: Traffic,
    /// Media of the agent's leg, if one is there.
    pub agent: Option<Traffic>,
}
