//! What is known of the call that goes on, and of the one that is over.

use super::cause::EndCause;
use super::controls::Controls;
use super::effect::CallNo;
use super::quality::Watch;
use super::recovery::Recovery;
use super::starting::Asking;
use frontdesk_contract::CallMedia;

/// The call that goes on, from the visitor's click to its end.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub(super) no: CallNo,
    pub(super) video: bool,
    /// By a member of staff: the centre keeps nothing of it.
    pub(super) is_placed: bool,
    pub(super) phase: Phase,
    /// Microphone, and camera, are ours.
    pub(super) has_media: bool,
    pub(super) asking: Asking,
    /// Once the centre was asked.
    pub(super) lease: Option<Lease>,
    /// Once the softphone was asked.
    pub(super) line: Option<Line>,
    pub(super) controls: Controls,
    pub(super) recovery: Recovery,
    pub(super) watch: Watch,
}

impl Running {
    pub(super) fn new(no: CallNo, video: bool) -> Self {
        Self {
            no,
            video,
            is_placed: false,
            phase: Phase::Media,
            has_media: false,
            asking: Asking::default(),
            lease: None,
            line: None,
            controls: Controls::new(video),
            recovery: Recovery::default(),
            watch: Watch::default(),
        }
    }

    /// One that a member of staff places, by voice.
    pub(super) fn placed(no: CallNo) -> Self {
        Self { is_placed: true, ..Self::new(no, false) }
    }

    pub(super) fn media(&self) -> CallMedia {
        if self.video { CallMedia::Video } else { CallMedia::Audio }
    }

    pub(super) fn is_talking(&self) -> bool {
        matches!(self.phase, Phase::Talking { .. })
    }
}

/// How far the call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The browser is asked for the microphone.
    Media,
    /// The centre is asked for the call.
    Asking,
    /// The centre has the call.
    Waiting { queueing: bool },
    /// The softphone calls the gateway.
    Dialling,
    /// It rings.
    Ringing { early: bool },
    /// Somebody took it.
    Talking { since_ms: u64 },
}

/// The proxy holds the call as long as it hears of this page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    pub(super) next_beat_ms: u64,
    /// When the proxy last told how the call stands.
    pub(super) heard_ms: u64,
}

/// The softphone's call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) dialled_ms: u64,
    /// Sound of the other side comes before it answers.
    pub(super) early: bool,
}

/// The call that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Over {
    pub(super) cause: EndCause,
    pub(super) video: bool,
    pub(super) talked_ms: Option<u64>,
    pub(super) sip_status: Option<u16>,
}
