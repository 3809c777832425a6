//! The store in Valkey or Redis, for several proxies. What belongs together is one script, so it is written as a whole.
//!
//! One server, not a cluster: scripts build the names of their keys.
//!
//! | key | what |
//! | --- | --- |
//! | `fd:meta` | schema, and a mark by which an emptied store is noticed |
//! | `fd:s:<hash>` | a session |
//! | `fd:v:<visitor>` | record, revision, and the last writes by their nonces |
//! | `fd:e:`, `fd:i:`, `fd:c:`, `fd:h:<visitor>` | events by number, idempotency records, codes, handles |
//! | `fd:l:<visitor>` | leases |
//! | `fd:k:<hash>`, `fd:a:<visitor>` | tickets; the one of which the visitor has one at a time |
//! | `fd:j:<hash>` | tokens of sites that were used |
//! | `fd:visitors`, `fd:care` | all visitors; the unfinished, with when to see whether somebody looks after them |
//!
//! # Layout
//! - `line`: the connection, what is checked on it
//! - `scripts`: what is written
//! - `news`: what others wrote
//! - `sweep`: what goes when its time is over

mod line;
mod news;
mod scripts;
mod sweep;

use super::lease::{self, Fence, Leased, News, Role};
use super::pass::{Pass, PassKey};
use super::records::{Batch, Handle, Intent, SessionRecord, VisitorRecord};
use super::slip::{Slip, SlipKey};
use super::{CODES_PER_VISITOR, SessionHash, Store, StoreError, Stored};
use crate::config::Secret;
use crate::session::credential::hex;
use frontdesk_contract::{ClientId, Event};
use line::Line;
use redis::{Client, ConnectionAddr, IntoConnectionInfo as _, RedisConnectionInfo, Script};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// News that a slow listener may be behind.
const NEWS: usize = 16_384;
/// A write whose answer did not come is repeated for so long; it is known by its nonce.
const PATIENCE: Duration = Duration::from_secs(4);
/// Pause between repetitions.
const PAUSE: Duration = Duration::from_millis(250);

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Name or address of the host.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Whether the connection is encrypted (TLS).
    pub tls: bool,
    /// Number of the database.
    pub database: u32,
    /// Name of the user, where the server has users.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// Whether a server is taken that may lose what it has confirmed.
    pub accept_loss: bool,
}

/// A store on a server.
pub struct ValkeyStore {
    line: Arc<Line>,
    channel: String,
    news: broadcast::Sender<News>,
    listener: JoinHandle<()>,
}

impl Drop for ValkeyStore {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl ValkeyStore {
    /// Connects to the server and checks it.
    ///
    /// # Errors
    /// When it cannot be reached, may lose what it confirms, or has a store of a newer version.
    pub async fn open(server: &Server) -> Result<Self, StoreError> {
        let unusable = |error: redis::RedisError| StoreError::Failed(error.to_string());
        let (host, port) = (server.host.clone(), server.port);
        let address = if server.tls {
            // Nothing happens when there is one already.
            let _installed = rustls::crypto::ring::default_provider().install_default();
            ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
        } else {
            ConnectionAddr::Tcp(host, port)
        };
        let mut login = RedisConnectionInfo::default().set_db(server.database.into());
        if let Some(user) = &server.user {
            login = login.set_username(user);
        }
        if let Some(password) = &server.password {
            login = login.set_password(password.expose_secret());
        }
        let info = address.into_connection_info().map_err(unusable)?.set_redis_settings(login);
        let line = Arc::new(Line::new(Client::open(info).map_err(unusable)?, server.accept_loss));
        line.connection().await?;
        let channel = format!("fd:news:{}", server.database);
        let news = broadcast::Sender::new(NEWS);
        let listener = tokio::spawn(news::pass_on(Arc::clone(&line), channel.clone(), news.clone()));
        Ok(Self { line, channel, news, listener })
    }

    async fn run(
        &self,
        script: &Script,
        visitor: &str,
        arguments: &[Vec<u8>],
    ) -> Result<Vec<String>, StoreError> {
        let answer = self.line.run(script, &self.channel, visitor, arguments).await?;
        match answer.first().map(String::as_str) {
            Some("GONE") => Err(StoreError::Gone),
            Some("FENCED") => Err(StoreError::Fenced),
            Some("CONFLICT") => Err(StoreError::Conflict),
            Some("USED") => Err(StoreError::Used),
            _ => Ok(answer),
        }
    }

