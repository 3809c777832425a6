//! A call from the page: microphone first, then the centre, then the gateway; ringing, talking, and one end.
//!
//! ```text
//!  Closed ──Open──► Looking ──► Ready or Impossible ◄──Open── Ended
//!                                 │ Start                        ▲ one cause, always
//!                                 ▼                              │
//!                       Microphone ──► Requesting ──► Queueing ──► Dialling ──► Ringing ──► Talking
//!                       (browser)      (centre)       (centre)     (gateway)
//! ```
//!
//! [`Machine::handle`] is for a call what [`crate::Session::handle`] is for a conversation, and knows nothing of it: the
//! driver hands it the events `call` ([`Input::Status`]) and sends its requests with the session's credential. Events and
//! answers tell the same and come in any order; each is judged by the call's id and by how far it leads.
//!
//! While a call may be at the centre, it is either kept by heartbeats or being dropped. A new call waits until what is left
//! of the one before is dropped, since the proxy holds one at a time.
//!
//! # Layout
//! - [`input`], [`effect`]: everything that can happen, everything that can be asked for
//! - [`cause`]: why a call ends; `ending`: the one place where it does
//! - `opening`: what is possible; `starting`: microphone and request; `centre`: following and heartbeats; `remains`: dropping
//! - [`placing`]: calls that staff place
//! - `dialling`: the softphone; `words`: how it reports; `recovery`: a network that changes
//! - [`controls`]: what the visitor does in a call; `devices`: devices that come and go; [`quality`]: how it sounds

pub mod cause;
mod centre;
pub mod controls;
mod devices;
mod dialling;
pub mod effect;
mod ending;
pub mod input;
mod opening;
pub mod placing;
pub mod quality;
mod recovery;
mod remains;
mod running;
mod starting;
mod step;
mod words;

use crate::effect::RequestId;
use crate::failure::Failure;
use crate::now::Now;
use frontdesk_contract::{CallMedia, CallOffer, ClientId};
use opening::Door;
use placing::Placing;
use remains::Remains;
use running::{Over, Phase, Running};
use step::{Purpose, Step};

pub use cause::EndCause;
pub use controls::{Camera, Held};
pub use effect::{Ask, CallNo, Dial, Effect, Tone};
pub use input::{
    Answer, Browser, Device, IceState, Input, MediaFailure, MediaTrouble, PhoneCause, PhoneEnd, PhoneEvent,
    Remedy,
};
pub use placing::{NotPlaced, Wish, WishNo};
pub use quality::{Quality, Sample, Warnings};

/// A heartbeat is sent this often, in milliseconds.
pub const BEAT_MS: u64 = 5_000;
/// Without a heartbeat the proxy drops a call after so many milliseconds.
pub const LEASE_MS: u64 = 10_000;

/// Where calling stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The call view is closed.
    Closed,
    /// It is being found out whether calls are possible.
    Looking,
    /// The visitor may call.
    Ready,
    /// The visitor cannot call.
    Impossible(Hindrance),
    /// The browser is asked for the microphone, and perhaps the camera. It may be asking the visitor.
    Microphone,
    /// The centre is asked for the call.
    Requesting,
    /// Waiting for an agent.
    Queueing,
    /// An agent is there; the gateway is being called.
    Dialling,
    /// It rings.
    Ringing,
    /// The visitor and the other side are connected.
    Talking,
    /// The call is over. The visitor may call again as [`Machine::may_call`] says.
    Ended(EndCause),
}

/// Why the visitor cannot call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Desk or centre take no calls of pages.
    NotOffered,
    /// The page is not served by TLS.
    Insecure,
    /// The browser knows no WebRTC.
    Browser,
    /// Another page of this visitor is in a call.
    Elsewhere,
    /// The proxy could not be asked. [`Input::Open`] asks again.
    Unreachable,
}

