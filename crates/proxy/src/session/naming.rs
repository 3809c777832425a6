//! What an anonymous visitor is called.

/// Language of a BCP 47 tag as the centre wants it: an ISO 639 code in lower case; `en` when the tag says nothing.
pub fn language(locale: Option<&str>) -> String {
    let primary = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    if fits { primary.to_ascii_lowercase() } else { "en".into() }
}

/// A guest's name in their language, told apart by four characters of the id.
pub fn guest(language: &str, mark: &str) -> String {
    let word = match language {
        "zh" => "访客",
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
        assert_eq!(guest("zh", "7f3a99"), "访客 7f3a");
        assert_eq!(guest("xx", "7f3a99"), "Guest 7f3a");
    }
}
