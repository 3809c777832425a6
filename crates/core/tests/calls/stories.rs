//! What usually happens before a call stands.

use crate::bench::{BOTH, Bench, gateway, ice_servers, refused, status, support};
use frontdesk_contract::{
    ApiError, CallEnd, CallMedia, CallOffer, CallState, CallStatus, CallSupport, ClientId, ErrorCode,
};
use frontdesk_core::Failure;
use frontdesk_core::call::{
    Answer, Ask, Browser, Camera, Device, Dial, Effect, EndCause, Hindrance, IceState, Input, MediaFailure,
    MediaTrouble, PhoneCause, PhoneEvent, Remedy, Stage, Tone,
};

#[test]
fn a_call_from_the_click_to_the_end() {
    let mut bench = Bench::ready();
    bench.give(Input::Start { video: false });
    let no = bench.no();
    assert_eq!(bench.stage(), Stage::Microphone);
    assert!(
        bench.did(&Effect::AcquireMedia { call: no, video: false }) && bench.did(&Effect::Announce(true))
    );
    assert!(!bench.start_open(), "nobody is called before there is a microphone");
    bench.media(Ok(()));
    assert_eq!((bench.stage(), bench.start_open()), (Stage::Requesting, true));
    bench.start_answer(CallState::Setup);
    assert_eq!((bench.stage(), bench.is_open(&Ask::Beat)), (Stage::Requesting, true));
    bench.told(CallState::Queueing, None);
    assert_eq!(bench.stage(), Stage::Queueing);
    bench.take();
    bench.told(CallState::Connected, None);
    let dial = Dial {
        addresses: gateway().addresses,
        target: "sip:179@rtc.example".into(),
        from: "sip:Anonymous@rtc.example".into(),
        ice_servers: ice_servers(),
        video: false,
    };
    assert!(bench.did(&Effect::Dial(no, dial)));
    for event in [PhoneEvent::Connecting, PhoneEvent::Refused, PhoneEvent::Connecting, PhoneEvent::Sent] {
        bench.phone(event);
        assert_eq!(bench.stage(), Stage::Dialling);
    }
    bench.phone(PhoneEvent::Ringing { early: false });
    assert_eq!((bench.stage(), bench.did(&Effect::Tone(Tone::Ringback))), (Stage::Ringing, true));
    bench.take();
    bench.phone(PhoneEvent::Answered);
    bench.phone(PhoneEvent::Ice(IceState::Connected));
    assert_eq!((bench.stage(), bench.did(&Effect::Tone(Tone::Off))), (Stage::Talking, true));
    assert_eq!(bench.observed.machine.talking_ms(bench.ms), Some(0));
    bench.pass_kept(61_000, CallState::Connected);
    assert_eq!(bench.observed.machine.talking_ms(bench.ms), Some(61_000));
    bench.take();
    bench.give(Input::HangUp);
    let effects = bench.take();
    let [Effect::HangUp(hung), Effect::ReleaseMedia(released), ..] = effects.as_slice() else {
        panic!("first the line, then the microphone: {effects:?}")
    };
    assert_eq!((*hung, *released), (no, no));
    assert!(effects.contains(&Effect::Tone(Tone::End)) && effects.contains(&Effect::Announce(false)));
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Visitor));
    bench.dropped();
    assert!(bench.is_quiet());
    bench.pass(100_000);
    assert_eq!(bench.observed.machine.talking_ms(bench.ms), Some(61_000), "as long as they talked");
    assert_eq!(bench.observed.ends, [(no, EndCause::Visitor)]);
    bench.give(Input::Start { video: true });
    assert_eq!((bench.stage(), bench.no() != no), (Stage::Microphone, true), "and once more");
}

