//! The conversation. Hand-written on the DOM, since a list of 10,000 messages must take one more as fast as one of 100.
//!
//! # Layout
//! - [`group`], [`link`], [`plain`]: pure; who stands together, what is a link, a rich text in words
//! - `part`: loads all of this when there is something to read
//! - `view`: keeps the rows equal to the transcript
//! - `blocks`: rows in blocks of 64 that the browser may skip
//! - `row`, `body`, `rich`: one entry as nodes
//! - `media`: pictures and players by ticket
//! - `older`: the way to earlier messages
//! - `modal`, `lightbox`, `reason`: what lies over the panel for a moment
//! - `scroll`: the place where the visitor reads
//! - `keys`: arrows from message to message
//! - `announce`: what screen readers say, once

pub mod group;
pub mod link;
pub mod plain;

#[cfg(target_arch = "wasm32")]
mod announce;
#[cfg(target_arch = "wasm32")]
mod blocks;
#[cfg(target_arch = "wasm32")]
mod body;
#[cfg(target_arch = "wasm32")]
mod keys;
#[cfg(target_arch = "wasm32")]
mod lightbox;
#[cfg(target_arch = "wasm32")]
mod media;
#[cfg(target_arch = "wasm32")]
mod modal;
#[cfg(target_arch = "wasm32")]
mod older;
#[cfg(target_arch = "wasm32")]
mod part;
#[cfg(target_arch = "wasm32")]
mod reason;
#[cfg(target_arch = "wasm32")]
mod rich;
#[cfg(target_arch = "wasm32")]
mod row;
#[cfg(target_arch = "wasm32")]
mod scroll;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use part::conversation;
#[cfg(target_arch = "wasm32")]
pub use view::{Conversation, Deed, Surroundings, TranscriptView};
