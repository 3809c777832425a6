//! From a visitor's browser to a proxy.

use super::plan::{Plan, faults};
use crate::fleet::Fleet;
use crate::record::Record;
use axum::body::Body;
use frontdesk_visitor::link::{Carried, Carrier, Request};
use http_body_util::BodyExt as _;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use tower::ServiceExt as _;

/// Every exchange takes at most so long in each direction when nothing is wrong.
const USUAL: Duration = Duration::from_millis(20);
/// The longest delay of a late answer.
const LATE: Duration = Duration::from_secs(8);
/// The longest time in which answers to polls do not come.
const PARTITION: Duration = Duration::from_secs(12);

faults! {
    Refused = "visitor: refused",
    ResetBefore = "visitor: reset before",
    ResetAfter = "visitor: reset after",
    Truncated = "visitor: truncated",
    Late = "visitor: late",
    Slow = "visitor: slow",
    BlackHole = "visitor: black hole",
    BlackHoleAfter = "visitor: black hole after",
    Partition = "visitor: receives nothing",
    GatewayBefore = "visitor: 5xx of a box",
    GatewayAfter = "visitor: 5xx of a box after",
    Crowded = "visitor: 429 with time",
    CrowdedUntold = "visitor: 429 without time",
    Portal = "visitor: captive portal",
    PortalAfter = "visitor: page of a box after",
    Duplicate = "visitor: sent twice",
}

/// The way of one visitor.
pub struct Way {
    visitor: u64,
    plan: Plan,
    fleet: Arc<Fleet>,
    record: Arc<Record>,
    /// Milliseconds of the run until which nothing is received.
    deaf_until_ms: AtomicU64,
}

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Way").field("visitor", &self.visitor).finish_non_exhaustive()
    }
}

impl Way {
    /// The way of this visitor.
    pub fn new(visitor: u64, plan: Plan, fleet: Arc<Fleet>, record: Arc<Record>) -> Self {
        Self { visitor, plan, fleet, record, deaf_until_ms: AtomicU64::new(0) }
    }

    /// The id of a message that leaves; one that was refused for good leaves only when the visitor wants it.
    fn note_message(&self, request: &Request) -> Option<String> {
        let body = request.body.as_ref().filter(|_| request.path == "/v1/messages")?;
        let value: serde_json::Value = serde_json::from_slice(body).ok()?;
        let id = value.get("id")?.as_str()?.to_owned();
        let refused = self.record.books().refused.get(&self.visitor).is_some_and(|ids| ids.contains(&id));
        if refused {
            let text = format!("v{} sends {id} again, which was refused for good", self.visitor);
            self.record.violation(text);
        }
        Some(id)
    }

    async fn exchange(&self, request: Request) -> Option<Carried> {
        let polls = request.path.starts_with("/v1/events");
        {
            let mut books = self.record.books();
            books.requests += 1;
            books.posts += u64::from(request.path == "/v1/messages");
        }
        tokio::time::sleep(self.plan.span(USUAL)).await;
        if polls && self.plan.is_on() && self.record.now_ms() < self.deaf_until_ms.load(Ordering::Relaxed) {
            self.plan.until_healed().await;
            return None;
        }
        let fault = self.plan.strike(Fault::ALL);
        let Some(fault) = fault else {
            let carried = self.ask(request).await;
            tokio::time::sleep(self.plan.span(USUAL)).await;
            return carried;
        };
        let (visitor, path) = (self.visitor, &request.path);
        self.record.fault(fault.word(), format_args!("v{visitor} {path}"));
        self.disturbed(fault, request).await
    }

