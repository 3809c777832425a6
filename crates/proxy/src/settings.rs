//! What the visitor API needs to know about its deployment, checked and in its own words.

use frontdesk_contract::Offers;
use ipnet::IpNet;
use std::time::Duration;

/// Settings that all desks share.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The origin of frame and API, as browsers write it: scheme, host, port if not the usual one.
    pub public_origin: String,
    /// How long sessions, journals and idempotency records are kept.
    pub retention: Duration,
    /// Limits.
    pub limits: Limits,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// Limits of the visitor API.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest JSON body, in bytes.
    pub body_bytes: usize,
    /// All headers of a request together, in bytes.
    pub header_bytes: usize,
    /// Time for the headers of a request to arrive.
    pub header_timeout: Duration,
    /// Time for a request to be answered.
    pub request_timeout: Duration,
    /// Open connections.
    pub connections: usize,
    /// Sessions kept.
    pub sessions: u64,
    /// New sessions per client address.
    pub sessions_per_address_per_hour: u32,
    /// Requests per client address.
    pub requests_per_address_per_minute: u32,
    /// Messages per visitor.
    pub messages_per_visitor_per_minute: u32,
    /// Events kept per visitor.
    pub events_per_visitor: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 65_536,
            header_bytes: 16_384,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(40),
            connections: 10_000,
            sessions: 50_000,
            sessions_per_address_per_hour: 60,
            requests_per_address_per_minute: 1_200,
            messages_per_visitor_per_minute: 60,
            events_per_visitor: 5_000,
        }
    }
}

/// One website's desk.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// Names the desk in the tag.
    pub id: String,
    /// Origins that may embed the frame and call the API, besides the public one.
    pub origins: Vec<String>,
    /// What the desk offers; sent to the page as it is.
    pub offers: Offers,
    /// How long polling goes on without a listener.
    pub linger: Duration,
    /// What happens then.
    pub on_linger: OnLinger,
    /// What the centre does, as far as it matters here.
    pub centre: CentreTraits,
    /// Interval of polling while something goes on.
    pub poll_busy: Duration,
    /// Interval of polling while nothing does.
    pub poll_idle: Duration,
}

/// What happens when nobody listened for [`DeskSettings::linger`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLinger {
    /// The conversation is ended.
    Disconnect,
    /// Polling stops; the centre will drop the conversation in its own time.
    Stop,
}

/// What a centre does with ids, polls and history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CentreTraits {
    /// What it does with message ids.
    pub message_id: MessageIds,
    /// Whether a poll hands a message out once only.
    pub destructive_poll: bool,
    /// Whether it keeps history that can be read.
    pub history: bool,
}

/// What a centre does with message ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageIds {
    /// A message that comes twice with one id is taken once.
    Deduplicated,
    /// The id can be read back from history.
    Echoed,
    /// Nothing.
    Ignored,
}