    /// The same, again and again for a while: only for what may be done twice.
    async fn run_surely(
        &self,
        script: &Script,
        visitor: &str,
        arguments: &[Vec<u8>],
    ) -> Result<Vec<String>, StoreError> {
        let began = Instant::now();
        loop {
            match self.run(script, visitor, arguments).await {
                Err(StoreError::Failed(_)) if began.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
                answer => return answer,
            }
        }
    }

    async fn field<T: DeserializeOwned>(&self, key: String, field: &str) -> Result<Option<T>, StoreError> {
        let found: Option<String> = self.line.ask(redis::cmd("HGET").arg(key).arg(field)).await?;
        found.as_deref().map(parse).transpose()
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}

fn session_key(hash: &SessionHash) -> String {
    format!("fd:s:{}", hex(hash))
}

type SessionRow = (Option<String>, Option<String>, Option<u64>);

fn session_of(hash: SessionHash, row: SessionRow) -> Option<SessionRecord> {
    let (Some(visitor), Some(desk), Some(expires_ms)) = row else { return None };
    Some(SessionRecord { hash, visitor, desk, expires_ms })
}

fn broken() -> StoreError {
    StoreError::Failed("an answer of the store is not understood".into())
}

/// The batch as the script takes it.
fn arguments(batch: &Batch) -> Result<Vec<Vec<u8>>, StoreError> {
    let number = |number: u64| number.to_string().into_bytes();
    let text = |text: &str| text.as_bytes().to_vec();
    let length = |length: usize| length.to_string().into_bytes();
    let record = &batch.record;
    let (role, generation) = match batch.fence {
        Some(Fence { role, generation }) => (text(role.word()), number(generation)),
        None => (Vec::new(), Vec::new()),
    };
    let mut arguments = vec![
        number(record.rev),
        text(&format!("{:016x}", rand::random::<u64>())),
        role,
        generation,
        length(usize::from(record.is_unfinished())),
        length(lease::TTL.as_millis().try_into().unwrap_or(usize::MAX)),
        serde_json::to_vec(record)?,
        number(record.floor),
        number(CODES_PER_VISITOR),
    ];
    for events in [&batch.events, &batch.rewritten] {
        arguments.push(length(events.len()));
        for event in events {
            arguments.extend([number(event.seq), serde_json::to_vec(event)?]);
        }
    }
    arguments.push(length(batch.intents.len()));
    for (id, intent) in &batch.intents {
        arguments.extend([text(id.as_str()), serde_json::to_vec(intent)?]);
    }
    arguments.push(length(batch.codes.len()));
    arguments.extend(batch.codes.iter().map(|code| text(code)));
    arguments.push(length(batch.handles.len()));
    for (id, handle) in &batch.handles {
        arguments.extend([text(id), serde_json::to_vec(handle)?]);
    }
    arguments.push(length(batch.dropped.len()));
    arguments.extend(batch.dropped.iter().map(|id| text(id)));
    Ok(arguments)
}

fn life() -> Vec<u8> {
    lease::TTL.as_millis().to_string().into_bytes()
}

impl Store for ValkeyStore {
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>> {
        Box::pin(async move {
            let mut command = redis::cmd("HMGET");
            command.arg(session_key(hash)).arg("visitor").arg("desk").arg("expires");
            Ok(session_of(*hash, self.line.ask(&command).await?))
        })
    }

    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>> {
        Box::pin(self.field(format!("fd:v:{visitor}"), "record"))
    }

    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>> {
        Box::pin(async move {
            let mut command = redis::cmd("ZRANGEBYSCORE");
            command.arg(format!("fd:e:{visitor}")).arg(format!("({after}")).arg("+inf");
            command.arg("LIMIT").arg(0).arg(i64::try_from(limit).unwrap_or(-1));
            let rows: Vec<String> = self.line.ask(&command).await?;
            rows.iter().map(|row| parse(row)).collect()
        })
    }

    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>> {
        Box::pin(self.field(format!("fd:i:{visitor}"), id.as_str()))
    }

    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>> {
        Box::pin(async move {
            self.line.ask(redis::cmd("LRANGE").arg(format!("fd:c:{visitor}")).arg(0).arg(-1)).await
        })
    }

    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>> {
        Box::pin(self.field(format!("fd:h:{visitor}"), id))
    }

    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()> {
        Box::pin(async move {
            let arguments = [
                hex(&session.hash).into_bytes(),
                session.desk.into_bytes(),
                session.expires_ms.to_string().into_bytes(),
                serde_json::to_vec(&visitor)?,
            ];
            self.run(&scripts::OPEN, &visitor.id, &arguments).await.map(drop)
        })
    }

    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()> {
        Box::pin(async move {
            let arguments = [expires_ms.to_string().into_bytes()];
            self.run(&scripts::TOUCH, &hex(hash), &arguments).await.map(drop)
        })
    }

    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()> {
        Box::pin(async move {
            self.run_surely(&scripts::WRITE, &batch.record.id, &arguments(&batch)?).await.map(drop)
        })
    }

    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()> {
        Box::pin(async move { self.run_surely(&scripts::ERASE, visitor, &[Vec::new()]).await.map(drop) })
    }

