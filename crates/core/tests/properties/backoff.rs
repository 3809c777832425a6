//! How long is waited.

use frontdesk_core::backoff::{FIRST_MS, LONGEST_HINT_MS, LONGEST_MS, Tries, delay_ms};
use proptest::prelude::*;

proptest! {
    #![proptest_config(super::cases(256))]

    #[test]
    fn a_wait_lies_between_nothing_and_its_ceiling_or_is_what_the_server_asks_for(
        attempt in prop_oneof![0_u32..12, any::<u32>()], server_ms in prop_oneof![Just(0_u64), 0_u64..60_000, any::<u64>()], chance: u128,
    ) {
        let hint = server_ms.min(LONGEST_HINT_MS);
        let ceiling = FIRST_MS.saturating_mul(2_u64.saturating_pow(attempt)).min(LONGEST_MS);
        let delay = delay_ms(attempt, server_ms, chance);
        prop_assert!(delay <= ceiling.max(hint));
        prop_assert!(delay >= hint);
    }

    #[test]
    fn the_whole_range_is_used(attempt in 0_u32..10) {
        let ceiling = (FIRST_MS << attempt).min(LONGEST_MS);
        prop_assert_eq!(delay_ms(attempt, 0, 0), 0);
        prop_assert_eq!(delay_ms(attempt, 0, u128::from(ceiling)), ceiling);
    }

    #[test]
    fn hurrying_never_goes_below_what_the_server_asked_for(
        fails in proptest::collection::vec((0_u64..100_000, 0_u64..100_000, any::<u128>()), 1..10),
    ) {
        let mut tries = Tries::default();
        let mut now = 1_000;
        let mut asked = 0;
        for (pause, server_ms, chance) in fails {
            now += pause;
            tries.fail(now, server_ms, chance);
            asked = if server_ms == 0 { 0 } else { now + server_ms };
        }
        tries.hurry();
        prop_assert!(tries.next_ms() >= asked);
        tries.renew();
        prop_assert!(tries.next_ms() >= asked);
        prop_assert_eq!(tries.failed(), 0);
        tries.succeed();
        prop_assert_eq!(tries, Tries::default());
    }
}
