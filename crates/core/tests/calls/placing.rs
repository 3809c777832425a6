//! Calls that a member of staff places.

use crate::bench::{
    BOTH, Bench, any_drop, any_place, ended, gateway, ice_servers, refused, status, support, wish,
};
use frontdesk_contract::{CallEnd, CallOffer, CallState, CallSupport, ClientId, ErrorCode, PlaceCall};
use frontdesk_core::Failure;
use frontdesk_core::call::{
    Answer, Ask, Browser, Device, Dial, Effect, EndCause, Hindrance, IceState, Input, MediaFailure,
    MediaTrouble, NotPlaced, PhoneCause, PhoneEvent, Stage, Tone, WishNo,
};

/// What became of the wishes, in order.
fn told(bench: &Bench) -> Vec<Result<(), NotPlaced>> {
    bench.observed.told.iter().map(|told| told.1).collect()
}

fn ends(cause: EndCause) -> [Result<(), NotPlaced>; 1] {
    [Err(NotPlaced::Ended(cause))]
}

fn asks_for_the_microphone(bench: &Bench) -> bool {
    bench.effects.iter().any(|effect| matches!(effect, Effect::AcquireMedia { .. }))
}

#[test]
fn a_call_from_the_wish_to_the_end() {
    let mut bench = Bench::ready();
    bench.give(wish());
    assert_eq!((bench.stage(), asks_for_the_microphone(&bench)), (Stage::Looking, false));
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    let no = bench.no();
    assert_eq!(bench.stage(), Stage::Microphone);
    assert!(bench.did(&Effect::AcquireMedia { call: no, video: false, ice_servers: ice_servers() }));
    assert!(bench.did(&Effect::Announce(true)), "one call at a time, in all pages");
    assert!(!bench.is_open(&any_place()), "nothing is asked before there is a microphone");
    bench.media(Ok(()));
    assert_eq!((bench.stage(), told(&bench)), (Stage::Requesting, vec![]));
    let asked = bench.effects.iter().find_map(|effect| match effect {
        Effect::Request { ask: Ask::Place(asked), .. } => Some(asked.clone()),
        _ => None,
    });
    let called = "+86 138 0013 8000".to_owned();
    assert_eq!(asked, Some(PlaceCall { id: bench.id(), called, data: Some("order 7".into()) }));
    bench.take();
    bench.place_answered();
    let dial = Dial {
        addresses: gateway().addresses,
        target: "sip:179@rtc.example".into(),
        from: "sip:Anonymous@rtc.example".into(),
        ice_servers: ice_servers(),
        video: false,
    };
    assert!(bench.did(&Effect::Dial(no, dial)));
    assert_eq!((bench.stage(), told(&bench)), (Stage::Dialling, vec![Ok(())]));
    bench.phone(PhoneEvent::Ringing { early: false });
    bench.phone(PhoneEvent::Answered);
    bench.phone(PhoneEvent::Ice(IceState::Connected));
    assert_eq!(bench.stage(), Stage::Talking);
    bench.give(Input::Mute(true));
    bench.give(Input::Digit('5'));
    assert!(bench.did(&Effect::Silence(no, true)) && bench.did(&Effect::Digit(no, '5')));
    // Whatever is told of this id, it is no call that is kept.
    let own = status(&bench.id(), CallState::Ended, Some(CallEnd::Lost));
    bench.give(Input::Status(own));
    bench.pass(600_000);
    assert_eq!((bench.stage(), bench.asked(&Ask::Beat)), (Stage::Talking, 0));
    bench.phone(ended(PhoneCause::HungUp));
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Centre));
    assert!(bench.did(&Effect::Tone(Tone::End)) && bench.did(&Effect::Announce(false)));
    bench.pass(60_000);
    assert!(bench.is_quiet() && bench.asked(&any_drop()) == 0, "nothing is to be dropped");
    assert_eq!(told(&bench).len(), 1);
    let placed = bench.observed.machine.placed().map(|wish| wish.called.as_str());
    assert_eq!(placed, Some("+86 138 0013 8000"), "still shown");
    bench.give(Input::Close);
    assert_eq!(bench.observed.machine.placed(), None, "and no longer");
}

#[test]
fn without_a_microphone_nothing_is_asked() {
    for trouble in [MediaTrouble::Denied, MediaTrouble::Dismissed, MediaTrouble::Policy, MediaTrouble::Absent]
    {
        let mut bench = Bench::ready();
        bench.give(wish());
        bench.answer(&Ask::Support, Ok(Answer::Support(support())));
        bench.media(Err(MediaFailure { device: None, trouble }));
        let failure = MediaFailure { device: Some(Device::Microphone), trouble };
        assert_eq!(told(&bench), ends(EndCause::Media(failure)));
        assert!(bench.is_quiet() && bench.asked(&any_place()) == 0);
    }
}

