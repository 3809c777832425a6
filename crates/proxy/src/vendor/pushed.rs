//! What a centre sends by itself instead of being polled.

use super::Downlink;

/// A request of the centre, without its body.
#[derive(Clone, Copy, Debug)]
pub struct PushHead<'a> {
    /// The method, such as `POST`.
    pub method: &'a str,
    /// The path as the centre sees it.
    pub path: &'a str,
    /// What stands behind `?`, as it was sent.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a axum::http::HeaderMap,
    /// When it came, epoch milliseconds.
    pub now_ms: u64,
}

/// The centre may send; goes with the body.
#[derive(Clone, Debug, Default)]
pub struct Admitted {
    /// What stands for this one request, which must not come with another body. Nothing where the key itself is sent.
    pub(super) once: Option<[u8; 32]>,
}

/// Why somebody who sends is not taken for the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushRefusal {
    /// This desk is polled.
    NotTaken,
    /// Nothing shows who it is.
    Missing,
    /// What should show it cannot be read.
    Malformed,
    /// Another key.
    Key,
    /// Signed too long ago, or in the future.
    Time,
    /// Not signed with the key, or something else was signed.
    Signature,
    /// The same signature came with another body.
    Replayed,
}

/// What one request brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PushedList {
    /// Messages, in their order.
    pub messages: Vec<Pushed>,
    /// What stood among them and is no message.
    pub malformed: usize,
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// Id of the visitor at the centre.
    pub user_id: String,
    /// What it says.
    pub items: Vec<Downlink>,
}
