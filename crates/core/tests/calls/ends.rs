//! How a call ends: causes, races, and what is left at the centre.

use crate::bench::{Bench, any_drop, any_start, ended, refused, status};
use frontdesk_contract::{CallEnd, CallState, ClientId, ErrorCode};
use frontdesk_core::Failure;
use frontdesk_core::call::{
    Answer, Ask, Effect, EndCause, Input, MediaFailure, MediaTrouble, PhoneCause, PhoneEnd, PhoneEvent,
    Stage, Tone,
};

fn hang_ups(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::HangUp(_))).count()
}

fn releases(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::ReleaseMedia(_))).count()
}

#[test]
fn what_the_softphone_tells_has_one_meaning_before_and_one_after_the_call_was_taken() {
    use EndCause::{
        Busy, Centre, Failed, Lost, NoGateway, NoMediaPath, NobodyAnswered, Rejected, Unauthorised, Visitor,
    };
    for (cause, here, before, after) in [
        (PhoneCause::HungUp, false, Centre, Centre),
        (PhoneCause::HungUp, true, Visitor, Visitor),
        (PhoneCause::Cancelled, false, NobodyAnswered, Centre),
        (PhoneCause::Cancelled, true, Visitor, Visitor),
        (PhoneCause::Busy, false, Busy, Busy),
        (PhoneCause::Rejected, false, Rejected, Rejected),
        (PhoneCause::NotFound, false, Failed, Failed),
        (PhoneCause::Unavailable, false, Failed, Failed),
        (PhoneCause::NoAnswer, false, NobodyAnswered, Lost),
        (PhoneCause::Unauthorized, false, Unauthorised, Unauthorised),
        (PhoneCause::NoGateway, true, NoGateway, Lost),
        (PhoneCause::NoMedia, true, NoMediaPath, Lost),
        (PhoneCause::Incompatible, false, Failed, Failed),
        (PhoneCause::Failed, true, Failed, Failed),
    ] {
        for (mut bench, meant) in [(Bench::dialling(), before), (Bench::talking(), after)] {
            bench.phone(PhoneEvent::Ended(PhoneEnd { here, cause, status: None }));
            assert_eq!(bench.stage(), Stage::Ended(meant), "{cause:?}");
            assert!(bench.is_open(&any_drop()) && releases(&bench.effects) == 1);
            let tone = if meant == Busy { Tone::Busy } else { Tone::End };
            assert!(bench.did(&Effect::Tone(tone)), "{cause:?}");
            bench.dropped();
            assert!(bench.is_quiet());
        }
    }
}

#[test]
fn the_ends_of_centre_and_softphone_are_one_end_whichever_comes_first() {
    let mut bench = Bench::talking();
    bench.told(CallState::Ended, Some(CallEnd::Centre));
    assert_eq!((hang_ups(&bench.effects), releases(&bench.effects)), (1, 1));
    bench.phone(ended(PhoneCause::HungUp));
    bench.phone(ended(PhoneCause::HungUp));
    assert_eq!((bench.observed.ends.len(), bench.is_quiet()), (1, true));

    let mut bench = Bench::talking();
    bench.phone(ended(PhoneCause::HungUp));
    bench.phone(ended(PhoneCause::Failed));
    bench.told(CallState::Ended, Some(CallEnd::Failed));
    assert_eq!(bench.observed.ends, [(bench.no(), EndCause::Centre)]);
    assert_eq!((hang_ups(&bench.effects), bench.is_quiet()), (0, true), "an event settles the drop");
}

#[test]
fn a_call_given_up_before_there_is_a_microphone_releases_it_when_it_comes() {
    let mut bench = Bench::ready();
    bench.give(Input::Start { video: true });
    bench.give(Input::HangUp);
    assert_eq!((bench.stage(), releases(&bench.effects)), (Stage::Ended(EndCause::Visitor), 0));
    bench.media(Ok(()));
    assert_eq!((releases(&bench.effects), bench.asked(&any_start()), bench.is_quiet()), (1, 0, true));
    // In the next call as well.
    let first = bench.no();
    bench.give(Input::Start { video: false });
    bench.give(Input::Media(first, Ok(())));
    assert_eq!((bench.stage(), releases(&bench.effects)), (Stage::Microphone, 2));
    bench.give(Input::Media(first, Err(MediaFailure { device: None, trouble: MediaTrouble::Denied })));
    assert_eq!(bench.stage(), Stage::Microphone);
}

