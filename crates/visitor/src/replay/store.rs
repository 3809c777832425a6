//! Where the proxies of a run keep what they must not lose.

use anyhow::{Context, bail};
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(30);
const SERVER: &str = "redis-server";

/// A store, as `--store` names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Store {
    /// A redb file in the run's folder.
    #[default]
    File,
    /// A `redis-server` of the run's own, which writes before it answers.
    OwnServer,
    /// As in the proxy's settings: `memory`, `redb:PATH`, `valkey://HOST:PORT/DATABASE`.
    At(String),
}

impl FromStr for Store {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const SERVERS: [&str; 4] = ["valkey://", "valkeys://", "redis://", "rediss://"];
        let named = |prefix: &str| text.len() > prefix.len() && text.starts_with(prefix);
        match text {
            "redb" => Ok(Self::File),
            "valkey" | "redis" => Ok(Self::OwnServer),
            "memory" => Ok(Self::At(text.into())),
            _ if named("redb:") || SERVERS.into_iter().any(named) => Ok(Self::At(text.into())),
            _ => Err(
                "expected `redb`, `redb:PATH`, `memory`, `valkey` (a redis-server is started), or `valkey://HOST:PORT/DATABASE`"
                    .into(),
            ),
        }
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("redb"),
            Self::OwnServer => f.write_str("valkey"),
            // A password may stand before the host.
            Self::At(address) => match (address.split_once("://"), address.rsplit_once('@')) {
                (Some((scheme, _)), Some((_, host))) => write!(f, "{scheme}://***@{host}"),
                _ => f.write_str(address),
            },
        }
    }
}

impl Store {
    /// Whether several proxies can work on it.
    pub fn is_shared(&self) -> bool {
        match self {
            Self::File => false,
            Self::OwnServer => true,
            Self::At(address) => address.contains("://"),
        }
    }

    /// Starts what it needs in this folder; answers how a proxy's settings name it, and the process, if there is one.
    ///
    /// # Errors
    /// When the server is missing or does not start.
    pub(super) async fn open(&self, folder: &Path) -> anyhow::Result<(String, Option<Child>)> {
        match self {
            Self::File => Ok((format!("redb:{}", folder.join("store.redb").display()), None)),
            Self::At(address) => Ok((address.clone(), None)),
            Self::OwnServer => {
                let port = super::processes::free_port()?;
                let child = serve(port, folder).await?;
                Ok((format!("valkey://127.0.0.1:{port}"), Some(child)))
            }
        }
    }
}

/// A server on this port that has nothing in memory only.
async fn serve(port: u16, folder: &Path) -> anyhow::Result<Child> {
    let data = folder.join("redis");
    std::fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
    let port_word = port.to_string();
    let words = ["--bind", "127.0.0.1", "--port", &port_word, "--save", "", "--appendonly", "yes"];
    let mut arguments: Vec<String> = words.into_iter().map(Into::into).collect();
    arguments.extend(["--appendfsync", "always", "--dir"].map(Into::into));
    arguments.push(data.display().to_string());
    let mut child =
        super::processes::start(Path::new(SERVER), &arguments, folder, "redis.log").with_context(|| {
            format!("Debian's package {SERVER} has it (`cargo xtask replay` installs it); or name a server that runs: --store valkey://HOST:PORT")
        })?;
    let log = || std::fs::read_to_string(folder.join("redis.log")).unwrap_or_default();
    let deadline = Instant::now() + START;
    while !timeout(Duration::from_secs(2), answers(port)).await.is_ok_and(|answered| answered.is_ok()) {
        if let Some(status) = child.try_wait()? {
            bail!("{SERVER} has ended at once: {status}\n{}", log());
        }
        if Instant::now() >= deadline {
            bail!("{SERVER} does not answer on port {port}\n{}", log());
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(child)
}

/// Asks the server the least there is to ask.
async fn answers(port: u16) -> std::io::Result<()> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
    connection.write_all(b"PING\r\n").await?;
    let mut answer = [0; 7];
    connection.read_exact(&mut answer).await?;
    if &answer == b"+PONG\r\n" { Ok(()) } else { Err(std::io::ErrorKind::InvalidData.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_named_as_in_the_settings_or_by_its_kind() {
        for (word, shared) in [
            ("redb", false),
            ("redb:/tmp/a.redb", false),
            ("memory", false),
            ("valkey", true),
            ("valkey://127.0.0.1:6379/1", true),
        ] {
            let store: Store = word.parse().expect("a store");
            assert_eq!((store.to_string().as_str(), store.is_shared()), (word, shared));
        }
        let store: Store = "rediss://user:secret@host:6379".parse().expect("a store");
        assert_eq!(store.to_string(), "rediss://***@host:6379");
        for word in ["", "redb:", "valkey://", "postgres://a", "file"] {
            assert!(word.parse::<Store>().is_err_and(|error| error.contains("redb:PATH")), "{word}");
        }
        assert_eq!("redis".parse(), Ok(Store::OwnServer));
    }
}
