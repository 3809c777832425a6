//! The rig of the journeys in `tests/`: Frontdesk as it is shipped, in front of a real browser.
//!
//! A [`Stack`] is a shop, the proxy's own binary and a sandbox centre, each on a free port of loopback. The shop is
//! on another site than the desk (`localhost` is not `127.0.0.1`), so that the panel's storage is that of a third
//! party. A [`Browser`] is driven by WebDriver, and [`pages`] know how a visitor and an agent use what they see: by
//! roles, names and the widget's own class names.
//!
//! [`sip`] is for calls, through the softphone alone or through the panel, against real gateways and telephones.
//! [`delivery`] counts what arrives while networks fail and programs are killed.
//! [`tabs`] is for a visitor with many of them.
//! [`axe`] looks at every screen as a screen reader would judge it.
//! [`hosts`] are websites that make it hard for a widget.
//! [`network`] puts the visitor's machine into a network of its own.
//!
//! [`story()`] puts these together for one test, and leaves screenshots and logs in `target/e2e` when it fails.

pub mod axe;
pub mod browser;
pub mod centre;
mod console;
pub mod delivery;
pub mod hosts;
pub mod network;
pub mod others;
pub mod pages;
pub mod sandbox;
pub mod shop;
pub mod sip;
pub mod stack;
mod story;
pub mod street;
pub mod tab;
pub mod tabs;

use std::path::PathBuf;

pub use browser::{Browser, Devices, Kind, Options};
pub use frontdesk_load::{process, wait};
pub use sandbox::Sandbox;
pub use stack::Stack;
pub use story::{Rig, story, story_of};
pub use tab::{In, Tab};
pub use wait::{SOON, until, within};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).map(PathBuf::from).unwrap_or(own)
}

/// Where screenshots and logs go.
#[must_use]
pub fn output() -> PathBuf {
    root().join("target/e2e")
}