#[test]
fn opening_the_view_asks_what_is_possible_and_nothing_else() {
    let mut bench = Bench::default();
    assert_eq!(bench.stage(), Stage::Closed);
    bench.give(Input::Start { video: false });
    assert_eq!((bench.stage(), bench.effects.as_slice()), (Stage::Closed, [].as_slice()));
    bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
    assert_eq!(bench.stage(), Stage::Looking);
    let effects = bench.take();
    assert!(
        matches!(effects.as_slice(), [Effect::Redraw, Effect::Request { ask: Ask::Support, .. }]),
        "{effects:?}"
    );
    bench.give(Input::Start { video: false });
    assert_eq!(bench.stage(), Stage::Looking, "it is not known yet whether that is possible");
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    assert_eq!((bench.stage(), bench.observed.machine.may_call()), (Stage::Ready, BOTH));
    bench.give(Input::Close);
    assert_eq!((bench.stage(), bench.is_quiet()), (Stage::Closed, true));
}

#[test]
fn what_makes_a_call_impossible_is_told_apart() {
    let none = CallOffer { audio: false, video: false };
    for (offered, browser, hindrance) in [
        (none, Browser::Able, Hindrance::NotOffered),
        (BOTH, Browser::Insecure, Hindrance::Insecure),
        (BOTH, Browser::Unable, Hindrance::Browser),
    ] {
        let mut bench = Bench::default();
        bench.give(Input::Open { offered, browser });
        assert_eq!((bench.stage(), bench.is_quiet()), (Stage::Impossible(hindrance), true));
        bench.give(Input::Start { video: false });
        assert!(!bench.observed.machine.in_call());
    }
    for (click_to_call, web_rtc) in [(true, false), (false, true), (false, false)] {
        let mut bench = Bench::default();
        bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
        let told = CallSupport { click_to_call, web_rtc, ..support() };
        bench.answer(&Ask::Support, Ok(Answer::Support(told)));
        assert_eq!(bench.stage(), Stage::Impossible(Hindrance::NotOffered));
        assert_eq!(bench.observed.machine.may_call(), none);
    }
}

#[test]
fn only_what_the_desk_offers_can_be_started() {
    let mut bench = Bench::default();
    let offered = CallOffer { audio: true, video: false };
    bench.give(Input::Open { offered, browser: Browser::Able });
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
    bench.give(Input::Start { video: true });
    assert!(!bench.observed.machine.in_call());
    bench.give(Input::Start { video: false });
    assert_eq!(bench.observed.machine.media(), Some(CallMedia::Audio));
}

#[test]
fn a_proxy_that_does_not_say_is_asked_a_few_times_and_again_on_demand() {
    let mut bench = Bench::default();
    bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
    for _ in 0..4 {
        assert_eq!(bench.stage(), Stage::Looking);
        bench.answer(&Ask::Support, Err(Failure::Network));
        bench.pass(10_000);
    }
    assert_eq!((bench.stage(), bench.is_quiet()), (Stage::Impossible(Hindrance::Unreachable), true));
    bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
    bench.answer(&Ask::Support, Err(refused(ErrorCode::NotOffered)));
    assert_eq!(bench.stage(), Stage::Impossible(Hindrance::NotOffered));
}

#[test]
fn closing_the_view_stops_finding_out() {
    let mut bench = Bench::default();
    bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
    bench.give(Input::Close);
    assert!(bench.is_quiet() && bench.effects.iter().any(|effect| matches!(effect, Effect::Abort(_))));
}

#[test]
fn a_page_that_wakes_up_waits_for_nothing() {
    for waits in 0..4 {
        let mut bench = match waits {
            0 => Bench::default(),
            1 => Bench::requesting(false),
            _ => Bench::talking(),
        };
        let asks = match waits {
            0 => {
                bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
                for _ in 0..2 {
                    bench.answer(&Ask::Support, Err(Failure::Network));
                    bench.give(Input::Woken);
                }
                bench.answer(&Ask::Support, Err(Failure::Network));
                Ask::Support
            }
            1 => {
                bench.start_fails(Failure::Network);
                crate::bench::any_start()
            }
            2 => Ask::Beat,
            _ => {
                bench.give(Input::HangUp);
                bench.answer(&Ask::Drop, Err(Failure::Network));
                Ask::Drop
            }
        };
        bench.answer_beats(CallState::Connected);
        assert!(!bench.is_open(&asks), "{asks:?} waits");
        bench.give(Input::Woken);
        assert!(bench.is_open(&asks), "{asks:?}");
    }
}

