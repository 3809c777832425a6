//! A scripted proxy: sessions, a numbered journal, idempotency by id, one conversation. It keeps the record of what
//! reached the desk, which the checks compare with what visitors see.

use frontdesk_contract::{
    ApiError, Body, ClientId, Connect, ConnectTo, Contact, ContactState, Echo, EndReason, ErrorCode, Event,
    EventKind, EventPage, Gap, Message, Notice, NoticeCode, Offers, Person, PostMessage, PostSurvey, Posted,
    PostedStatus, QueueInfo, Receipt, Sender, SessionOpened, SurveyForm, SurveyLevel, SurveySaved, Typing,
    Visitor,
};
use frontdesk_core::{Answer, Call, Failure};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::ops::{Deref, DerefMut};

/// The proxy's word for a refusal.
pub(crate) fn refusal(code: ErrorCode, retry_after_ms: Option<u64>) -> Failure {
    Failure::Refused(ApiError { code, message: String::new(), retry_after_ms, request_id: None })
}

/// What the proxy keeps of one session.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) journal: Vec<Event>,
    /// Events up to here are no longer kept.
    pub(crate) floor: u64,
    pub(crate) contact: Contact,
    posted: BTreeMap<ClientId, Posted>,
    connected: BTreeSet<ClientId>,
    pub(crate) survey_open: bool,
}

pub(crate) struct Desk {
    /// The session that was used last; the desk's people speak in it.
    credential: Option<String>,
    book: Book,
    others: BTreeMap<String, Book>,
    sessions: u32,
    pub(crate) page_size: usize,
    /// Agents who serve a connecting visitor at once; otherwise the visitor queues.
    pub(crate) agent_free: bool,
    /// What the centre got, in its order, over all sessions.
    pub(crate) received: Vec<(ClientId, String)>,
    /// Texts that are refused for good.
    pub(crate) refused: BTreeMap<String, ErrorCode>,
    /// Texts whose fate the proxy does not know.
    pub(crate) uncertain: BTreeSet<String>,
    rated: BTreeSet<ClientId>,
    pub(crate) ratings: Vec<(u8, String)>,
    pub(crate) survey_after_end: bool,
    pub(crate) contacts_begun: u32,
    messages: u32,
}

impl Book {
    pub(crate) fn newest(&self) -> u64 {
        self.journal.len() as u64
    }
}

impl Deref for Desk {
    type Target = Book;
    fn deref(&self) -> &Book {
        &self.book
    }
}

