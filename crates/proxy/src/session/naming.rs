//! What an anonymous visitor is called.

/// Language of a BCP 47 tag as the centre wants it: an ISO 639 code in lower case; `en` when the tag says nothing.
pub fn language(locale: Option<&str>) -> String {
    let primary = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    if fits { primary.to_ascii_lowercase() } else { "en".into() }
}

/// Whether a tag of Chinese means the traditional characters: it says so, or names a place where they are written.
fn is_traditional(locale: &str) -> bool {
    let says = |wanted: &[&str]| {
        locale.split(['-', '_']).skip(1).any(|part| wanted.iter().any(|word| part.eq_ignore_ascii_case(word)))
    };
    says(&["hant"]) || (says(&["tw", "hk", "mo"]) && !says(&["hans"]))
}

/// A guest's name in the language of a BCP 47 tag, told apart by four characters of the id.
pub fn guest(locale: Option<&str>, mark: &str) -> String {
    let word = match language(locale).as_str() {
        "zh" if locale.is_some_and(is_traditional) => "訪客",
        "zh" => "访客",
        "yue" => "訪客",
        "ja" => "ゲスト",
        "ko" => "손님",
        "de" => "Gast",
        "fr" => "Visiteur",
        "es" => "Visitante",
        "pt" => "Visitante",
        "it" => "Ospite",
        "ru" => "Гость",
        "ar" => "زائر",
        _ => "Guest",
    };
    let mark: String = mark.chars().take(4).collect();
    format!("{word} {mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_gives_its_language_and_nonsense_gives_english() {
        for (locale, expected) in [
            (Some("zh-CN"), "zh"),
            (Some("PT_br"), "pt"),
            (Some("fil"), "fil"),
            (Some("x-private"), "en"),
            (Some("中文"), "en"),
            (Some(""), "en"),
            (None, "en"),
        ] {
            assert_eq!(language(locale), expected, "{locale:?}");
        }
    }

    #[test]
    fn guests_are_named_in_their_language() {
        for (locale, expected) in [
            (Some("zh"), "访客 7f3a"),
            (Some("zh-CN"), "访客 7f3a"),
            (Some("zh-Hans-HK"), "访客 7f3a"),
            (Some("zh-TW"), "訪客 7f3a"),
            (Some("zh_hant"), "訪客 7f3a"),
            (Some("zh-HK"), "訪客 7f3a"),
            (Some("yue"), "訪客 7f3a"),
            (Some("pt-BR"), "Visitante 7f3a"),
            (Some("ko-KR"), "손님 7f3a"),
            (Some("xx"), "Guest 7f3a"),
            (None, "Guest 7f3a"),
        ] {
            assert_eq!(guest(locale, "7f3a99"), expected, "{locale:?}");
        }
    }
}