/// The calls of one page, one at a time.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    door: Door,
    call: Option<Running>,
    over: Option<Over>,
    remains: Option<Remains>,
    placing: Placing,
    /// What the softphone's last word was.
    sip_status: Option<u16>,
    offline: bool,
    /// The id under which this page asked the centre last.
    own: Option<ClientId>,
    tone: Tone,
    last_no: u32,
    requests: Vec<(RequestId, Purpose)>,
    last_request: u32,
    wake_at: Option<u64>,
}

impl Machine {
    /// A machine to which nothing has happened.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one input and answers what is to be done, in that order.
    pub fn handle(&mut self, now: Now, input: Input) -> Vec<Effect> {
        let mut step = Step { now, effects: Vec::new() };
        match input {
            Input::Open { offered, browser } => self.open(&mut step, offered, browser),
            Input::Close => self.close_view(&mut step),
            Input::Start { video } => self.start(&mut step, video),
            Input::Place(no, wish) => self.place(&mut step, no, wish),
            Input::Redial => self.redial(&mut step),
            Input::HangUp => self.hang_up(&mut step),
            Input::Mute(on) => self.mute(&mut step, on),
            Input::Hold(on) => self.hold(&mut step, on),
            Input::Digit(key) => self.digit(&mut step, key),
            Input::Camera(on) => self.set_camera(&mut step, on),
            Input::Choose { device, id } => self.choose(&mut step, device, id),
            Input::Leaving => self.leave(&mut step),
            Input::Media(no, result) => self.media_came(&mut step, no, result),
            Input::Switched(no, device, result) => self.switched(&mut step, no, device, result),
            Input::DeviceGone(no, device) => self.device_gone(&mut step, no, device),
            Input::DevicesChanged(no) => self.devices_changed(&mut step, no),
            Input::Phone(no, event) => self.phone_reports(&mut step, no, event),
            Input::Measured(no, sample) => self.measured(&mut step, no, sample),
            Input::Network { online } => self.network(&mut step, online),
            Input::Answered(id, result) => self.answered(&mut step, id, result),
            Input::Status(status) => self.follow(&mut step, status),
            Input::Elsewhere(elsewhere) => self.set_elsewhere(&mut step, elsewhere),
            Input::Timer => self.wake_at = None,
            Input::Woken => self.hurry(&step),
        }
        self.advance(&mut step);
        step.effects
    }

