//! Any bytes as an answer of `downloadFileStream`, cut anywhere: a file comes out or none, the same wherever it is cut, never
//! too large, and the one that a whole JSON reader finds.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use frontdesk_fuzz::json::Pairs;
use frontdesk_proxy::vendor::cec::reading;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// The deepest value that both readers pass over.
const DEPTH: usize = 60;

fuzz_target!(|bytes: &[u8]| {
    let [cut, size, body @ ..] = bytes else { return };
    let most = u64::from(*size) * 4;
    let parts: Vec<&[u8]> = body.chunks(usize::from(*cut) + 1).collect();
    let file = reading::file(&parts, most);
    assert_eq!(file, reading::file(&[body], most), "the cut changes nothing");
    assert!(file.as_ref().is_none_or(|file| file.len() as u64 <= most), "it is too large");

    let Ok(Pairs(pairs)) = serde_json::from_slice(body) else { return };
    let named = pairs.iter().filter(|(key, _)| key == "fileStream");
    let given: Vec<&str> = named.filter_map(|(_, value)| value.as_str()).collect();
    match (given.as_slice(), &file) {
        ([], Some(file)) => assert!(file.is_empty(), "a file out of nothing"),
        ([text], Some(file)) => {
            let letters: String = text.chars().filter(|char| !" \t\r\n=".contains(*char)).collect();
            let whole = STANDARD.encode(file);
            let shown = whole.trim_end_matches('=');
            // The last letter may hold bits that belong to no byte.
            let certain = shown.len().saturating_sub(1);
            assert_eq!(letters.len(), shown.len());
            assert_eq!(letters.get(..certain), shown.get(..certain));
        }
        ([text], None) => {
            let right = STANDARD.decode(text).is_ok_and(|file| file.len() as u64 <= most);
            assert!(!right || !simple(body, &pairs), "a good file is refused");
        }
        ([_, _, ..], Some(_)) => panic!("one of two files"),
        _ => {}
    }
});

/// Whether nothing in it is beyond what the reader promises to pass over.
fn simple(body: &[u8], pairs: &[(String, Value)]) -> bool {
    let deep = body.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > DEPTH;
    !deep && pairs.iter().all(|(key, _)| key.len() < 256)
}
