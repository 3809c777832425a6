//! What in a text is markup and what is text.
//!
//! Consoles send HTML that a browser wrote: its elements are closed, its attributes have names that HTML knows. People
//! and robots send text that has angle brackets in it. A tag that makes no sense as HTML is text, so that nobody's words
//! are lost:
//! - a tag whose attributes are not plausible ([`super::attributes`]);
//! - in a text that is not laid out by tags, an element without attributes that is never closed, and an end tag of
//!   nothing;
//! - in a message that is not laid out by tags, a whole script: somebody quotes it;
//! - anywhere, a script or a style without an end.
//!
//! What is not to be read (styles, scripts, heads, comments, drawings but their words) is left out.

use super::tag::{Tag, tag};
use std::collections::HashMap;

/// Tags whose inside is nothing to read.
const HIDING: &[&str] = &["head", "script", "style"];

/// Tags that have no end tag.
const VOID: &[&str] = &["br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "wbr"];
/// Of these, the ones that say something without attributes.
const BARE: &[&str] = &["br", "hr", "wbr"];

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
    /// An element with its content.
    Script(&'a str),
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
        let lays_out = |(found, closed): (&Found<'_>, &bool)| match found {
            Found::Piece(Piece::Tag(tag, _)) => {
                tag.is("br") || tag.is_open_ended() || tag.is_block() && (*closed || tag.has_attributes())
            }
            _ => false,
        };
        let flows = found.iter().zip(&closed).any(lays_out);
        let piece = |(found, closed): (Found<'a>, bool)| match found {
            Found::Piece(Piece::Tag(tag, written)) if !flows && !makes_sense(&tag, closed) => {
                Some(Piece::Text(written))
            }
            Found::Piece(piece) => Some(piece),
            Found::Script(written) if quotes && !flows => Some(Piece::Text(written)),
            Found::Script(_) | Found::Nothing => None,
        };
        let pieces = found.into_iter().zip(closed).filter_map(piece).collect();
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

/// Whether a tag in a line of text is one. `closed`: it and another make an element.
fn makes_sense(tag: &Tag<'_>, closed: bool) -> bool {
    if tag.has_attributes() || VOID.contains(&tag.name()) {
        tag.has_attributes() || BARE.contains(&tag.name())
    } else {
        closed || tag.is_open_ended()
    }
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
        if let Some(inside) = from.strip_prefix("<!--").filter(|_| !self.no_comment) {
            if let Some((_, after)) = inside.split_once("-->") {
                return Some((Found::Nothing, after));
            }
            self.no_comment = true;
        }
        if let Some(kind) = from.get(..DOCTYPE.len()).filter(|kind| kind.eq_ignore_ascii_case(DOCTYPE)) {
            let after = from.get(kind.len()..).and_then(|rest| rest.split_once('>'));
            return after.map(|(_, after)| (Found::Nothing, after));
        }
        let in_drawing = self.after_drawing.is_some_and(|after| from.len() > after);
        let Some((tag, after)) = tag(from) else {
            return if in_drawing { shape(from).map(|after| (Found::Nothing, after)) } else { None };
        };
        if in_drawing && tag.is("svg") {
            return Some((Found::Nothing, after));
        }
        let written = |after: &str| from.get(..from.len() - after.len()).unwrap_or_default();
        let hides = HIDING.contains(&tag.name());
        if !tag.closes && (hides || tag.is("svg")) && !self.no_end.contains(&tag.name()) {
            match tag.after_end(after) {
                Some(end) if tag.is("script") => return Some((Found::Script(written(end)), end)),
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
