use crate::support::{Centre, Visitor, answer_with, asked, new_desk, place, push, refuse, settings, until};
use frontdesk::mount;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_visitor_is_greeted_and_may_ask_for_a_person() {
    let visitor = Visitor::comes().await;
    assert_eq!(visitor.text(".fd-welcome .fd-title"), "Hello! How can we help?");
    visitor.clicks(".fd-welcome .fd-button");
    visitor.sees(".fd-dock .fd-card").await;
    assert!(asked("POST contact").contains(r#""to":"agent""#));
    visitor.sees_no(".fd-welcome").await;
}

#[wasm_bindgen_test]
async fn the_first_message_begins_a_conversation() {
    let visitor = Visitor::comes().await;
    visitor.writes("where is my order?");
    visitor.presses("Enter");
    visitor.reads(".fd-who-name", "Mia").await;
    visitor.reads(".fd-mine .fd-bubble", "where is my order?").await;
    assert!(asked("POST contact").contains(r#""to":"robot""#));
    visitor.sees(".fd-chip").await;
}

#[wasm_bindgen_test]
async fn a_desk_that_refuses_says_so_and_can_be_tried_again() {
    let _centre = Centre::open();
    refuse("POST session", 404, "desk_unknown");
    let place = place();
    let handle = mount(place.clone(), settings(&new_desk()).into()).unwrap();
    let text = || place.text_content().unwrap_or_default();
    until("the sentence", || text().contains("Chat is not set up for this page")).await;
    assert!(place.query_selector(".fd-input").unwrap().is_none());
    refuse("POST session", 0, "");
    answer_with("");
    let again = place.query_selector(".fd-welcome .fd-button").unwrap().unwrap();
    wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(again).click();
    until("the greeting", || text().contains("Hello!")).await;
    handle.destroy();
    place.remove();
}

#[wasm_bindgen_test]
async fn the_header_follows_who_serves() {
    let visitor = Visitor::talks_with_li().await;
    assert_eq!(visitor.text(".fd-header .fd-avatar"), "L");
    push(r#"[{"contact":{"state":"ended","reason":"centre"}}]"#);
    visitor.reads(".fd-who-status", "Conversation ended").await;
    // There is nothing to end any more, but something to erase.
    visitor.clicks(".fd-menu-place button");
    visitor.reads(".fd-menu-item", "Erase conversation").await;
    visitor.sees_no(".fd-menu-item:nth-child(2)").await;
}
