//! Calls from the page.

use super::address;
use super::node::Node;
use super::secret::{self, Secret};
use super::section::{FromNode, Section, filled};
use crate::number::dialled;
use std::path::Path;

/// Section `[desks.calls]`.
#[derive(Clone, Debug)]
pub struct Calls {
    /// WebSocket addresses of gateways that may be used, such as `wss://gw.example`. Key `gateways`, at least one.
    pub gateways: Vec<String>,
    /// STUN and TURN servers. Key `ice_servers`: addresses, or tables of `urls`, `username` and `credential` or
    /// `credential_file`.
    pub ice_servers: Vec<IceServer>,
    /// Calls that staff place; `None`: none. Key `staff`, default false.
    pub staff: Option<Staff>,
}

/// Calls that staff place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// The number that the other side is shown; `None`: the centre's own. Key `staff_caller`.
    pub caller: Option<String>,
}

/// A STUN or TURN server.
#[derive(Clone, Debug)]
pub struct IceServer {
    /// Its addresses, such as `stun:stun.example:3478`.
    pub urls: Vec<String>,
    /// User name for TURN.
    pub username: Option<String>,
    /// Password for TURN.
    pub credential: Option<Secret>,
}

/// A server as it stands in the settings: the password may be in a file.
struct Written {
    server: IceServer,
    credential_file: Option<String>,
}

pub(super) fn read(mut section: Section<'_>, beside: &Path) -> Option<Calls> {
    let gateways =
        section.must("gateways", "a list of addresses such as wss://gw.example", |list: Vec<String>| {
            if list.is_empty() {
                return Err("the list is empty".into());
            }
            list.iter().map(|text| address::gateway(text)).collect()
        });
    let ice_servers = section.or(
        "ice_servers",
        "a list of addresses such as stun:stun.example:3478, or of { urls, username, credential or credential_file }",
        Vec::new(),
        |servers: Vec<Written>| servers.into_iter().map(|written| written.server(beside)).collect(),
    );
    let staff = section.flag("staff", false);
    let caller = section.get("staff_caller", "a number such as +861012345678", |text: String| {
        dialled(&text, "staff_caller").map_err(|_| format!("`{text}` is no number"))
    });
    if let (Some(false), Some(Some(_))) = (staff, &caller) {
        section.wrong("staff_caller", "staff place no calls", "nothing, or `staff = true`");
    }
    section.finish();
    let (staff, caller) = (staff?, caller?);
    Some(Calls { gateways: gateways?, ice_servers: ice_servers?, staff: staff.then_some(Staff { caller }) })
}

impl Written {
    fn server(self, beside: &Path) -> Result<IceServer, String> {
        let Self { mut server, credential_file } = self;
        if let Some(name) = credential_file {
            if server.credential.is_some() {
                return Err("an ICE server with both `credential` and `credential_file`".into());
            }
            server.credential = Some(secret::of_file(&beside.join(name))?);
        }
        Ok(server)
    }
}

impl FromNode for Written {
    fn from_node(node: Node) -> Result<Self, String> {
        let mut server = IceServer { urls: Vec::new(), username: None, credential: None };
        let mut credential_file = None;
        let Node::Table(entries) = node else {
            server.urls.push(ice_url(String::from_node(node)?)?);
            return Ok(Self { server, credential_file });
        };
        for (key, node) in entries {
            match key.as_str() {
                "urls" if matches!(node, Node::List(_)) => {
                    let urls = Vec::<String>::from_node(node)?;
                    server.urls = urls.into_iter().map(ice_url).collect::<Result<_, _>>()?;
                }
                "urls" => server.urls.push(ice_url(String::from_node(node)?)?),
                "username" => server.username = Some(filled(String::from_node(node)?)?),
                "credential" => server.credential = Some(secret::filled(String::from_node(node)?)?),
                "credential_file" => credential_file = Some(filled(String::from_node(node)?)?),
                _ => return Err(format!("unknown key `{key}` in an ICE server")),
            }
        }
        if server.urls.is_empty() {
            Err("an ICE server without `urls`".into())
        } else {
            Ok(Self { server, credential_file })
        }
    }
}

fn ice_url(text: String) -> Result<String, String> {
    let schemes = ["stun:", "stuns:", "turn:", "turns:"];
    if schemes.iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|host| !host.is_empty())) {
        Ok(text)
    } else {
        Err(format!("`{text}` is no address of a STUN or TURN server"))
    }
}