#[test]
fn one_call_at_a_time() {
    let running = Err(NotPlaced::Hindered(Hindrance::Elsewhere));
    for mut bench in [Bench::requesting(false), Bench::talking(), Bench::placing(), Bench::placed()] {
        let (stage, before) = (bench.stage(), told(&bench).len());
        bench.give(wish());
        assert_eq!((bench.stage(), told(&bench).get(before)), (stage, Some(&running)));
    }
    // Two wishes at once: the first one is the one.
    let mut bench = Bench::ready();
    bench.give(wish());
    bench.give(wish());
    assert_eq!(told(&bench), [running]);
    bench.give(Input::Start { video: false });
    assert_eq!(bench.stage(), Stage::Looking, "nor can the visitor's button come between");
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    bench.media(Ok(()));
    bench.place_answered();
    assert_eq!(told(&bench), [running, Ok(())]);
    // In another page, told by that page, by the centre, or by the proxy.
    let mut bench = Bench::ready();
    bench.give(Input::Elsewhere(true));
    bench.give(wish());
    assert_eq!((told(&bench), bench.is_quiet()), (vec![running], false));
    let mut bench = Bench::ready();
    bench.give(Input::Status(status(&ClientId::from_bits(7), CallState::Connected, None)));
    bench.give(wish());
    assert_eq!(told(&bench), [running]);
    let mut bench = Bench::placing();
    bench.answer(&any_place(), Err(refused(ErrorCode::CallRunning)));
    assert_eq!((told(&bench), bench.is_quiet()), (ends(EndCause::Elsewhere).to_vec(), true));
}

#[test]
fn what_is_left_of_a_visitors_call_is_dropped_first() {
    let mut bench = Bench::talking();
    bench.give(Input::HangUp);
    bench.give(wish());
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    bench.media(Ok(()));
    assert_eq!((bench.stage(), bench.is_open(&any_place())), (Stage::Requesting, false));
    bench.dropped();
    assert!(bench.is_open(&any_place()));
}

#[test]
fn a_lost_answer_is_asked_for_by_the_same_id() {
    let mut bench = Bench::placing();
    let id = bench.id();
    for failure in [Failure::Network, Failure::Foreign, refused(ErrorCode::InFlight)] {
        bench.answer(&any_place(), Err(failure));
        bench.pass(10_000);
        assert_eq!((bench.id(), bench.is_open(&any_place())), (id.clone(), true));
    }
    bench.place_answered();
    assert_eq!((bench.stage(), told(&bench)), (Stage::Dialling, vec![Ok(())]));
}

#[test]
fn where_no_answer_comes_nobody_says_that_it_failed() {
    let unknown = ends(EndCause::OutcomeUnknown);
    let mut bench = Bench::placing();
    while bench.stage() == Stage::Requesting {
        bench.answer(&any_place(), Err(Failure::Network));
        bench.pass(5_000);
    }
    assert_eq!((told(&bench), bench.is_quiet()), (unknown.to_vec(), true));
    assert!(bench.asked(&any_place()) <= 6);
    let mut bench = Bench::placing();
    bench.pass(60_000);
    assert_eq!(told(&bench), unknown, "an answer that does not come");
    assert!(bench.is_quiet(), "nothing is to be dropped: it rings nowhere");
    let mut bench = Bench::placing();
    bench.answer(&any_place(), Err(refused(ErrorCode::CentreTimeout)));
    assert_eq!(told(&bench), unknown);
    bench.pass(60_000);
    assert_eq!(bench.asked(&any_place()), 1, "the centre is not asked twice by itself");
}

#[test]
fn a_refusal_is_told_with_its_code_and_nothing_is_repeated() {
    for code in [
        ErrorCode::CallsNotAllowed,
        ErrorCode::IdentityExpired,
        ErrorCode::NotOffered,
        ErrorCode::NumberInvalid,
        ErrorCode::RateLimited,
        ErrorCode::CentreRefused,
        ErrorCode::CentreBusy,
        ErrorCode::SessionUnknown,
    ] {
        let mut bench = Bench::placing();
        bench.answer(&any_place(), Err(refused(code)));
        assert_eq!(told(&bench), ends(EndCause::Refused(code)));
        bench.pass(60_000);
        assert!(bench.is_quiet() && bench.asked(&any_place()) == 1, "{code:?}");
    }
    // An answer about something else, or one that names no gateway.
    let mut bench = Bench::placing();
    let other = status(&ClientId::from_bits(9), CallState::Connected, None);
    bench.answer(&any_place(), Ok(Answer::Status(other)));
    assert_eq!((bench.stage(), told(&bench)), (Stage::Requesting, vec![]));
    let mut bench = Bench::placing();
    let mut nowhere = status(&bench.id(), CallState::Connected, None);
    nowhere.gateway = None;
    bench.answer(&any_place(), Ok(Answer::Status(nowhere)));
    assert_eq!(told(&bench), ends(EndCause::NoGateway));
}

