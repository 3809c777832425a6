//! Every two things that can happen, one after the other, in every stage.

use crate::bench::{BOTH, Bench, ended, fine, gateway, refused, support, wish};
use frontdesk_contract::{CallEnd, CallMedia, CallState, CallStatus, ErrorCode};
use frontdesk_core::call::{
    Answer, Browser, Device, IceState, Input, MediaFailure, MediaTrouble, PhoneCause, PhoneEvent, Stage,
};
use frontdesk_core::{Failure, RequestId};

fn stages() -> Vec<Bench> {
    let mut microphone = Bench::ready();
    microphone.give(Input::Start { video: true });
    let mut waiting_to_ask_again = Bench::requesting(false);
    waiting_to_ask_again.start_fails(Failure::Network);
    let mut queueing = Bench::accepted();
    queueing.told(CallState::Queueing, None);
    let mut ringing = Bench::dialling();
    ringing.phone(PhoneEvent::Ringing { early: false });
    let mut recovering = Bench::talking();
    recovering.phone(PhoneEvent::Ice(IceState::Failed));
    let mut ended = Bench::talking();
    ended.give(Input::HangUp);
    let mut settled = ended.clone();
    settled.dropped();
    let mut given_up = Bench::requesting(true);
    given_up.give(Input::HangUp);
    let mut next_waits = given_up.clone();
    next_waits.give(Input::Start { video: false });
    next_waits.media(Ok(()));
    let mut left = Bench::talking();
    left.give(Input::Leaving);
    let busy = crate::bench::ended(PhoneCause::Busy);
    let mut wished = Bench::ready();
    wished.give(wish());
    let mut over = Bench::placed();
    over.phone(busy);
    vec![
        Bench::default(),
        Bench::ready(),
        microphone,
        Bench::requesting(false),
        waiting_to_ask_again,
        Bench::accepted(),
        queueing,
        Bench::dialling_with(true),
        ringing,
        Bench::talking_with(true),
        recovering,
        ended,
        settled,
        given_up,
        next_waits,
        left,
        wished,
        Bench::placing(),
        Bench::placed(),
        over,
    ]
}

/// Everything that can happen to this machine, said of its own call and requests.
fn inputs(bench: &Bench) -> Vec<Input> {
    let no = bench.no();
    let id = bench.has_asked().then(|| bench.id());
    let status = |state, end| CallStatus {
        id: id.clone(),
        state,
        media: CallMedia::Audio,
        gateway: Some(gateway()),
        end,
    };
    let failure = MediaFailure { device: None, trouble: MediaTrouble::Denied };
    let mut inputs = vec![
        Input::Open { offered: BOTH, browser: Browser::Able },
        Input::Close,
        Input::Start { video: false },
        Input::Start { video: true },
        wish(),
        Input::Redial,
        Input::HangUp,
        Input::Mute(true),
        Input::Hold(true),
        Input::Digit('1'),
        Input::Camera(false),
        Input::Choose { device: Device::Microphone, id: "m".into() },
        Input::Leaving,
        Input::Media(no, Ok(())),
        Input::Media(no, Err(failure)),
        Input::Switched(no, Device::Camera, Ok(())),
        Input::DeviceGone(no, Device::Microphone),
        Input::DevicesChanged(no),
        Input::Measured(no, fine(2)),
        Input::Network { online: false },
        Input::Network { online: true },
        Input::Elsewhere(true),
        Input::Timer,
        Input::Woken,
    ];
    let phone = [
        PhoneEvent::Sent,
        PhoneEvent::Ringing { early: true },
        PhoneEvent::Answered,
        PhoneEvent::Media,
        PhoneEvent::Held(true),
        PhoneEvent::Agreed { on: true, agreed: false },
        PhoneEvent::Socket(false),
        PhoneEvent::Ice(IceState::Connected),
        PhoneEvent::Ice(IceState::Failed),
        ended(PhoneCause::Busy),
    ];
    inputs.extend(phone.map(|event| Input::Phone(no, event)));
    let told = [
        (CallState::Setup, None),
        (CallState::Queueing, None),
        (CallState::Connected, None),
        (CallState::Ended, Some(CallEnd::Centre)),
        (CallState::Ended, Some(CallEnd::Failed)),
    ];
    inputs.extend(told.map(|(state, end)| Input::Status(status(state, end))));
    for (request, _) in &bench.observed.open {
        inputs.extend(answers(*request, status));
    }
    inputs
}

fn answers(request: RequestId, status: impl Fn(CallState, Option<CallEnd>) -> CallStatus) -> Vec<Input> {
    let results = [
        Ok(Answer::Support(support())),
        Ok(Answer::Status(status(CallState::Setup, None))),
        Ok(Answer::Status(status(CallState::Connected, None))),
        Ok(Answer::Status(status(CallState::Ended, Some(CallEnd::Lost)))),
        Ok(Answer::Status(CallStatus::default())),
        Err(Failure::Network),
        Err(refused(ErrorCode::CallRunning)),
        Err(refused(ErrorCode::CallUnknown)),
        Err(refused(ErrorCode::CentreBusy)),
        Err(refused(ErrorCode::SessionUnknown)),
    ];
    results.into_iter().map(|result| Input::Answered(request, result)).collect()
}

#[test]
fn every_two_inputs_in_every_stage_leave_a_way_out_and_one_end() {
    let mut count = 0;
    for bench in stages() {
        for first in inputs(&bench) {
            let mut once = bench.clone();
            once.give(first);
            for second in inputs(&once) {
                count += 1;
                let mut twice = once.clone();
                twice.give(second);
                twice.pass(1);
                twice.give(Input::HangUp);
                let ends: Vec<_> = twice.observed.ends.iter().map(|end| end.0.0).collect();
                assert_eq!(ends, (1..=twice.no().0).collect::<Vec<_>>());
                assert!(!matches!(twice.stage(), Stage::Microphone | Stage::Talking));
            }
        }
    }
    assert!(count > 20_000, "{count}");
}
