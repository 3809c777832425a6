//! How the call sounds, from the browser's figures: an honest word for it, and what is wrong on one side only.

use super::Machine;
use super::effect::{CallNo, Effect};
use super::running::Running;
use super::step::Step;

/// Figures are taken this often, in milliseconds.
const MEASURE_MS: u64 = 2_000;
/// A worse word is shown after so many figures that say so ...
const WORSE_AFTER: u8 = 2;
/// ... and a better one after so many.
const BETTER_AFTER: u8 = 3;
/// Nothing arrives: said after so many milliseconds.
const NOTHING_MS: u64 = 5_000;
/// The microphone gives no sound: said after so many milliseconds, as long as it never gave any ...
const NEVER_HEARD_MS: u64 = 10_000;
/// ... and after so many once it did: somebody may just listen.
const NOT_HEARD_MS: u64 = 30_000;
/// Below this level a microphone that was never heard is taken for silent: -70 dB of full scale.
const FAINT: f64 = 0.000_3;
/// Below this level nothing comes from it at all: no room is as quiet.
const DEAD: f64 = 0.000_01;
/// From this level on it was heard.
const HEARD: f64 = 0.01;

/// Figures of the voice at one time (W3C WebRTC statistics). Counters count from the beginning of the call.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Packets that arrived: `packetsReceived` of `inbound-rtp`.
    pub received: u64,
    /// Packets that did not: `packetsLost` of `inbound-rtp`, 0 where it is negative.
    pub lost: u64,
    /// `jitter` of `inbound-rtp`, in milliseconds.
    pub jitter_ms: Option<f64>,
    /// `roundTripTime` of `remote-inbound-rtp`, or `currentRoundTripTime` of the candidate pair, in milliseconds.
    pub round_trip_ms: Option<f64>,
    /// Part of what was sent that the other side lost lately, 0 to 1: `fractionLost` of `remote-inbound-rtp`.
    pub peer_lost: Option<f64>,
    /// The loudest that the microphone was since the figures before, 0 to 1: `audioLevel` of `media-source`.
    pub microphone: Option<f64>,
}

/// How the call sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// As it should.
    Good,
    /// It may break up at times.
    Unstable,
    /// Hardly to be understood.
    Poor,
}

/// What is wrong on one side only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// Nothing of the other side arrives.
    pub nothing_arrives: bool,
    /// The microphone gives no sound, although the visitor is not silent.
    pub microphone_silent: bool,
}

/// Whether sound is to be expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    pub(super) from_peer: bool,
    pub(super) from_here: bool,
}

/// The figures of a call over time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watch {
    next_ms: u64,
    last: Option<Sample>,
    shown: Option<Quality>,
    /// So many figures in a row were worse than what is shown, or better; the mildest of them.
    worse: (u8, Option<Quality>),
    better: (u8, Option<Quality>),
    nothing_since: Option<u64>,
    /// Between the last two figures nothing arrived that should have.
    silent: bool,
    faint_since: Option<u64>,
    dead_since: Option<u64>,
    heard: bool,
    warnings: Warnings,
}

impl Watch {
    pub(super) fn quality(&self) -> Option<Quality> {
        self.shown
    }

    pub(super) fn warnings(&self) -> Warnings {
        self.warnings
    }

    /// Nothing arrived lately that should have.
    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// Another microphone: nothing is known of it.
    pub(super) fn new_microphone(&mut self) {
        self.faint_since = None;
        self.dead_since = None;
        self.heard = false;
        self.warnings.microphone_silent = false;
    }

    /// Takes figures; whether something arrived since those before.
    pub(super) fn take(&mut self, now_ms: u64, sample: Sample, expected: Expected) -> bool {
        // Counters that go back are those of another stream.
        let before = self.last.filter(|last| last.received <= sample.received && last.lost <= sample.lost);
        self.last = Some(sample);
        self.listen(now_ms, sample, expected.from_here);
        let Some(before) = before else {
            self.nothing_since = expected.from_peer.then_some(now_ms);
            self.silent = false;
            return false;
        };
        let arrived = sample.received - before.received;
        self.silent = arrived == 0 && expected.from_peer;
        if arrived > 0 || !expected.from_peer {
            self.nothing_since = None;
        } else {
            self.nothing_since.get_or_insert(now_ms);
        }
        self.warnings.nothing_arrives = lasted(self.nothing_since, now_ms, NOTHING_MS);
        if expected.from_peer && arrived > 0 {
            self.show(judge(arrived, sample.lost - before.lost, sample));
        }
        arrived > 0
    }

