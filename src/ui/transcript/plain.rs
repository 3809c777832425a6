//! A rich text as plain text: for screen readers, for buttons, for labels.

use frontdesk_contract::{Element, MAX_RICH_DEPTH, Node, Tag};

/// The text of these nodes; a space stands where a line would end.
pub fn plain(nodes: &[Node]) -> String {
    let mut text = String::new();
    collect(nodes, MAX_RICH_DEPTH, &mut text);
    text.trim().to_owned()
}

fn collect(nodes: &[Node], deepest: usize, text: &mut String) {
    let Some(deepest) = deepest.checked_sub(1) else { return };
    for node in nodes {
        match node {
            Node::Text(piece) => text.push_str(piece),
            Node::Element(Element { tag, nodes }) => {
                collect(nodes, deepest, text);
                if !matches!(tag, Tag::Strong | Tag::Em | Tag::U | Tag::S | Tag::Code | Tag::Unknown) {
                    text.push(' ');
                }
            }
            Node::Link(link) if link.nodes.is_empty() => text.push_str(&link.href),
            Node::Link(link) => collect(&link.nodes, deepest, text),
            Node::Call(call) => collect(&call.nodes, deepest, text),
            Node::Unknown {} => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_contract::Link;

    fn text(text: &str) -> Node {
        Node::Text(text.into())
    }

    fn element(tag: Tag, nodes: Vec<Node>) -> Node {
        Node::Element(Element { tag, nodes })
    }

    #[test]
    fn lines_are_parted_and_words_are_not() {
        let nodes = [
            element(Tag::P, vec![text("O"), element(Tag::Strong, vec![text("ne")])]),
            element(
                Tag::Ul,
                vec![element(Tag::Li, vec![text("two")]), element(Tag::Li, vec![text("three")])],
            ),
            Node::Link(Link { href: "https://a.example".into(), nodes: vec![] }),
        ];
        assert_eq!(plain(&nodes), "One two three  https://a.example");
        assert_eq!(plain(&[]), "");
    }

    #[test]
    fn what_is_too_deep_is_left_out() {
        let mut node = text("deep");
        for _ in 0..MAX_RICH_DEPTH {
            node = element(Tag::Em, vec![node]);
        }
        assert_eq!(plain(&[text("top "), node]), "top");
    }
}
