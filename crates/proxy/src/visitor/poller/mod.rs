//! One poller per visitor with an open conversation: fetches, journals durably, then notifies.
//!
//! # Layout
//! - `fetch`: what is asked, and how it is kept
//! - [`pacing`]: when to poll
//! - [`intake`]: what came, as events
//! - [`readings`]: when to look for lost answers; [`recover`]: what they held
//! - [`task`]: the effects

pub(crate) mod fetch;
pub mod intake;
pub mod pacing;
pub mod readings;
pub mod recover;
pub mod task;
