//! Links: in plain text, and which addresses and labels of a rich text can be trusted. Texts that are nothing but emoji.

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Shown as it is.
    Text(&'a str),
    /// Shown as it is, and leads there. Begins with `http://` or `https://`, nothing else.
    Link(&'a str),
}

/// Characters that end a sentence rather than a link.
const TAIL: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '"', '*', '_', '~'];
/// No emoji-only text is longer, in characters.
const MAX_EMOJI_CHARS: usize = 12;

/// Cuts a text into parts. A link ends at the first character that is not visible ASCII, so that Chinese text may
/// follow without a space.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut plain = 0;
    let mut from = 0;
    while let Some(start) = find_scheme(text, from) {
        let rest = text.get(start..).unwrap_or_default();
        let link = cut(rest);
        let glued = text.get(..start).and_then(|before| before.chars().next_back());
        let word = glued.is_some_and(|c| c.is_ascii_alphanumeric());
        let scheme = if rest.len() > 4 && rest.as_bytes().get(4) == Some(&b':') { 7 } else { 8 };
        if word || link.len() <= scheme {
            from = start + 4;
            continue;
        }
        found.extend(text.get(plain..start).filter(|text| !text.is_empty()).map(Part::Text));
        found.push(Part::Link(link));
        plain = start + link.len();
        from = plain;
    }
    found.extend(text.get(plain..).filter(|text| !text.is_empty()).map(Part::Text));
    found
}

fn find_scheme(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find(|&at| {
        let rest = bytes.get(at..).unwrap_or_default();
        let starts = |scheme: &[u8]| rest.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme));
        starts(b"http://") || starts(b"https://")
    })
}

fn cut(rest: &str) -> &str {
    let end = rest
        .find(|c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | '`' | '\\' | '^' | '{' | '}'));
    let mut link = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    loop {
        let shorter = link.trim_end_matches(TAIL);
        let shorter = match shorter.chars().next_back() {
            Some(')') if shorter.matches(')').count() > shorter.matches('(').count() => {
                shorter.strip_suffix(')')
            }
            Some(']') if shorter.matches(']').count() > shorter.matches('[').count() => {
                shorter.strip_suffix(']')
            }
            _ => None,
        }
        .unwrap_or(shorter);
        if shorter == link {
            return link;
        }
        link = shorter;
    }
}

/// Whether an address may be followed at all. A browser drops spaces, tabs and line breaks when it reads an address, so
/// one that begins with them is refused like one of another scheme.
pub fn is_safe(address: &str) -> bool {
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| {
        address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && address.len() > scheme.len()
    })
}

/// Whether the label of a link says by itself which host it leads to.
pub fn names_host(label: &str, host: &str) -> bool {
    let label = label.trim();
    let bare = ["https://", "http://"].iter().find_map(|scheme| label.strip_prefix(scheme)).unwrap_or(label);
    bare.split(['/', '?', '#']).next().is_some_and(|name| name.eq_ignore_ascii_case(host))
}

/// Whether a text is a few emoji and nothing else; such are shown bigger.
pub fn only_emoji(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.chars().count() <= MAX_EMOJI_CHARS
        && text.chars().all(|c| matches!(u32::from(c), 0x1f000..=0x1faff | 0x2600..=0x27bf | 0x2b50..=0x2b55 | 0x200d | 0xfe0f))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Part::{Link, Text};

    #[test]
    fn a_link_is_found_between_words() {
        assert_eq!(
            parts("see https://shop.example/a?b=1#c, please"),
            [Text("see "), Link("https://shop.example/a?b=1#c"), Text(", please")]
        );
        assert_eq!(parts("HTTP://A.example"), [Link("HTTP://A.example")]);
    }

    #[test]
    fn chinese_text_ends_a_link() {
        assert_eq!(
            parts("请看https://shop.example/订单。谢谢"),
            [Text("请看"), Link("https://shop.example/"), Text("订单。谢谢")]
        );
    }

    #[test]
    fn brackets_around_a_link_do_not_belong_to_it() {
        assert_eq!(parts("(http://a.example/x)."), [Text("("), Link("http://a.example/x"), Text(").")]);
        assert_eq!(parts("http://a.example/x_(y)"), [Link("http://a.example/x_(y)")]);
    }

    #[test]
    fn other_schemes_and_bare_schemes_are_text() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.example",
            "https://",
            "xhttp://a.example",
            "http:",
        ] {
            assert_eq!(parts(text), [Text(text)], "{text}");
        }
        assert_eq!(parts(""), []);
    }

    #[test]
    fn only_four_schemes_are_followed() {
        for address in ["https://a.example", "HTTP://a.example", "mailto:a@b.example", "tel:+862812345"] {
            assert!(is_safe(address), "{address}");
        }
        for address in [
            "",
            "https://",
            "tel:",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            " https://a.example",
            "ht\ttps://a.example",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://a.example/1",
            "file:///etc/passwd",
            "//a.example",
            "/v1/session",
            "a.example",
            "https",
            "电",
        ] {
            assert!(!is_safe(address), "{address:?}");
        }
    }

    #[test]
    fn a_label_names_the_host_only_as_a_whole() {
        for label in ["a.example", "https://a.example/x?y", " http://A.example#z "] {
            assert!(names_host(label, "a.example"), "{label}");
        }
        for label in
            ["", "here", "bank.example", "a.example.bank.example", "xa.example", "see a.example", "https://"]
        {
            assert!(!names_host(label, "a.example"), "{label}");
        }
    }

    #[test]
    fn nothing_of_the_text_is_lost() {
        for text in
            ["a http://b.example c https://d.example. e", "http://", "说http://x)说", "\u{1f600}http://é"]
        {
            let joined: String = parts(text)
                .iter()
                .map(|part| match part {
                    Text(text) | Link(text) => *text,
                })
                .collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn a_few_emoji_alone_are_emoji() {
        assert!(only_emoji("👍"));
        assert!(only_emoji("❤️"));
        assert!(!only_emoji("ok 👍"));
        assert!(!only_emoji("好"));
        assert!(!only_emoji(""));
        assert!(!only_emoji("1"));
    }
}
