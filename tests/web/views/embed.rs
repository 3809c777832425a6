use crate::support::{Centre, Visitor, count, new_desk, pause, place, settings, until};
use frontdesk::mount;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn destroying_leaves_nothing() {
    let visitor = Visitor::talks_with_li().await;
    let asked = count("GET events");
    visitor.handle.destroy();
    assert_eq!(visitor.place.child_element_count(), 0);
    assert!(crate::support::aborted() >= 1, "the long poll is stopped");
    visitor.handle.destroy();
    pause(300).await;
    assert_eq!(count("GET events"), asked);
}

#[wasm_bindgen_test]
async fn mounting_and_destroying_many_times_works() {
    let _centre = Centre::open();
    let place = place();
    for _ in 0..20 {
        mount(place.clone(), settings(&new_desk()).into()).unwrap().destroy();
    }
    assert_eq!(place.child_element_count(), 0);
    place.remove();
}

#[wasm_bindgen_test]
async fn mounting_twice_shows_one() {
    let _centre = Centre::open();
    let place = place();
    let first = mount(place.clone(), settings(&new_desk()).into()).unwrap();
    let second = mount(place.clone(), settings(&new_desk()).into()).unwrap();
    assert_eq!(place.query_selector_all(".fd-panel").unwrap().length(), 1);
    first.destroy();
    assert_eq!(
        place.query_selector_all(".fd-panel").unwrap().length(),
        1,
        "the first handle is of no use any more"
    );
    until("one session", || count("POST session") >= 1).await;
    pause(100).await;
    assert_eq!(count("POST session"), 1);
    second.destroy();
    assert_eq!(place.child_element_count(), 0);
    place.remove();
}

#[wasm_bindgen_test]
fn an_error_names_the_setting() {
    let wrong = |name: &str, value: JsValue| {
        let settings = settings("shop");
        Reflect::set(&settings, &name.into(), &value).unwrap();
        let error = mount(place(), settings.into()).err().expect("it is refused");
        error.unchecked_into::<js_sys::Error>().message().as_string().unwrap()
    };
    assert!(wrong("desk", JsValue::NULL).starts_with("settings.desk:"));
    assert!(wrong("desk", 7.into()).starts_with("settings.desk:"));
    assert!(wrong("texts", JsValue::UNDEFINED).starts_with("settings.texts:"));
    assert!(wrong("theme", "pink".into()).starts_with("settings.theme:"));
    assert!(wrong("endpoint", JsValue::TRUE).starts_with("settings.endpoint:"));
    assert!(mount(place(), JsValue::NULL).is_err());
}

#[wasm_bindgen_test]
async fn with_a_style_sheet_it_lives_in_a_shadow_root() {
    let _centre = Centre::open();
    let place = place();
    let settings = settings(&new_desk());
    Reflect::set(&settings, &"stylesheet".into(), &"/no-such.css".into()).unwrap();
    let handle = mount(place.clone(), settings.into()).unwrap();
    let shadow = place.shadow_root().expect("there is a shadow root");
    assert!(shadow.query_selector(".fd-panel").unwrap().is_some());
    assert_eq!(place.child_element_count(), 0);
    handle.destroy();
    assert!(shadow.query_selector(".fd-panel").unwrap().is_none());
    place.remove();
}