    async fn disturbed(&self, fault: Fault, request: Request) -> Option<Carried> {
        let heads = self.plan.draw(1) == 0;
        match fault {
            Fault::Refused => None,
            Fault::ResetBefore => {
                self.plan.rest(self.plan.span(USUAL)).await;
                None
            }
            Fault::ResetAfter => {
                self.ask(request).await;
                None
            }
            Fault::Truncated => {
                let mut carried = self.ask(request).await?;
                let kept = self.plan.draw((carried.body.len().max(1) - 1) as u64);
                carried.body.truncate(usize::try_from(kept).unwrap_or(0));
                // A browser reports a body that breaks off as a failure; one without a length is taken as it is.
                heads.then_some(carried)
            }
            Fault::Late => {
                let (before, after) = (self.plan.span(LATE), self.plan.span(LATE));
                self.plan.rest(if heads { before } else { Duration::ZERO }).await;
                let carried = self.ask(request).await;
                self.plan.rest(after).await;
                carried
            }
            Fault::Slow => {
                let carried = self.ask(request).await?;
                let bytes = carried.body.len() as u64;
                self.plan.rest(Duration::from_millis(bytes)).await;
                Some(carried)
            }
            Fault::BlackHole => {
                self.plan.until_healed().await;
                None
            }
            Fault::BlackHoleAfter => {
                self.ask(request).await;
                self.plan.until_healed().await;
                None
            }
            Fault::Partition => {
                let span_ms = u64::try_from(self.plan.span(PARTITION).as_millis()).unwrap_or(0);
                self.deaf_until_ms.store(self.record.now_ms() + span_ms, Ordering::Relaxed);
                self.ask(request).await
            }
            Fault::GatewayBefore => Some(Carried::page(if heads { 502 } else { 503 })),
            Fault::GatewayAfter => {
                self.ask(request).await;
                Some(Carried::page(if heads { 504 } else { 520 }))
            }
            Fault::Crowded => Some(crowded(Some(500 + self.plan.draw(2_500)))),
            Fault::CrowdedUntold => Some(crowded(None)),
            Fault::Portal => Some(Carried::page(200)),
            Fault::PortalAfter => {
                self.ask(request).await;
                Some(Carried::page(200))
            }
            Fault::Duplicate => {
                let (first, second) = tokio::join!(self.ask(request.clone()), self.ask(request));
                if heads { first } else { second }
            }
        }
    }

    /// One request to a proxy that is there.
    async fn ask(&self, request: Request) -> Option<Carried> {
        let proxy = self.fleet.pick(self.plan.draw(u64::MAX - 1))?;
        let mut builder = axum::http::Request::builder().method(request.method).uri(&request.path);
        builder = builder.header("Sec-Fetch-Site", "same-origin");
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        let request = builder.body(request.body.map_or_else(Body::empty, Body::from)).ok()?;
        let answer = async {
            let response = proxy.router.clone().oneshot(request).await.ok()?;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.ok()?.to_bytes().to_vec();
            Some(Carried { status, body })
        };
        tokio::select! {
            biased;
            () = proxy.life.ended() => None,
            carried = answer => carried,
        }
    }
}

/// The answer says, whole, that the centre has refused for good.
fn is_refusal(body: &[u8]) -> bool {
    let value = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
    value.get("code").and_then(serde_json::Value::as_str) == Some("centre_refused")
}

fn crowded(retry_after_ms: Option<u64>) -> Carried {
    let body = serde_json::json!({ "code": "rate_limited", "message": "too many", "retry_after_ms": retry_after_ms });
    Carried { status: 429, body: body.to_string().into_bytes() }
}

impl Carrier for Way {
    fn carry(&self, request: Request) -> Pin<Box<dyn Future<Output = Option<Carried>> + Send + '_>> {
        Box::pin(async move {
            let id = self.note_message(&request);
            let (method, path, began) = (request.method, request.path.clone(), Instant::now());
            let carried = self.exchange(request).await;
            let status = carried.as_ref().map_or(0, |carried| carried.status);
            if let (Some(id), Some(carried)) = (id, &carried)
                && !(200..300).contains(&carried.status)
                && is_refusal(&carried.body)
            {
                self.record.books().refused.entry(self.visitor).or_default().insert(id);
            }
            let (visitor, took) = (self.visitor, began.elapsed().as_millis());
            self.record.note(format_args!("v{visitor} {method} {path} -> {status} in {took}"));
            carried
        })
    }
}
