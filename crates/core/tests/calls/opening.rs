//! The whole story, and what comes before the centre is asked: what is possible, microphone, camera.

use crate::bench::{BOTH, Bench, any_drop, any_start, gateway, ice_servers, refused, status, support};
use frontdesk_contract::{
    CallEnd, CallMedia, CallOffer, CallState, CallStatus, CallSupport, ClientId, ErrorCode,
};
use frontdesk_core::Failure;
use frontdesk_core::call::{
    Answer, Ask, Browser, Camera, Device, Dial, Effect, EndCause, Hindrance, IceState, Input, MediaFailure,
    MediaTrouble, PhoneEvent, Remedy, Stage, Tone,
};

#[test]
fn a_call_from_the_click_to_the_end() {
    let mut bench = Bench::ready();
    bench.give(Input::Start { video: false });
    let no = bench.no();
    assert_eq!(bench.stage(), Stage::Microphone);
    assert!(
        bench.did(&Effect::AcquireMedia { call: no, video: false, ice_servers: ice_servers() })
            && bench.did(&Effect::Announce(true))
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
                any_start()
            }
            2 => Ask::Beat,
            _ => {
                bench.give(Input::HangUp);
                bench.answer(&any_drop(), Err(Failure::Network));
                any_drop()
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
fn a_call_of_another_window_is_told_by_the_centre_where_no_channel_reaches() {
    let mut bench = Bench::ready();
    let other = ClientId::from_bits(7);
    for state in [CallState::Setup, CallState::Queueing, CallState::Connected] {
        bench.give(Input::Status(status(&other, state, None)));
        assert_eq!(bench.stage(), Stage::Impossible(Hindrance::Elsewhere), "{state:?}");
    }
    bench.give(Input::Status(status(&other, CallState::Ended, Some(CallEnd::Visitor))));
    assert_eq!(bench.stage(), Stage::Ready);
    // Of another session, nothing is known.
    bench.give(Input::Status(status(&other, CallState::Connected, None)));
    bench.give(Input::Status(CallStatus::default()));
    assert_eq!(bench.stage(), Stage::Ready);
    // The page's own call is none elsewhere, also when news of it come after its end.
    bench.give(Input::Start { video: false });
    bench.media(Ok(()));
    bench.start_answer(CallState::Setup);
    let own = bench.id();
    bench.give(Input::HangUp);
    bench.give(Input::Status(status(&own, CallState::Queueing, None)));
    bench.give(Input::Close);
    bench.give(Input::Open { offered: BOTH, browser: Browser::Able });
    bench.answer(&Ask::Support, Ok(Answer::Support(support())));
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
        (MediaTrouble::NoNetwork, Remedy::AskAgain),
        (MediaTrouble::Other, Remedy::AskAgain),
    ] {
        assert_eq!(trouble.remedy(), remedy);
        let mut bench = Bench::ready();
        bench.give(Input::Start { video: false });
        bench.media(Err(MediaFailure { device: None, trouble }));
        let failure = MediaFailure { device: Some(Device::Microphone), trouble };
        assert_eq!(bench.stage(), Stage::Ended(EndCause::Media(failure)));
        assert!(!bench.observed.machine.may_fall_back());
        assert!(bench.is_quiet() && bench.asked(&any_drop()) == 0, "the centre was not asked");
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
        assert!(bench.did(&Effect::AcquireMedia { call, video: false, ice_servers: ice_servers() }));
        assert_eq!(bench.observed.machine.camera(), Camera::Off);
    }
    let mut bench = Bench::ready();
    bench.give(Input::Start { video: true });
    bench.media(Err(MediaFailure { device: None, trouble: MediaTrouble::NoNetwork }));
    assert!(!bench.observed.machine.may_fall_back(), "a call without picture has no network either");
}
