//! What is said and offered while nobody talks: before a call, on its way, and after it.

use super::own_window::{is_framed, own_window};
use super::side::{CallView, Side};
use crate::ui::context::Context;
use crate::ui::parts::{block, button, nothing, piece};
use crate::ui::text::{self, Key};
use crate::ui::view_state::Facing;
use frontdesk_contract::{ConnectTo, ErrorCode};
use frontdesk_core::Input as Session;
use frontdesk_core::call::{
    Camera, Device, EndCause, Hindrance, Input, MediaFailure, MediaTrouble, Quality, Remedy, Stage,
};
use leptos::prelude::*;

/// What the card says.
pub(super) enum Said {
    Nothing,
    Sentence(String),
}

/// The sentence below the title.
pub(super) fn said(context: Context, view: &CallView) -> Said {
    let key = match view.stage {
        Stage::Closed => return Said::Nothing,
        Stage::Looking => text::CALL_LOOKING,
        Stage::Ready if robot_first(context) => text::CALL_PERSON_FIRST,
        Stage::Ready => text::CALL_READY,
        Stage::Impossible(hindrance) => hindered(hindrance),
        Stage::Microphone if view.video => text::CALL_ALLOW_CAMERA,
        Stage::Microphone => text::CALL_ALLOW,
        Stage::Requesting | Stage::Dialling | Stage::Ringing => return Said::Nothing,
        Stage::Queueing => text::CALL_QUEUEING_DETAIL,
        Stage::Talking => match talking(view) {
            Some(key) => key,
            None => return Said::Nothing,
        },
        Stage::Ended(EndCause::Visitor | EndCause::Left) if view.placed.is_some() => return Said::Nothing,
        Stage::Ended(cause) if view.placed.is_some() => end_of_placed(cause),
        Stage::Ended(EndCause::Refused(code)) => text::of_error(Some(code)),
        Stage::Ended(cause) => end(cause),
    };
    Said::Sentence(context.text(key))
}

/// The first thing that is wrong, or how it sounds.
fn talking(view: &CallView) -> Option<Key> {
    Some(match view {
        CallView { recovering: true, .. } => text::CALL_RECOVERING,
        CallView { awaits_sound: true, .. } => text::CALL_NO_SOUND_YET,
        CallView { held, .. } if held.here => text::CALL_HELD_HERE,
        CallView { held, .. } if held.there => text::CALL_HELD_THERE,
        CallView { device_trouble: Some(_), .. } | CallView { camera: Camera::Failed(_), .. } => {
            text::CALL_DEVICE_GONE
        }
        CallView { replaced: Some(_), .. } => text::CALL_DEVICE_REPLACED,
        CallView { warnings, .. } if warnings.nothing_arrives => text::CALL_NOTHING_ARRIVES,
        CallView { warnings, .. } if warnings.microphone_silent => text::CALL_MICROPHONE_SILENT,
        CallView { quality: Some(Quality::Good), .. } => text::CALL_GOOD,
        CallView { quality: Some(Quality::Unstable), .. } => text::CALL_UNSTABLE,
        CallView { quality: Some(Quality::Poor), .. } => text::CALL_POOR,
        _ => return None,
    })
}

/// Who talks with a robot has to ask for a person first: the centre connects no call of others.
fn robot_first(context: Context) -> bool {
    context.view().facing == Facing::Robot
}

fn hindered(hindrance: Hindrance) -> Key {
    match hindrance {
        Hindrance::NotOffered => text::CALL_NOT_HERE,
        Hindrance::Insecure => text::CALL_INSECURE,
        Hindrance::Browser => text::CALL_BROWSER,
        Hindrance::Elsewhere => text::CALL_ELSEWHERE,
        Hindrance::Unreachable => text::CALL_UNREACHABLE,
    }
}

fn end(cause: EndCause) -> Key {
    match cause {
        EndCause::Visitor | EndCause::Left => text::CALL_END_VISITOR,
        EndCause::Centre => text::CALL_END_CENTRE,
        EndCause::Elsewhere => text::CALL_ELSEWHERE,
        EndCause::NobodyAnswered => text::CALL_END_NOBODY,
        EndCause::Busy | EndCause::Rejected => text::CALL_END_BUSY,
        EndCause::Failed | EndCause::Unauthorised | EndCause::Refused(_) => text::CALL_END_FAILED,
        EndCause::NoGateway => text::CALL_END_GATEWAY,
        EndCause::NoMediaPath => text::CALL_END_PATH,
        EndCause::Lost => text::CALL_END_LOST,
        EndCause::Unreachable | EndCause::OutcomeUnknown => text::CALL_UNREACHABLE,
        EndCause::Media(MediaFailure { device, trouble }) => {
            media(device != Some(Device::Microphone), trouble)
        }
    }
}

