//! Everything that a call can ask for.

use super::input::Device;
use super::placing::{NotPlaced, WishNo};
use crate::effect::RequestId;
use frontdesk_contract::{ClientId, IceServer, PlaceCall, StartCall};

/// Names one try to call among those of a page: its microphone and camera, and its call at the softphone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallNo(pub u32);

/// Something for the driver to do, in the order given.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a request, with the credential of the session; report [`super::Input::Answered`] exactly once, at the latest
    /// after `timeout_ms`.
    Request {
        /// Goes back with the answer.
        id: RequestId,
        /// What to ask.
        ask: Ask,
        /// Give up after this many milliseconds.
        timeout_ms: u32,
    },
    /// Stop this request; no answer is wanted.
    Abort(RequestId),
    /// Ask the browser for the microphone, and with `video` for the camera, and whether there is a network at all for what
    /// they give; then report [`super::Input::Media`].
    AcquireMedia {
        /// What they are for.
        call: CallNo,
        /// The camera too.
        video: bool,
        /// STUN and TURN servers: without a network of its own a page may have a way by them.
        ice_servers: Vec<IceServer>,
    },
    /// What became of a call that was to be placed, once for each [`super::Input::Place`]: the gateway is being called, or not.
    Placed(WishNo, Result<(), NotPlaced>),
    /// Stop microphone and camera of this call, for good. Harmless where there are none.
    ReleaseMedia(CallNo),
    /// Have the softphone call; report [`super::Input::Phone`]. One that cannot be loaded has ended, as one that failed.
    Dial(CallNo, Dial),
    /// Have the softphone end its call, by CANCEL or BYE as it fits. Harmless where it has ended.
    HangUp(CallNo),
    /// Have the softphone hold the call, or take it up again. It does not silence the microphone: [`Effect::Silence`] does.
    Hold(CallNo, bool),
    /// Send this key's tone.
    Digit(CallNo, char),
    /// Have the softphone find the gateway and the way of the media anew; the call is kept.
    Restart(CallNo),
    /// Take the figures of the call, then report [`super::Input::Measured`].
    Measure(CallNo),
    /// Let the microphone's track carry silence, or sound again. A track carries sound when it is new.
    Silence(CallNo, bool),
    /// Let the camera go, or acquire it again; of the latter report [`super::Input::Switched`].
    Camera(CallNo, bool),
    /// Use this device from now on, then report [`super::Input::Switched`].
    Switch {
        /// In which call.
        call: CallNo,
        /// Which kind.
        device: Device,
        /// As the browser names it; `None`: any that is there.
        id: Option<String>,
        /// The new microphone's track begins silent.
        silent: bool,
    },
    /// Play this instead of what was played before.
    Tone(Tone),
    /// Tell the visitor's other pages whether this one is in a call.
    Announce(bool),
    /// The page goes away: `DELETE /v1/call?id=…` by a request that outlives it (Fetch, `keepalive`). No answer is wanted.
    Farewell(ClientId),
    /// Report [`super::Input::Timer`] at this time; replaces the time asked for before. `None`: no timer.
    WakeAt(Option<u64>),
    /// Something that is shown has changed; draw it again.
    Redraw,
}

/// A request to the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// `GET /v1/call`
    Support,
    /// `POST /v1/call`
    Start(StartCall),
    /// `POST /v1/calls/place`
    Place(PlaceCall),
    /// `POST /v1/call/heartbeat`
    Beat,
    /// `DELETE /v1/call?id=…`
    Drop(ClientId),
}

/// Whom the softphone calls, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// WebSocket addresses of the gateway in the order to try.
    pub addresses: Vec<String>,
    /// Address to call, `sip:…@…` (RFC 3261).
    pub target: String,
    /// Own address.
    pub from: String,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// With picture.
    pub video: bool,
}

/// A tone that is made here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Silence.
    #[default]
    Off,
    /// The other side rings; until another is asked for.
    Ringback,
    /// The other side is busy; a few times.
    Busy,
    /// The call is over; once.
    End,
}
