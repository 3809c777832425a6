//! For whom the site vouches, and what of another person is shown: nothing.

use frontdesk_contract::{
    ApiError, ClientId, Contact, ErrorCode, Event, EventKind, EventPage, Notice, NoticeCode, Offers,
    OpenSession, PROTOCOL, SessionOpened, Visitor,
};
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{
    Answer, Call, Effect, EntryKind, Failure, Identity, Input, Now, Record, RecordKey, Saved, Session,
    Settings, Stage,
};

struct Page {
    session: Session,
    effects: Vec<Effect>,
    ms: u64,
}

impl Page {
    fn new(token: Option<&str>) -> Self {
        let mut settings = Settings::new("shop", "en");
        settings.identity =
            token.map(|token| Identity { token: token.into(), id: ClientId::from_bits(token.len() as u128) });
        Self { session: Session::new(settings), effects: Vec::new(), ms: 1_000 }
    }

    fn input(&mut self, input: Input) {
        self.ms += 1;
        self.effects = self.session.handle(Now { ms: self.ms, chance: u128::from(self.ms) << 70 | 7 }, input);
    }

    fn start(&mut self, records: Vec<Record>) -> OpenSession {
        self.input(Input::Start(Saved { schema: SCHEMA, records }));
        self.opening().expect("it opens a session").1
    }

    fn opening(&self) -> Option<(frontdesk_core::RequestId, OpenSession)> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Request { id, call: Call::OpenSession(open), .. } => Some((*id, open.clone())),
            _ => None,
        })
    }

    fn opened(&mut self, credential: &str, person: Option<&str>) {
        self.opened_at(credential, person, 0);
    }

    fn opened_at(&mut self, credential: &str, person: Option<&str>, cursor: u64) {
        let (id, _) = self.opening().expect("it opens a session");
        let opened = SessionOpened {
            protocol: PROTOCOL,
            session: credential.into(),
            expires_ms: 0,
            visitor: Visitor { id: "v".into(), name: "V".into(), person: person.map(Into::into) },
            contact: Contact::default(),
            cursor,
            offers: Offers { text_max_bytes: 900, ..Offers::default() },
        };
        self.input(Input::Answered(id, Ok(Answer::Opened(opened))));
    }

    /// What the open request of this page is answered with: that its session is gone.
    fn session_dies(&mut self) {
        let request = self.effects.iter().find_map(|effect| match effect {
            Effect::Request { id, .. } => Some(*id),
            _ => None,
        });
        let gone = Failure::Refused(ApiError {
            code: ErrorCode::SessionUnknown,
            message: String::new(),
            retry_after_ms: None,
            request_id: None,
        });
        self.input(Input::Answered(request.expect("an open request"), Err(gone)));
        assert!(self.effects.contains(&Effect::Look), "another tab may have opened the next one");
        let saved = self.session.snapshot();
        self.input(Input::Found(saved));
    }

    /// Another tab has read so many events from the beginning.
    fn hears(&mut self, count: u64) {
        let events = (1..=count).map(|seq| Event {
            seq,
            at_ms: seq,
            kind: EventKind::Notice(Notice { code: NoticeCode::AgentDidNotAnswer, text: None }),
        });
        let page = EventPage { next: count, events: events.collect() };
        self.input(Input::Heard { after: 0, page });
    }

    fn shown(&self) -> Vec<&str> {
        let mine = |entry: &frontdesk_core::Entry| match &entry.kind {
            EntryKind::Mine { id, .. } => Some(id.clone()),
            _ => None,
        };
        let transcript = self.session.transcript();
        let ids: Vec<_> = transcript.entries().iter().filter_map(mine).collect();
        ids.iter().filter_map(|id| transcript.my_text(id)).collect()
    }

    fn drafted(&self) -> Option<&str> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Drafted { text, .. } => Some(text.as_str()),
            _ => None,
        })
    }
}

fn kept(person: Option<&str>) -> Vec<Record> {
    vec![
        Record::Outgoing { id: ClientId::from_bits(5), text: "unsent".into(), at_ms: 5 },
        Record::of_session("one".into(), person.map(Into::into)),
        Record::Draft { text: "half a".into() },
    ]
}

fn forgotten(effects: &[Effect]) -> Vec<&RecordKey> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Forget(key) = effect { Some(key) } else { None })
        .collect()
}

#[test]
fn a_token_goes_along_under_an_id_that_repetitions_keep() {
    let mut page = Page::new(Some("of Wang"));
    let first = page.start(kept(None));
    assert_eq!((first.identity.as_deref(), first.resume.as_deref()), (Some("of Wang"), Some("one")));
    let (id, _) = page.opening().expect("it opens a session");
    page.input(Input::Answered(id, Err(Failure::Network)));
    page.ms += 60_000;
    page.input(Input::Timer);
    assert_eq!(page.opening().expect("it tries again").1, first);
    assert!(first.id.is_some());
    assert!(!format!("{:?}", page.session).contains("of Wang"), "the token is told");
}

