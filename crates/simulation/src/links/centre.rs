//! From a proxy to the centre's API gateway.

use super::plan::{Plan, faults};
use crate::fleet::{Life, Point};
use crate::record::{HandedOut, Record};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use frontdesk_proxy::vendor::cec::carrier::{Carried, Carrier, Lost};
use futures_util::stream;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tower::ServiceExt as _;

/// Every exchange takes at most so long in each direction when nothing is wrong.
const USUAL: Duration = Duration::from_millis(10);
/// The longest delay of a late answer.
const LATE: Duration = Duration::from_secs(4);
/// A request that was given up may still arrive so much later.
const OVERDUE: Duration = Duration::from_secs(30);

faults! {
    Refused = "centre: refused",
    ResetBefore = "centre: reset before",
    ResetAfter = "centre: reset after",
    Truncated = "centre: truncated",
    Late = "centre: late",
    Slow = "centre: slow",
    BlackHole = "centre: black hole",
    BlackHoleAfter = "centre: black hole after",
    Overdue = "centre: arrives after it was given up",
    ErrorBefore = "centre: 5xx",
    ErrorAfter = "centre: 5xx after",
    Crowded = "centre: 429 with time",
    CrowdedUntold = "centre: 429 without time",
    FlowControl = "centre: flow control",
    Page = "centre: page",
    PageAfter = "centre: page after",
    TokenLapsed = "centre: 401",
    Twice = "centre: sent twice",
    Doubled = "centre: downlink doubled",
    Reordered = "centre: downlink reordered",
    ForGood = "centre: refused for good",
}

impl Fault {
    /// Whether the centre does what is asked, or may do it later.
    fn leaves_open(self) -> bool {
        !matches!(
            self,
            Self::Refused
                | Self::Crowded
                | Self::CrowdedUntold
                | Self::FlowControl
                | Self::TokenLapsed
                | Self::ForGood
        )
    }
}

/// The gateway, which all proxies reach.
pub struct Gateway {
    router: Router,
    plan: Plan,
    record: Arc<Record>,
    /// Ids of messages that were refused for good once: they are taken when they come again.
    refused: Mutex<BTreeSet<String>>,
}

/// The way of one proxy.
pub struct Way {
    gateway: Arc<Gateway>,
    life: Arc<Life>,
    tokens: Mutex<Tokens>,
}

/// Visitors' tokens as they went over the wire: the newest is the one whose question was asked last. A proxy that has used
/// one does not go back to an older one.
#[derive(Debug, Default)]
struct Tokens {
    asked: u64,
    /// By token: when its question was asked, and whose it is.
    known: BTreeMap<String, (u64, String)>,
    /// By visitor: the newest that was used.
    used: BTreeMap<String, u64>,
}

impl Tokens {
    /// A request leaves with this token; answers its number, and whether a newer token had left before.
    fn ask(&mut self, token: Option<&str>) -> (u64, bool) {
        self.asked += 1;
        let Some((asked, visitor)) = token.and_then(|token| self.known.get(token)) else {
            return (self.asked, false);
        };
        let used = self.used.entry(visitor.clone()).or_default();
        let stale = *used > *asked;
        *used = (*used).max(*asked);
        (self.asked, stale)
    }

    /// The visitor of a request: the one that it names, or the one of its token.
    fn whose(&self, user: &str, token: Option<&str>) -> Option<String> {
        let of_token = || self.known.get(token?).map(|(_, visitor)| visitor.clone());
        Some(user).filter(|user| !user.is_empty()).map(str::to_owned).or_else(of_token)
    }

    /// The answer to this request has brought a token.
    fn take(&mut self, asked: u64, visitor: &str, token: &str) {
        // Asked for again with an older token, the same successor comes again; its answers come in any order.
        let (newest, _) = self.known.entry(token.to_owned()).or_insert_with(|| (asked, visitor.to_owned()));
        *newest = asked.max(*newest);
    }
}

/// What a request is about.
#[derive(Clone, Debug, Default)]
struct About {
    endpoint: String,
    id: Option<String>,
    /// The visitor at the centre, as far as the request says.
    user: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    #[serde(rename = "controlType")]
    control: String,
    #[serde(rename = "messageId")]
    id: Option<String>,
}

struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    body: Bytes,
    /// When the centre gave it; a box on the way may have answered instead.
    given_ms: Option<u64>,
}

