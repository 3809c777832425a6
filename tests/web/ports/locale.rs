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
fn numbers_have_the_plural_forms_of_the_language() {
    let forms = |tag: &str| [0, 1, 2, 3, 11, 100].map(|count| Locale::new(tag).plural(count));
    assert_eq!(forms("ar"), ["zero", "one", "two", "few", "many", "other"]);
    assert_eq!(forms("en"), ["other", "one", "other", "other", "other", "other"]);
    assert_eq!(forms("fr"), ["one", "one", "other", "other", "other", "other"]);
    assert_eq!(forms("ja"), ["other"; 6]);
}

#[wasm_bindgen_test]
fn shares_lists_and_ranges_are_written_as_the_language_does() {
    let blanks = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let of = |tag: &str| {
        let locale = Locale::new(tag);
        let list = locale.list(&["A".to_owned(), "B".to_owned(), "C".to_owned()]);
        [locale.percent(45), list, locale.weekdays(1, 5), locale.weekdays(7, 7), locale.clock(540, 1_080)]
            .map(blanks)
    };
    assert_eq!(of("en"), ["45%", "A, B, C", "Mon – Fri", "Sun", "9:00 AM – 6:00 PM"]);
    assert_eq!(of("de"), ["45 %", "A, B und C", "Mo – Fr", "So", "09:00–18:00 Uhr"]);
    assert_eq!(of("ja"), ["45%", "A、B、C", "月～金", "日", "9時00分～18時00分"]);
    // Open until midnight is no range of two dates.
    assert_eq!(blanks(Locale::new("en").clock(540, 1_440)), "9:00 AM – 12:00 AM");
}

#[wasm_bindgen_test]
fn a_zone_has_a_name_in_each_language_and_nothing_else() {
    // Whatever the clock of this machine is set to, one of these is foreign.
    for (tag, names) in [
        ("en", ["China Standard Time", "Japan Standard Time"]),
        ("zh-CN", ["中国标准时间", "日本标准时间"]),
        ("ja", ["中国標準時", "日本標準時"]),
        ("ar", ["توقيت الصين الرسمي", "توقيت اليابان الرسمي"]),
    ] {
        let locale = Locale::new(tag);
        let zones = ["Asia/Shanghai", "Asia/Tokyo"].map(|zone| locale.foreign_zone(zone));
        assert!(zones.iter().any(Option::is_some));
        for (zone, name) in zones.into_iter().zip(names) {
            assert!(zone.is_none_or(|zone| zone == name), "{tag}");
        }
    }
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
