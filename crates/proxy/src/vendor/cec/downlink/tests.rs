//! Messages as the two manuals and the later pages show them.

use super::Named;
use crate::config::{CallLinks, PictureOrigins};
use crate::vendor::cec::wire;
use crate::vendor::{CentreFile, Content, Downlink, FileKind, FileSource};
use frontdesk_contract::{Body, ClientId, Person, Sender};
use serde_json::{Value, json};

fn read(message: Value) -> Vec<Downlink> {
    read_with(message, &[])
}

fn read_with(message: Value, pictures: &[&str]) -> Vec<Downlink> {
    let pictures = PictureOrigins::read(pictures.iter().map(|origin| (*origin).into()).collect()).unwrap();
    let Some(message) = wire::read_value(message) else { return Vec::new() };
    super::read(message, Named { links: &CallLinks::default(), pictures: &pictures })
}

fn person(name: &str) -> Person {
    Person { name: name.into(), avatar: None }
}

fn message(code: Option<&str>, from: Sender, text: &str, at_ms: Option<u64>) -> Downlink {
    said(code, from, Body::Text(text.into()), at_ms)
}

fn said(code: Option<&str>, from: Sender, body: Body, at_ms: Option<u64>) -> Downlink {
    let (code, content) = (code.map(String::from), Content::Body(body));
    Downlink::Message { code, from, content, choices: Vec::new(), inter_idx: None, at_ms }
}

fn ids(ids: &[&str]) -> Vec<Downlink> {
    vec![Downlink::Read(ids.iter().map(|id| ClientId::new(*id)).collect())]
}

#[test]
fn a_message_of_the_2_5_edition() {
    let value = json!({"from":"2025","channel":"WEB","to":"v-1","controlType":"CHAT","mediaType":"TEXT",
        "content":"Hello, how can I help?","simQuestions":null,"senderNickname":"Robo","senderAvatar":"1",
        "timestamp":1_760_000_001_000_u64,"sourceType":"ROBOT","callId":null,"robotGender":"MALE"});
    let expected =
        message(None, Sender::Robot(person("Robo")), "Hello, how can I help?", Some(1_760_000_001_000));
    assert_eq!(read(value), [expected]);
}

#[test]
fn a_message_of_the_2_6_edition() {
    let value = json!({"callId":null,"simQuestions":null,"senderNickname":"agent","handlerType":null,
        "isOfflineStatus":null,"channel":"WEB","senderAvatar":"","robotGender":null,"mediaType":"IMAGE",
        "associationContentId":null,"content":"0b6e6c1e-1111-4222-8333-444455556666","receiveTime":null,
        "controlType":"CHAT","sourceType":"AGENT","queueFlag":null,"from":"2025","to":"v-1","mediaFileType":"png",
        "messageCode":"9a1c7d2e-aaaa-4bbb-8ccc-ddddeeeeffff","contentType":"1","interIdx":null,
        "timestamp":"1760000002000"});
    let code = Some("9a1c7d2e-aaaa-4bbb-8ccc-ddddeeeeffff");
    let from = Sender::Agent(person("agent"));
    let image = CentreFile {
        source: FileSource::Local("0b6e6c1e-1111-4222-8333-444455556666".into()),
        extension: Some("png".into()),
        kind: FileKind::Image,
        name: None,
        size_bytes: None,
    };
    let expected = Downlink::Message {
        code: code.map(String::from),
        from,
        content: Content::File(image),
        choices: Vec::new(),
        inter_idx: None,
        at_ms: Some(1_760_000_002_000),
    };
    assert_eq!(read(value), [expected]);
}

#[test]
fn a_queue_sign_and_a_text_are_two_things() {
    let value = json!({"controlType":"CHAT","mediaType":"TEXT","content":"Queuing...","sourceType":"SYSTEM",
        "senderNickname":"系统","queueFlag":"y"});
    assert_eq!(read(value), [Downlink::Queueing, message(None, Sender::System {}, "Queuing...", None)]);
}

