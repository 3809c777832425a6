//! Replays real dialogues through a real proxy and a sandbox centre, and compares what was typed with what was read.
//!
//! Histories are taken outside the code under test: at the visitors' keyboards and screens, and at the agents' desk.
//!
//! # Layout
//! - [`options`], [`switches`]: the command line; [`run()`]: the whole of it
//! - [`dialogue`]: dialogues and whose turn it is; [`conversation`]: one dialogue as it is played
//! - [`visit`]: the visitor's side; [`desk`]: the agent's side
//! - [`outcome`]: one conversation judged; [`attribution`]: which fault explains what; [`report`]: figures and table
//! - [`centre`]: the sandbox's control; [`processes`]: proxies and sandbox as child processes; [`store`]: theirs;
//!   [`sockets`]: what lies between them

pub mod attribution;
pub mod centre;
pub mod conversation;
pub mod desk;
pub mod dialogue;
pub mod options;
pub mod outcome;
pub mod processes;
mod progress;
pub mod report;
pub mod run;
pub mod sockets;
pub mod store;
pub mod switches;
pub mod visit;

pub use options::Options;
pub use run::run;
pub use switches::Switches;
