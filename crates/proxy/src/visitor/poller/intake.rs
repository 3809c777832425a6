//! What comes down from the centre, as events. Pure: works on a [`Draft`].

use super::recover::Found;
use crate::store::{Handle, VisitorRecord};
use crate::vendor::{Downlink, QueueAnswer};
use crate::visitor::draft::Draft;
use crate::visitor::faces::Faces;
use crate::visitor::recent::{Recent, fallback};
use crate::visitor::{handles, recall};
use frontdesk_contract::{
    ContactState, EndReason, Event, EventKind, Message, NoticeCode, QueueInfo, Recalled, Receipt, Sender,
    Typing,
};

/// What an intake found, beyond what is in the draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// Something arrived that was not known.
    pub news: bool,
    /// The agent is typing, as far as the visitor was told.
    pub typing: bool,
    /// The agent typed just now: the sign is to be kept up.
    pub typed: bool,
    /// The centre's words say that an agent is there.
    pub announced: bool,
    /// The system has said something while a robot serves: perhaps that it hands the visitor on.
    pub hinted: bool,
}

/// What is known when something arrives.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The codes known before the draft.
    pub recent: &'a Recent,
    /// The events that are kept, needed where something was taken back.
    pub journal: &'a [Event],
    /// The centre's poll may hand out a message more than once.
    pub repeats: bool,
    /// It is left of a conversation after which another one is wished for or has begun: it tells nothing about how things stand.
    pub left: bool,
}

/// Turns what a poll returned into events. `typing` says what the visitor was told last.
pub fn take(draft: &mut Draft, known: Known<'_>, downlinks: &[Downlink], typing: bool) -> Intake {
    let (mut intake, faces) = (Intake { typing, ..Intake::default() }, Faces::of(downlinks));
    for downlink in downlinks {
        one(draft, known, &faces, downlink, None, &mut intake);
    }
    intake
}

/// Turns what was left of a conversation that is over into events. `wished`: the next one is wished for.
pub fn take_left(draft: &mut Draft, known: Known<'_>, downlinks: &[Downlink], wished: bool) {
    let left = wished || draft.record.is_open();
    take(draft, Known { left, ..known }, downlinks, false);
}

/// Turns what the history has, and no poll brought, into events; whether that is news.
pub fn take_found(draft: &mut Draft, known: Known<'_>, found: &[Found]) -> bool {
    let mut intake = Intake::default();
    for Found { downlink, before } in found {
        one(draft, known, &Faces::default(), downlink, *before, &mut intake);
    }
    intake.news
}

/// A message is taken back. Of one that was never told the visitor hears nothing; should it come yet, it is empty.
fn recalled(draft: &mut Draft, recent: &Recent, code: &str, journal: &[Event], intake: &mut Intake) {
    let known = recent.contains(code) || draft.has_code(code);
    let told = draft.take_back(code, journal);
    if recall::mark(&mut draft.record.recalled, code) && (told || known) {
        draft.push(EventKind::Recalled(Recalled { id: code.to_owned() }));
        intake.news = true;
    }
}

