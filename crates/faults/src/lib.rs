#![doc = include_str!("../README.md")]
//!
//! # Layout
//! - [`plan`]: which exchange meets which fault; [`kind`]: what faults there are
//! - [`proxy`]: the running proxy; its exchanges (HTTP), its lines (TCP), its upstreams
//! - [`mod@log`]: what was injected; [`control`]: changing the plan from outside

mod chance;
pub mod control;
mod exchange;
pub mod kind;
mod line;
pub mod log;
pub mod plan;
pub mod proxy;
mod upstreams;

pub use kind::{Kind, Toxic};
pub use log::{Entry, Figures};
pub use plan::{Class, Plan};
pub use proxy::{Level, Proxy, Settings};
