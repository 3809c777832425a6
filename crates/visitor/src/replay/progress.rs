//! How far the run is: a bar on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};

/// Plain lines appear at every such part of the whole.
const PARTS: u64 = 20;

#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    total: u64,
    done: AtomicU64,
}

impl Progress {
    pub(super) fn new(total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} turns  {elapsed} (eta {eta})");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, total: total.max(1), done: AtomicU64::new(0) }
    }

    pub(super) fn advance(&self, turns: u64) {
        let before = self.done.fetch_add(turns, Ordering::Relaxed);
        match &self.bar {
            Some(bar) => bar.inc(turns),
            None => {
                let part = |done: u64| done * PARTS / self.total;
                let now = before + turns;
                if part(now) > part(before) {
                    eprintln!("{now} of {} turns", self.total);
                }
            }
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
