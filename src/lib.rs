//! The Frontdesk widget: a contact centre's front desk in a web page.
//!
//! The decisions are made by [`frontdesk_core`]; what is here performs them in a browser and draws the result.
//!
//! # Layout
//! - [`ui`]: one folder per view; what needs no browser (texts, grouping, links, view state) also runs natively
//! - [`wire`]: reads what proxy and storage hold
//! - `calls`: the same for a call, in the part that is loaded for it
//! - `entrance`: greets, before there is a session; `ahead`: what it was told; `engine`: what runs one, as the views see it
//! - `driver`: performs the core's effects through the ports and feeds the results back; decides nothing
//! - `web`: one browser effect per file, each a handle that stops when it is dropped
//! - `farewell`: signing out, and erasing
//! - `lazy`: parts that are loaded when they are first needed
//! - `embed`: the exported API, `mount` and its handle, and the Leptos component `FrontDesk`
//! - `bench`: exports for measuring a long transcript (feature `bench`)
//!
//! `ahead`, `entrance`, `engine`, `driver`, `calls`, `web`, `embed` and the views exist on `wasm32` only, so that native tests stay light.

pub mod ui;
pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod ahead;
#[cfg(all(target_arch = "wasm32", feature = "bench"))]
mod bench;
#[cfg(target_arch = "wasm32")]
pub mod calls;
#[cfg(target_arch = "wasm32")]
pub mod driver;
#[cfg(target_arch = "wasm32")]
pub mod embed;
#[cfg(target_arch = "wasm32")]
pub mod engine;
#[cfg(target_arch = "wasm32")]
pub mod entrance;
#[cfg(target_arch = "wasm32")]
pub mod farewell;
#[cfg(target_arch = "wasm32")]
pub mod lazy;
#[cfg(target_arch = "wasm32")]
pub mod web;

#[cfg(target_arch = "wasm32")]
pub use embed::{FrontDesk, Handle, Settings, mount};
