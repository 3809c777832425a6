use crate::support::{
    Centre, Visitor, aborted, answer_with, asked, count, header, last_credential, pause, refuse, until,
};
use frontdesk::web::Transport;
use frontdesk::web::transport::Outcome;
use frontdesk_contract::{Body, ClientId, ErrorCode, PostMessage};
use frontdesk_core::{Answer, Call, Failure};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

type Slot = Rc<RefCell<Option<Outcome>>>;

fn message() -> Call {
    Call::PostMessage(PostMessage { id: ClientId::from_bits(7), body: Body::Text("你好".into()) })
}

fn send(call: &Call, timeout_ms: u32) -> (frontdesk::web::Request, Slot) {
    let slot = Slot::default();
    let note = Rc::clone(&slot);
    let done = move |outcome, _| {
        assert!(note.borrow_mut().replace(outcome).is_none(), "answered twice");
    };
    (Transport::new("").send(call, Some("secret"), timeout_ms, Box::new(done)), slot)
}

async fn outcome(call: &Call) -> Outcome {
    let (_request, slot) = send(call, 5_000);
    until("the answer", || slot.borrow().is_some()).await;
    slot.take().unwrap()
}

#[wasm_bindgen_test]
async fn a_message_travels_as_the_contract_says() {
    let _centre = Centre::open();
    assert!(matches!(outcome(&message()).await, Ok(Answer::Posted(posted)) if posted.seq == 1));
    assert_eq!(asked("POST messages"), r#"{"id":"00000000000000000000000000000007","body":{"text":"你好"}}"#);
    assert_eq!(last_credential(), "secret");
    assert_eq!(outcome(&Call::Typing).await, Ok(Answer::Done));
}

#[wasm_bindgen_test]
async fn failures_are_told_apart() {
    let _centre = Centre::open();
    for (kind, wanted) in
        [("down", Failure::Network), ("foreign", Failure::Foreign), ("gateway", Failure::Foreign)]
    {
        answer_with(kind);
        assert_eq!(outcome(&message()).await, Err(wanted), "{kind}");
    }
    answer_with("crowded");
    let Err(Failure::Refused(error)) = outcome(&message()).await else { panic!("not refused") };
    assert_eq!((error.code, error.retry_after_ms), (ErrorCode::Overloaded, Some(7_000)));
    answer_with("");
    refuse("POST messages", 409, "queueing");
    let Err(Failure::Refused(error)) = outcome(&message()).await else { panic!("not refused") };
    assert_eq!(error.code, ErrorCode::Queueing);
    refuse("POST messages", 409, "a_code_of_tomorrow");
    let Err(Failure::Refused(error)) = outcome(&message()).await else { panic!("not refused") };
    assert_eq!(error.code, ErrorCode::Unknown);
}

#[wasm_bindgen_test]
async fn a_request_without_an_answer_ends_by_itself() {
    let _centre = Centre::open();
    answer_with("never");
    let (_request, slot) = send(&message(), 30);
    until("the timeout", || slot.borrow().is_some()).await;
    assert_eq!(slot.take(), Some(Err(Failure::Network)));
    assert_eq!(aborted(), 1);
}

#[wasm_bindgen_test]
async fn dropping_it_aborts_and_nothing_is_told() {
    let _centre = Centre::open();
    answer_with("never");
    let (request, slot) = send(&message(), 5_000);
    until("the request", || count("POST messages") == 1).await;
    drop(request);
    pause(60).await;
    assert_eq!(aborted(), 1);
    assert!(slot.borrow().is_none());
}

/// What the last request of this call says of its trace.
fn trace(call: &str) -> String {
    header(call, "traceparent")
}

#[wasm_bindgen_test]
async fn each_request_has_a_trace_where_the_desk_wants_them_and_none_elsewhere() {
    let visitor = Visitor::comes_to(r#"{"trace":true}"#).await;
    assert_eq!(trace("POST session"), "", "nobody has said so yet");
    visitor.writes("Hello");
    visitor.presses("Enter");
    until("the message", || count("POST messages") == 1).await;
    let first = trace("POST messages");
    let parts: Vec<&str> = first.split('-').collect();
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    assert!(
        matches!(parts.as_slice(), ["00", trace, span, "01"]
        if trace.len() == 32 && span.len() == 16 && hex(trace) && hex(span)),
        "{first}"
    );
    visitor.writes("And more");
    visitor.presses("Enter");
    until("the next", || count("POST messages") == 2).await;
    let second = trace("POST messages");
    assert!(!second.is_empty() && second.split('-').nth(1) != Some(parts[1]), "{second} after {first}");
    assert!(!trace("GET events").is_empty());
    drop(visitor);

    let visitor = Visitor::comes_to("{}").await;
    visitor.writes("Hello");
    visitor.presses("Enter");
    until("the message", || count("POST messages") == 1).await;
    for call in ["POST session", "POST contact", "POST messages", "GET events"] {
        assert_eq!(trace(call), "", "{call}");
    }
}
