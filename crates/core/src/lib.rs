//! The pure machines behind a Frontdesk visitor: they decide, a driver does.
//!
//! [`Session::handle`] takes the time, some chance and one [`Input`], and answers with [`Effect`]s: requests to send,
//! records to keep, changes to show. No browser, no clock, no randomness, no async: the browser's driver, a native
//! visitor and the tests run the same machine.
//!
//! # Layout
//! - [`session`]: [`Session`], the only entry; one file per concern below it
//! - [`input`], [`effect`]: everything that can happen, everything that can be asked for
//! - [`outbox`], [`payload`]: what the visitor sent and the centre does not have yet
//! - [`transcript`]: what is shown, in order; local echo meets remote echo here
//! - [`text`]: what of a text is sent
//! - [`failure`], [`backoff`]: what a failure means for the next step, and how long to wait
//! - [`snapshot`]: what survives a reload
//! - [`tabs`]: which of several tabs holds the long poll
//! - [`call`]: calls from the page, a machine of its own beside the session: it is loaded when a call is wanted

pub mod backoff;
pub mod call;
pub mod effect;
pub mod failure;
pub mod input;
pub mod now;
pub mod outbox;
pub mod payload;
pub mod session;
pub mod snapshot;
pub mod tabs;
pub mod text;
pub mod transcript;

pub use effect::{Call, Effect, RequestId, Upload};
pub use failure::Failure;
pub use input::{Answer, Input, NewFile, Role};
pub use now::Now;
pub use session::{Connection, HistoryState, Identity, LeaveState, RatingState, Session, Settings, Stage};
pub use snapshot::{Record, RecordKey, Saved};
pub use transcript::{Change, Entry, EntryKind, MineState, Transcript};
