//! Following a call at the centre, keeping it, and calling the gateway.

use crate::bench::{Bench, any_drop, any_start, refused, status, support};
use frontdesk_contract::{ApiError, CallEnd, CallState, CallStatus, ClientId, ErrorCode};
use frontdesk_core::Failure;
use frontdesk_core::call::{
    Answer, Ask, Effect, EndCause, Input, PhoneCause, PhoneEnd, PhoneEvent, Stage, Tone,
};

#[test]
fn news_is_taken_in_any_order_and_old_news_is_not() {
    // Connected before the answer to the request.
    let mut bench = Bench::requesting(false);
    bench.told(CallState::Connected, None);
    assert_eq!((bench.stage(), bench.is_open(&Ask::Beat)), (Stage::Dialling, true));
    bench.start_answer(CallState::Setup);
    bench.told(CallState::Queueing, None);
    bench.told(CallState::Connected, None);
    assert_eq!(bench.stage(), Stage::Dialling);
    let dials = bench.effects.iter().filter(|effect| matches!(effect, Effect::Dial(..))).count();
    assert_eq!(dials, 1);

    let mut bench = Bench::accepted();
    bench.told(CallState::Queueing, None);
    bench.told(CallState::Setup, None);
    assert_eq!(bench.stage(), Stage::Queueing);
    for state in [CallState::Connected, CallState::Ended] {
        let other = status(&ClientId::new("other"), state, Some(CallEnd::Centre));
        bench.give(Input::Status(other));
    }
    bench.give(Input::Status(CallStatus { state: CallState::Ended, ..CallStatus::default() }));
    bench.told(CallState::Unknown, None);
    assert_eq!(bench.stage(), Stage::Queueing, "calls of others and words of tomorrow");
}

#[test]
fn an_answer_of_another_kind_or_call_is_none() {
    let mut bench = Bench::requesting(false);
    let id = bench.id();
    bench.answer(&any_start(), Ok(Answer::Support(support())));
    bench.pass(5_000);
    let other = status(&ClientId::new("other"), CallState::Connected, None);
    bench.answer(&any_start(), Ok(Answer::Status(other)));
    assert!(!bench.start_open(), "it failed: the next comes later");
    bench.pass(5_000);
    assert!(bench.start_open());
    assert_eq!((bench.stage(), bench.id()), (Stage::Requesting, id));
}

#[test]
fn a_gateway_without_an_address_is_none() {
    for broken in ["addresses", "domain", "access_code", "caller", "all"] {
        let mut bench = Bench::accepted();
        let mut told = status(&bench.id(), CallState::Connected, None);
        let gateway = told.gateway.as_mut().unwrap();
        match broken {
            "addresses" => gateway.addresses.clear(),
            "domain" => gateway.domain.clear(),
            "access_code" => gateway.access_code.clear(),
            "caller" => gateway.caller.clear(),
            _ => told.gateway = None,
        }
        bench.give(Input::Status(told));
        assert_eq!(bench.stage(), Stage::Ended(EndCause::NoGateway), "{broken}");
        assert!(bench.is_open(&any_drop()));
    }
}

#[test]
fn a_call_is_kept_every_five_seconds_from_its_acceptance_to_its_end() {
    let mut bench = Bench::accepted();
    bench.answer_beats(CallState::Setup);
    bench.take();
    for _ in 0..12 {
        bench.pass(4_999);
        assert_eq!(bench.asked(&Ask::Beat), 0);
        bench.pass(1);
        assert_eq!(bench.asked(&Ask::Beat), 1);
        bench.answer_beats(CallState::Queueing);
        bench.take();
    }
    bench.give(Input::HangUp);
    bench.dropped();
    bench.pass(60_000);
    assert_eq!(bench.asked(&Ask::Beat), 0);
}

#[test]
fn a_lost_heartbeat_is_sent_again_soon_and_ends_nothing() {
    let mut bench = Bench::accepted();
    bench.answer(&Ask::Beat, Err(Failure::Network));
    bench.take();
    bench.pass(1_000);
    assert_eq!(bench.asked(&Ask::Beat), 1);
    bench.answer(&Ask::Beat, Err(refused(ErrorCode::Overloaded)));
    bench.pass(1_000);
    bench.answer_beats(CallState::Connected);
    assert_eq!(bench.stage(), Stage::Dialling, "a heartbeat's answer tells as much as an event");
    // However long the proxy wants to be left alone.
    let error = ApiError {
        code: ErrorCode::RateLimited,
        message: String::new(),
        retry_after_ms: Some(600_000),
        request_id: None,
    };
    bench.pass(5_000);
    bench.answer(&Ask::Beat, Err(Failure::Refused(error)));
    bench.take();
    bench.pass(5_000);
    assert_eq!(bench.asked(&Ask::Beat), 1);
}

