//! How a call sounds, and what is wrong on one side only.

use crate::bench::{Bench, fine};
use frontdesk_contract::CallState;
use frontdesk_core::call::{Device, Effect, IceState, Input, PhoneEvent, Quality, Sample, Stage, Warnings};

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
    bench.measure(fine(2));
    assert_eq!(quality(&bench), None, "one figure says nothing");
    bench.measure(fine(4));
    assert_eq!(quality(&bench), Some(Quality::Good));
    let bad = |seconds| Sample { round_trip_ms: Some(900.0), ..fine(seconds) };
    bench.measure(bad(6));
    bench.measure(fine(8));
    bench.measure(bad(10));
    assert_eq!(quality(&bench), Some(Quality::Good), "once is nothing");
    bench.measure(bad(12));
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
        bench.measure(sample);
        assert_eq!(quality(&bench), Some(shown), "{sample:?}");
    }
}

#[test]
fn of_two_worse_figures_the_milder_is_shown_and_what_trickles_in_on_hold_is_not() {
    let quality = |bench: &Bench| bench.observed.machine.quality();
    let slow = |seconds, ms| Sample { round_trip_ms: Some(ms), ..fine(seconds) };
    let mut bench = Bench::talking();
    for sample in [fine(2), fine(4), slow(6, 900.0), slow(8, 400.0)] {
        bench.measure(sample);
    }
    assert_eq!(quality(&bench), Some(Quality::Unstable));
    let mut bench = Bench::talking();
    bench.measure(fine(2));
    bench.measure(fine(4));
    bench.phone(PhoneEvent::Held(true));
    for seconds in 5..12 {
        bench.measure(slow(seconds, 900.0));
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
    bench.measure(dead);
    bench.measure(dead);
    assert!(!silence(&bench));
    bench.measure(dead);
    bench.measure(dead);
    assert!(silence(&bench));
    bench.measure(fine(2));
    assert!(!silence(&bench));
    bench.phone(PhoneEvent::Held(true));
    for _ in 0..10 {
        bench.measure(fine(2));
    }
    assert!(!silence(&bench), "nothing is to be expected");
    bench.phone(PhoneEvent::Held(false));
    bench.give(Input::Hold(true));
    for _ in 0..10 {
        bench.measure(fine(2));
    }
    assert!(!silence(&bench), "nor on the own hold");
    bench.give(Input::Hold(false));
    bench.phone(PhoneEvent::Ice(IceState::Disconnected));
    for _ in 0..6 {
        bench.measure(fine(2));
    }
    assert!(!silence(&bench), "nor without a way, which is told otherwise");
    bench.phone(PhoneEvent::Ice(IceState::Connected));
    for _ in 0..4 {
        bench.measure(fine(2));
    }
    assert!(silence(&bench));
    // Counters that begin anew are those of another stream.
    bench.measure(fine(1));
    assert_eq!(bench.stage(), Stage::Talking);
}

#[test]
fn a_microphone_without_sound_is_told_unless_the_visitor_is_silent() {
    let at = |seconds, level| Sample { microphone: level, ..fine(seconds) };
    let warned = |bench: &Bench| bench.observed.machine.warnings().microphone_silent;
    let mut bench = Bench::talking();
    for step in 1..=6 {
        assert!(!warned(&bench), "{step}");
        bench.measure(at(2 * step, Some(0.0001)));
    }
    assert!(warned(&bench), "ten seconds, and it was never heard");
    bench.give(Input::Mute(true));
    bench.measure(at(14, Some(0.0)));
    assert_eq!(bench.observed.machine.warnings(), Warnings::default());
    bench.give(Input::Mute(false));
    bench.measure(at(16, Some(0.3)));
    for step in 9..40 {
        bench.measure(at(2 * step, Some(0.0001)));
    }
    assert!(!warned(&bench), "somebody listens");
    for step in 40..55 {
        bench.measure(at(2 * step, Some(0.0)));
    }
    assert!(!warned(&bench));
    bench.measure(at(110, Some(0.0)));
    assert!(warned(&bench), "no room is as quiet");
    let no = bench.no();
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert!(!warned(&bench), "another microphone");
    for level in [None, Some(f64::NAN)] {
        for step in 60..70 {
            bench.measure(at(2 * step, level));
        }
        assert!(!warned(&bench), "a browser that does not say");
    }
}
