//! A centre with a guard before it, so that one desk's centre cannot hold up another's visitors: so many requests at one time,
//! a bounded queue, and no requests at all for a while once the centre does not answer.
//!
//! What the guard turns away never left: [`Failure::NotSent`], which is safe to repeat. What has left is never cut short here, so
//! the rules of delivery stay those of the adapter. A message whose outcome is unknown says nothing to the breaker, and no
//! message is spent on finding out whether the centre is back: polls do that.
//!
//! # Layout
//! - `breaker`: whether the centre is asked at all
//! - `rooms`: how many ask at one time

mod breaker;
mod rooms;
#[cfg(test)]
mod tests;

use super::{
    Admitted, Answer, CallAbility, CallNews, Centre, Downlink, Failure, FileSource, Kept, Party, Placed,
    Placing, PushHead, PushRefusal, PushedList, QueueAnswer, Rating, Said, Serving, Spooled, Utterance,
};
use crate::config;
use crate::metrics::Metrics;
use breaker::{Breaker, Pass, Stand, Ticket, Verdict};
use frontdesk_contract::{About, CallMedia, ClientId, ErrorCode, SurveyForm};
use rooms::{Crowded, Room};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWrite;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

/// A centre that is asked only so much, and not while it is away.
pub struct Guarded {
    inner: Arc<dyn Centre>,
    gate: Arc<Gate>,
    polls: Room,
    deeds: Room,
    long: Room,
}

/// The breaker, and who wants to know of it.
struct Gate {
    desk: String,
    metrics: Arc<Metrics>,
    /// Which guard of the desk it is, as the figures have it: another one may stand in its place by now.
    number: u64,
    breaker: Mutex<Breaker>,
    /// Whether calls pass.
    passes: watch::Sender<bool>,
}

/// Requests that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What the proxy asks by itself.
    Poll,
    /// What a visitor wants.
    Deed,
    /// A message: its outcome belongs to the delivery.
    Message,
    /// Files, and questions that the centre may hold for a minute.
    Long,
}

impl Kind {
    /// Whether it may be the one that finds out whether the centre is back.
    fn may_try(self) -> bool {
        matches!(self, Self::Poll | Self::Deed)
    }

    /// What an answer says about the centre.
    fn verdict<T>(self, answer: &Result<T, Failure>) -> Verdict {
        match answer {
            Ok(_) | Err(Failure::Refused { .. } | Failure::Gone) => Verdict::There,
            // The call did not leave; what was to be had before it, a token, did not come in time.
            Err(Failure::NotSent {
                code: ErrorCode::CentreUnreachable | ErrorCode::CentreTimeout, ..
            }) => Verdict::Away,
            Err(Failure::NotSent { .. }) => Verdict::Nothing,
            Err(Failure::Unknown { .. }) if matches!(self, Self::Message | Self::Long) => Verdict::Nothing,
            Err(Failure::Unknown { code: ErrorCode::CentreTimeout, .. }) => Verdict::Away,
            Err(Failure::Unknown { .. }) => Verdict::There,
        }
    }
}

impl Gate {
    fn with<T>(&self, act: impl FnOnce(&mut Breaker) -> T) -> T {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        let before = breaker.stand();
        let out = act(&mut breaker);
        let stand = breaker.stand();
        if stand != before {
            self.turned(before, stand);
        }
        out
    }

    /// Told under the lock, so that all see the turns in their order.
    fn turned(&self, before: Stand, stand: Stand) {
        let desk = &self.desk;
        let figure = match stand {
            Stand::Closed => 0,
            Stand::Trying => 1,
            Stand::Open => 2,
        };
        let stands = self.metrics.breaker(desk, self.number, figure);
        self.passes.send_replace(stand == Stand::Closed);
        if !stands {
            return;
        }
        match (before, stand) {
            (Stand::Closed, _) => {
                tracing::warn!(desk, "the centre does not answer: it is not asked for a while");
            }
            (_, Stand::Closed) => tracing::info!(desk, "the centre answers again"),
            _ => tracing::debug!(desk, ?stand, "whether the centre is back"),
        }
    }
}