/// Of a call that a member of staff has placed: nobody thanks them, and there is no other way to the one they called.
fn end_of_placed(cause: EndCause) -> Key {
    match cause {
        EndCause::NobodyAnswered => text::CALL_PLACED_NOBODY,
        EndCause::Busy | EndCause::Rejected => text::CALL_PLACED_BUSY,
        EndCause::Failed | EndCause::Unauthorised | EndCause::NoGateway => text::CALL_PLACED_FAILED,
        EndCause::OutcomeUnknown => text::CALL_PLACED_UNKNOWN,
        EndCause::Refused(ErrorCode::CallsNotAllowed) => text::CALL_PLACED_REFUSED,
        EndCause::Refused(code) => text::of_error(Some(code)),
        other => end(other),
    }
}

fn media(camera: bool, trouble: MediaTrouble) -> Key {
    match trouble {
        MediaTrouble::Denied if camera => text::CALL_CAMERA_DENIED,
        MediaTrouble::Denied => text::CALL_DENIED,
        MediaTrouble::Dismissed => text::CALL_DISMISSED,
        MediaTrouble::Policy => text::CALL_POLICY,
        MediaTrouble::Insecure => text::CALL_INSECURE,
        MediaTrouble::Absent if camera => text::CALL_CAMERA_ABSENT,
        MediaTrouble::Absent => text::CALL_ABSENT,
        MediaTrouble::Busy if camera => text::CALL_CAMERA_BUSY,
        MediaTrouble::Busy => text::CALL_DEVICE_BUSY,
        MediaTrouble::NoNetwork => text::CALL_NO_NETWORK,
        MediaTrouble::Other => text::CALL_DEVICE_FAILED,
    }
}

/// What can be done before a call and on its way.
pub(super) fn actions(side: Side) -> AnyView {
    let context = side.context;
    let view = side.view.get_untracked();
    match view.stage {
        Stage::Ready => piece(move || {
            if robot_first(context) {
                let ask = move || context.send(Session::Connect(ConnectTo::Agent));
                return block(
                    "fd-call-actions",
                    vec![button("fd-button", context.text(text::TALK_PERSON), ask)],
                );
            }
            starts(side)
        }),
        Stage::Impossible(Hindrance::Unreachable) => block(
            "fd-call-actions",
            vec![button("fd-button fd-quiet", context.text(text::TRY_AGAIN), move || side.open())],
        ),
        Stage::Closed | Stage::Looking | Stage::Impossible(_) => nothing(),
        _ => {
            let stop = move || side.input(Input::HangUp);
            block(
                "fd-call-actions",
                vec![button("fd-button fd-danger", context.text(text::CALL_HANG_UP), stop)],
            )
        }
    }
}

/// The ways to call.
fn starts(side: Side) -> AnyView {
    let (context, offer) = (side.context, side.view.get().may_call);
    let start = move |video| side.input(Input::Start { video });
    let voice = |class| button(class, context.text(text::CALL_VOICE), move || start(false));
    let picture = |class| button(class, context.text(text::CALL_PICTURE), move || start(true));
    let mut buttons = match (offer.audio, offer.video) {
        (true, true) if context.video_first.get() => vec![picture("fd-button"), voice("fd-button fd-quiet")],
        (true, true) => vec![voice("fd-button"), picture("fd-button fd-quiet")],
        (true, false) => vec![voice("fd-button")],
        (false, true) => vec![picture("fd-button")],
        (false, false) => Vec::new(),
    };
    // A call that goes on cannot move: whoever wants to leave the page meanwhile goes before.
    if is_framed() {
        buttons.push(own_window(context, "fd-button fd-quiet"));
    }
    block("fd-call-actions", buttons)
}

/// What can be done after a call.
pub(super) fn ended(side: Side, cause: EndCause) -> AnyView {
    let context = side.context;
    let view = side.view.get_untracked();
    if view.placed.is_some() {
        use ErrorCode::{CallsNotAllowed, NotOffered, NumberInvalid};
        // What was refused for good, is refused once more.
        let for_good = matches!(cause, EndCause::Refused(CallsNotAllowed | NumberInvalid | NotOffered));
        if for_good || !view.may_redial {
            return nothing();
        }
        let again = move || side.input(Input::Redial);
        let again = button("fd-button fd-quiet", context.text(text::CALL_AGAIN), again);
        return block("fd-call-actions", vec![again]);
    }
    let mut buttons = Vec::new();
    if view.may_fall_back {
        let start = move || side.input(Input::Start { video: false });
        buttons.push(button("fd-button", context.text(text::CALL_WITHOUT_PICTURE), start));
    }
    let remedy = match cause {
        EndCause::Media(failure) => failure.trouble.remedy(),
        _ => Remedy::AskAgain,
    };
    let video = view.video;
    let possible = if video { view.may_call.video } else { view.may_call.audio };
    match remedy {
        Remedy::OwnWindow => buttons.push(own_window(context, "fd-button")),
        Remedy::Write => {}
        _ if possible => {
            let again = move || side.input(Input::Start { video });
            buttons.push(button("fd-button fd-quiet", context.text(text::CALL_AGAIN), again));
        }
        _ => {}
    }
    // Most browsers do not tell whether the website or the visitor allows nothing. Against the first only this helps.
    if remedy == Remedy::ChangeSettings && is_framed() {
        buttons.push(own_window(context, "fd-button fd-quiet"));
    }
    block("fd-call-actions", buttons)
}
