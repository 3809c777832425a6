//! What the host is told of a call: how far it is, and how it ended. No number, no name, no id.

use super::side::CallView;
use crate::web::call::plain;
use frontdesk_core::call::{EndCause, Stage};
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
        | EndCause::Unreachable => "failed",
    }
}
