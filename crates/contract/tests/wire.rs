//! The wire as it is written down: fixtures parse and come out again as they went in, old and later versions are read.

use frontdesk_contract::{
    ApiError, Body, CallEnd, CallMedia, CallState, CallStatus, CallSupport, ClientId, Connect, Contact,
    ContactState, EndReason, ErrorCode, Event, EventKind, EventPage, FeedbackSaved, FileStored, FileTicket,
    HistoryPage, IceServer, IdError, LeaveMessage, MAX_ID_CHARS, MessageLeft, Node, NoticeCode, OpenSession,
    PostFeedback, PostMessage, PostSurvey, Posted, PostedStatus, Sender, SessionOpened, StartCall,
    Suggestions, SurveyForm, SurveyQuestion, SurveySaved, Tag,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn parse<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("the fixture parses")
}

/// Parses the fixture, writes it again and compares.
fn both_ways<T: DeserializeOwned + Serialize>(text: &str) {
    let meant: Value = parse(text);
    let again = serde_json::to_value(parse::<T>(text)).expect("it is written");
    assert_eq!(again, meant);
}

#[test]
fn requests_come_out_as_they_went_in() {
    both_ways::<OpenSession>(include_str!("fixtures/exact/open_session.json"));
    both_ways::<Connect>(include_str!("fixtures/exact/connect.json"));
    both_ways::<Vec<PostMessage>>(include_str!("fixtures/exact/post_message.json"));
    both_ways::<Vec<PostSurvey>>(include_str!("fixtures/exact/survey.json"));
    both_ways::<Vec<StartCall>>(include_str!("fixtures/exact/start_call.json"));
    both_ways::<Vec<PostFeedback>>(include_str!("fixtures/exact/post_feedback.json"));
    both_ways::<Vec<LeaveMessage>>(include_str!("fixtures/exact/leave_message.json"));
}

#[test]
fn answers_come_out_as_they_went_in() {
    both_ways::<SessionOpened>(include_str!("fixtures/exact/session_opened.json"));
    both_ways::<Vec<Contact>>(include_str!("fixtures/exact/contact.json"));
    both_ways::<Vec<Posted>>(include_str!("fixtures/exact/posted.json"));
    both_ways::<EventPage>(include_str!("fixtures/exact/event_page.json"));
    both_ways::<Vec<Event>>(include_str!("fixtures/exact/events.json"));
    both_ways::<SurveySaved>(include_str!("fixtures/exact/survey_saved.json"));
    both_ways::<ApiError>(include_str!("fixtures/exact/error.json"));
    both_ways::<Vec<CallSupport>>(include_str!("fixtures/exact/call_support.json"));
    both_ways::<Vec<CallStatus>>(include_str!("fixtures/exact/call_status.json"));
    both_ways::<FileStored>(include_str!("fixtures/exact/file_stored.json"));
    both_ways::<FileTicket>(include_str!("fixtures/exact/file_ticket.json"));
    both_ways::<Vec<HistoryPage>>(include_str!("fixtures/exact/history_page.json"));
    both_ways::<Vec<Suggestions>>(include_str!("fixtures/exact/suggestions.json"));
    both_ways::<Vec<FeedbackSaved>>(include_str!("fixtures/exact/feedback_saved.json"));
    both_ways::<Vec<MessageLeft>>(include_str!("fixtures/exact/message_left.json"));
    both_ways::<Vec<Node>>(include_str!("fixtures/exact/rich.json"));
}

#[test]
fn every_kind_of_event_has_a_fixture() {
    let events: Vec<Event> = parse(include_str!("fixtures/exact/events.json"));
    let names: std::collections::BTreeSet<_> = events
        .iter()
        .map(|event| std::mem::discriminant(&event.kind))
        .map(|kind| format!("{kind:?}"))
        .collect();
    assert_eq!(names.len(), 12, "twelve kinds besides the unknown one");
    assert!(events.iter().all(|event| event.kind != EventKind::Unknown {}));
}

#[test]
fn an_older_version_that_leaves_fields_out_is_read() {
    let open: OpenSession = parse(include_str!("fixtures/older/open_session.json"));
    assert_eq!((open.locale, open.identity, open.resume, open.id), (None, None, None, None));
    let opened: SessionOpened = parse(include_str!("fixtures/older/session_opened.json"));
    assert!(opened.offers.robot && !opened.offers.agent && !opened.offers.call.audio);
    assert!(opened.offers.files.types.is_empty());
    let events: Vec<Event> = parse(include_str!("fixtures/older/events.json"));
    assert!(events.iter().all(|event| event.at_ms == 0 && event.kind != EventKind::Unknown {}));
    let error: ApiError = parse(include_str!("fixtures/older/error.json"));
    assert_eq!((error.code, error.retry_after_ms, error.request_id), (ErrorCode::Internal, None, None));
    let survey: PostSurvey = parse(include_str!("fixtures/older/survey.json"));
    assert_eq!((survey.level, survey.recommend, survey.solved), (Some(5), None, None));
    assert_eq!(survey.comment, "");
    let page: HistoryPage = parse(include_str!("fixtures/older/history_page.json"));
    assert!(page.before.is_none() && page.items.iter().all(|item| item.from.is_none() && !item.recalled));
    let feedback: PostFeedback = parse(include_str!("fixtures/older/post_feedback.json"));
    assert_eq!(feedback.reason, "");
    let left: LeaveMessage = parse(include_str!("fixtures/older/leave_message.json"));
    assert_eq!(left.country, None);
    let call: CallStatus = parse(include_str!("fixtures/older/call_status.json"));
    assert_eq!(call, CallStatus::default());
    let support: CallSupport = parse(include_str!("fixtures/older/call_support.json"));
    assert!(support.web_rtc && support.ice_servers.is_empty());
    let nodes: Vec<Node> = parse(include_str!("fixtures/older/rich.json"));
    let [Node::Link(link), Node::Call(call), Node::Element(rule)] = nodes.as_slice() else {
        panic!("three nodes: {nodes:?}")
    };
    assert!(link.nodes.is_empty() && !call.video && call.nodes.is_empty() && rule.tag == Tag::Hr);
}

