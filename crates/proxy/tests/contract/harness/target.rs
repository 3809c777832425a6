//! A centre under test, and visitors there.

use super::reply::{Reply, word};
use super::session::Session;
use super::{Access, Dialect, House, Offer, Stop};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Marks every text that is sent, so that people at the centre know what it is.
pub(crate) const MARK: &str = "[Frontdesk contract test]";
/// A poll may be held for a minute.
const WITHIN: Duration = Duration::from_secs(75);
/// Between two looks at a centre that is not ours.
const PACE: Duration = Duration::from_secs(1);
/// The same for one on this machine.
const PACE_HERE: Duration = Duration::from_millis(20);

/// One centre.
pub(crate) struct Target {
    pub(crate) access: Access,
    /// The sandbox behind it, where it is one of ours.
    pub(crate) house: Option<House>,
    /// How often is looked before a check gives up.
    pub(crate) looks: u32,
    http: reqwest::Client,
    gateway: tokio::sync::Mutex<Option<String>>,
    /// The conversation that checks share on a centre that is not ours.
    pub(super) session: tokio::sync::Mutex<Option<Session>>,
    /// Visitors with an open conversation.
    pub(super) open: Mutex<Vec<Visitor>>,
    /// Visitors with a call that is not dropped yet.
    pub(super) calling: Mutex<Vec<Visitor>>,
    pub(super) opened: AtomicU32,
    visitors: AtomicU32,
    run: u32,
}

/// Somebody known to the centre.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) id: String,
    pub(crate) name: String,
    token: std::sync::Arc<Mutex<String>>,
}

impl Visitor {
    /// Somebody whose token is not known yet.
    pub(super) fn without_token(id: &str) -> Self {
        Self { id: id.into(), name: "Contract test".into(), token: std::sync::Arc::default() }
    }

    pub(crate) fn token(&self) -> String {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_token(&self, token: &str) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token.to_owned();
    }
}

impl Target {
    pub(crate) fn new(access: Access, house: Option<House>) -> Result<Self, String> {
        let http = match &house {
            Some(_) => super::house::client()?,
            None => client(&access.base)?,
        };
        Ok(Self {
            http,
            access,
            house,
            looks: 60,
            gateway: tokio::sync::Mutex::default(),
            session: tokio::sync::Mutex::default(),
            open: Mutex::default(),
            calling: Mutex::default(),
            opened: AtomicU32::new(0),
            visitors: AtomicU32::new(0),
            run: rand::random(),
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.access.dialect
    }

    pub(crate) fn is_new(&self) -> bool {
        self.access.dialect == Dialect::V2_6
    }

    /// Conversations opened so far.
    pub(crate) fn opened(&self) -> u32 {
        self.opened.load(Ordering::Relaxed)
    }

    /// Goes on only where this may be asked for.
    pub(crate) fn asks_for(&self, offer: Offer) -> Result<(), Stop> {
        match self.access.offers.reason_against(offer) {
            Some(reason) => Err(Stop::NotOffered(offer, reason.into())),
            None => Ok(()),
        }
    }

    /// Goes on only where the 2.6 manual holds.
    pub(crate) fn only_new(&self, offer: Offer) -> Result<(), Stop> {
        if self.is_new() { Ok(()) } else { Err(Stop::NotOffered(offer, "not in the 2.5 manual".into())) }
    }

    /// The sandbox behind the centre; checks that need its switches are listed for it alone.
    pub(crate) fn house(&self) -> Result<&House, Stop> {
        self.house.as_ref().ok_or_else(|| Stop::Wrong("this check needs the sandbox's switches".into()))
    }

    /// The agents' side of the centre.
    pub(crate) fn desk(&self) -> Result<&House, Stop> {
        let nobody = || Stop::NotOffered(Offer::Desk, "nobody there can be made to act".into());
        self.house.as_ref().ok_or_else(nobody)
    }

    /// An id that nobody used, at most 24 characters.
    pub(crate) fn fresh_id(&self) -> String {
        format!("contract-{:08x}-{}", self.run, self.visitors.fetch_add(1, Ordering::Relaxed))
    }

    /// A text with its mark.
    pub(crate) fn text(&self, words: &str) -> String {
        format!("{MARK} {words}")
    }

    /// Lets some time pass: the sandbox's own, or, at a centre that is not ours, the pause between two looks.
    pub(crate) async fn pass(&self) {
        match &self.house {
            Some(house) => house.advance(Duration::from_millis(250)),
            None => {
                let here = ["//127.0.0.1", "//localhost", "//[::1]"];
                let here = here.iter().any(|host| self.access.base.contains(host));
                tokio::time::sleep(if here { PACE_HERE } else { PACE }).await;
            }
        }
    }

    /// Looks until something is there.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> Result<Option<T>, Stop>,
    ) -> Result<T, Stop> {
        let started = std::time::Instant::now();
        for _ in 0..self.looks {
            // A look may itself be held for a minute.
            if self.house.is_none() && started.elapsed() > WITHIN {
                break;
            }
            if let Some(found) = look().await? {
                return Ok(found);
            }
            self.pass().await;
        }
        Err(Stop::Wrong(format!("{what} did not come within {} looks", self.looks)))
    }

    /// One request with exactly these headers.
    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Reply, Stop> {
        let mut request = self.http.request(method, format!("{}{path}", self.access.base));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json;charset=UTF-8").body(body.to_string());
        }
        Self::finish(path, request).await
    }

