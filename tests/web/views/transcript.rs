use crate::support::{Visitor, flood, push, tomorrow, until};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

fn says(text: &str) -> String {
    let from = r#"{"agent":{"name":"Li","avatar":null}}"#;
    format!(r#"{{"message":{{"id":"m-{text}","from":{from},"body":{{"text":"{text}"}}}}}}"#)
}

fn bubbles(visitor: &Visitor) -> Vec<String> {
    let found = visitor.place.query_selector_all(".fd-bubble").unwrap();
    (0..found.length()).map(|at| found.item(at).unwrap().text_content().unwrap()).collect()
}

#[wasm_bindgen_test]
async fn messages_stand_in_order_and_in_groups() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!("[{},{}]", says("one"), says("two")));
    visitor.reads(".fd-theirs.fd-last .fd-bubble", "two").await;
    assert_eq!(bubbles(&visitor), ["hello", "one", "two"]);
    assert_eq!(visitor.count(".fd-theirs .fd-avatar"), 1);
    assert_eq!(visitor.count(".fd-theirs .fd-meta"), 1, "the time stands at the end of a group");
    assert_eq!(visitor.count(".fd-day"), 1);
    assert_eq!(visitor.text(".fd-day"), "today");
}

#[wasm_bindgen_test]
async fn what_was_today_is_yesterday_once_the_next_day_begins() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!("[{}]", says("one")));
    visitor.reads(".fd-day", "today").await;
    let back = tomorrow();
    push(&format!("[{}]", says("two")));
    until("two days", || visitor.count(".fd-day") == 2).await;
    let days = visitor.place.query_selector_all(".fd-day").unwrap();
    let days: Vec<_> = (0..2).map(|at| days.item(at).unwrap().text_content().unwrap()).collect();
    back.call0(&JsValue::NULL).unwrap();
    assert_eq!(days, ["yesterday", "today"]);
}

#[wasm_bindgen_test]
async fn own_messages_tell_how_far_they_came() {
    let visitor = Visitor::talks_with_li().await;
    visitor.reads(".fd-mine .fd-meta .fd-sr", "Sent").await;
    push(r#"[{"receipt":{"read":[]}}]"#);
    visitor.reads(".fd-mine .fd-meta .fd-sr", "Read").await;
    visitor.sees(".fd-read").await;
}

#[wasm_bindgen_test]
async fn ten_thousand_messages_are_all_there_in_blocks() {
    let visitor = Visitor::talks_with_li().await;
    flood(10_000);
    visitor.reads(".fd-block:last-child .fd-row:last-child .fd-bubble", "message 9999").await;
    let texts = bubbles(&visitor);
    assert_eq!(texts.len(), 10_000);
    assert_eq!((texts[1].as_str(), texts[9_999].as_str()), ("message 1", "message 9999"));
    let blocks = visitor.place.query_selector_all(".fd-block").unwrap();
    assert!((150..=170).contains(&blocks.length()), "{} blocks", blocks.length());
    push(&format!("[{}]", says("the last")));
    visitor.reads(".fd-block:last-child .fd-row:last-child .fd-bubble", "the last").await;
}

#[wasm_bindgen_test]
async fn a_message_taken_back_shows_no_more_text() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!("[{}]", says("secret")));
    visitor.reads(".fd-theirs .fd-bubble", "secret").await;
    push(r#"[{"recalled":{"id":"m-secret"}}]"#);
    visitor.reads(".fd-theirs .fd-bubble", "This message was taken back").await;
}

#[wasm_bindgen_test]
async fn links_lead_out_safely_and_nothing_else_is_markup() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!("[{}]", says("<b>see</b> https://shop.example/a javascript:alert(1)")));
    let link = visitor.sees(".fd-theirs .fd-bubble a").await;
    assert_eq!(link.get_attribute("href").as_deref(), Some("https://shop.example/a"));
    assert_eq!(link.get_attribute("rel").as_deref(), Some("noopener noreferrer nofollow"));
    assert_eq!((visitor.count(".fd-bubble a"), visitor.count(".fd-bubble b")), (1, 0));
    assert!(visitor.text(".fd-theirs .fd-bubble").starts_with("<b>see</b>"));
}

#[wasm_bindgen_test]
async fn every_kind_of_event_has_its_line() {
    let visitor = Visitor::talks_with_li().await;
    push(
        r#"[{"notice":{"code":"offline_mode"}},{"gap":{"from":1,"to":2}},{"contact":{"state":"queueing"}},
        {"message":{"id":"c","from":{"system":{}},"body":{"text":"closing soon"}}},
        {"message":{"id":"d","from":{"robot":{"name":""}},"body":{"card":{"title":"Offer","description":"10 %","url":"https://a.example"}}}},
        {"message":{"id":"e","from":{"robot":{"name":""}},"body":{"hologram":{}}}}]"#,
    );
    visitor.reads(".fd-lines", "This message cannot be shown here").await;
    let lines = visitor.text(".fd-lines");
    for wanted in [
        "Our team is away",
        "Some earlier messages can no longer be shown",
        "Waiting for someone",
        "closing soon",
        "Offer",
        "Assistant",
    ] {
        assert!(lines.contains(wanted), "{wanted}: {lines}");
    }
}

#[wasm_bindgen_test]
async fn typing_is_shown_until_it_ends() {
    let visitor = Visitor::talks_with_li().await;
    push(r#"[{"typing":{"active":true}}]"#);
    visitor.sees(".fd-typing:not([hidden])").await;
    assert_eq!(visitor.text(".fd-typing .fd-sr"), "Li is typing");
    push(r#"[{"typing":{"active":false}}]"#);
    visitor.sees(".fd-typing[hidden]").await;
}

#[wasm_bindgen_test]
async fn a_message_is_announced_once_and_then_cleared() {
    let visitor = Visitor::talks_with_li().await;
    let region = || visitor.text(".fd-body > [aria-live=polite]");
    until("silence", || region().is_empty()).await;
    push(&format!("[{}]", says("good news")));
    until("the announcement", || !region().is_empty()).await;
    assert_eq!(region(), "Li: good news");
    assert_eq!(visitor.find("[role=log]").unwrap().get_attribute("aria-live").as_deref(), Some("off"));
    until("silence again", || region().is_empty()).await;
}

#[wasm_bindgen_test]
async fn arrows_go_from_message_to_message_and_escape_leads_out() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!("[{},{}]", says("one"), says("two https://a.example")));
    visitor.reads(".fd-theirs.fd-last .fd-bubble", "two").await;
    let focused = || web_sys::window().unwrap().document().unwrap().active_element().unwrap();
    visitor.find("[role=log]").unwrap().unchecked_into::<HtmlElement>().focus().unwrap();
    visitor.presses("ArrowUp");
    assert_eq!(focused().get_attribute("aria-label").as_deref(), Some("Li: two https://a.example"));
    visitor.presses("Enter");
    assert_eq!(focused().tag_name(), "A");
    visitor.presses("Escape");
    visitor.presses("ArrowUp");
    assert_eq!(focused().get_attribute("aria-label").as_deref(), Some("Li: one"));
    visitor.presses("Home");
    let first = visitor.find(".fd-row").unwrap();
    assert!(focused() == first, "{:?}", focused().get_attribute("aria-label"));
    visitor.presses("Escape");
    assert_eq!(focused().class_name(), visitor.field().class_name());
}
