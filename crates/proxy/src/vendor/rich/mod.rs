//! Makes a small closed tree of the HTML that agents and robots write.
//!
//! Three walls stand between their HTML and a page, each of which would do:
//! 1. only tags that make sense as HTML are tags, what is nothing to read is cut out, and the rest goes through `ammonia`
//!    with a short list of tags;
//! 2. what it answers is parsed again and made into [nodes](frontdesk_contract::Node): whatever a second reading may find in it, there is no
//!    node for a script, a style, a picture or a frame, and every address is checked ([`href`]);
//! 3. a page builds its own elements from the nodes and parses no HTML.
//!
//! # Layout
//! - `plain`: text, and which tags count
//! - `clean`: the first wall
//! - `tree`: from HTML to nodes; `shape`: which nodes may stand where
//! - `href`: addresses
//! - `calls`: links of agents that start a call

mod calls;
mod clean;
pub mod href;
pub(crate) mod plain;
mod shape;
mod tree;

use crate::config::CallLinks;
use frontdesk_contract::Body;
use plain::markup::Markup;

/// The longest HTML that is read as such, in bytes; agents write 4 KiB at most. Longer ones are shown as text.
const MAX_HTML: usize = 64 * 1024;

/// What a text of the centre says: plain text, or rich text where it has marks that plain text loses. What would leave
/// nothing to read is shown as it is written.
pub fn read(text: &str, links: &CallLinks) -> Body {
    let markup = Markup::of_message(text);
    if text.len() <= MAX_HTML && clean::has_marks(&markup) {
        let nodes = clean::clean(&markup).and_then(|html| tree::nodes(&html, markup.flows, links));
        if let Some(nodes) = nodes.filter(|nodes| !nodes.is_empty()) {
            return Body::Rich(nodes);
        }
    }
    let text = plain::or_written(plain::of(&markup), text);
    match calls::invite(&text, links) {
        Some(nodes) => Body::Rich(nodes),
        None => Body::Text(text),
    }
}

#[cfg(test)]
mod tests;
