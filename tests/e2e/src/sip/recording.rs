//! What a telephone has heard, and what is made for a microphone to hear.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

const RATE: u32 = 48_000;
/// Of the format that is written and read here.
const HEAD: usize = 44;
/// A tone is looked for in so many seconds.
const WINDOW: f64 = 0.5;

/// A recording of baresip's: two channels of 16 bits at 48 kHz.
#[derive(Clone)]
pub struct Recording {
    samples: Vec<f64>,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a recording of {:.2} s", self.seconds())
    }
}

impl Recording {
    /// Reads one, also while it is written.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let samples = bytes.get(HEAD..).unwrap_or_default().chunks_exact(4).map(|frame| match frame {
            [low, high, ..] => f64::from(i16::from_le_bytes([*low, *high])) / f64::from(i16::MAX),
            _ => 0.0,
        });
        Ok(Self { samples: samples.collect() })
    }

    /// How long it is.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(RATE)
    }

    /// Whether a tone of so many hertz stands out in the middle, where the call is in full swing.
    #[must_use]
    pub fn has(&self, hertz: f64) -> bool {
        self.has_at(self.seconds() / 2.0, hertz)
    }

    /// Whether it does around this second.
    #[must_use]
    pub fn has_at(&self, second: f64, hertz: f64) -> bool {
        let at = |second: f64| ((second.max(0.0) * f64::from(RATE)) as usize).min(self.samples.len());
        let part = self.samples.get(at(second - WINDOW / 2.0)..at(second + WINDOW / 2.0)).unwrap_or_default();
        let power = |hertz: f64| {
            let turn = std::f64::consts::TAU * hertz / f64::from(RATE);
            let (mut re, mut im) = (0.0, 0.0);
            for (at, sample) in part.iter().enumerate() {
                let angle = turn * at as f64;
                re += sample * angle.cos();
                im += sample * angle.sin();
            }
            (re * re + im * im) / (part.len().max(1) as f64).powi(2)
        };
        power(hertz) > 1e-4 && power(hertz) > 20.0 * power(hertz * 1.37)
    }
}

/// Writes a second of a tone that comes and goes four times, for a microphone that plays it again and again: what never
/// changes would be taken for noise. One channel of 16 bits at 48 kHz.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn write_tone(path: &Path, hertz: f64) -> Result<()> {
    let length = RATE * 2;
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1_u16, 1].iter().flat_map(|own| own.to_le_bytes()));
    bytes.extend([RATE, length].iter().flat_map(|own| own.to_le_bytes()));
    bytes.extend([2_u16, 16].iter().flat_map(|own| own.to_le_bytes()));
    bytes.extend(b"data");
    bytes.extend(length.to_le_bytes());
    for at in 0..RATE {
        let time = f64::from(at) / f64::from(RATE);
        let loudness = (std::f64::consts::TAU * 2.0 * time).sin().abs();
        let value = 0.5 * loudness * (std::f64::consts::TAU * hertz * time).sin();
        bytes.extend(((value * f64::from(i16::MAX)) as i16).to_le_bytes());
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Folder;

    #[test]
    fn a_tone_is_found_again_and_no_other() {
        let folder = Folder::temporary().unwrap();
        let path = folder.path().join("tone.wav");
        write_tone(&path, 880.0).unwrap();
        let mono = fs::read(&path).unwrap();
        // The same on two channels, with silence behind it.
        let mut both = mono[..HEAD].to_vec();
        mono[HEAD..].chunks_exact(2).for_each(|own| both.extend([own, own].concat()));
        both.extend(vec![0; 4 * RATE as usize]);
        fs::write(&path, both).unwrap();
        let recording = Recording::read(&path).unwrap();
        assert_eq!(recording.seconds(), 2.0);
        assert!(recording.has_at(0.5, 880.0));
        assert!(!recording.has_at(0.5, 700.0) && !recording.has_at(0.5, 1320.0));
        assert!(!recording.has_at(1.5, 880.0));
    }
}
