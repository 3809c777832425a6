//! One poller per visitor with an open conversation: fetches, journals durably, then notifies.
//!
//! # Layout
//! - `fetch`: what is asked, and how it is kept
//! - [`pacing`]: when to poll
//! - [`intake`]: what came, as events
//! - [`recover`]: what a lost answer held
//! - [`task`]: the effects

pub(crate) mod fetch;
pub mod intake;
pub mod pacing;
pub mod recover;
pub mod task;
