//! Who calls: the client's address, from fields that the client cannot choose.

use crate::config::Cidr;
use axum::http::HeaderMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The peer of the connection, as a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// What limits per address count by: an IPv4 address, or the /64 of an IPv6 address, since one client has a whole /64.
pub fn client(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[Cidr]) -> IpAddr {
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
    network(behind(peer, headers, trusted))
}

/// The address nearest to us that is none of our own reverse proxies. Each of them appended the address that it saw,
/// so the list is read from the right, and what stands left of the first stranger is hearsay.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[Cidr]) -> IpAddr {
    let is_ours = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut nearest = peer;
    let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
    let named = lines.iter().rev().flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    for text in named {
        if !is_ours(nearest) {
            break;
        }
        match parse(text.trim()) {
            Some(address) => nearest = address.to_canonical(),
            None => break,
        }
    }
    nearest
}

/// An address, with or without port.
fn parse(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6))
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn from(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        let trusted: Vec<Cidr> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client(peer.parse().ok(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_what_trusted_proxies_appended_is_believed() {
        let ours = &["10.0.0.0/8", "::1"][..];
        for (peer, forwarded, trusted, expected) in [
            ("203.0.113.9", &["1.2.3.4"][..], &[][..], "203.0.113.9"),
            ("203.0.113.9", &["1.2.3.4"], ours, "203.0.113.9"),
            ("10.0.0.1", &["1.2.3.4"], ours, "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6, 1.2.3.4"], ours, "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.2"], ours, "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6", "1.2.3.4", "10.0.0.2"], ours, "1.2.3.4"),
            ("10.0.0.1", &["1.2.3.4, rubbish"], ours, "10.0.0.1"),
            ("10.0.0.1", &[""], ours, "10.0.0.1"),
            ("10.0.0.1", &[], ours, "10.0.0.1"),
            ("::1", &["1.2.3.4:5678"], ours, "1.2.3.4"),
            ("::ffff:10.0.0.1", &["1.2.3.4"], ours, "1.2.3.4"),
            ("10.0.0.1", &["[2001:db8:1:2:3::4]:443"], ours, "2001:db8:1:2::"),
            ("10.0.0.1", &["[2001:db8:1:2:3::4]"], ours, "2001:db8:1:2::"),
            ("2001:db8::aaaa", &[], ours, "2001:db8::"),
            ("", &["1.2.3.4"], ours, "0.0.0.0"),
        ] {
            assert_eq!(from(peer, forwarded, trusted), expected, "{peer} {forwarded:?}");
        }
    }
}