/// A call that was let pass; told to the breaker when it is over, also when it is abandoned.
struct Passed {
    gate: Arc<Gate>,
    ticket: Ticket,
    verdict: Verdict,
    _place: Option<OwnedSemaphorePermit>,
}

impl Drop for Passed {
    fn drop(&mut self) {
        self.gate.with(|breaker| breaker.over(self.ticket, self.verdict, Instant::now()));
    }
}

impl Guarded {
    /// The centre of this desk with a guard before it.
    pub fn new(inner: Arc<dyn Centre>, desk: String, guard: &config::Guard, metrics: Arc<Metrics>) -> Self {
        let number = metrics.guarded(&desk);
        let room = || Room::new(guard.requests_at_once, guard.requests_waiting, guard.patience);
        let breaker = Mutex::new(Breaker::new(guard.failures, guard.pause));
        let gate = Gate { desk, metrics, number, breaker, passes: watch::Sender::new(true) };
        Self { inner, gate: Arc::new(gate), polls: room(), deeds: room(), long: room() }
    }

    /// Makes the call when it may be made.
    fn guarded<'a, T: Send + 'a>(
        &'a self,
        call: &'static str,
        kind: Kind,
        make: impl FnOnce() -> Answer<'a, T> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            let mut passed = self.pass(call, kind).await?;
            let answer = make().await;
            passed.verdict = kind.verdict(&answer);
            answer
        })
    }

    async fn pass(&self, call: &'static str, kind: Kind) -> Result<Passed, Failure> {
        let gate = &self.gate;
        let passed = |ticket, place| Passed {
            gate: Arc::clone(gate),
            ticket,
            verdict: Verdict::Nothing,
            _place: place,
        };
        let ticket = match gate.with(|breaker| breaker.ask(Instant::now(), kind.may_try())) {
            Pass::Go(ticket) => ticket,
            // Places may be held by calls that get no answer: this one needs none.
            Pass::Try(ticket) => return Ok(passed(ticket, None)),
            Pass::Stop => return Err(self.held("open", call)),
        };
        let room = match kind {
            Kind::Poll => &self.polls,
            Kind::Deed | Kind::Message => &self.deeds,
            Kind::Long => &self.long,
        };
        let mut passes = gate.passes.subscribe();
        tokio::select! {
            biased;
            // Nobody waits in vain for a centre that is away.
            _ = passes.wait_for(|passes| !passes) => Err(self.held("open", call)),
            place = room.enter() => match place {
                Ok(place) => Ok(passed(ticket, Some(place))),
                Err(Crowded::Full) => Err(self.held("full", call)),
                Err(Crowded::Late) => Err(self.held("late", call)),
            },
        }
    }

    /// The call is not made.
    fn held(&self, why: &'static str, call: &'static str) -> Failure {
        self.gate.metrics.held(&self.gate.desk, why);
        let (code, detail) = match why {
            "open" => (ErrorCode::CentreUnreachable, "not asked, as the centre did not answer lately"),
            _ => (ErrorCode::CentreBusy, "not asked, as too many requests are under way"),
        };
        Failure::NotSent { code, detail: format!("{call}: {detail}") }
    }
}

