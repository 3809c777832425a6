//! The line to the server: one connection for all, made anew when it breaks or falls silent, and checked each time: what
//! comes back may be another server, an empty one, or one with other settings.

use super::super::{SCHEMA, StoreError};
use redis::aio::{MultiplexedConnection, PubSub};
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, RedisError, Script};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// An answer is waited for so long, a connection so long.
const ANSWER: Duration = Duration::from_secs(2);
const CONNECT: Duration = Duration::from_secs(1);
/// So long after the store was away whoever held a lease comes first, although its time has run out meanwhile: everybody
/// else had to stand still as well.
const POLITE: Duration = Duration::from_secs(2);
/// After an attempt that failed the next is made no sooner.
const PAUSE: Duration = Duration::from_millis(200);

/// The line.
pub(super) struct Line {
    client: Client,
    accept_loss: bool,
    state: Mutex<State>,
    /// What marks the store that was found first: another mark is another store.
    mark: Mutex<Option<String>>,
}

#[derive(Default)]
struct State {
    connection: Option<(u64, MultiplexedConnection)>,
    number: u64,
    /// The attempt to connect that is under way; closed when it has ended.
    attempt: Option<watch::Receiver<()>>,
    failed: Option<(Instant, StoreError)>,
    /// When it was there again after it had been away.
    back: Option<Instant>,
}

impl Line {
    pub(super) fn new(client: Client, accept_loss: bool) -> Self {
        Self { client, accept_loss, state: Mutex::default(), mark: Mutex::default() }
    }

