//! The figures of a call, out of what the browser measures (W3C WebRTC statistics).

use super::plain::{call, get, list, number, text};
use frontdesk_core::call::Sample;
use wasm_bindgen::JsValue;

/// The figures of the voice in a report.
pub fn sample(report: &JsValue) -> Sample {
    let mut sample = Sample::default();
    let mut pair_ms = None;
    // The report is a map; as a list it can be walked without a closure.
    let all = call(report, "values", &[]).ok().map(|values| list(&values)).unwrap_or_default();
    for entry in all.iter() {
        let of_voice = text(&entry, "kind").as_deref() == Some("audio");
        match text(&entry, "type").as_deref() {
            Some("inbound-rtp") if of_voice => {
                sample.received += count(&entry, "packetsReceived");
                sample.lost += count(&entry, "packetsLost");
                sample.jitter_ms = number(&entry, "jitter").map(|seconds| seconds * 1_000.0);
            }
            Some("remote-inbound-rtp") if of_voice => {
                sample.round_trip_ms = number(&entry, "roundTripTime").map(|seconds| seconds * 1_000.0);
                sample.peer_lost = number(&entry, "fractionLost");
            }
            Some("media-source") if of_voice => sample.microphone = number(&entry, "audioLevel"),
            Some("candidate-pair") if get(&entry, "nominated").is_truthy() => {
                pair_ms = number(&entry, "currentRoundTripTime").map(|seconds| seconds * 1_000.0);
            }
            _ => {}
        }
    }
    sample.round_trip_ms = sample.round_trip_ms.or(pair_ms);
    sample
}

/// A counter; what is negative counts as nothing.
fn count(entry: &JsValue, name: &str) -> u64 {
    number(entry, name).unwrap_or(0.0) as u64
}
