use crate::support::{Centre, Refusal, Visitor, answer_with, new_desk, place, settings, until};
use frontdesk::mount;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement};

#[wasm_bindgen_test]
async fn lost_and_found_connection() {
    let visitor = Visitor::talks_with_li().await;
    answer_with("down");
    visitor.writes("are you there?");
    visitor.presses("Enter");
    visitor.reads(".fd-notices", "Sending is interrupted").await;
    visitor.sees(".fd-mine:last-child .fd-meta").await;
    answer_with("");
    web_sys::window().unwrap().dispatch_event(&Event::new("online").unwrap()).unwrap();
    visitor.sees_no(".fd-notice").await;
    until("the text", || crate::support::asked("POST messages").contains("are you there?")).await;
}

#[wasm_bindgen_test]
async fn a_browser_that_keeps_nothing_is_told_about_once() {
    let _refusal = Refusal::of_storage();
    let _centre = Centre::open();
    let place = place();
    let handle = mount(place.clone(), settings(&new_desk()).into()).unwrap();
    let notice = || place.query_selector(".fd-notice button").unwrap();
    until("the notice", || notice().is_some()).await;
    notice().unwrap().unchecked_into::<HtmlElement>().click();
    until("no notice", || notice().is_none()).await;
    handle.destroy();
    place.remove();
}
