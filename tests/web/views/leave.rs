use crate::support::{Visitor, asked, count, push, refuse};
use frontdesk_core::Record;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{EventInit, HtmlInputElement, HtmlTextAreaElement};

const OFFERS: &str = r#"{"leave_message":true,"countries":["CN","SG"],
    "hours":{"zone":"Asia/Shanghai","spans":[{"days":[1,2,3,4,5],"from_min":540,"to_min":1080}]}}"#;

fn input() -> web_sys::Event {
    let init = EventInit::new();
    init.set_bubbles(true);
    web_sys::Event::new_with_event_init_dict("input", &init).unwrap()
}

fn fill(visitor: &Visitor, number: &str, text: &str) {
    let field: HtmlInputElement = visitor.find(".fd-leave .fd-field").unwrap().unchecked_into();
    field.set_value(number);
    field.dispatch_event(&input()).unwrap();
    let field: HtmlTextAreaElement = visitor.find(".fd-leave .fd-left").unwrap().unchecked_into();
    field.set_value(text);
    field.dispatch_event(&input()).unwrap();
}

/// A visitor who came when the desk was closed, with the form open.
async fn comes_too_late() -> Visitor {
    let visitor = Visitor::comes_to(OFFERS).await;
    refuse("POST contact", 409, "outside_hours");
    visitor.clicks(".fd-welcome .fd-button");
    let hours = || visitor.text(".fd-hours").split_whitespace().collect::<Vec<_>>().join(" ");
    crate::support::until("the hours", || hours().contains("Mon – Fri 9:00 AM – 6:00 PM")).await;
    visitor.clicks(".fd-ways .fd-button:last-child");
    visitor.sees(".fd-leave .fd-field").await;
    visitor
}

#[wasm_bindgen_test]
async fn a_message_is_left_and_thanked_for() {
    let visitor = comes_too_late().await;
    assert!(visitor.text(".fd-country").contains("Singapore"));
    fill(&visitor, "138 0013 8000", "Please call");
    visitor.reads("#fd-left-used", "11").await;
    visitor.clicks(".fd-leave .fd-stacked .fd-button");
    visitor.reads(".fd-leave", "Thank you").await;
    let sent = asked("POST leave-message");
    for part in [r#""number":"138 0013 8000""#, r#""country":"CN""#, r#""text":"Please call""#] {
        assert!(sent.contains(part), "{sent}");
    }
    visitor.clicks(".fd-leave .fd-button");
    visitor.sees_no(".fd-leave").await;
}

#[wasm_bindgen_test]
async fn what_is_missing_or_wrong_is_said_at_the_field() {
    let visitor = comes_too_late().await;
    visitor.clicks(".fd-leave .fd-stacked .fd-button");
    visitor.reads("#fd-number-error", "number").await;
    fill(&visitor, "12", "");
    visitor.clicks(".fd-leave .fd-stacked .fd-button");
    visitor.reads("#fd-left-error", "write").await;
    assert_eq!(visitor.text("#fd-number-error"), "");
    assert_eq!(count("POST leave-message"), 0);

    refuse("POST leave-message", 422, "number_invalid");
    fill(&visitor, "12", "Please call");
    visitor.clicks(".fd-leave .fd-stacked .fd-button");
    visitor.sees(".fd-field[aria-invalid=true]").await;
    let field: HtmlInputElement = visitor.find(".fd-leave .fd-field").unwrap().unchecked_into();
    assert_eq!(field.get_attribute("aria-describedby").as_deref(), Some("fd-number-error"));
    assert_eq!(field.value(), "12", "nothing has to be typed twice");
    assert_ne!(visitor.text("#fd-number-error"), "");
}

#[wasm_bindgen_test]
async fn what_is_refused_on_another_page_is_shown_with_its_text() {
    let visitor = comes_too_late().await;
    refuse("POST leave-message", 503, "centre_busy");
    fill(&visitor, "12", "Please call");
    visitor.clicks(".fd-leave .fd-stacked .fd-button");
    crate::support::until("it is sent", || count("POST leave-message") > 0).await;
    visitor.handle.destroy();
    refuse("POST leave-message", 422, "number_invalid");
    let settings = crate::support::settings(&visitor.desk);
    let handle = frontdesk::mount(visitor.place.clone(), settings.clone().into()).unwrap();
    visitor.sees(".fd-field[aria-invalid=true]").await;
    let field: HtmlInputElement = visitor.find(".fd-leave .fd-field").unwrap().unchecked_into();
    let text: HtmlTextAreaElement = visitor.find(".fd-leave .fd-left").unwrap().unchecked_into();
    assert_eq!((field.value(), text.value()), ("12".to_owned(), "Please call".to_owned()));
    // Seen, it is forgotten.
    visitor.clicks(".fd-leave .fd-quiet");
    visitor.sees_no(".fd-leave").await;
    let forgotten = |records: &[Record]| !records.iter().any(|own| matches!(own, Record::Leave(_)));
    visitor.keeps("no message to leave", forgotten).await;
    handle.destroy();
    let handle = frontdesk::mount(visitor.place.clone(), settings.into()).unwrap();
    visitor.sees(".fd-input").await;
    crate::support::pause(500).await;
    assert!(visitor.find(".fd-leave").is_none());
    handle.destroy();
}

#[wasm_bindgen_test]
async fn escape_goes_back_and_nothing_is_lost() {
    let visitor = comes_too_late().await;
    fill(&visitor, "555", "half a sen");
    let field: HtmlInputElement = visitor.find(".fd-leave .fd-field").unwrap().unchecked_into();
    field.focus().unwrap();
    visitor.presses("Escape");
    visitor.sees_no(".fd-leave").await;
    visitor.clicks(".fd-ways .fd-button:last-child");
    visitor.sees(".fd-leave .fd-field").await;
    let field: HtmlInputElement = visitor.find(".fd-leave .fd-field").unwrap().unchecked_into();
    assert_eq!(field.value(), "555");
}

#[wasm_bindgen_test]
async fn a_long_wait_offers_it() {
    let visitor = Visitor::comes_to(OFFERS).await;
    visitor.clicks(".fd-welcome .fd-button");
    push(r#"[{"queue":{"place":4,"wait_ms":60000}}]"#);
    visitor.reads(".fd-dock", "Number 4").await;
    assert!(!visitor.text(".fd-dock").contains("leave a message"));
    push(r#"[{"queue":{"place":4,"wait_ms":600000}}]"#);
    visitor.reads(".fd-dock", "leave a message").await;
}
