//! Tags that HTML knows.

use super::attributes::Attributes;
use super::entity::decode;

/// Tags that begin a line of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

/// Tags within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "audio", "b", "bdi", "bdo", "big", "br", "button", "canvas", "caption", "cite", "code",
    "col", "colgroup", "data", "del", "dfn", "em", "embed", "font", "head", "i", "iframe", "img", "input",
    "ins", "kbd", "label", "link", "mark", "meta", "noscript", "o:p", "object", "option", "param", "picture",
    "q", "rp", "rt", "ruby", "s", "samp", "script", "select", "small", "source", "span", "strike", "strong",
    "style", "sub", "sup", "svg", "td", "template", "textarea", "th", "time", "title", "tt", "u", "var",
    "video", "wbr",
];

/// A tag.
#[derive(Clone, Copy)]
pub(in crate::vendor::rich) struct Tag<'a> {
    name: &'static str,
    attributes: Attributes<'a>,
    /// It is an end tag.
    pub(in crate::vendor::rich) closes: bool,
}

/// Whether there is a tag in the text.
pub(crate) fn has_tags(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| text.get(at..).and_then(tag).is_some())
}

/// Reads a tag at the beginning of the text; answers what follows it too.
pub(in crate::vendor::rich) fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inside = text.strip_prefix('<')?;
    let (closes, inside) = inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    let name_end =
        inside.bytes().take(16).position(|byte| !(byte.is_ascii_alphanumeric() || byte == b':'))?;
    let (name, rest) = inside.split_at_checked(name_end)?;
    let known = [BLOCKS, INLINE].into_iter().flatten().find(|tag| name.eq_ignore_ascii_case(tag))?;
    let (attributes, after) = Attributes::read(rest)?;
    Some((Tag { name: known, attributes, closes }, after))
}

impl<'a> Tag<'a> {
    /// In lower case.
    pub(in crate::vendor::rich) fn name(&self) -> &'static str {
        self.name
    }

    pub(in crate::vendor::rich) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(in crate::vendor::rich) fn is_block(&self) -> bool {
        BLOCKS.contains(&self.name)
    }

    pub(in crate::vendor::rich) fn has_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// What follows the end tag; `None`: there is none.
    pub(super) fn after_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut rest = text;
        while let Some((_, from)) = rest.split_once("</") {
            let (name, after) = from.split_at_checked(self.name.len()).unwrap_or_default();
            let ends =
                after.starts_with(['>', '/']) || after.starts_with(|char: char| char.is_ascii_whitespace());
            if ends && name.eq_ignore_ascii_case(self.name) {
                return after.split_once('>').map(|(_, after)| after);
            }
            rest = from;
        }
        None
    }

    /// The value of an attribute, with its character references read.
    pub(in crate::vendor::rich) fn attribute(&self, wanted: &str) -> Option<String> {
        let found = self.attributes.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.and_then(|(_, value)| value).map(decode)
    }
}
