//! The exercises, each in a file of its own.
//!
//! An exercise is a struct of its sizes with two values, `small()` for a test and `full()` for figures, and
//! `run(&self, program)`, which starts what it needs, fails where a count or a size is not as promised, and tells the rest in a
//! [`Report`]. To add one: its file, a variant of [`Exercise`], a test in `crates/proxy/tests/load.rs`, and marks for its figures
//! in `docs/scaling.md`.

pub mod drain;
pub mod forwarded;
pub mod isolation;
pub mod listeners;
pub mod relay;
pub mod slow;

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;

use crate::report::Report;

/// An exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Exercise {
    /// Connections that send next to nothing, or do not read.
    Slow,
    /// Requests that say they come from elsewhere.
    Forwarded,
    /// A desk whose centre is dead, beside one whose centre is not.
    Isolation,
    /// A proxy that goes down at full load.
    Drain,
    /// Visitors who listen, and say next to nothing.
    Listeners,
    /// Messages one after another, beside an nginx.
    Relay,
}

/// How large it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For a test.
    Small,
    /// For figures.
    Full,
}

impl Exercise {
    /// Does it with this program `frontdesk`.
    ///
    /// # Errors
    ///
    /// What is not as promised, or could not be tried.
    pub async fn run(self, size: Size, program: &Path) -> Result<Report> {
        match (self, size) {
            (Self::Slow, Size::Small) => slow::Slow::small().run(program).await,
            (Self::Slow, Size::Full) => slow::Slow::full().run(program).await,
            (Self::Forwarded, Size::Small) => forwarded::Forwarded::small().run(program).await,
            (Self::Forwarded, Size::Full) => forwarded::Forwarded::full().run(program).await,
            (Self::Isolation, Size::Small) => isolation::Isolation::small().run(program).await,
            (Self::Isolation, Size::Full) => isolation::Isolation::full().run(program).await,
            (Self::Drain, Size::Small) => drain::Drain::small().run(program).await,
            (Self::Drain, Size::Full) => drain::Drain::full().run(program).await,
            (Self::Listeners, Size::Small) => listeners::Listeners::small().run(program).await,
            (Self::Listeners, Size::Full) => listeners::Listeners::full().run(program).await,
            (Self::Relay, Size::Small) => relay::Relay::small().run(program).await,
            (Self::Relay, Size::Full) => relay::Relay::full().run(program).await,
        }
    }
}
