//! Files that the visitor sends: choosing, dropping and pasting; what they are, and what pictures tell beside; the strip
//! of what will be sent.
//!
//! The buttons and the tray come with the first load. The rest is a part of its own, loaded with the first file.

pub mod clean;
pub mod sniff;

#[cfg(target_arch = "wasm32")]
mod buttons;
#[cfg(target_arch = "wasm32")]
mod prepare;
#[cfg(target_arch = "wasm32")]
mod strip;
#[cfg(target_arch = "wasm32")]
mod tray;

#[cfg(target_arch = "wasm32")]
pub use buttons::{buttons, pick, target};
#[cfg(target_arch = "wasm32")]
pub use tray::{Tray, tray};
