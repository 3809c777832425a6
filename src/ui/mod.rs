//! What the visitor sees. Views draw from [`view_state::ViewState`] and emit inputs; they call no port and keep no
//! data of the conversation.

#[cfg(test)]
mod accent;
pub mod attach;
pub mod composer;
pub mod telling;
pub mod text;
pub mod transcript;
pub mod view_state;

#[cfg(target_arch = "wasm32")]
pub mod call;
#[cfg(target_arch = "wasm32")]
pub mod context;
#[cfg(target_arch = "wasm32")]
pub mod dock;
#[cfg(all(target_arch = "wasm32", feature = "gallery"))]
pub mod gallery;
#[cfg(target_arch = "wasm32")]
pub mod icon;
pub mod leave;
#[cfg(target_arch = "wasm32")]
pub mod notices;
#[cfg(target_arch = "wasm32")]
pub mod order;
#[cfg(target_arch = "wasm32")]
pub mod panel;
#[cfg(target_arch = "wasm32")]
pub mod parts;
#[cfg(target_arch = "wasm32")]
pub mod rating;
#[cfg(target_arch = "wasm32")]
pub mod suggest;
#[cfg(target_arch = "wasm32")]
pub mod welcome;
#[cfg(target_arch = "wasm32")]
pub mod words;
