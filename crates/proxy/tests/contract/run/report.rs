//! What is said at the end: what was not offered, and what was done to the centre.

use crate::harness::{Dialect, Offer};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts while the tests run.
#[derive(Default)]
pub(super) struct Report {
    missing: Mutex<BTreeMap<(&'static str, Offer), u32>>,
    opened: AtomicU32,
}

impl Report {
    /// A check met something that the centre does not have.
    pub(super) fn not_offered(&self, dialect: Dialect, offer: Offer) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        *missing.entry((dialect.word(), offer)).or_default() += 1;
    }

    /// So many conversations were opened at a centre that is not ours.
    pub(super) fn opened(&self, count: u32) {
        self.opened.store(count, Ordering::Relaxed);
    }

    /// `not offered: 4 checks (2.5 history 3, 2.5 survey 1); conversations opened: 2`
    pub(super) fn closing_line(&self) -> String {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let total: u32 = missing.values().sum();
        let named: Vec<String> =
            missing.iter().map(|((dialect, offer), n)| format!("{dialect} {} {n}", offer.word())).collect();
        let named = if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) };
        let opened = match self.opened.load(Ordering::Relaxed) {
            0 => String::new(),
            count => format!("; conversations opened: {count}"),
        };
        format!("not offered: {total} checks{named}{opened}")
    }
}
