//! Time and chance, handed in with every input.

/// When an input happens, and fresh chance to go with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Epoch milliseconds of a clock that never goes back within one run.
    pub ms: u64,
    /// Fresh random bits, new for every call: ids and jitter are made of them.
    pub chance: u128,
}

impl Now {
    /// Takes the next 128 bits; the first are the ones handed in.
    pub(crate) fn draw(&mut self) -> u128 {
        let drawn = self.chance;
        let low = mix(drawn as u64 ^ 0x9e37_79b9_7f4a_7c15);
        let high = mix((drawn >> 64) as u64 ^ low);
        self.chance = (u128::from(high) << 64) | u128::from(low);
        drawn
    }
}

/// The finaliser of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_drawn_begins_with_the_chance_handed_in_and_does_not_repeat() {
        let mut now = Now { ms: 0, chance: 7 };
        let drawn: Vec<_> = (0..1_000).map(|_| now.draw()).collect();
        assert_eq!(drawn.first(), Some(&7));
        assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), drawn.len());
    }
}