#[test]
fn an_end_may_be_silent_or_have_last_words_or_go_offline() {
    let silent = json!({"controlType":"DISCONNECT","sourceType":"AGENT","content":null,"mediaType":null});
    assert_eq!(read(silent), [Downlink::Ended { offline: false }]);
    let words =
        json!({"controlType":"disconnect","sourceType":"SYSTEM","content":"bye","isOfflineStatus":"false"});
    assert_eq!(
        read(words),
        [message(None, Sender::System {}, "bye", None), Downlink::Ended { offline: false }]
    );
    for sign in [json!(true), json!("true"), json!(1), json!("1"), json!("TRUE")] {
        let offline = json!({"controlType":"DISCONNECT","isOfflineStatus":sign});
        assert_eq!(read(offline), [Downlink::Ended { offline: true }]);
        let chat =
            json!({"controlType":"CHAT","sourceType":"SYSTEM","content":"later","isOfflineStatus":sign});
        assert_eq!(read(chat).last(), Some(&Downlink::Ended { offline: true }));
    }
    // A flag that is false by default ends nothing.
    let chat = json!({"controlType":"CHAT","sourceType":"AGENT","content":"hi","isOfflineStatus":false});
    assert_eq!(read(chat).len(), 1);
}

#[test]
fn read_notices_name_their_messages_in_three_ways_or_not_at_all() {
    let notice = |content: Value| read(json!({"controlType":"READ","sourceType":"AGENT","content":content}));
    assert_eq!(notice(json!(["m1", "m2", null, 3])), ids(&["m1", "m2", "3"]));
    assert_eq!(notice(json!("[\"m1\",\"m2\"]")), ids(&["m1", "m2"]));
    assert_eq!(notice(json!("m1, m2,")), ids(&["m1", "m2"]));
    assert_eq!(notice(json!("m1")), ids(&["m1"]));
    assert_eq!(notice(Value::Null), ids(&[]));
    assert_eq!(notice(json!("")), ids(&[]));
    assert_eq!(notice(json!({"x": 1})), ids(&[]));
}

#[test]
fn signs_say_nothing_by_themselves() {
    assert_eq!(read(json!({"controlType":"TRANS2AGENT","content":"moving"})), [Downlink::Transferring]);
    assert_eq!(read(json!({"controlType":"INPUT","sourceType":"AGENT","content":""})), [Downlink::Typing]);
    assert_eq!(
        read(json!({"controlType":"CONNECT","sourceType":"AGENT","senderNickname":"Li"})),
        [Downlink::Connected(Sender::Agent(person("Li")))]
    );
    assert_eq!(
        read(json!({"controlType":"CONNECT","sourceType":"SYSTEM","content":"connected"})),
        [Downlink::Connected(Sender::System {}), message(None, Sender::System {}, "connected", None)]
    );
    assert_eq!(
        read(json!({"controlType":"CONNECT","sourceType":"SYSTEM","queueFlag":"Y"})),
        [Downlink::Queueing]
    );
}

#[test]
fn a_word_for_it_takes_a_message_back_and_nothing_else_does() {
    for control in ["RECALL", "DELETE", "withdraw"] {
        let value = json!({"controlType":control,"messageCode":"c-1","content":"gone","sourceType":"AGENT"});
        assert_eq!(read(value), [Downlink::Recalled("c-1".into())]);
    }
    assert_eq!(read(json!({"controlType":"RECALL","content":"which?"})), []);
    for control in ["DELIVERED", "ACK", "RECEIPT", "REACTION", "EDIT", "FORWARD", "TYPING"] {
        for content in [json!("words"), Value::Null] {
            let value =
                json!({"controlType":control,"messageCode":"c-1","content":content,"sourceType":"AGENT"});
            assert_eq!(read(value), [], "{control}");
        }
    }
}

#[test]
fn a_name_is_bounded_and_shows_what_it_is() {
    let value = json!({"content":"hi","sourceType":"AGENT","senderNickname":format!("\0L\u{1b}i{}", "长".repeat(1_000))});
    let name = format!("Li{}", "长".repeat(98));
    assert_eq!(read(value), [message(None, Sender::Agent(person(&name)), "hi", None)]);
}

#[test]
fn missing_and_odd_fields_cost_nothing_else() {
    let hello = |at_ms| message(None, Sender::System {}, "hello", at_ms);
    assert_eq!(read(json!({"content":"hello"})), [hello(None)]);
    assert_eq!(
        read(json!({"content":"hello","controlType":null,"timestamp":"soon","messageCode":""})),
        [hello(None)]
    );
    assert_eq!(read(json!({"content":"hello","timestamp":1.76e12})), [hello(Some(1_760_000_000_000))]);
    assert_eq!(read(json!({"content":"hello","timestamp":-5})), [hello(None)]);
    assert_eq!(read(json!({"content":"hello","messageCode":"x".repeat(65)})), [hello(None)]);
    assert_eq!(
        read(json!({"content":5,"sourceType":"AGENT"})),
        [message(None, Sender::Agent(person("")), "5", None)]
    );
    for nothing in
        [json!(null), json!("text"), json!([]), json!({}), json!({"controlType":"CHAT","content":"  "})]
    {
        assert_eq!(read(nothing), []);
    }
    // An echo of the visitor's own words.
    assert_eq!(read(json!({"content":"hello","sourceType":"CUSTOMER"})), []);
}

