//! In the call: silence, hold, keys, devices, a network that changes, how it sounds.

use crate::bench::{Bench, fine};
use frontdesk_contract::CallState;
use frontdesk_core::call::{
    Camera, Device, Effect, EndCause, Held, IceState, Input, MediaTrouble, PhoneEvent, Quality, Sample,
    Stage, Warnings,
};

fn restarts(bench: &Bench) -> usize {
    bench.effects.iter().filter(|effect| matches!(effect, Effect::Restart(_))).count()
}

/// Two seconds pass, then these figures come.
fn measure(bench: &mut Bench, sample: Sample) {
    bench.pass_kept(2_000, CallState::Connected);
    bench.measured(sample);
}

#[test]
fn mute_silences_the_track_also_before_the_call_is_taken() {
    let mut bench = Bench::ready();
    bench.give(Input::Start { video: false });
    let no = bench.no();
    bench.give(Input::Mute(true));
    assert!(
        bench.observed.machine.is_muted() && !bench.did(&Effect::Silence(no, true)),
        "there is no track yet"
    );
    bench.media(Ok(()));
    assert!(bench.did(&Effect::Silence(no, true)));
    bench.take();
    bench.give(Input::Mute(true));
    assert!(bench.take().is_empty());
    bench.give(Input::Mute(false));
    assert!(bench.did(&Effect::Silence(no, false)) && !bench.observed.machine.is_muted());
}

#[test]
fn holding_silences_the_microphone_as_well() {
    let mut bench = Bench::talking();
    let no = bench.no();
    bench.give(Input::Hold(true));
    assert_eq!(bench.take(), [Effect::Silence(no, true), Effect::Hold(no, true), Effect::Redraw]);
    bench.give(Input::Mute(true));
    bench.give(Input::Hold(false));
    assert_eq!(bench.take(), [Effect::Redraw, Effect::Hold(no, false), Effect::Redraw], "still muted");
    bench.give(Input::Mute(false));
    assert!(bench.did(&Effect::Silence(no, false)));
    bench.phone(PhoneEvent::Held(true));
    assert_eq!(bench.observed.machine.held(), Held { here: false, there: true });
    bench.take();
    bench.phone(PhoneEvent::Held(true));
    assert!(bench.take().is_empty());
    let mut bench = Bench::dialling();
    bench.give(Input::Hold(true));
    assert_eq!(bench.observed.machine.held(), Held::default(), "there is nothing to hold yet");
}

#[test]
fn keys_are_sent_in_a_call_and_nothing_else_is() {
    let mut bench = Bench::talking();
    let no = bench.no();
    for key in "0123456789*#ABCDd".chars() {
        bench.take();
        bench.give(Input::Digit(key));
        assert_eq!(bench.take(), [Effect::Digit(no, key.to_ascii_uppercase())]);
    }
    for key in ['E', ' ', '+', '\u{0}', '٣', 'ä'] {
        bench.give(Input::Digit(key));
        assert!(bench.take().is_empty(), "{key}");
    }
    bench.give(Input::Hold(true));
    bench.take();
    bench.give(Input::Digit('1'));
    assert!(bench.take().is_empty(), "nobody would hear it");
}

#[test]
fn the_camera_is_let_go_and_taken_again() {
    let mut bench = Bench::talking_with(true);
    let (no, camera) = (bench.no(), |bench: &Bench| bench.observed.machine.camera());
    assert_eq!(camera(&bench), Camera::On);
    bench.give(Input::Camera(false));
    assert!(bench.did(&Effect::Camera(no, false)) && camera(&bench) == Camera::Off);
    bench.give(Input::Camera(true));
    assert!(bench.did(&Effect::Camera(no, true)) && camera(&bench) == Camera::Starting);
    // Turned off while it starts: it is let go when it comes.
    bench.give(Input::Camera(false));
    bench.take();
    bench.give(Input::Switched(no, Device::Camera, Ok(())));
    assert!(bench.did(&Effect::Camera(no, false)) && camera(&bench) == Camera::Off);
    bench.give(Input::Camera(true));
    bench.give(Input::Switched(no, Device::Camera, Err(MediaTrouble::Busy)));
    assert_eq!(camera(&bench), Camera::Failed(MediaTrouble::Busy));
    bench.give(Input::Camera(true));
    bench.give(Input::Switched(no, Device::Camera, Ok(())));
    assert_eq!(camera(&bench), Camera::On);
    bench.give(Input::DeviceGone(no, Device::Camera));
    assert_eq!(camera(&bench), Camera::Failed(MediaTrouble::Absent));
    let mut bench = Bench::talking();
    bench.give(Input::Camera(true));
    bench.give(Input::Choose { device: Device::Camera, id: "c".into() });
    assert!(bench.take().is_empty(), "a call without picture stays one");
}

