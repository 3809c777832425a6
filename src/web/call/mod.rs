//! The browser's side of a call: microphone and camera, the softphone, figures, tones, other tabs, requests. All of it
//! belongs to the part that is loaded when the call view is opened.

pub mod asks;
pub mod devices;
pub mod elsewhere;
pub mod figures;
pub mod levels;
pub mod media;
pub mod path;
pub(crate) mod plain;
pub mod small_window;
pub mod softphone;
pub mod ticker;
pub mod tones;

pub use elsewhere::Elsewhere;
pub use levels::Loud;
pub use media::{Media, News};
pub use softphone::{Line, Module};
pub use ticker::Ticker;
pub use tones::Tones;
