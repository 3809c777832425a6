//! The settings of the proxy: one TOML file, overlaid by environment variables.
//!
//! Every key can also be given as `FRONTDESK__…`, with `__` between the parts and a number for a place in a list:
//! `FRONTDESK__LISTEN`, `FRONTDESK__DESKS__0__CEC__APP_SECRET`. Every secret can also be read from a file by the same
//! key with `_file`; one given by the environment takes the place of either form in the TOML file.
//!
//! Names of secret and certificate files are looked up beside the TOML file; `assets`, `spool` and the path of `store` in the
//! working directory.
//!
//! Reading goes on after a mistake, so that [`Config::load`] reports all of them at once.
//!
//! # Layout
//! - [`desk`], [`centre`], [`calls`]: the desks, their centre, calls from the page
//! - [`guard`]: how much a centre is asked
//! - `identity`: who vouches for visitors
//! - `offers`: files, leaving a message, opening hours
//! - [`limits`]: what the proxy takes at most
//! - [`tls`]: the certificate of the public listener
//! - [`traces`]: where traces are sent
//! - [`change`]: what a running proxy can take over
//! - [`links`]: links that are invitations to a call
//! - [`operator`]: the listener for the operator's own programs
//! - [`address`]: origins, networks, where the store is
//! - [`mistake`]: what is wrong, and how it is said
//! - `node`, `section`, [`secret`]: reading

pub mod address;
pub mod calls;
pub mod centre;
pub mod change;
pub mod desk;
pub mod guard;
mod identity;
pub mod limits;
pub mod links;
pub mod mistake;
mod node;
mod offers;
pub mod operator;
pub mod pictures;
mod push;
pub mod secret;
mod section;
pub mod tls;
pub mod traces;

pub use address::{Cidr, StoreAt};
pub use calls::{Calls, IceServer, Staff};
pub use centre::{CecConfig, Dialect, MediaContent, MessageIds, PollKind, ReadContent, UPLOAD_TYPES};
pub use desk::{Desk, LEAST_LINGER, OnLinger};
pub use guard::Guard;
pub use limits::Limits;
pub use links::CallLinks;
pub use mistake::Mistake;
pub use operator::Operator;
pub use pictures::PictureOrigins;
pub use push::{PushConfig, PushMode};
pub use secret::Secret;
pub use tls::Tls;
pub use traces::Traces;

use crate::store::valkey::Server;
use mistake::Mistakes;
use section::Section;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// All settings of one proxy, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the visitor API and the widget are served. Key `listen`, default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The certificate of `listen`; `None`: TLS ends before this proxy. Section `tls`.
    pub tls: Option<Tls>,
    /// The origin under which visitors reach this proxy, such as `https://desk.example`: lower case, no default port,
    /// no slash at the end. Key `public_url`, required.
    pub public_url: String,
    /// Where `/metrics` is served; `None`: nowhere. Key `metrics_listen`.
    pub metrics_listen: Option<SocketAddr>,
    /// The listener for the operator's own programs; `None`: there is none. Section `operator`.
    pub operator: Option<Operator>,
    /// Where traces are sent; `None`: nowhere. Section `traces`.
    pub traces: Option<Traces>,
    /// Where the proxy keeps what must survive it. Key `store`, default `redb:frontdesk.redb`; of a server also
    /// `store_password` or `store_password_file`, and `store_accept_loss`, default false.
    pub store: StoreAt,
    /// Folder for files on their way, of this proxy alone. Key `spool`, default `frontdesk-files` beside the
    /// store's file.
    pub spool: PathBuf,
    /// How long a conversation is kept after its end. Key `retention_hours`, default 24.
    pub retention: Duration,
    /// Folder of the built widget files. Key `assets`, default `dist`.
    pub assets: PathBuf,
    /// What is logged, in the notation of `RUST_LOG`. Key `log`, default `info`.
    pub log: String,
    /// What the proxy takes at most. Section `limits`.
    pub limits: Limits,
    /// The desks, at least one, with ids that differ. List `desks`.
    pub desks: Vec<Desk>,
}

