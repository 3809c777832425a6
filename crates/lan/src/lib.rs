//! TLS before programs that listen on loopback, for as long as a demo runs: browsers give microphone and camera only to pages
//! that came by TLS, or from the machine itself.
//!
//! Each port of an address of the local network is served with one certificate of the machine's own, which nobody has signed,
//! and passed on byte for byte to the same port on loopback.
//!
//! # Layout
//! - [`certificate`]: the certificate
//! - [`front`]: the connections

pub mod certificate;
pub mod front;
