//! The first wall: HTML goes in as it came and comes out with a short list of tags.

use super::plain::markup::{Markup, Piece};
use super::plain::tag::Tag;
use ammonia::{Builder, UrlRelative};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Tags that come through. What else HTML knows is dropped, its text stays.
const TAGS: &[&str] = &[
    "a",
    "address",
    "article",
    "aside",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "s",
    "samp",
    "section",
    "strike",
    "strong",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];

/// Tags that lay text out in lines, which plain text does as well, or that mean nothing to a reader.
const LAYOUT: &[&str] = &[
    "address", "article", "aside", "body", "br", "center", "div", "font", "footer", "header", "html", "main",
    "o:p", "p", "section", "span", "wbr",
];

/// Tags whose copies with attributes a parser opens again in every paragraph until they are closed.
const REOPENED: &[&str] = &["a", "b", "big", "code", "em", "i", "s", "strike", "strong", "tt", "u"];
/// The most elements that reopening may make.
const MAX_REOPENED: usize = 250_000;

/// Tags that go with all that is in them, should a second reading find one.
const HIDING: &[&str] =
    &["iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title"];

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(HIDING.iter().copied().collect())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt"])),
        ]))
        .url_schemes(HashSet::from(["https", "http", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Whether there is a tag that says more than text in lines.
pub(super) fn has_marks(markup: &Markup<'_>) -> bool {
    markup.tags().any(|tag| !tag.closes && passes(tag) && !LAYOUT.contains(&tag.name()))
}

fn passes(tag: &Tag<'_>) -> bool {
    TAGS.contains(&tag.name())
}

/// The HTML with the tags of [`TAGS`] alone; `None`: it would grow out of bounds.
pub(super) fn clean(markup: &Markup<'_>) -> Option<String> {
    let reopened = |tag: &&Tag<'_>| !tag.closes && tag.has_attributes() && REOPENED.contains(&tag.name());
    let (all, sticky) = (markup.tags().count(), markup.tags().filter(reopened).count());
    (all.saturating_mul(sticky) <= MAX_REOPENED).then(|| BUILDER.clean(&prepare(markup)).to_string())
}

/// Writes the text anew: a tag of [`TAGS`] as it is, no other one, and every other `<` as text.
fn prepare(markup: &Markup<'_>) -> String {
    let mut out = String::new();
    for piece in &markup.pieces {
        match piece {
            Piece::Text(text) => out.push_str(&text.replace('<', "&lt;")),
            Piece::Tag(tag, written) if passes(tag) => out.push_str(written),
            Piece::Tag(..) => {}
        }
    }
    out
}
