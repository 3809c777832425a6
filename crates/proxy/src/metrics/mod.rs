//! Figures for whoever operates the proxy, in the OpenMetrics text format (version 1.0.0).
//!
//! Labels come of closed sets: routes, desks of the settings, calls of the ports, words of enumerations. Nothing of a
//! visitor is one, so the number of series does not grow with visitors, and none of them names anybody.
//!
//! # Layout
//! - [`centre`], [`store`]: the ports, with a clock beside them
//! - [`server`]: the listener of its own

pub mod centre;
pub mod server;
pub mod store;

use crate::audit::words;
use crate::problem::word;
use crate::state::App;
use crate::vendor::Failure;
use axum::http::{Method, StatusCode};
use frontdesk_contract::{ContactState, ErrorCode, PostedStatus};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper bounds in seconds, from a store in memory to a centre that holds a request for a minute.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// A histogram of durations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seconds;

impl MetricConstructor<Histogram> for Seconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(SECONDS)
    }
}

type Durations<L> = Family<L, Histogram, Seconds>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limit {
    limit: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Event {
    event: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    desk: String,
    call: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    desk: String,
    call: &'static str,
    outcome: &'static str,
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Desk {
    desk: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Held {
    desk: String,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Message {
    desk: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    desk: String,
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stored {
    call: &'static str,
    outcome: &'static str,
}

/// Of a figure that may have no value at all.
type NoLabels = [(&'static str, &'static str); 0];

/// All figures of one proxy.
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Durations<Route>,
    in_flight: Family<Route, Gauge>,
    connections: Gauge,
    limited: Family<Limit, Counter>,
    audited: Family<Event, Counter>,
    centre: Family<Answered, Counter>,
    centre_seconds: Durations<Call>,
    centre_held: Family<Held, Counter>,
    centre_breaker: Family<Desk, Gauge>,
    /// The number of the guard that stands before the centre of a desk, by desk.
    guards: Mutex<HashMap<String, u64>>,
    messages: Family<Message, Counter>,
    delivery_seconds: Durations<Desk>,
    received: Family<Desk, Counter>,
    pushed: Family<Message, Counter>,
    store: Family<Stored, Counter>,
    store_seconds: Durations<Stored>,
    visitors: Family<State, Gauge>,
    spool_bytes: Gauge,
    ready: Gauge,
    /// Has a value only with TLS.
    certificate_ends: Family<NoLabels, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("frontdesk"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(Seconds),
            in_flight: Family::default(),
            connections: Gauge::default(),
            limited: Family::default(),
            audited: Family::default(),
            centre: Family::default(),
            centre_seconds: Family::new_with_constructor(Seconds),
            centre_held: Family::default(),
            centre_breaker: Family::default(),
            guards: Mutex::default(),
            messages: Family::default(),
            delivery_seconds: Family::new_with_constructor(Seconds),
            received: Family::default(),
            pushed: Family::default(),
            store: Family::default(),
            store_seconds: Family::new_with_constructor(Seconds),
            visitors: Family::default(),
            spool_bytes: Gauge::default(),
            ready: Gauge::default(),
            certificate_ends: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let all = &mut self.registry;
        all.register("http_requests", "Requests that were answered", self.requests.clone());
        let text = "How long requests took; a long poll waits for news";
        all.register_with_unit("http_request_duration", text, Unit::Seconds, self.request_seconds.clone());
        let text = "Requests that are not answered yet";
        all.register("http_requests_in_flight", text, self.in_flight.clone());
        all.register("http_connections", "Open connections", self.connections.clone());
        all.register("limits_hit", "Requests beyond a limit", self.limited.clone());
        let text = "What whoever guards the proxy wants to know; the log has the lines";
        all.register("audit_events", text, self.audited.clone());
        all.register("centre_calls", "Calls of the centre by what is certain of them", self.centre.clone());
        let text = "How long the centre took";
        all.register_with_unit("centre_call_duration", text, Unit::Seconds, self.centre_seconds.clone());
        let text = "Calls of the centre that were not made, to protect the others";
        all.register("centre_held", text, self.centre_held.clone());
        let text = "Whether the centre is asked: 0 yes, 1 one call tries, 2 no";
        all.register("centre_breaker", text, self.centre_breaker.clone());
        let text = "Messages of visitors by what became of them";
        all.register("messages", text, self.messages.clone());
        let text = "From a message's first arrival here to its place in the journal";
        all.register_with_unit("delivery_duration", text, Unit::Seconds, self.delivery_seconds.clone());
        let text = "What polls of the centre have brought: messages and notices";
        all.register("received", text, self.received.clone());
        let text = "Messages that a centre has pushed, or should have, by what became of them";
        all.register("pushed", text, self.pushed.clone());
        all.register("store_calls", "Calls of the store", self.store.clone());
        let text = "How long the store took";
        all.register_with_unit("store_call_duration", text, Unit::Seconds, self.store_seconds.clone());
        let text = "Visitors in the memory of this proxy by the state of their conversation";
        all.register("visitors", text, self.visitors.clone());
        let text = "Files on their way";
        all.register_with_unit("spool", text, Unit::Bytes, self.spool_bytes.clone());
        let text = "Whether this proxy takes visitors: 0 while it goes down";
        all.register("ready", text, self.ready.clone());
        let text = "When the certificate of new connections ends, since 1970-01-01 UTC";
        let ends = self.certificate_ends.clone();
        all.register_with_unit("tls_certificate_expires", text, Unit::Seconds, ends);
    }

    /// A request begins; what this answers is told when it is over.
    pub fn request(&self, route: Option<&str>, method: &Method) -> RequestUnderWay<'_> {
        let route = Route { route: route.unwrap_or("none").to_owned() };
        let method = method_word(method);
        self.in_flight.get_or_create(&route).inc();
        RequestUnderWay { metrics: self, route, method }
    }

    /// A connection begins, and is over when what this answers is dropped.
    pub fn connection(&self) -> Open {
        self.connections.inc();
        Open(self.connections.clone())
    }

    /// New connections get a certificate that ends then, in seconds since 1970.
    pub(crate) fn certificate_ends(&self, at_s: i64) {
        self.certificate_ends.get_or_create(&[]).set(at_s);
    }

    /// Somebody was told to come again later.
    pub fn limited(&self, limit: words::Limit) {
        self.limited.get_or_create(&Limit { limit: limit.word() }).inc();
    }

    /// Something happened that whoever guards the proxy wants to know.
    pub(crate) fn audited(&self, event: words::Kind) {
        self.audited.get_or_create(&Event { event: event.word() }).inc();
    }

    /// The centre of this desk was asked.
    fn centre(&self, desk: &str, call: &'static str, failure: Option<&Failure>, took: Duration) {
        let (outcome, code) = certain(failure);
        let desk = desk.to_owned();
        self.centre_seconds.get_or_create(&Call { desk: desk.clone(), call }).observe(took.as_secs_f64());
        let code = code.map(word).unwrap_or_default();
        self.centre.get_or_create(&Answered { desk, call, outcome, code }).inc();
    }

    /// The centre of this desk has a guard, perhaps in place of another: its figures begin at nothing. Answers its number.
    pub fn guarded(&self, desk: &str) -> u64 {
        for reason in ["open", "full", "late"] {
            drop(self.centre_held.get_or_create(&Held { desk: desk.to_owned(), reason }));
        }
        let mut guards = self.guards();
        let number = guards.entry(desk.to_owned()).or_default();
        *number += 1;
        self.centre_breaker.get_or_create(&Desk { desk: desk.to_owned() }).set(0);
        *number
    }

    fn guards(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call of the centre of this desk was not made.
    pub fn held(&self, desk: &str, reason: &'static str) {
        self.centre_held.get_or_create(&Held { desk: desk.to_owned(), reason }).inc();
    }

    /// Whether the centre of this desk is asked: 0 yes, 1 one call tries, 2 no. A guard that stands there no more says nothing
    /// about it, however late the last of its calls is over. Answers whether it stands.
    pub fn breaker(&self, desk: &str, guard: u64, state: i64) -> bool {
        // Held until it is told, so that no later guard begins in between.
        let guards = self.guards();
        let stands = guards.get(desk) == Some(&guard);
        if stands {
            self.centre_breaker.get_or_create(&Desk { desk: desk.to_owned() }).set(state);
        }
        stands
    }

    /// A poll has brought so much.
    fn received(&self, desk: &str, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.received.get_or_create(&Desk { desk: desk.to_owned() }).inc_by(count);
    }

    /// The centre of this desk pushes: its figures begin at nothing.
    pub(crate) fn pushes(&self, desk: &str) {
        for what in Push::ALL {
            self.pushed(desk, what, 0);
        }
    }

    /// So much of this came of what the centre has pushed.
    pub(crate) fn pushed(&self, desk: &str, what: Push, count: usize) {
        let message = Message { desk: desk.to_owned(), outcome: what.word() };
        self.pushed.get_or_create(&message).inc_by(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// It is decided what became of a message, so long after it came here first.
    pub fn message(&self, desk: &str, fate: Fate, after: Duration) {
        let desk = desk.to_owned();
        if let Fate::Posted(_) = fate {
            self.delivery_seconds.get_or_create(&Desk { desk: desk.clone() }).observe(after.as_secs_f64());
        }
        self.messages.get_or_create(&Message { desk, outcome: fate.word() }).inc();
    }

    fn store(&self, call: &'static str, outcome: &'static str, took: Duration) {
        let stored = Stored { call, outcome };
        self.store_seconds.get_or_create(&stored).observe(took.as_secs_f64());
        self.store.get_or_create(&stored).inc();
    }

    /// All of it as text, with what the proxy is like at the moment.
    ///
    /// # Errors
    /// None that is known of: text can be written.
    pub fn text(&self, app: &App) -> Result<String, std::fmt::Error> {
        let mut counts: HashMap<State, i64> = HashMap::new();
        for desk in app.shared.desks.all() {
            for state in STATES.map(state_word) {
                counts.insert(State { desk: desk.settings.id.clone(), state }, 0);
            }
        }
        for visitor in app.registry.all() {
            let desk = visitor.desk_id().to_owned();
            *counts.entry(State { desk, state: state_word(visitor.mark().state) }).or_default() += 1;
        }
        for (state, count) in counts {
            self.visitors.get_or_create(&state).set(count);
        }
        self.spool_bytes.set(i64::try_from(app.shared.spool.used()).unwrap_or(i64::MAX));
        self.ready.set(i64::from(!app.shared.draining.is_cancelled()));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A method, if it is one of ours: the others are words of whoever asks.
pub(crate) fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// What is certain of a call of the centre, and its code.
fn certain(failure: Option<&Failure>) -> (&'static str, Option<ErrorCode>) {
    match failure {
        None => ("done", None),
        Some(Failure::NotSent { code, .. }) => ("not_sent", Some(*code)),
        Some(Failure::Refused { code, .. }) => ("refused", Some(*code)),
        Some(Failure::Unknown { code, .. }) => ("unknown", Some(*code)),
        Some(Failure::Gone) => ("gone", Some(ErrorCode::ContactEnded)),
    }
}

/// What became of a message that the centre has pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Push {
    /// It is in the journal.
    Taken,
    /// It said nothing that was not known: it came again, or is of a kind that changes nothing.
    Nothing,
    /// For a visitor whom this desk does not have (any more).
    Unknown,
    /// No message.
    Malformed,
    /// It was not pushed, and found by asking.
    Missed,
}

impl Push {
    const ALL: [Self; 5] = [Self::Taken, Self::Nothing, Self::Unknown, Self::Malformed, Self::Missed];

    fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Nothing => "nothing_new",
            Self::Unknown => "unknown_visitor",
            Self::Malformed => "malformed",
            Self::Missed => "missed",
        }
    }
}

/// What became of a message of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was answered with this status.
    Posted(PostedStatus),
    /// It was not delivered.
    Refused,
    /// It may have been delivered; the page asks again.
    Doubtful,
    /// The conversation was over.
    Gone,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Self::Posted(PostedStatus::Accepted) => "accepted",
            Self::Posted(PostedStatus::StoredOffline) => "stored_offline",
            Self::Posted(PostedStatus::Unconfirmed) => "unconfirmed",
            Self::Posted(PostedStatus::Unknown) => "unknown",
            Self::Refused => "refused",
            Self::Doubtful => "doubtful",
            Self::Gone => "gone",
        }
    }
}

const STATES: [ContactState; 5] = [
    ContactState::None,
    ContactState::Robot,
    ContactState::Queueing,
    ContactState::Agent,
    ContactState::Ended,
];

fn state_word(state: ContactState) -> &'static str {
    match state {
        ContactState::None => "none",
        ContactState::Robot => "robot",
        ContactState::Queueing => "queueing",
        ContactState::Agent => "agent",
        ContactState::Ended => "ended",
        ContactState::Unknown => "unknown",
    }
}

/// A request that is not answered yet. One whose client goes away before that is not counted as answered.
pub struct RequestUnderWay<'a> {
    metrics: &'a Metrics,
    route: Route,
    method: &'static str,
}

impl RequestUnderWay<'_> {
    /// It is answered.
    pub fn answered(self, status: StatusCode, took: Duration) {
        self.metrics.request_seconds.get_or_create(&self.route).observe(took.as_secs_f64());
        let (route, method, status) = (self.route.route.clone(), self.method, status.as_u16());
        self.metrics.requests.get_or_create(&Request { route, method, status }).inc();
    }
}

impl Drop for RequestUnderWay<'_> {
    fn drop(&mut self) {
        self.metrics.in_flight.get_or_create(&self.route).dec();
    }
}

/// An open connection.
pub struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
