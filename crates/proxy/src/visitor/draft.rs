//! A change of one visitor, put together before it is written: events get their numbers here.

use super::{handles, recall};
use crate::store::{Answer, Batch, Handle, Intent, Survey, VisitorRecord};
use frontdesk_contract::{
    Body, CallEnd, CallState, CallStatus, ClientId, Contact, ContactState, Echo, EndReason, Event, EventKind,
    Notice, NoticeCode, Person, PostedStatus, SurveyForm,
};

/// A change in the making. Nothing is written until it is handed to the store as a [`Batch`].
#[derive(Debug)]
pub struct Draft {
    /// The record as it will be. [`Draft::push`] and its relatives keep its numbers right.
    pub record: VisitorRecord,
    /// The time of the change, epoch milliseconds.
    pub now_ms: u64,
    before: VisitorRecord,
    events: Vec<Event>,
    intents: Vec<(ClientId, Intent)>,
    codes: Vec<String>,
    handles: Vec<(String, Handle)>,
    rewritten: Vec<Event>,
    dropped: Vec<String>,
}

impl Draft {
    /// Begins a change of `record`.
    pub fn of(record: &VisitorRecord, now_ms: u64) -> Self {
        Self {
            record: record.clone(),
            now_ms,
            before: record.clone(),
            events: Vec::new(),
            intents: Vec::new(),
            codes: Vec::new(),
            handles: Vec::new(),
            rewritten: Vec::new(),
            dropped: Vec::new(),
        }
    }

    /// Appends an event and answers its number.
    pub fn push(&mut self, kind: EventKind) -> u64 {
        self.record.head += 1;
        let seq = self.record.head;
        self.events.push(Event { seq, at_ms: self.now_ms, kind });
        seq
    }

    /// Appends a notice.
    pub fn notice(&mut self, code: NoticeCode) {
        self.notice_with(code, None);
    }

    /// Appends a notice in the centre's own words.
    pub fn notice_with(&mut self, code: NoticeCode, text: Option<String>) {
        self.push(EventKind::Notice(Notice { code, text }));
    }

    /// Records what an id of ours stands for.
    pub fn handle(&mut self, id: impl Into<String>, handle: Handle) {
        let id = id.into();
        self.dropped.retain(|dropped| *dropped != id);
        self.handles.push((id, handle));
    }

    /// Takes back a message of the other side: its event stays, without what it said, and its files are no longer known
    /// unless another message names them. `journal`: the events as they are kept. Whether there was something to take back.
    pub fn take_back(&mut self, id: &str, journal: &[Event]) -> bool {
        let mut emptied = Vec::new();
        for event in journal.iter().filter(|event| recall::tells(event, id)) {
            let mut event = event.clone();
            emptied.push(recall::empty(&mut event));
            self.rewritten.push(event);
        }
        for event in self.events.iter_mut().filter(|event| recall::tells(event, id)) {
            emptied.push(recall::empty(event));
        }
        let told = !emptied.is_empty();
        let current = |event: &&Event| !self.rewritten.iter().any(|newer| newer.seq == event.seq);
        let named: Vec<&str> =
            journal.iter().filter(current).chain(&self.events).filter_map(recall::file).collect();
        let mut gone: Vec<String> =
            emptied.into_iter().flatten().filter(|file| !named.contains(&file.as_str())).collect();
        if told {
            gone.push(handles::answer_id(id));
        }
        self.handles.retain(|(handle, _)| !gone.contains(handle));
        self.dropped.extend(gone);
        told
    }

    /// Appends the visitor's own message and answers its number.
    pub fn echo(&mut self, id: &ClientId, body: &Body, status: PostedStatus) -> u64 {
        self.record.unread = true;
        self.push(EventKind::Echo(Echo { id: id.clone(), body: body.clone(), status }))
    }

    /// A conversation begins.
    pub fn begin(&mut self, state: ContactState) {
        self.record.begun_ms = self.now_ms;
        self.record.ended_ms = 0;
        self.record.had_agent = false;
        self.record.offline = false;
        self.record.survey = Survey::None;
        self.record.queue = None;
        self.record.polling = true;
        self.record.rested = false;
        self.record.owes_disconnect_ms = None;
        self.record.files = 0;
        self.record.file_bytes = 0;
        self.set(Contact { state, with: None, reason: None, offline: false });
    }

    /// The open conversation goes to `state`, served by `with`; journalled if that is news. Nothing happens when no
    /// conversation is open.
    pub fn serve(&mut self, state: ContactState, with: Option<Person>) {
        if !self.record.is_open() {
            return;
        }
        let known = self.record.contact.with.clone().filter(|_| self.record.contact.state == state);
        let with = match (with, known) {
            // Another picture does not make another person, and is no news by itself.
            (Some(person), Some(known)) if person.name.is_empty() || person.name == known.name => Some(known),
            (with, known) => {
                with.filter(|person| !person.name.is_empty() || person.avatar.is_some()).or(known)
            }
        };
        let contact = Contact { state, with, reason: None, offline: false };
        if contact != self.record.contact {
            self.set(contact);
        }
    }

