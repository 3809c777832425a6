//! Calls by the softphone alone: a page without a desk, real gateways and telephones behind it, and gateways that do
//! what no well-behaved one does. And calls by the panel, through the same gateway.

mod desk;
mod gateway;
mod lab;
mod phone;
mod recording;
mod scene;
mod site;

pub use desk::{CallPanel, Desk, desk, desk_within, distant_desk, probe};
pub use gateway::{Gateway, Line, reply};
pub use lab::{Asked, Lab};
pub use phone::{AgentPage, Phone};
pub use recording::Recording;
pub(crate) use recording::write_tone;
pub use scene::{Scene, scene};
pub use site::Site;

use std::path::PathBuf;

/// Where configurations and scenarios lie.
fn folder() -> PathBuf {
    crate::root().join("tests/e2e/sip")
}
