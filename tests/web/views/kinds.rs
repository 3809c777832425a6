use crate::support::{Visitor, asked, count, push, refuse, ticket_for, until};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlDialogElement, HtmlElement, HtmlTextAreaElement};

/// On the page's own origin, and nothing is there.
const BROKEN: &str = "/nothing-here";

fn from_li(id: &str, body: &str) -> String {
    format!(r#"{{"message":{{"id":"{id}","from":{{"agent":{{"name":"Li"}}}},"body":{body}}}}}"#)
}

fn file(kind: &str, name: &str) -> String {
    format!(r#"{{"file":{{"file":"f-{name}","kind":"{kind}","name":"{name}","size_bytes":2400000}}}}"#)
}

/// With a robot that can be judged.
async fn asks_mia() -> Visitor {
    let visitor = Visitor::talks_with_li().await;
    push(
        r#"[{"contact":{"state":"robot","with":{"name":"Mia"}}},
            {"message":{"id":"answer","from":{"robot":{"name":"Mia"}},"body":{"text":"In three days."},
             "choices":["And to islands?","What does it cost?"],"judgeable":true}}]"#,
    );
    visitor.sees(".fd-judge").await;
    visitor
}

#[wasm_bindgen_test]
async fn a_document_shows_its_extension_and_size_and_is_not_loaded_before_it_is_wanted() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!("[{}]", from_li("d", &file("document", "a very long name of an invoice.pdf"))));
    let line = visitor.sees("button.fd-document").await;
    assert_eq!(line.get_attribute("aria-label"), None, "it would hide the size from a screen reader");
    assert_eq!(visitor.text("button.fd-document > .fd-sr"), "Download a very long name of an invoice.pdf");
    assert_eq!(visitor.text(".fd-file-name span:last-child"), ".pdf");
    assert_eq!(visitor.text(".fd-size"), "2.4 MB");
    assert_eq!(count("POST ticket"), 0);
}

#[wasm_bindgen_test]
async fn a_picture_has_its_place_before_it_comes_and_a_ticket_when_it_is_near() {
    let visitor = Visitor::talks_with_li().await;
    ticket_for(BROKEN);
    push(&format!("[{}]", from_li("p", &file("image", "bowl.png"))));
    let picture = visitor.sees(".fd-picture").await;
    assert_eq!(picture.get_attribute("aria-label").as_deref(), Some("Open picture bowl.png"));
    let image = visitor.sees(".fd-picture img[src]").await;
    assert!(image.get_attribute("src").unwrap().ends_with(BROKEN));
    assert_eq!(image.get_attribute("alt").as_deref(), Some("bowl.png"));
    // What cannot be loaded is asked for once more, and then the visitor is told.
    visitor.reads(".fd-file .fd-trouble", "This could not be loaded.").await;
    assert_eq!(count("POST ticket"), 2);
    visitor.clicks(".fd-file [data-do=reload]");
    until("a third ticket", || count("POST ticket") == 3).await;
}

#[wasm_bindgen_test]
async fn an_address_of_another_origin_is_no_ticket() {
    let visitor = Visitor::talks_with_li().await;
    ticket_for("https://evil.example/x.png");
    push(&format!("[{}]", from_li("p", &file("image", "bowl.png"))));
    visitor.sees(".fd-file .fd-trouble").await;
    assert_eq!(visitor.count(".fd-picture img[src]"), 0);
}

