//! From HTML to nodes.

use super::href::{href, is_hidden, turns, web};
use super::shape;
use crate::config::CallLinks;
use frontdesk_contract::{CallInvite, Element, Link, MAX_RICH_DEPTH, MAX_RICH_NODES, Node, Tag};
use scraper::{Html, node};

/// The parser's own tree is followed this deep; what is deeper counts as text.
const MAX_DOM_DEPTH: usize = 128;
const HTML: &str = "http://www.w3.org/1999/xhtml";

type Dom<'a> = ego_tree::NodeRef<'a, scraper::Node>;

/// The nodes of a text. `flows`: its own line breaks mean nothing. `None`: too many.
pub(super) fn nodes(html: &str, flows: bool, links: &CallLinks) -> Option<Vec<Node>> {
    let page = Html::parse_fragment(html);
    let mut reader = Reader { links, flows, left: MAX_RICH_NODES };
    let place = Place { depth: 1, dom: 0, pre: false, link: false };
    let found = reader.children(page.tree.root(), place)?;
    let found = shape::body(found);
    (shape::count(&found) <= MAX_RICH_NODES).then_some(found)
}

struct Reader<'a> {
    links: &'a CallLinks,
    flows: bool,
    left: usize,
}

/// Where in the tree.
#[derive(Clone, Copy)]
struct Place {
    /// Depth of the node that is made here; 1 is the outermost.
    depth: usize,
    dom: usize,
    pre: bool,
    link: bool,
}

impl Place {
    fn inside(self) -> Self {
        Self { depth: self.depth + 1, dom: self.dom + 1, ..self }
    }

    fn through(self) -> Self {
        Self { dom: self.dom + 1, ..self }
    }
}

impl Reader<'_> {
    fn children(&mut self, parent: Dom<'_>, place: Place) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        if place.dom > MAX_DOM_DEPTH {
            let text: String = parent.descendants().filter_map(text_of).collect();
            self.text(&text, place, &mut nodes)?;
            return Some(nodes);
        }
        for child in parent.children() {
            match child.value() {
                scraper::Node::Text(text) => self.text(text, place, &mut nodes)?,
                scraper::Node::Element(element) if &*element.name.ns == HTML => {
                    self.element(child, element, place, &mut nodes)?;
                }
                _ => {}
            }
        }
        Some(nodes)
    }

    fn push(&mut self, nodes: &mut Vec<Node>, node: Node) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        nodes.push(node);
        Some(())
    }

    fn text(&mut self, text: &str, place: Place, nodes: &mut Vec<Node>) -> Option<()> {
        let hidden = |char: char| turns(char) || (place.link && is_hidden(char));
        let seen = |char: &char| *char == '\n' || *char == '\t' || !(char.is_control() || hidden(*char));
        let text: String = text.chars().filter(seen).collect();
        if place.pre {
            return if text.is_empty() { Some(()) } else { self.push(nodes, Node::Text(text)) };
        }
        let flows = self.flows;
        for (at, line) in text.split(|char| char == '\n' && !flows).enumerate() {
            if at > 0 {
                self.push(nodes, element(Tag::Br, Vec::new()))?;
            }
            let line = collapsed(line);
            if !line.is_empty() {
                self.push(nodes, Node::Text(line))?;
            }
        }
        Some(())
    }

    fn element(
        &mut self,
        dom: Dom<'_>,
        found: &node::Element,
        place: Place,
        nodes: &mut Vec<Node>,
    ) -> Option<()> {
        let kind = match found.name() {
            "a" => return self.link(dom, found, place, nodes),
            "img" => return self.picture(found, place, nodes),
            "br" => return self.push(nodes, element(Tag::Br, Vec::new())),
            "hr" => return self.push(nodes, element(Tag::Hr, Vec::new())),
            name => kind(name),
        };
        // An element needs a level for itself and one for its text.
        if kind == Kind::Through || place.depth + shape::levels(kind) > MAX_RICH_DEPTH {
            nodes.extend(self.children(dom, place.through())?);
            return Some(());
        }
        let pre = place.pre || kind == Kind::Is(Tag::Pre);
        let place = Place { pre, ..place };
        let inner = Place { depth: place.depth + shape::levels(kind) - 1, ..place };
        let inside = self.children(dom, inner.inside())?;
        match kind {
            Kind::Through => {}
            Kind::Block => nodes.extend(shape::blocks(inside)),
            Kind::Is(tag) => {
                let inside = shape::inside(tag, inside);
                if !inside.is_empty() {
                    self.push(nodes, element(tag, inside))?;
                }
            }
        }
        Some(())
    }

    fn link(
        &mut self,
        dom: Dom<'_>,
        found: &node::Element,
        place: Place,
        nodes: &mut Vec<Node>,
    ) -> Option<()> {
        let address = found.attr("href").filter(|_| !place.link && place.depth < MAX_RICH_DEPTH);
        let Some(address) = address.and_then(href) else {
            nodes.extend(self.children(dom, place.through())?);
            return Some(());
        };
        let inside = self.children(dom, Place { link: true, ..place }.inside())?;
        let inside = shape::label(inside);
        let video = web(&address).and_then(|url| self.links.video(&url));
        let node = match video {
            Some(video) => Node::Call(CallInvite { video, nodes: inside }),
            None if pretends(&shape::words(&inside), &address) => {
                Node::Link(Link { href: address, nodes: Vec::new() })
            }
            None => Node::Link(Link { href: address, nodes: inside }),
        };
        self.push(nodes, node)
    }

    /// A picture of somewhere else is never fetched by a page: a link to it, with its description.
    fn picture(&mut self, found: &node::Element, place: Place, nodes: &mut Vec<Node>) -> Option<()> {
        let alt = found.attr("alt").unwrap_or_default();
        let source = found.attr("src").filter(|_| !place.link && place.depth < MAX_RICH_DEPTH).and_then(web);
        let Some(source) = source else { return self.text(alt, place, nodes) };
        let mut inside = Vec::new();
        self.text(alt, Place { link: true, pre: false, ..place }, &mut inside)?;
        let mut link = Link { href: source.into(), nodes: shape::label(inside) };
        if pretends(&shape::words(&link.nodes), &link.href) {
            link.nodes.clear();
        }
        self.push(nodes, Node::Link(link))
    }
}

