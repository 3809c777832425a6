//! Hostile texts of agents and robots: whatever they hold, nodes of the closed set come out, and addresses that lead to
//! pages, mail boxes and telephones.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

use frontdesk_contract::{Body, MAX_RICH_DEPTH, MAX_RICH_NODES, Node, Tag};
use frontdesk_proxy::config::{CallLinks, PictureOrigins};
use frontdesk_proxy::vendor::cec::reading;
use frontdesk_proxy::vendor::{Content, Downlink, rich};
use url::Url;

/// One payload a line, each a JSON string.
const HOSTILE: &str = include_str!("data/hostile_rich.txt");

fn payloads() -> Vec<String> {
    HOSTILE.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Default)]
struct Look {
    nodes: usize,
    text: String,
}

impl Look {
    fn at(&mut self, nodes: &[Node], depth: usize, in_link: bool) {
        for node in nodes {
            self.nodes += 1;
            assert!(depth <= MAX_RICH_DEPTH, "too deep");
            match node {
                Node::Text(text) => self.text.push_str(text),
                Node::Element(element) => {
                    assert_ne!(element.tag, Tag::Unknown);
                    self.at(&element.nodes, depth + 1, in_link);
                }
                Node::Link(link) => {
                    assert!(!in_link, "a link in a link");
                    address(&link.href);
                    let mut label = Self::default();
                    label.at(&link.nodes, depth + 1, true);
                    // Joiners of letters stay: some languages cannot be written without.
                    let hidden = |char: char| {
                        char.is_control() || matches!(char, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
                    };
                    assert!(!label.text.contains(hidden), "{:?}", label.text);
                    if let Some(shown) =
                        label.text.split_whitespace().next().and_then(|word| Url::parse(word).ok())
                    {
                        assert!(
                            !shown.has_host() || shown.host() == Url::parse(&link.href).unwrap().host(),
                            "{} at {}",
                            label.text,
                            link.href
                        );
                    }
                    self.nodes += label.nodes;
                    self.text.push_str(&label.text);
                }
                Node::Call(_) | Node::Unknown {} => panic!("{node:?}"),
            }
        }
    }
}

fn address(href: &str) {
    assert!(href.len() <= 2_048, "{href}");
    assert!(href.bytes().all(|byte| byte.is_ascii_graphic()), "{href}");
    let url = Url::parse(href).unwrap();
    assert!(["https", "http", "mailto", "tel"].contains(&url.scheme()), "{href}");
    assert!(url.username().is_empty() && url.password().is_none(), "{href}");
    assert_eq!(url.as_str(), href, "a second reading finds the same");
}

#[test]
fn no_payload_leaves_the_closed_set() {
    let payloads = payloads();
    assert!(payloads.len() >= 200, "{}", payloads.len());
    let mut rich_ones = 0;
    for payload in &payloads {
        match rich::read(payload, &CallLinks::default()) {
            Body::Text(_) => {}
            Body::Rich(nodes) => {
                rich_ones += 1;
                let mut look = Look::default();
                look.at(&nodes, 1, false);
                assert!(look.nodes <= MAX_RICH_NODES, "{payload}");
                let turned = |char: char| ('\u{202a}'..='\u{202e}').contains(&char);
                assert!(!look.text.contains(turned), "{payload}");
            }
            other => panic!("{payload}: {other:?}"),
        }
    }
    assert!(rich_ones * 3 > payloads.len(), "{rich_ones} of {} reached the tree", payloads.len());
}

#[test]
fn a_payload_within_a_payload_is_no_better() {
    let payloads = payloads();
    for (first, second) in payloads.iter().zip(payloads.iter().skip(7)) {
        for both in [format!("{first}{second}"), format!("<div><b>{first}<p>{second}</b>")] {
            if let Body::Rich(nodes) = rich::read(&both, &CallLinks::default()) {
                Look::default().at(&nodes, 1, false);
            }
        }
    }
}

#[test]
fn nothing_is_lost_when_a_payload_comes_down() {
    for payload in payloads() {
        let message = serde_json::json!({"sourceType": "AGENT", "mediaType": "TEXT", "content": payload});
        let answer = serde_json::json!({"resultCode": "0", "downlinkMessages": [message]}).to_string();
        let items =
            reading::downlinks(answer.as_bytes(), &CallLinks::default(), &PictureOrigins::default()).unwrap();
        match items.as_slice() {
            [Downlink::Message { content: Content::Body(_), .. }] => {}
            other => panic!("{payload}: {other:?}"),
        }
    }
}
