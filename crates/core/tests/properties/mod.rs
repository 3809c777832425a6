//! What holds whatever happens.

mod backoff;
mod delivery;
mod election;
mod pages;
mod panics;

use proptest::test_runner::{Config, FileFailurePersistence};

/// So many cases; seeds that fail are kept beside the source and tried first from then on.
fn cases(cases: u32) -> Config {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as _);
    Config { cases, failure_persistence, ..Config::default() }
}