impl Config {
    /// Reads the file and the environment of this process.
    ///
    /// # Errors
    /// Everything that is wrong, at least one mistake, in the order of the settings.
    pub fn load(path: &Path) -> Result<Self, Vec<Mistake>> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| vec![Mistake::File { path: path.into(), problem: error.to_string() }])?;
        let beside = path.parent().unwrap_or_else(|| Path::new(""));
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        });
        Self::read(&text, beside, variables)
    }

    /// Reads settings from the text of a TOML file and a list of environment variables (those that do not begin with
    /// `FRONTDESK__` are passed over). `beside` is the folder that names of secret files start from.
    ///
    /// # Errors
    /// Everything that is wrong, at least one mistake.
    pub fn read(
        text: &str,
        beside: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Mistake>> {
        let mistakes = Mistakes::default();
        let entries = node::parse(text, &mistakes).map(|mut entries| {
            node::overlay(&mut entries, variables, &mistakes);
            entries
        });
        let config = entries.and_then(|entries| build(Section::root(entries, &mistakes), beside));
        match (config, mistakes.into_vec()) {
            (Some(config), mistakes) if mistakes.is_empty() => Ok(config),
            (_, mistakes) => Err(mistakes),
        }
    }

    /// What is allowed and yet probably not meant, one line each.
    pub fn warnings(&self) -> Vec<String> {
        let now = SystemTime::now();
        let open = |(place, desk): (usize, &Desk)| {
            let url = &desk.cec.base_url;
            (url.scheme() == "http" && !address::is_loopback(url)).then(|| {
                format!(
                    "`desks[{place}].cec.base_url`: keys and the words of visitors go to {} unencrypted; write \
                     https:// if the centre has it",
                    url.host_str().unwrap_or_default()
                )
            })
        };
        let short = |(place, desk): (usize, &Desk)| {
            (desk.linger < LEAST_LINGER).then(|| {
                format!(
                    "`desks[{place}].linger_s`: less than {0} counts as {0}, since a visitor is away for moments between \
                     two requests",
                    LEAST_LINGER.as_secs()
                )
            })
        };
        let untraced = |(place, desk): (usize, &Desk)| {
            (desk.trace_pages > 0.0 && self.traces.is_none())
                .then(|| format!("`desks[{place}].trace_pages`: without [traces] pages are asked for none"))
        };
        let refused = |(place, desk): (usize, &Desk)| {
            let types = desk.refused_types();
            (!types.is_empty()).then(|| {
                format!(
                    "`desks[{place}].files.types`: each {} is refused, since the centre takes other types; name it in \
                     `desks[{place}].cec.extra_upload_types` too if yours takes it",
                    types.join(", ")
                )
            })
        };
        let limits = &self.limits;
        let largest = self.desks.iter().map(|desk| desk.files.max_bytes).max().unwrap_or(0);
        let needed = limits.download_bytes.max(largest.saturating_mul(2));
        let narrow = (limits.spool_bytes < needed).then(|| {
            format!(
                "`limits.spool_bytes`: the largest files that are allowed need {needed} bytes, an upload twice its size; with \
                 {} they are refused for want of room",
                limits.spool_bytes
            )
        });
        let lossy = match &self.store {
            StoreAt::Valkey(server) if server.accept_loss => {
                let text = "`store_accept_loss`: the store is not checked and may lose what it has confirmed; nothing is \
                            promised about delivery then";
                Some(text.to_owned())
            }
            _ => None,
        };
        let token = self.traces.iter().filter_map(|traces| {
            let open = traces.endpoint.scheme() == "http" && !address::is_loopback(&traces.endpoint);
            (open && traces.token.is_some()).then(|| {
                "`traces.endpoint`: the token goes there unencrypted; write https:// if the collector has it".to_owned()
            })
        });
        let assumed = |(place, desk): (usize, &Desk)| {
            let push = desk.cec.push.as_ref()?;
            matches!(push.mode, PushMode::Signature { .. }).then(|| {
                format!(
                    "`desks[{place}].cec.push.mode`: what the centre signs is not published, and what is checked here is an \
                     assumption; take `bearer` where the centre can"
                )
            })
        };
        let certificate = self.tls.iter().flat_map(|tls| tls.certificate.warnings(&self.public_url, now));
        let open_key = self.operator.iter().filter(|operator| !operator.listen.ip().is_loopback()).map(|operator| {
            format!(
                "`operator.listen`: key and numbers go to {} unencrypted; listen on this machine alone, behind something \
                 that speaks TLS",
                operator.listen
            )
        });
        let desks = || self.desks.iter().enumerate();
        certificate
            .chain(token)
            .chain(lossy)
            .chain(narrow)
            .chain(open_key)
            .chain(desks().filter_map(open))
            .chain(desks().filter_map(short))
            .chain(desks().filter_map(assumed))
            .chain(desks().filter_map(untraced))
            .chain(desks().filter_map(refused))
            .collect()
    }

    /// The desk of this id.
    pub fn desk(&self, id: &str) -> Option<&Desk> {
        self.desks.iter().find(|desk| desk.id == id)
    }
}