#[test]
fn an_anonymous_visitor_becomes_a_person_and_keeps_everything() {
    let mut page = Page::new(Some("of Wang"));
    page.start(kept(None));
    assert_eq!((page.shown(), page.drafted()), (vec!["unsent"], Some("half a")));
    page.opened("one", Some("wang"));
    assert_eq!((page.shown(), page.session.person()), (vec!["unsent"], Some("wang")));
    let person = Some("wang".to_owned());
    let record =
        Effect::Keep(Record::Session { credential: "one".into(), person, seen: Some(0), gone_ms: None });
    assert!(page.effects.contains(&record), "to whom the session belongs is kept");
}

#[test]
fn what_a_person_has_written_waits_until_the_desk_says_who_comes() {
    let mut page = Page::new(Some("of Wang"));
    page.start(kept(Some("wang")));
    assert_eq!((page.shown(), page.drafted()), (vec![], None), "it is shown to whoever comes");
    assert_eq!(page.session.snapshot().records.len(), 3, "it is lost");
    // Another tab's news of the storage shows nothing either.
    page.input(Input::Found(Saved { schema: SCHEMA, records: kept(Some("wang")) }));
    assert_eq!(page.shown(), Vec::<&str>::new());
    page.input(Input::Woken);
    let mut page = Page::new(Some("of Wang"));
    page.start(kept(Some("wang")));
    page.opened("one", Some("wang"));
    assert_eq!((page.shown(), page.drafted()), (vec!["unsent"], Some("half a")));
    assert_eq!(forgotten(&page.effects), Vec::<&RecordKey>::new());
}

#[test]
fn of_another_person_nothing_is_shown_sent_or_kept() {
    let mut page = Page::new(Some("of Li"));
    page.start(kept(Some("wang")));
    page.opened("two", Some("li"));
    assert_eq!((page.shown(), page.drafted()), (vec![], None));
    let gone = [RecordKey::Outgoing(ClientId::from_bits(5)), RecordKey::Draft];
    assert_eq!(forgotten(&page.effects), gone.iter().collect::<Vec<_>>());
    let person = Some("li".to_owned());
    let session = Record::Session { credential: "two".into(), person, seen: Some(0), gone_ms: None };
    assert_eq!(page.session.snapshot().records, [session]);
    page.ms += 60_000;
    page.input(Input::Timer);
    assert!(
        !page
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Request { call: Call::PostMessage(_), .. })),
        "it is sent in another's name"
    );
}

#[test]
fn a_token_that_is_refused_shows_nothing_and_loses_nothing() {
    let mut page = Page::new(Some("of yesterday"));
    page.start(kept(Some("wang")));
    let (id, _) = page.opening().expect("it opens a session");
    let refused = Failure::Refused(ApiError {
        code: ErrorCode::IdentityExpired,
        message: "over".into(),
        retry_after_ms: None,
        request_id: None,
    });
    page.input(Input::Answered(id, Err(refused)));
    assert_eq!(page.session.stage(), Stage::Refused(Some(ErrorCode::IdentityExpired)));
    assert_eq!((page.shown(), forgotten(&page.effects).len()), (vec![], 0));
    assert_eq!(page.session.snapshot().records.len(), 3);
}

#[test]
fn a_page_that_says_nothing_goes_on_with_the_person() {
    let mut page = Page::new(None);
    let open = page.start(kept(Some("wang")));
    assert_eq!((open.identity, open.id), (None, None));
    assert_eq!(page.shown(), ["unsent"]);
    page.opened("one", Some("wang"));
    assert_eq!(page.shown(), ["unsent"]);
}

#[test]
fn a_page_knows_whether_the_site_says_who_the_visitor_is() {
    assert!(Page::new(Some("of Wang")).session.is_vouched_for());
    assert!(!Page::new(None).session.is_vouched_for());
}

#[test]
fn an_identity_is_told_by_its_id_and_never_by_its_token() {
    let identity = Identity { token: "of Wang".into(), id: ClientId::from_bits(7) };
    let told = format!("{identity:?}");
    assert!(told.contains(identity.id.as_str()) && !told.contains("of Wang"), "{told}");
}

#[test]
fn another_journal_is_read_from_its_beginning_although_it_is_longer() {
    let mut page = Page::new(Some("of Wang"));
    page.start(kept(None));
    page.opened("one", None);
    let requested = page.effects.clone();
    page.hears(2);
    let before = page.session.transcript().entries().len();
    page.effects = requested;
    page.session_dies();
    page.opened_at("two", Some("wang"), 5);
    page.hears(5);
    assert_eq!(page.session.transcript().entries().len(), before + 5);
    assert_eq!(page.session.cursor(), 5);
}
