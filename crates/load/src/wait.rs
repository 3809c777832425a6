//! Waiting for what a user would wait for.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tokio::time::{Instant, sleep, timeout_at};

/// Longer than anything should take that a user waits for, on a busy machine.
pub const SOON: Duration = Duration::from_secs(20);
/// A look that began in time may take so much longer.
const STUCK: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(40);

/// Looks until it succeeds, at most [`SOON`].
///
/// # Errors
///
/// What was waited for, and why the last look failed.
pub async fn until<T>(what: &str, look: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    within(SOON, what, look).await
}

/// Looks until it succeeds or the time is over.
///
/// # Errors
///
/// What was waited for, and why the last look failed.
pub async fn within<T>(time: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + time;
    loop {
        let look = timeout_at(deadline + STUCK, look()).await;
        match look.unwrap_or_else(|_| Err(anyhow!("the look did not end"))) {
            Ok(seen) => return Ok(seen),
            Err(reason) if Instant::now() >= deadline => {
                return Err(reason).with_context(|| format!("{what}: not within {} s", time.as_secs()));
            }
            Err(_) => sleep(BETWEEN_LOOKS).await,
        }
    }
}