impl DerefMut for Desk {
    fn deref_mut(&mut self) -> &mut Book {
        &mut self.book
    }
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            credential: None,
            book: Book::default(),
            others: BTreeMap::new(),
            sessions: 0,
            page_size: 100,
            agent_free: true,
            received: Vec::new(),
            refused: BTreeMap::new(),
            uncertain: BTreeSet::new(),
            rated: BTreeSet::new(),
            ratings: Vec::new(),
            survey_after_end: false,
            contacts_begun: 0,
            messages: 0,
        }
    }

    /// The book of this session, if it is known.
    pub(crate) fn book(&self, credential: Option<&str>) -> Option<&Book> {
        if credential.is_some() && credential == self.credential.as_deref() {
            return Some(&self.book);
        }
        self.others.get(credential?)
    }

    /// Goes on with this session; false if it is not known.
    fn turn_to(&mut self, credential: Option<&str>) -> bool {
        if credential.is_some() && credential == self.credential.as_deref() {
            return true;
        }
        let Some((credential, book)) = credential.and_then(|wanted| self.others.remove_entry(wanted)) else {
            return false;
        };
        let before = mem::replace(&mut self.book, book);
        if let Some(left) = self.credential.replace(credential) {
            self.others.insert(left, before);
        }
        true
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        self.received.iter().map(|(_, text)| text.as_str()).collect()
    }

    pub(crate) fn push(&mut self, kind: EventKind) -> u64 {
        let seq = self.newest() + 1;
        self.journal.push(Event { seq, at_ms: 1_700_000_000_000 + seq, kind });
        seq
    }

    pub(crate) fn agent_says(&mut self, text: &str) {
        self.messages += 1;
        let from = Sender::Agent(Person { name: "Li".into(), avatar: None });
        let id = format!("m-{}", self.messages);
        self.push(EventKind::Message(Message { id, from, body: Body::Text(text.into()) }));
    }

    pub(crate) fn system_says(&mut self, text: &str) {
        self.messages += 1;
        let id = format!("m-{}", self.messages);
        self.push(EventKind::Message(Message { id, from: Sender::System {}, body: Body::Text(text.into()) }));
    }

    pub(crate) fn agent_types(&mut self) {
        self.push(EventKind::Typing(Typing { active: true }));
    }

    pub(crate) fn agent_reads_all(&mut self) {
        self.push(EventKind::Receipt(Receipt { read: Vec::new() }));
    }

    pub(crate) fn notice(&mut self) {
        self.push(EventKind::Notice(Notice { code: NoticeCode::AgentDidNotAnswer }));
    }

    pub(crate) fn queue_place(&mut self, place: u32) {
        self.push(EventKind::Queue(QueueInfo { place: Some(place), wait_ms: None }));
    }

    pub(crate) fn agent_serves(&mut self) {
        if matches!(self.contact.state, ContactState::Robot | ContactState::Queueing) {
            self.set_contact(ContactState::Agent, None);
        }
    }

    pub(crate) fn agent_ends(&mut self) {
        if self.is_open() {
            self.end(EndReason::Centre);
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.contact.state, ContactState::Robot | ContactState::Queueing | ContactState::Agent)
    }

    /// The session is forgotten with all that belongs to it.
    pub(crate) fn forget_session(&mut self) {
        self.credential = None;
        self.book = Book::default();
    }

    fn end(&mut self, reason: EndReason) {
        self.set_contact(ContactState::Ended, Some(reason));
        if self.survey_after_end {
            self.survey_open = true;
            let levels = (1..=5).map(|level| SurveyLevel { level, label: None }).collect();
            self.push(EventKind::Survey(SurveyForm { open: true, levels, comment_max_chars: 200 }));
        }
    }

    fn set_contact(&mut self, state: ContactState, reason: Option<EndReason>) {
        let with = (state == ContactState::Agent).then(|| Person { name: "Li".into(), avatar: None });
        self.contact = Contact { state, with, reason };
        self.push(EventKind::Contact(self.contact.clone()));
    }

    /// Does what the call asks and answers.
    pub(crate) fn handle(&mut self, call: &Call, credential: Option<&str>) -> Result<Answer, Failure> {
        if let Call::OpenSession(open) = call {
            return Ok(Answer::Opened(self.open(open.resume.as_deref())));
        }
        if !self.turn_to(credential) {
            return Err(refusal(ErrorCode::SessionUnknown, None));
        }
        match call {
            Call::OpenSession(_) | Call::Typing => Ok(Answer::Done),
            Call::Connect(connect) => Ok(Answer::Contact(self.connect(connect))),
            Call::EndContact if self.is_open() => {
                self.end(EndReason::Visitor);
                Ok(Answer::Contact(self.contact.clone()))
            }
            Call::EndContact => Err(refusal(ErrorCode::NotConnected, None)),
            Call::PostMessage(message) => self.post(message).map(Answer::Posted),
            Call::Events { after, .. } => Ok(Answer::Events(self.page(*after))),
            Call::PostSurvey(survey) => self.rate(survey).map(Answer::Rated),
        }
    }

    fn open(&mut self, resume: Option<&str>) -> SessionOpened {
        let session = match resume.filter(|resume| self.book(Some(resume)).is_some()) {
            Some(known) => known.to_owned(),
            None => {
                self.sessions += 1;
                let credential = format!("credential-{}", self.sessions);
                self.others.insert(credential.clone(), Book::default());
                credential
            }
        };
        let book = self.book(Some(&session));
        SessionOpened {
            protocol: 1,
            expires_ms: u64::MAX,
            visitor: Visitor { id: "v".into(), name: "V".into() },
            contact: book.map(|book| book.contact.clone()).unwrap_or_default(),
            cursor: book.map_or(0, Book::newest),
            offers: Offers { robot: true, agent: true, text_max_bytes: 1024, ..Offers::default() },
            session,
        }
    }

    fn connect(&mut self, connect: &Connect) -> Contact {
        if self.connected.insert(connect.id.clone()) {
            let state = match (connect.to, self.contact.state) {
                (ConnectTo::Robot, ContactState::None | ContactState::Ended) => Some(ContactState::Robot),
                (ConnectTo::Agent, ContactState::Agent | ContactState::Queueing) => None,
                (ConnectTo::Agent, _) if self.agent_free => Some(ContactState::Agent),
                (ConnectTo::Agent, _) => Some(ContactState::Queueing),
                _ => None,
            };
            if let Some(state) = state {
                self.contacts_begun += u32::from(!self.is_open());
                self.survey_open = false;
                self.set_contact(state, None);
            }
        }
        self.contact.clone()
    }

    fn post(&mut self, message: &PostMessage) -> Result<Posted, Failure> {
        if let Some(posted) = self.posted.get(&message.id) {
            return Ok(*posted);
        }
        let Body::Text(text) = &message.body else {
            return Err(refusal(ErrorCode::BodyUnsupported, None));
        };
        if let Some(code) = self.refused.get(text) {
            return Err(refusal(*code, None));
        }
        match self.contact.state {
            ContactState::None => return Err(refusal(ErrorCode::NotConnected, None)),
            ContactState::Ended => return Err(refusal(ErrorCode::ContactEnded, None)),
            ContactState::Queueing => return Err(refusal(ErrorCode::Queueing, None)),
            _ => {}
        }
        let status = if self.uncertain.contains(text) {
            PostedStatus::Unconfirmed
        } else {
            self.received.push((message.id.clone(), text.clone()));
            PostedStatus::Accepted
        };
        let seq =
            self.push(EventKind::Echo(Echo { id: message.id.clone(), body: message.body.clone(), status }));
        let posted = Posted { status, seq };
        self.posted.insert(message.id.clone(), posted);
        Ok(posted)
    }

    fn rate(&mut self, survey: &PostSurvey) -> Result<SurveySaved, Failure> {
        if !self.rated.contains(&survey.id) {
            if !self.survey_open {
                return Err(refusal(ErrorCode::SurveyClosed, None));
            }
            self.rated.insert(survey.id.clone());
            self.survey_open = false;
            self.ratings.push((survey.level, survey.comment.clone()));
            self.push(EventKind::Survey(SurveyForm::default()));
        }
        Ok(SurveySaved { status: PostedStatus::Accepted })
    }

    /// The events after this number, as many as fit into a page.
    pub(crate) fn page(&self, after: u64) -> EventPage {
        let mut events = Vec::new();
        if after < self.floor {
            let kind = EventKind::Gap(Gap { from: after + 1, to: self.floor });
            events.push(Event { seq: self.floor, at_ms: 0, kind });
        }
        let from = after.max(self.floor);
        events.extend(self.journal.iter().filter(|event| event.seq > from).take(self.page_size).cloned());
        let next = events.last().map_or(after, |event| event.seq);
        EventPage { next, events }
    }
}
