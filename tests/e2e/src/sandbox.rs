//! The sandbox centre's own interface: what it has on record, and scenarios.

use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::stack::Stack;
use crate::wait::{SOON, until};

/// The newest messages of a conversation that are asked for: all.
const MESSAGES: u32 = 5_000;

/// The interface of a running centre that knows one visitor.
#[derive(Debug)]
pub struct Sandbox {
    client: Client,
    base: String,
}

impl Sandbox {
    /// That of this stack's centre.
    #[must_use]
    pub fn of(stack: &Stack) -> Self {
        Self { client: client(), base: stack.centre.base_url.clone() }
    }

    /// That of a centre elsewhere.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self { client: client(), base: base.to_owned() }
    }

    /// Begins a scenario of the centre's own in the newest conversation, with so many milliseconds between two steps.
    ///
    /// # Errors
    ///
    /// When there is no such scenario, or no conversation.
    pub async fn play_own(&self, name: &str, pace_ms: u64) -> Result<()> {
        let all = self.json(Method::GET, "/sandbox/scenarios", None).await?;
        let list = all.get("scenarios").and_then(Value::as_array).context("there is no list")?;
        let own = list.iter().find(|own| own.get("name") == Some(&json!(name)));
        let steps = own.and_then(|own| own.get("steps")).with_context(|| format!("no scenario {name}"))?;
        self.play(steps, pace_ms).await
    }

    /// Begins a scenario of these steps in the newest conversation.
    ///
    /// # Errors
    ///
    /// When a step is wrong, or there is no conversation.
    pub async fn play(&self, steps: &Value, pace_ms: u64) -> Result<()> {
        let scenario = json!({"name": "a story's", "pace_ms": pace_ms, "steps": steps});
        self.json(Method::POST, "/sandbox/scenario", Some(&json!({"scenario": scenario}))).await.map(drop)
    }

    /// Everything that the centre holds about the visitor.
    ///
    /// # Errors
    ///
    /// When it does not know exactly one.
    pub async fn record(&self) -> Result<Value> {
        let mut all = self.records().await?;
        ensure!(all.len() == 1, "the centre knows {} visitors", all.len());
        all.pop().context("there is no visitor")
    }

    /// The same about every visitor.
    ///
    /// # Errors
    ///
    /// When it cannot be had.
    pub async fn records(&self) -> Result<Vec<Value>> {
        let known = self.json(Method::GET, "/sandbox/record", None).await?;
        let users = known.get("users").and_then(Value::as_array).context("there is no list")?;
        let mut records = Vec::new();
        for user in users {
            let user = user.as_str().context("a visitor without an id")?;
            let path = format!("/sandbox/record?userId={user}&messages={MESSAGES}");
            records.push(self.json(Method::GET, &path, None).await?);
        }
        Ok(records)
    }

    /// The calls of all visitors, those of one visitor oldest first.
    ///
    /// # Errors
    ///
    /// When they cannot be had.
    pub async fn calls(&self) -> Result<Vec<Value>> {
        let of = |record: &Value| record.get("calls").and_then(Value::as_array).cloned();
        Ok(self.records().await?.iter().filter_map(of).flatten().collect())
    }

    /// The calls that staff have placed, oldest first.
    ///
    /// # Errors
    ///
    /// When they cannot be had.
    pub async fn outbound(&self) -> Result<Vec<Value>> {
        let known = self.json(Method::GET, "/sandbox/record", None).await?;
        let calls = known.get("outbound_calls").and_then(Value::as_array).context("there is no list")?;
        Ok(calls.clone())
    }

    /// All messages of all conversations, oldest first.
    ///
    /// # Errors
    ///
    /// When it cannot be had.
    pub async fn messages(&self) -> Result<Vec<Value>> {
        Ok(messages(&self.record().await?))
    }

    /// The texts of the visitor, oldest first.
    ///
    /// # Errors
    ///
    /// When they cannot be had.
    pub async fn texts(&self) -> Result<Vec<String>> {
        Ok(texts(&self.messages().await?))
    }

    /// The texts of all visitors, those of one visitor oldest first.
    ///
    /// # Errors
    ///
    /// When they cannot be had.
    pub async fn texts_of_all(&self) -> Result<Vec<String>> {
        Ok(self.records().await?.iter().flat_map(|record| texts(&messages(record))).collect())
    }

    /// Waits until something is found in the record.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn holds<T>(&self, what: &str, find: impl Fn(&Value) -> Option<T>) -> Result<T> {
        until(&format!("the centre has {what}"), async || {
            let record = self.record().await?;
            find(&record).with_context(|| format!("it has {record}"))
        })
        .await
    }

    /// A file as it lies in the centre.
    ///
    /// # Errors
    ///
    /// When there is none of this key.
    pub async fn file(&self, key: &str) -> Result<Vec<u8>> {
        let token = self.sign_in("Clerk").await?;
        let request = self.client.get(format!("{}/agent/api/files/{key}", self.base));
        let answer = good(request.header("Agent-Token", token).send().await?).await?;
        Ok(answer.bytes().await?.to_vec())
    }

    /// Signs an agent in, without a page; gives what names the agent from then on.
    ///
    /// # Errors
    ///
    /// When the centre refuses.
    pub async fn sign_in(&self, name: &str) -> Result<String> {
        let login = self.json(Method::POST, "/agent/api/login", Some(&json!({"name": name}))).await?;
        Ok(login.get("token").and_then(Value::as_str).context("no token")?.to_owned())
    }

    async fn json(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Ok(good(request.send().await?).await?.json().await?)
    }
}

/// A client for programs on this machine, however this one was built.
pub(crate) fn client() -> Client {
    // One that cannot be set up is as good as none.
    frontdesk_visitor::http::client(SOON, None).unwrap_or_default()
}

async fn good(answer: Response) -> Result<Response> {
    let (status, path) = (answer.status(), answer.url().path().to_owned());
    if status.is_success() {
        return Ok(answer);
    }
    anyhow::bail!("{path}: {status} {}", answer.text().await?)
}

/// All messages of a visitor's conversations, oldest first.
fn messages(record: &Value) -> Vec<Value> {
    let conversations = record.get("conversations").and_then(Value::as_array);
    let of = |conversation: &Value| conversation.get("messages").and_then(Value::as_array).cloned();
    conversations.into_iter().flatten().filter_map(of).flatten().collect()
}

/// What the visitor wrote.
fn texts(messages: &[Value]) -> Vec<String> {
    let is = |message: &Value, field: &str, word: &str| message.get(field) == Some(&json!(word));
    let own = messages.iter().filter(|own| is(own, "from", "visitor") && is(own, "media", "TEXT"));
    own.filter_map(|own| own.get("text")?.as_str().map(str::to_owned)).collect()
}