impl Centre for Guarded {
    fn connect<'a>(&'a self, party: &'a Party, about: &'a About) -> Answer<'a, Serving> {
        self.guarded("connect", Kind::Deed, move || self.inner.connect(party, about))
    }

    fn transfer_to_agent<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving> {
        self.guarded("transfer_to_agent", Kind::Deed, move || self.inner.transfer_to_agent(party))
    }

    fn disconnect<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        self.guarded("disconnect", Kind::Deed, move || self.inner.disconnect(party))
    }

    fn takes(&self, what: &Utterance) -> Result<(), ErrorCode> {
        self.inner.takes(what)
    }

    fn say<'a>(
        &'a self,
        party: &'a Party,
        id: &'a ClientId,
        at_ms: u64,
        what: &'a Utterance,
    ) -> Answer<'a, Said> {
        self.guarded("say", Kind::Message, move || self.inner.say(party, id, at_ms, what))
    }

    fn typing<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        self.guarded("typing", Kind::Deed, move || self.inner.typing(party))
    }

    fn poll<'a>(&'a self, party: &'a Party) -> Answer<'a, Vec<Downlink>> {
        self.guarded("poll", Kind::Poll, move || self.inner.poll(party))
    }

    fn admit_push(&self, head: &PushHead<'_>) -> Result<Admitted, PushRefusal> {
        self.inner.admit_push(head)
    }

    fn read_push(&self, admitted: &Admitted, body: &[u8]) -> Result<Option<PushedList>, PushRefusal> {
        self.inner.read_push(admitted, body)
    }

    fn is_away(&self) -> bool {
        !*self.gate.passes.borrow()
    }

    fn queue<'a>(&'a self, party: &'a Party) -> Answer<'a, QueueAnswer> {
        self.guarded("queue", Kind::Poll, move || self.inner.queue(party))
    }

    fn survey<'a>(&'a self, party: &'a Party) -> Answer<'a, SurveyForm> {
        self.guarded("survey", Kind::Deed, move || self.inner.survey(party))
    }

    fn rate<'a>(&'a self, party: &'a Party, rating: &'a Rating) -> Answer<'a, ()> {
        self.guarded("rate", Kind::Deed, move || self.inner.rate(party, rating))
    }

    fn read<'a>(&'a self, party: &'a Party, codes: &'a [String]) -> Answer<'a, ()> {
        self.guarded("read", Kind::Deed, move || self.inner.read(party, codes))
    }

    fn upload<'a>(&'a self, party: &'a Party, file: Spooled<'a>) -> Answer<'a, String> {
        self.guarded("upload", Kind::Long, move || self.inner.upload(party, file))
    }

    fn download<'a>(
        &'a self,
        party: &'a Party,
        source: &'a FileSource,
        extension: Option<&'a str>,
        into: &'a mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Answer<'a, u64> {
        self.guarded("download", Kind::Long, move || {
            self.inner.download(party, source, extension, into, max_bytes)
        })
    }

    fn picture<'a>(&'a self, address: &str) -> Option<Answer<'a, Vec<u8>>> {
        self.inner.picture(address)
    }

    fn suggestions<'a>(&'a self, party: &'a Party, text: &'a str) -> Answer<'a, Vec<String>> {
        self.guarded("suggestions", Kind::Deed, move || self.inner.suggestions(party, text))
    }

    fn feedback<'a>(
        &'a self,
        party: &'a Party,
        inter_idx: &'a str,
        helpful: bool,
        reason: &'a str,
    ) -> Answer<'a, ()> {
        self.guarded("feedback", Kind::Deed, move || self.inner.feedback(party, inter_idx, helpful, reason))
    }

    fn leave_message<'a>(&'a self, party: &'a Party, number: &'a str, text: &'a str) -> Answer<'a, ()> {
        self.guarded("leave_message", Kind::Deed, move || self.inner.leave_message(party, number, text))
    }

    fn history<'a>(&'a self, party: &'a Party, from_ms: u64, to_ms: u64) -> Answer<'a, Option<Vec<Kept>>> {
        self.guarded("history", Kind::Poll, move || self.inner.history(party, from_ms, to_ms))
    }

    fn call_support<'a>(&'a self, party: &'a Party) -> Answer<'a, CallAbility> {
        self.guarded("call_support", Kind::Deed, move || self.inner.call_support(party))
    }

    fn call_start<'a>(&'a self, party: &'a Party, media: CallMedia) -> Answer<'a, ()> {
        self.guarded("call_start", Kind::Deed, move || self.inner.call_start(party, media))
    }

    fn call_events<'a>(&'a self, party: &'a Party) -> Answer<'a, Option<CallNews>> {
        self.guarded("call_events", Kind::Long, move || self.inner.call_events(party))
    }

    fn call_drop<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        self.guarded("call_drop", Kind::Deed, move || self.inner.call_drop(party))
    }

    fn place_call<'a>(&'a self, call: &'a Placing) -> Answer<'a, Placed> {
        self.guarded("place_call", Kind::Deed, move || self.inner.place_call(call))
    }

    fn ready(&self) -> Answer<'_, ()> {
        self.inner.ready()
    }

    fn forget(&self, user_id: &str) {
        self.inner.forget(user_id);
    }
}