#[test]
fn a_call_that_waits_ends_when_the_proxy_is_gone_for_long_and_one_with_sound_does_not() {
    let mut bench = Bench::accepted();
    let since = bench.ms;
    while bench.stage() == Stage::Requesting {
        if bench.is_open(&Ask::Beat) {
            bench.answer(&Ask::Beat, Err(Failure::Network));
        }
        bench.pass(500);
    }
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Lost));
    assert!((30_000..33_000).contains(&(bench.ms - since)));

    // From when it was last heard, not from when the call was taken.
    let mut bench = Bench::accepted();
    bench.pass_kept(60_000, CallState::Queueing);
    for _ in 0..50 {
        bench.pass(500);
        if bench.is_open(&Ask::Beat) {
            bench.answer(&Ask::Beat, Err(Failure::Network));
        }
    }
    assert_eq!(bench.stage(), Stage::Queueing);

    let mut bench = Bench::talking();
    for _ in 0..200 {
        if bench.is_open(&Ask::Beat) {
            bench.answer(&Ask::Beat, Err(Failure::Network));
        }
        bench.pass(500);
    }
    assert_eq!(bench.stage(), Stage::Talking);
}

#[test]
fn an_answer_to_a_heartbeat_may_end_the_call() {
    for (end, cause) in [
        (Some(CallEnd::Centre), EndCause::Centre),
        (Some(CallEnd::Lost), EndCause::Lost),
        (Some(CallEnd::Visitor), EndCause::Elsewhere),
        (Some(CallEnd::QueueTimeout), EndCause::NobodyAnswered),
        (Some(CallEnd::Failed), EndCause::Failed),
        (Some(CallEnd::Unknown), EndCause::Centre),
        (None, EndCause::Centre),
    ] {
        let mut bench = Bench::talking();
        bench.pass(5_000);
        let over = status(&bench.id(), CallState::Ended, end);
        bench.answer(&Ask::Beat, Ok(Answer::Status(over)));
        assert_eq!((bench.stage(), bench.is_quiet()), (Stage::Ended(cause), true), "the centre knows");
    }
    for (answer, cause, drops) in [
        (Err(refused(ErrorCode::CallUnknown)), EndCause::Lost, false),
        (Err(refused(ErrorCode::SessionUnknown)), EndCause::Lost, false),
        (Err(refused(ErrorCode::OriginRefused)), EndCause::Lost, true),
        (
            Ok(Answer::Status(status(&ClientId::new("other"), CallState::Setup, None))),
            EndCause::Elsewhere,
            false,
        ),
    ] {
        let mut bench = Bench::talking();
        bench.pass(5_000);
        bench.answer(&Ask::Beat, answer);
        assert_eq!((bench.stage(), bench.is_open(&any_drop())), (Stage::Ended(cause), drops));
    }
}

#[test]
fn ringing_with_sound_of_the_other_side_has_no_tone_of_ours() {
    let mut bench = Bench::dialling();
    bench.phone(PhoneEvent::Ringing { early: true });
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Tone(_))));
    let mut bench = Bench::dialling();
    bench.phone(PhoneEvent::Ringing { early: false });
    bench.take();
    bench.phone(PhoneEvent::Media);
    assert!(bench.did(&Effect::Tone(Tone::Off)));
    bench.phone(PhoneEvent::Ringing { early: false });
    assert_eq!((bench.stage(), bench.did(&Effect::Tone(Tone::Ringback))), (Stage::Ringing, false));
    let mut bench = Bench::dialling();
    bench.phone(PhoneEvent::Media);
    assert_eq!(bench.stage(), Stage::Dialling);
    bench.phone(PhoneEvent::Ringing { early: false });
    assert!(!bench.did(&Effect::Tone(Tone::Ringback)));
}

#[test]
fn a_gateway_that_does_not_ring_is_none_and_a_telephone_that_nobody_takes_is_given_up() {
    let mut bench = Bench::dialling();
    bench.pass_kept(19_999, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Dialling);
    bench.pass_kept(1, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::NoGateway));
    assert!(bench.is_open(&any_drop()));

    let mut bench = Bench::dialling();
    bench.pass_kept(10_000, CallState::Connected);
    bench.phone(PhoneEvent::Ringing { early: false });
    bench.pass_kept(49_999, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Ringing);
    bench.pass_kept(1, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::NobodyAnswered));
}

#[test]
fn the_last_reason_of_the_softphone_is_kept_for_the_log() {
    let mut bench = Bench::dialling();
    let end = PhoneEnd { here: false, cause: PhoneCause::Busy, status: Some(486) };
    bench.phone(PhoneEvent::Ended(end));
    assert_eq!(
        (bench.stage(), bench.observed.machine.sip_status()),
        (Stage::Ended(EndCause::Busy), Some(486))
    );
    assert!(bench.did(&Effect::Tone(Tone::Busy)));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::HangUp(_))), "it has ended already");
}
