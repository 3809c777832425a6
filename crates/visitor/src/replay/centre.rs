//! The sandbox's control interface.

use super::switches::Switches;
use crate::link::FaultPlan;
use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// Room for conversations that the agent has beyond one for each visitor.
const SPARE_CAPACITY: u64 = 32;

const TIMEOUT: Duration = Duration::from_secs(30);

/// A running sandbox.
#[derive(Clone, Debug)]
pub struct Centre {
    client: reqwest::Client,
    base: String,
}

/// A fault that the sandbox injected between proxy and centre.
#[derive(Clone, Debug, Deserialize)]
pub struct CentreFault {
    /// Its word for what went wrong.
    pub kind: String,
    /// The visitor at the centre.
    pub user_id: String,
    /// Ids that the request carried.
    pub message_ids: Vec<String>,
    /// The centre's codes of messages that were concerned.
    pub codes: Vec<String>,
    /// The centre did what was asked.
    pub took_effect: bool,
}

#[derive(Deserialize)]
struct Log {
    faults: Vec<CentreFault>,
}

#[derive(Deserialize)]
struct Stats {
    calls: BTreeMap<String, Calls>,
}

#[derive(Deserialize)]
struct Calls {
    total: u64,
}

impl Centre {
    /// The sandbox at this address.
    ///
    /// # Errors
    /// When the client cannot be set up.
    pub fn new(base: &str) -> anyhow::Result<Self> {
        let client = crate::http::client(TIMEOUT, Some(TIMEOUT))?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned() })
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Asks its control interface for something, by path.
    ///
    /// # Errors
    /// When the sandbox does not answer properly.
    pub async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await;
        let answer = answer.with_context(|| format!("cannot reach the sandbox at {}", self.base))?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Changes settings or faults.
    ///
    /// # Errors
    /// When the sandbox cannot be reached or refuses.
    pub async fn put(&self, what: &str, patch: &Value) -> anyhow::Result<()> {
        let url = format!("{}/sandbox/{what}", self.base);
        let answer = self.client.put(url).json(patch).send().await;
        let answer = answer.with_context(|| format!("cannot reach the sandbox at {}", self.base))?;
        if !answer.status().is_success() {
            bail!("the sandbox refused {what}: {}", answer.text().await?);
        }
        Ok(())
    }

    /// Sets it to these switches, with room for so many conversations, and lets it disturb calls.
    ///
    /// # Errors
    /// When the sandbox cannot be reached or refuses.
    pub async fn set_up(&self, switches: &Switches, visitors: u64, faults: FaultPlan) -> anyhow::Result<()> {
        let settings = json!({
            "dialect": switches.dialect.word(),
            "message_id": switches.message_id.word(),
            "poll": switches.poll.word(),
            "history": switches.keeps_history(),
            "agent_capacity": visitors + SPARE_CAPACITY,
            "auto_assign": true,
            "offline": false,
            "hours": "open",
            "idle_end_s": 0,
            "send_interval_ms": 0,
            "survey": "WEB",
        });
        self.put("settings", &settings).await?;
        self.put("faults", &json!({ "seed": faults.seed, "percent": faults.percent })).await
    }

    /// Its settings.
    ///
    /// # Errors
    /// When the sandbox does not answer properly; the same holds for all that follow.
    pub async fn settings(&self) -> anyhow::Result<Value> {
        self.get("/sandbox/settings").await
    }

    /// Every fault it has injected.
    ///
    /// # Errors
    /// As above.
    pub async fn faults(&self) -> anyhow::Result<Vec<CentreFault>> {
        let log: Log = self.get("/sandbox/faults/log").await?;
        Ok(log.faults)
    }

    /// How many calls of the vendor's interface it has had.
    ///
    /// # Errors
    /// As above.
    pub async fn calls(&self) -> anyhow::Result<u64> {
        let stats: Stats = self.get("/sandbox/stats").await?;
        Ok(stats.calls.values().map(|calls| calls.total).sum())
    }
}
