//! SIP as far as a telephone in a browser needs it (RFC 3261 over RFC 7118).

pub(crate) mod address;
pub(crate) mod digest;
mod message;
mod parse;

pub(crate) use message::{Headers, Message, Request, Response};
pub(crate) use parse::parse;
pub use parse::{MESSAGE_MAX_BYTES, ParseError};

/// Reads one message and says what it is, for a check from outside: its first word or its status.
///
/// # Errors
/// Names what is wrong.
pub fn check(bytes: &[u8]) -> Result<String, ParseError> {
    Ok(match parse(bytes)? {
        Message::Request(request) => request.method,
        Message::Response(response) => response.status.to_string(),
    })
}
