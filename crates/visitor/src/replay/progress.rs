//! How far the run is: a bar on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Plain lines appear at every such part of the whole.
const PARTS: u64 = 20;
/// And after so long without one: under many faults turns are slow, and nobody should have to wonder.
const SILENCE: Duration = Duration::from_secs(15);

#[derive(Debug)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    total: u64,
    done: AtomicU64,
    begun: Instant,
}

impl Progress {
    pub(super) fn new(total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} turns  {elapsed} (eta {eta})");
            let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_secs(1));
            bar
        });
        Self { bar, total: total.max(1), done: AtomicU64::new(0), begun: Instant::now() }
    }

    /// Says from time to time that the run still runs. Never ends.
    pub(super) async fn watch(&self) {
        let mut next = Instant::now() + SILENCE;
        loop {
            sleep_until(next).await;
            if self.bar.is_none() {
                self.say(self.done.load(Ordering::Relaxed));
            }
            next += SILENCE;
        }
    }

    fn say(&self, done: u64) {
        eprintln!("{done} of {} turns after {} s", self.total, self.begun.elapsed().as_secs());
    }

    pub(super) fn advance(&self, turns: u64) {
        let before = self.done.fetch_add(turns, Ordering::Relaxed);
        match &self.bar {
            Some(bar) => bar.inc(turns),
            None => {
                let part = |done: u64| done * PARTS / self.total;
                let now = before + turns;
                if part(now) > part(before) {
                    self.say(now);
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
