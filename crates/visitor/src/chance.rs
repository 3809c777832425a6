//! Chance from a seed, the same on every machine.

/// The finaliser of SplitMix64.
fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One number for these words; a change of any of them changes it.
pub fn mix(words: &[u64]) -> u64 {
    words.iter().fold(0x9e37_79b9_7f4a_7c15, |state, word| {
        finish(state.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ finish(word.wrapping_add(0x632b_e59b_d9b4_e019)))
    })
}

/// An endless row of numbers.
#[derive(Clone, Debug)]
pub struct Chance {
    seed: u64,
    drawn: u64,
}

impl Chance {
    /// The row that belongs to this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.drawn = self.drawn.wrapping_add(1);
        mix(&[self.seed, self.drawn])
    }

    /// The next 128 bits.
    pub fn next_u128(&mut self) -> u128 {
        (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_has_one_row_and_neighbours_have_others() {
        let row = |seed| {
            let mut chance = Chance::new(seed);
            std::array::from_fn::<_, 64, _>(|_| chance.next_u64())
        };
        assert_eq!(row(7), row(7));
        let all: BTreeSet<u64> = (0..64).flat_map(row).collect();
        assert_eq!(all.len(), 64 * 64);
    }

    #[test]
    fn places_of_words_count() {
        assert_ne!(mix(&[1, 2]), mix(&[2, 1]));
        assert_ne!(mix(&[0]), mix(&[0, 0]));
    }
}