/// `before`: the number of the event before which it was said, where that is not the newest.
fn one(
    draft: &mut Draft,
    known: Known<'_>,
    faces: &Faces<'_>,
    downlink: &Downlink,
    before: Option<u64>,
    intake: &mut Intake,
) {
    let Known { recent, journal, repeats, left } = known;
    match downlink {
        Downlink::Message { code, from, content, choices, inter_idx, at_ms } => {
            let body = handles::shown(content);
            let key = match code {
                Some(code) => Some(code.clone()),
                None if repeats => Some(fallback(from, *at_ms, &body)),
                None => None,
            };
            if let Some(key) = key
                && !fresh(draft, recent, key)
            {
                return;
            }
            faces.adopt_new(draft, from);
            // What was said before something else that is known tells nothing about how things stand.
            if before.is_none() && !left {
                announce(draft, from);
                if matches!(from, Sender::Agent(_)) {
                    stop_typing(draft, intake);
                }
                let robot = draft.record.contact.state == ContactState::Robot;
                intake.hinted |= robot && matches!(from, Sender::System {});
            }
            let id = code.clone().unwrap_or_else(|| format!("m-{}", draft.record.head + 1));
            handles::adopt(draft, content);
            let judgeable = inter_idx.is_some() && matches!(from, Sender::Robot(_));
            if let Some(inter_idx) = inter_idx.clone().filter(|_| judgeable) {
                draft.handle(handles::answer_id(&id), Handle::Answer { inter_idx, judged: None });
            }
            let (from, choices) = (from.clone(), choices.clone());
            draft.push(EventKind::Message(Message {
                id: id.clone(),
                from,
                body,
                choices,
                judgeable,
                before,
            }));
            if recall::is_marked(&draft.record.recalled, &id) {
                draft.take_back(&id, &[]);
                draft.push(EventKind::Recalled(Recalled { id }));
            }
            intake.news = true;
        }
        Downlink::Once { mark, then } => {
            if fresh(draft, recent, mark.clone()) {
                for downlink in then {
                    one(draft, known, faces, downlink, before, intake);
                }
            }
        }
        Downlink::Ended { .. }
        | Downlink::Typing
        | Downlink::Connected(_)
        | Downlink::Announced
        | Downlink::Queueing
        | Downlink::Transferring
            if left => {}
        Downlink::Ended { offline } => {
            if !draft.record.is_open() {
                if *offline {
                    late_offline(draft, intake);
                }
                return;
            }
            stop_typing(draft, intake);
            if *offline {
                draft.go_offline(EndReason::Centre, None);
            } else {
                draft.end(EndReason::Centre);
            }
            intake.news = true;
        }
        Downlink::Read(ids) if ids.is_empty() => {
            if draft.record.unread {
                draft.record.unread = false;
                draft.push(EventKind::Receipt(Receipt { read: Vec::new() }));
            }
        }
        Downlink::Read(ids) => {
            let mut read = ids.clone();
            read.retain(|id| fresh(draft, recent, format!("read {id}")));
            if !read.is_empty() {
                draft.push(EventKind::Receipt(Receipt { read }));
            }
        }
        Downlink::Recalled(code) => recalled(draft, recent, code, journal, intake),
        // Nobody would take it back after the end.
        Downlink::Typing if !draft.record.is_open() => {}
        Downlink::Typing => {
            intake.typed = true;
            if !intake.typing {
                intake.typing = true;
                draft.push(EventKind::Typing(Typing { active: true }));
            }
        }
        Downlink::Connected(from) => {
            let before = draft.record.head;
            connected(draft, from, intake);
            if draft.record.head != before {
                faces.adopt(draft, from);
            }
        }
        // Kept with what it came with, if that is new.
        Downlink::Face(_) => {}
        Downlink::Announced => intake.announced = true,
        Downlink::Queueing | Downlink::Transferring => {
            if waits(&draft.record, downlink) {
                draft.serve(ContactState::Queueing, None);
                intake.news = true;
            }
        }
    }
}

/// Records the code, unless it is known.
fn fresh(draft: &mut Draft, recent: &Recent, code: String) -> bool {
    #[cfg(feature = "planted")]
    if frontdesk_planted::is(frontdesk_planted::Bug::DedupOff) {
        draft.code(code);
        return true;
    }
    if recent.contains(&code) || draft.has_code(&code) {
        return false;
    }
    draft.code(code);
    true
}

/// The centre tells only now that it keeps messages for later: of the conversation that it had not been told the end of.
fn late_offline(draft: &mut Draft, intake: &mut Intake) {
    let reason = draft.record.contact.reason;
    if let Some(reason @ (EndReason::Released | EndReason::QueueTimeout)) = reason
        && draft.record.contact.state == ContactState::Ended
    {
        intake.news |= !draft.record.offline;
        draft.go_offline(reason, None);
    }
}

/// Whether this sign means that the visitor waits: not any more once an agent is known to have been there.
fn waits(record: &VisitorRecord, sign: &Downlink) -> bool {
    match record.contact.state {
        ContactState::Robot => true,
        // Taken for granted, and the centre knows better.
        ContactState::Agent => {
            *sign == Downlink::Queueing && record.contact.with.is_none() && !record.had_agent
        }
        _ => false,
    }
}

