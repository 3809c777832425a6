//! What can be switched about a gateway.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How a gateway is set up. The default listens on loopback and offers every address of the machine for media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where telephones connect by WebSocket. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Host part of addresses, and the realm of challenges.
    pub domain: String,
    /// Addresses of this machine for media; empty takes those of all interfaces.
    pub media_addresses: Vec<IpAddr>,
    /// UDP port for media on each of these addresses; 0 takes a free one.
    pub media_port: u16,
    /// A further address under which the first of `media_addresses` is reached from outside, behind a NAT with the
    /// same port.
    pub public_address: Option<IpAddr>,
    /// What an answer to a challenge must know; the user's name does not count.
    pub password: String,
    /// `Session-Expires` of the codes with a session timer (RFC 4028: at least 90 s).
    pub session_expires: Duration,
    /// A call from whose visitor or agent nothing is heard for so long is ended, and one whose socket is closed.
    pub lost_after: Duration,
    /// A call that is not answered for so long ends with 480.
    pub ring_at_most: Duration,
    /// Is a keep-alive of two line ends answered with one (RFC 5626 §4.4.1)?
    pub pong: bool,
    /// How often the gateway sends a keep-alive of its own.
    pub ping_every: Option<Duration>,
    /// Calls at the same time; the next one gets 503.
    pub calls_max: usize,
    /// WebSockets at the same time; the next one is closed.
    pub sockets_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8095)),
            domain: "rtc.sandbox.invalid".into(),
            media_addresses: Vec::new(),
            media_port: 0,
            public_address: None,
            password: "frontdesk".into(),
            session_expires: Duration::from_secs(90),
            lost_after: Duration::from_secs(12),
            ring_at_most: Duration::from_secs(180),
            pong: true,
            ping_every: Some(Duration::from_secs(20)),
            calls_max: 64,
            sockets_max: 64,
        }
    }
}
