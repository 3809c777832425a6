//! The sandbox's agent interface, as far as a scripted agent needs it.

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(40);

/// One signed-in agent's connection.
#[derive(Clone, Debug)]
pub struct AgentApi {
    client: reqwest::Client,
    base: String,
    token: String,
}

/// Conversations that have changed.
#[derive(Debug, Deserialize)]
pub struct Changes {
    /// What to ask after next time.
    pub next: u64,
    /// As they stand.
    pub conversations: Vec<ContactView>,
}

/// A conversation on the desk.
#[derive(Clone, Debug, Deserialize)]
pub struct ContactView {
    /// The centre's number of it.
    pub id: u64,
    /// `robot`, `waiting`, `active`, `ended` or `offline`.
    pub state: String,
    /// The visitor at the centre.
    #[serde(rename = "userId")]
    pub user_id: String,
    /// The visitor's name.
    #[serde(rename = "userName")]
    pub user_name: String,
    /// Lines altogether, of all sides.
    pub message_count: u64,
    /// The visitor is typing.
    pub visitor_typing: bool,
}

/// A line of a conversation.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Its number, from 1.
    pub seq: u64,
    /// The id its sender gave it.
    pub message_id: Option<String>,
    /// `visitor`, `robot`, `agent` or `system`.
    pub from: String,
    /// What it says.
    pub text: String,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Lines {
    messages: Vec<Entry>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

impl AgentApi {
    /// Signs an agent in.
    ///
    /// # Errors
    /// When the sandbox cannot be reached or refuses.
    pub async fn sign_in(base: &str, name: &str) -> anyhow::Result<Self> {
        let client = crate::http::client(TIMEOUT, Some(TIMEOUT))?;
        let base = base.trim_end_matches('/').to_owned();
        let answer = client
            .post(format!("{base}/agent/api/login"))
            .body(json!({ "name": name }).to_string())
            .send()
            .await
            .with_context(|| format!("cannot reach the sandbox at {base}"))?;
        if !answer.status().is_success() {
            bail!("the sandbox refused to sign an agent in: {}", answer.status());
        }
        let Token { token } = serde_json::from_slice(&answer.bytes().await?)?;
        Ok(Self { client, base, token })
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: String) -> reqwest::Result<T> {
        let request = self.client.get(format!("{}{path}", self.base)).header("Agent-Token", &self.token);
        request.send().await?.error_for_status()?.json().await
    }

    /// Conversations changed after change number `after`; waits for one for `wait_s` seconds.
    ///
    /// # Errors
    /// When the sandbox does not answer properly; the same holds for all that follow.
    pub async fn changes(&self, after: u64, wait_s: u64) -> reqwest::Result<Changes> {
        self.get(format!("/agent/api/changes?after={after}&wait={wait_s}")).await
    }

    /// The lines of a conversation after number `after`.
    ///
    /// # Errors
    /// As above.
    pub async fn entries(&self, contact: u64, after: u64) -> reqwest::Result<Vec<Entry>> {
        let lines: Lines = self.get(format!("/agent/api/conversations/{contact}?after={after}")).await?;
        Ok(lines.messages)
    }

    /// Types a text; answers its code, or nothing when the conversation takes none any more.
    ///
    /// # Errors
    /// As above.
    pub async fn reply(&self, contact: u64, text: &str) -> reqwest::Result<Option<String>> {
        let request = self
            .client
            .post(format!("{}/agent/api/conversations/{contact}/messages", self.base))
            .header("Agent-Token", &self.token)
            .body(json!({ "text": text }).to_string());
        let answer = request.send().await?;
        if answer.status().is_client_error() {
            return Ok(None);
        }
        let Code { code } = answer.error_for_status()?.json().await?;
        Ok(Some(code))
    }
}
