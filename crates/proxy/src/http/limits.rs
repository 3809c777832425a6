//! How often somebody may ask. Counted in bounded memory; who has been quiet is forgotten.

mod keys;

use super::routes::push;
use crate::audit::Told;
use crate::audit::words::Limit;
use crate::config;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::state::AppState;
use crate::visitor::Visitor;
use axum::Extension;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use frontdesk_contract::ErrorCode;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::{Quota, RateLimiter};
use keys::Keys;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::watch;

/// When the keys that are told apart are too many, those that have been quiet are forgotten; looked for at the first of so
/// many requests.
const LOOK_AGAIN: u32 = 4_096;

/// The limits by action.
pub struct Limiters {
    requests: Keyed<IpAddr>,
    sessions: Keyed<IpAddr>,
    messages: Keyed<String>,
    files: Keyed<String>,
    file_reads: Keyed<String>,
    connects: Keyed<String>,
    suggestions: Keyed<String>,
    feedback: Keyed<String>,
    history: Keyed<String>,
    left_messages: Keyed<String>,
    calls: Keyed<String>,
    placed_calls: Keyed<String>,
    pushes: Keyed<String>,
}

/// How often each of them may be done by one key.
struct Rates {
    requests: Quota,
    sessions: Quota,
    messages: Quota,
    files: Quota,
    file_reads: Quota,
    connects: Quota,
    suggestions: Quota,
    feedback: Quota,
    history: Quota,
    left_messages: Quota,
    calls: Quota,
    placed_calls: Quota,
    pushes: Quota,
}

impl Rates {
    fn of(limits: &config::Limits) -> Self {
        Self {
            requests: minute(limits.requests_per_address_per_minute),
            sessions: hour(limits.sessions_per_address_per_hour),
            messages: minute(limits.messages_per_visitor_per_minute),
            files: minute(limits.files_per_visitor_per_minute),
            file_reads: minute(limits.file_reads_per_visitor_per_minute),
            connects: minute(limits.connects_per_visitor_per_minute),
            suggestions: minute(limits.suggestions_per_visitor_per_minute),
            feedback: minute(limits.feedback_per_visitor_per_minute),
            history: minute(limits.history_per_visitor_per_minute),
            left_messages: hour(limits.left_messages_per_visitor_per_hour),
            calls: hour(limits.calls_per_visitor_per_hour),
            placed_calls: hour(limits.placed_calls_per_person_per_hour),
            pushes: minute(limits.pushes_per_desk_per_minute),
        }
    }
}

type Limiter<K> = RateLimiter<K, Keys<K>, DefaultClock, NoOpMiddleware<<DefaultClock as Clock>::Instant>>;

/// How often, by a key.
pub(super) struct Keyed<K: Hash + Eq + Clone> {
    limiter: watch::Sender<(Quota, Arc<Limiter<K>>)>,
    /// Requests since there was no room for another key.
    crowded: AtomicU32,
    /// What is limited, for the figures.
    what: Limit,
    metrics: Arc<Metrics>,
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    pub(super) fn new(what: Limit, quota: Quota, metrics: &Arc<Metrics>) -> Self {
        let limiter = watch::Sender::new((quota, Self::counting(quota)));
        Self { limiter, crowded: AtomicU32::new(0), what, metrics: Arc::clone(metrics) }
    }

    fn counting(quota: Quota) -> Arc<Limiter<K>> {
        Arc::new(RateLimiter::new(quota, Keys::new(keys::MOST), DefaultClock::default()))
    }

    fn limiter(&self) -> Arc<Limiter<K>> {
        Arc::clone(&self.limiter.borrow().1)
    }

    /// Counts anew if this is another limit than before.
    fn set(&self, quota: Quota) {
        self.limiter.send_if_modified(|limiter| {
            let other = limiter.0 != quota;
            if other {
                *limiter = (quota, Self::counting(quota));
            }
            other
        });
    }

    pub(super) fn check(&self, key: &K, text: &'static str) -> Result<(), Problem> {
        let limiter = self.limiter();
        if limiter.len() >= keys::MOST
            && self.crowded.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_AGAIN)
        {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|refusal| {
            self.metrics.limited(self.what);
            let wait = refusal.wait_time_from(DefaultClock::default().now());
            Problem::new(ErrorCode::RateLimited, text).after(wait).audited(Told::because(self.what))
        })
    }

    fn sweep(&self) {
        let limiter = self.limiter();
        limiter.retain_recent();
        limiter.shrink_to_fit();
    }
}

impl Keyed<String> {
    fn check_visitor(&self, visitor: &Visitor, text: &'static str) -> Result<(), Problem> {
        self.check(&visitor.id().to_owned(), text).map_err(|problem| problem.audited_by(visitor))
    }
}

