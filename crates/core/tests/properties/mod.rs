//! What holds whatever happens.

mod backoff;
mod delivery;
mod election;
mod pages;
mod panics;
mod past;

use proptest::test_runner::{Config, FileFailurePersistence};

/// So many cases, times `PROPTEST_CASES` / 256; seeds that fail are kept beside the source and tried first from then on.
fn cases(cases: u32) -> Config {
    let usual = Config::default();
    let cases = (cases * usual.cases / 256).max(1);
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as _);
    Config { cases, failure_persistence, ..usual }
}
