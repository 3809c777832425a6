//! What in a text is markup and what is text.
//!
//! Consoles send HTML that a browser wrote: its elements are closed, its attributes have names that HTML knows. People
//! and robots send text that has angle brackets in it. A tag that makes no sense as HTML is text, so that nobody's words
//! are lost:
//! - a tag whose attributes are not plausible ([`super::attributes`]);
//! - an end tag of nothing;
//! - in a text that is not laid out by elements, nor begins as a paragraph or a page does: an element without attributes
//!   that is never closed, such as `<dd>` or `<li>`; and `<p>`, `<hr>` or a comment where a word would stand;
//! - in a text that is not laid out by tags, a whole head, and in a message a whole script: somebody quotes it;
//! - anywhere, a script or a style without an end.
//!
//! What is not to be read (styles, scripts, heads, comments, drawings but their words) is left out.

use super::tag::{Tag, tag};
use std::collections::HashMap;

/// Tags whose inside is nothing to read.
const HIDING: &[&str] = &["head", "script", "style"];

/// Tags that have no end tag.
const VOID: &[&str] = &["br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr"];
/// Tags that need neither an end tag nor attributes, unless they stand where a word would.
const BARE: &[&str] = &["hr", "p", "wbr"];

/// How a page begins.
const DOCTYPE: &str = "<!doctype ";

/// A text, taken apart.
pub(in crate::vendor::rich) struct Markup<'a> {
    /// Its pieces in order.
    pub(in crate::vendor::rich) pieces: Vec<Piece<'a>>,
    /// It is laid out by tags, so that its own line breaks mean nothing.
    pub(in crate::vendor::rich) flows: bool,
}

/// A piece of a text.
#[derive(Clone, Copy)]
pub(in crate::vendor::rich) enum Piece<'a> {
    /// Text with character references, whatever else stands in it.
    Text(&'a str),
    /// A tag, and how it is written.
    Tag(Tag<'a>, &'a str),
}

/// What is found at a `<`.
enum Found<'a> {
    Piece(Piece<'a>),
    /// A script with its content.
    Script(&'a str),
    /// A head with its content.
    Head(&'a str),
    /// A comment, or how a page begins.
    Aside(&'a str),
    Nothing,
}

impl<'a> Markup<'a> {
    /// Takes a message apart.
    pub(in crate::vendor::rich) fn of_message(text: &'a str) -> Self {
        Self::read(text, true)
    }

    /// Takes a label apart, such as a title or a question to tap: nobody quotes scripts there.
    pub(super) fn of_label(text: &'a str) -> Self {
        Self::read(text, false)
    }

    fn read(text: &'a str, quotes: bool) -> Self {
        let found = Reader::default().read(text);
        let closed = closed(&found);
        let lays_out = |(at, closed): (usize, &bool)| match found.get(at) {
            Some(Found::Piece(Piece::Tag(tag, _))) if tag.closes => tag.is_block() && *closed,
            Some(Found::Piece(Piece::Tag(tag, _))) => {
                tag.is_block() && (*closed || tag.has_attributes())
                    || tag.is("p") && begins_paragraph(&found, at)
            }
            _ => false,
        };
        let laid_out = begins_page(&found) || closed.iter().enumerate().any(lays_out);
        let is_markup = |(at, closed): (usize, bool)| match found.get(at) {
            Some(Found::Piece(Piece::Tag(tag, _))) if tag.closes => closed || tag.is("br"),
            Some(Found::Piece(Piece::Tag(tag, _))) => {
                laid_out || makes_sense(tag, closed, || is_word(&found, at))
            }
            Some(Found::Aside(_)) => laid_out || !is_word(&found, at),
            _ => true,
        };
        let markup: Vec<bool> = closed.into_iter().enumerate().map(is_markup).collect();
        let breaks = |(found, markup): (&Found<'_>, &bool)| match found {
            Found::Piece(Piece::Tag(tag, _)) => *markup && (tag.is("br") || tag.is("hr") || tag.is("p")),
            _ => false,
        };
        let flows = laid_out || found.iter().zip(&markup).any(breaks);
        let piece = |(found, markup): (Found<'a>, bool)| match found {
            Found::Piece(Piece::Tag(_, written)) | Found::Aside(written) if !markup => {
                Some(Piece::Text(written))
            }
            Found::Piece(piece) => Some(piece),
            Found::Script(written) if quotes && !flows => Some(Piece::Text(written)),
            Found::Head(written) if !flows => Some(Piece::Text(written)),
            Found::Script(_) | Found::Head(_) | Found::Aside(_) | Found::Nothing => None,
        };
        let pieces = found.into_iter().zip(markup).filter_map(piece).collect();
        Self { pieces, flows }
    }

    /// Its tags.
    pub(in crate::vendor::rich) fn tags(&self) -> impl Iterator<Item = &Tag<'a>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Tag(tag, _) => Some(tag),
            Piece::Text(_) => None,
        })
    }
}

/// Whether a tag that opens something is one, in a text that is not laid out by elements. `closed`: it and another make
/// an element.
fn makes_sense(tag: &Tag<'_>, closed: bool, is_word: impl FnOnce() -> bool) -> bool {
    if tag.has_attributes() || tag.is("br") {
        return true;
    }
    if BARE.contains(&tag.name()) { closed || !is_word() } else { closed && !VOID.contains(&tag.name()) }
}

/// What may follow a word at once: what goes on, and what ends a sentence.
const MARKS: &[char] = &[',', ';', ':', '/', ')', '，', '；', '：', '、', '）'];
const ENDS: &[char] = &['.', '?', '!', '。', '？', '！'];