#[test]
fn what_a_later_version_adds_is_unknown_and_does_no_harm() {
    let events: Vec<Event> = parse(include_str!("fixtures/newer/events.json"));
    let kinds: Vec<_> = events.into_iter().map(|event| event.kind).collect();
    let [reaction, message, contact, echo, notice] = kinds.as_slice() else { panic!("five events") };
    assert_eq!(*reaction, EventKind::Unknown {});
    assert!(matches!(message, EventKind::Message(message)
        if message.from == Sender::Unknown {} && message.body == Body::Unsupported {}));
    assert!(matches!(contact, EventKind::Contact(contact)
        if contact.state == ContactState::Unknown && contact.reason == Some(EndReason::Unknown)));
    assert!(matches!(echo, EventKind::Echo(echo)
        if echo.status == PostedStatus::Unknown && echo.body == Body::Unsupported {}));
    assert!(matches!(notice, EventKind::Notice(notice) if notice.code == NoticeCode::Unknown));
    let error: ApiError = parse(include_str!("fixtures/newer/error.json"));
    assert_eq!((error.code, error.retry_after_ms), (ErrorCode::Unknown, Some(5)));
    let opened: SessionOpened = parse(include_str!("fixtures/newer/session_opened.json"));
    assert!(opened.protocol == 2 && opened.offers.call.audio);
    let call: CallStatus = parse(include_str!("fixtures/newer/call_status.json"));
    assert_eq!(
        (call.state, call.media, call.end),
        (CallState::Unknown, CallMedia::Unknown, Some(CallEnd::Unknown))
    );
    let form: SurveyForm = parse(include_str!("fixtures/newer/survey_form.json"));
    assert_eq!(form.questions, [SurveyQuestion::Satisfaction, SurveyQuestion::Unknown]);
    let nodes: Vec<Node> = parse(include_str!("fixtures/newer/rich.json"));
    let [Node::Unknown {}, Node::Element(element), Node::Link(_)] = nodes.as_slice() else {
        panic!("three nodes: {nodes:?}")
    };
    assert_eq!((element.tag, element.nodes.len()), (Tag::Unknown, 1));
}

#[test]
fn each_code_has_its_word_and_its_status() {
    let table: Vec<(&str, u16)> = include_str!("fixtures/codes.txt")
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(word, status)| (word, status.parse().expect("a status")))
        .collect();
    let codes: Vec<_> = ErrorCode::ALL
        .iter()
        .map(|code| (serde_json::to_value(code).expect("a word"), code.status()))
        .map(|(word, status)| (word.as_str().expect("a word").to_owned(), status))
        .collect();
    let codes: Vec<_> = codes.iter().map(|(word, status)| (word.as_str(), *status)).collect();
    assert_eq!(codes, table);
    for (word, _) in table {
        let code: ErrorCode = serde_json::from_value(Value::from(word)).expect("a code");
        assert!(ErrorCode::ALL.contains(&code));
    }
    assert_eq!(ErrorCode::Unknown.status(), 500);
}

#[test]
fn an_id_is_checked_before_it_is_used() {
    assert_eq!(ClientId::new("").check(), Err(IdError::Empty));
    assert_eq!(ClientId::new("a".repeat(MAX_ID_CHARS)).check(), Ok(()));
    assert_eq!(ClientId::new("a".repeat(MAX_ID_CHARS + 1)).check(), Err(IdError::TooLong));
    for bad in ["a,b", "a b", "ä", "\n", "a\u{7f}"] {
        assert_eq!(ClientId::new(bad).check(), Err(IdError::Character), "{bad:?}");
    }
}

#[test]
fn what_is_sent_says_one_thing() {
    let read = |body: &str| serde_json::from_str::<PostMessage>(&format!(r#"{{"id":"m","body":{body}}}"#));
    for body in [
        r#"{"text":"x","location":{"latitude":1,"longitude":1,"label":""}}"#,
        r#"{"text":"x","hologram":{}}"#,
        r#"{"hologram":{},"text":"x"}"#,
        r#"{"text":"x","text":"x"}"#,
        r#"{"text":null}"#,
        r#""x""#,
    ] {
        assert!(read(body).is_err(), "{body}");
    }
    for body in ["{}", r#"{"hologram":{"deep":[1]}}"#] {
        assert_eq!(read(body).unwrap().body, Body::Unsupported {}, "{body}");
    }
    // A reader of answers goes on with what it knows.
    assert_eq!(parse::<Body>(r#"{"text":"x","hologram":{}}"#), Body::Text("x".into()));
}

#[test]
fn the_password_of_a_turn_server_is_not_printed() {
    let support: Vec<CallSupport> = parse(include_str!("fixtures/exact/call_support.json"));
    let with = IceServer {
        urls: vec!["turn:turn.example".into()],
        username: Some("canary-user".into()),
        credential: Some("canary-word".into()),
    };
    let printed = format!("{with:?} {support:?}");
    assert!(printed.contains("turns:turn.example") && !printed.contains("canary"), "{printed}");
}
