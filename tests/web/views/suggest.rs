use crate::support::{Visitor, asked, count, suggest};
use wasm_bindgen_test::wasm_bindgen_test;

const OFFERS: &str = r#"{"suggestions":true}"#;
const QUESTIONS: &str = r#"["How long does delivery take?","How do I return a parcel?"]"#;

/// A visitor who has typed, and sees two questions.
async fn types() -> Visitor {
    let visitor = Visitor::comes_to(OFFERS).await;
    suggest(QUESTIONS);
    visitor.writes("How");
    visitor.sees(".fd-suggestion:nth-child(2)").await;
    visitor
}

#[wasm_bindgen_test]
async fn enter_without_a_choice_sends_what_was_typed() {
    let visitor = types().await;
    assert!(visitor.text("[role=status].fd-sr").contains('2'), "the number is said");
    visitor.presses("Enter");
    visitor.reads(".fd-mine .fd-meta .fd-sr", "Sent").await;
    assert!(asked("POST messages").contains(r#""text":"How""#));
    visitor.sees_no(".fd-suggestion").await;
}

#[wasm_bindgen_test]
async fn arrows_choose_and_enter_sends_the_choice() {
    let visitor = types().await;
    visitor.presses("ArrowDown");
    visitor.presses("ArrowDown");
    visitor.sees("#fd-suggestion-1[aria-selected=true]").await;
    let field = visitor.field();
    assert_eq!(field.get_attribute("aria-activedescendant").as_deref(), Some("fd-suggestion-1"));
    visitor.presses("Enter");
    visitor.reads(".fd-mine", "How do I return a parcel?").await;
    assert_eq!(visitor.field().value(), "");
}

#[wasm_bindgen_test]
async fn tab_puts_the_choice_into_the_field_and_escape_closes() {
    let visitor = types().await;
    visitor.presses("ArrowUp");
    visitor.sees("#fd-suggestion-1[aria-selected=true]").await;
    visitor.presses("Tab");
    assert_eq!(visitor.field().value(), "How do I return a parcel?");
    assert_eq!(count("POST messages"), 0);
    visitor.writes("How");
    visitor.sees(".fd-suggestion").await;
    visitor.presses("Escape");
    visitor.sees_no(".fd-suggestion").await;
    assert_eq!(visitor.field().value(), "How");
}

#[wasm_bindgen_test]
async fn keys_of_an_input_method_choose_nothing() {
    let visitor = types().await;
    visitor.presses_with("ArrowDown", |init| init.set_key_code(229));
    visitor.presses_with("Enter", |init| init.set_key_code(229));
    assert_eq!(visitor.count("[aria-selected=true]"), 0);
    assert_eq!(count("POST messages"), 0);
}

#[wasm_bindgen_test]
async fn a_press_sends() {
    let visitor = types().await;
    visitor.clicks("#fd-suggestion-0");
    visitor.reads(".fd-mine", "How long does delivery take?").await;
}
