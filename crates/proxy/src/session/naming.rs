//! What a visitor is called: by the centre, here, and by agents while nobody says more.

use super::credential::hex;
use sha2::{Digest, Sha256};

/// How ids at the centre begin; so many hexadecimal digits follow.
const AT_CENTRE: &str = "fd";
const DIGITS: usize = 22;

/// The ids of a new visitor, made of digits that nobody can guess: at the centre, and here.
pub fn ids(digits: &str) -> (String, String) {
    let user_id = format!("{AT_CENTRE}{digits}");
    let id = of_user(&user_id);
    (user_id, id)
}

/// The id of the visitor whom the centre knows by this one; `None`: no id of ours. It follows from that one alone, so that
/// whoever the centre names is found without a list, and it does not tell that one.
pub fn visitor_id(user_id: &str) -> Option<String> {
    let digits = user_id.strip_prefix(AT_CENTRE)?;
    let ours = digits.len() == DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    ours.then(|| of_user(user_id))
}

fn of_user(user_id: &str) -> String {
    let hash = Sha256::digest(format!("frontdesk visitor {user_id}"));
    format!("v-{}", hex(hash.get(..16).unwrap_or_default()))
}

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
    fn a_visitor_is_found_by_the_id_at_the_centre() {
        let (user, visitor) = ids("0123456789abcdef012345");
        assert_eq!(user.len(), 24);
        assert!(visitor.len() == 34 && visitor.starts_with("v-") && !visitor.contains("0123456789"));
        assert_eq!(visitor_id(&user), Some(visitor.clone()));
        assert_ne!(ids("0123456789abcdef012346").1, visitor);
        for other in [
            "",
            "fd",
            "fd-doctor-1",
            "xx0123456789abcdef012345",
            "fd0123456789ABCDEF012345",
            &format!("{user}0"),
        ] {
            assert_eq!(visitor_id(other), None, "{other}");
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
