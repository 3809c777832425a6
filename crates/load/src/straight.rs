//! A visitor who speaks the centre's own interface and has its keys: what a page behind a relay that knows nothing would do.

use anyhow::{Context as _, Result, ensure};
use hyper::Method;
use serde_json::{Value, json};

use crate::api::Api;
use crate::site::{APP_KEY, APP_SECRET, CHANNEL};

const KEY: &str = "x-app-key";
const GATEWAY: &str = "authorization";
const VISITOR: &str = "ccmessaging-token";

/// One of them, in a conversation with the robot.
#[derive(Clone, Debug)]
pub struct Straight {
    api: Api,
    gateway: String,
    token: String,
    user: String,
}

/// The token of the gateway, as a header's value.
///
/// # Errors
///
/// When the centre has none.
pub async fn gateway(api: &Api) -> Result<String> {
    let wish = json!({"app_key": APP_KEY, "app_secret": APP_SECRET});
    let answer = post(api, "/apigovernance/api/oauth/tokenByAkSk", &[], &wish).await?;
    let token = word(&answer, "AccessToken")?;
    Ok(format!("Bearer {token}"))
}

impl Straight {
    /// Asks for a token under this name and opens a conversation. `gateway`: see [`gateway`].
    ///
    /// # Errors
    ///
    /// When the centre refuses.
    pub async fn arrive(api: &Api, gateway: &str, name: &str) -> Result<Self> {
        let user = name.to_owned();
        let wish = json!({"userId": user, "userName": user, "channelId": CHANNEL, "locale": "en"});
        let headers = [(KEY, APP_KEY), (GATEWAY, gateway)];
        let answer = post(api, "/apiaccess/ccmessaging/applyToken", &headers, &wish).await?;
        let token = word(&answer, "token")?.to_owned();
        let visitor = Self { api: api.clone(), gateway: gateway.to_owned(), token, user };
        visitor.send("CONNECT", name, "").await?;
        Ok(visitor)
    }

    /// Says something under this id.
    ///
    /// # Errors
    ///
    /// When the centre refuses.
    pub async fn say(&self, id: &str, text: &str) -> Result<()> {
        self.send("CHAT", id, text).await
    }

    async fn send(&self, control: &str, id: &str, text: &str) -> Result<()> {
        let wish = json!({
            "content": text, "controlType": control, "from": self.user, "mediaType": "TEXT",
            "senderNickname": self.user, "sourceType": "CUSTOMER", "timestamp": "1790000000000",
            "to": CHANNEL, "userAgent": null, "senderAvatar": null, "channel": "WEB", "messageId": id,
        });
        let headers = [(KEY, APP_KEY), (GATEWAY, &self.gateway), (VISITOR, &self.token)];
        let answer = post(&self.api, "/apiaccess/ccmessaging/send", &headers, &wish).await?;
        ensure!(word(&answer, "resultCode")? == "0", "{control}: {answer}");
        Ok(())
    }
}

fn word<'a>(answer: &'a Value, name: &'static str) -> Result<&'a str> {
    answer.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"))
}

async fn post(api: &Api, path: &str, headers: &[(&str, &str)], wish: &Value) -> Result<Value> {
    let reply = api.ask_with(Method::POST, path, headers, Some(serde_json::to_vec(wish)?)).await?;
    reply.json().with_context(|| path.to_owned())
}