#[wasm_bindgen_test]
async fn players_have_the_browsers_controls_and_survive_a_redraw() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!(
        "[{},{}]",
        from_li("a", &file("audio", "voice.m4a")),
        from_li("v", &file("video", "film.mp4"))
    ));
    let audio = visitor.sees("audio[controls]").await;
    let video = visitor.sees("video[controls][playsinline][preload=metadata]").await;
    assert_eq!(audio.get_attribute("aria-label").as_deref(), Some("voice.m4a"));
    // The last of its group no longer: the row is drawn anew, the player stays.
    push(&format!("[{}]", from_li("t", r#"{"text":"seen it?"}"#)));
    visitor.reads(".fd-row:last-child .fd-bubble", "seen it?").await;
    assert!(visitor.find("video").unwrap().is_same_node(Some(&video)));
}

#[wasm_bindgen_test]
async fn pictures_open_large_one_after_the_other() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!(
        "[{},{}]",
        from_li("a", &file("image", "one.png")),
        from_li("b", &file("image", "two.png"))
    ));
    visitor.sees(".fd-row:last-child .fd-picture").await;
    let first = visitor.find(".fd-picture").unwrap();
    first.unchecked_ref::<HtmlElement>().focus().unwrap();
    visitor.clicks(".fd-picture");
    let dialog: HtmlDialogElement = visitor.sees("dialog.fd-lightbox").await.unchecked_into();
    assert!(dialog.open());
    assert!(visitor.text(".fd-bar p").starts_with("one.png · 1 of 2"));
    visitor.presses("ArrowRight");
    assert!(visitor.text(".fd-bar p").starts_with("two.png · 2 of 2"));
    visitor.clicks(".fd-lightbox [data-do=on]");
    assert!(visitor.text(".fd-bar p").starts_with("one.png"), "round and round");
    visitor.clicks(".fd-lightbox [data-do=close]");
    visitor.sees_no("dialog").await;
    let focused = web_sys::window().unwrap().document().unwrap().active_element().unwrap();
    assert!(focused.is_same_node(Some(&first)), "the focus returns");
}