#[test]
fn another_page_in_a_call_keeps_this_one_from_calling() {
    let mut bench = Bench::ready();
    bench.give(Input::Elsewhere(true));
    assert_eq!(bench.stage(), Stage::Impossible(Hindrance::Elsewhere));
    bench.give(Input::Start { video: false });
    assert!(!bench.observed.machine.in_call());
    bench.give(Input::Elsewhere(false));
    assert_eq!(bench.stage(), Stage::Ready);
}

#[test]
fn every_failure_of_the_microphone_has_its_screen_and_calls_nobody() {
    for (trouble, remedy) in [
        (MediaTrouble::Denied, Remedy::ChangeSettings),
        (MediaTrouble::Dismissed, Remedy::AskAgain),
        (MediaTrouble::Policy, Remedy::OwnWindow),
        (MediaTrouble::Insecure, Remedy::Write),
        (MediaTrouble::Absent, Remedy::PlugIn),
        (MediaTrouble::Busy, Remedy::FreeDevice),
        (MediaTrouble::Other, Remedy::AskAgain),
    ] {
        assert_eq!(trouble.remedy(), remedy);
        let mut bench = Bench::ready();
        bench.give(Input::Start { video: false });
        bench.media(Err(MediaFailure { device: None, trouble }));
        let failure = MediaFailure { device: Some(Device::Microphone), trouble };
        assert_eq!(bench.stage(), Stage::Ended(EndCause::Media(failure)));
        assert!(!bench.observed.machine.may_fall_back());
        assert!(bench.is_quiet() && bench.asked(&Ask::Drop) == 0, "the centre was not asked");
        assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Tone(_))));
        bench.give(Input::Start { video: false });
        assert_eq!(bench.stage(), Stage::Microphone, "the visitor may try again");
    }
}

#[test]
fn without_a_camera_the_visitor_may_call_without_picture() {
    for (device, fall_back) in [(None, true), (Some(Device::Camera), true), (Some(Device::Microphone), false)]
    {
        let mut bench = Bench::ready();
        bench.give(Input::Start { video: true });
        bench.media(Err(MediaFailure { device, trouble: MediaTrouble::Busy }));
        assert_eq!(bench.observed.machine.may_fall_back(), fall_back, "{device:?}");
        bench.give(Input::Start { video: false });
        let call = bench.no();
        assert!(bench.did(&Effect::AcquireMedia { call, video: false }));
        assert_eq!(bench.observed.machine.camera(), Camera::Off);
    }
}

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
    assert!(bench.asked(&crate::bench::any_start()) <= 6);
    assert!(bench.is_open(&Ask::Drop), "one of them may have arrived");

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
    bench.answer(&crate::bench::any_start(), Ok(Answer::Support(support())));
    bench.pass(5_000);
    let other = status(&ClientId::new("other"), CallState::Connected, None);
    bench.answer(&crate::bench::any_start(), Ok(Answer::Status(other)));
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
        assert!(bench.is_open(&Ask::Drop));
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
        assert_eq!((bench.stage(), bench.is_open(&Ask::Drop)), (Stage::Ended(cause), drops));
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
    assert!(bench.is_open(&Ask::Drop));

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
    let end = frontdesk_core::call::PhoneEnd { here: false, cause: PhoneCause::Busy, status: Some(486) };
    bench.phone(PhoneEvent::Ended(end));
    assert_eq!(
        (bench.stage(), bench.observed.machine.sip_status()),
        (Stage::Ended(EndCause::Busy), Some(486))
    );
    assert!(bench.did(&Effect::Tone(Tone::Busy)));
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::HangUp(_))), "it has ended already");
}
