#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod behaviour;
mod events;
mod gateway;
mod media;
mod settings;
mod signalling;
pub mod sip;
mod socket;

pub use events::{CallNews, GatewayEvent, OpenCall, Side};
pub use gateway::{Gateway, LineError};
pub use media::Traffic;
pub use settings::Settings;
