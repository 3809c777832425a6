//! Other visitors of the same desk, without a browser.

use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::sandbox::client;
use crate::stack::Stack;

/// One who has asked for a person.
#[derive(Debug)]
pub struct Other {
    client: Client,
    desk: String,
    shop: String,
    session: String,
}

impl Other {
    /// Enters the queue.
    ///
    /// # Errors
    ///
    /// When the desk does not want it.
    pub async fn queues(stack: &Stack) -> Result<Self> {
        let (desk, shop) = (stack.desk.clone(), stack.shop.origin.clone());
        let mut other = Self { client: client(), desk, shop, session: String::new() };
        let opened = other.ask(Method::POST, "session", &json!({"protocol": 1, "desk": "shop"})).await?;
        other.session = opened.get("session").and_then(Value::as_str).context("no session")?.to_owned();
        other.ask(Method::POST, "contact", &json!({"id": "wish-of-another", "to": "agent"})).await?;
        Ok(other)
    }

    /// Leaves the queue.
    ///
    /// # Errors
    ///
    /// When the desk does not want it.
    pub async fn leaves(self) -> Result<()> {
        self.ask(Method::DELETE, "contact", &json!({})).await.map(drop)
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let request = self.client.request(method, format!("{}/v1/{path}", self.desk)).json(body);
        let request = request.header("Origin", &self.shop).header("Frontdesk-Session", &self.session);
        let answer = request.send().await?;
        let (status, body) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status} {body}");
        Ok(serde_json::from_str(&body)?)
    }
}
