//! Everything that can happen to a call.

use super::effect::CallNo;
use super::placing::{Wish, WishNo};
use super::quality::Sample;
use crate::effect::RequestId;
use crate::failure::Failure;
use frontdesk_contract::{CallOffer, CallStatus, CallSupport};

/// Something that happened. What names a [`CallNo`] of a call that is over changes nothing that is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The call view was opened, also once more after a failure or an end: find out what is possible.
    Open {
        /// What the desk offers.
        offered: CallOffer,
        /// What this page could do.
        browser: Browser,
    },
    /// The call view was closed. A call goes on.
    Close,
    /// The visitor calls; taken where [`super::Machine::may_call`] says so.
    Start {
        /// With picture.
        video: bool,
    },
    /// A member of staff calls this number, with the call view open; what becomes of it, [`super::Effect::Placed`] tells.
    Place(WishNo, Wish),
    /// The last call, which was placed, once more; taken where [`super::Machine::may_redial`] says so.
    Redial,
    /// The visitor hangs up, or gives up calling.
    HangUp,
    /// The visitor wants to be silent, or heard again.
    Mute(bool),
    /// The visitor holds the call, or takes it up again.
    Hold(bool),
    /// The visitor pressed a key: `0` to `9`, `*`, `#`, `A` to `D`.
    Digit(char),
    /// The visitor wants to be seen, or not; in a call with picture.
    Camera(bool),
    /// The visitor chose another device.
    Choose {
        /// Which kind.
        device: Device,
        /// As the browser names it.
        id: String,
    },
    /// The page goes away.
    Leaving,

    /// [`super::Effect::AcquireMedia`] came to its end.
    Media(CallNo, Result<(), MediaFailure>),
    /// [`super::Effect::Switch`] or turning on by [`super::Effect::Camera`] came to its end.
    Switched(CallNo, Device, Result<(), MediaTrouble>),
    /// A device in use was unplugged or taken away (its track ended).
    DeviceGone(CallNo, Device),
    /// A device was plugged in, or unplugged.
    DevicesChanged(CallNo),
    /// The softphone reports.
    Phone(CallNo, PhoneEvent),
    /// What [`super::Effect::Measure`] found.
    Measured(CallNo, Sample),
    /// The browser has a network, perhaps another one than before; or none.
    Network {
        /// There is one.
        online: bool,
    },

    /// A request was answered or failed.
    Answered(RequestId, Result<Answer, Failure>),
    /// An event `call` was read.
    Status(CallStatus),
    /// Another page of this visitor is in a call, or no longer.
    Elsewhere(bool),
    /// The time that [`super::Effect::WakeAt`] named has come.
    Timer,
    /// Back online, visible again, thawed: do not wait any longer.
    Woken,
}

/// What a request was answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To [`super::Ask::Support`].
    Support(CallSupport),
    /// To the other requests.
    Status(CallStatus),
}

/// What this page could do, apart from what the visitor allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Calls.
    Able,
    /// None: it is not served by TLS, so that there are no devices.
    Insecure,
    /// None: it knows no WebRTC.
    Unable,
}

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// Hears the visitor.
    Microphone,
    /// Sees the visitor.
    Camera,
    /// Where the visitor hears.
    Speaker,
}

/// Why there is no sound or no picture of the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaFailure {
    /// Which device failed; `None`: the browser does not say. In a call without picture it is the microphone.
    pub device: Option<Device>,
    /// Why.
    pub trouble: MediaTrouble,
}

/// What is wrong with a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaTrouble {
    /// The visitor, or a setting of the visitor's, refuses.
    Denied,
    /// The visitor closed the browser's question unanswered.
    Dismissed,
    /// The frame's permissions do not include it (Permissions Policy, `allow`).
    Policy,
    /// The page is not served by TLS.
    Insecure,
    /// There is none.
    Absent,
    /// It does not start; mostly since another program uses it.
    Busy,
    /// Not the device: there is no network but the machine's own, so sound would go nowhere.
    NoNetwork,
    /// Something else.
    Other,
}

/// What the visitor can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again, and allow it.
    AskAgain,
    /// Allow it in the browser's settings for this site, then try again.
    ChangeSettings,
    /// Call from a window of its own.
    OwnWindow,
    /// Plug one in, then try again.
    PlugIn,
    /// Close other programs that use it, then try again.
    FreeDevice,
    /// Write instead.
    Write,
}

impl MediaTrouble {
    /// What the visitor can do about it.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::Denied => Remedy::ChangeSettings,
            Self::Dismissed | Self::NoNetwork | Self::Other => Remedy::AskAgain,
            Self::Policy => Remedy::OwnWindow,
            Self::Insecure => Remedy::Write,
            Self::Absent => Remedy::PlugIn,
            Self::Busy => Remedy::FreeDevice,
        }
    }
}

/// What the softphone reports of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneEvent {
    /// An address of the gateway is being tried.
    Connecting,
    /// An address refused, or was silent; the next one is tried by itself.
    Refused,
    /// The INVITE has left.
    Sent,
    /// The other side rings.
    Ringing {
        /// Sound of the other side comes already: it brings its own ringback.
        early: bool,
    },
    /// The other side took the call.
    Answered,
    /// Sound or picture of the other side is there to be played.
    Media,
    /// The other side holds the call, or takes it up again.
    Held(bool),
    /// The other side has agreed that the call is held from here, or taken up again; or not, and all is as before.
    /// Told once for each [`super::Effect::Hold`], in their order.
    Agreed {
        /// What was asked for.
        on: bool,
        /// Whether it is so now.
        agreed: bool,
    },
    /// How the way of the media stands.
    Ice(IceState),
    /// The socket to the gateway is up, or not.
    Socket(bool),
    /// The call is over. Told exactly once, as the last.
    Ended(PhoneEnd),
}

/// How the way of the media stands (W3C WebRTC, `RTCIceConnectionState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IceState {
    /// Not begun.
    New,
    /// Ways are being tried.
    Checking,
    /// There is a way; also `completed`.
    Connected,
    /// It is interrupted, and may come back by itself.
    Disconnected,
    /// There is none.
    Failed,
    /// Closed.
    Closed,
}

/// How the softphone's call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneEnd {
    /// Ended from here, not by the other side.
    pub here: bool,
    /// Why.
    pub cause: PhoneCause,
    /// The SIP status that said so.
    pub status: Option<u16>,
}

/// Why the softphone's call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneCause {
    /// BYE.
    HungUp,
    /// 486, 600.
    Busy,
    /// 403, 603.
    Rejected,
    /// 404, 410, 484, 604.
    NotFound,
    /// 480, 500, 503.
    Unavailable,
    /// 408, or nobody took it.
    NoAnswer,
    /// 401, 407: no or a wrong password.
    Unauthorized,
    /// No address of the gateway could be reached.
    NoGateway,
    /// The media found no way.
    NoMedia,
    /// 488, 606: nothing in common.
    Incompatible,
    /// CANCEL.
    Cancelled,
    /// Anything else.
    Failed,
}