/// An answer as it comes to the proxy.
struct Told {
    response: reqwest::Response,
    /// When the centre gave it, and its body, if that comes whole.
    whole: Option<(u64, Bytes)>,
}

impl Answer {
    fn of(status: u16, body: &'static str) -> Self {
        let (headers, body) = (axum::http::HeaderMap::new(), Bytes::from_static(body.as_bytes()));
        Self { status, headers, body, given_ms: None }
    }

    fn wait(mut self, seconds: u64) -> Self {
        self.headers.insert(axum::http::header::RETRY_AFTER, seconds.into());
        self
    }

    fn told(self) -> Result<Told, Lost> {
        let whole = self.given_ms.map(|given_ms| (given_ms, self.body.clone()));
        Ok(Told { whole, response: self.with(reqwest::Body::from)? })
    }

    fn with(self, body: impl FnOnce(Bytes) -> reqwest::Body) -> Result<reqwest::Response, Lost> {
        let mut response = axum::http::Response::new(body(self.body));
        *response.status_mut() = axum::http::StatusCode::from_u16(self.status).map_err(broken)?;
        *response.headers_mut() = self.headers;
        Ok(reqwest::Response::from(response))
    }
}

fn broken(error: impl std::fmt::Display) -> Lost {
    Lost::Broken(error.to_string())
}

fn reset() -> Lost {
    Lost::Broken("connection reset".into())
}

impl Gateway {
    /// The gateway before this centre.
    pub fn new(router: Router, plan: Plan, record: Arc<Record>) -> Self {
        Self { router, plan, record, refused: Mutex::default() }
    }

    async fn execute(&self, request: axum::http::Request<Bytes>) -> Result<Answer, Lost> {
        let response = self.router.clone().oneshot(request.map(Body::from)).await.map_err(broken)?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(broken)?.to_bytes();
        let given_ms = Some(self.record.now_ms());
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body, given_ms })
    }

    /// The message is refused for good, the first time only.
    fn refuse(&self, about: &About) -> bool {
        let Some(id) = about.id.clone().filter(|_| about.endpoint == "CHAT") else { return false };
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }
}

fn about(request: &axum::http::Request<Bytes>) -> About {
    let last = request.uri().path().rsplit('/').next().unwrap_or_default();
    let user = user_of(request);
    if last != "send" {
        return About { endpoint: last.to_owned(), id: None, user };
    }
    let Sent { control, id } = serde_json::from_slice(request.body()).unwrap_or_default();
    About { endpoint: control, id, user }
}

fn token_of(request: &axum::http::Request<Bytes>) -> Option<String> {
    let value = request.headers().get("ccmessaging-token")?.to_str().ok()?;
    Some(value.to_owned())
}

/// The visitor at the centre: that of the query or of the body.
fn user_of(request: &axum::http::Request<Bytes>) -> String {
    let text = std::str::from_utf8(request.body()).unwrap_or_default();
    let query = request.uri().query().and_then(|query| query.split("receiverId=").nth(1));
    let body = || text.split("\"from\":\"").nth(1).or_else(|| text.split("\"userId\":\"").nth(1));
    query.or_else(body).and_then(|rest| rest.split(['&', '"']).next()).unwrap_or_default().to_owned()
}

/// The centre's codes of the messages in an answer.
fn codes(body: &[u8]) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let rest = text.split("\"messageCode\":\"").skip(1);
    rest.filter_map(|rest| rest.split('"').next())
}

impl Way {
    /// The way of this proxy.
    pub fn new(gateway: Arc<Gateway>, life: Arc<Life>) -> Self {
        Self { gateway, life, tokens: Mutex::default() }
    }

    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_fault(&self, fault: Fault, about: &About) {
        let record = &self.gateway.record;
        record.fault(fault.word(), format_args!("p{} {} {}", self.life.number, about.endpoint, about.user));
        if let Some(id) = &about.id
            && fault.leaves_open()
        {
            record.books().ids.entry(id.clone()).or_default().insert(fault.word());
        }
    }

    /// Asks the centre and notes what it handed out.
    async fn execute(
        &self,
        request: axum::http::Request<Bytes>,
        about: &About,
        fault: Option<Fault>,
    ) -> Result<Answer, Lost> {
        let answer = self.gateway.execute(request).await?;
        if about.endpoint == "poll" {
            let copy = HandedOut { proxy: self.life.number, fault: fault.map(Fault::word), arrived: false };
            let mut books = self.gateway.record.books();
            codes(&answer.body).for_each(|code| books.hand_out(code, copy));
        }
        Ok(answer)
    }