    fn unfinished(&self) -> Stored<'_, Vec<String>> {
        Box::pin(async move { self.line.ask(redis::cmd("ZRANGE").arg("fd:care").arg(0).arg(-1)).await })
    }

    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>> {
        Box::pin(
            async move { self.line.ask(redis::cmd("HGET").arg(format!("fd:v:{visitor}")).arg("rev")).await },
        )
    }

    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased> {
        Box::pin(async move {
            let arguments = [
                role.word().as_bytes().to_vec(),
                format!("{holder:016x}").into_bytes(),
                life(),
                usize::from(role.cares()).to_string().into_bytes(),
                self.line.polite().as_millis().to_string().into_bytes(),
            ];
            let answer = self.run(&scripts::LEASE, visitor, &arguments).await?;
            let number = |at: usize| answer.get(at).and_then(|text| text.parse().ok()).ok_or_else(broken);
            match answer.first().map(String::as_str) {
                Some("HELD") => {
                    Ok(Leased::Held { generation: number(1)?, rev: number(2)?, wanted: number(3)? == 1 })
                }
                Some("TAKEN") => {
                    Ok(Leased::Taken { left: Duration::from_millis(number(1)?), rev: number(2)? })
                }
                _ => Err(broken()),
            }
        })
    }

    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()> {
        Box::pin(async move {
            let arguments =
                [fence.role.word().as_bytes().to_vec(), fence.generation.to_string().into_bytes()];
            self.run(&scripts::RELEASE, visitor, &arguments).await.map(drop)
        })
    }

    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>> {
        Box::pin(async move {
            let arguments = [most.to_string().into_bytes(), life()];
            let answer = self.run(&scripts::ORPHANS, "", &arguments).await?;
            Ok(answer.into_iter().skip(1).collect())
        })
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool> {
        Box::pin(async move {
            let arguments = [
                hex(&key).into_bytes(),
                usize::from(slip.is_alone()).to_string().into_bytes(),
                serde_json::to_vec(&slip)?,
                life.as_millis().to_string().into_bytes(),
            ];
            let answer = self.run(&scripts::PUT_SLIP, slip.visitor(), &arguments).await?;
            Ok(answer.first().is_some_and(|word| word == "OK"))
        })
    }

    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        Box::pin(self.field(format!("fd:k:{}", hex(key)), "slip"))
    }

    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        Box::pin(async move {
            let answer = self.run(&scripts::TAKE_SLIP, &hex(key), &[]).await?;
            answer.get(1).map(|slip| parse(slip)).transpose()
        })
    }

    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()> {
        Box::pin(async move {
            let arguments = [serde_json::to_vec(&pass)?, pass.until_ms.to_string().into_bytes()];
            // Not repeated here: whoever finds it used sees by what is kept whether that was this use.
            self.run(&scripts::SPEND, &hex(key), &arguments).await.map(drop)
        })
    }

    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>> {
        Box::pin(async move {
            let found: Option<String> =
                self.line.ask(redis::cmd("GET").arg(format!("fd:j:{}", hex(key)))).await?;
            found.as_deref().map(parse).transpose()
        })
    }

    fn sessions(&self) -> Stored<'_, u64> {
        Box::pin(async move { self.line.ask(redis::cmd("SCARD").arg("fd:visitors")).await })
    }

    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64> {
        Box::pin(sweep::sweep(self, now_ms, retention_ms))
    }

    fn flush(&self) -> Stored<'_, ()> {
        Box::pin(async move { self.run(&scripts::FLUSH, "", &[]).await.map(drop) })
    }
}