#[test]
fn who_hangs_up_meanwhile_calls_nobody() {
    let visitor = ends(EndCause::Visitor);
    let mut bench = Bench::ready();
    bench.give(wish());
    bench.give(Input::HangUp);
    assert_eq!(told(&bench), visitor);
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    assert_eq!((bench.stage(), asks_for_the_microphone(&bench)), (Stage::Ready, false));
    let mut bench = Bench::placing();
    bench.give(Input::HangUp);
    assert_eq!((told(&bench), bench.is_quiet()), (visitor.to_vec(), true));
    for leaves in [Input::Leaving, Input::Close] {
        let mut bench = Bench::ready();
        bench.give(wish());
        bench.give(leaves);
        assert_eq!((told(&bench), bench.observed.machine.in_call()), (visitor.to_vec(), false));
    }
    let mut bench = Bench::placing();
    bench.give(Input::Leaving);
    assert_eq!(told(&bench), ends(EndCause::Left));
}

#[test]
fn what_visitors_may_does_not_matter_and_what_the_page_can_does() {
    let none = CallOffer { audio: false, video: false };
    let silent = CallSupport { click_to_call: false, ..support() };
    for (offered, told_of) in [(none, support()), (BOTH, silent)] {
        let mut bench = Bench::default();
        bench.give(Input::Open { offered, browser: Browser::Able });
        bench.give(wish());
        bench.answer(&Ask::Support, Ok(Answer::Support(told_of)));
        assert_eq!(bench.stage(), Stage::Microphone);
    }
    for (browser, hindrance) in
        [(Browser::Insecure, Hindrance::Insecure), (Browser::Unable, Hindrance::Browser)]
    {
        let mut bench = Bench::default();
        bench.give(Input::Open { offered: BOTH, browser });
        bench.give(wish());
        assert_eq!((told(&bench), bench.is_quiet()), (vec![Err(NotPlaced::Hindered(hindrance))], true));
    }
    let mut bench = Bench::default();
    bench.give(wish());
    assert_eq!(told(&bench), [Err(NotPlaced::Hindered(Hindrance::NotOffered))], "the view is closed");
}

#[test]
fn a_proxy_that_does_not_say_what_is_possible_is_waited_for_twenty_seconds() {
    let unreachable = Err(NotPlaced::Hindered(Hindrance::Unreachable));
    let mut bench = Bench::ready();
    bench.give(wish());
    bench.pass(19_999);
    assert_eq!(told(&bench), []);
    bench.pass(1);
    assert_eq!((told(&bench), asks_for_the_microphone(&bench)), (vec![unreachable], false));
    let mut bench = Bench::ready();
    bench.give(wish());
    while told(&bench).is_empty() {
        bench.answer(&Ask::Support, Err(Failure::Network));
        bench.pass(4_000);
    }
    assert_eq!((told(&bench), asks_for_the_microphone(&bench)), (vec![unreachable], false));
}

#[test]
fn the_same_number_is_called_again_by_a_click_and_only_after_its_call() {
    let mut bench = Bench::placed();
    bench.phone(ended(PhoneCause::Busy));
    let first = bench.id();
    assert_eq!((bench.stage(), bench.observed.machine.may_redial()), (Stage::Ended(EndCause::Busy), true));
    bench.give(Input::Redial);
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    bench.media(Ok(()));
    assert!(bench.is_open(&any_place()) && bench.id() != first, "as another call");
    bench.place_answered();
    assert_eq!((bench.stage(), told(&bench)), (Stage::Dialling, vec![Ok(())]), "nobody waits for the second");
    for mut bench in [Bench::ready(), Bench::talking(), Bench::placing()] {
        assert!(!bench.observed.machine.may_redial());
        let stage = bench.stage();
        bench.give(Input::Redial);
        assert_eq!(bench.stage(), stage);
    }
    // A visitor's call is none to be placed again.
    let mut bench = Bench::placed();
    bench.give(Input::HangUp);
    bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    bench.give(Input::Start { video: false });
    bench.give(Input::HangUp);
    assert!(!bench.observed.machine.may_redial());
}

#[test]
fn no_number_is_in_what_is_written_for_developers() {
    let mut bench = Bench::default();
    bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
    let given = format!("{:?}", wish());
    bench.give(wish());
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    bench.media(Ok(()));
    let written = format!("{given} {:?} {:?}", bench.effects, bench.observed.machine);
    assert!(written.contains("PlaceCall") && written.contains("WishNo"), "{written}");
    for word in ["138", "order 7"] {
        assert!(!written.contains(word), "{word} is in {written}");
    }
    assert_eq!(WishNo(7), WishNo(7));
}
