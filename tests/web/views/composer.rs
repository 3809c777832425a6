use crate::support::{Visitor, asked, count, pause, push, refuse};
use frontdesk_core::Record;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CompositionEvent, HtmlElement};

fn composes(visitor: &Visitor, name: &str) {
    visitor.field().dispatch_event(&CompositionEvent::new(name).unwrap()).unwrap();
}

/// Nothing was sent and the text is still there.
async fn nothing_happens(visitor: &Visitor) {
    pause(60).await;
    assert_eq!((visitor.count(".fd-mine"), visitor.field().value().is_empty()), (0, false));
}

#[wasm_bindgen_test]
async fn enter_sends_and_clears() {
    let visitor = Visitor::comes().await;
    visitor.writes("  hello  ");
    visitor.presses("Enter");
    visitor.reads(".fd-mine .fd-bubble", "hello").await;
    assert_eq!(visitor.field().value(), "");
    visitor.sees(".fd-mine .fd-meta").await;
    crate::support::until("the post", || asked("POST messages").contains(r#"{"text":"hello"}"#)).await;
}

#[wasm_bindgen_test]
async fn shift_enter_and_blank_texts_do_not_send() {
    let visitor = Visitor::comes().await;
    visitor.writes("hello");
    visitor.presses_with("Enter", |key| key.set_shift_key(true));
    nothing_happens(&visitor).await;
    visitor.writes(" \n ");
    visitor.presses("Enter");
    nothing_happens(&visitor).await;
    assert_eq!(visitor.find(".fd-send").unwrap().get_attribute("aria-disabled").as_deref(), Some("true"));
}

/// A word as it is composed, step by step, and as it stands in the end: Pinyin and Zhuyin, kana to kanji, Hangul.
const COMPOSED: [&[&str]; 4] =
    [&["ni", "ni hao", "你好"], &["ㄋㄧ", "你"], &["か", "かn", "かん", "漢字"], &["ㅎ", "하", "한", "한글"]];

/// The visitor composes; keys that the input method takes are reported as `Process`.
fn composes_word(visitor: &Visitor, steps: &[&str]) {
    composes(visitor, "compositionstart");
    for step in steps {
        visitor.presses_with("Process", |key| {
            key.set_is_composing(true);
            key.set_key_code(229);
        });
        composes(visitor, "compositionupdate");
        visitor.writes(step);
    }
}

/// Chrome and Firefox: the Enter that takes a word is reported while composing.
#[wasm_bindgen_test]
async fn enter_during_composition_does_not_send() {
    for steps in COMPOSED {
        let visitor = Visitor::comes().await;
        composes_word(&visitor, steps);
        // Some browsers say that it belongs to the composition, by either sign; some say nothing.
        visitor.presses("Enter");
        nothing_happens(&visitor).await;
        visitor.presses_with("Enter", |key| key.set_is_composing(true));
        visitor.presses_with("Enter", |key| key.set_key_code(229));
        composes(&visitor, "compositionend");
        nothing_happens(&visitor).await;
        visitor.presses("Enter");
        visitor.reads(".fd-mine .fd-bubble", steps[steps.len() - 1]).await;
    }
}

/// Safari: the composition ends first, then comes its Enter with the code 229.
#[wasm_bindgen_test]
async fn enter_that_ended_a_composition_does_not_send() {
    for steps in COMPOSED {
        let visitor = Visitor::comes().await;
        composes_word(&visitor, steps);
        composes(&visitor, "compositionend");
        visitor.presses_with("Enter", |key| key.set_key_code(229));
        nothing_happens(&visitor).await;
        visitor.presses("Enter");
        visitor.reads(".fd-mine .fd-bubble", steps[steps.len() - 1]).await;
    }
}

#[wasm_bindgen_test]
async fn a_text_that_is_too_long_is_told_before_and_not_sent() {
    let visitor = Visitor::comes().await;
    visitor.writes(&"a".repeat(79));
    assert_eq!(visitor.text(".fd-limit"), "");
    visitor.writes(&"a".repeat(80));
    assert_eq!(visitor.text(".fd-limit"), "80 of 100 bytes");
    visitor.writes(&"你".repeat(34));
    assert!(visitor.text(".fd-limit").starts_with("Too long by 2 bytes."));
    visitor.presses("Enter");
    visitor.clicks(".fd-send");
    nothing_happens(&visitor).await;
    visitor.writes(&"你".repeat(33));
    visitor.clicks(".fd-send");
    visitor.sees(".fd-mine").await;
}

#[wasm_bindgen_test]
async fn typing_is_told() {
    let visitor = Visitor::talks_with_li().await;
    visitor.writes("I");
    crate::support::until("the notice", || count("POST typing") > 0).await;
}

#[wasm_bindgen_test]
async fn a_draft_outlives_another_view() {
    let visitor = Visitor::talks_with_li().await;
    visitor.writes("half a thou");
    push(r#"[{"contact":{"state":"ended"}}]"#);
    visitor.sees_no(".fd-input").await;
    visitor.sees(".fd-card .fd-button").await;
    visitor.clicks(".fd-card .fd-button");
    visitor.sees(".fd-input").await;
    crate::support::until("the draft", || visitor.field().value() == "half a thou").await;
}

#[wasm_bindgen_test]
async fn a_refused_message_says_why_and_can_be_edited_or_deleted() {
    let visitor = Visitor::talks_with_li().await;
    refuse("POST messages", 422, "body_unsupported");
    visitor.writes("one");
    visitor.presses("Enter");
    visitor.reads(".fd-trouble p", "This kind of message is not accepted here").await;
    let focused: HtmlElement = visitor.find("[data-do=edit]").unwrap().unchecked_into();
    focused.focus().unwrap();
    visitor.clicks("[data-do=edit]");
    visitor.sees_no(".fd-trouble").await;
    crate::support::until("the text", || visitor.field().value() == "one").await;
    visitor.writes("one again");
    visitor.presses("Enter");
    visitor.writes("two");
    visitor.sees("[data-do=delete]").await;
    visitor.clicks("[data-do=delete]");
    visitor.sees_no(".fd-trouble").await;
    pause(60).await;
    assert_eq!(visitor.field().value(), "two", "a deleted text does not come back");
}

#[wasm_bindgen_test]
async fn the_length_is_told_when_a_bound_is_crossed_and_not_at_every_key() {
    let visitor = Visitor::comes().await;
    let heard = || visitor.text(".fd-limit + [role=status]");
    assert!(visitor.find(".fd-limit[role], .fd-limit[aria-live]").is_none());
    visitor.writes(&"a".repeat(80));
    assert_eq!(heard(), "80 of 100 bytes");
    visitor.writes(&"a".repeat(81));
    assert_eq!(
        (visitor.text(".fd-limit").as_str(), heard().as_str()),
        ("81 of 100 bytes", "80 of 100 bytes")
    );
    visitor.writes(&"a".repeat(101));
    assert!(heard().starts_with("Too long by one byte"));
    visitor.writes(&"a".repeat(103));
    assert!(heard().starts_with("Too long by one byte"));
    visitor.writes("a");
    assert_eq!(heard(), "");
}

/// Loads the page of this visitor's desk once more.
fn reloads(visitor: &Visitor, change: impl FnOnce(&js_sys::Object)) -> frontdesk::Handle {
    visitor.handle.destroy();
    let settings = crate::support::settings(&visitor.desk);
    change(&settings);
    frontdesk::mount(visitor.place.clone(), settings.into()).unwrap()
}

/// What runs the session comes late.
fn begin_late(settings: &js_sys::Object) {
    let late = "({ moreTexts: () => new Promise((done) => setTimeout(done, 400)) })";
    js_sys::Reflect::set(settings, &"host".into(), &js_sys::eval(late).unwrap()).unwrap();
}

async fn holds(visitor: &Visitor, draft: &str) {
    let stands = || visitor.find(".fd-input").is_some() && visitor.field().value() == draft;
    crate::support::until(draft, stands).await;
    pause(100).await;
    assert_eq!(visitor.field().value(), draft);
}

/// The draft is where the next page finds it.
async fn keeps(visitor: &Visitor, draft: &str) {
    let record = Record::Draft { text: draft.into() };
    visitor.keeps(draft, |records| records.contains(&record)).await;
}

#[wasm_bindgen_test]
async fn what_the_page_wants_written_does_not_replace_a_draft() {
    let visitor = Visitor::talks_with_li().await;
    visitor.writes("half a thou");
    keeps(&visitor, "half a thou").await;
    let handle = reloads(&visitor, |_| {});
    // Before anything is known of what was kept.
    handle.prefill("about order 12");
    holds(&visitor, "half a thou").await;
    handle.prefill("about order 12");
    holds(&visitor, "half a thou").await;
    visitor.writes("");
    handle.prefill("about order 12");
    holds(&visitor, "about order 12").await;
    handle.destroy();
}

#[wasm_bindgen_test]
async fn a_draft_that_comes_late_stands_before_what_was_written_since() {
    let visitor = Visitor::talks_with_li().await;
    visitor.writes("half a thou");
    keeps(&visitor, "half a thou").await;
    let handle = reloads(&visitor, begin_late);
    visitor.sees(".fd-input").await;
    visitor.writes("and more");
    holds(&visitor, "half a thou\nand more").await;
    // It is kept as it stands, and so is one that another window handed over.
    keeps(&visitor, "half a thou\nand more").await;
    handle.destroy();
    let handle = reloads(&visitor, |settings| {
        js_sys::Reflect::set(settings, &"draft".into(), &"from there".into()).unwrap();
    });
    holds(&visitor, "half a thou\nand more\nfrom there").await;
    keeps(&visitor, "half a thou\nand more\nfrom there").await;
    handle.destroy();
    let handle = reloads(&visitor, |_| {});
    holds(&visitor, "half a thou\nand more\nfrom there").await;
    handle.destroy();
}

#[wasm_bindgen_test]
async fn a_draft_that_comes_late_is_not_sent_along() {
    let visitor = Visitor::talks_with_li().await;
    visitor.writes("half a thou");
    keeps(&visitor, "half a thou").await;
    let handle = reloads(&visitor, begin_late);
    visitor.sees(".fd-input").await;
    visitor.writes("something else");
    visitor.presses("Enter");
    holds(&visitor, "half a thou").await;
    crate::support::until("the post", || asked("POST messages").contains(r#"{"text":"something else"}"#))
        .await;
    assert!(!asked("POST messages").contains("half a thou"));
    handle.destroy();
}