/// Whether it stands in its line as a word does: `use <p> here`, `<hr>:<min>`.
fn is_word(found: &[Found<'_>], at: usize) -> bool {
    let (before, after) = around(found, at);
    let is_last = at + 1 == found.len();
    after.starts_with(MARKS)
        || before.ends_with(blank) && (is_last || after.starts_with(blank) || after.starts_with(ENDS))
}

/// Whether it stands at the beginning of a line and right before what it begins: `<p>Hello`.
fn begins_paragraph(found: &[Found<'_>], at: usize) -> bool {
    let (before, after) = around(found, at);
    let goes_on = |char: char| char.is_whitespace() || MARKS.contains(&char) || ENDS.contains(&char);
    (before.is_empty() || before.ends_with('\n')) && at + 1 < found.len() && !after.starts_with(goes_on)
}

/// The text right before and right after.
fn around<'a>(found: &[Found<'a>], at: usize) -> (&'a str, &'a str) {
    let text = |at: Option<usize>| match at.and_then(|at| found.get(at)) {
        Some(Found::Piece(Piece::Text(text))) => *text,
        _ => "",
    };
    (text(at.checked_sub(1)), text(at.checked_add(1)))
}

fn blank(char: char) -> bool {
    char == ' ' || char == '\t'
}

/// Whether it begins as a whole page does: `<html>` and `<body>` before any word.
fn begins_page(found: &[Found<'_>]) -> bool {
    let mut names = found.iter().filter_map(|found| match found {
        Found::Piece(Piece::Tag(tag, _)) => Some(if tag.closes { "" } else { tag.name() }),
        Found::Piece(Piece::Text(text)) => Some("").filter(|_| !text.trim().is_empty()),
        Found::Script(_) | Found::Head(_) | Found::Aside(_) | Found::Nothing => None,
    });
    names.next() == Some("html") && names.next() == Some("body")
}

/// Which of them are tags that another opens or closes.
fn closed(found: &[Found<'_>]) -> Vec<bool> {
    let mut closed = vec![false; found.len()];
    let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, found) in found.iter().enumerate() {
        let Found::Piece(Piece::Tag(tag, _)) = found else { continue };
        if !tag.closes {
            open.entry(tag.name()).or_default().push(at);
        } else if let Some(opener) = open.get_mut(tag.name()).and_then(Vec::pop) {
            for at in [at, opener] {
                closed.get_mut(at).into_iter().for_each(|closed| *closed = true);
            }
        }
    }
    closed
}

#[derive(Default)]
struct Reader {
    /// There is no end of a comment any more.
    no_comment: bool,
    /// Tags whose end tags there are none of any more.
    no_end: Vec<&'static str>,
    /// What follows the drawing is so long.
    after_drawing: Option<usize>,
}

impl Reader {
    fn read<'a>(&mut self, text: &'a str) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        // Where the text begins that is not in `found` yet, and where it is read on.
        let (mut begin, mut at) = (0, 0);
        while let Some(next) = text.get(at..).and_then(|ahead| ahead.find('<')) {
            at += next;
            let from = text.get(at..).unwrap_or_default();
            match self.one(from) {
                Some((piece, after)) => {
                    push(&mut found, text.get(begin..at));
                    found.push(piece);
                    at = text.len() - after.len();
                    begin = at;
                }
                None => at += 1,
            }
        }
        push(&mut found, text.get(begin..));
        found
    }

    /// What stands at a `<`, and what follows it; `None`: text.
    fn one<'a>(&mut self, from: &'a str) -> Option<(Found<'a>, &'a str)> {
        let written = |after: &str| from.get(..from.len() - after.len()).unwrap_or_default();
        if let Some(inside) = from.strip_prefix("<!--").filter(|_| !self.no_comment) {
            if let Some((_, after)) = inside.split_once("-->") {
                return Some((Found::Aside(written(after)), after));
            }
            self.no_comment = true;
        }
        if let Some(kind) = from.get(..DOCTYPE.len()).filter(|kind| kind.eq_ignore_ascii_case(DOCTYPE)) {
            let after = from.get(kind.len()..).and_then(|rest| rest.split_once('>'));
            return after.map(|(_, after)| (Found::Aside(written(after)), after));
        }
        let in_drawing = self.after_drawing.is_some_and(|after| from.len() > after);
        let Some((tag, after)) = tag(from) else {
            return if in_drawing { shape(from).map(|after| (Found::Nothing, after)) } else { None };
        };
        if in_drawing && tag.is("svg") {
            return Some((Found::Nothing, after));
        }
        let hides = HIDING.contains(&tag.name());
        if !tag.closes && (hides || tag.is("svg")) && !self.no_end.contains(&tag.name()) {
            match tag.after_end(after) {
                Some(end) if tag.is("script") => return Some((Found::Script(written(end)), end)),
                Some(end) if tag.is("head") => return Some((Found::Head(written(end)), end)),
                Some(end) if hides => return Some((Found::Nothing, end)),
                Some(end) => {
                    self.after_drawing = Some(end.len());
                    return Some((Found::Nothing, after));
                }
                None => self.no_end.push(tag.name()),
            }
        }
        if !tag.closes && (tag.is("script") || tag.is("style")) {
            return None;
        }
        Some((Found::Piece(Piece::Tag(tag, written(after))), after))
    }
}

fn push<'a>(found: &mut Vec<Found<'a>>, text: Option<&'a str>) {
    found.extend(text.filter(|text| !text.is_empty()).map(|text| Found::Piece(Piece::Text(text))));
}

/// What follows a tag of a drawing.
fn shape(from: &str) -> Option<&str> {
    let inside = from.strip_prefix('<')?;
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    inside.starts_with(|char: char| char.is_ascii_alphabetic()).then_some(())?;
    inside.split_once('>').map(|(_, after)| after)
}
