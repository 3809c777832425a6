//! A rich text as nodes: one element for each, by `createElement` and text nodes only. No name of an element or
//! attribute comes from outside, and an address is checked again here.

use super::link::{is_safe, names_host};
use super::plain::plain;
use super::row::Rows;
use crate::ui::icon;
use crate::ui::text;
use frontdesk_contract::{CallInvite, Link, MAX_RICH_DEPTH, Node, Tag};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAnchorElement};

impl Rows {
    /// Appends these nodes.
    pub(super) fn rich(&self, parent: &Element, nodes: &[Node]) {
        self.nodes(parent, nodes, MAX_RICH_DEPTH, true);
    }

    /// `active`: not within a link, so links and buttons are possible.
    fn nodes(&self, parent: &Element, nodes: &[Node], deepest: usize, active: bool) {
        let Some(deepest) = deepest.checked_sub(1) else { return };
        for node in nodes {
            match node {
                Node::Text(text) => {
                    let _ = parent.append_child(&self.document.create_text_node(text));
                }
                Node::Element(element) => match self.add(parent, name_of(element.tag), "", "") {
                    Some(child) if !matches!(element.tag, Tag::Br | Tag::Hr) => {
                        self.nodes(&child, &element.nodes, deepest, active);
                    }
                    _ => {}
                },
                Node::Link(link) if active && is_safe(&link.href) => self.rich_link(parent, link, deepest),
                Node::Link(link) => self.nodes(parent, &link.nodes, deepest, active),
                Node::Call(call) if active => self.invitation(parent, call),
                Node::Call(call) => self.nodes(parent, &call.nodes, deepest, active),
                Node::Unknown {} => {}
            }
        }
    }

    fn rich_link(&self, parent: &Element, link: &Link, deepest: usize) {
        let Some(anchor) = self.anchor(parent, &link.href) else { return };
        let label = plain(&link.nodes);
        if label.is_empty() {
            anchor.set_text_content(Some(&link.href));
            return;
        }
        self.nodes(&anchor, &link.nodes, deepest, false);
        // As the browser reads the address, whatever it looks like to others.
        let host = anchor.unchecked_ref::<HtmlAnchorElement>().hostname();
        if !host.is_empty() && !names_host(&label, &host) {
            // The blank belongs to the text around: from right to left it would stand on the far side of the address.
            let _ = parent.append_child(&self.document.create_text_node(" "));
            self.add(parent, "bdi", "fd-host", &["(", &host, ")"].concat());
        }
    }

    /// A link that leads out of the page; the address must have been checked.
    pub(super) fn anchor(&self, parent: &Element, address: &str) -> Option<Element> {
        let link = self.add(parent, "a", "", "")?;
        self.set(
            &link,
            &[
                ("href", address),
                ("target", "_blank"),
                ("rel", "noopener noreferrer nofollow"),
                ("tabindex", "-1"),
                ("dir", "auto"),
            ],
        );
        Some(link)
    }

    fn invitation(&self, parent: &Element, call: &CallInvite) {
        let (deed, key) = if call.video { ("video", text::CALL_VIDEO) } else { ("call", text::CALL_AUDIO) };
        let label = plain(&call.nodes);
        let Some(button) = self.button(parent, "fd-button fd-quiet fd-call", deed, "") else { return };
        self.icon(&button, icon::PHONE);
        self.add(&button, "span", "", if label.is_empty() { self.words.get(key) } else { label }.as_str());
    }
}

/// The element for a tag. One that is not known is only a place for what is in it.
fn name_of(tag: Tag) -> &'static str {
    match tag {
        Tag::P => "p",
        Tag::Br => "br",
        // Below the panel's own, which is the first.
        Tag::H4 => "h2",
        Tag::Strong => "strong",
        Tag::Em => "em",
        Tag::U => "u",
        Tag::S => "s",
        Tag::Code => "code",
        Tag::Pre => "pre",
        Tag::Blockquote => "blockquote",
        Tag::Ul => "ul",
        Tag::Ol => "ol",
        Tag::Li => "li",
        Tag::Hr => "hr",
        Tag::Table => "table",
        Tag::Tr => "tr",
        Tag::Td => "td",
        Tag::Th => "th",
        Tag::Unknown => "span",
    }
}
