//! A network that changes or fails in a call.

use crate::bench::{Bench, fine};
use frontdesk_contract::CallState;
use frontdesk_core::call::{Effect, EndCause, IceState, Input, PhoneEvent, Stage};

fn restarts(bench: &Bench) -> usize {
    bench.effects.iter().filter(|effect| matches!(effect, Effect::Restart(_))).count()
}

#[test]
fn a_changed_network_restarts_and_the_call_is_kept() {
    let mut bench = Bench::talking();
    bench.give(Input::Network { online: true });
    assert_eq!((restarts(&bench), bench.observed.machine.is_recovering()), (1, false));
    bench.phone(PhoneEvent::Socket(false));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    assert!(bench.observed.machine.is_recovering());
    bench.phone(PhoneEvent::Ice(IceState::Checking));
    bench.phone(PhoneEvent::Socket(true));
    assert!(bench.observed.machine.is_recovering());
    bench.phone(PhoneEvent::Ice(IceState::Connected));
    assert!(!bench.observed.machine.is_recovering());
    bench.take();
    bench.pass_kept(120_000, CallState::Connected);
    assert_eq!((restarts(&bench), bench.stage()), (0, Stage::Talking));
}

#[test]
fn an_interruption_gets_a_moment_before_a_restart_and_a_failure_does_not() {
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    bench.pass_kept(2_999, CallState::Connected);
    assert_eq!(restarts(&bench), 0);
    bench.pass_kept(1, CallState::Connected);
    assert_eq!(restarts(&bench), 1);
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    bench.phone(PhoneEvent::Ice(IceState::Connected));
    bench.pass_kept(60_000, CallState::Connected);
    assert_eq!(restarts(&bench), 0);
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Ice(IceState::Failed));
    assert_eq!(restarts(&bench), 1);
}

#[test]
fn an_interruption_after_silence_gets_no_moment() {
    let mut bench = Bench::talking();
    bench.measure(fine(2));
    bench.measure(fine(2));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    assert_eq!(restarts(&bench), 1);
    // On hold nothing is to be expected, and what came back is heard.
    let mut bench = Bench::talking();
    bench.measure(fine(2));
    bench.phone(PhoneEvent::Held(true));
    bench.measure(fine(2));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    assert_eq!(restarts(&bench), 0);
    let mut bench = Bench::talking();
    bench.measure(fine(2));
    bench.measure(fine(2));
    bench.measure(fine(4));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    assert_eq!(restarts(&bench), 0);
}

#[test]
fn the_earliest_reason_for_a_restart_counts_and_each_has_to_go() {
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    bench.pass_kept(2_000, CallState::Connected);
    bench.phone(PhoneEvent::Ice(IceState::Checking));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    bench.pass_kept(1_000, CallState::Connected);
    assert_eq!(restarts(&bench), 1);
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Socket(false));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    bench.phone(PhoneEvent::Ice(IceState::Connected));
    bench.pass_kept(6_000, CallState::Connected);
    assert_eq!(restarts(&bench), 2, "the socket is still dead");
    bench.phone(PhoneEvent::Socket(true));
    bench.pass_kept(60_000, CallState::Connected);
    assert_eq!(restarts(&bench), 2);
}

#[test]
fn what_happens_to_the_way_before_the_call_is_taken_is_counted_from_then() {
    for before in [IceState::Connected, IceState::Checking] {
        for ice in [IceState::Disconnected, IceState::Failed] {
            let mut bench = Bench::dialling();
            bench.phone(PhoneEvent::Ringing { early: true });
            bench.phone(PhoneEvent::Ice(before));
            bench.phone(PhoneEvent::Ice(ice));
            bench.pass_kept(25_000, CallState::Connected);
            bench.phone(PhoneEvent::Answered);
            bench.pass_kept(19_999, CallState::Connected);
            assert_eq!(bench.stage(), Stage::Talking);
            bench.pass_kept(1, CallState::Connected);
            let was_up = before == IceState::Connected;
            let cause = if was_up { EndCause::Lost } else { EndCause::NoMediaPath };
            assert_eq!(bench.stage(), Stage::Ended(cause));
        }
    }
}

#[test]
fn without_media_for_twenty_seconds_the_call_is_lost() {
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Ice(IceState::Failed));
    bench.pass_kept(19_999, CallState::Connected);
    assert_eq!((bench.stage(), restarts(&bench)), (Stage::Talking, 3), "at once and twice more");
    bench.pass_kept(1, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Lost));
}

