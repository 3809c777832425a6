//! Sends through the proxy to the sandbox, beside the same requests to a bare echo.

use super::echo::Echo;
use super::options::Options;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::link::{Carrier, FaultLog, FaultPlan, HttpCarrier, Link, Request};
use crate::replay::centre::Centre;
use crate::replay::desk::{AgentApi, Desk};
use crate::replay::processes::Processes;
use anyhow::{Context, bail};
use frontdesk_contract::{
    About, Body, ClientId, Connect, ConnectTo, Contact, ContactState, EventKind, OpenSession, PostMessage,
    PostedStatus,
};
use frontdesk_core::{Answer, Call};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Visitors at the same time.
const LEVELS: [u64; 3] = [1, 8, 64];
/// How long a visitor may wait for the agent.
const CONNECTED: Duration = Duration::from_secs(60);
/// Echoes for each message: they are so much faster that as many would be over before all have begun.
const ECHOES: u64 = 10;
const TIMEOUT_MS: u32 = 40_000;
const TEXT: &str = "A sentence of usual length, as visitors write it.";

/// Speed of one kind of request.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Speed {
    /// Requests answered in a second, by all visitors together.
    pub per_second: f64,
    /// Half are answered faster.
    pub p50_ms: f64,
    /// One in a hundred is answered more slowly.
    pub p99_ms: f64,
}

/// What was measured with one number of visitors.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Level {
    /// At the same time.
    pub visitors: u64,
    /// From `POST /v1/messages` until `accepted`.
    pub send: Speed,
    /// The same body to the echo.
    pub echo: Speed,
    /// Rate of sends by rate of the echo.
    pub rate_ratio: f64,
    /// Median of sends by median of the echo.
    pub p50_ratio: f64,
}

/// Starts proxy and sandbox, and measures every level.
///
/// # Errors
/// When they do not start or do not take messages.
pub async fn measure(options: &Options) -> anyhow::Result<Vec<Level>> {
    options.switches.check()?;
    let mut processes = Processes::start_sandbox(options.keep).await?;
    let centre = Centre::new(&processes.sandbox_url)?;
    let visitors = LEVELS.iter().sum();
    centre.set_up(&options.switches, visitors, FaultPlan::default()).await?;
    processes.start_proxy(&options.switches, &centre.settings().await?).await?;
    let _desk = Desk::open(AgentApi::sign_in(centre.base(), "Bench").await?, Clock::start());
    let echo = Echo::start().await?;
    let mut levels = Vec::new();
    for visitors in LEVELS {
        eprintln!("{visitors} visitors");
        let each = options.messages.div_ceil(visitors);
        let echo = echo_speed(&echo.url, visitors, each).await?;
        let send = send_speed(&processes.proxy_url, &options.switches.desk, visitors, each).await?;
        let ratio = |value: f64, of: f64| if of > 0.0 { value / of } else { 0.0 };
        levels.push(Level {
            visitors,
            send,
            echo,
            rate_ratio: ratio(send.per_second, echo.per_second),
            p50_ratio: ratio(send.p50_ms, echo.p50_ms),
        });
    }
    Ok(levels)
}

fn message(chance: &mut Chance) -> PostMessage {
    PostMessage { id: ClientId::from_bits(chance.next_u128()), body: Body::Text(TEXT.into()) }
}

async fn echo_speed(url: &str, visitors: u64, each: u64) -> anyhow::Result<Speed> {
    let mut echoes = Vec::new();
    for visitor in 0..visitors {
        let body = serde_json::to_vec(&message(&mut Chance::new(visitor)))?;
        let headers = vec![("Content-Type", "application/json".to_owned())];
        let request =
            Request { method: "POST", path: "/v1/messages".into(), headers, body: Some(body.into()) };
        let carrier = HttpCarrier::new(url)?;
        // Visitors have a connection, too, when they begin to send.
        carrier.carry(request.clone()).await.context("the echo does not answer")?;
        echoes.push((carrier, request));
    }
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for (carrier, request) in echoes {
        tasks.spawn(async move {
            let mut times = Vec::new();
            for _ in 0..each * ECHOES {
                let begun = Instant::now();
                carrier.carry(request.clone()).await.context("the echo does not answer")?;
                times.push(begun.elapsed());
            }
            Ok(times)
        });
    }
    speed(tasks, started).await
}

