//! Links of agents that start a call, where they stand in plain text.

use super::href::web;
use crate::config::CallLinks;
use frontdesk_contract::{CallInvite, MAX_RICH_NODES, Node};

/// The text with its invitations as nodes; `None`: there are none.
pub(super) fn invite(text: &str, links: &CallLinks) -> Option<Vec<Node>> {
    if links.is_empty() {
        return None;
    }
    let mut nodes = Vec::new();
    let (mut rest, mut from) = (text, 0);
    let mut said = 0;
    while let Some(at) = rest.get(from..).and_then(|ahead| ahead.find("https://")).map(|at| at + from) {
        let after = rest.get(at..).unwrap_or_default();
        let end = after.find(ends).unwrap_or(after.len());
        let address =
            after.get(..end).unwrap_or_default().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        match web(address).and_then(|url| links.video(&url)) {
            Some(video) if nodes.len() + 2 < MAX_RICH_NODES => {
                let before = rest.get(..at).filter(|before| !before.is_empty());
                nodes.extend(before.map(|before| Node::Text(before.to_owned())));
                nodes.push(Node::Call(CallInvite { video, nodes: Vec::new() }));
                rest = after.get(address.len()..).unwrap_or_default();
                from = 0;
                said += 1;
            }
            _ => from = at + "https://".len(),
        }
    }
    nodes.extend(Some(rest).filter(|rest| !rest.is_empty()).map(|rest| Node::Text(rest.to_owned())));
    (said > 0).then_some(nodes)
}

/// What cannot be in an address, or ends one in running text.
fn ends(char: char) -> bool {
    char.is_whitespace()
        || char.is_control()
        || matches!(char, '<' | '>' | '"' | '\'' | '，' | '。' | '；' | '！' | '？' | '）')
}