    /// The mark of the store.
    pub(super) fn mark(&self) -> String {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that was good a moment ago, and its number.
    ///
    /// Nobody who waits for it holds anything that another one needs: a caller may be left standing in the middle, as work
    /// is whose lease has run out, and that lease is renewed by this line.
    pub(super) async fn connection(self: &Arc<Self>) -> Result<(u64, MultiplexedConnection), StoreError> {
        loop {
            let mut attempt = {
                let mut state = self.state();
                if let Some((number, connection)) = &state.connection {
                    return Ok((*number, connection.clone()));
                }
                match (&state.attempt, &state.failed) {
                    (Some(attempt), _) if attempt.has_changed().is_ok() => attempt.clone(),
                    (_, Some((at, why))) if at.elapsed() < PAUSE => return Err(again(why)),
                    _ => state.attempt.insert(self.attempt()).clone(),
                }
            };
            // An error says that it has ended.
            let _ended = attempt.changed().await;
        }
    }

    /// Begins to connect, in a task of its own: it goes on whoever waits for it.
    fn attempt(self: &Arc<Self>) -> watch::Receiver<()> {
        let (ended, attempt) = watch::channel(());
        let line = Arc::clone(self);
        tokio::spawn(async move {
            let connected = line.connect().await;
            let mut state = line.state();
            match connected {
                Ok(connection) => {
                    if state.number > 0 {
                        state.back = Some(Instant::now());
                    }
                    state.number += 1;
                    state.failed = None;
                    state.connection = Some((state.number, connection));
                }
                Err(error) => state.failed = Some((Instant::now(), error)),
            }
            state.attempt = None;
            drop(ended);
        });
        attempt
    }

    /// How long those who held a lease still come first.
    pub(super) fn polite(&self) -> Duration {
        let back = self.state().back;
        back.map_or(Duration::ZERO, |back| POLITE.saturating_sub(back.elapsed()))
    }

    async fn connect(&self) -> Result<MultiplexedConnection, StoreError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER));
        let connected = self.client.get_multiplexed_async_connection_with_config(&config);
        let mut connection =
            tokio::time::timeout(CONNECT + ANSWER, connected).await.map_err(|_| silent())?.map_err(failed)?;
        self.prepare(&mut connection).await?;
        Ok(connection)
    }

    /// A connection for news.
    pub(super) async fn listen(&self, channel: &str) -> Result<PubSub, StoreError> {
        let connected = async {
            let mut news = self.client.get_async_pubsub().await.map_err(failed)?;
            news.subscribe(channel).await.map_err(failed)?;
            Ok(news)
        };
        tokio::time::timeout(CONNECT + ANSWER, connected).await.map_err(|_| silent())?
    }

    /// Whatever goes wrong on a connection, the next call takes a new one.
    pub(super) fn give_up(&self, number: u64) {
        let mut state = self.state();
        if state.connection.as_ref().is_some_and(|(current, _)| *current == number) {
            state.connection = None;
        }
    }

    /// Asks one command.
    pub(super) async fn ask<T: FromRedisValue>(self: &Arc<Self>, command: &Cmd) -> Result<T, StoreError> {
        let (number, mut connection) = self.connection().await?;
        match command.query_async(&mut connection).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.broken(number, error)),
        }
    }

    /// Asks several commands at once.
    pub(super) async fn ask_all<T: FromRedisValue>(
        self: &Arc<Self>,
        commands: &Pipeline,
    ) -> Result<T, StoreError> {
        let (number, mut connection) = self.connection().await?;
        match commands.query_async(&mut connection).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.broken(number, error)),
        }
    }

    /// Runs a script about `visitor`.
    pub(super) async fn run(
        self: &Arc<Self>,
        script: &Script,
        channel: &str,
        visitor: &str,
        arguments: &[Vec<u8>],
    ) -> Result<Vec<String>, StoreError> {
        let (number, mut connection) = self.connection().await?;
        let mut call = script.key(channel);
        call.arg(self.mark()).arg(visitor);
        for argument in arguments {
            call.arg(argument.as_slice());
        }
        let answer: Vec<String> = match call.invoke_async(&mut connection).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.broken(number, error)),
        };
        if answer.first().is_some_and(|word| word == "EMPTY") {
            // It is looked at closely with the next connection.
            self.give_up(number);
            return Err(StoreError::Failed("the store has lost what was in it, or is another one".into()));
        }
        Ok(answer)
    }

    fn broken(&self, number: u64, error: RedisError) -> StoreError {
        self.give_up(number);
        failed(error)
    }

    /// Checks that the server keeps what it confirms, and that the store is ours to use.
    async fn prepare(&self, connection: &mut MultiplexedConnection) -> Result<(), StoreError> {
        if !self.accept_loss {
            for (setting, wanted) in WANTED {
                let mut command = redis::cmd("CONFIG");
                command.arg("GET").arg(setting);
                let found: Vec<String> = command.query_async(connection).await.map_err(|error| {
                    let text = format!(
                        "the store's setting `{setting}` cannot be read ({error}); if it may lose what it has confirmed, say \
                         `store_accept_loss = true`"
                    );
                    StoreError::Failed(text)
                })?;
                let found = found.get(1).map_or("", String::as_str);
                if found != *wanted {
                    let text = format!(
                        "the store has `{setting} {found}`: it would lose what it has confirmed; set `{setting} {wanted}` \
                         there, or say `store_accept_loss = true`"
                    );
                    return Err(StoreError::Failed(text));
                }
            }
        }
        let mut commands = redis::pipe();
        let mark = format!("{:032x}", rand::random::<u128>());
        commands.atomic();
        commands.cmd("HSETNX").arg(META).arg("made").arg(&mark).ignore();
        commands.cmd("HSETNX").arg(META).arg("schema").arg(SCHEMA).ignore();
        commands.cmd("HMGET").arg(META).arg("made").arg("schema");
        let ((made, schema),): ((String, u32),) = commands.query_async(connection).await.map_err(failed)?;
        if schema > SCHEMA {
            return Err(StoreError::Newer { found: schema });
        }
        let mut known = self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_some_and(|known| *known != made) {
            tracing::error!(
                "the store was emptied or is another one: sessions from before are not known any more"
            );
        }
        *known = Some(made);
        Ok(())
    }
}

/// What a server must be set to that keeps what it confirms.
const WANTED: &[(&str, &str)] =
    &[("appendonly", "yes"), ("appendfsync", "always"), ("maxmemory-policy", "noeviction")];

/// What is known of the store itself.
const META: &str = "fd:meta";

/// What the server or the line says, as the error of the store.
fn failed(error: RedisError) -> StoreError {
    StoreError::Failed(error.to_string())
}

/// The same error for whoever else waited.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Newer { found } => StoreError::Newer { found: *found },
        StoreError::Failed(why) => StoreError::Failed(why.clone()),
        other => StoreError::Failed(other.to_string()),
    }
}

fn silent() -> StoreError {
    StoreError::Failed("the store does not answer".into())
}
