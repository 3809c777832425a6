//! A centre that answers by script, for tests. What is not scripted succeeds in the plainest way.

use super::{
    Admitted, Answer, CallAbility, CallNews, Centre, Downlink, Failure, FileSource, Kept, Party, Placed,
    Placing, PushHead, PushRefusal, PushedList, QueueAnswer, Rating, Said, Serving, Spooled, Utterance,
};
use frontdesk_contract::{About, CallMedia, ClientId, ErrorCode, SurveyForm, SurveyLevel};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::Semaphore;

/// What a push must carry.
pub(crate) const KEY: &str = "Bearer the key of the scripted centre";

/// A call that came.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::enum_variant_names, reason = "telephone calls are called calls")]
pub(crate) enum Call {
    Connect,
    Transfer,
    Disconnect,
    Say { id: String, at_ms: u64, what: Utterance },
    Typing,
    Read(Vec<String>),
    Upload { bytes: Vec<u8>, extension: String },
    Download { source: FileSource, extension: Option<String> },
    Picture(String),
    Suggestions(String),
    Feedback { inter_idx: String, helpful: bool, reason: String },
    LeaveMessage { number: String, text: String },
    Rate(Rating),
    History { from_ms: u64, to_ms: u64 },
    AskCalls,
    StartCall(CallMedia),
    DropCall,
    PlaceCall(Placing),
    Survey,
    Forget,
}

/// Answers to come, oldest first; and the calls that came, polls and questions about the queue and
/// the call apart.
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
    pub(crate) read: VecDeque<Result<(), Failure>>,
    /// Not scripted: the keys are `key-1`, `key-2` and so on.
    pub(crate) upload: VecDeque<Result<String, Failure>>,
    /// What is written, and how it ends: an error may come after a part. Not scripted: an empty file.
    pub(crate) download: VecDeque<(Vec<u8>, Result<(), Failure>)>,
    /// Not scripted: it does not come.
    pub(crate) picture: VecDeque<Result<Vec<u8>, Failure>>,
    /// The settings no longer name where pictures are.
    pub(crate) no_pictures: bool,
    pub(crate) suggestions: VecDeque<Result<Vec<String>, Failure>>,
    pub(crate) feedback: VecDeque<Result<(), Failure>>,
    pub(crate) leave_message: VecDeque<Result<(), Failure>>,
    pub(crate) call_support: VecDeque<Result<CallAbility, Failure>>,
    pub(crate) call_start: VecDeque<Result<(), Failure>>,
    pub(crate) call_events: VecDeque<Result<Option<CallNews>, Failure>>,
    pub(crate) call_drop: VecDeque<Result<(), Failure>>,
    /// Not scripted: one of the gateways that the desks of tests know.
    pub(crate) place_call: VecDeque<Result<Placed, Failure>>,
    pub(crate) ready: VecDeque<Result<(), Failure>>,
    /// It takes no places.
    pub(crate) no_places: bool,
    pub(crate) calls: Vec<Call>,
    pub(crate) event_questions: usize,
    pub(crate) uploads: usize,
    pub(crate) polls: usize,
    /// What stands for which body of a push.
    pub(crate) pushed: HashMap<String, PushedList>,
    /// While it has no permits, messages and wishes for a call are not answered.
    pub(crate) gate: Option<Arc<Semaphore>>,
    /// While it has no permits, polls are not answered.
    pub(crate) poll_gate: Option<Arc<Semaphore>>,
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

/// The same, once the gate has a permit for it.
fn once_open<'a, T: Send + 'a>(
    gate: Option<Arc<Semaphore>>,
    answer: Option<Result<T, Failure>>,
    plain: T,
) -> Answer<'a, T> {
    Box::pin(async move {
        if let Some(gate) = gate {
            gate.acquire().await.unwrap().forget();
        }
        answer.unwrap_or(Ok(plain))
    })
}

