//! Through the proxy's own adapter: what it makes of each printed code, and how it gets on with a centre.

mod desk;
pub(crate) mod documented;
pub(crate) mod kinds;
pub(crate) mod live;
pub(crate) mod walk;

#[path = "../../cec_support/mod.rs"]
mod stub;
