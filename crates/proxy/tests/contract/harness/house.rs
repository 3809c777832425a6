//! The sandbox in this process: its switches, its time, its agents.

use super::{Stop, word};
use frontdesk_sandbox::{ManualClock, Sandbox, Settings};
use serde_json::{Value, json};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// When the sandbox's time begins, epoch ms.
pub(crate) const START_MS: u64 = 1_790_000_000_000;

/// A sandbox whose time passes when told to.
pub(crate) struct House {
    pub(crate) base: String,
    pub(crate) sandbox: Sandbox,
    clock: ManualClock,
    http: reqwest::Client,
    agents: Mutex<Vec<Agent>>,
    task: JoinHandle<()>,
}

/// Somebody at the desk.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) name: String,
    token: String,
}

impl House {
    pub(crate) async fn open(settings: Settings) -> Result<Self, String> {
        let clock = ManualClock::new(START_MS);
        let sandbox = Sandbox::at(settings, clock.clone()).map_err(|error| error.to_string())?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| error.to_string())?;
        let base = format!("http://{}", listener.local_addr().map_err(|error| error.to_string())?);
        let task =
            tokio::spawn(frontdesk_sandbox::serve_sandbox(listener, sandbox.clone(), std::future::pending()));
        let http = client()?;
        Ok(Self { base, sandbox, clock, http, agents: Mutex::default(), task })
    }

    /// The agents' side of a sandbox that runs elsewhere, in a time of its own.
    pub(crate) fn beside(base: &str, sandbox: Sandbox) -> Result<Self, String> {
        let (clock, task) = (ManualClock::new(START_MS), tokio::spawn(std::future::ready(())));
        Ok(Self { base: base.into(), sandbox, clock, http: client()?, agents: Mutex::default(), task })
    }

    /// Lets time pass there.
    pub(crate) fn advance(&self, time: Duration) {
        self.clock.advance(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }

    /// Changes switches while it runs.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) -> Result<(), Stop> {
        let mut settings = self.sandbox.settings();
        change(&mut settings);
        self.sandbox.set_settings(settings).map_err(|error| Stop::Wrong(error.to_string()))
    }

    /// A call of the sandbox's own switches.
    pub(crate) async fn control(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Stop> {
        let url = format!("{}/sandbox/{path}", self.base);
        let mut request = if method == "PUT" { self.http.put(url) } else { self.http.get(url) };
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        if !status.is_success() {
            return Err(Stop::Wrong(format!("the sandbox's {path} answered {status}: {text}")));
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// An agent who is there from now on.
    pub(crate) async fn sign_in(&self, name: &str) -> Result<Agent, Stop> {
        let known = self.agents.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(agent) = known.into_iter().find(|agent| agent.name == name) {
            return Ok(agent);
        }
        let answer = self.desk(None, "login", Some(&json!({"name": name}))).await?;
        let token = word(&answer["token"]).ok_or_else(|| Stop::Wrong("no agent token".into()))?;
        let agent = Agent { name: name.into(), token };
        self.agents.lock().unwrap_or_else(PoisonError::into_inner).push(agent.clone());
        Ok(agent)
    }

    /// A call of the agents' interface: a body posts, none asks.
    pub(crate) async fn desk(
        &self,
        agent: Option<&Agent>,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Stop> {
        let url = format!("{}/agent/api/{path}", self.base);
        let mut request = if body.is_some() { self.http.post(url) } else { self.http.get(url) };
        if let Some(agent) = agent {
            request = request.header("agent-token", &agent.token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await?;
        let (status, text) = (response.status(), response.text().await?);
        if !status.is_success() {
            return Err(Stop::Wrong(format!("the agents' {path} answered {status}: {text}")));
        }
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    /// The desk's id of this visitor's newest conversation.
    pub(crate) async fn conversation(&self, agent: &Agent, user: &str) -> Result<String, Stop> {
        let list = self.desk(Some(agent), "conversations", None).await?;
        let own = list["conversations"].as_array().into_iter().flatten().rev();
        let mut own = own.filter(|conversation| conversation["userId"] == user);
        own.next()
            .and_then(|conversation| word(&conversation["id"]))
            .ok_or_else(|| Stop::Wrong("the desk does not show the visitor's conversation".into()))
    }

    /// What the agent does with the visitor's conversation: `messages`, `end`, `typing`, `read`.
    pub(crate) async fn acts(
        &self,
        agent: &Agent,
        user: &str,
        act: &str,
        body: Value,
    ) -> Result<Value, Stop> {
        let id = self.conversation(agent, user).await?;
        self.desk(Some(agent), &format!("conversations/{id}/{act}"), Some(&body)).await
    }
}

/// The client for sandboxes, made once: that takes longer than a check. It keeps no connection, since each check has a
/// runtime of its own.
pub(super) fn client() -> Result<reqwest::Client, String> {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client.clone());
    }
    let builder =
        reqwest::Client::builder().no_proxy().gzip(true).tls_certs_only([]).pool_max_idle_per_host(0);
    let built =
        builder.redirect(reqwest::redirect::Policy::none()).build().map_err(|error| error.to_string())?;
    Ok(CLIENT.get_or_init(|| built).clone())
}

impl Drop for House {
    fn drop(&mut self) {
        self.task.abort();
    }
}