#[test]
fn another_microphone_begins_as_silent_as_the_one_before() {
    let mut bench = Bench::talking();
    let no = bench.no();
    bench.give(Input::Mute(true));
    bench.take();
    bench.give(Input::Choose { device: Device::Microphone, id: "m2".into() });
    let switch = Effect::Switch { call: no, device: Device::Microphone, id: "m2".into(), silent: true };
    assert_eq!(bench.take(), [switch]);
    bench.give(Input::Mute(false));
    bench.take();
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert!(bench.did(&Effect::Silence(no, false)), "what was pressed meanwhile holds");
    bench.give(Input::Switched(no, Device::Speaker, Err(MediaTrouble::Absent)));
    assert_eq!(bench.observed.machine.device_trouble(), Some((Device::Speaker, MediaTrouble::Absent)));
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert!(bench.observed.machine.device_trouble().is_some(), "the trouble of the other");
    bench.give(Input::Switched(no, Device::Speaker, Ok(())));
    assert_eq!(bench.observed.machine.device_trouble(), None);
    bench.give(Input::DeviceGone(no, Device::Microphone));
    assert_eq!(bench.observed.machine.device_trouble(), Some((Device::Microphone, MediaTrouble::Absent)));
    assert_eq!(bench.stage(), Stage::Talking);
    bench.give(Input::HangUp);
    bench.take();
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert_eq!(bench.take(), [Effect::ReleaseMedia(no)], "it came after the end");
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
fn sound_that_arrives_ends_an_interruption() {
    let mut bench = Bench::talking();
    measure(&mut bench, fine(2));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    measure(&mut bench, fine(4));
    assert!(!bench.observed.machine.is_recovering());
    bench.phone(PhoneEvent::Ice(IceState::Failed));
    measure(&mut bench, fine(6));
    assert!(bench.observed.machine.is_recovering(), "what was on its way when it failed");
}

#[test]
fn figures_are_taken_while_they_talk() {
    let mut bench = Bench::talking();
    bench.pass_kept(60_000, CallState::Connected);
    let taken = |bench: &Bench| bench.effects.iter().filter(|e| matches!(e, Effect::Measure(_))).count();
    assert_eq!(taken(&bench), 30);
    bench.give(Input::HangUp);
    bench.take();
    bench.pass(60_000);
    assert_eq!(taken(&bench), 0);
}

#[test]
fn the_word_for_the_quality_follows_slowly() {
    let mut bench = Bench::talking();
    let quality = |bench: &Bench| bench.observed.machine.quality();
    measure(&mut bench, fine(2));
    assert_eq!(quality(&bench), None, "one figure says nothing");
    measure(&mut bench, fine(4));
    assert_eq!(quality(&bench), Some(Quality::Good));
    let bad = |seconds| Sample { round_trip_ms: Some(900.0), ..fine(seconds) };
    measure(&mut bench, bad(6));
    measure(&mut bench, fine(8));
    measure(&mut bench, bad(10));
    assert_eq!(quality(&bench), Some(Quality::Good), "once is nothing");
    measure(&mut bench, bad(12));
    assert_eq!(quality(&bench), Some(Quality::Poor));
    let middling = |seconds| Sample { jitter_ms: Some(50.0), ..fine(seconds) };
    for (sample, shown) in [
        (fine(14), Quality::Poor),
        (middling(16), Quality::Poor),
        (fine(18), Quality::Unstable),
        (fine(20), Quality::Unstable),
        (fine(22), Quality::Unstable),
        (fine(24), Quality::Good),
    ] {
        measure(&mut bench, sample);
        assert_eq!(quality(&bench), Some(shown), "{sample:?}");
    }
}

#[test]
fn of_two_worse_figures_the_milder_is_shown_and_what_trickles_in_on_hold_is_not() {
    let quality = |bench: &Bench| bench.observed.machine.quality();
    let slow = |seconds, ms| Sample { round_trip_ms: Some(ms), ..fine(seconds) };
    let mut bench = Bench::talking();
    for sample in [fine(2), fine(4), slow(6, 900.0), slow(8, 400.0)] {
        measure(&mut bench, sample);
    }
    assert_eq!(quality(&bench), Some(Quality::Unstable));
    let mut bench = Bench::talking();
    measure(&mut bench, fine(2));
    measure(&mut bench, fine(4));
    bench.phone(PhoneEvent::Held(true));
    for seconds in 5..12 {
        measure(&mut bench, slow(seconds, 900.0));
    }
    assert_eq!(quality(&bench), Some(Quality::Good));
}

#[test]
fn figures_are_judged_by_their_worst() {
    use frontdesk_core::call::quality::judge;
    let good = fine(2);
    for (lost, sample, word) in [
        (0, good, Quality::Good),
        (1, good, Quality::Good),
        (2, good, Quality::Unstable),
        (8, good, Quality::Poor),
        (0, Sample { jitter_ms: Some(40.0), ..good }, Quality::Unstable),
        (0, Sample { jitter_ms: Some(100.0), ..good }, Quality::Poor),
        (0, Sample { round_trip_ms: Some(300.0), ..good }, Quality::Unstable),
        (0, Sample { round_trip_ms: Some(600.0), ..good }, Quality::Poor),
        (0, Sample { peer_lost: Some(0.02), ..good }, Quality::Unstable),
        (0, Sample { peer_lost: Some(0.5), ..good }, Quality::Poor),
        (
            0,
            Sample { round_trip_ms: Some(f64::NAN), jitter_ms: None, peer_lost: None, ..good },
            Quality::Good,
        ),
    ] {
        assert_eq!(judge(100 - lost, lost, sample), word, "{lost} lost, {sample:?}");
    }
    assert_eq!(judge(0, 0, Sample::default()), Quality::Good);
    assert_eq!(judge(u64::MAX, u64::MAX, good), Quality::Poor);
}

#[test]
fn nothing_that_arrives_is_told_unless_the_call_is_held() {
    let mut bench = Bench::talking();
    let silence = |bench: &Bench| bench.observed.machine.warnings().nothing_arrives;
    let dead = fine(0);
    measure(&mut bench, dead);
    measure(&mut bench, dead);
    assert!(!silence(&bench));
    measure(&mut bench, dead);
    measure(&mut bench, dead);
    assert!(silence(&bench));
    measure(&mut bench, fine(2));
    assert!(!silence(&bench));
    bench.phone(PhoneEvent::Held(true));
    for _ in 0..10 {
        measure(&mut bench, fine(2));
    }
    assert!(!silence(&bench), "nothing is to be expected");
    bench.phone(PhoneEvent::Held(false));
    bench.give(Input::Hold(true));
    for _ in 0..10 {
        measure(&mut bench, fine(2));
    }
    assert!(!silence(&bench), "nor on the own hold");
    bench.give(Input::Hold(false));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    for _ in 0..6 {
        measure(&mut bench, fine(2));
    }
    assert!(!silence(&bench), "nor without a way, which is told otherwise");
    bench.phone(PhoneEvent::Ice(IceState::Connected));
    for _ in 0..4 {
        measure(&mut bench, fine(2));
    }
    assert!(silence(&bench));
    // Counters that begin anew are those of another stream.
    measure(&mut bench, fine(1));
    assert_eq!(bench.stage(), Stage::Talking);
}

#[test]
fn a_microphone_without_sound_is_told_unless_the_visitor_is_silent() {
    let at = |seconds, level| Sample { microphone: level, ..fine(seconds) };
    let warned = |bench: &Bench| bench.observed.machine.warnings().microphone_silent;
    let mut bench = Bench::talking();
    for step in 1..=6 {
        assert!(!warned(&bench), "{step}");
        measure(&mut bench, at(2 * step, Some(0.0001)));
    }
    assert!(warned(&bench), "ten seconds, and it was never heard");
    bench.give(Input::Mute(true));
    measure(&mut bench, at(14, Some(0.0)));
    assert_eq!(bench.observed.machine.warnings(), Warnings::default());
    bench.give(Input::Mute(false));
    measure(&mut bench, at(16, Some(0.3)));
    for step in 9..40 {
        measure(&mut bench, at(2 * step, Some(0.0001)));
    }
    assert!(!warned(&bench), "somebody listens");
    for step in 40..55 {
        measure(&mut bench, at(2 * step, Some(0.0)));
    }
    assert!(!warned(&bench));
    measure(&mut bench, at(110, Some(0.0)));
    assert!(warned(&bench), "no room is as quiet");
    let no = bench.no();
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert!(!warned(&bench), "another microphone");
    for level in [None, Some(f64::NAN)] {
        for step in 60..70 {
            measure(&mut bench, at(2 * step, level));
        }
        assert!(!warned(&bench), "a browser that does not say");
    }
}
