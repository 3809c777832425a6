//! Who a visitor is, by the word of the site: a short-lived token that the site's server has signed.
//!
//! A token is a JWT (RFC 7519) in the compact form of JWS (RFC 7515). The key decides how it is verified; what the
//! token says of itself must agree, and decides nothing.
//!
//! # Layout
//! - [`key`]: the site's keys
//! - [`token`]: reading and verifying a token
//! - [`reach`]: which numbers staff may call

pub mod key;
pub mod reach;
pub mod token;

pub use key::Key;
pub use reach::Reach;
pub use token::{Claims, Refusal};

use frontdesk_contract::MAX_IDENTITY_BYTES;

/// Whether and how a site says who its visitors are.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Whether tokens are taken, or needed.
    pub mode: Mode,
    /// The keys that may have signed them, told apart by their names; several while one takes the place of another.
    pub keys: Vec<Key>,
}

/// Whether tokens are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// None is: all visitors are anonymous.
    #[default]
    Off,
    /// Visitors may be anonymous, or identified by a token.
    Optional,
    /// Without a token no session is opened.
    Required,
}

impl Identity {
    /// Verifies a token for a desk at a time, in epoch milliseconds. Whether it was used before, the store knows.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn verify(&self, desk: &str, token: &str, now_ms: u64) -> Result<Claims, Refusal> {
        if self.mode == Mode::Off {
            return Err(Refusal::NotTaken);
        }
        if token.len() > MAX_IDENTITY_BYTES {
            return Err(Refusal::TooLong);
        }
        token::verify(&self.keys, desk, token, now_ms)
    }
}

#[cfg(test)]
mod tests;
