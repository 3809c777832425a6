//! Text in both directions, in a panel of either.

use crate::support::{Visitor, push, until};
use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement};

const ARABIC: &str = "مرحبًا، رقم الطلب 10382.";

/// What is shown of an element's direction.
fn direction(element: &Element) -> String {
    let window = web_sys::window().unwrap();
    window.get_computed_style(element).unwrap().unwrap().get_property_value("direction").unwrap()
}

fn in_arabic(settings: &Object) {
    let texts = JSON::parse(include_str!("../../../www/locales/ar.json")).unwrap();
    Reflect::set(settings, &"locale".into(), &"ar".into()).unwrap();
    Reflect::set(settings, &"texts".into(), &texts).unwrap();
}

/// An agent of this name joins and says this; the system says it too.
async fn hears(visitor: &Visitor, name: &str, text: &str) -> Element {
    visitor.writes("hello");
    visitor.presses("Enter");
    visitor.sees(".fd-mine").await;
    push(&format!(
        r#"[{{"contact":{{"state":"agent","with":{{"name":"{name}","avatar":null}}}}}},
            {{"message":{{"id":"m-1","from":{{"system":{{}}}},"body":{{"text":"{text}"}}}}}},
            {{"message":{{"id":"m-2","from":{{"agent":{{"name":"{name}","avatar":null}}}},"body":{{"text":"{text}"}}}}}},
            {{"typing":{{"active":true}}}}]"#
    ));
    visitor.reads(".fd-theirs .fd-bubble", text).await;
    visitor.sees(".fd-theirs .fd-bubble").await
}

#[wasm_bindgen_test]
async fn arabic_in_an_english_panel_keeps_its_direction() {
    let visitor = Visitor::comes().await;
    let bubble = hears(&visitor, "ليلى", ARABIC).await;
    assert_eq!(direction(&visitor.find(".fd-root").unwrap()), "ltr");
    assert_eq!(direction(&bubble), "rtl");
    assert_eq!(direction(&visitor.find(".fd-mine .fd-bubble").unwrap()), "ltr");
    for isolated in [".fd-who-name bdi", ".fd-theirs .fd-name bdi"] {
        visitor.reads(isolated, "ليلى").await;
        assert_eq!(direction(&visitor.find(isolated).unwrap()), "rtl", "{isolated}");
    }
    let notes = visitor.place.query_selector_all(".fd-note-text bdi").unwrap();
    let notes: Vec<Element> =
        (0..notes.length()).map(|at| notes.item(at).unwrap().unchecked_into()).collect();
    let note = notes.iter().find(|note| note.text_content().as_deref() == Some(ARABIC)).expect("a note");
    assert_eq!(direction(note), "rtl");
    // The name stands in the middle of a sentence of ours, which goes on from left to right.
    let joined = notes.iter().find_map(|note| note.text_content().filter(|text| text.contains("joined")));
    assert_eq!(joined.as_deref(), Some("\u{2068}ليلى\u{2069} joined the conversation"));
    until("typing", || visitor.text(".fd-typing").contains("\u{2068}ليلى\u{2069} is typing")).await;
}

#[wasm_bindgen_test]
async fn english_in_an_arabic_panel_keeps_its_direction() {
    let visitor = Visitor::comes_by("{}", in_arabic).await;
    let bubble = hears(&visitor, "Li Wei", "Order 10382, call +86 28 8512 3456.").await;
    let root: HtmlElement = visitor.find(".fd-root").unwrap().unchecked_into();
    assert_eq!((root.dir().as_str(), direction(&root).as_str()), ("rtl", "rtl"));
    assert_eq!(direction(&bubble), "ltr");
    assert_eq!(direction(&visitor.find(".fd-theirs .fd-name bdi").unwrap()), "ltr");
    let joined = visitor.place.query_selector_all(".fd-note-text bdi").unwrap();
    let sentences: Vec<String> =
        (0..joined.length()).map(|at| joined.item(at).unwrap().text_content().unwrap()).collect();
    assert!(sentences.contains(&"\u{2068}Li Wei\u{2069} الآن في المحادثة".to_owned()), "{sentences:?}");
    // What the visitor writes decides for itself.
    visitor.writes("hello");
    assert_eq!(direction(&visitor.field()), "ltr");
    visitor.writes("سؤال");
    assert_eq!(direction(&visitor.field()), "rtl");
}
