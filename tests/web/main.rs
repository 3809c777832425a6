//! The widget in a real browser: every port, every view.
//!
//! `cargo test --target wasm32-unknown-unknown --test web`, see `cargo xtask test`.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say what went wrong by failing"
)]

mod phone;
mod ports;
mod support;
mod views;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