fn text_of(node: Dom<'_>) -> Option<&str> {
    node.value().as_text().map(|text| &**text)
}

/// Runs of blanks are one blank.
fn collapsed(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for char in line.chars() {
        if !char.is_ascii_whitespace() {
            out.push(char);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

/// Whether a label looks like an address at another place than where the link leads.
fn pretends(label: &str, address: &str) -> bool {
    let label = label.trim();
    let word = label.split_whitespace().next().unwrap_or_default();
    let lower = word.to_ascii_lowercase();
    // Two slashes are not needed: a browser reads `https:shop.example` as well.
    let shown = if lower.starts_with("https:") || lower.starts_with("http:") {
        word.to_owned()
    } else if lower.starts_with("www.") {
        format!("https://{word}")
    } else {
        return false;
    };
    let host = |text: &str| url::Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    // What nobody can read as an address is not shown as one.
    host(&shown).is_none_or(|shown| host(address) != Some(shown))
}

pub(super) fn element(tag: Tag, nodes: Vec<Node>) -> Node {
    Node::Element(Element { tag, nodes })
}

/// What becomes of an element.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Its content counts.
    Through,
    /// Its content stands on lines of its own.
    Block,
    /// This.
    Is(Tag),
}

fn kind(name: &str) -> Kind {
    Kind::Is(match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Tag::H4,
        "strong" | "b" => Tag::Strong,
        "em" | "i" | "cite" | "dfn" | "var" => Tag::Em,
        "u" | "ins" => Tag::U,
        "s" | "strike" | "del" => Tag::S,
        "code" | "tt" | "kbd" | "samp" => Tag::Code,
        "pre" => Tag::Pre,
        "blockquote" => Tag::Blockquote,
        "ul" => Tag::Ul,
        "ol" => Tag::Ol,
        "li" => Tag::Li,
        "table" => Tag::Table,
        "tr" | "caption" => Tag::Tr,
        "td" => Tag::Td,
        "th" => Tag::Th,
        "p" | "div" | "address" | "article" | "aside" | "center" | "dd" | "dl" | "dt" | "figcaption"
        | "figure" | "footer" | "header" | "main" | "nav" | "section" => return Kind::Block,
        _ => return Kind::Through,
    })
}

#[cfg(test)]
mod tests {
    use super::pretends;

    #[test]
    fn a_label_that_reads_as_an_address_is_that_of_the_link() {
        for (label, address) in [
            ("our shop", "https://shop.example/"),
            ("https://shop.example/a b", "https://shop.example/"),
            ("www.shop.example\u{a0}now", "https://www.shop.example/"),
            ("li@shop.example", "mailto:li@shop.example"),
        ] {
            assert!(!pretends(label, address), "{label}");
        }
        for (label, address) in [
            ("https:bank.example", "https://evil.example/"),
            ("www.bank.example", "https://evil.example/"),
            ("https://bank.example", "mailto:li@evil.example"),
            ("http:h\u{a0}t\u{fffd}(", "mailto:li@evil.example"),
            ("https://bank.example\u{3000}x", "tel:+1"),
            ("https://\u{fffd}", "tel:+1"),
        ] {
            assert!(pretends(label, address), "{label}");
        }
    }
}