#[test]
fn media_that_never_came_found_no_way() {
    let mut bench = Bench::dialling();
    bench.phone(PhoneEvent::Ice(IceState::Checking));
    bench.phone(PhoneEvent::Answered);
    bench.pass_kept(19_999, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Talking);
    bench.pass_kept(1, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::NoMediaPath));
    // The way is looked for only after the call was taken.
    for found in [true, false] {
        let mut bench = Bench::dialling();
        bench.phone(PhoneEvent::Answered);
        assert!(!bench.observed.machine.awaits_sound());
        bench.phone(PhoneEvent::Ice(IceState::Checking));
        assert!(bench.observed.machine.awaits_sound() && !bench.observed.machine.is_recovering());
        if found {
            bench.phone(PhoneEvent::Ice(IceState::Connected));
            assert!(!bench.observed.machine.awaits_sound());
        }
        bench.pass_kept(20_000, CallState::Connected);
        let stage = if found { Stage::Talking } else { Stage::Ended(EndCause::NoMediaPath) };
        assert_eq!(bench.stage(), stage);
    }
    // A softphone that tells nothing of its ways is believed.
    let mut bench = Bench::dialling();
    bench.phone(PhoneEvent::Answered);
    bench.pass_kept(60_000, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Talking);
}

#[test]
fn restarts_are_bounded() {
    let mut bench = Bench::talking();
    let mut times = Vec::new();
    for _ in 0..240 {
        bench.give(Input::Network { online: true });
        bench.pass_kept(500, CallState::Connected);
        times.extend(std::iter::repeat_n(bench.ms, restarts(&bench)));
        bench.take();
    }
    assert!((10..=15).contains(&times.len()), "{times:?}");
    for four in times.windows(4) {
        assert!(four[3] - four[0] >= 29_500, "{four:?}");
    }
    // A dead socket alone does not end a call, and is mended as often.
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Socket(false));
    bench.pass_kept(60_000, CallState::Connected);
    assert_eq!((bench.stage(), restarts(&bench)), (Stage::Talking, 7));
}

#[test]
fn without_a_network_nothing_is_restarted_until_there_is_one() {
    let mut bench = Bench::talking();
    bench.give(Input::Network { online: false });
    bench.phone(PhoneEvent::Ice(IceState::Failed));
    bench.pass_kept(10_000, CallState::Connected);
    assert_eq!(restarts(&bench), 0);
    bench.give(Input::Network { online: true });
    assert_eq!(restarts(&bench), 1);
    // Known before the call.
    let mut bench = Bench::ready();
    bench.give(Input::Network { online: false });
    assert!(bench.observed.machine.is_offline());
    bench.give(Input::Start { video: false });
    bench.media(Ok(()));
    bench.start_answer(CallState::Connected);
    bench.phone(PhoneEvent::Answered);
    bench.phone(PhoneEvent::Ice(IceState::Failed));
    bench.pass_kept(10_000, CallState::Connected);
    assert_eq!(restarts(&bench), 0);
}

#[test]
fn a_network_that_changed_while_it_rang_is_seen_to_when_the_call_is_taken() {
    let mut bench = Bench::dialling();
    bench.phone(PhoneEvent::Ringing { early: false });
    bench.give(Input::Network { online: true });
    assert_eq!(restarts(&bench), 0);
    bench.phone(PhoneEvent::Answered);
    assert_eq!(restarts(&bench), 1);
    // Before the gateway was called there is nothing to restart.
    let mut bench = Bench::accepted();
    bench.give(Input::Network { online: true });
    bench.told(CallState::Connected, None);
    bench.phone(PhoneEvent::Answered);
    assert_eq!(restarts(&bench), 0);
}

#[test]
fn a_call_is_not_lost_as_long_as_sound_arrives() {
    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    for seconds in 1..30 {
        bench.measure(fine(2 * seconds));
    }
    assert_eq!((bench.stage(), bench.observed.machine.is_recovering()), (Stage::Talking, true));
    assert!((4..=6).contains(&restarts(&bench)), "mending goes on");
    bench.pass_kept(19_999, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Talking);
    bench.pass_kept(1, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Lost));

    let mut bench = Bench::talking();
    bench.phone(PhoneEvent::Ice(IceState::Failed));
    for seconds in 1..10 {
        bench.measure(fine(2 * seconds));
    }
    bench.pass_kept(2_000, CallState::Connected);
    assert_eq!(bench.stage(), Stage::Ended(EndCause::Lost), "what was on its way when it failed");
}
