use frontdesk::web::Locale;
use frontdesk::web::locale::{choose, local_day};
use wasm_bindgen_test::wasm_bindgen_test;

const NOON: u64 = 1_790_000_000_000;
const DAY: u64 = 86_400_000;

#[wasm_bindgen_test]
fn today_and_yesterday_are_words_of_the_language() {
    let (english, chinese) = (Locale::new("en"), Locale::new("zh-CN"));
    assert_eq!(english.day(NOON, NOON), "today");
    assert_eq!(english.day(NOON - DAY, NOON), "yesterday");
    assert_eq!((chinese.day(NOON, NOON), chinese.day(NOON - DAY, NOON)), ("今天".into(), "昨天".into()));
    assert!(english.day(NOON - 2 * DAY, NOON).contains("2026"));
    assert!(chinese.day(NOON - 2 * DAY, NOON).contains('月'));
}

#[wasm_bindgen_test]
fn times_and_numbers_are_written_as_the_language_does() {
    assert!(Locale::new("en-GB").time(NOON).contains(':'));
    assert_eq!(Locale::new("en").number(1_024), "1,024");
    assert_eq!(Locale::new("de").number(1_024), "1.024");
}

#[wasm_bindgen_test]
fn a_tag_that_is_none_does_not_break_anything() {
    let locale = Locale::new("not a language!");
    assert_eq!(locale.day(NOON, NOON), "today");
}

#[wasm_bindgen_test]
fn days_change_at_the_visitors_midnight() {
    assert_eq!(local_day(NOON) - local_day(NOON - DAY), 1);
}

#[wasm_bindgen_test]
fn the_setting_goes_before_the_page_and_the_page_before_the_browser() {
    assert_eq!(choose(Some("zh-CN")), "zh-CN");
    let root = web_sys::window().unwrap().document().unwrap().document_element().unwrap();
    let before = root.get_attribute("lang");
    root.set_attribute("lang", "fr").unwrap();
    assert_eq!(choose(None), "fr");
    assert_eq!(choose(Some("")), "fr");
    root.remove_attribute("lang").unwrap();
    assert!(!choose(None).is_empty());
    if let Some(before) = before {
        root.set_attribute("lang", &before).unwrap();
    }
}
