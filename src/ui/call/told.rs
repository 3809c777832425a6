//! What the host is told of a call: how far it is, and how it ended. No number, no name, no id.

use super::side::CallView;
use crate::web::call::plain;
use frontdesk_contract::ErrorCode;
use frontdesk_core::call::{EndCause, Hindrance, MediaTrouble, NotPlaced, Stage};
use wasm_bindgen::JsValue;

/// The event's detail: `stage`, with a call `media`, and at its end `cause`.
pub(super) fn detail(view: &CallView) -> JsValue {
    let stage = match view.stage {
        Stage::Closed => "closed",
        Stage::Looking => "looking",
        Stage::Ready => "ready",
        Stage::Impossible(_) => "impossible",
        Stage::Microphone => "microphone",
        Stage::Requesting => "requesting",
        Stage::Queueing => "queueing",
        Stage::Dialling => "dialling",
        Stage::Ringing => "ringing",
        Stage::Talking => "talking",
        Stage::Ended(_) => "ended",
    };
    let media = match view.stage {
        Stage::Closed | Stage::Looking | Stage::Ready | Stage::Impossible(_) => JsValue::NULL,
        _ => if view.video { "video" } else { "audio" }.into(),
    };
    let cause = match view.stage {
        Stage::Ended(cause) => word(cause).into(),
        _ => JsValue::NULL,
    };
    plain::object(&[("stage", stage.into()), ("media", media), ("cause", cause)])
}

fn word(cause: EndCause) -> &'static str {
    match cause {
        EndCause::Visitor | EndCause::Left => "visitor",
        EndCause::Centre => "centre",
        EndCause::Elsewhere => "elsewhere",
        EndCause::NobodyAnswered => "unanswered",
        EndCause::Busy | EndCause::Rejected => "busy",
        EndCause::Media(_) => "microphone",
        EndCause::Refused(_) => "refused",
        EndCause::Lost => "lost",
        EndCause::Failed
        | EndCause::NoGateway
        | EndCause::NoMediaPath
        | EndCause::Unauthorised
        | EndCause::OutcomeUnknown
        | EndCause::Unreachable => "failed",
    }
}

/// Why a call was not placed, in a word of docs/calls.md.
pub(super) fn why(why: NotPlaced) -> &'static str {
    match why {
        NotPlaced::Hindered(Hindrance::Elsewhere) | NotPlaced::Ended(EndCause::Elsewhere) => "call_running",
        NotPlaced::Hindered(Hindrance::Insecure) => "insecure",
        NotPlaced::Hindered(Hindrance::Browser) => "browser_unable",
        NotPlaced::Hindered(Hindrance::Unreachable) | NotPlaced::Ended(EndCause::Unreachable) => {
            "unreachable"
        }
        NotPlaced::Hindered(Hindrance::NotOffered) => "not_offered",
        NotPlaced::Ended(EndCause::Media(failure)) => match failure.trouble {
            MediaTrouble::Denied => "microphone_denied",
            MediaTrouble::Dismissed => "microphone_dismissed",
            MediaTrouble::Policy => "microphone_policy",
            MediaTrouble::Absent => "microphone_absent",
            MediaTrouble::Busy => "microphone_busy",
            MediaTrouble::Other => "microphone_failed",
            MediaTrouble::Insecure => "insecure",
            MediaTrouble::NoNetwork => "no_network",
        },
        NotPlaced::Ended(EndCause::OutcomeUnknown) => "outcome_unknown",
        NotPlaced::Ended(EndCause::Refused(code)) => refusal(code),
        NotPlaced::Ended(EndCause::Visitor | EndCause::Left) => "cancelled",
        // There is no gateway in the answer; nothing else can end it so early.
        NotPlaced::Ended(_) => "centre_refused",
    }
}

/// The codes that a page may do something about, or its operator.
fn refusal(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotOffered => "not_offered",
        ErrorCode::CallsNotAllowed => "calls_not_allowed",
        ErrorCode::IdentityExpired => "identity_expired",
        ErrorCode::SessionUnknown => "session_unknown",
        ErrorCode::NumberInvalid => "number_invalid",
        ErrorCode::BadRequest => "bad_request",
        ErrorCode::RateLimited => "rate_limited",
        ErrorCode::CentreBusy => "centre_busy",
        ErrorCode::CentreUnreachable => "centre_unreachable",
        ErrorCode::CentreRefused => "centre_refused",
        ErrorCode::Overloaded => "overloaded",
        _ => "refused",
    }
}
