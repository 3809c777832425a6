//! How long is waited.

use frontdesk_core::backoff::{
    EASED_MS, FIRST_MS, LONGEST_HINT_MS, LONGEST_MS, PROBE_MS, PROBES, RELY_MS, Tries, delay_ms,
};
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
        tries.probe(now, 0);
        prop_assert!(tries.next_ms() >= asked);
        tries.ease(now, 0);
        prop_assert!(tries.next_ms() >= asked);
        tries.hurry();
        prop_assert!(tries.next_ms() >= asked);
        tries.renew();
        prop_assert!(tries.next_ms() >= asked);
        prop_assert_eq!(tries.failed(), 0);
        tries.succeed();
        prop_assert_eq!(tries, Tries::default());
    }

    #[test]
    fn what_got_through_shortens_the_wait_and_what_relies_on_it_waits(fails in 1_u32..40, now in 1_u64..1_000_000, chance: u128) {
        let mut tries = Tries::default();
        for _ in 0..fails {
            tries.fail(now, 0, u128::from(LONGEST_MS));
        }
        let own = tries.next_ms();
        let mut probe = tries;
        probe.probe(now, chance);
        prop_assert!(probe.next_ms() <= own);
        prop_assert!(fails > PROBES || probe.next_ms() <= now + PROBE_MS);
        prop_assert!(fails <= PROBES || probe.next_ms() == own);
        tries.rely(now);
        prop_assert!(tries.next_ms() >= now + RELY_MS);
        tries.ease(now, chance);
        prop_assert!((now..=now + EASED_MS).contains(&tries.next_ms()));
        prop_assert_eq!(tries.failed(), fails);
    }

    #[test]
    fn what_was_answered_waits_by_its_own_count_and_nothing_shortens_that(fails in 0_u32..40, holds in 1_u32..12, now in 1_u64..1_000_000, chance: u128) {
        let mut tries = Tries::default();
        for _ in 0..fails {
            tries.fail(now, 0, chance);
        }
        for held in 0..holds {
            tries.hold(now, chance);
            prop_assert_eq!(tries.next_ms(), now + delay_ms(held, 0, chance));
            let before = tries.next_ms();
            tries.ease(now, chance);
            prop_assert_eq!(tries.next_ms(), before);
        }
        tries.fail(now, 0, chance);
        tries.hold(now, chance);
        prop_assert_eq!(tries.failed(), 1, "what failed since is another matter");
    }
}
