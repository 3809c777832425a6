//! Whether anything goes on on a connection. HTTP/1 has its own limits for that; an HTTP/2 connection on which nobody asks and
//! nobody takes what is there would stay for ever, and hold its place.

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// Within the time, so much of what waits to be read has to be taken.
pub(super) const LEAST_BYTES: usize = 16 << 10;

/// The signs of life of one connection.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// It speaks HTTP/2.
    multiplexed: AtomicBool,
    /// Requests without an answer yet.
    asked: AtomicUsize,
    /// How often an answer has begun or gone on.
    beats: AtomicU64,
    /// Bytes that the other side has taken.
    taken: AtomicU64,
}

/// A request without an answer yet.
pub(super) struct Asked(Arc<Pulse>);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.asked.fetch_sub(1, Ordering::Relaxed);
        self.0.beat();
    }
}

impl Pulse {
    /// A request has come.
    pub(super) fn ask(self: &Arc<Self>, multiplexed: bool) -> Asked {
        self.multiplexed.store(multiplexed, Ordering::Relaxed);
        self.asked.fetch_add(1, Ordering::Relaxed);
        Asked(Arc::clone(self))
    }

    /// So many bytes were taken.
    pub(super) fn take(&self, bytes: usize) {
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends when for `patience`, and less than twice as long, nobody has asked, nothing was answered and next to nothing taken.
    pub(super) async fn stops(&self, patience: Duration) {
        loop {
            let (beats, taken) = (self.beats.load(Ordering::Relaxed), self.taken.load(Ordering::Relaxed));
            tokio::time::sleep(patience).await;
            let still = self.asked.load(Ordering::Relaxed) == 0
                && self.beats.load(Ordering::Relaxed) == beats
                && self.taken.load(Ordering::Relaxed) - taken < LEAST_BYTES as u64;
            if still && self.multiplexed.load(Ordering::Relaxed) {
                return;
            }
        }
    }
}

/// The body of an answer, each part of which is a sign of life.
pub(super) struct Beating {
    body: Body,
    pulse: Arc<Pulse>,
}

impl Beating {
    pub(super) fn new(body: Body, pulse: Arc<Pulse>) -> Self {
        Self { body, pulse }
    }
}

impl hyper::body::Body for Beating {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        self.pulse.beat();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, sleep, timeout};

    const PATIENCE: Duration = Duration::from_secs(30);

    async fn lasts(pulse: &Pulse, while_: impl Future<Output = ()>) -> Option<Duration> {
        let began = Instant::now();
        tokio::select! {
            ended = timeout(10 * PATIENCE, pulse.stops(PATIENCE)) => ended.ok().map(|()| began.elapsed()),
            () = async { while_.await; std::future::pending::<()>().await } => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_on_which_nothing_goes_on_is_over_and_no_other() {
        let pulse = Arc::new(Pulse::default());
        assert_eq!(lasts(&pulse, async {}).await, None, "whoever has not asked yet is waited for elsewhere");
        drop(pulse.ask(false));
        assert_eq!(lasts(&pulse, async {}).await, None, "HTTP/1 has limits of its own");
        let asked = pulse.ask(true);
        assert_eq!(lasts(&pulse, async {}).await, None, "a request is under way");
        drop(asked);
        assert_eq!(lasts(&pulse, async {}).await, Some(PATIENCE));
        let slowly = async {
            for _ in 0..4 {
                sleep(PATIENCE * 2 / 3).await;
                pulse.take(20 << 10);
            }
        };
        assert_eq!(lasts(&pulse, slowly).await, Some(4 * PATIENCE));
        let pings = async {
            loop {
                sleep(Duration::from_secs(1)).await;
                pulse.take(17);
            }
        };
        assert_eq!(lasts(&pulse, pings).await, Some(PATIENCE));
    }
}