impl Limiters {
    /// Nobody has asked yet.
    pub fn new(limits: &config::Limits, metrics: &Arc<Metrics>) -> Self {
        let rates = Rates::of(limits);
        let by_id = |what, quota| Keyed::new(what, quota, metrics);
        Self {
            requests: Keyed::new(Limit::Requests, rates.requests, metrics),
            sessions: Keyed::new(Limit::Sessions, rates.sessions, metrics),
            messages: by_id(Limit::Messages, rates.messages),
            files: by_id(Limit::Files, rates.files),
            file_reads: by_id(Limit::FileReads, rates.file_reads),
            connects: by_id(Limit::Connects, rates.connects),
            suggestions: by_id(Limit::Suggestions, rates.suggestions),
            feedback: by_id(Limit::Feedback, rates.feedback),
            history: by_id(Limit::History, rates.history),
            left_messages: by_id(Limit::LeftMessages, rates.left_messages),
            calls: by_id(Limit::Calls, rates.calls),
            placed_calls: by_id(Limit::PlacedCalls, rates.placed_calls),
            pushes: by_id(Limit::Pushes, rates.pushes),
        }
    }

    /// Goes on with other limits. One that is the same as before goes on counting, another counts anew.
    pub(crate) fn set(&self, limits: &config::Limits) {
        let rates = Rates::of(limits);
        // Named one by one, so that none is left out.
        let Self {
            requests,
            sessions,
            messages,
            files,
            file_reads,
            connects,
            suggestions,
            feedback,
            history,
            left_messages,
            calls,
            placed_calls,
            pushes,
        } = self;
        requests.set(rates.requests);
        sessions.set(rates.sessions);
        messages.set(rates.messages);
        files.set(rates.files);
        file_reads.set(rates.file_reads);
        connects.set(rates.connects);
        suggestions.set(rates.suggestions);
        feedback.set(rates.feedback);
        history.set(rates.history);
        left_messages.set(rates.left_messages);
        calls.set(rates.calls);
        placed_calls.set(rates.placed_calls);
        pushes.set(rates.pushes);
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
    pub fn message(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.messages.check_visitor(visitor, "too many messages")
    }

    /// Counts a file from the visitor.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn file(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.files.check_visitor(visitor, "too many files")
    }

    /// Counts a read of a file.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn file_read(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.file_reads.check_visitor(visitor, "too many reads of files")
    }

    /// Counts a wish to be connected.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn connect(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.connects.check_visitor(visitor, "too many conversations were asked for")
    }

    /// Counts a question for suggestions.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn suggestion(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.suggestions.check_visitor(visitor, "too many questions for suggestions")
    }

    /// Counts a judgement.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn feedback(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.feedback.check_visitor(visitor, "too many judgements")
    }

    /// Counts a page of history.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn history(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.history.check_visitor(visitor, "too many pages of history")
    }

    /// Counts a message that is left.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn left_message(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.left_messages.check_visitor(visitor, "too many messages were left")
    }

    /// Counts a call.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn call(&self, visitor: &Visitor) -> Result<(), Problem> {
        self.calls.check_visitor(visitor, "too many calls")
    }

    /// Counts a call that a member of staff places, by the person's mark.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn placed_call(&self, person: &str) -> Result<(), Problem> {
        self.placed_calls.check(&person.to_owned(), "too many calls were placed by this person")
    }

    /// Counts a request of somebody.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub(super) fn request(&self, Client(address): Client) -> Result<(), Problem> {
        self.requests.check(&address, "too many requests from this address")
    }

    /// Counts what a desk's centre sends.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub(super) fn push(&self, desk: &str) -> Result<(), Problem> {
        self.pushes.check(&desk.to_owned(), "the centre of this desk sends too often")
    }

    /// Forgets who has been quiet.
    pub fn sweep(&self) {
        self.requests.sweep();
        self.sessions.sweep();
        let visitors = [
            &self.messages,
            &self.files,
            &self.file_reads,
            &self.connects,
            &self.suggestions,
            &self.feedback,
            &self.history,
            &self.left_messages,
            &self.calls,
            &self.placed_calls,
            &self.pushes,
        ];
        visitors.into_iter().for_each(Keyed::sweep);
    }
}

fn minute(count: u32) -> Quota {
    Quota::per_minute(at_least_one(count))
}

fn hour(count: u32) -> Quota {
    Quota::per_hour(at_least_one(count))
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

/// The client's address, as a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub IpAddr);

pub(super) async fn layer(
    State(state): State<AppState>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    // What is asked of the store for these is bounded there.
    let health = matches!(request.uri().path(), "/livez" | "/readyz");
    // What centres send is counted where it is known whether it is a centre.
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let push = request.method() == Method::POST && route == Some(push::ROUTE);
    if !(health || push)
        && let Err(problem) = state.limiters.request(client)
    {
        return problem.into_response();
    }
    next.run(request).await
}
