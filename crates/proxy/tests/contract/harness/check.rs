//! What a check is, and how one ends.

use super::{Offer, Target};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Why a check did not come to its end.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The centre does not have what the check is about; with what told so.
    NotOffered(Offer, String),
    /// The centre does not do what the documents say.
    Wrong(String),
}

impl From<reqwest::Error> for Stop {
    fn from(error: reqwest::Error) -> Self {
        Self::Wrong(format!("no whole answer: {}", error.without_url()))
    }
}

/// How a check ends.
pub(crate) type Verdict = Result<(), Stop>;

/// A check while it runs.
pub(crate) type Running = Pin<Box<dyn Future<Output = Verdict>>>;

/// One thing a centre must do by the documents.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    /// `file::function`.
    pub(crate) name: &'static str,
    pub(crate) run: fn(Arc<Target>) -> Running,
}

/// Lists the checks of a file: `async fn(&Target) -> Verdict`.
macro_rules! checks {
    ($($name:ident,)+) => {
        /// The checks of this file.
        pub(crate) const CHECKS: &[$crate::harness::Check] = &[$($crate::harness::Check {
            name: concat!(module_path!(), "::", stringify!($name)),
            run: |target| Box::pin(async move { $name(&target).await }),
        },)+];
    };
}

/// Stops the check with these words unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err($crate::harness::Stop::Wrong(format!($($words)+)));
        }
    };
}

pub(crate) use {checks, ensure};
