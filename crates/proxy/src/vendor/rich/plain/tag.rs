//! Tags that HTML knows.

use super::entity::decode;

/// The longest tag that is taken for one, in bytes.
const LONGEST: usize = 4096;

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
    "col", "colgroup", "data", "del", "dfn", "em", "embed", "font", "i", "img", "input", "ins", "kbd",
    "label", "link", "mark", "meta", "o:p", "option", "picture", "q", "rp", "rt", "ruby", "s", "samp",
    "select", "small", "source", "span", "strike", "strong", "sub", "sup", "td", "textarea", "th", "time",
    "tt", "u", "var", "video", "wbr",
];

/// Tags whose inside is nothing to read.
const HIDING: &[&str] =
    &["head", "iframe", "noscript", "object", "script", "style", "svg", "template", "title"];

/// A tag.
pub(in crate::vendor::rich) struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
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
    let (name, rest) = inside.split_at_checked(name_end).filter(|(name, _)| !name.is_empty())?;
    let known =
        [BLOCKS, INLINE, HIDING].iter().any(|list| list.iter().any(|tag| name.eq_ignore_ascii_case(tag)));
    if !known || !rest.starts_with(['>', '/', ' ', '\t', '\n', '\r']) {
        return None;
    }
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate().take(LONGEST) {
        match (quote, byte) {
            (None, b'>') => {
                let attributes = rest.get(..at)?;
                return Some((Tag { name, attributes, closes }, rest.get(at + 1..)?));
            }
            (None, b'<') => return None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

impl Tag<'_> {
    pub(in crate::vendor::rich) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub(in crate::vendor::rich) fn is_block(&self) -> bool {
        BLOCKS.iter().any(|tag| self.is(tag))
    }

    pub(in crate::vendor::rich) fn has_attributes(&self) -> bool {
        !self.attributes.trim_matches(['/', ' ', '\t', '\n', '\r']).is_empty()
    }

    /// Whether everything up to the end tag is nothing to read.
    pub(in crate::vendor::rich) fn hides(&self) -> bool {
        !self.closes && !self.attributes.ends_with('/') && HIDING.iter().any(|tag| self.is(tag))
    }

    /// What follows the end tag; nothing, if there is none.
    pub(in crate::vendor::rich) fn after_end<'t>(&self, text: &'t str) -> &'t str {
        let mut rest = text;
        while let Some((_, from)) = rest.split_once("</") {
            let name = from.get(..self.name.len());
            if name.is_some_and(|name| self.is(name)) {
                return from.split_once('>').map_or("", |(_, after)| after);
            }
            rest = from;
        }
        ""
    }

    /// The value of an attribute, with its character references read.
    pub(in crate::vendor::rich) fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == '/');
            let name_end =
                rest.find(|char: char| char.is_ascii_whitespace() || char == '=').unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(name_end)?;
            if name.is_empty() && after.is_empty() {
                return None;
            }
            let after = after.trim_start();
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''));
            let (value, after) = match quote {
                Some(quote) => value.strip_prefix(quote)?.split_once(quote)?,
                None => value.split_once(|char: char| char.is_ascii_whitespace()).unwrap_or((value, "")),
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(decode(value));
            }
            rest = after;
        }
    }
}
