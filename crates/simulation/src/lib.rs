//! The delivery promise in virtual time: native visitors on the widget's core, the real proxy, the real adapter and the
//! sandbox centre on one thread, with faults on every way, all from one seed. The same seed is the same history, bit for
//! bit.
//!
//! # Layout
//! - [`options`]: one run and the command that repeats it
//! - [`world`]: puts everything together and lets it happen
//! - [`links`]: the ways from visitors to proxies, from proxies to the centre and to the store, and their faults
//! - [`fleet`]: proxies that are started, killed and restarted
//! - [`people`]: who types: visitors and an agent
//! - [`record`]: what was typed, read and injected, outside the code under test
//! - [`prove`], [`report`]: many runs, and their figures
//! - [`bounds`]: what is promised in time and in requests
//! - [`judge`]: lost, duplicated, unexpected, recovered, inversions, unconfirmed, and what explains them

#[cfg(not(tokio_unstable))]
compile_error!(
    "build with `--cfg tokio_unstable`, as `cargo xtask simulate` does: without a seed for tokio no run repeats"
);

pub mod bounds;
pub mod fleet;
pub mod judge;
pub mod links;
pub mod options;
pub mod people;
pub mod prove;
pub mod record;
pub mod report;
pub mod world;

/// The same for the program and its tests.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use judge::Figures;
pub use options::Options;
pub use world::run;
