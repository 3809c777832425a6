//! One visitor, who repeats what was not answered as the widget does: with the same id, until it is.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use frontdesk_contract::{
    About, Body, ClientId, Connect, ConnectTo, ErrorCode, EventPage, OpenSession, PROTOCOL, PostMessage,
    Posted, SessionOpened,
};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::api::{Api, is_refused};
use crate::report::Times;

/// Pause before a repetition, unless the answer names another.
const PAUSE: Duration = Duration::from_millis(100);
/// Longest pause, whatever the answer says.
const PAUSE_MAX: Duration = Duration::from_secs(3);
/// What is not done by then is lost.
const LONGEST: Duration = Duration::from_secs(120);

/// What became of requests.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// How long those took that were done at the first attempt.
    pub times: Times,
    /// Attempts that came to nothing, by the code of the answer; `balancer` for one that is none of
    /// ours, `refused` when nobody listened, `broken` when a request had no answer.
    pub failed: BTreeMap<String, usize>,
    /// How long these took.
    pub failed_times: Times,
}

impl Asked {
    /// Attempts that came to nothing.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.failed.values().sum()
    }

    /// Another's as well.
    pub fn join(&mut self, other: Self) {
        self.times.join(other.times);
        self.failed_times.join(other.failed_times);
        for (code, count) in other.failed {
            *self.failed.entry(code).or_default() += count;
        }
    }

    /// One attempt came to nothing, after so long.
    fn fail(&mut self, code: &str, took: Duration) {
        self.failed_times.add(took);
        *self.failed.entry(code.to_owned()).or_default() += 1;
    }
}

/// A visitor with an open conversation.
#[derive(Clone, Debug)]
pub struct Visitor {
    api: Api,
    session: String,
    number: usize,
}

impl Visitor {
    /// Opens a session and a conversation with the robot.
    ///
    /// # Errors
    ///
    /// When that is refused for good, or not done in time.
    pub async fn arrive(api: &Api, desk: &str, number: usize, asked: &mut Asked) -> Result<Self> {
        let wish = OpenSession {
            protocol: PROTOCOL,
            desk: desk.to_owned(),
            locale: Some("en".to_owned()),
            identity: None,
            resume: None,
            id: None,
        };
        let opened: SessionOpened = insist(api, "/v1/session", None, &wish, asked).await?;
        let visitor = Self { api: api.clone(), session: opened.session, number };
        let wish = Connect { id: id(number, 0), to: ConnectTo::Robot, about: About::default() };
        let _contact: serde_json::Value = visitor.insist("/v1/contact", &wish, asked).await?;
        Ok(visitor)
    }

    /// Says something; `turn` is never used twice.
    ///
    /// # Errors
    ///
    /// When it is refused for good, or not done in time.
    pub async fn say(&self, turn: u64, text: &str, asked: &mut Asked) -> Result<Posted> {
        let message = PostMessage { id: id(self.number, turn + 1), body: Body::Text(text.to_owned()) };
        self.insist("/v1/messages", &message, asked).await
    }

    /// What happened after `after`, waiting so many seconds for it.
    ///
    /// # Errors
    ///
    /// When there is no such answer; asked once.
    pub async fn events(&self, after: u64, wait_s: u32) -> Result<EventPage> {
        let path = format!("/v1/events?after={after}&wait={wait_s}");
        self.api.ask(Method::GET, &path, Some(&self.session), None).await?.json()
    }

    /// Ends session and conversation; asked once.
    ///
    /// # Errors
    ///
    /// When that is not done.
    pub async fn leave(self) -> Result<()> {
        let reply = self.api.ask(Method::DELETE, "/v1/session", Some(&self.session), None).await?;
        ensure!(reply.is_done(), "{}", reply.status);
        Ok(())
    }

    /// Which one this is.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    async fn insist<T: DeserializeOwned>(
        &self,
        path: &str,
        wish: &impl Serialize,
        asked: &mut Asked,
    ) -> Result<T> {
        insist(&self.api, path, Some(&self.session), wish, asked).await
    }
}

/// The id of something that a visitor does.
fn id(number: usize, turn: u64) -> ClientId {
    ClientId::new(format!("load-{number}-{turn}"))
}

/// Asks until it is done.
async fn insist<T: DeserializeOwned>(
    api: &Api,
    path: &str,
    session: Option<&str>,
    wish: &impl Serialize,
    asked: &mut Asked,
) -> Result<T> {
    let body = serde_json::to_vec(wish)?;
    let deadline = Instant::now() + LONGEST;
    let mut first = true;
    loop {
        let began = Instant::now();
        let answer = api.ask(Method::POST, path, session, Some(body.clone())).await;
        let pause = match &answer {
            Ok(reply) if reply.is_done() => {
                if first {
                    asked.times.add(began.elapsed());
                }
                return reply.json();
            }
            Ok(reply) => match reply.problem() {
                Some(problem) => {
                    asked.fail(&word(problem.code), began.elapsed());
                    if !may_repeat(problem.code, reply.status) {
                        bail!("{path}: {:?} {}", problem.code, problem.message);
                    }
                    problem.retry_after_ms.map_or(PAUSE, Duration::from_millis).min(PAUSE_MAX)
                }
                // A balancer whose proxy has just gone.
                None if reply.status >= 500 => {
                    asked.fail("balancer", began.elapsed());
                    PAUSE
                }
                None => bail!("{path}: {}", reply.status),
            },
            Err(error) => {
                asked.fail(if is_refused(error) { "refused" } else { "broken" }, began.elapsed());
                PAUSE
            }
        };
        first = false;
        if Instant::now() + pause >= deadline {
            answer.with_context(|| format!("{path}: not done in {} s", LONGEST.as_secs()))?;
            bail!("{path}: not done in {} s", LONGEST.as_secs());
        }
        tokio::time::sleep(pause).await;
    }
}

/// Whether the same request may be done later.
fn may_repeat(code: ErrorCode, status: u16) -> bool {
    status >= 500 || matches!(code, ErrorCode::InFlight | ErrorCode::RateLimited)
}

fn word(code: ErrorCode) -> String {
    serde_json::to_value(code).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
