use crate::support::{Visitor, asked, count, pause, push, refuse, until};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlTextAreaElement;

const SURVEY: &str = r#"[{"contact":{"state":"ended","reason":"centre"}},
    {"survey":{"open":true,"levels":[{"level":1},{"level":2},{"level":3},{"level":4},{"level":5}],"comment_max_chars":50}}]"#;

async fn queues() -> Visitor {
    let visitor = Visitor::comes().await;
    visitor.clicks(".fd-welcome .fd-button");
    visitor.sees(".fd-dock .fd-card").await;
    visitor
}

#[wasm_bindgen_test]
async fn the_queue_tells_place_and_wait_and_can_be_left() {
    let visitor = queues().await;
    visitor.reads(".fd-card .fd-title", "You are in the queue").await;
    push(r#"[{"queue":{"place":3,"wait_ms":61000}}]"#);
    visitor.reads(".fd-card .fd-title", "Number 3 in line").await;
    visitor.reads(".fd-card .fd-strong", "about 2 min").await;
    push(r#"[{"queue":{"place":1,"wait_ms":20000}}]"#);
    visitor.reads(".fd-card .fd-title", "You are next").await;
    visitor.reads(".fd-card .fd-strong", "less than a minute").await;
    visitor.clicks(".fd-card .fd-button");
    until("the end", || count("DELETE contact") == 1).await;
    visitor.reads(".fd-card .fd-title", "This conversation has ended").await;
}

#[wasm_bindgen_test]
async fn the_queue_ends_when_somebody_comes() {
    let visitor = queues().await;
    push(r#"[{"contact":{"state":"agent","with":{"name":"Li","avatar":null}}}]"#);
    visitor.sees_no(".fd-card").await;
    visitor.reads(".fd-lines", "Li joined the conversation").await;
}

#[wasm_bindgen_test]
async fn a_rating_is_sent_and_thanked_for() {
    let visitor = Visitor::talks_with_li().await;
    push(SURVEY);
    visitor.sees(".fd-levels").await;
    assert_eq!(visitor.count(".fd-level"), 5);
    assert!(visitor.find(".fd-comment").is_none(), "one tap first");
    visitor.clicks(".fd-level:nth-child(4) input");
    let comment: HtmlTextAreaElement = visitor.sees(".fd-comment").await.unchecked_into();
    comment.set_value(" 谢谢 ");
    visitor.clicks(".fd-card .fd-stacked .fd-button");
    visitor.reads(".fd-card .fd-title", "Thank you for your rating!").await;
    let sent = asked("POST survey");
    assert!(sent.contains(r#""level":4,"#) && sent.contains(r#""comment":"谢谢""#), "{sent}");
    visitor.clicks(".fd-card .fd-button");
    visitor.reads(".fd-who-name", "Mia").await;
}

#[wasm_bindgen_test]
async fn a_rating_can_be_skipped() {
    let visitor = Visitor::talks_with_li().await;
    push(SURVEY);
    visitor.sees(".fd-levels").await;
    visitor.clicks(".fd-card .fd-link");
    visitor.reads(".fd-card .fd-title", "This conversation has ended").await;
    assert_eq!(count("POST survey"), 0);
}

#[wasm_bindgen_test]
async fn a_refused_rating_says_why() {
    let visitor = Visitor::talks_with_li().await;
    refuse("POST survey", 409, "survey_closed");
    push(SURVEY);
    visitor.sees(".fd-levels").await;
    visitor.clicks(".fd-level:nth-child(1) input");
    visitor.sees(".fd-comment").await;
    visitor.clicks(".fd-card .fd-stacked .fd-button");
    visitor.reads(".fd-card .fd-text", "can no longer be rated").await;
}

#[wasm_bindgen_test]
async fn a_refused_wish_has_a_way_on() {
    let visitor = Visitor::comes().await;
    refuse("POST contact", 409, "outside_hours");
    visitor.clicks(".fd-welcome .fd-button");
    visitor.reads(".fd-card .fd-text", "Our team is not available right now").await;
    assert_eq!(visitor.count(".fd-ways .fd-button"), 2);
    refuse("POST contact", 0, "");
    visitor.clicks(".fd-ways .fd-button:last-child");
    visitor.reads(".fd-who-name", "Mia").await;
    visitor.sees_no(".fd-card").await;
}

#[wasm_bindgen_test]
async fn ending_a_conversation_is_asked_for_once_more() {
    let visitor = Visitor::talks_with_li().await;
    visitor.clicks(".fd-menu-place button");
    visitor.sees(".fd-menu-item").await;
    visitor.clicks(".fd-menu-item");
    visitor.sees(".fd-sheet").await;
    let focused = || web_sys::window().unwrap().document().unwrap().active_element().unwrap();
    until("the focus on what changes nothing", || {
        focused().text_content().as_deref() == Some("Keep talking")
    })
    .await;
    visitor.presses("Escape");
    visitor.sees_no(".fd-sheet").await;
    assert_eq!(count("DELETE contact"), 0);
    visitor.clicks(".fd-menu-place button");
    visitor.sees(".fd-menu-item").await;
    visitor.clicks(".fd-menu-item");
    visitor.sees(".fd-danger").await;
    visitor.clicks(".fd-danger");
    visitor.reads(".fd-card .fd-title", "This conversation has ended").await;
    assert_eq!(count("DELETE contact"), 1);
}

#[wasm_bindgen_test]
async fn a_rating_that_does_not_get_through_is_no_trap() {
    let visitor = Visitor::talks_with_li().await;
    refuse("POST survey", 503, "centre_busy");
    push(SURVEY);
    visitor.sees(".fd-levels").await;
    visitor.clicks(".fd-level:nth-child(4) input");
    visitor.sees(".fd-card .fd-stacked .fd-button").await;
    visitor.clicks(".fd-card .fd-stacked .fd-button");
    visitor.reads(".fd-card .fd-text", "Sending your rating").await;
    visitor.clicks(".fd-card .fd-button");
    visitor.reads(".fd-who-name", "Mia").await;
    visitor.sees_no(".fd-card .fd-button").await;
    visitor.sees(".fd-input").await;
}

#[wasm_bindgen_test]
async fn a_question_that_has_answered_itself_is_not_asked_again() {
    let visitor = Visitor::talks_with_li().await;
    visitor.clicks(".fd-menu-place button");
    visitor.sees(".fd-menu-item").await;
    visitor.clicks(".fd-menu-item");
    visitor.sees(".fd-sheet").await;
    push(r#"[{"contact":{"state":"ended","reason":"centre"}}]"#);
    visitor.sees_no(".fd-sheet").await;
    visitor.reads(".fd-card .fd-title", "This conversation has ended").await;
    visitor.clicks(".fd-card .fd-button");
    visitor.reads(".fd-who-name", "Mia").await;
    pause(120).await;
    assert!(visitor.find(".fd-sheet").is_none());
}

#[wasm_bindgen_test]
async fn the_menu_says_whether_it_is_open_and_goes_with_the_focus() {
    let visitor = Visitor::talks_with_li().await;
    visitor.sees(".fd-menu-place button[aria-expanded=false]").await;
    visitor.clicks(".fd-menu-place button");
    visitor.sees(".fd-menu-place button[aria-expanded=true]").await;
    let item: web_sys::HtmlElement = visitor.sees(".fd-menu-item").await.unchecked_into();
    item.focus().unwrap();
    pause(60).await;
    assert!(visitor.find(".fd-menu-item").is_some());
    visitor.presses("Tab");
    visitor.field().focus().unwrap();
    visitor.sees_no(".fd-menu-item").await;
    visitor.sees(".fd-menu-place button[aria-expanded=false]").await;
}
