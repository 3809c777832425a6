//! What must hold for whatever the readers of the proxy make of hostile input. Each check is written against the promise,
//! not against the code that keeps it.
//!
//! # Layout
//! - [`nodes`]: rich text
//! - [`content`]: messages and files
//! - [`json`]: the vendor's objects, made of raw bytes

pub mod content;
pub mod json;
pub mod nodes;

use frontdesk_proxy::config::{CallLinks, PictureOrigins};
use std::sync::LazyLock;

/// Links of agents that start a call, so that this path is taken too.
pub static LINKS: LazyLock<CallLinks> = LazyLock::new(|| {
    let patterns = |text: &str| vec![text.to_owned()];
    CallLinks::read(&patterns("https://call.example/join*"), &patterns("https://call.example/video*"))
        .expect("the patterns are good")
});

/// Where pictures of agents and robots may lie, so that this path is taken too.
pub static PICTURES: LazyLock<PictureOrigins> = LazyLock::new(|| {
    let origins = ["https://img.example", "http://127.0.0.1:8181"].map(String::from);
    PictureOrigins::read(origins.to_vec()).expect("the origins are good")
});
