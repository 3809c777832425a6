//! How often somebody may ask. Counted in memory; who has been quiet is forgotten.

use super::address::{self, Peer};
use crate::config;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use frontdesk_contract::ErrorCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

/// The limits by action.
pub struct Limiters {
    requests: Keyed<IpAddr>,
    sessions: Keyed<IpAddr>,
    messages: Keyed<String>,
}

struct Keyed<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(quota: Quota) -> Self {
        Self(RateLimiter::keyed(quota))
    }

    fn check(&self, key: &K, what: &'static str) -> Result<(), Problem> {
        self.0.check_key(key).map_err(|refusal| {
            let wait = refusal.wait_time_from(DefaultClock::default().now());
            Problem::new(ErrorCode::RateLimited, what).after(wait)
        })
    }

    fn sweep(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}

impl Limiters {
    /// Nobody has asked yet.
    pub fn new(limits: &config::Limits) -> Self {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            requests: Keyed::new(Quota::per_minute(at_least_one(limits.requests_per_address_per_minute))),
            sessions: Keyed::new(Quota::per_hour(at_least_one(limits.sessions_per_address_per_hour))),
            messages: Keyed::new(Quota::per_minute(at_least_one(limits.messages_per_visitor_per_minute))),
        }
    }

    /// Counts a new session.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn session(&self, address: IpAddr) -> Result<(), Problem> {
        self.sessions.check(&address, "too many sessions from this address")
    }

    /// Counts a message.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn message(&self, visitor: &str) -> Result<(), Problem> {
        self.messages.check(&visitor.to_owned(), "too many messages")
    }

    /// Forgets who has been quiet.
    pub fn sweep(&self) {
        self.requests.sweep();
        self.sessions.sweep();
        self.messages.sweep();
    }
}

/// The client's address, as a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

pub(super) async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let trusted = &state.shared.settings.limits.trusted_proxies;
    let client = address::client(peer, request.headers(), trusted);
    let health = matches!(request.uri().path(), "/livez" | "/readyz");
    if !health
        && let Err(problem) = state.limiters.requests.check(&client, "too many requests from this address")
    {
        return problem.into_response();
    }
    request.extensions_mut().insert(Client(client));
    next.run(request).await
}