#[test]
fn questions_of_the_robot_come_in_four_forms() {
    let choices = |questions: Value| {
        let message = json!({"content":"Which?","sourceType":"ROBOT","simQuestions":questions,"interIdx":7});
        match read(message).remove(0) {
            Downlink::Message { choices, inter_idx, .. } => (choices, inter_idx),
            other => panic!("{other:?}"),
        }
    };
    let idx = Some("7".to_owned());
    for (questions, expected) in [
        (json!(null), vec![]),
        (json!("Where is my parcel?"), vec!["Where is my parcel?"]),
        (json!("[\"One?\",\"Two?\"]"), vec!["One?", "Two?"]),
        (json!(["One?", "<b>Two?</b>", " ", "One?", {"x": 1}, 3]), vec!["One?", "Two?", "3"]),
        (json!("[not a list"), vec!["[not a list"]),
        (json!({"a": 1}), vec![]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(String::from).collect();
        assert_eq!(choices(questions.clone()), (expected, idx.clone()), "{questions}");
    }
    let many: Vec<String> = (0..100).map(|number| format!("Question {number}?")).collect();
    assert_eq!(choices(json!(many)).0.len(), 10);
    // As long as a text that can be sent.
    let long = "长".repeat(341);
    assert_eq!(choices(json!([long, "x".repeat(1_025), "short?"])).0, [long.as_str(), "short?"]);

    // Without a text of its own; and nobody but the robot is judged.
    let alone = read(json!({"content":null,"sourceType":"ROBOT","simQuestions":["One?"]}));
    assert!(matches!(alone.as_slice(), [Downlink::Message { choices, .. }] if choices == &["One?"]));
    let agent = read(json!({"content":"hi","sourceType":"AGENT","interIdx":"7"}));
    assert!(matches!(agent.as_slice(), [Downlink::Message { inter_idx: None, .. }]));
}

#[test]
fn a_picture_comes_before_who_it_shows_and_from_named_places_alone() {
    let address = "https://img.example/faces/7.png";
    let face = FileSource::Picture(address.into());
    let shown = |source: &str, control: &str, avatar: Value, pictures: &[&str]| {
        let message = json!({"controlType": control, "sourceType": source, "senderNickname": "Li",
            "mediaType": "TEXT", "content": "hello", "messageCode": "1", "senderAvatar": avatar});
        read_with(message, pictures)
    };
    let named = ["https://img.example"];
    for (source, from) in [("AGENT", Sender::Agent as fn(Person) -> Sender), ("ROBOT", Sender::Robot)] {
        let with = from(Person { name: "Li".into(), avatar: Some(face.id()) });
        let file = |source: &FileSource| {
            let source = source.clone();
            CentreFile { source, extension: None, kind: FileKind::Image, name: None, size_bytes: None }
        };
        let said = message(Some("1"), with.clone(), "hello", None);
        let told = shown(source, "CHAT", json!(format!(" {address}#x ")), &named);
        assert_eq!(told, [Downlink::Face(file(&face)), said.clone()]);
        let told = shown(source, "CONNECT", json!(address), &named);
        let both =
            [Downlink::Face(file(&face)), Downlink::Connected(with), Downlink::Face(file(&face)), said];
        assert_eq!(told, both);
        let without = [message(Some("1"), from(person("Li")), "hello", None)];
        for avatar in [
            json!("1"),
            json!(1),
            json!(""),
            Value::Null,
            json!("null"),
            json!("DefaultAvatar"),
            json!("http://img.example/a.png"),
            json!("https://other.example/a.png"),
            json!("https://img.example:444/a.png"),
            json!("https://img.example./a.png"),
            json!("https://li:secret@img.example/a.png"),
            json!("javascript:alert(1)"),
            json!("data:image/png;base64,iVBORw0KGgo="),
            json!(format!("https://img.example/{}", "a".repeat(2_048))),
            json!([address]),
            json!({"url": address}),
        ] {
            assert_eq!(shown(source, "CHAT", avatar.clone(), &named), without, "{avatar}");
        }
        assert_eq!(shown(source, "CHAT", json!(address), &[]), without);
    }
    let by_nobody = shown("SYSTEM", "CHAT", json!(address), &named);
    assert_eq!(by_nobody, [message(Some("1"), Sender::System {}, "hello", None)]);
}
