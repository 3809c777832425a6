//! Chance from a seed, the same on every machine.

/// The finaliser of SplitMix64.
fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One number for these words; a change of any of them changes it.
pub(crate) fn mix(words: &[u64]) -> u64 {
    words.iter().fold(0x9e37_79b9_7f4a_7c15, |state, word| {
        finish(state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ finish(word.wrapping_add(0x632b_e59b_d9b4_e019)))
    })
}

/// One number for a text.
pub(crate) fn mix_text(text: &[u8]) -> u64 {
    let words =
        text.chunks(8).map(|chunk| chunk.iter().fold(0u64, |word, byte| word << 8 | u64::from(*byte)));
    mix(&words.chain([text.len() as u64]).collect::<Vec<_>>())
}

/// Whether a number is among the first so many percent of all numbers.
pub(crate) fn falls(number: u64, percent: f64) -> bool {
    let share = (number >> 11) as f64 / (1u64 << 53) as f64;
    share * 100.0 < percent
}

/// A number from `low` to `high`, both included.
pub(crate) fn between(number: u64, [low, high]: [u64; 2]) -> u64 {
    low + number % (high.saturating_sub(low) + 1).max(1)
}
