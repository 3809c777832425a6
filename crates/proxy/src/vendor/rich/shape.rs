//! Which nodes may stand where: lists hold entries, tables rows, rows cells, paragraphs and labels what is in a line.

use super::tree::{Kind, element};
use frontdesk_contract::{Node, Tag};

/// Levels that an element of this kind may add above its content.
pub(super) fn levels(kind: Kind) -> usize {
    match kind {
        Kind::Through => 0,
        Kind::Block => 2,
        // A stray row, cell or entry gets what belongs around it.
        Kind::Is(Tag::Table) => 4,
        Kind::Is(Tag::Tr | Tag::Ul | Tag::Ol | Tag::Li | Tag::Td | Tag::Th) => 3,
        Kind::Is(_) => 2,
    }
}

/// How many nodes there are.
pub(super) fn count(nodes: &[Node]) -> usize {
    nodes.iter().map(|node| 1 + count(below(node))).sum()
}

/// The words in it.
pub(super) fn words(nodes: &[Node]) -> String {
    let one = |node: &Node| match node {
        Node::Text(text) => text.clone(),
        node => words(below(node)),
    };
    nodes.iter().map(one).collect()
}

fn below(node: &Node) -> &[Node] {
    match node {
        Node::Element(element) => &element.nodes,
        Node::Link(link) => &link.nodes,
        Node::Call(call) => &call.nodes,
        Node::Text(_) | Node::Unknown {} => &[],
    }
}

/// The content of a message; nothing where it says nothing, such as a line across or a table of empty cells.
pub(super) fn body(nodes: Vec<Node>) -> Vec<Node> {
    let nodes = trimmed(strays(nodes));
    if nodes.iter().any(says) { nodes } else { Vec::new() }
}

/// Whether there is something to read or to follow.
fn says(node: &Node) -> bool {
    match node {
        Node::Text(text) => !text.trim().is_empty(),
        Node::Element(element) => element.nodes.iter().any(says),
        Node::Link(_) | Node::Call(_) => true,
        Node::Unknown {} => false,
    }
}

/// Content on lines of its own: what stands in a line goes into paragraphs.
pub(super) fn blocks(nodes: Vec<Node>) -> Vec<Node> {
    let (mut out, mut line) = (Vec::new(), Vec::new());
    let close = |line: &mut Vec<Node>, out: &mut Vec<Node>| {
        let line = trimmed(std::mem::take(line));
        if !line.is_empty() {
            out.push(element(Tag::P, line));
        }
    };
    for node in strays(nodes) {
        if is_block(&node) {
            close(&mut line, &mut out);
            out.push(node);
        } else {
            line.push(node);
        }
    }
    close(&mut line, &mut out);
    out
}

/// The content of an element, made to fit it.
pub(super) fn inside(tag: Tag, nodes: Vec<Node>) -> Vec<Node> {
    match tag {
        Tag::Ul | Tag::Ol => fitted(nodes, &[Tag::Li], |run| filled(Tag::Li, trimmed(strays(run)))),
        Tag::Table => fitted(nodes, &[Tag::Tr], |run| filled(Tag::Tr, cells(run))),
        Tag::Tr => cells(nodes),
        Tag::Td | Tag::Th => {
            let nodes = trimmed(strays(nodes));
            // An empty cell keeps the others in their columns.
            if nodes.is_empty() { vec![Node::Text(String::new())] } else { nodes }
        }
        Tag::Li | Tag::Blockquote => trimmed(strays(nodes)),
        Tag::Pre => strays(nodes),
        _ => inline(nodes),
    }
}

/// The label of a link.
pub(super) fn label(nodes: Vec<Node>) -> Vec<Node> {
    trimmed(inline(nodes))
}

/// The content of a row.
fn cells(nodes: Vec<Node>) -> Vec<Node> {
    fitted(nodes, &[Tag::Td, Tag::Th], |run| filled(Tag::Td, trimmed(strays(run))))
}

/// An element, unless there is nothing in it: blanks of whatever kind have gone.
fn filled(tag: Tag, nodes: Vec<Node>) -> Option<Node> {
    (!nodes.is_empty()).then(|| element(tag, nodes))
}

/// What fits stays; runs of what does not are wrapped; blanks between go.
fn fitted(nodes: Vec<Node>, fits: &[Tag], wrap: impl Fn(Vec<Node>) -> Option<Node>) -> Vec<Node> {
    let (mut out, mut run) = (Vec::new(), Vec::new());
    let close = |run: &mut Vec<Node>, out: &mut Vec<Node>| {
        let run = std::mem::take(run);
        if run.iter().any(|node| !is_blank(node) && !is_break(node)) {
            out.extend(wrap(run));
        }
    };
    for node in nodes {
        if matches!(&node, Node::Element(element) if fits.contains(&element.tag)) {
            close(&mut run, &mut out);
            out.push(node);
        } else {
            run.push(node);
        }
    }
    close(&mut run, &mut out);
    out
}