async fn send_speed(url: &str, desk: &str, visitors: u64, each: u64) -> anyhow::Result<Speed> {
    let mut senders = Vec::new();
    for visitor in 0..visitors {
        senders.push(Sender::connect(url, desk, visitors * 1_000 + visitor).await?);
    }
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for sender in senders {
        tasks.spawn(sender.send(each));
    }
    speed(tasks, started).await
}

async fn speed(mut tasks: JoinSet<anyhow::Result<Vec<Duration>>>, started: Instant) -> anyhow::Result<Speed> {
    let mut times = Vec::new();
    while let Some(task) = tasks.join_next().await {
        times.extend(task??);
    }
    let per_second = times.len() as f64 / started.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |percent: usize| {
        let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
        times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    };
    Ok(Speed { per_second, p50_ms: at(50), p99_ms: at(99) })
}

/// A visitor whom an agent serves.
struct Sender {
    link: Link,
    credential: String,
    chance: Chance,
}

impl Sender {
    async fn connect(url: &str, desk: &str, number: u64) -> anyhow::Result<Self> {
        let link =
            Link::new(Arc::new(HttpCarrier::new(url)?), FaultPlan::default(), FaultLog::default(), number);
        let mut chance = Chance::new(number);
        let open = OpenSession {
            protocol: frontdesk_contract::PROTOCOL,
            desk: desk.into(),
            locale: Some("en".into()),
            identity: None,
            resume: None,
            id: None,
        };
        let opened = link.ask(&Call::OpenSession(open), None, None, TIMEOUT_MS).await;
        let Ok(Answer::Opened(opened)) = opened else { bail!("no session: {opened:?}") };
        let connect = Connect {
            id: ClientId::from_bits(chance.next_u128()),
            to: ConnectTo::Agent,
            about: About::default(),
        };
        let sender = Self { link, credential: opened.session, chance };
        let connected = sender.ask(&Call::Connect(connect)).await?;
        let served = tokio::time::timeout(CONNECTED, sender.served(&connected)).await;
        served.context("no agent in time")??;
        Ok(sender)
    }

    async fn ask(&self, call: &Call) -> anyhow::Result<Answer> {
        let answer = self.link.ask(call, Some(&self.credential), None, TIMEOUT_MS).await;
        answer.map_err(|failure| anyhow::anyhow!("the proxy answered {failure:?}"))
    }

    async fn served(&self, connected: &Answer) -> anyhow::Result<()> {
        let by_agent = |contact: &Contact| contact.state == ContactState::Agent;
        if matches!(connected, Answer::Contact(contact) if by_agent(contact)) {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let Answer::Events(page) = self.ask(&Call::Events { after, wait_s: 5 }).await? else {
                bail!("the proxy answered something else");
            };
            after = page.next;
            if page.events.iter().any(|e| matches!(&e.kind, EventKind::Contact(contact) if by_agent(contact)))
            {
                return Ok(());
            }
        }
    }

    async fn send(mut self, each: u64) -> anyhow::Result<Vec<Duration>> {
        let mut times = Vec::new();
        for _ in 0..each {
            let call = Call::PostMessage(message(&mut self.chance));
            let begun = Instant::now();
            let answer = self.ask(&call).await?;
            times.push(begun.elapsed());
            if !matches!(answer, Answer::Posted(posted) if posted.status == PostedStatus::Accepted) {
                bail!("not accepted: {answer:?}");
            }
        }
        self.ask(&Call::EndContact).await?;
        Ok(times)
    }
}
