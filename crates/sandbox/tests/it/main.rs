//! The sandbox from outside: through its router, and over sockets.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod control;
mod desk;
mod faults;
mod sockets;
mod support;
mod tokens;
mod vendor;
mod wire;
