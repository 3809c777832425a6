#![doc = include_str!("../README.md")]
//!
//! # Layout
//! - [`visitor`]: the handle of one visitor; [`driver`] performs what its session asks for, [`view`] is what it sees
//! - [`link`]: the way to the proxy, with faults from a seed
//! - [`http`]: clients for loopback; [`stop`]: being asked to end
//! - [`storage`], [`clock`], [`chance`]: what a browser would bring
//! - [`checker`]: compares what was said with what was heard
//! - [`replay`]: dialogues, scripted agents, real processes, the report
//! - [`mod@bench`]: cost of a long transcript, sends per second

pub mod bench;
pub mod chance;
pub mod checker;
pub mod clock;
pub mod driver;
pub mod http;
pub mod link;
pub mod replay;
pub mod stop;
pub mod storage;
pub mod view;
pub mod visitor;

pub use driver::Picked;
pub use link::{FaultKind, FaultLog, FaultPlan, Link};
pub use storage::Storage;
pub use view::View;
pub use visitor::{Setup, Visitor};
