//! Messages of a centre: everything in them is bounded, and keys of files stay keys.

use crate::nodes;
use frontdesk_contract::{Body, Sender};
use frontdesk_proxy::vendor::{CentreFile, Content, FileSource};

/// Checks what somebody says. `most`: bytes of what was read, of which the words are three times as many at most: a byte
/// that nobody can read becomes a letter of three.
///
/// # Panics
/// When a promise is broken.
pub fn check(content: &Content, most: usize) {
    match content {
        Content::Body(body) => drop(self::body(body, most)),
        Content::File(file) => self::file(file, most),
        Content::Card { card, image } => {
            self::body(&Body::Card(card.clone()), most);
            self::file(image, most);
        }
    }
}

/// Checks a body, which must survive its way to the page; answers its words.
///
/// # Panics
/// When a promise is broken.
pub fn body(body: &Body, most: usize) -> String {
    let words = match body {
        Body::Text(text) => text.clone(),
        Body::Rich(found) => nodes::check(found),
        Body::Card(card) => {
            if !card.url.is_empty() {
                nodes::address(&card.url);
                assert!(card.url.starts_with("http"), "{}", card.url);
            }
            assert!(card.image.is_none(), "a picture that nobody stored");
            format!("{}{}", card.title, card.description)
        }
        Body::Location(place) => {
            assert!(place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0, "{place:?}");
            assert!(place.label.len() <= 3 * most + 16);
            return place.label.clone();
        }
        Body::Unsupported {} => return String::new(),
        Body::File(_) => panic!("a file that nobody stored"),
    };
    assert!(words.len() <= 3 * most + 16, "{} bytes of {most}", words.len());
    let wire = serde_json::to_string(body).expect("it can be written");
    let again: Body = serde_json::from_str(&wire).expect("it can be read");
    assert_eq!(&again, body);
    words
}

fn file(file: &CentreFile, most: usize) {
    let (FileSource::Uploaded(key)
    | FileSource::Local(key)
    | FileSource::Library(key)
    | FileSource::Plain(key)) = &file.source
    else {
        panic!("a picture of somebody in the place of a file");
    };
    assert!(!key.is_empty() && key.len() <= 256 && key.bytes().all(|byte| byte.is_ascii_graphic()), "{key}");
    let odd = ["..", "\"", "\\", "?", "#", "%", "&", "<", ","];
    assert!(!odd.iter().any(|odd| key.contains(odd)), "{key}");
    let plain = |text: &String| {
        (1..=10).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    assert!(file.extension.as_ref().is_none_or(plain), "{:?}", file.extension);
    assert!(file.name.as_ref().is_none_or(|name| !name.is_empty() && name.len() <= 3 * most));
}

/// Checks who speaks.
///
/// # Panics
/// When a promise is broken.
pub fn sender(sender: &Sender) {
    if let Sender::Agent(person) | Sender::Robot(person) = sender {
        assert!(person.name.chars().count() <= 100, "a name of {} letters", person.name.chars().count());
        assert!(!person.name.contains(char::is_control), "{:?}", person.name);
        let face = |id: &String| id.len() == 34 && id.starts_with("f-");
        assert!(person.avatar.as_ref().is_none_or(face), "{:?}", person.avatar);
    }
}

/// Checks a code of the centre.
///
/// # Panics
/// When a promise is broken.
pub fn code(code: Option<&String>) {
    assert!(code.is_none_or(|code| (1..=64).contains(&code.len())), "{code:?}");
}

/// Checks a time: before the year 10000.
///
/// # Panics
/// When a promise is broken.
pub fn time(at_ms: Option<u64>) {
    assert!(at_ms.is_none_or(|at| (1..253_402_300_800_000).contains(&at)), "{at_ms:?}");
}

/// Checks the picture of whoever speaks: one of the origins that the targets name.
///
/// # Panics
/// When a promise is broken.
pub fn face(file: &CentreFile) {
    let FileSource::Picture(address) = &file.source else { panic!("{:?}", file.source) };
    let place = ["https://img.example/", "http://127.0.0.1:8181/"];
    assert!(place.iter().any(|place| address.starts_with(place)), "{address}");
    assert!(address.len() <= 2_048 && address.bytes().all(|byte| byte.is_ascii_graphic()), "{address}");
    assert!(!address.contains('#'), "{address}");
}
