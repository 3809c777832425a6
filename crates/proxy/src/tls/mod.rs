//! TLS on the public listener: 1.2 and 1.3, with HTTP/2 where the client has it.
//!
//! # Layout
//! - [`certificate`]: a certificate with its key, read and checked
//! - [`keeper`]: the one that new connections get, and its replacement

pub mod certificate;
pub mod keeper;

pub use certificate::{Certificate, Files, Wrong};
pub use keeper::Keeper;