    /// Notes that a whole answer of the centre has come.
    fn note_whole(&self, about: &About, given_ms: u64, body: &[u8]) {
        let mut books = self.gateway.record.books();
        if about.endpoint == "poll" {
            codes(body).for_each(|code| books.arrived(code, self.life.number));
        }
        if let Some(id) = &about.id {
            books.told.entry(id.clone()).or_default().push(given_ms);
        }
    }

    async fn disturbed(
        &self,
        fault: Fault,
        request: axum::http::Request<Bytes>,
        about: &About,
    ) -> Result<Told, Lost> {
        let plan = &self.gateway.plan;
        let heads = plan.draw(1) == 0;
        self.note_fault(fault, about);
        match fault {
            Fault::Refused => Err(Lost::NotSent("connection refused".into())),
            Fault::ResetBefore => Err(reset()),
            Fault::ResetAfter => {
                self.execute(request, about, Some(fault)).await?;
                Err(reset())
            }
            Fault::Truncated => {
                let answer = self.execute(request, about, Some(fault)).await?;
                let kept = plan.draw((answer.body.len().max(1) - 1) as u64);
                let kept = usize::try_from(kept).unwrap_or(0);
                let response = answer.with(|body| {
                    let cut = Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
                    reqwest::Body::wrap_stream(stream::iter([Ok(body.slice(..kept.min(body.len()))), cut]))
                })?;
                Ok(Told { response, whole: None })
            }
            Fault::Late => {
                plan.rest(if heads { plan.span(LATE) } else { Duration::ZERO }).await;
                let answer = self.execute(request, about, Some(fault)).await?;
                plan.rest(plan.span(LATE)).await;
                answer.told()
            }
            Fault::Slow => {
                let answer = self.execute(request, about, Some(fault)).await?;
                plan.rest(Duration::from_millis(answer.body.len() as u64)).await;
                answer.told()
            }
            Fault::BlackHole => {
                plan.until_healed().await;
                Err(reset())
            }
            Fault::BlackHoleAfter => {
                self.execute(request, about, Some(fault)).await?;
                plan.until_healed().await;
                Err(reset())
            }
            Fault::Overdue => {
                let (gateway, life) = (Arc::clone(&self.gateway), Arc::clone(&self.life));
                let overdue = plan.span(OVERDUE);
                let about = about.clone();
                tokio::spawn(async move {
                    gateway.plan.rest(overdue).await;
                    let way = Way::new(gateway, life);
                    way.execute(request, &about, Some(fault)).await.map(drop)
                });
                plan.rest(plan.span(LATE)).await;
                Err(reset())
            }
            Fault::ErrorBefore => {
                Answer::of(if heads { 503 } else { 500 }, "{\"error_code\":\"503\"}").told()
            }
            Fault::ErrorAfter => {
                self.execute(request, about, Some(fault)).await?;
                Answer::of(if heads { 500 } else { 502 }, "<html><h1>Bad gateway</h1></html>").told()
            }
            Fault::Crowded => Answer::of(429, "{}").wait(1 + plan.draw(2)).told(),
            Fault::CrowdedUntold => Answer::of(429, "{}").told(),
            Fault::FlowControl => {
                Answer::of(200, "{\"resultCode\":\"10010000002\",\"resultDesc\":\"flow control\"}").told()
            }
            Fault::Page => Answer::of(200, "<html><body>Maintenance</body></html>").told(),
            Fault::PageAfter => {
                self.execute(request, about, Some(fault)).await?;
                Answer::of(200, "<html><body>Maintenance</body></html>").told()
            }
            Fault::TokenLapsed => Answer::of(401, "{\"error_code\":\"401\"}").told(),
            Fault::Twice => {
                let again = request.clone();
                let first = self.execute(request, about, Some(fault)).await?;
                let second = self.execute(again, about, Some(fault)).await?;
                if heads { first.told() } else { second.told() }
            }
            Fault::Doubled | Fault::Reordered => {
                let mut answer = self.execute(request, about, Some(fault)).await?;
                if about.endpoint == "poll" {
                    answer.body = rearranged(&answer.body, fault == Fault::Doubled, plan);
                    if fault == Fault::Reordered {
                        self.gateway
                            .record
                            .books()
                            .rearranged
                            .push(codes(&answer.body).map(str::to_owned).collect());
                    }
                }
                answer.told()
            }
            Fault::ForGood if self.gateway.refuse(about) => {
                self.gateway.record.books().deny(about.id.as_deref());
                Answer::of(200, "{\"resultCode\":\"99\",\"resultDesc\":\"not wanted\"}").told()
            }
            Fault::ForGood => self.execute(request, about, None).await?.told(),
        }
    }

