//! Where the visitor writes. The text lives in the browser's own field; a copy survives while another view is shown.

#[cfg(target_arch = "wasm32")]
mod enter;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::{TELL_FROM_PERCENT, composer};
