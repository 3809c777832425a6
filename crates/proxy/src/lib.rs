//! The Frontdesk proxy.

pub mod clock;
pub mod config;
pub mod store;
pub mod vendor;
