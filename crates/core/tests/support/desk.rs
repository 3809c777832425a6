//! A scripted proxy: sessions, a numbered journal, idempotency by id, one conversation. It keeps the record of what
//! reached the desk, which the checks compare with what visitors see.

use frontdesk_contract::{
    About, ApiError, Body, CallSupport, ClientId, Connect, ConnectTo, Contact, ContactState, Echo, EndReason,
    ErrorCode, Event, EventKind, EventPage, Feedback, FeedbackSaved, FileOffer, FileStored, Gap, HistoryItem,
    HistoryPage, LeaveMessage, Message, MessageLeft, Notice, NoticeCode, Offers, Person, PostFeedback,
    PostMessage, PostSurvey, Posted, PostedStatus, QueueInfo, Receipt, Sender, SessionOpened, Suggestions,
    SurveyForm, SurveyLevel, SurveyQuestion, SurveySaved, Typing, Visitor,
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
    pub(crate) ratings: Vec<PostSurvey>,
    pub(crate) survey_after_end: bool,
    pub(crate) contacts_begun: u32,
    /// What the last wish for somebody told of the visit.
    pub(crate) about: About,
    messages: u32,
    pub(crate) offers: Offers,
    pub(crate) call_support: CallSupport,
    /// Files by the id of their upload.
    pub(crate) files: BTreeMap<ClientId, FileStored>,
    /// The bytes of each upload that came.
    pub(crate) uploads: u32,
    /// What the centre keeps, oldest first.
    pub(crate) history: Vec<HistoryItem>,
    pub(crate) history_page: usize,
    pub(crate) left: BTreeMap<ClientId, LeaveMessage>,
    pub(crate) judged: BTreeMap<ClientId, PostFeedback>,
    /// The queries that were asked.
    pub(crate) queries: Vec<String>,
    /// What the visitor has seen.
    pub(crate) read_to: u64,
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
            about: About::default(),
            messages: 0,
            offers: Offers {
                robot: true,
                agent: true,
                text_max_bytes: 1024,
                suggestions: true,
                leave_message: true,
                files: FileOffer {
                    types: vec!["png".into(), "pdf".into()],
                    max_bytes: 1_000_000,
                    max_count: 3,
                },
                ..Offers::default()
            },
            call_support: CallSupport::default(),
            files: BTreeMap::new(),
            uploads: 0,
            history: Vec::new(),
            history_page: 10,
            left: BTreeMap::new(),
            judged: BTreeMap::new(),
            queries: Vec::new(),
            read_to: 0,
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
        let from = Sender::Agent(Person { name: "Li".into(), avatar: None });
        self.says(from, text, false);
    }

    /// The agent had said it before the event of this number, and it is found only now.
    pub(crate) fn agent_had_said(&mut self, text: &str, before: u64) {
        self.agent_says(text);
        if let Some(Event { kind: EventKind::Message(message), .. }) = self.journal.last_mut() {
            message.before = Some(before);
        }
    }

    /// An answer that can be judged.
    pub(crate) fn robot_says(&mut self, text: &str) -> String {
        self.says(Sender::Robot(Person { name: "Desk".into(), avatar: None }), text, true)
    }

    fn says(&mut self, from: Sender, text: &str, judgeable: bool) -> String {
        self.messages += 1;
        let id = format!("m-{}", self.messages);
        let body = Body::Text(text.into());
        let at_ms = self.newest();
        self.history.push(HistoryItem {
            id: id.clone(),
            at_ms,
            from: Some(from.clone()),
            body: body.clone(),
            recalled: false,
        });
        self.push(EventKind::Message(Message {
            id: id.clone(),
            from,
            body,
            choices: Vec::new(),
            judgeable,
            before: None,
        }));
        id
    }

    pub(crate) fn system_says(&mut self, text: &str) {
        self.says(Sender::System {}, text, false);
    }

    pub(crate) fn agent_types(&mut self) {
        self.push(EventKind::Typing(Typing { active: true }));
    }

    pub(crate) fn agent_reads_all(&mut self) {
        self.push(EventKind::Receipt(Receipt { read: Vec::new() }));
    }

    pub(crate) fn notice(&mut self) {
        self.push(EventKind::Notice(Notice { code: NoticeCode::AgentDidNotAnswer, text: None }));
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

    /// The agents go home; what is sent is kept for them.
    pub(crate) fn goes_offline(&mut self) {
        let reason = Some(EndReason::OutsideHours);
        self.contact = Contact { state: ContactState::Ended, with: None, reason, offline: true };
        self.push(EventKind::Contact(self.contact.clone()));
        let text = Some("Back at nine.".to_owned());
        self.push(EventKind::Notice(Notice { code: NoticeCode::OfflineMode, text }));
    }

    fn end(&mut self, reason: EndReason) {
        self.set_contact(ContactState::Ended, Some(reason));
        if self.survey_after_end {
            self.survey_open = true;
            let levels = (1..=5).map(|level| SurveyLevel { level, label: None }).collect();
            let questions =
                vec![SurveyQuestion::Satisfaction, SurveyQuestion::Recommend, SurveyQuestion::Solved];
            self.push(EventKind::Survey(SurveyForm {
                open: true,
                levels,
                comment_max_chars: 200,
                questions,
            }));
        }
    }

    fn set_contact(&mut self, state: ContactState, reason: Option<EndReason>) {
        let with = (state == ContactState::Agent).then(|| Person { name: "Li".into(), avatar: None });
        self.contact = Contact { state, with, reason, offline: false };
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
            Call::Upload(upload) => self.store(upload).map(Answer::Stored),
            Call::History { before } if self.offers.history => {
                Ok(Answer::History(self.history_before(before.as_deref())))
            }
            Call::Suggestions { query } => {
                self.queries.push(query.clone());
                let suggestions = (0..7).map(|n| format!("{query} {n}?")).collect();
                Ok(Answer::Suggestions(Suggestions { suggestions }))
            }
            Call::CallSupport => Ok(Answer::CallSupport(self.call_support.clone())),
            Call::LeaveMessage(message) => {
                self.left.entry(message.id.clone()).or_insert_with(|| message.clone());
                Ok(Answer::Left(MessageLeft { status: PostedStatus::Accepted }))
            }
            Call::PostFeedback(feedback) => self.judge(feedback).map(Answer::Judged),
            Call::Read { up_to } => {
                self.read_to = self.read_to.max(*up_to);
                Ok(Answer::Done)
            }
            Call::History { .. } => Err(refusal(ErrorCode::NotOffered, None)),
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
            visitor: Visitor { id: "v".into(), name: "V".into(), person: None },
            contact: book.map(|book| book.contact.clone()).unwrap_or_default(),
            cursor: book.map_or(0, Book::newest),
            offers: self.offers.clone(),
            session,
        }
    }

    fn connect(&mut self, connect: &Connect) -> Contact {
        if self.connected.insert(connect.id.clone()) {
            self.about = connect.about.clone();
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
        let text = match &message.body {
            Body::Text(text) => text,
            Body::File(file) if self.files.values().all(|known| known.file != file.file) => {
                return Err(refusal(ErrorCode::FileUnknown, None));
            }
            Body::File(file) => &file.name,
            Body::Location(place) => &place.label,
            Body::Card(card) => &card.title,
            Body::Rich(_) | Body::Unsupported {} => return Err(refusal(ErrorCode::BodyUnsupported, None)),
        };
        if let Some(code) = self.refused.get(text) {
            return Err(refusal(*code, None));
        }
        match self.contact.state {
            ContactState::None => return Err(refusal(ErrorCode::NotConnected, None)),
            ContactState::Ended if !self.contact.offline => {
                return Err(refusal(ErrorCode::ContactEnded, None));
            }
            ContactState::Queueing => return Err(refusal(ErrorCode::Queueing, None)),
            _ => {}
        }
        let status = if self.uncertain.contains(text) {
            PostedStatus::Unconfirmed
        } else {
            self.received.push((message.id.clone(), text.clone()));
            let at_ms = self.newest();
            let body = message.body.clone();
            let id = message.id.as_str().to_owned();
            self.history.push(HistoryItem { id, at_ms, from: None, body, recalled: false });
            if self.contact.offline { PostedStatus::StoredOffline } else { PostedStatus::Accepted }
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
            self.ratings.push(survey.clone());
            self.push(EventKind::Survey(SurveyForm::default()));
        }
        Ok(SurveySaved { status: PostedStatus::Accepted })
    }

    fn store(&mut self, upload: &frontdesk_core::Upload) -> Result<FileStored, Failure> {
        if upload.name.starts_with("evil") {
            return Err(refusal(ErrorCode::FileTypeRefused, None));
        }
        self.uploads += 1;
        let (file, name) = (format!("f-{}", self.files.len()), upload.name.clone());
        let stored = FileStored { file, kind: "image".into(), name, size_bytes: upload.size_bytes };
        Ok(self.files.entry(upload.id.clone()).or_insert(stored).clone())
    }

    fn judge(&mut self, feedback: &PostFeedback) -> Result<FeedbackSaved, Failure> {
        if !self.is_open() {
            return Err(refusal(ErrorCode::FeedbackClosed, None));
        }
        if self.judged.insert(feedback.id.clone(), feedback.clone()).is_none() {
            let (message, helpful) = (feedback.message.clone(), feedback.helpful);
            self.push(EventKind::Feedback(Feedback { message, helpful }));
        }
        Ok(FeedbackSaved { status: PostedStatus::Accepted })
    }

    /// A page of what the centre keeps; its token is a position.
    fn history_before(&self, before: Option<&str>) -> HistoryPage {
        let end = before.and_then(|before| before.parse().ok()).unwrap_or(self.history.len());
        let begin = end.saturating_sub(self.history_page);
        let items = self.history.get(begin..end).unwrap_or_default().to_vec();
        HistoryPage { items, before: (begin > 0).then(|| begin.to_string()) }
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