    /// Starts whatever may start now, and asks to be woken for the rest. What may end the call comes first.
    fn advance(&mut self, step: &mut Step) {
        let wake_at = [
            self.advance_patience(step),
            self.advance_dialling(step),
            self.advance_recovery(step),
            self.advance_remains(step),
            self.advance_asking(step),
            self.advance_lease(step),
            self.advance_measuring(step),
            self.advance_notice(step),
            self.advance_support(step),
            self.advance_placing(step),
        ]
        .into_iter()
        .flatten()
        .min();
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            step.push(Effect::WakeAt(wake_at));
        }
    }

    fn answered(&mut self, step: &mut Step, id: RequestId, result: Result<Answer, Failure>) {
        match self.close(id) {
            None => {}
            Some(Purpose::Support) => self.support_told(step, result),
            Some(Purpose::Start) => self.start_answered(step, result),
            Some(Purpose::Place) => self.place_answered(step, result),
            Some(Purpose::Beat) => self.beaten(step, result),
            Some(Purpose::Drop) => self.remains_answered(step, Purpose::Drop, result),
        }
    }

    fn hurry(&mut self, step: &Step) {
        self.door.hurry();
        if let Some(remains) = &mut self.remains {
            remains.hurry();
        }
        if let Some(call) = &mut self.call {
            call.asking.hurry();
            if let Some(lease) = &mut call.lease {
                lease.next_beat_ms = lease.next_beat_ms.min(step.now.ms);
            }
        }
    }

    /// Where calling stands.
    pub fn stage(&self) -> Stage {
        let phase = match (&self.call, self.over) {
            (Some(call), _) => call.phase,
            (None, Some(over)) => return Stage::Ended(over.cause),
            (None, None) if self.placing.awaits_door() => return self.door.stage_of_staff(),
            (None, None) => return self.door.stage(),
        };
        match phase {
            Phase::Media => Stage::Microphone,
            Phase::Asking | Phase::Waiting { queueing: false } => Stage::Requesting,
            Phase::Waiting { queueing: true } => Stage::Queueing,
            Phase::Dialling => Stage::Dialling,
            Phase::Ringing { .. } => Stage::Ringing,
            Phase::Talking { .. } => Stage::Talking,
        }
    }

    /// A call goes on: leaving the page would end it.
    pub fn in_call(&self) -> bool {
        self.call.is_some()
    }

    /// Which calls the visitor may start now.
    pub fn may_call(&self) -> CallOffer {
        if self.in_call() || self.placing.awaits_door() { CallOffer::default() } else { self.door.offer() }
    }

    /// After a call with picture for which there was no camera: the visitor may call without.
    pub fn may_fall_back(&self) -> bool {
        let cause = self.over.filter(|over| over.video).map(|over| over.cause);
        let Some(EndCause::Media(failure)) = cause else { return false };
        let is_camera =
            failure.device != Some(Device::Microphone) && failure.trouble != MediaTrouble::NoNetwork;
        is_camera && self.may_call().audio
    }

    /// The call that goes on, or the last one.
    pub fn number(&self) -> CallNo {
        CallNo(self.last_no)
    }

    /// What the call carries that goes on, or the last one.
    pub fn media(&self) -> Option<CallMedia> {
        let video = self.call.as_ref().map(|call| call.video).or(self.over.map(|over| over.video))?;
        Some(if video { CallMedia::Video } else { CallMedia::Audio })
    }

    /// For how long they talk, or talked, in milliseconds; `None`: not yet, or not at all.
    pub fn talking_ms(&self, now_ms: u64) -> Option<u64> {
        match self.call.as_ref().map(|call| call.phase) {
            Some(Phase::Talking { since_ms }) => Some(now_ms.saturating_sub(since_ms)),
            Some(_) => None,
            None => self.over?.talked_ms,
        }
    }

    /// The SIP status that ended the last call, where one did: for the log, not for the visitor.
    pub fn sip_status(&self) -> Option<u16> {
        self.over?.sip_status
    }

    /// The visitor is silent by wish.
    pub fn is_muted(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.controls.muted)
    }

    /// Who holds the call.
    pub fn held(&self) -> Held {
        self.call.as_ref().map(|call| call.controls.held).unwrap_or_default()
    }

    /// How the visitor's picture stands.
    pub fn camera(&self) -> Camera {
        self.call.as_ref().map(|call| call.controls.camera).unwrap_or_default()
    }

    /// Microphone or speaker that were not exchanged, or are gone. The one before goes on, if it is there.
    pub fn device_trouble(&self) -> Option<(Device, MediaTrouble)> {
        self.call.as_ref()?.controls.device_trouble
    }

    /// A device was taken away, and another one took its place a moment ago.
    pub fn replaced(&self) -> Option<Device> {
        self.call.as_ref()?.controls.replaced.map(|(device, _)| device)
    }

    /// Connected, but sound has found no way yet.
    pub fn awaits_sound(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.is_talking() && call.recovery.awaits_media())
    }

    /// The connection is being mended; the call is kept.
    pub fn is_recovering(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.is_talking() && call.recovery.is_going_on())
    }

    /// How the call sounds, once that is known.
    pub fn quality(&self) -> Option<Quality> {
        self.call.as_ref()?.watch.quality()
    }

    /// What is wrong on one side only.
    pub fn warnings(&self) -> Warnings {
        self.call.as_ref().map(|call| call.watch.warnings()).unwrap_or_default()
    }

    /// The browser has no network, as far as it says.
    pub fn is_offline(&self) -> bool {
        self.offline
    }
}
