//! Ids, tokens and choices from a seed (SplitMix64). Not fit for secrets of real visitors.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A stream of reproducible numbers.
#[derive(Clone, Debug)]
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Seeded {
        Seeded(seed)
    }

    /// A stream of its own for each list of parts.
    pub(crate) fn of(seed: u64, parts: &[&str], nth: u64) -> Seeded {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
        let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        for part in parts {
            part.bytes().for_each(&mut eat);
            eat(0xff);
        }
        nth.to_le_bytes().into_iter().for_each(&mut eat);
        let mut stream = Seeded(hash ^ seed.rotate_left(32));
        stream.next();
        stream
    }

    /// A seed that differs at every start.
    pub(crate) fn fresh_seed() -> u64 {
        RandomState::new().build_hasher().finish()
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 when `limit` is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % (limit.max(1) as u64)) as usize
    }

    /// A number of at least 0 and below 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The form of a random UUID, as the centre's message codes have it.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff
        )
    }

    /// 128 bits as text.
    pub(crate) fn token(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_stream_and_others_another() {
        let first = |parts: &[&str], nth| Seeded::of(7, parts, nth).next();
        assert_eq!(first(&["poll", "v1"], 3), first(&["poll", "v1"], 3));
        assert_ne!(first(&["poll", "v1"], 3), first(&["poll", "v1"], 4));
        assert_ne!(first(&["poll", "v1"], 3), first(&["pollv", "1"], 3));
    }

    #[test]
    fn a_code_looks_like_a_uuid_and_is_never_repeated() {
        let mut ids = Seeded::new(1);
        let codes: std::collections::BTreeSet<String> = (0..1_000).map(|_| ids.uuid()).collect();
        assert_eq!(codes.len(), 1_000);
        assert!(codes.iter().all(|code| code.len() == 36 && code.as_bytes()[14] == b'4'));
    }
}
