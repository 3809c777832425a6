//! Answers in every form, cut anywhere.

use super::{Fault, FileReader, Found};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

fn read(body: &[u8], part: usize, max_bytes: u64) -> Result<(Found, Vec<u8>), Fault> {
    let (mut reader, mut out) = (FileReader::new(max_bytes), Vec::new());
    for part in body.chunks(part.max(1)) {
        reader.feed(part, &mut out)?;
    }
    let found = reader.end(&mut out)?;
    Ok((found, out))
}

#[test]
fn a_file_is_found_whatever_is_around_it() {
    for (body, code, text, file) in [
        (r#"{"fileStream":"aGVsbG8="}"#, None, "", "hello"),
        (r#"{"fileStream":"aGVsbG8"}"#, None, "", "hello"),
        (r#" { "resultCode" : "0" , "fileStream" : "aGVsbG8=" } "#, Some("0"), "", "hello"),
        (r#"{"fileStream":"aGVsbG8=","resultCode":0.0,"resultDesc":"ok"}"#, Some("0"), "ok", "hello"),
        (r#"{"a":{"fileStream":"eA==","b":[1,"}",null]},"fileStream":"aGVsbG8="}"#, None, "", "hello"),
        (r#"{"file\u0053tream":"aGVs\nbG\u0038="}"#, None, "", "hello"),
        (r#"{"fileStream":"Pz8\/"}"#, None, "", "???"),
        (
            r#"{"fileStream":null,"resultCode":"401","resultDesc":"objectKey is null!"}"#,
            Some("401"),
            "objectKey is null!",
            "",
        ),
        (r#"{"fileStream":"","returnCode":13}"#, Some("13"), "", ""),
        (r#"{"resultCode":null,"returnCode":"2"}"#, Some("2"), "", ""),
        (r#"{"resultDesc":"\u4f60\"\\","x":-1.5e3,"y":true}"#, None, "\u{4f60}\"\\", ""),
        ("{}", None, "", ""),
    ] {
        for part in [1, 3, 7, 1_000] {
            let (found, out) = read(body.as_bytes(), part, 100).unwrap();
            assert_eq!((found.code.as_deref(), found.text.as_str()), (code, text), "{body}");
            assert_eq!((out.as_slice(), found.size_bytes), (file.as_bytes(), file.len() as u64), "{body}");
        }
    }
    assert_eq!(read(b"\xef\xbb\xbf{\"fileStream\":\"eA==\"}", 2, 9).unwrap().1, b"x");
}

#[test]
fn what_is_not_the_interface_is_broken() {
    let deep = format!("{{\"a\":{}", "[".repeat(100));
    for body in [
        "",
        "null",
        "[]",
        "<html>",
        "{",
        r#"{"fileStream""#,
        r#"{"fileStream":"aGVs"#,
        r#"{"fileStream":"aGVs"}x"#,
        r#"{"fileStream":"a!bc"}"#,
        r#"{"fileStream":"aGVs=aGVs"}"#,
        r#"{"fileStream":"aGVsb"}"#,
        r#"{"fileStream":"eA==","fileStream":"eQ=="}"#,
        r#"{"fileStream":"你好"}"#,
        r#"{"a":[}]}"#,
        r#"{"a":nope}"#,
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        r#"{a:1}"#,
        r#"{"a":"\x"}"#,
        r#"{"a":"\u00g0"}"#,
        "{\"a\":\"\n\"}",
        r#"{"fileStream":"\u4f60"}"#,
        deep.as_str(),
    ] {
        assert_eq!(read(body.as_bytes(), 5, 100), Err(Fault::Broken), "{body}");
    }
}

#[test]
fn a_file_that_is_too_large_is_given_up_early() {
    let body = format!(r#"{{"fileStream":"{}"}}"#, STANDARD.encode(vec![7; 100_000]));
    assert_eq!(read(body.as_bytes(), 1_000, 99_999), Err(Fault::TooLarge));
    assert_eq!(read(body.as_bytes(), 1_000, 100_000).unwrap().1.len(), 100_000);
    let mut reader = FileReader::new(10);
    let (mut out, mut fed) = (Vec::new(), 0);
    let endless = [b"{\"fileStream\":\"".as_slice(), &[b'A'; 100_000]].concat();
    while fed < endless.len() && reader.feed(&endless[fed..=fed], &mut out).is_ok() {
        fed += 1;
    }
    assert!(fed < 10_000 && out.len() < 10_000, "{fed}");
}

proptest! {
    #[test]
    fn every_file_comes_back_however_it_is_cut(file in prop::collection::vec(any::<u8>(), 0..20_000), part in 1_usize..5_000) {
        let text = STANDARD.encode(&file).replace('/', "\\/");
        let body = format!(r#"{{"x":[{{"y":"\""}}],"fileStream":"{text}","resultCode":"0"}}"#);
        prop_assert_eq!(read(body.as_bytes(), part, 20_000).unwrap().1, file);
    }

    #[test]
    fn it_agrees_with_a_whole_reader(body in r#"(\{|\}|"|:|,|\[|\]|fileStream|resultCode|eA==|0|null| |\\|u0041|true){0,24}"#, part in 1_usize..9) {
        let whole: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&body).ok();
        if let (Some(whole), Ok((found, _))) = (whole, read(body.as_bytes(), part, 100)) {
            let empty = whole.get("fileStream").and_then(|text| text.as_str()).is_none_or(str::is_empty);
            prop_assert_eq!(found.size_bytes == 0, empty);
        }
    }
}
