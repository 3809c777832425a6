//! One request in flight per visitor, in the order of arrival, and each id done once: by a line in this proxy, and by a lease
//! among the proxies.
//!
//! A request runs in a task of its own, so that a client that hangs up does not stop it half-way. The intent is durable
//! before anything is asked of the centre; the answer is written together with what it brought about.

use super::Visitor;
use super::draft::Draft;
use crate::problem::Problem;
use crate::store::{Answer, Intent, Role, VisitorRecord};
use frontdesk_contract::{ClientId, ErrorCode};
use opentelemetry::Context;
use opentelemetry::trace::FutureExt as _;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Requests of one visitor that may wait.
const LONGEST: usize = 64;

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;
type Outcome = Result<Answer, Problem>;

/// The visitor's requests.
#[derive(Default)]
pub struct Line {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    running: bool,
    flights: HashMap<ClientId, Flight>,
}

struct Flight {
    content: [u8; 32],
    outcome: watch::Receiver<Option<Outcome>>,
}

/// Who waits for whom: what is asked in one lane is done in the order of arrival, one thing at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Messages, and what begins and ends a conversation.
    Talk,
    /// Files on their way to the centre, which may take minutes.
    Upload,
    /// What has no order with anything: judgements, messages that are left.
    Aside,
    /// Calls.
    Call,
}

impl Lane {
    /// The lease under which it is worked off.
    fn role(self) -> Role {
        match self {
            Self::Talk => Role::Talk,
            Self::Upload => Role::Upload,
            Self::Aside => Role::Aside,
            Self::Call => Role::Call,
        }
    }
}

/// The lanes of one visitor.
#[derive(Default)]
pub struct Lanes([Line; 4]);

impl Lanes {
    /// The line of a lane.
    pub fn of(&self, lane: Lane) -> &Line {
        let Self([talk, upload, aside, call]) = self;
        match lane {
            Lane::Talk => talk,
            Lane::Upload => upload,
            Lane::Aside => aside,
            Lane::Call => call,
        }
    }
}

/// What is asked under an id.
#[derive(Clone, Debug)]
pub struct Task {
    /// The id.
    pub id: ClientId,
    /// SHA-256 of kind and content.
    pub content: [u8; 32],
    /// When it was first asked, epoch milliseconds.
    pub at_ms: u64,
    /// An earlier attempt has no known outcome.
    pub resumed: bool,
}

impl Task {
    /// Records the answer in a change.
    pub fn answered(&self, draft: &mut Draft, answer: Answer) -> Answer {
        draft.answer(&self.id, self.content, self.at_ms, answer.clone());
        answer
    }

    /// Records in a change that nothing was done: the same request may come again.
    pub fn undone(&self, draft: &mut Draft) {
        draft.undone(&self.id, self.content, self.at_ms);
    }
}

/// Kind and content of a request, to tell a repetition from a reuse of the id.
pub fn digest(kind: &str, content: &impl Serialize) -> [u8; 32] {
    let text = serde_json::to_vec(&(kind, content)).unwrap_or_default();
    Sha256::digest(&text).into()
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request is in flight.
    pub fn is_busy(&self) -> bool {
        self.lock().running
    }
}