    /// An agent serves the open conversation, by the centre's own word; as [`Draft::serve`].
    pub fn served_by(&mut self, with: Option<Person>) {
        self.record.had_agent |= self.record.is_open();
        self.serve(ContactState::Agent, with);
    }

    /// The conversation is over; journalled unless it was over before. A rating falls due if an agent served.
    pub fn end(&mut self, reason: EndReason) {
        if self.record.is_open() {
            self.conclude(reason, false);
        }
    }

    /// No conversation is open (any more), and messages are taken for later: journalled, with the centre's words for it,
    /// unless the visitor knows.
    pub fn go_offline(&mut self, reason: EndReason, tip: Option<String>) {
        if !self.record.is_open() && self.record.offline && self.record.contact.offline {
            return;
        }
        self.conclude(reason, true);
        self.record.offline = true;
        self.notice_with(NoticeCode::OfflineMode, tip);
    }

    fn conclude(&mut self, reason: EndReason, offline: bool) {
        let agent = self.record.had_agent || self.record.contact.state == ContactState::Agent;
        if self.record.is_open() && agent {
            self.record.survey = Survey::Due;
        }
        self.record.ended_ms = self.now_ms;
        self.set(Contact { state: ContactState::Ended, with: None, reason: Some(reason), offline });
    }

    /// The call changed; journalled if that is news.
    pub fn call(&mut self, call: CallStatus) {
        if self.record.call != call {
            self.record.call = call.clone();
            self.push(EventKind::Call(call));
        }
    }

    /// The call is over, if one is going on. A rating falls due if an agent was there: now, or with the end of the
    /// conversation with an agent that is open.
    pub fn end_call(&mut self, end: CallEnd) {
        if self.record.is_calling() {
            // Some centres connect the visitor while they look for an agent.
            if self.record.call.state == CallState::Connected && end != CallEnd::QueueTimeout {
                if self.record.is_open() && self.record.contact.state == ContactState::Agent {
                    self.record.had_agent = true;
                } else {
                    self.record.survey = Survey::Due;
                }
            }
            let over = CallStatus {
                state: CallState::Ended,
                gateway: None,
                end: Some(end),
                ..self.record.call.clone()
            };
            self.call(over);
        }
    }

    fn set(&mut self, contact: Contact) {
        if contact.state != ContactState::Queueing {
            self.record.queue = None;
        }
        if contact.state != ContactState::Queueing || self.record.contact.state != ContactState::Queueing {
            self.record.announced = false;
        }
        self.record.contact = contact.clone();
        self.push(EventKind::Contact(contact));
    }

    /// The rating opens with the centre's form, if one is due.
    pub fn open_survey(&mut self, form: &SurveyForm) {
        if self.record.survey != Survey::Due {
            return;
        }
        if !form.open {
            self.record.survey = Survey::None;
            return;
        }
        self.record.survey = Survey::Open { form: form.clone(), since_ms: self.now_ms };
        self.push(EventKind::Survey(form.clone()));
    }

    /// The rating closes; other tabs are told.
    pub fn close_survey(&mut self, rated: bool) {
        let was_open = matches!(self.record.survey, Survey::Open { .. });
        self.record.survey = if rated { Survey::Rated } else { Survey::None };
        if was_open {
            self.push(EventKind::Survey(SurveyForm::default()));
        }
    }

    /// Records that `id` is being worked on.
    pub fn intend(&mut self, id: &ClientId, content: [u8; 32], at_ms: u64) {
        self.intents.push((id.clone(), Intent { content, at_ms, answer: None, undone: false }));
    }

    /// Records the answer to `id`.
    pub fn answer(&mut self, id: &ClientId, content: [u8; 32], at_ms: u64, answer: Answer) {
        self.intents.push((id.clone(), Intent { content, at_ms, answer: Some(answer), undone: false }));
    }

    /// Records that what was asked under `id` was certainly not done. Content and time stay: a centre that is told again
    /// must see the same message.
    pub fn undone(&mut self, id: &ClientId, content: [u8; 32], at_ms: u64) {
        self.intents.push((id.clone(), Intent { content, at_ms, answer: None, undone: true }));
    }

    /// Records a code of a downlink message.
    pub fn code(&mut self, code: String) {
        self.record.codes += 1;
        self.codes.push(code);
    }

    /// Whether this change has recorded the code already.
    pub fn has_code(&self, code: &str) -> bool {
        self.codes.iter().any(|known| known == code)
    }

    /// The change as the store takes it, with at most `cap` events kept; `None` when nothing changed.
    pub fn finish(mut self, cap: u64) -> Option<Batch> {
        let same = self.record == self.before && self.rewritten.is_empty();
        if same && self.intents.is_empty() && self.handles.is_empty() && self.dropped.is_empty() {
            return None;
        }
        let lowest = (self.record.head + 1).saturating_sub(cap.max(1));
        self.record.floor = self.record.floor.max(lowest);
        self.record.rev = self.before.rev + 1;
        self.events.retain(|event| event.seq >= self.record.floor);
        self.rewritten.retain(|event| event.seq >= self.record.floor);
        let Self { record, events, intents, codes, handles, rewritten, dropped, .. } = self;
        Some(Batch { record, events, intents, codes, handles, rewritten, dropped, fence: None })
    }
}
