//! A centre that answers by script, for tests. What is not scripted succeeds in the plainest way.

use super::{Answer, Centre, Downlink, Failure, Kept, Party, QueueAnswer, Said, Serving};
use frontdesk_contract::{Body, ClientId, ErrorCode, SurveyForm, SurveyLevel};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Semaphore;

/// A call that came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    Connect,
    Transfer,
    Disconnect,
    Say { id: String, at_ms: u64 },
    Typing,
    Rate { level: u8, comment: String },
    History,
    Survey,
    Forget,
}

/// Answers to come, oldest first; and the calls that came, polls and questions about the queue apart.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) connect: VecDeque<Result<Serving, Failure>>,
    pub(crate) transfer: VecDeque<Result<Serving, Failure>>,
    pub(crate) disconnect: VecDeque<Result<(), Failure>>,
    pub(crate) say: VecDeque<Result<Said, Failure>>,
    pub(crate) poll: VecDeque<Result<Vec<Downlink>, Failure>>,
    pub(crate) queue: VecDeque<Result<QueueAnswer, Failure>>,
    pub(crate) survey: VecDeque<Result<SurveyForm, Failure>>,
    pub(crate) rate: VecDeque<Result<(), Failure>>,
    pub(crate) history: VecDeque<Result<Option<Vec<Kept>>, Failure>>,
    pub(crate) calls: Vec<Call>,
    pub(crate) polls: usize,
    /// While it has no permits, messages are not answered.
    pub(crate) gate: Option<Arc<Semaphore>>,
    /// While it has no permits, the form of the rating is not answered.
    pub(crate) form_gate: Option<Arc<Semaphore>>,
}

/// The centre.
#[derive(Default)]
pub(crate) struct Fake(Mutex<Script>);

impl Fake {
    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    /// The calls so far that `wanted` picks.
    pub(crate) fn count(&self, wanted: impl Fn(&Call) -> bool) -> usize {
        self.script().calls.iter().filter(|call| wanted(call)).count()
    }

    pub(crate) fn said(&self) -> usize {
        self.count(|call| matches!(call, Call::Say { .. }))
    }

    fn called(&self, call: Call) -> MutexGuard<'_, Script> {
        let mut script = self.script();
        script.calls.push(call);
        script
    }
}

pub(crate) fn unknown() -> Failure {
    Failure::Unknown { code: ErrorCode::CentreTimeout, detail: "scripted".into() }
}

pub(crate) fn not_sent() -> Failure {
    Failure::NotSent { code: ErrorCode::CentreUnreachable, detail: "scripted".into() }
}

pub(crate) fn refused(code: ErrorCode, transient: bool) -> Failure {
    Failure::Refused { code, transient, retry_after: None, detail: "scripted".into() }
}

fn now<'a, T: Send + 'a>(answer: Option<Result<T, Failure>>, plain: T) -> Answer<'a, T> {
    Box::pin(std::future::ready(answer.unwrap_or(Ok(plain))))
}

impl Centre for Fake {
    fn connect<'a>(&'a self, _: &'a Party) -> Answer<'a, Serving> {
        now(self.called(Call::Connect).connect.pop_front(), Serving::Robot)
    }

    fn transfer_to_agent<'a>(&'a self, _: &'a Party) -> Answer<'a, Serving> {
        now(self.called(Call::Transfer).transfer.pop_front(), Serving::Queue)
    }

    fn disconnect<'a>(&'a self, _: &'a Party) -> Answer<'a, ()> {
        now(self.called(Call::Disconnect).disconnect.pop_front(), ())
    }

    fn say<'a>(&'a self, _: &'a Party, id: &'a ClientId, at_ms: u64, _: &'a Body) -> Answer<'a, Said> {
        let mut script = self.called(Call::Say { id: id.to_string(), at_ms });
        let (answer, gate) = (script.say.pop_front(), script.gate.clone());
        drop(script);
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.acquire().await.unwrap().forget();
            }
            answer.unwrap_or(Ok(Said::Delivered))
        })
    }

    fn typing<'a>(&'a self, _: &'a Party) -> Answer<'a, ()> {
        drop(self.called(Call::Typing));
        now(None, ())
    }

    fn poll<'a>(&'a self, _: &'a Party) -> Answer<'a, Vec<Downlink>> {
        let mut script = self.script();
        script.polls += 1;
        now(script.poll.pop_front(), Vec::new())
    }

    fn queue<'a>(&'a self, _: &'a Party) -> Answer<'a, QueueAnswer> {
        now(self.script().queue.pop_front(), QueueAnswer::NoInformation)
    }

    fn survey<'a>(&'a self, _: &'a Party) -> Answer<'a, SurveyForm> {
        let levels = (1..=5).map(|level| SurveyLevel { level, label: None }).collect();
        let form = SurveyForm { open: true, levels, comment_max_chars: 10 };
        let mut script = self.called(Call::Survey);
        let (answer, gate) = (script.survey.pop_front(), script.form_gate.clone());
        drop(script);
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.acquire().await.unwrap().forget();
            }
            answer.unwrap_or(Ok(form))
        })
    }

    fn rate<'a>(&'a self, _: &'a Party, level: u8, comment: &'a str) -> Answer<'a, ()> {
        now(self.called(Call::Rate { level, comment: comment.into() }).rate.pop_front(), ())
    }

    fn history<'a>(&'a self, _: &'a Party, _: u64) -> Answer<'a, Option<Vec<Kept>>> {
        now(self.called(Call::History).history.pop_front(), Some(Vec::new()))
    }

    fn ready(&self) -> Answer<'_, ()> {
        now(None, ())
    }

    fn forget(&self, _: &str) {
        drop(self.called(Call::Forget));
    }
}
