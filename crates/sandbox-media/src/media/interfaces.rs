//! Which addresses of this machine media can use.

use std::net::{IpAddr, SocketAddr};

use tokio::net::UdpSocket;

use crate::settings::Settings;

/// More interfaces than a developer's machine has.
const SOCKETS_MAX: usize = 16;

/// The addresses asked for, or those of all interfaces: the outside ones first, loopback last.
fn addresses(settings: &Settings) -> Vec<IpAddr> {
    if !settings.media_addresses.is_empty() {
        return settings.media_addresses.clone();
    }
    let mut found: Vec<IpAddr> = match if_addrs::get_if_addrs() {
        Ok(interfaces) => interfaces.iter().map(if_addrs::Interface::ip).filter(usable).collect(),
        Err(error) => {
            tracing::warn!(%error, "the interfaces of this machine are not known: media stays on loopback");
            vec![IpAddr::from([127, 0, 0, 1])]
        }
    };
    found.sort_by_key(|address| (address.is_loopback(), address.is_ipv6()));
    found.dedup();
    found
}

/// Addresses that need the name of an interface beside them are left out.
fn usable(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_link_local(),
        IpAddr::V6(address) => !address.is_unicast_link_local(),
    }
}

/// One socket for each address. One that cannot be had is left out, as long as another can.
pub(super) async fn bind(settings: &Settings) -> std::io::Result<Vec<(SocketAddr, UdpSocket)>> {
    let mut sockets = Vec::new();
    let mut refused = None;
    for address in addresses(settings).into_iter().take(SOCKETS_MAX) {
        match UdpSocket::bind((address, settings.media_port)).await {
            Ok(socket) => sockets.push((socket.local_addr()?, socket)),
            Err(error) => {
                tracing::debug!(%address, %error, "no media on this address");
                refused = Some(error);
            }
        }
    }
    match refused {
        Some(error) if sockets.is_empty() => Err(error),
        _ => Ok(sockets),
    }
}