impl Visitor {
    /// Does what is asked under `id` once, or answers what it came to. `gate` refuses a request that was never begun;
    /// `work` does it and writes the answer.
    ///
    /// # Errors
    /// [`ErrorCode::IdReused`], [`ErrorCode::InFlight`] after `request_timeout`, what `gate` and `work` say.
    pub async fn submit<G, W, F>(
        self: &Arc<Self>,
        id: ClientId,
        content: [u8; 32],
        gate: G,
        work: W,
    ) -> Outcome
    where
        G: FnOnce(&VisitorRecord, u64) -> Result<(), Problem> + Send + 'static,
        W: FnOnce(Arc<Self>, Task) -> F + Send + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let wait = self.shared.settings().limits.request_timeout;
        self.submit_in(Lane::Talk, wait, id, content, gate, work).await
    }

    /// The same in a lane of choice, waited for until a moment before `timeout`.
    ///
    /// # Errors
    /// As [`Visitor::submit`].
    pub async fn submit_in<G, W, F>(
        self: &Arc<Self>,
        lane: Lane,
        timeout: Duration,
        id: ClientId,
        content: [u8; 32],
        gate: G,
        work: W,
    ) -> Outcome
    where
        G: FnOnce(&VisitorRecord, u64) -> Result<(), Problem> + Send + 'static,
        W: FnOnce(Arc<Self>, Task) -> F + Send + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let line = self.lanes.of(lane);
        let known = self.shared.store.intent(&self.id, &id).await?;
        if let Some(answer) = settled(known.as_ref(), content)? {
            return Ok(answer);
        }
        let mut outcome = {
            let mut state = line.lock();
            match state.flights.get(&id) {
                Some(flight) if flight.content != content => return Err(reused()),
                Some(flight) => flight.outcome.clone(),
                None if state.jobs.len() >= LONGEST => {
                    let crowd = Problem::new(ErrorCode::RateLimited, "too many requests are waiting");
                    return Err(crowd.after(Duration::from_secs(2)));
                }
                None => {
                    let (tell, outcome) = watch::channel(None);
                    let flight = Flight { content, outcome: outcome.clone() };
                    state.flights.insert(id.clone(), flight);
                    let visitor = Arc::clone(self);
                    let trace = Context::current();
                    let job = Box::pin(async move {
                        let doer = Arc::clone(&visitor);
                        let work = Box::pin(Arc::clone(&visitor).perform(id.clone(), content, gate, work));
                        let work = async move { doer.alone(lane.role(), work).await };
                        let begun = tokio::spawn(work.with_context(trace));
                        let outcome = begun.await.unwrap_or_else(|_| Err(Problem::internal()));
                        visitor.lanes.of(lane).lock().flights.remove(&id);
                        tell.send_replace(Some(outcome));
                    });
                    self.enqueue(lane, &mut state, job);
                    outcome
                }
            }
        };
        let wait = timeout.saturating_sub(Duration::from_secs(2));
        let waited = tokio::time::timeout(wait, outcome.wait_for(Option::is_some)).await;
        match waited {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or_else(|| Err(Problem::internal())),
            Ok(Err(_)) => Err(Problem::internal()),
            Err(_) => Err(Problem::new(
                ErrorCode::InFlight,
                "the request is being worked on: ask again with its id",
            )
            .after(Duration::from_secs(1))),
        }
    }

    /// Runs `work` in its turn, and answers what it says.
    ///
    /// # Errors
    /// What `work` says.
    pub async fn in_line<T, F>(self: &Arc<Self>, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        self.in_lane(Lane::Talk, work).await
    }

    /// The same in a lane of choice.
    ///
    /// # Errors
    /// What `work` says.
    pub async fn in_lane<T, F>(self: &Arc<Self>, lane: Lane, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let (tell, outcome) = tokio::sync::oneshot::channel();
        let visitor = Arc::clone(self);
        let trace = Context::current();
        let job = Box::pin(async move {
            let work = Box::pin(work);
            let work = async move { visitor.alone(lane.role(), work).await };
            let outcome =
                tokio::spawn(work.with_context(trace)).await.unwrap_or_else(|_| Err(Problem::internal()));
            // The client may have hung up: the work is done all the same.
            let _gone = tell.send(outcome);
        });
        self.enqueue(lane, &mut self.lanes.of(lane).lock(), job);
        outcome.await.unwrap_or_else(|_| Err(Problem::internal()))
    }

    fn enqueue(self: &Arc<Self>, lane: Lane, state: &mut State, job: Job) {
        state.jobs.push_back(job);
        if !state.running {
            state.running = true;
            let visitor = Arc::clone(self);
            self.shared.tasks.spawn(async move { visitor.work_off(lane).await });
        }
    }

    async fn work_off(self: Arc<Self>, lane: Lane) {
        while let Some(job) = self.lanes.of(lane).take() {
            job.await;
            if lane == Lane::Talk {
                self.wake.notify_one();
            }
        }
    }

    async fn perform<G, W, F>(self: Arc<Self>, id: ClientId, content: [u8; 32], gate: G, work: W) -> Outcome
    where
        G: FnOnce(&VisitorRecord, u64) -> Result<(), Problem>,
        W: FnOnce(Arc<Self>, Task) -> F,
        F: Future<Output = Outcome>,
    {
        let known = self.shared.store.intent(&self.id, &id).await?;
        if let Some(answer) = settled(known.as_ref(), content)? {
            return Ok(answer);
        }
        let task = match known {
            Some(intent) if !intent.undone => Task { id, content, at_ms: intent.at_ms, resumed: true },
            refused => {
                gate(&self.record().await?, self.now_ms())?;
                let at_ms = refused.map_or_else(|| self.now_ms(), |intent| intent.at_ms);
                self.change(|draft, _| draft.intend(&id, content, at_ms)).await?;
                Task { id, content, at_ms, resumed: false }
            }
        };
        work(self, task).await
    }
}

impl Line {
    fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        let job = state.jobs.pop_front();
        state.running = job.is_some();
        job
    }
}

/// The answer, if the id has one.
fn settled(known: Option<&Intent>, content: [u8; 32]) -> Result<Option<Answer>, Problem> {
    match known {
        Some(intent) if intent.content != content => Err(reused()),
        Some(intent) => Ok(intent.answer.clone()),
        None => Ok(None),
    }
}

fn reused() -> Problem {
    Problem::new(ErrorCode::IdReused, "the id was used for something else")
}
