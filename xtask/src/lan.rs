//! The demo in the local network: which address, and what the settings say then.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use anyhow::{Context as _, Result, bail};

use crate::demo::Ports;

/// The address that this machine has towards others. Nothing is sent to find it.
pub(crate) fn own_address() -> Result<IpAddr> {
    // An address for documentation (RFC 5737), which only tells in which direction.
    let find = || -> std::io::Result<IpAddr> {
        let socket = UdpSocket::bind(("0.0.0.0", 0))?;
        socket.connect(("198.51.100.1", 9))?;
        Ok(socket.local_addr()?.ip())
    };
    checked(find().context("this machine has no way to a network; name its address by --lan=ADDRESS")?)
}

/// Takes an address that others can reach.
pub(crate) fn checked(address: IpAddr) -> Result<IpAddr> {
    if address.is_loopback() || address.is_unspecified() || address.is_multicast() {
        bail!("--lan wants the address of this machine in the local network, not {address}");
    }
    Ok(address)
}

/// The proxy's settings, with everything that a browser is told by TLS at this address.
pub(crate) fn proxy(settings: &str, address: IpAddr, ports: Ports) -> String {
    let at = |port| SocketAddr::new(address, port);
    settings
        .replace(
            &format!("public_url = \"http://127.0.0.1:{}\"", ports.proxy),
            &format!("public_url = \"https://{}\"", at(ports.proxy)),
        )
        .replace(&format!("\"http://localhost:{}\"", ports.shop), &format!("\"https://{}\"", at(ports.shop)))
        .replace(
            &format!("\"ws://127.0.0.1:{}\"", ports.gateway),
            &format!("\"wss://{}\"", at(ports.gateway)),
        )
}

/// The centre's settings, with the gateway's address there.
pub(crate) fn centre(settings: &str, address: IpAddr, ports: Ports) -> String {
    format!("call_gateways = [\"wss://{}\"]\n{settings}", SocketAddr::new(address, ports.gateway))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    #[test]
    fn browsers_are_told_of_tls_only() {
        let ports = Ports::default();
        let read = |name: &str| std::fs::read_to_string(paths::root().join("demo").join(name)).unwrap();
        for (address, host) in [("192.0.2.2", "192.0.2.2"), ("fd00::2", "[fd00::2]")] {
            let address = address.parse().unwrap();
            let settings = proxy(&read("frontdesk.toml"), address, ports);
            for line in [
                format!("public_url = \"https://{host}:8080\""),
                format!("origins = [\"https://{host}:8081\"]"),
                format!("gateways = [\"wss://{host}:8095\"]"),
                "listen = \"127.0.0.1:8080\"".to_owned(),
                "base_url = \"http://127.0.0.1:8090\"".to_owned(),
            ] {
                assert!(settings.contains(&line), "{line}: {settings}");
            }
            let settings = centre(&read("sandbox.toml"), address, ports);
            assert!(
                settings.starts_with(&format!("call_gateways = [\"wss://{host}:8095\"]\n")),
                "{settings}"
            );
        }
    }

    #[test]
    fn an_address_that_nobody_reaches_is_refused() {
        for wrong in ["127.0.0.1", "::1", "0.0.0.0", "::", "224.0.0.1"] {
            let reason = checked(wrong.parse().unwrap()).unwrap_err().to_string();
            assert!(reason.contains(wrong), "{reason}");
        }
        assert!(checked("192.0.2.2".parse().unwrap()).is_ok());
    }
}
