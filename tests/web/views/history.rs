use crate::support::{Visitor, count, keep_history, push, refuse, until};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

/// So many messages, an hour between each; the newest page also has a message that is among the events.
fn page(first: u32, last: u32, before: &str) -> String {
    let items: Vec<String> = (first..=last)
        .map(|at| {
            let time = 1_700_000_000_000_u64 + u64::from(at) * 3_600_000;
            format!(r#"{{"id":"h{at}","at_ms":{time},"from":{{"agent":{{"name":"Li"}}}},"body":{{"text":"old {at}"}}}}"#)
        })
        .collect();
    format!(r#"{{"items":[{}],"before":{before}}}"#, items.join(","))
}

fn newest_page(first: u32, last: u32, before: &str) -> String {
    let known = r#"{"id":"m0","at_ms":1790000000000,"from":{"agent":{"name":"Li"}},"body":{"text":"new 0"}}],"before""#;
    page(first, last, before).replacen(r#"],"before""#, &[",", known].concat(), 1)
}

/// So many messages among the events.
fn talk(count: u32) -> String {
    let says = |at| {
        let body = format!(r#""body":{{"text":"new {at}"}}"#);
        format!(r#"{{"message":{{"id":"m{at}","from":{{"agent":{{"name":"Li"}}}},{body}}}}}"#)
    };
    format!("[{}]", (0..count).map(says).collect::<Vec<_>>().join(","))
}

#[wasm_bindgen_test]
async fn earlier_messages_come_above_and_nothing_moves() {
    let visitor = Visitor::talks_at(r#"{"history":true}"#).await;
    keep_history(&format!("[{},{}]", page(1, 40, "null"), newest_page(41, 80, r#""cursor""#)));
    push(&talk(40));
    visitor.reads(".fd-row:last-child", "new 39").await;
    visitor.reads(".fd-older button", "Earlier messages").await;

    // The place is kept by how the scroller is laid out.
    let style = web_sys::window().unwrap().document().unwrap().create_element("style").unwrap();
    style.set_text_content(Some(include_str!("../../../src/ui/transcript/transcript.css")));
    visitor.place.append_child(&style).unwrap();
    let scroller: HtmlElement = visitor.find(".fd-scroll").unwrap().unchecked_into();
    scroller.style().set_property("height", "300px").unwrap();
    let anchor = visitor.sees(".fd-row:nth-child(20)").await;
    anchor.scroll_into_view();
    assert!(scroller.scroll_top() < -100, "the visitor reads further up: {}", scroller.scroll_top());
    let top = |element: &Element| element.get_bounding_client_rect().top();
    let before = top(&anchor);
    visitor.clicks(".fd-older button");
    visitor.reads(".fd-lines", "old 41").await;
    assert!((top(&anchor) - before).abs() < 1.5, "it moved by {}", top(&anchor) - before);
    assert!(visitor.text(".fd-block .fd-row").contains("old 41"), "the oldest is first");
    assert!(visitor.count(".fd-day") > 1);

    visitor.clicks(".fd-older button");
    visitor.reads(".fd-older p", "There are no earlier messages").await;
    assert!(visitor.text(".fd-block .fd-row").contains("old 1"));
    assert_eq!(visitor.count(".fd-row:not(.fd-note)"), 1 + 40 + 80);
    assert_eq!(count("GET history"), 2);
}

#[wasm_bindgen_test]
async fn what_could_not_be_read_can_be_tried_again() {
    let visitor = Visitor::talks_at(r#"{"history":true}"#).await;
    keep_history(&format!("[{}]", newest_page(1, 2, "null")));
    push(&talk(1));
    visitor.reads(".fd-lines", "new 0").await;
    refuse("GET history", 502, "centre_refused");
    visitor.reads(".fd-older button", "Earlier messages").await;
    visitor.clicks(".fd-older button");
    visitor.reads(".fd-older p", "Earlier messages could not be loaded.").await;
    refuse("GET history", 0, "");
    visitor.clicks(".fd-older button");
    visitor.reads(".fd-lines", "old 1").await;
}

#[wasm_bindgen_test]
async fn a_desk_without_history_offers_none() {
    let visitor = Visitor::talks_with_li().await;
    until("the place is hidden", || visitor.find(".fd-older[hidden]").is_some()).await;
    assert_eq!(count("GET history"), 0);
}
