//! The first wall: HTML goes in as it came and comes out with a short list of tags.

use super::plain::tag::{Tag, tag};
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
const REOPENED: &[&str] =
    &["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// The most elements that reopening may make.
const MAX_REOPENED: usize = 250_000;

/// Tags that go with all that is in them.
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
pub(super) fn has_marks(text: &str) -> bool {
    tags(text).any(|(tag, _)| !tag.closes && TAGS.iter().any(|name| tag.is(name)) && !is_layout(&tag))
}

fn is_layout(tag: &Tag<'_>) -> bool {
    LAYOUT.iter().any(|name| tag.is(name))
}

/// The tags of a text, each with what follows it.
fn tags(text: &str) -> impl Iterator<Item = (Tag<'_>, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, from) = rest.find('<').and_then(|at| rest.split_at_checked(at))?;
            if let Some((tag, after)) = tag(from) {
                rest = if tag.hides() { tag.after_end(after) } else { after };
                return Some((tag, after));
            }
            rest = from.strip_prefix('<').unwrap_or_default();
        }
    })
}

/// The HTML with the tags of [`TAGS`] alone; `None`: it would grow out of bounds.
pub(super) fn clean(text: &str) -> Option<String> {
    let reopened =
        |tag: &Tag<'_>| !tag.closes && tag.has_attributes() && REOPENED.iter().any(|name| tag.is(name));
    let (mut all, mut sticky) = (0_usize, 0_usize);
    for (tag, _) in tags(text) {
        all += 1;
        sticky += usize::from(reopened(&tag));
    }
    (all.saturating_mul(sticky) <= MAX_REOPENED).then(|| BUILDER.clean(&prepare(text)).to_string())
}

/// Leaves only the tags that HTML knows; every other `<` is text.
fn prepare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut comments = true;
    let mut rest = text;
    while let Some((before, from)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        if comments && let Some(inside) = from.strip_prefix("<!--") {
            match inside.split_once("-->") {
                Some((_, after)) => {
                    rest = after;
                    continue;
                }
                None => comments = false,
            }
        }
        if let Some((tag, after)) = tag(from) {
            if tag.hides() {
                rest = tag.after_end(after);
            } else {
                out.push_str(from.get(..from.len() - after.len()).unwrap_or_default());
                rest = after;
            }
        } else {
            out.push_str("&lt;");
            rest = from.strip_prefix('<').unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}