    async fn finish(path: &str, request: RequestBuilder) -> Result<Reply, Stop> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let json = serde_json::from_str(&text).unwrap_or_default();
        let name = path.split('?').next().unwrap_or(path);
        let what = name.rsplit('/').next().unwrap_or(name).to_owned();
        Ok(Reply { what, status, headers, text, json })
    }

    /// `tokenByAkSk` with these credentials.
    pub(crate) async fn ask_gateway(&self, secret: &str, expire: Option<&str>) -> Result<Reply, Stop> {
        let body = json!({"app_key": self.access.app_key, "app_secret": secret});
        let headers: Vec<(&str, String)> =
            expire.map(|s| ("X-Token-Expire", s.to_owned())).into_iter().collect();
        self.raw(Method::POST, "/apigovernance/api/oauth/tokenByAkSk", &headers, Some(&body)).await
    }

    /// The gateway's token, asked for once.
    pub(crate) async fn gateway(&self) -> Result<String, Stop> {
        let mut known = self.gateway.lock().await;
        if let Some(token) = &*known {
            return Ok(token.clone());
        }
        let reply = self.ask_gateway(&self.access.app_secret, Some("600")).await?;
        let token = word(reply.field("AccessToken")).ok_or_else(|| reply.wrong("an AccessToken"))?;
        *known = Some(token.clone());
        Ok(token)
    }

    /// Forgets the gateway's token.
    pub(crate) async fn forget_gateway(&self) {
        *self.gateway.lock().await = None;
    }

    /// `x-app-key` and `Authorization`.
    pub(crate) async fn keys(&self) -> Result<Vec<(&'static str, String)>, Stop> {
        let bearer = format!("Bearer {}", self.gateway().await?);
        Ok(vec![("x-app-key", self.access.app_key.clone()), ("Authorization", bearer)])
    }

    /// `applyToken` with these words.
    pub(crate) async fn apply(&self, user: &str, channel: &str) -> Result<Reply, Stop> {
        let body = json!({"userId": user, "userName": "Contract test", "channelId": channel, "locale": "en"});
        self.raw(Method::POST, "/apiaccess/ccmessaging/applyToken", &self.keys().await?, Some(&body)).await
    }

    /// A visitor whom the centre has not met.
    pub(crate) async fn visitor(&self) -> Result<Visitor, Stop> {
        let id = self.fresh_id();
        let reply = self.apply(&id, &self.access.channel).await?;
        let token = token_in(&reply).ok_or_else(|| reply.wrong("a visitor token"))?;
        let token = std::sync::Arc::new(Mutex::new(token));
        Ok(Visitor { id, name: "Contract test".into(), token })
    }

    /// A call of a visitor, with all three headers. A new token in the answer is taken.
    pub(crate) async fn call(
        &self,
        visitor: &Visitor,
        method: Method,
        endpoint: &str,
        body: Option<&Value>,
    ) -> Result<Reply, Stop> {
        let mut headers = self.keys().await?;
        headers.push(("ccmessaging-token", visitor.token()));
        let reply = self.raw(method, &format!("/apiaccess/ccmessaging/{endpoint}"), &headers, body).await?;
        if let Some(token) = reply.headers.get("ccmessaging-token").and_then(|token| token.to_str().ok()) {
            visitor.set_token(token);
        }
        Ok(reply)
    }

    pub(crate) async fn post(&self, visitor: &Visitor, endpoint: &str, body: &Value) -> Result<Reply, Stop> {
        self.call(visitor, Method::POST, endpoint, Some(body)).await
    }

    /// The body of a `send`.
    pub(crate) fn uplink(&self, visitor: &Visitor, control: &str, media: &str, content: &str) -> Value {
        json!({"channel": "WEB", "content": content, "controlType": control, "from": visitor.id,
            "to": self.access.channel, "mediaType": media, "sourceType": "CUSTOMER",
            "senderNickname": visitor.name, "timestamp": "1790000000000", "userAgent": null, "senderAvatar": null})
    }

    pub(crate) async fn send(&self, visitor: &Visitor, control: &str, content: &str) -> Result<Reply, Stop> {
        let mut reply = self.post(visitor, "send", &self.uplink(visitor, control, "TEXT", content)).await?;
        reply.what = format!("send {control}");
        Ok(reply)
    }

    /// One poll, as answered.
    pub(crate) async fn poll(&self, visitor: &Visitor) -> Result<Reply, Stop> {
        let query = format!("poll?receiverId={}&channel=WEB&isNeedRead=true", visitor.id);
        self.call(visitor, Method::GET, &query, None).await
    }

    /// The messages of one poll that must succeed.
    pub(crate) async fn messages(&self, visitor: &Visitor) -> Result<Vec<Value>, Stop> {
        let reply = self.poll(visitor).await?;
        reply.one_of(&["0"])?;
        Ok(reply.field("downlinkMessages").as_array().cloned().unwrap_or_default())
    }

    pub(crate) async fn queue(&self, visitor: &Visitor) -> Result<Reply, Stop> {
        let body = json!({"userId": visitor.id, "channelConfigId": self.access.channel, "channel": "WEB"});
        self.post(visitor, "queryQueueInfo", &body).await
    }
}

/// The client for a centre that is not ours.
fn client(base: &str) -> Result<reqwest::Client, String> {
    let mut builder = reqwest::Client::builder().no_proxy().gzip(true).timeout(WITHIN);
    builder = builder.redirect(reqwest::redirect::Policy::none());
    if base.starts_with("http://") {
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| error.to_string())
}

/// The token in an answer of `applyToken`: an object, a bare text, a text between braces, or the body itself.
pub(crate) fn token_in(reply: &Reply) -> Option<String> {
    if reply.status != 200 || reply.code().is_some_and(|code| code != "0") {
        return None;
    }
    if let Some(token) = word(reply.field("token")).or_else(|| word(&reply.json)) {
        return Some(token);
    }
    let bare = reply.text.trim().trim_start_matches('{').trim_end_matches('}').trim().trim_matches('"');
    let plain = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
    (plain && reply.json.is_null()).then(|| bare.to_owned())
}
