//! Any text as what an agent or a robot writes. The first byte says how the rest is read: as it is; as places in the list of
//! hostile payloads; or as tags that show what is in them, with words between, none of which may get lost.
#![no_main]

use frontdesk_contract::Body;
use frontdesk_fuzz::{LINKS, content};
use frontdesk_proxy::vendor::rich;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// One a line, as JSON strings; the proxy's own tests and the journeys use them as well.
static PAYLOADS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../../proxy/tests/data/hostile_rich.txt").lines();
    let all = lines.map(|line| serde_json::from_str::<String>(line).expect("a line is a JSON string"));
    // The proxy's tests read the long ones, which only take time here.
    all.filter(|payload| payload.len() <= LONGEST).collect()
});
/// The longest payload that is taken, in bytes.
const LONGEST: usize = 1_024;
/// Pieces of one text at most.
const MOST: usize = 16;

/// Tags that show what is in them; `true`: they may move it.
const TAGS: [(&str, bool); 60] = [
    ("a href='https://shop.example/'", false),
    ("a href='https://call.example/join?1'", false),
    ("a href='javascript:x'", false),
    ("a", false),
    ("abbr", false),
    ("b", false),
    ("b x=1", false),
    ("bdo dir=rtl", false),
    ("big", false),
    ("blockquote", false),
    ("br", false),
    ("button", false),
    ("caption", true),
    ("center", false),
    ("code", false),
    ("col", true),
    ("dd", false),
    ("del", false),
    ("details", false),
    ("div", false),
    ("dl", false),
    ("dt", false),
    ("em", false),
    ("fieldset", false),
    ("font color=red", false),
    ("form", false),
    ("h1", false),
    ("h4", false),
    ("hr", false),
    ("i", false),
    ("img src=https://cdn.example/a.png", false),
    ("input", false),
    ("ins", false),
    ("label", false),
    ("li", false),
    ("mark", false),
    ("nobr", false),
    ("o:p", false),
    ("ol", false),
    ("option", false),
    ("p", false),
    ("pre", false),
    ("q", false),
    ("ruby", false),
    ("s", false),
    ("section", false),
    ("select", false),
    ("small", false),
    ("span", false),
    ("strong", false),
    ("sub", false),
    ("table", true),
    ("tbody", true),
    ("td", true),
    ("th", true),
    ("thead", true),
    ("tr", true),
    ("u", false),
    ("ul", false),
    ("unknown", false),
];

fuzz_target!(|bytes: &[u8]| {
    let Some((mode, bytes)) = bytes.split_first() else { return };
    match mode % 4 {
        0 | 1 => drop(read(&String::from_utf8_lossy(bytes))),
        2 => {
            let pieces = bytes.chunks(2).take(MOST).map(|place| {
                let place = place.iter().fold(0_usize, |place, byte| place << 8 | usize::from(*byte));
                PAYLOADS[place % PAYLOADS.len()].as_str()
            });
            read(&pieces.collect::<String>());
        }
        _ => shown(bytes),
    }
});

/// Reads a text and answers its words.
fn read(text: &str) -> String {
    let body = rich::read(text, &LINKS);
    assert!(matches!(body, Body::Text(_) | Body::Rich(_)), "{body:?}");
    content::body(&body, text.len())
}

/// Every word is there once; in order, unless a table moves it.
fn shown(bytes: &[u8]) {
    let mut html = String::new();
    let (mut words, mut moves) = (Vec::new(), false);
    for byte in bytes.iter().take(3 * MOST) {
        let piece = usize::from(*byte);
        if let Some((tag, moving)) = TAGS.get(piece % 128) {
            moves |= moving;
            let name = tag.split(' ').next().unwrap_or_default();
            html.push_str(&if piece < 128 { format!("<{tag}>") } else { format!("</{name}>") });
        } else {
            let word = format!("w{}w", words.len());
            html.push_str(&word);
            html.push_str(["", " ", "\n", "&amp;"][piece % 4]);
            words.push(word);
        }
    }
    let found = read(&html);
    let mut from = 0;
    for word in words {
        let at = found.find(&word).unwrap_or_else(|| panic!("{word} of {html} is lost: {found}"));
        assert_eq!(found.matches(&word).count(), 1, "{word} of {html} is there twice: {found}");
        assert!(moves || at >= from, "{word} of {html} has moved: {found}");
        from = at;
    }
}
