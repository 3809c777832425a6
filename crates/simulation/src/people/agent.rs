//! An agent who serves all visitors at once, over the centre's agent interface. Nothing goes wrong on this way: it is the
//! measure of what was said and read.

use super::text;
use crate::record::{Heard, Over, Record, Said};
use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use frontdesk_visitor::chance::{Chance, mix};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tower::ServiceExt as _;

/// The agent looks at the desk so often.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Changes {
    next: u64,
    conversations: Vec<View>,
}

#[derive(Deserialize)]
struct View {
    id: u64,
    state: String,
    #[serde(rename = "userId")]
    user: String,
}

#[derive(Deserialize)]
struct Lines {
    messages: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    seq: u64,
    message_id: Option<String>,
    from: String,
    text: String,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// What the agent knows of one visitor.
#[derive(Debug, Default)]
struct Known {
    visitor: Option<u64>,
    /// The conversation that goes on.
    active: Option<u64>,
    /// Lines read of each conversation.
    read: BTreeMap<u64, u64>,
    /// Read before it was known whose they are.
    unknown: Vec<Heard>,
}

/// The agent at work.
pub struct Agent {
    router: Router,
    token: String,
    record: Arc<Record>,
    known: Mutex<BTreeMap<String, Known>>,
}

impl Agent {
    /// Signs in.
    ///
    /// # Errors
    /// When the centre refuses.
    pub async fn sign_in(router: Router, record: Arc<Record>) -> anyhow::Result<Arc<Self>> {
        let mut agent = Self { router, token: String::new(), record, known: Mutex::default() };
        let token: Token = agent.ask("POST", "/agent/api/login", "{\"name\":\"Li\"}".into()).await?;
        agent.token = token.token;
        Ok(Arc::new(agent))
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: String,
    ) -> anyhow::Result<T> {
        let request =
            axum::http::Request::builder().method(method).uri(path).header("Agent-Token", &self.token);
        let response = self.router.clone().oneshot(request.body(Body::from(body))?).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        anyhow::ensure!(status.is_success(), "the desk answers {status}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).context("the desk's answer")
    }

    /// Reads what visitors write, for ever.
    ///
    /// # Errors
    /// When the desk does not answer.
    pub async fn read(self: Arc<Self>) -> anyhow::Result<()> {
        let mut after = 0;
        loop {
            tokio::time::sleep(LOOK).await;
            let changes: Changes =
                self.ask("GET", &format!("/agent/api/changes?after={after}&wait=0"), String::new()).await?;
            after = changes.next;
            for view in changes.conversations {
                self.read_one(&view).await?;
            }
        }
    }

    async fn read_one(&self, view: &View) -> anyhow::Result<()> {
        let read =
            self.known().get(&view.user).and_then(|known| known.read.get(&view.id).copied()).unwrap_or(0);
        let path = format!("/agent/api/conversations/{}?after={read}", view.id);
        let lines: Lines = self.ask("GET", &path, String::new()).await?;
        let at_ms = self.record.now_ms();
        let mut all = self.known();
        let known = all.entry(view.user.clone()).or_default();
        match view.state.as_str() {
            "active" => {
                let next = known.active.replace(view.id) != Some(view.id);
                if let Some(visitor) = known.visitor.filter(|_| next) {
                    let end = |over: &mut Over| over.to_ms = over.to_ms.or(Some(at_ms));
                    self.record.talk(visitor, |talk| talk.over.iter_mut().for_each(end));
                }
            }
            _ if known.active == Some(view.id) => known.active = None,
            _ => {}
        }
        for line in lines.messages {
            known.read.insert(view.id, line.seq);
            if line.from != "visitor" {
                continue;
            }
            // Whichever arrives first tells who it is from.
            let told = line.text.split_once(": ").and_then(|(visitor, _)| visitor.parse().ok());
            known.visitor = known.visitor.or(told);
            let heard = Heard { text: line.text, id: line.message_id, at_ms };
            let text: String = heard.text.chars().take(12).collect();
            self.record.note(format_args!("desk reads {} of {:?}: {text}", line.seq, known.visitor));
            known.unknown.push(heard);
        }
        if let Some(visitor) = known.visitor {
            let heard = std::mem::take(&mut known.unknown);
            self.record.talk(visitor, |talk| talk.heard.extend(heard));
        }
        Ok(())
    }

    /// The conversation with this visitor.
    pub fn conversation(&self, visitor: u64) -> Option<u64> {
        self.known().values().find(|known| known.visitor == Some(visitor) && known.active.is_some())?.active
    }

    /// Says one thing to this visitor, as soon as there is a conversation.
    ///
    /// # Errors
    /// When the desk does not answer.
    pub async fn say(&self, visitor: u64, text: String) -> anyhow::Result<()> {
        loop {
            if let Some(conversation) = self.conversation(visitor) {
                let path = format!("/agent/api/conversations/{conversation}/messages");
                let at_ms = self.record.now_ms();
                let body = serde_json::json!({ "text": text }).to_string();
                // Refused when the conversation has just ended: the next one will take it.
                if let Ok(Code { code }) = self.ask("POST", &path, body).await {
                    self.record.note(format_args!("desk says {code} to {visitor}"));
                    self.record.talk(visitor, |talk| talk.said.push(Said { text, code, at_ms }));
                    return Ok(());
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Ends the conversation with this visitor, if there is one.
    ///
    /// # Errors
    /// When the desk does not answer.
    pub async fn end(&self, visitor: u64) -> anyhow::Result<()> {
        if let Some(conversation) = self.conversation(visitor) {
            let path = format!("/agent/api/conversations/{conversation}/end");
            let _view: serde_json::Value = self.ask("POST", &path, String::new()).await?;
            self.record.fault("agent: ends the conversation", format_args!("v{visitor}"));
            let over = Over { from_ms: self.record.now_ms(), to_ms: None };
            self.record.talk(visitor, |talk| talk.over.push(over));
        }
        Ok(())
    }

    /// Says so many things to this visitor, one after the other, with pauses of `pace` on average.
    ///
    /// # Errors
    /// When the desk does not answer.
    pub async fn talk(
        self: Arc<Self>,
        seed: u64,
        visitor: u64,
        messages: u64,
        pace: Duration,
    ) -> anyhow::Result<()> {
        let mut chance = Chance::new(mix(&[seed, 0xa9e7, visitor]));
        for nth in 0..messages {
            let most = u64::try_from(pace.as_millis()).unwrap_or(1) * 2;
            tokio::time::sleep(Duration::from_millis(chance.next_u64() % (most + 1))).await;
            self.say(visitor, text("a", nth)).await?;
        }
        Ok(())
    }
}