#[test]
fn a_call_given_up_while_it_is_asked_for_is_dropped_when_the_answer_comes() {
    let mut bench = Bench::requesting(false);
    bench.give(Input::HangUp);
    bench.pass(20_000);
    assert!(!bench.is_open(&any_drop()), "there is nothing to drop yet");
    bench.start_answer(CallState::Setup);
    assert!(bench.is_open(&any_drop()));
    bench.dropped();
    assert!(bench.is_quiet() && bench.asked(&Ask::Beat) == 0);
    // The request may have arrived.
    let mut bench = Bench::requesting(false);
    bench.give(Input::HangUp);
    bench.start_fails(Failure::Network);
    assert!(bench.is_open(&any_drop()));
    bench.answer(&any_drop(), Err(refused(ErrorCode::CallUnknown)));
    assert!(bench.is_quiet(), "it did not");
    // It was refused.
    let mut bench = Bench::requesting(false);
    bench.give(Input::HangUp);
    bench.start_fails(refused(ErrorCode::NoAgents));
    assert!(bench.is_quiet());
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Visitor));
    // An event is faster than the answer.
    let mut bench = Bench::requesting(false);
    bench.give(Input::HangUp);
    bench.told(CallState::Connected, None);
    assert!(bench.is_open(&any_drop()));
    bench.dropped();
    assert!(bench.is_quiet(), "the answer is not needed any more");
    // And was so already.
    let mut bench = Bench::requesting(false);
    bench.told(CallState::Queueing, None);
    bench.give(Input::HangUp);
    assert!(bench.start_open() && bench.is_open(&any_drop()));
}

#[test]
fn a_request_that_is_under_way_when_the_call_ends_may_begin_another() {
    for state in [CallState::Setup, CallState::Connected] {
        let mut bench = Bench::requesting(false);
        bench.told(CallState::Ended, Some(CallEnd::Centre));
        assert_eq!(bench.stage(), Stage::Ended(EndCause::Centre));
        bench.start_answer(state);
        assert!(bench.is_open(&any_drop()), "the request was repeated, the end was that of the first");
        // The visitor gave up before.
        let mut bench = Bench::requesting(false);
        bench.give(Input::HangUp);
        bench.told(CallState::Ended, Some(CallEnd::Failed));
        assert!(bench.start_open());
        bench.start_answer(state);
        assert!(bench.is_open(&any_drop()));
    }
}

#[test]
fn hanging_up_while_dialling_ringing_or_talking_hangs_up_once() {
    for events in [
        vec![],
        vec![PhoneEvent::Ringing { early: false }],
        vec![PhoneEvent::Ringing { early: false }, PhoneEvent::Answered],
    ] {
        let mut bench = Bench::dialling();
        for event in events {
            bench.phone(event);
        }
        bench.take();
        bench.give(Input::HangUp);
        bench.give(Input::HangUp);
        assert_eq!((hang_ups(&bench.effects), releases(&bench.effects)), (1, 1));
        bench.phone(ended(PhoneCause::Cancelled));
        bench.dropped();
        assert_eq!((bench.observed.ends.len(), bench.is_quiet()), (1, true));
        assert_eq!(bench.stage(), Stage::Ended(EndCause::Visitor));
    }
}

#[test]
fn a_call_that_is_taken_while_it_is_cancelled_is_hung_up_again() {
    let mut bench = Bench::dialling();
    bench.give(Input::HangUp);
    bench.take();
    bench.phone(PhoneEvent::Answered);
    assert_eq!((hang_ups(&bench.effects), bench.stage()), (1, Stage::Ended(EndCause::Visitor)));
    bench.phone(PhoneEvent::Media);
    bench.phone(ended(PhoneCause::HungUp));
    assert_eq!(hang_ups(&bench.effects), 1);
}

#[test]
fn dropping_is_tried_a_few_times_and_the_next_call_waits_for_it() {
    let mut bench = Bench::talking();
    bench.give(Input::HangUp);
    bench.answer(&any_drop(), Err(Failure::Network));
    bench.give(Input::Start { video: false });
    bench.media(Ok(()));
    assert_eq!(
        (bench.stage(), bench.start_open()),
        (Stage::Requesting, false),
        "the proxy holds one at a time"
    );
    bench.pass(2_000);
    bench.dropped();
    assert!(bench.start_open());
    bench.start_answer(CallState::Setup);
    assert!(bench.is_open(&Ask::Beat) && !bench.is_open(&any_drop()));

    let mut bench = Bench::talking();
    bench.give(Input::HangUp);
    for _ in 0..6 {
        bench.answer(&any_drop(), Err(Failure::Network));
        bench.pass(31_000);
    }
    assert!(bench.is_quiet(), "its lease has ended long ago");
    assert_eq!(bench.asked(&any_drop()), 6);
}

