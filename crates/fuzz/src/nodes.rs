//! Rich text: a small tree of known elements, whose links lead to safe places.

use frontdesk_contract::{MAX_RICH_DEPTH, MAX_RICH_NODES, Node, Tag};
use url::Url;

/// The longest address, in bytes.
const MAX_ADDRESS: usize = 2_048;

/// Checks a whole text and answers its words.
///
/// # Panics
/// When a promise is broken.
pub fn check(nodes: &[Node]) -> String {
    let mut look = Look::default();
    assert!(!nodes.is_empty(), "rich text without anything in it");
    for node in nodes {
        look.at(node, None, 1, false);
    }
    assert!(look.nodes <= MAX_RICH_NODES, "{} nodes", look.nodes);
    look.words
}

/// Checks an address that a visitor may be led to.
///
/// # Panics
/// When it is not safe.
pub fn address(href: &str) {
    assert!(href.len() <= MAX_ADDRESS && href.bytes().all(|byte| byte.is_ascii_graphic()), "{href}");
    let url = Url::parse(href).expect("an address is one");
    assert!(["https", "http", "mailto", "tel"].contains(&url.scheme()), "{href}");
    assert!(url.username().is_empty() && url.password().is_none(), "{href}");
    assert!(url.has_host() == url.scheme().starts_with("http"), "{href}");
    assert_eq!(url.as_str(), href, "a second reading finds the same");
}

#[derive(Default)]
struct Look {
    nodes: usize,
    words: String,
}

impl Look {
    fn at(&mut self, node: &Node, parent: Option<Tag>, depth: usize, in_link: bool) {
        self.nodes += 1;
        assert!(depth <= MAX_RICH_DEPTH, "too deep");
        let tag = if let Node::Element(element) = node { Some(element.tag) } else { None };
        place(parent, tag);
        let (below, leads) = match node {
            Node::Text(text) => {
                self.words.push_str(text);
                return;
            }
            Node::Element(element) => {
                let empty = matches!(element.tag, Tag::Br | Tag::Hr);
                assert_eq!(empty, element.nodes.is_empty(), "{:?}", element.tag);
                (&element.nodes, false)
            }
            Node::Link(link) => {
                address(&link.href);
                (&link.nodes, true)
            }
            Node::Call(call) => (&call.nodes, true),
            Node::Unknown {} => panic!("a node that nobody knows"),
        };
        assert!(!(leads && in_link), "a link in a link");
        let in_link = in_link || leads;
        assert!(!in_link || tag.is_none_or(is_inline), "{tag:?} in a link");
        let begin = self.words.len();
        for child in below {
            self.at(child, tag, depth + 1, in_link);
        }
        if let Node::Link(link) = node {
            label(self.words.get(begin..).unwrap_or_default(), &link.href);
        }
    }
}

/// Lists hold entries, tables rows, rows cells; lines hold no blocks.
fn place(parent: Option<Tag>, tag: Option<Tag>) {
    match (parent, tag) {
        (Some(Tag::Ul | Tag::Ol), tag) => assert_eq!(tag, Some(Tag::Li)),
        (Some(Tag::Table), tag) => assert_eq!(tag, Some(Tag::Tr)),
        (Some(Tag::Tr), tag) => assert!(matches!(tag, Some(Tag::Td | Tag::Th)), "{tag:?} in a row"),
        (_, Some(Tag::Li | Tag::Tr | Tag::Td | Tag::Th)) => panic!("{tag:?} in {parent:?}"),
        (Some(parent), Some(tag)) if is_inline(parent) || matches!(parent, Tag::P | Tag::H4) => {
            assert!(is_inline(tag), "{tag:?} in {parent:?}");
        }
        (_, tag) => assert_ne!(tag, Some(Tag::Unknown)),
    }
}

fn is_inline(tag: Tag) -> bool {
    matches!(tag, Tag::Br | Tag::Strong | Tag::Em | Tag::U | Tag::S | Tag::Code)
}

/// A label shows what is there, and does not name another host than the one it leads to.
fn label(shown: &str, href: &str) {
    let unseen = |char: char| {
        (char.is_control() && !matches!(char, '\n' | '\t'))
            || matches!(char, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!shown.contains(unseen), "{shown:?}");
    let first = shown.split_whitespace().next().and_then(|word| Url::parse(word).ok());
    if let Some(first) = first.filter(|url| matches!(url.scheme(), "https" | "http")) {
        let leads = Url::parse(href).expect("an address is one");
        assert_eq!(first.host(), leads.host(), "{shown} at {href}");
    }
}
