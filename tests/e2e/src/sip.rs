//! Calls by the softphone alone: a page without a desk, real gateways and telephones behind it, and gateways that do
//! what no well-behaved one does.

mod gateway;
mod lab;
mod phone;
mod scene;
mod site;

pub use gateway::{Gateway, Line, reply};
pub use lab::{Lab, recording_has};
pub use phone::{AgentPage, Phone};
pub use scene::{Scene, scene};
pub use site::Site;

use std::path::PathBuf;

/// Where configurations and scenarios lie.
fn folder() -> PathBuf {
    crate::root().join("tests/e2e/sip")
}
