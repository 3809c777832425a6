//! The forms in which a visitor's token is printed.

use super::{Granted, locale, visitor_token};

fn read(body: &str) -> Result<String, Option<String>> {
    match visitor_token(body.as_bytes()) {
        Granted::Token(value) => {
            assert!(value.is_sensitive());
            Ok(value.to_str().unwrap().into())
        }
        Granted::Refused(code) => Err(Some(code)),
        Granted::Nonsense => Err(None),
    }
}

#[test]
fn a_token_is_found_in_each_printed_form_and_taken_verbatim() {
    let token = "eyJkZW1vIjoiY2NtIn0%3D";
    for body in [
        format!(r#"{{"token":"{token}","resultCode":"0"}}"#),
        format!(r#"{{"resultCode":0,"resultDesc":null,"token":"{token}","more":[1]}}"#),
        format!(r#"{{"token":"{token}"}}"#),
        format!("\u{feff}{{\"token\":\"{token}\",\"returnCode\":\"0\"}}"),
        format!(r#""{token}""#),
        format!(r#"{{ "{token}" }}"#),
        format!(r#"{{"{token}"}}"#),
        format!("{{{token}}}"),
        format!("{token}\n"),
    ] {
        assert_eq!(read(&body).as_deref(), Ok(token), "{body}");
    }
    // However short it is, where it is marked as one.
    for body in [r#"{"token":"ab1"}"#, r#""ab1""#, r#"{"ab1"}"#, "{ab1}", "{ ab1 }"] {
        assert_eq!(read(body).as_deref(), Ok("ab1"), "{body}");
    }
}

#[test]
fn a_refusal_is_told_from_nonsense() {
    assert_eq!(read(r#"{"resultCode":"1"}"#), Err(Some("1".into())));
    assert_eq!(read(r#"{"resultCode":1,"token":"x"}"#), Err(Some("1".into())));
    for body in [
        "",
        "{}",
        "null",
        "[]",
        "12",
        "{\"token\":null}",
        "{\"token\":\"\"}",
        "<html><body>502 Bad Gateway</body></html>",
        "Service Unavailable now",
        "error",
        "{a b}",
        "{\"token\":\"a\\nb\"}",
        "{\"resultCode\":\"0\",\"tok",
    ] {
        assert_eq!(read(body), Err(None), "{body}");
    }
}

#[test]
fn the_language_goes_without_its_country() {
    for (language, code) in [("zh-CN", "zh"), ("zh_CN", "zh"), ("en", "en"), ("", "en")] {
        assert_eq!(locale(language), code);
    }
}
