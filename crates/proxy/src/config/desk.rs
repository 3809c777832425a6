//! The desks: each one website with its contact centre.

use super::section::{FromNode, Section, filled, path};
use super::node::Node;
use super::{address, secret};
use reqwest::Url;
use secrecy::SecretString;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One desk: what a website's visitors get.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its id in script tags: letters, digits, `-` and `_`, at most 64. Key `id`, required.
    pub id: String,
    /// Origins that may embed the frame and call the API, each exactly as browsers write it; may be empty, then only
    /// `public_url` may. Key `origins`.
    pub origins: Vec<String>,
    /// Heading of the widget. Key `title`, default the id.
    pub title: String,
    /// How long the centre is asked on after the last listener has left. Key `linger_s`, default 180.
    pub linger: Duration,
    /// What happens after that. Key `on_linger`, default `stop`.
    pub on_linger: OnLinger,
    /// The contact centre. Section `cec`.
    pub cec: CecConfig,
    /// Calls from the page; `None`: there are none. Section `calls`.
    pub calls: Option<Calls>,
}

/// What happens to a conversation that nobody listens to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnLinger {
    /// The proxy stops asking; the centre lets the conversation go in its own time.
    Stop,
    /// The proxy ends the conversation.
    Disconnect,
}

/// A contact centre that speaks ccmessaging.
#[derive(Clone, Debug)]
pub struct CecConfig {
    /// The API gateway: scheme, host and port. Key `base_url`, required.
    pub base_url: Url,
    /// The app key. Key `app_key`, required.
    pub app_key: String,
    /// The app secret. Key `app_secret` or `app_secret_file`, exactly one of them.
    pub app_secret: SecretString,
    /// Configuration id of the WEB channel. Key `channel_id`, required.
    pub channel_id: String,
    /// Which edition of the interface the centre speaks. Key `dialect`, default `2.6`.
    pub dialect: Dialect,
    /// What the centre does with message ids. Key `message_id`, default `ignored`.
    pub message_id: MessageIds,
    /// What becomes of messages that a poll has answered. Key `poll`, default `destructive`.
    pub poll: PollKind,
    /// Whether the centre keeps messages that can be asked for; dialect 2.6 only. Key `history`, default false.
    pub history: bool,
    /// Pause between polls while something happens. First number of `poll_interval_ms`, default 500.
    pub poll_busy: Duration,
    /// Pause between polls while nothing happens; not shorter than [`Self::poll_busy`]. Second number of
    /// `poll_interval_ms`, default 5000.
    pub poll_idle: Duration,
    /// Whether a robot may serve first. Key `robot`, default true.
    pub robot: bool,
    /// Whether agents can be asked for. Key `agent`, default true.
    pub agent: bool,
    /// The longest text in UTF-8 bytes, at most 1500. Key `text_max_bytes`, default 1024.
    pub text_max_bytes: u32,
    /// How long the centre may take for one answer. Key `timeout_s`, default 15.
    pub timeout: Duration,
    /// The lifetime that is asked for the gateway's token. Key `token_expire_s`, default 600, at most 3600.
    pub token_expire: Duration,
    /// PEM file of the authorities that the gateway's certificate may come from; `None`: those of the system.
    /// Key `ca_file`.
    pub ca_file: Option<PathBuf>,
}

/// Edition of the vendor's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// As printed for CEC 2.5.
    V2_5,
    /// As printed for CEC 2.6.
    V2_6,
}

/// What a centre does with message ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageIds {
    /// A message with a known id is not taken again.
    Deduplicated,
    /// The id can be found in the history.
    Echoed,
    /// Nothing.
    Ignored,
}

/// What becomes of messages that a poll has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollKind {
    /// They are gone.
    Destructive,
    /// They may come again.
    Repeats,
}

/// Section `[desks.calls]`.
#[derive(Clone, Debug)]
pub struct Calls {
    /// WebSocket addresses of gateways that may be used, such as `wss://gw.example`. Key `gateways`, at least one.
    pub gateways: Vec<String>,
    /// STUN and TURN servers. Key `ice_servers`: addresses, or tables of `urls`, `username` and `credential`.
    pub ice_servers: Vec<IceServer>,
}

/// A STUN or TURN server.
#[derive(Clone, Debug)]
pub struct IceServer {
    /// Its addresses, such as `stun:stun.example:3478`.
    pub urls: Vec<String>,
    /// User name for TURN.
    pub username: Option<String>,
    /// Password for TURN.
    pub credential: Option<SecretString>,
}

pub(super) fn read_all(root: &mut Section<'_>, beside: &Path) -> Option<Vec<Desk>> {
    let sections = root.sections("desks")?;
    if sections.is_empty() {
        root.wrong("desks", "there is no desk", "at least one [[desks]]");
    }
    let mut ids = BTreeSet::new();
    let desks: Vec<_> = sections.into_iter().map(|section| read(section, beside, &mut ids)).collect();
    desks.into_iter().collect()
}

fn read(mut section: Section<'_>, beside: &Path, ids: &mut BTreeSet<String>) -> Option<Desk> {
    const ID: &str = "letters, digits, - and _, at most 64 of them, different for each desk";
    let id = section.must("id", ID, |text: String| {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if text.is_empty() || text.len() > 64 || !text.chars().all(good) {
            Err(format!("`{text}` is no id"))
        } else if ids.insert(text.clone()) {
            Ok(text)
        } else {
            Err(format!("another desk is called `{text}` already"))
        }
    });
    let origins = section.or("origins", address::ORIGIN_EXPECTED, Vec::new(), address::origins);
    let title = section.get("title", "a text", filled);
    let linger = section.whole("linger_s", "seconds", 180, 0..=86_400);
    let words = [("stop", OnLinger::Stop), ("disconnect", OnLinger::Disconnect)];
    let on_linger = section.word("on_linger", OnLinger::Stop, &words);
    let has_calls = section.has("calls");
    if !section.has("cec") {
        section.wrong("cec", "missing", "a table [desks.cec] with the contact centre");
    }
    let cec = section.has("cec").then(|| super::desk_cec::read(section.section("cec"), beside));
    let calls = read_calls(section.section("calls"), has_calls);
    section.finish();
    let id = id?;
    Some(Desk {
        title: title?.unwrap_or_else(|| id.clone()),
        id,
        origins: origins?,
        linger: Duration::from_secs(linger?),
        on_linger: on_linger?,
        cec: cec??,
        calls: calls?,
    })
}