#[wasm_bindgen_test]
async fn a_place_and_a_card_lead_out_without_loading_anything() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!(
        "[{},{},{}]",
        from_li("l", r#"{"location":{"latitude":30.65984,"longitude":104.0633,"label":"Tea house"}}"#),
        from_li("c", r#"{"card":{"title":"Bowl","description":"Blue","url":"https://shop.example/bowl"}}"#),
        from_li("j", r#"{"card":{"title":"Bad","description":"","url":"javascript:alert(1)"}}"#),
    ));
    visitor.reads(".fd-lines", "Bad").await;
    let links = visitor.place.query_selector_all(".fd-bubble a").unwrap();
    let links: Vec<String> = (0..links.length())
        .filter_map(|at| links.item(at)?.unchecked_into::<web_sys::Element>().get_attribute("href"))
        .collect();
    let map = "https://www.openstreetmap.org/?mlat=30.65984&mlon=104.06330#map=16/30.65984/104.06330";
    assert_eq!(links, [map, "https://shop.example/bowl"]);
    assert_eq!(visitor.text(".fd-host"), "shop.example");
    assert_eq!(visitor.count(".fd-bubble img, .fd-bubble iframe"), 0);
}

#[wasm_bindgen_test]
async fn a_question_is_sent_with_one_tap_and_only_once() {
    let visitor = asks_mia().await;
    assert_eq!(visitor.find(".fd-choices").unwrap().get_attribute("aria-disabled").as_deref(), Some("false"));
    assert_eq!(visitor.count(".fd-choices .fd-chip[tabindex='-1']"), 0, "Tab reaches them");
    visitor.clicks(".fd-choices .fd-chip");
    until("the question is sent", || asked("POST messages").contains("And to islands?")).await;
    visitor.sees(".fd-choices[aria-disabled=true]").await;
    assert_eq!(visitor.count(".fd-choices .fd-chip:not([tabindex='-1'])"), 0, "the conversation is one stop");
    let before = count("POST messages");
    visitor.clicks(".fd-choices .fd-chip:last-child");
    assert_eq!(count("POST messages"), before);
    assert!(!asked("POST messages").contains("cost"));
}

#[wasm_bindgen_test]
async fn an_answer_that_helped_is_judged_with_one_tap() {
    let visitor = asks_mia().await;
    visitor.clicks(".fd-judge [data-do=up]");
    until("it is told", || asked("POST feedback").contains(r#""helpful":true"#)).await;
    visitor.sees(".fd-judge [data-do=up][aria-pressed=true]").await;
    visitor.clicks(".fd-judge [data-do=up]");
    assert_eq!(count("POST feedback"), 1);
}

#[wasm_bindgen_test]
async fn a_judgement_that_is_refused_says_so_and_can_be_given_again() {
    let visitor = asks_mia().await;
    refuse("POST feedback", 422, "feedback_closed");
    visitor.clicks(".fd-judge [data-do=up]");
    visitor.sees(".fd-theirs .fd-trouble").await;
    assert_eq!(visitor.text(".fd-theirs .fd-trouble"), "This answer can no longer be judged.");
    assert_eq!(visitor.count(".fd-judge [aria-pressed]"), 0);
    refuse("POST feedback", 0, "");
    visitor.clicks(".fd-judge [data-do=up]");
    visitor.sees(".fd-judge [data-do=up][aria-pressed=true]").await;
    until("the sentence is gone", || visitor.count(".fd-theirs .fd-trouble") == 0).await;
}

#[wasm_bindgen_test]
async fn why_an_answer_did_not_help_is_asked_and_counted_in_bytes() {
    let visitor = asks_mia().await;
    visitor.clicks(".fd-judge [data-do=down]");
    let field: HtmlTextAreaElement = visitor.sees("dialog textarea").await.unchecked_into();
    let writes = |text: &str| {
        field.set_value(text);
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        field.dispatch_event(&web_sys::Event::new_with_event_init_dict("input", &init).unwrap()).unwrap();
    };
    visitor.clicks("dialog [data-do=send]");
    assert_eq!(count("POST feedback"), 0, "a reason is needed");
    writes(&"好".repeat(22));
    assert_eq!(visitor.text("dialog .fd-limit"), "66 of 64 bytes");
    assert_eq!(visitor.text("dialog [role=status]"), "66 of 64 bytes");
    visitor.clicks("dialog [data-do=send]");
    assert_eq!(count("POST feedback"), 0, "two bytes too many");
    writes(&"好".repeat(21));
    visitor.clicks("dialog [data-do=send]");
    until("it is told", || count("POST feedback") == 1).await;
    assert!(asked("POST feedback").contains(r#""helpful":false"#));
    visitor.sees(".fd-judge [data-do=down][aria-pressed=true]").await;
}

#[wasm_bindgen_test]
async fn an_invitation_to_a_call_says_where_there_are_none() {
    let visitor = Visitor::talks_with_li().await;
    push(&format!("[{}]", from_li("c", r#"{"rich":[{"call":{"video":true}}]}"#)));
    visitor.reads(".fd-call", "Start a video call").await;
    visitor.clicks(".fd-call");
    assert_eq!(
        visitor.text(".fd-rich .fd-trouble"),
        "Calls are not possible here. Please write to us instead."
    );
}

#[wasm_bindgen_test]
async fn the_centres_own_words_stand_for_a_notice() {
    let visitor = Visitor::talks_with_li().await;
    push(
        r#"[{"notice":{"code":"offline_mode","text":"Back at nine"}},{"notice":{"code":"link_not_trusted"}}]"#,
    );
    visitor.reads(".fd-lines", "Your card has arrived").await;
    let lines = visitor.text(".fd-lines");
    assert!(lines.contains("Back at nine") && !lines.contains("Our team is away"), "{lines}");
}

#[wasm_bindgen_test]
async fn every_kind_is_announced_in_words() {
    let visitor = Visitor::talks_with_li().await;
    for (id, body, said) in [
        ("1", file("image", "a.png"), "Li: Picture: a.png"),
        ("2", file("audio", "a.m4a"), "Li: Audio: a.m4a"),
        ("3", file("document", "a.pdf"), "Li: File: a.pdf"),
        ("4", r#"{"rich":[{"element":{"tag":"p","nodes":[{"text":"Hello "},{"element":{"tag":"em","nodes":[{"text":"you"}]}}]}}]}"#.into(), "Li: Hello you"),
        ("5", r#"{"location":{"latitude":1,"longitude":2,"label":"Tea house"}}"#.into(), "Li: Location: Tea house"),
        ("6", r#"{"card":{"title":"Bowl","description":"","url":""}}"#.into(), "Li: Bowl"),
        ("7", r#"{"hologram":{}}"#.into(), "Li: This message cannot be shown here"),
    ] {
        push(&format!("[{}]", from_li(id, &body)));
        visitor.reads(".fd-body > [aria-live=polite]", said).await;
    }
}