/// Who speaks also serves: the change of hands comes before the message.
fn announce(draft: &mut Draft, from: &Sender) {
    match from {
        Sender::Agent(person) => draft.served_by(Some(person.clone())),
        Sender::Robot(person) if draft.record.contact.state == ContactState::Robot => {
            draft.serve(ContactState::Robot, Some(person.clone()));
        }
        _ => {}
    }
}

/// Whoever waited is served from now on, though nobody has spoken yet. The system may connect the visitor with the queue as
/// well: the queue tells.
fn connected(draft: &mut Draft, from: &Sender, intake: &mut Intake) {
    let before = draft.record.contact.state;
    match from {
        Sender::Robot(_) | Sender::Agent(_) => announce(draft, from),
        _ => intake.announced |= before == ContactState::Queueing,
    }
    intake.news |= draft.record.contact.state != before;
}

fn stop_typing(draft: &mut Draft, intake: &mut Intake) {
    if intake.typing {
        intake.typing = false;
        draft.push(EventKind::Typing(Typing { active: false }));
    }
}

/// The centre had no place for the visitor so often in a row that an agent must serve: after it had given one, and
/// when it never did.
const UNLISTED_AFTER_PLACE: u32 = 2;
const UNLISTED_WITHOUT: u32 = 3;
/// The centre said nothing about the queue so often in a row, after words that an agent is there.
const SILENT_AFTER_WORDS: u32 = 2;

/// What answers about the queue before this one have shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queried {
    /// The visitor has been told that an agent did not answer.
    pub unanswered: bool,
    /// The centre had no place for the visitor, so many times in a row.
    pub unlisted: u32,
    /// The centre said nothing, so many times in a row.
    pub silent: u32,
    /// The centre's words have said that an agent is there, and the queue has not said otherwise since.
    pub announced: bool,
}

impl Queried {
    /// The same after one more answer.
    #[must_use]
    pub fn and(self, answer: QueueAnswer) -> Self {
        let again = |same: bool, before: u32| if same { before.saturating_add(1) } else { 0 };
        let (unlisted, silent) = (answer == QueueAnswer::Unlisted, answer == QueueAnswer::NoInformation);
        Self {
            unanswered: answer == QueueAnswer::AgentDidNotAnswer,
            unlisted: again(unlisted, self.unlisted),
            silent: again(silent, self.silent),
            announced: self.announced && (unlisted || silent),
        }
    }
}

/// Turns an answer about the queue into events.
pub fn queue(draft: &mut Draft, answer: QueueAnswer, before: Queried) {
    if draft.record.contact.state != ContactState::Queueing {
        return;
    }
    match answer {
        QueueAnswer::Waiting(info) => place(draft, info),
        QueueAnswer::Elsewhere if draft.record.queue.is_some() => place(draft, QueueInfo::default()),
        QueueAnswer::Served => draft.served_by(None),
        QueueAnswer::Unlisted => {
            let placed = draft.record.queue.is_some_and(|queue| queue.place.is_some());
            let enough = if placed { UNLISTED_AFTER_PLACE } else { UNLISTED_WITHOUT };
            if before.and(answer).unlisted >= enough {
                draft.serve(ContactState::Agent, None);
            }
        }
        QueueAnswer::NoInformation if before.announced && before.and(answer).silent >= SILENT_AFTER_WORDS => {
            draft.serve(ContactState::Agent, None);
        }
        QueueAnswer::AgentDidNotAnswer if !before.unanswered => draft.notice(NoticeCode::AgentDidNotAnswer),
        QueueAnswer::Gone => draft.end(EndReason::QueueTimeout),
        QueueAnswer::Elsewhere | QueueAnswer::AgentDidNotAnswer | QueueAnswer::NoInformation => {}
    }
}

/// The same while a robot serves, after the system has said something: only whether the visitor has been handed on.
pub fn handed_on(draft: &mut Draft, answer: QueueAnswer) {
    draft.record.announced = false;
    if draft.record.contact.state != ContactState::Robot {
        return;
    }
    match answer {
        QueueAnswer::Waiting(info) => {
            draft.serve(ContactState::Queueing, None);
            place(draft, info);
        }
        QueueAnswer::Served => draft.served_by(None),
        _ => {}
    }
}

fn place(draft: &mut Draft, info: QueueInfo) {
    if draft.record.queue != Some(info) {
        draft.record.queue = Some(info);
        draft.push(EventKind::Queue(info));
    }
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
