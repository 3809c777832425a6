//! Why a call ended: one word for what the visitor, the centre, the softphone and the browser can tell.

use super::effect::Tone;
use super::input::{MediaFailure, PhoneCause, PhoneEnd};
use frontdesk_contract::{CallEnd, ErrorCode};

/// Why a call ended. Every call has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// The visitor hung up.
    Visitor,
    /// The page went away.
    Left,
    /// The agent or the centre hung up.
    Centre,
    /// It was ended from another page of this visitor, or together with the conversation; or another page is in a call.
    Elsewhere,
    /// Nobody took it in time.
    NobodyAnswered,
    /// The line is busy.
    Busy,
    /// The other side does not want it.
    Rejected,
    /// The centre could not connect it.
    Failed,
    /// No gateway of the centre could be reached.
    NoGateway,
    /// The gateway was reached, but sound and picture found no way.
    NoMediaPath,
    /// The gateway wants a password.
    Unauthorised,
    /// The connection was lost and did not come back.
    Lost,
    /// The proxy could not be reached: nobody was called.
    Unreachable,
    /// Whether the call was placed is not known, as no answer came: nobody was called.
    OutcomeUnknown,
    /// There is no microphone or camera to call with: nobody was called.
    Media(MediaFailure),
    /// The proxy or the centre refused.
    Refused(ErrorCode),
}

impl EndCause {
    /// What the proxy told.
    pub(super) fn of_centre(end: Option<CallEnd>) -> Self {
        match end {
            // Asked for from here it would have ended already.
            Some(CallEnd::Visitor) => Self::Elsewhere,
            Some(CallEnd::Centre | CallEnd::Unknown) | None => Self::Centre,
            Some(CallEnd::QueueTimeout) => Self::NobodyAnswered,
            Some(CallEnd::Failed) => Self::Failed,
            Some(CallEnd::Lost) => Self::Lost,
        }
    }

    /// What the softphone told, before the call was taken or after.
    pub(super) fn of_phone(end: PhoneEnd, talking: bool) -> Self {
        match end.cause {
            PhoneCause::HungUp | PhoneCause::Cancelled if end.here => Self::Visitor,
            PhoneCause::HungUp => Self::Centre,
            PhoneCause::Cancelled | PhoneCause::NoAnswer if !talking => Self::NobodyAnswered,
            PhoneCause::NoGateway | PhoneCause::NoMedia | PhoneCause::NoAnswer if talking => Self::Lost,
            PhoneCause::Cancelled => Self::Centre,
            PhoneCause::NoAnswer => Self::NobodyAnswered,
            PhoneCause::Busy => Self::Busy,
            PhoneCause::Rejected => Self::Rejected,
            PhoneCause::Unauthorized => Self::Unauthorised,
            PhoneCause::NoGateway => Self::NoGateway,
            PhoneCause::NoMedia => Self::NoMediaPath,
            PhoneCause::NotFound
            | PhoneCause::Unavailable
            | PhoneCause::Incompatible
            | PhoneCause::Failed => Self::Failed,
        }
    }

    /// What is played then.
    pub(super) fn tone(self) -> Tone {
        match self {
            Self::Busy => Tone::Busy,
            // Nobody was called, or nobody is there to hear it.
            Self::Left | Self::Unreachable | Self::OutcomeUnknown | Self::Media(_) | Self::Refused(_) => {
                Tone::Off
            }
            _ => Tone::End,
        }
    }
}
