//! The sandbox from outside: through its router, and over sockets.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod calls;
mod control;
mod desk;
mod faults;
mod files;
mod gateway;
mod leave;
mod push;
mod quirks;
mod record;
mod robot;
mod scenarios;
mod sockets;
mod support;
mod switches;
mod tokens;
mod vendor;
mod wire;
