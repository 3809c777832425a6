//! Asking the centre for a call: repeating, refusals, what is in the way.

use crate::bench::{Bench, any_drop, any_start, refused, status};
use frontdesk_contract::{CallEnd, CallState, ErrorCode};
use frontdesk_core::Failure;
use frontdesk_core::call::{Ask, EndCause, Input, Stage};

#[test]
fn a_request_that_is_lost_is_repeated_with_the_same_id() {
    let mut bench = Bench::requesting(false);
    let id = bench.id();
    for _ in 0..3 {
        bench.start_fails(Failure::Network);
        assert_eq!(bench.stage(), Stage::Requesting);
        bench.pass(5_000);
        assert_eq!((bench.start_open(), bench.id()), (true, id.clone()));
    }
    bench.start_fails(refused(ErrorCode::InFlight));
    bench.pass(5_000);
    assert_eq!(bench.id(), id, "it is being worked on");
    bench.start_answer(CallState::Queueing);
    assert_eq!(bench.stage(), Stage::Queueing);
}

#[test]
fn one_that_was_refused_for_now_is_repeated_as_another() {
    let mut bench = Bench::requesting(false);
    let id = bench.id();
    bench.start_fails(refused(ErrorCode::CentreBusy));
    bench.pass(5_000);
    assert_ne!(bench.id(), id);
    let late = status(&id, CallState::Ended, Some(CallEnd::Failed));
    bench.give(Input::Status(late));
    assert_eq!(bench.stage(), Stage::Requesting, "late news of the first");
    bench.start_answer(CallState::Setup);
    assert!(bench.is_open(&Ask::Beat));
}

#[test]
fn a_refusal_after_an_event_ends_the_heartbeats_until_the_centre_takes_it() {
    let mut bench = Bench::requesting(false);
    bench.told(CallState::Setup, None);
    assert!(bench.is_open(&Ask::Beat));
    bench.take();
    bench.start_fails(refused(ErrorCode::CentreBusy));
    assert!(!bench.is_open(&Ask::Beat));
    bench.pass(20_000);
    assert_eq!((bench.stage(), bench.asked(&Ask::Beat)), (Stage::Requesting, 0));
    bench.start_answer(CallState::Setup);
    assert_eq!(bench.asked(&Ask::Beat), 1);
}

#[test]
fn a_repeated_request_that_is_refused_does_not_undo_what_the_first_began() {
    let mut bench = Bench::requesting(false);
    bench.start_fails(Failure::Network);
    bench.pass(1_000);
    assert!(bench.start_open());
    bench.told(CallState::Queueing, None);
    bench.start_fails(refused(ErrorCode::RateLimited));
    assert_eq!((bench.stage(), bench.is_open(&Ask::Beat)), (Stage::Queueing, true));
}

#[test]
fn asking_ends_when_it_leads_nowhere() {
    let mut bench = Bench::requesting(false);
    while bench.stage() == Stage::Requesting {
        bench.start_fails(Failure::Network);
        bench.pass(9_000);
    }
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Unreachable));
    assert!(bench.asked(&any_start()) <= 6);
    assert!(bench.is_open(&any_drop()), "one of them may have arrived");

    let mut bench = Bench::requesting(false);
    while bench.stage() == Stage::Requesting {
        bench.start_fails(refused(ErrorCode::CentreBusy));
        bench.pass(9_000);
    }
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Refused(ErrorCode::CentreBusy)));
    assert!(bench.is_quiet(), "none of them was taken");

    let mut bench = Bench::requesting(false);
    bench.pass(60_000);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Unreachable), "an answer that does not come");
}

#[test]
fn what_is_refused_for_good_ends_with_its_code() {
    for code in [
        ErrorCode::NoAgents,
        ErrorCode::OutsideHours,
        ErrorCode::NotOffered,
        ErrorCode::NotConnected,
        ErrorCode::SessionUnknown,
    ] {
        let mut bench = Bench::requesting(false);
        bench.start_fails(refused(code));
        assert_eq!((bench.stage(), bench.is_quiet()), (Stage::Ended(EndCause::Refused(code)), true));
    }
}

#[test]
fn a_refusal_tells_its_reason_though_an_event_comes_first() {
    let mut bench = Bench::requesting(false);
    bench.told(CallState::Setup, None);
    bench.told(CallState::Ended, Some(CallEnd::Failed));
    assert_eq!(bench.stage(), Stage::Requesting);
    bench.start_fails(refused(ErrorCode::NoAgents));
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Refused(ErrorCode::NoAgents)));
    // The answer between both events.
    let mut bench = Bench::requesting(false);
    bench.told(CallState::Setup, None);
    bench.start_fails(refused(ErrorCode::NoAgents));
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Refused(ErrorCode::NoAgents)));
    // Once the gateway is called there is no reason to come.
    let mut bench = Bench::requesting(false);
    bench.told(CallState::Connected, None);
    bench.told(CallState::Ended, Some(CallEnd::Failed));
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Failed));
    // An answer that all is well: the failure was that of the try before.
    let mut bench = Bench::requesting(false);
    bench.told(CallState::Ended, Some(CallEnd::Failed));
    bench.start_answer(CallState::Setup);
    bench.pass_kept(10_000, CallState::Queueing);
    assert_eq!(bench.stage(), Stage::Queueing);
    // No answer at all.
    for lost in [true, false] {
        let mut bench = Bench::requesting(false);
        bench.told(CallState::Ended, Some(CallEnd::Failed));
        if lost {
            bench.start_fails(Failure::Network);
        } else {
            bench.pass(3_000);
        }
        assert_eq!(bench.stage(), Stage::Ended(EndCause::Failed));
    }
}

#[test]
fn what_a_page_left_behind_is_waited_for_and_another_pages_call_is_not() {
    let mut bench = Bench::requesting(false);
    bench.start_fails(refused(ErrorCode::CallRunning));
    bench.pass(5_000);
    bench.start_fails(refused(ErrorCode::CallRunning));
    bench.pass(5_000);
    bench.start_answer(CallState::Setup);
    assert!(bench.is_open(&Ask::Beat));

    let mut bench = Bench::requesting(false);
    while bench.stage() == Stage::Requesting {
        bench.start_fails(refused(ErrorCode::CallRunning));
        bench.pass(2_500);
    }
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Elsewhere));

    // It is waited for from when it is known, not from when asking began.
    let mut bench = Bench::requesting(false);
    bench.pass(30_000);
    bench.start_fails(refused(ErrorCode::CallRunning));
    bench.pass(5_000);
    assert_eq!((bench.stage(), bench.start_open()), (Stage::Requesting, true));

    let mut bench = Bench::requesting(false);
    bench.give(Input::Elsewhere(true));
    bench.start_fails(refused(ErrorCode::CallRunning));
    assert_eq!((bench.stage(), bench.is_quiet()), (Stage::Ended(EndCause::Elsewhere), true));
}