#[test]
fn an_old_request_that_is_not_answered_keeps_the_next_from_leaving() {
    let mut bench = Bench::requesting(false);
    let first = bench.id();
    bench.give(Input::HangUp);
    bench.give(Input::Start { video: false });
    bench.media(Ok(()));
    assert_eq!(bench.asked(&any_start()), 1);
    bench.answer(&any_start(), Ok(Answer::Status(status(&first, CallState::Connected, None))));
    assert_eq!((bench.stage(), bench.is_open(&any_drop())), (Stage::Requesting, true));
    bench.dropped();
    assert_eq!(bench.asked(&any_start()), 2);
    assert_ne!(bench.id(), first);
    bench.give(Input::Status(status(&first, CallState::Ended, Some(CallEnd::Visitor))));
    assert_eq!(bench.stage(), Stage::Requesting);
}

#[test]
fn a_drop_is_settled_by_its_answer_by_an_event_or_by_the_call_of_another() {
    for answer in [
        Err(refused(ErrorCode::CallUnknown)),
        Err(refused(ErrorCode::SessionUnknown)),
        Ok(Answer::Status(status(&ClientId::new("other"), CallState::Setup, None))),
    ] {
        let mut bench = Bench::talking();
        bench.give(Input::HangUp);
        bench.answer(&any_drop(), answer);
        assert!(bench.is_quiet());
    }
    let mut bench = Bench::talking();
    bench.give(Input::HangUp);
    bench.told(CallState::Connected, None);
    assert!(bench.is_open(&any_drop()), "older news");
    bench.told(CallState::Ended, Some(CallEnd::Visitor));
    assert!(bench.is_quiet());
    // The end of another does not settle this one.
    let mut bench = Bench::talking();
    bench.give(Input::HangUp);
    bench.give(Input::Status(status(&ClientId::new("other"), CallState::Ended, Some(CallEnd::Visitor))));
    assert!(bench.is_open(&any_drop()));
    // An answer that it goes on is not believed.
    let mut bench = Bench::talking();
    bench.give(Input::HangUp);
    let on = status(&bench.id(), CallState::Connected, None);
    bench.answer(&any_drop(), Ok(Answer::Status(on)));
    bench.pass(1_000);
    assert!(bench.is_open(&any_drop()));
}

#[test]
fn a_page_that_goes_away_ends_its_call_in_order() {
    let mut bench = Bench::talking();
    bench.give(Input::Leaving);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Left));
    assert_eq!((hang_ups(&bench.effects), releases(&bench.effects)), (1, 1));
    assert!(bench.said_farewell() && bench.asked(&any_drop()) == 0);
    assert!(!bench.did(&Effect::Tone(Tone::End)));
    bench.pass(3_000);
    assert!(bench.is_open(&any_drop()), "the page is back: make sure");

    for (mut bench, farewell) in [
        (Bench::ready(), false),
        (Bench::requesting(false), true),
        (Bench::accepted(), true),
        (Bench::dialling(), true),
    ] {
        bench.give(Input::Leaving);
        assert_eq!(bench.said_farewell(), farewell);
        assert!(!bench.observed.machine.in_call());
    }
    let mut bench = Bench::ready();
    bench.give(Input::Start { video: false });
    bench.give(Input::Leaving);
    assert!(!bench.said_farewell(), "nobody was called");
    // A call that is being dropped already.
    let mut bench = Bench::talking();
    bench.give(Input::HangUp);
    bench.give(Input::Leaving);
    assert!(bench.said_farewell());
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Visitor), "the first cause stays");
}

#[test]
fn the_view_may_be_closed_and_opened_in_a_call_without_harm() {
    let mut bench = Bench::talking();
    bench.give(Input::Close);
    assert_eq!(bench.stage(), Stage::Talking);
    bench.give(Input::Open { offered: crate::bench::BOTH, browser: frontdesk_core::call::Browser::Able });
    assert_eq!((bench.stage(), bench.asked(&Ask::Support)), (Stage::Talking, 0));
    bench.give(Input::Start { video: false });
    assert_eq!(bench.observed.ends.len(), 0);
    bench.give(Input::HangUp);
    bench.give(Input::Close);
    assert_eq!(bench.stage(), Stage::Closed);
    assert!(bench.is_open(&any_drop()), "dropping goes on");
}
