//! Writes the sound of the announcement as a WAV file: how `src/media/announcement.opus` was made.
//!
//! ```sh
//! cargo run -p frontdesk-sandbox-media --example melody -- melody.wav
//! # opus-tools; 20 ms frames, one channel, no picture, no name of a tool in it
//! opusenc --bitrate 20 --framesize 20 --discard-comments melody.wav crates/sandbox-media/src/media/announcement.opus
//! ```

use std::f64::consts::TAU;
use std::io::Write;

/// Samples per second.
const RATE: u32 = 48_000;

/// Frequency in Hz and length in ms of each tone; 0 Hz is a rest. A rising fifth, a turn, and home again.
const MELODY: &[(f64, u32)] = &[
    (523.25, 300),
    (659.25, 300),
    (783.99, 450),
    (0.0, 150),
    (880.0, 220),
    (783.99, 220),
    (659.25, 220),
    (587.33, 220),
    (523.25, 620),
    (0.0, 1300),
];

/// One sample of a tone that swells and fades, between -1 and 1.
fn sample(hertz: f64, at: f64, length: f64) -> f64 {
    let swell = (at / 0.02).min(1.0) * ((length - at) / 0.08).clamp(0.0, 1.0);
    let fade = (-2.5 * at).exp();
    let wave = (TAU * hertz * at).sin() + 0.3 * (2.0 * TAU * hertz * at).sin();
    0.35 * swell * fade * wave
}

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "melody.wav".into());
    let mut sound = Vec::new();
    for &(hertz, length_ms) in MELODY {
        let length = f64::from(length_ms) / 1_000.0;
        for step in 0..RATE * length_ms / 1_000 {
            let at = f64::from(step) / f64::from(RATE);
            let level = if hertz == 0.0 { 0.0 } else { sample(hertz, at, length) };
            // The level is within ±0.5, so it fits.
            sound.extend_from_slice(&((level * f64::from(i16::MAX)) as i16).to_le_bytes());
        }
    }
    let size = u32::try_from(sound.len()).unwrap_or(u32::MAX);
    let mut file = std::fs::File::create(path)?;
    file.write_all(b"RIFF")?;
    file.write_all(&(36 + size).to_le_bytes())?;
    file.write_all(b"WAVEfmt \x10\0\0\0\x01\0\x01\0")?;
    file.write_all(&RATE.to_le_bytes())?;
    file.write_all(&(RATE * 2).to_le_bytes())?;
    file.write_all(b"\x02\0\x10\0data")?;
    file.write_all(&size.to_le_bytes())?;
    file.write_all(&sound)
}