fn build(mut root: Section<'_>, beside: &Path) -> Option<Config> {
    const SOCKET: &str = address::SOCKET_EXPECTED;
    let listen = root.or("listen", SOCKET, SocketAddr::from(([127, 0, 0, 1], 8080)), address::socket);
    let public_url = root.must("public_url", address::ORIGIN_EXPECTED, |text: String| address::origin(&text));
    let metrics_listen = root.get("metrics_listen", SOCKET, address::socket);
    let store = root.or("store", address::STORE_EXPECTED, StoreAt::default(), address::store);
    let store = store_of(&mut root, store, beside);
    let beside_store = match &store {
        Some(StoreAt::Redb(path)) => path.with_file_name("frontdesk-files"),
        Some(StoreAt::Memory | StoreAt::Valkey(_)) | None => PathBuf::from("frontdesk-files"),
    };
    let spool = root.or("spool", "the path of a folder", beside_store, section::path);
    let retention = root.whole("retention_hours", "hours", 24, 1..=8760);
    let assets = root.or("assets", "the path of a folder", PathBuf::from("dist"), section::path);
    let log =
        root.or("log", "a filter such as `info` or `info,frontdesk_proxy=debug`", "info".into(), log_filter);
    let has_tls = root.has("tls");
    let tls = root.section("tls");
    let tls = if has_tls { tls::read(tls, beside).map(Some) } else { Some(None) };
    let has_traces = root.has("traces");
    let traces = root.section("traces");
    let traces = if has_traces { traces::read(traces, beside).map(Some) } else { Some(None) };
    let limits = limits::read(root.section("limits"));
    let desks = desk::read_all(&mut root, beside);
    if let (Some(listen), Some(Some(metrics))) = (listen, metrics_listen)
        && address::collide(listen, metrics)
    {
        root.wrong("metrics_listen", format!("`listen` is {listen} already"), "an address of its own");
    }
    let operator = root.has("operator").then(|| operator::read(root.section("operator"), beside));
    if let Some(Some(operator)) = &operator {
        let others = [("listen", listen), ("metrics_listen", metrics_listen.flatten())];
        let others = others.into_iter().filter_map(|(key, other)| Some((key, other?)));
        for (key, other) in others.filter(|(_, other)| address::collide(*other, operator.listen)) {
            root.wrong("operator.listen", format!("`{key}` is {other} already"), "an address of its own");
        }
    }
    if let Some(url) = &public_url
        && !address::keeps_secrets(url)
    {
        for (place, _) in desks.iter().flatten().enumerate().filter(|(_, desk)| desk.cec.push.is_some()) {
            let wrong = format!("the centre would send keys and words to {url}, unencrypted");
            root.wrong(&format!("desks[{place}].cec.push"), wrong, "a `public_url` with https://");
        }
    }
    root.finish();

    let mut desks = desks?;
    let mut seen = BTreeSet::new();
    desks.retain(|desk| seen.insert(desk.id.clone()));
    Some(Config {
        listen: listen?,
        tls: tls?,
        public_url: public_url?,
        metrics_listen: metrics_listen?,
        operator: match operator {
            None => None,
            Some(operator) => Some(operator?),
        },
        traces: traces?,
        store: store?,
        spool: spool?,
        retention: Duration::from_secs(retention? * 3600),
        assets: assets?,
        log: log?,
        limits: limits?,
        desks,
    })
}

/// The store with what is said about it in keys of their own.
fn store_of(root: &mut Section<'_>, store: Option<StoreAt>, beside: &Path) -> Option<StoreAt> {
    let keys = ["store_password", "store_password_file", "store_accept_loss"];
    let given = keys.map(|key| root.has(key));
    let password = secret::may(root, "store_password", "store_password_file", beside);
    let accept_loss = root.flag("store_accept_loss", false);
    match store? {
        StoreAt::Valkey(server) => {
            let password = password?;
            if password.is_some() && server.password.is_some() {
                root.wrong("store_password", "a password stands in `store` as well", "one of them");
                return None;
            }
            let password = password.or(server.password);
            Some(StoreAt::Valkey(Server { password, accept_loss: accept_loss?, ..server }))
        }
        store => {
            for (key, _) in keys.iter().zip(given).filter(|(_, given)| *given) {
                root.wrong(key, "the store is no server", "nothing, or `store = \"valkey://…\"`");
            }
            Some(store)
        }
    }
}

fn log_filter(text: String) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("`{text}` is no filter: {error}")),
    }
}
