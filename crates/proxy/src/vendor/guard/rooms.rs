//! How many requests of one desk are under way at one time, and how many wait for that: kinds of requests apart, so that
//! polls never hold up what a visitor does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For one kind of requests.
#[derive(Debug)]
pub(super) struct Room {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
    patience: Duration,
}

/// Why there was no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crowded {
    /// Too many wait already.
    Full,
    /// None became free in time.
    Late,
}

/// One that waits, counted as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Room {
    /// So many at one time; so many wait, each so long.
    pub(super) fn new(places: usize, waiting_max: usize, patience: Duration) -> Self {
        let places = Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS)));
        Self { places, waiting: AtomicUsize::new(0), waiting_max, patience }
    }

    /// A place, which is free again when what this answers is dropped. First come, first served.
    pub(super) async fn enter(&self) -> Result<OwnedSemaphorePermit, Crowded> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Ok(place);
        }
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= self.waiting_max {
            return Err(Crowded::Full);
        }
        match tokio::time::timeout(self.patience, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            // The places are never taken away, so only time ends this.
            Ok(Err(_)) | Err(_) => Err(Crowded::Late),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_waits_and_the_first_gets_the_next() {
        let room = Room::new(1, 2, PATIENCE);
        let held = room.enter().await.unwrap();
        let mut first = Box::pin(room.enter());
        let mut second = Box::pin(room.enter());
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        assert_eq!(room.enter().await.unwrap_err(), Crowded::Full);
        drop(held);
        assert!(second.as_mut().now_or_never().is_none());
        let held = first.await.unwrap();
        assert_eq!(second.await.unwrap_err(), Crowded::Late);
        drop(held);
        assert!(room.enter().now_or_never().unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_makes_room_for_another_to_wait() {
        let room = Room::new(1, 1, PATIENCE);
        let held = room.enter().await.unwrap();
        for _ in 0..10 {
            let mut waits = Box::pin(room.enter());
            assert!(waits.as_mut().now_or_never().is_none());
        }
        let waits = room.enter();
        let (place, ()) = tokio::join!(waits, async { drop(held) });
        assert!(place.is_ok());
    }
}