    async fn exchange(&self, request: axum::http::Request<Bytes>, about: &About) -> Result<Told, Lost> {
        let plan = &self.gateway.plan;
        tokio::time::sleep(plan.span(USUAL)).await;
        match plan.strike(Fault::ALL) {
            Some(fault) => self.disturbed(fault, request, about).await,
            None => {
                let answer = self.execute(request, about, None).await?;
                tokio::time::sleep(plan.span(USUAL)).await;
                answer.told()
            }
        }
    }
}

/// A poll's answer with one message twice, or with its messages the other way round.
fn rearranged(body: &Bytes, double: bool, plan: &Plan) -> Bytes {
    let Ok(mut answer) = serde_json::from_slice::<serde_json::Value>(body) else { return body.clone() };
    if let Some(list) = answer.get_mut("downlinkMessages").and_then(|list| list.as_array_mut())
        && !list.is_empty()
    {
        if double {
            let at = usize::try_from(plan.draw(list.len() as u64 - 1)).unwrap_or(0);
            if let Some(message) = list.get(at).cloned() {
                list.push(message);
            }
        } else {
            list.reverse();
        }
    }
    Bytes::from(answer.to_string())
}

impl Carrier for Way {
    fn carry(&self, request: reqwest::Request) -> Carried<'_> {
        Box::pin(async move {
            let timeout = request.timeout().copied().unwrap_or(Duration::from_secs(15));
            let body = request.body().and_then(reqwest::Body::as_bytes).map(Bytes::copy_from_slice);
            let path = request.url().query().map_or_else(
                || request.url().path().to_owned(),
                |query| format!("{}?{query}", request.url().path()),
            );
            let mut sent = axum::http::Request::new(body.unwrap_or_default());
            *sent.method_mut() = request.method().clone();
            *sent.uri_mut() = path.parse().map_err(broken)?;
            *sent.headers_mut() = request.headers().clone();
            let about = about(&sent);
            self.life
                .pass(match about.endpoint.as_str() {
                    "CHAT" => Point::BeforeSay,
                    "poll" => Point::BeforePoll,
                    _ => Point::Other,
                })
                .await;
            self.gateway.record.books().calls += 1;
            let token = token_of(&sent);
            let (asked, stale) = self.tokens().ask(token.as_deref());
            let whose = self.tokens().whose(&about.user, token.as_deref());
            if stale {
                let (number, endpoint) = (self.life.number, &about.endpoint);
                let text =
                    format!("proxy {number} went back to an older token for {endpoint} of {}", about.user);
                self.gateway.record.note(format_args!("{text}"));
                self.gateway.record.violation(text);
            }
            let answer = tokio::time::timeout(timeout, self.exchange(sent, &about)).await;
            let number = self.life.number;
            if let Ok(Ok(Told { whole: Some((given_ms, body)), .. })) = &answer {
                self.note_whole(&about, *given_ms, body);
            }
            let status = match &answer {
                Ok(Ok(told)) => told.response.status().as_u16(),
                Ok(Err(_)) => 0,
                Err(_) => 1,
            };
            self.gateway.record.note(format_args!("p{number} {} {} -> {status}", about.endpoint, about.user));
            if let (Err(_), Some(id)) = (&answer, &about.id) {
                let record = &self.gateway.record;
                record.books().ids.entry(id.clone()).or_default().insert("centre: no answer in time");
            }
            self.life
                .pass(match about.endpoint.as_str() {
                    "CHAT" => Point::AfterSay,
                    "poll" => Point::AfterPoll,
                    _ => Point::Other,
                })
                .await;
            let response = answer.unwrap_or(Err(Lost::Late))?.response;
            if let Some(token) =
                response.headers().get("ccmessaging-token").and_then(|value| value.to_str().ok())
                && let Some(visitor) = whose
            {
                self.tokens().take(asked, &visitor, token);
            }
            Ok(response)
        })
    }
}