/// Entries without a list and cells without a table get one.
fn strays(nodes: Vec<Node>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let around = match &node {
            Node::Element(element) => match element.tag {
                Tag::Li => Some(Tag::Ul),
                Tag::Tr => Some(Tag::Table),
                Tag::Td | Tag::Th => Some(Tag::P),
                _ => None,
            },
            _ => None,
        };
        match (around, out.last_mut(), node) {
            (None, _, node) => out.push(node),
            (Some(Tag::P), _, Node::Element(cell)) => {
                // A cell alone is its content.
                out.extend(cell.nodes);
            }
            (Some(around), Some(Node::Element(last)), node) if last.tag == around => last.nodes.push(node),
            (Some(around), _, node) => out.push(element(around, vec![node])),
        }
    }
    out
}

/// What stands in a line: blocks give way to their content, on lines of their own.
fn inline(nodes: Vec<Node>) -> Vec<Node> {
    let mut out = Vec::new();
    for node in nodes {
        if is_block(&node) {
            if let Node::Element(block) = node {
                if !out.is_empty() {
                    out.push(element(Tag::Br, Vec::new()));
                }
                out.extend(inline(block.nodes));
            }
        } else {
            out.push(node);
        }
    }
    out
}

/// Without breaks and blanks at both ends, and without blanks beside a block.
fn trimmed(nodes: Vec<Node>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let after_edge = out.last().is_none_or(|last| is_block(last) || is_break(last));
        if is_block(&node) {
            while out.last().is_some_and(is_blank) {
                out.pop();
            }
        } else if after_edge && is_blank(&node) {
            continue;
        }
        let first_break = out.is_empty() && is_break(&node);
        match node {
            _ if first_break => {}
            Node::Text(text) if after_edge => out.push(Node::Text(text.trim_start().to_owned())),
            node => out.push(node),
        }
    }
    while out.last().is_some_and(|last| is_blank(last) || is_break(last)) {
        out.pop();
    }
    if let Some(Node::Text(last)) = out.last_mut() {
        last.truncate(last.trim_end().len());
    }
    out
}

fn is_blank(node: &Node) -> bool {
    matches!(node, Node::Text(text) if text.bytes().all(|byte| byte.is_ascii_whitespace()))
}

fn is_break(node: &Node) -> bool {
    matches!(node, Node::Element(element) if element.tag == Tag::Br)
}

fn is_block(node: &Node) -> bool {
    use Tag::{Blockquote, H4, Hr, Li, Ol, P, Pre, Table, Td, Th, Tr, Ul};
    let tags = [Blockquote, H4, Hr, Li, Ol, P, Pre, Table, Td, Th, Tr, Ul];
    matches!(node, Node::Element(element) if tags.contains(&element.tag))
}

#[cfg(test)]
pub(super) mod tests {
    use super::{below, is_block};
    use frontdesk_contract::{MAX_RICH_DEPTH, MAX_RICH_NODES, Node, Tag};

    /// Everything that a reader of nodes may rely on.
    pub(crate) fn check(nodes: &[Node]) {
        assert!(!nodes.is_empty() && super::count(nodes) <= MAX_RICH_NODES);
        for node in nodes {
            one(node, None, 1);
        }
    }

    fn one(node: &Node, parent: Option<&Node>, depth: usize) {
        assert!(depth <= MAX_RICH_DEPTH, "too deep: {node:?}");
        let within = match parent {
            Some(Node::Element(element)) => Some(element.tag),
            _ => None,
        };
        let tag = match node {
            Node::Element(element) => Some(element.tag),
            _ => None,
        };
        match (within, tag) {
            (Some(Tag::Ul | Tag::Ol), tag) => assert_eq!(tag, Some(Tag::Li)),
            (Some(Tag::Table), tag) => assert_eq!(tag, Some(Tag::Tr)),
            (Some(Tag::Tr), tag) => assert!(matches!(tag, Some(Tag::Td | Tag::Th)), "{tag:?}"),
            (_, Some(Tag::Li | Tag::Tr | Tag::Td | Tag::Th)) => panic!("{tag:?} in {within:?}"),
            (Some(Tag::P | Tag::H4 | Tag::Strong | Tag::Em | Tag::U | Tag::S | Tag::Code), _) => {
                assert!(!is_block(node), "{tag:?} in {within:?}");
            }
            _ => {}
        }
        if matches!(parent, Some(Node::Link(_) | Node::Call(_))) {
            assert!(!matches!(node, Node::Link(_) | Node::Call(_)) && !is_block(node), "{node:?}");
        }
        assert!(!matches!(node, Node::Unknown {}) && tag != Some(Tag::Unknown));
        if let Node::Link(link) = node {
            assert_eq!(super::super::href::href(&link.href).as_ref(), Some(&link.href));
        }
        for child in below(node) {
            one(child, Some(node), depth + 1);
        }
    }
}
