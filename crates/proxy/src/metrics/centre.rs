//! A centre with a clock beside it: every call is counted with what is certain of it, and timed.

use super::{Metrics, certain};
use crate::problem;
use crate::traces::{self, Outcome};
use crate::vendor::{
    Admitted, Answer, CallAbility, CallNews, Centre, Downlink, Failure, FileSource, Kept, Party, Placed,
    Placing, PushHead, PushRefusal, PushedList, QueueAnswer, Rating, Said, Serving, Spooled, Utterance,
};
use frontdesk_contract::{About, CallMedia, ClientId, ErrorCode, SurveyForm};
use std::sync::Arc;
use tokio::io::AsyncWrite;
use tokio::time::Instant;

/// A centre whose calls are measured.
pub struct Timed {
    inner: Arc<dyn Centre>,
    desk: String,
    metrics: Arc<Metrics>,
}

impl Timed {
    /// The centre of this desk, measured.
    pub fn new(inner: Arc<dyn Centre>, desk: String, metrics: Arc<Metrics>) -> Self {
        Self { inner, desk, metrics }
    }

    fn timed<'a, T: Send + 'a>(&'a self, call: &'static str, answer: Answer<'a, T>) -> Answer<'a, T> {
        Box::pin(async move {
            let begun = Instant::now();
            let answer = traces::child("centre", call, Some(&self.desk), answer, outcome).await;
            self.metrics.centre(&self.desk, call, answer.as_ref().err(), begun.elapsed());
            answer
        })
    }
}

fn outcome<T>(answer: &Result<T, Failure>) -> Outcome {
    let failure = answer.as_ref().err();
    let (word, code) = certain(failure);
    let failed = matches!(failure, Some(Failure::NotSent { .. } | Failure::Unknown { .. }));
    Outcome { word, code: code.map(problem::word), failed }
}

impl Centre for Timed {
    fn connect<'a>(&'a self, party: &'a Party, about: &'a About) -> Answer<'a, Serving> {
        self.timed("connect", self.inner.connect(party, about))
    }

    fn transfer_to_agent<'a>(&'a self, party: &'a Party) -> Answer<'a, Serving> {
        self.timed("transfer_to_agent", self.inner.transfer_to_agent(party))
    }

    fn disconnect<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        self.timed("disconnect", self.inner.disconnect(party))
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
        self.timed("say", self.inner.say(party, id, at_ms, what))
    }

    fn typing<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        self.timed("typing", self.inner.typing(party))
    }

    fn poll<'a>(&'a self, party: &'a Party) -> Answer<'a, Vec<Downlink>> {
        let answer = self.timed("poll", self.inner.poll(party));
        Box::pin(async move {
            let answer = answer.await;
            if let Ok(news) = &answer {
                let said = news.iter().filter(|item| !matches!(item, Downlink::Face(_)));
                self.metrics.received(&self.desk, said.count());
            }
            answer
        })
    }

    fn admit_push(&self, head: &PushHead<'_>) -> Result<Admitted, PushRefusal> {
        self.inner.admit_push(head)
    }

    fn read_push(&self, admitted: &Admitted, body: &[u8]) -> Result<Option<PushedList>, PushRefusal> {
        self.inner.read_push(admitted, body)
    }

    fn is_away(&self) -> bool {
        self.inner.is_away()
    }

    fn queue<'a>(&'a self, party: &'a Party) -> Answer<'a, QueueAnswer> {
        self.timed("queue", self.inner.queue(party))
    }

    fn survey<'a>(&'a self, party: &'a Party) -> Answer<'a, SurveyForm> {
        self.timed("survey", self.inner.survey(party))
    }

    fn rate<'a>(&'a self, party: &'a Party, rating: &'a Rating) -> Answer<'a, ()> {
        self.timed("rate", self.inner.rate(party, rating))
    }

    fn read<'a>(&'a self, party: &'a Party, codes: &'a [String]) -> Answer<'a, ()> {
        self.timed("read", self.inner.read(party, codes))
    }

    fn upload<'a>(&'a self, party: &'a Party, file: Spooled<'a>) -> Answer<'a, String> {
        self.timed("upload", self.inner.upload(party, file))
    }

    fn download<'a>(
        &'a self,
        party: &'a Party,
        source: &'a FileSource,
        extension: Option<&'a str>,
        into: &'a mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Answer<'a, u64> {
        self.timed("download", self.inner.download(party, source, extension, into, max_bytes))
    }

    fn picture<'a>(&'a self, address: &str) -> Option<Answer<'a, Vec<u8>>> {
        self.inner.picture(address)
    }

    fn suggestions<'a>(&'a self, party: &'a Party, text: &'a str) -> Answer<'a, Vec<String>> {
        self.timed("suggestions", self.inner.suggestions(party, text))
    }

    fn feedback<'a>(
        &'a self,
        party: &'a Party,
        inter_idx: &'a str,
        helpful: bool,
        reason: &'a str,
    ) -> Answer<'a, ()> {
        self.timed("feedback", self.inner.feedback(party, inter_idx, helpful, reason))
    }

    fn leave_message<'a>(&'a self, party: &'a Party, number: &'a str, text: &'a str) -> Answer<'a, ()> {
        self.timed("leave_message", self.inner.leave_message(party, number, text))
    }

    fn history<'a>(&'a self, party: &'a Party, from_ms: u64, to_ms: u64) -> Answer<'a, Option<Vec<Kept>>> {
        self.timed("history", self.inner.history(party, from_ms, to_ms))
    }

    fn call_support<'a>(&'a self, party: &'a Party) -> Answer<'a, CallAbility> {
        self.timed("call_support", self.inner.call_support(party))
    }

    fn call_start<'a>(&'a self, party: &'a Party, media: CallMedia) -> Answer<'a, ()> {
        self.timed("call_start", self.inner.call_start(party, media))
    }

    fn call_events<'a>(&'a self, party: &'a Party) -> Answer<'a, Option<CallNews>> {
        self.timed("call_events", self.inner.call_events(party))
    }

    fn call_drop<'a>(&'a self, party: &'a Party) -> Answer<'a, ()> {
        self.timed("call_drop", self.inner.call_drop(party))
    }

    fn place_call<'a>(&'a self, wish: &'a Placing) -> Answer<'a, Placed> {
        self.timed("place_call", self.inner.place_call(wish))
    }

    fn ready(&self) -> Answer<'_, ()> {
        self.timed("ready", self.inner.ready())
    }

    fn forget(&self, user_id: &str) {
        self.inner.forget(user_id);
    }
}
