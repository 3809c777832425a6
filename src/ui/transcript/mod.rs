//! The conversation. Hand-written on the DOM, since a list of 10,000 messages must take one more as fast as one of 100.
//!
//! # Layout
//! - [`group`], [`link`]: pure; who stands together, what is a link
//! - `view`: keeps the rows equal to the transcript
//! - `blocks`: rows in blocks of 64 that the browser may skip
//! - `row`: one entry as nodes
//! - `scroll`: the place where the visitor reads
//! - `keys`: arrows from message to message
//! - `announce`: what screen readers say, once

pub mod group;
pub mod link;

#[cfg(target_arch = "wasm32")]
mod announce;
#[cfg(target_arch = "wasm32")]
mod blocks;
#[cfg(target_arch = "wasm32")]
mod keys;
#[cfg(target_arch = "wasm32")]
mod row;
#[cfg(target_arch = "wasm32")]
mod scroll;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::{Deed, Surroundings, TranscriptView};