impl Centre for Fake {
    fn connect<'a>(&'a self, _: &'a Party, _: &'a About) -> Answer<'a, Serving> {
        now(self.called(Call::Connect).connect.pop_front(), Serving::Robot)
    }

    fn transfer_to_agent<'a>(&'a self, _: &'a Party) -> Answer<'a, Serving> {
        now(self.called(Call::Transfer).transfer.pop_front(), Serving::Queue)
    }

    fn disconnect<'a>(&'a self, _: &'a Party) -> Answer<'a, ()> {
        now(self.called(Call::Disconnect).disconnect.pop_front(), ())
    }

    fn takes(&self, what: &Utterance) -> Result<(), ErrorCode> {
        match what {
            Utterance::Location(_) if self.script().no_places => Err(ErrorCode::BodyUnsupported),
            _ => Ok(()),
        }
    }

    fn say<'a>(
        &'a self,
        _: &'a Party,
        id: &'a ClientId,
        at_ms: u64,
        what: &'a Utterance,
    ) -> Answer<'a, Said> {
        let mut script = self.called(Call::Say { id: id.to_string(), at_ms, what: what.clone() });
        let (answer, gate) = (script.say.pop_front(), script.gate.clone());
        drop(script);
        once_open(gate, answer, Said::Delivered { link_not_trusted: false })
    }

    fn typing<'a>(&'a self, _: &'a Party) -> Answer<'a, ()> {
        drop(self.called(Call::Typing));
        now(None, ())
    }

    fn poll<'a>(&'a self, _: &'a Party) -> Answer<'a, Vec<Downlink>> {
        let mut script = self.script();
        script.polls += 1;
        let (answer, gate) = (script.poll.pop_front(), script.poll_gate.clone());
        drop(script);
        once_open(gate, answer, Vec::new())
    }

    fn admit_push(&self, head: &PushHead<'_>) -> Result<Admitted, PushRefusal> {
        let given = head.headers.get("authorization").ok_or(PushRefusal::Missing)?;
        if given == KEY { Ok(Admitted::default()) } else { Err(PushRefusal::Key) }
    }

    fn read_push(&self, _: &Admitted, body: &[u8]) -> Result<Option<PushedList>, PushRefusal> {
        Ok(self.script().pushed.get(&*String::from_utf8_lossy(body)).cloned())
    }

    fn queue<'a>(&'a self, _: &'a Party) -> Answer<'a, QueueAnswer> {
        now(self.script().queue.pop_front(), QueueAnswer::NoInformation)
    }

    fn survey<'a>(&'a self, _: &'a Party) -> Answer<'a, SurveyForm> {
        let levels = (1..=5).map(|level| SurveyLevel { level, label: None }).collect();
        let form = SurveyForm { open: true, levels, comment_max_chars: 10, questions: Vec::new() };
        let mut script = self.called(Call::Survey);
        let (answer, gate) = (script.survey.pop_front(), script.form_gate.clone());
        drop(script);
        once_open(gate, answer, form)
    }

    fn rate<'a>(&'a self, _: &'a Party, rating: &'a Rating) -> Answer<'a, ()> {
        now(self.called(Call::Rate(rating.clone())).rate.pop_front(), ())
    }

    fn read<'a>(&'a self, _: &'a Party, codes: &'a [String]) -> Answer<'a, ()> {
        now(self.called(Call::Read(codes.to_vec())).read.pop_front(), ())
    }

    fn upload<'a>(&'a self, _: &'a Party, file: Spooled<'a>) -> Answer<'a, String> {
        let bytes = std::fs::read(file.path).unwrap();
        assert_eq!(bytes.len() as u64, file.size_bytes, "the size as told");
        let mut script = self.called(Call::Upload { bytes, extension: file.extension.into() });
        script.uploads += 1;
        let key = format!("key-{}", script.uploads);
        now(script.upload.pop_front(), key)
    }

    fn download<'a>(
        &'a self,
        _: &'a Party,
        source: &'a FileSource,
        extension: Option<&'a str>,
        into: &'a mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Answer<'a, u64> {
        let call = Call::Download { source: source.clone(), extension: extension.map(Into::into) };
        let (bytes, end) = self.called(call).download.pop_front().unwrap_or((Vec::new(), Ok(())));
        Box::pin(async move {
            if bytes.len() as u64 > max_bytes {
                return Err(refused(ErrorCode::FileTooLarge, false));
            }
            into.write_all(&bytes).await.unwrap();
            end.map(|()| bytes.len() as u64)
        })
    }

    fn picture<'a>(&'a self, address: &str) -> Option<Answer<'a, Vec<u8>>> {
        if self.script().no_pictures {
            return None;
        }
        // Asked for when the answer is waited for, as with a centre.
        let address = address.to_owned();
        Some(Box::pin(async move {
            let answer = self.called(Call::Picture(address)).picture.pop_front();
            answer.unwrap_or_else(|| Err(refused(ErrorCode::FileUnknown, false)))
        }))
    }

    fn suggestions<'a>(&'a self, _: &'a Party, text: &'a str) -> Answer<'a, Vec<String>> {
        now(self.called(Call::Suggestions(text.into())).suggestions.pop_front(), Vec::new())
    }

    fn feedback<'a>(
        &'a self,
        _: &'a Party,
        inter_idx: &'a str,
        helpful: bool,
        reason: &'a str,
    ) -> Answer<'a, ()> {
        let call = Call::Feedback { inter_idx: inter_idx.into(), helpful, reason: reason.into() };
        now(self.called(call).feedback.pop_front(), ())
    }

    fn leave_message<'a>(&'a self, _: &'a Party, number: &'a str, text: &'a str) -> Answer<'a, ()> {
        let call = Call::LeaveMessage { number: number.into(), text: text.into() };
        now(self.called(call).leave_message.pop_front(), ())
    }

    fn history<'a>(&'a self, _: &'a Party, from_ms: u64, to_ms: u64) -> Answer<'a, Option<Vec<Kept>>> {
        now(self.called(Call::History { from_ms, to_ms }).history.pop_front(), Some(Vec::new()))
    }

    fn call_support<'a>(&'a self, _: &'a Party) -> Answer<'a, CallAbility> {
        let both = CallAbility { web_rtc: true, click_to_call: true };
        now(self.called(Call::AskCalls).call_support.pop_front(), both)
    }

    fn call_start<'a>(&'a self, _: &'a Party, media: CallMedia) -> Answer<'a, ()> {
        let mut script = self.called(Call::StartCall(media));
        let (answer, gate) = (script.call_start.pop_front(), script.gate.clone());
        drop(script);
        once_open(gate, answer, ())
    }

    fn call_events<'a>(&'a self, _: &'a Party) -> Answer<'a, Option<CallNews>> {
        let mut script = self.script();
        script.event_questions += 1;
        now(script.call_events.pop_front(), None)
    }

    fn call_drop<'a>(&'a self, _: &'a Party) -> Answer<'a, ()> {
        now(self.called(Call::DropCall).call_drop.pop_front(), ())
    }

    fn place_call<'a>(&'a self, wish: &'a Placing) -> Answer<'a, Placed> {
        let address = "192.0.2.10:8443".into();
        let placed = Placed { address, access_code: "17900001".into(), serial: Some("s-1".into()) };
        now(self.called(Call::PlaceCall(wish.clone())).place_call.pop_front(), placed)
    }

    fn ready(&self) -> Answer<'_, ()> {
        now(self.script().ready.pop_front(), ())
    }

    fn forget(&self, _: &str) {
        drop(self.called(Call::Forget));
    }
}
