use crate::support::{Visitor, asked, push, until};
use wasm_bindgen_test::wasm_bindgen_test;

fn survey(questions: &str) -> String {
    let levels: Vec<String> =
        (1..=5).map(|level| format!(r#"{{"level":{level},"label":"word {level}"}}"#)).collect();
    format!(
        r#"[{{"survey":{{"open":true,"levels":[{}],"comment_max_chars":50,"questions":{questions}}}}}]"#,
        levels.join(",")
    )
}

fn groups(visitor: &Visitor) -> Vec<String> {
    let found = visitor.place.query_selector_all("[role=radiogroup]").unwrap();
    (0..found.length())
        .filter_map(|at| {
            wasm_bindgen::JsCast::unchecked_into::<web_sys::Element>(found.item(at)?)
                .get_attribute("aria-label")
        })
        .collect()
}

#[wasm_bindgen_test]
async fn only_what_is_asked_is_asked_and_in_that_order() {
    let visitor = Visitor::talks_with_li().await;
    push(&survey(r#"["solved","of_tomorrow","recommend"]"#));
    visitor.sees("[role=radiogroup]").await;
    assert_eq!(groups(&visitor), ["Is your matter solved?", "How likely are you to recommend us?"]);
    assert_eq!(
        visitor.count("[role=radiogroup]:last-of-type input, .fd-answers input"),
        12,
        "yes, no, 0 to 9"
    );
    visitor.clicks("input[name=fd-solved]");
    visitor.sees(".fd-card .fd-stacked .fd-button").await;
    visitor.clicks(".fd-card .fd-stacked .fd-button");
    until("it is sent", || !asked("POST survey").is_empty()).await;
    let sent = asked("POST survey");
    assert!(sent.contains(r#""solved":true"#), "{sent}");
    assert!(!sent.contains("recommend") && !sent.contains("level"), "{sent}");
}

#[wasm_bindgen_test]
async fn satisfaction_must_be_answered_where_it_is_asked() {
    let visitor = Visitor::talks_with_li().await;
    push(&survey(r#"["recommend","satisfaction"]"#));
    visitor.sees("[role=radiogroup]").await;
    assert!(visitor.text(".fd-levels").contains("word 5"), "the centre's own words");
    visitor.clicks(".fd-answers .fd-level:nth-child(1) input");
    assert_eq!(visitor.count(".fd-card .fd-stacked"), 0);
    visitor.clicks(".fd-levels .fd-level:nth-child(2) input");
    visitor.sees(".fd-card .fd-stacked").await;
    visitor.clicks(".fd-card .fd-stacked .fd-button");
    until("it is sent", || !asked("POST survey").is_empty()).await;
    let sent = asked("POST survey");
    assert!(sent.contains(r#""level":2"#) && sent.contains(r#""recommend":0"#), "{sent}");
}

#[wasm_bindgen_test]
async fn satisfaction_alone_is_the_usual_question() {
    let visitor = Visitor::talks_with_li().await;
    push(&survey("[]"));
    visitor.sees("[role=radiogroup]").await;
    assert_eq!(groups(&visitor), ["How did we do?"]);
}
