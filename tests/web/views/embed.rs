use crate::support::{Centre, Visitor, count, new_desk, pause, place, settings, until};
use frontdesk::{FrontDesk, Settings, mount};
use js_sys::{Array, JSON, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::future_to_promise;
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

/// As in `examples/leptos.rs`.
#[wasm_bindgen_test]
async fn the_component_comes_and_goes_with_its_page() {
    let _centre = Centre::open();
    let place = place();
    let texts = JSON::parse(include_str!("../../../www/locales/en.json")).unwrap();
    let desk = new_desk();
    let shown = leptos::mount::mount_to(place.clone(), move || {
        view! { <main><FrontDesk settings=Settings::new("", &desk, texts.clone()) /></main> }
    });
    let greets = || place.query_selector("main .fd-welcome").unwrap().is_some();
    until("the component greets", greets).await;
    until("its session", || count("POST session") == 1).await;
    drop(shown);
    assert_eq!(place.child_element_count(), 0);
    let asked = count("GET events");
    pause(100).await;
    assert_eq!(count("GET events"), asked, "it goes on asking");
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

/// Leaves the sentences of the first view in the settings, and a function of the host that adds the others.
fn leave_first_sentences(settings: &Object) {
    let texts: Object = Reflect::get(settings, &"texts".into()).unwrap().unchecked_into();
    let first: Array = JSON::parse(include_str!("../../../www/first-texts.json")).unwrap().unchecked_into();
    let more = Object::new();
    for key in Object::keys(&texts).iter().filter(|key| !first.includes(key, 0)) {
        Reflect::set(&more, &key, &Reflect::get(&texts, &key).unwrap()).unwrap();
        Reflect::delete_property(&texts, &key).unwrap();
    }
    let more_texts = Closure::<dyn FnMut() -> Promise>::new(move || {
        let (texts, more) = (texts.clone(), more.clone());
        future_to_promise(async move {
            pause(50).await;
            Ok(Object::assign(&texts, &more).into())
        })
    });
    let host = Object::new();
    Reflect::set(&host, &"moreTexts".into(), &more_texts.into_js_value()).unwrap();
    Reflect::set(settings, &"host".into(), &host).unwrap();
}

#[wasm_bindgen_test]
async fn a_part_waits_for_its_sentences() {
    let visitor = Visitor::comes_by("{}", leave_first_sentences).await;
    visitor.writes("Where is my order?");
    visitor.presses("Enter");
    visitor.reads(".fd-mine .fd-meta .fd-sr", "Sent").await;
    assert_eq!(visitor.sees("[role=log]").await.get_attribute("aria-label").as_deref(), Some("Conversation"));
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
