//! Addresses in the settings: sockets, origins, networks, gateways, where the store is.

use super::section::parsed;
use crate::store::valkey::Server;
use reqwest::Url;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

pub(super) const ORIGIN_EXPECTED: &str =
    "an exact origin such as https://shop.example: scheme, host, port if any, no path";
pub(super) const SOCKET_EXPECTED: &str = "an address with port, such as 127.0.0.1:8080";
pub(super) const STORE_EXPECTED: &str = "`redb:PATH`, `valkey://HOST:PORT/DATABASE` or `memory`";

/// Where the proxy keeps what must survive it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreAt {
    /// A redb file at this path.
    Redb(PathBuf),
    /// A Valkey or Redis server, which several proxies may share.
    Valkey(Server),
    /// In memory: everything is lost at the end of the process.
    Memory,
}

impl Default for StoreAt {
    fn default() -> Self {
        Self::Redb("frontdesk.redb".into())
    }
}

/// A network: an address and how many of its leading bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    bits: u8,
}

impl Cidr {
    /// Whether the address belongs to the network. An IPv4 address that is written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                same_bits(network.to_bits().into(), address.to_bits().into(), self.bits, 32)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_bits(network.to_bits(), address.to_bits(), self.bits, 128)
            }
            _ => false,
        }
    }
}

fn same_bits(a: u128, b: u128, bits: u8, width: u8) -> bool {
    (a ^ b).checked_shr(width.saturating_sub(bits).into()).unwrap_or(0) == 0
}

impl FromStr for Cidr {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| "not an IP address or network")?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits =
            bits.map_or(Ok(width), str::parse).map_err(|_| "the part after / is not a number of bits")?;
        if bits > width {
            return Err("more bits than the address has");
        }
        Ok(Self { address, bits })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

pub(super) fn socket(text: String) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is not an address with port"))
}

/// Whether both cannot be listened on at once.
pub(super) fn collide(a: SocketAddr, b: SocketAddr) -> bool {
    let same = a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified();
    // Port 0 is any that is free.
    same && a.port() == b.port() && a.port() != 0
}

/// Whether the address leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Whether nobody on the way reads what is sent to this origin.
pub(super) fn keeps_secrets(origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|url| url.scheme() == "https" || is_loopback(&url))
}

pub(super) fn store(text: String) -> Result<StoreAt, String> {
    let scheme = text.split(':').next().unwrap_or_default();
    match (scheme, text.strip_prefix("redb:")) {
        (_, Some(path)) if !path.trim().is_empty() => Ok(StoreAt::Redb(path.into())),
        (_, Some(_)) => Err("`redb:` without a path".into()),
        _ if text == "memory" => Ok(StoreAt::Memory),
        ("valkey" | "valkeys" | "redis" | "rediss", _) => server(&text).map(StoreAt::Valkey),
        // A password may stand in it.
        _ if text.contains('@') => Err("this is no store".into()),
        _ => Err(format!("`{text}` is no store")),
    }
}

/// The address of a server, `scheme://user:password@host:port/database`. What is wrong is said without the address: a
/// password may stand in it.
fn server(text: &str) -> Result<Server, String> {
    let url = Url::parse(text).map_err(|error| format!("the address of the store is none: {error}"))?;
    let plain = |text: &str| {
        let text = percent_encoding::percent_decode_str(text).decode_utf8();
        text.map(String::from).map_err(|_| "user or password of the store is no text".to_owned())
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("the store's host is missing")?;
    let database = match url.path().trim_start_matches('/') {
        "" => 0,
        number => number.parse().map_err(|_| "the store's database is not a number from 0 up")?,
    };
    if url.query().is_some() || url.fragment().is_some() {
        return Err("the store's address has a part after ? or #".into());
    }
    let user = Some(url.username()).filter(|user| !user.is_empty()).map(plain).transpose()?;
    let password = url.password().map(plain).transpose()?;
    Ok(Server {
        host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
        port: url.port().unwrap_or(6379),
        tls: matches!(url.scheme(), "valkeys" | "rediss"),
        database,
        user,
        password: password.map(Into::into),
        accept_loss: false,
    })
}

/// Takes an origin only as browsers write it, so that comparing texts is enough.
pub(super) fn origin(text: &str) -> Result<String, String> {
    if text.contains('*') {
        return Err(format!("`{text}`: a star is not accepted, name each origin"));
    }
    if text == "null" {
        return Err("`null` is not accepted: it is the origin of anybody's sandboxed page".into());
    }
    plain(text, &["https", "http"])?;
    Ok(text.to_owned())
}

/// A list of origins, none twice.
pub(super) fn origins(list: Vec<String>) -> Result<Vec<String>, String> {
    let mut origins: Vec<String> = Vec::new();
    for text in list {
        let text = origin(&text)?;
        if origins.contains(&text) {
            return Err(format!("`{text}` is given twice"));
        }
        origins.push(text);
    }
    Ok(origins)
}

/// A WebSocket address of a gateway; a path is allowed here.
pub(super) fn gateway(text: &str) -> Result<String, String> {
    let url: Url = parsed(text)?;
    if !matches!(url.scheme(), "wss" | "ws") {
        return Err(format!("`{text}` does not begin with wss://"));
    }
    bare(text, &url)?;
    Ok(text.to_owned())
}

/// Address of a centre's API gateway.
pub(super) fn base(text: String) -> Result<Url, String> {
    plain(&text, &["https", "http"])
}

/// An address of scheme, host and port and nothing else, written as browsers write it.
fn plain(text: &str, schemes: &[&str]) -> Result<Url, String> {
    let url: Url = parsed(text)?;
    if !schemes.contains(&url.scheme()) {
        return Err(format!("`{text}` does not begin with {}://", schemes.join(":// or ")));
    }
    bare(text, &url)?;
    let exact = url.origin().ascii_serialization();
    if text == exact {
        Ok(url)
    } else if url.path() != "/" {
        Err(format!("`{text}` has a path; write `{exact}`"))
    } else if text.strip_suffix('/') == Some(&exact) {
        Err(format!("`{text}` ends with a slash; write `{exact}`"))
    } else {
        Err(format!("`{text}` is not written exactly; write `{exact}`"))
    }
}

fn bare(text: &str, url: &Url) -> Result<(), String> {
    if !url.username().is_empty() || url.password().is_some() {
        Err("a user name or password stands in it".into())
    } else if url.query().is_some() || url.fragment().is_some() {
        Err(format!("`{text}` has a part after ? or #"))
    } else {
        Ok(())
    }
}