    fn listen(&mut self, now_ms: u64, sample: Sample, expected: bool) {
        let Some(level) = sample.microphone.filter(|level| expected && level.is_finite()) else {
            self.faint_since = None;
            self.dead_since = None;
            self.warnings.microphone_silent = false;
            return;
        };
        self.heard |= level >= HEARD;
        let keep = |since: Option<u64>, below: bool| below.then(|| since.unwrap_or(now_ms));
        self.faint_since = keep(self.faint_since, level < FAINT);
        self.dead_since = keep(self.dead_since, level < DEAD);
        self.warnings.microphone_silent = if self.heard {
            lasted(self.dead_since, now_ms, NOT_HEARD_MS)
        } else {
            lasted(self.faint_since, now_ms, NEVER_HEARD_MS)
        };
    }

    /// Shows another word once several figures in a row say so.
    fn show(&mut self, word: Quality) {
        let Some(shown) = self.shown else {
            self.shown = Some(word);
            return;
        };
        let count = |(so_far, mildest): (u8, Option<Quality>),
                     counts: bool,
                     pick: fn(Quality, Quality) -> Quality| {
            if counts {
                (so_far.saturating_add(1), Some(mildest.map_or(word, |mildest| pick(mildest, word))))
            } else {
                (0, None)
            }
        };
        self.worse = count(self.worse, word > shown, Ord::min);
        self.better = count(self.better, word < shown, Ord::max);
        let next = match (self.worse, self.better) {
            ((WORSE_AFTER.., Some(word)), _) | (_, (BETTER_AFTER.., Some(word))) => word,
            _ => return,
        };
        self.shown = Some(next);
        self.worse = (0, None);
        self.better = (0, None);
    }
}

/// What the figures of one interval say. 150 ms each way are hardly noticed (ITU-T G.114), twice as much disturbs talking;
/// losses are concealed up to some 2 %, and are gaps from 8 % on. Jitter costs delay first, then losses.
pub fn judge(arrived: u64, lost: u64, sample: Sample) -> Quality {
    let of_all = lost as f64 / (arrived.saturating_add(lost)).max(1) as f64;
    let judge = |value: Option<f64>, unstable: f64, poor: f64| match value {
        Some(value) if value >= poor => Quality::Poor,
        Some(value) if value >= unstable => Quality::Unstable,
        _ => Quality::Good,
    };
    let words = [
        judge(Some(of_all), 0.02, 0.08),
        judge(sample.peer_lost, 0.02, 0.08),
        judge(sample.jitter_ms, 40.0, 100.0),
        judge(sample.round_trip_ms, 300.0, 600.0),
    ];
    words.into_iter().max().unwrap_or(Quality::Good)
}

fn lasted(since: Option<u64>, now_ms: u64, ms: u64) -> bool {
    since.is_some_and(|since| now_ms.saturating_sub(since) >= ms)
}

impl Running {
    fn expected(&self) -> Expected {
        let held = self.controls.held;
        let media = self.recovery.has_media();
        Expected { from_peer: media && !held.here && !held.there, from_here: !self.controls.is_silent() }
    }
}

impl Machine {
    pub(super) fn advance_measuring(&mut self, step: &mut Step) -> Option<u64> {
        let call = self.call.as_mut().filter(|call| call.is_talking())?;
        if call.watch.next_ms <= step.now.ms {
            call.watch.next_ms = step.later(MEASURE_MS);
            step.push(Effect::Measure(call.no));
        }
        Some(call.watch.next_ms)
    }

    pub(super) fn measured(&mut self, step: &mut Step, no: CallNo, sample: Sample) {
        let Some(call) = self.call.as_mut().filter(|call| call.no == no && call.is_talking()) else {
            return;
        };
        let before = (call.watch.quality(), call.watch.warnings());
        let expected = call.expected();
        if call.watch.take(step.now.ms, sample, expected) {
            call.recovery.media_arrives(step);
        }
        if before != (call.watch.quality(), call.watch.warnings()) {
            step.redraw();
        }
    }
}
