//! Plain text: UTF-8 throughout, no control characters, nothing that a browser or a shell would take for its own.

use super::input::{CHUNK, Input};
use super::{Refused, Walked, fill};
use std::io::Write;

/// Markup that is refused wherever it stands, in lower case.
const ANYWHERE: [&[u8]; 12] = [
    b"<script",
    b"<iframe",
    b"<!doctype",
    b"<html",
    b"<svg",
    b"<?xml",
    b"<?php",
    b"<object",
    b"<embed",
    b"<meta",
    b"javascript:",
    b"<base",
];
/// The longest of them, less one.
const OVERLAP: usize = 10;

/// Elements of HTML (WHATWG HTML §4 and §16.2), of SVG and of feeds, with which no text begins.
const ELEMENTS: &str = "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink \
    blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div \
    dl dt em embed feed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr \
    html i iframe image img input ins isindex kbd keygen label legend li link listing main map mark marquee math menu meta \
    meter multicol nav nobr noembed noframes noscript object ol optgroup option output p param picture plaintext pre \
    progress q rb rdf:rdf rp rss rt rtc ruby s samp script search section select slot small source spacer span strike \
    strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video \
    wbr xml xmp";

/// Whether the first bytes could be text.
pub(super) fn is_likely(head: &[u8]) -> bool {
    head.iter().all(|byte| allowed(*byte))
}

/// Tab, line feed, form feed, carriage return, and everything that is no control character.
fn allowed(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x0a | 0x0c | 0x0d | 0x20..=0x7e | 0x80..)
}

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    let mut buffer = vec![0; CHUNK];
    let mut kept = 0;
    let mut tail: Vec<u8> = Vec::new();
    let mut opening = true;
    loop {
        let read = fill(input, buffer.get_mut(kept..).unwrap_or_default())?;
        let whole = buffer.get(..kept + read).unwrap_or_default();
        let valid = match std::str::from_utf8(whole) {
            Ok(_) => whole.len(),
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(_) => return Err(Refused::Damaged("the text is not UTF-8")),
        };
        let text = whole.get(..valid).unwrap_or_default();
        if !text.iter().all(|byte| allowed(*byte)) {
            return Err(Refused::Damaged("the text holds control characters"));
        }
        if opening {
            check_opening(text)?;
            opening = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start().is_empty();
        }
        tail.extend_from_slice(text);
        tail.make_ascii_lowercase();
        if ANYWHERE.iter().any(|markup| super::find(&tail, markup).is_some()) {
            return Err(Refused::Active("markup"));
        }
        tail.drain(..tail.len().saturating_sub(OVERLAP));
        out.write_all(text)?;
        if read == 0 {
            return Ok(());
        }
        kept = whole.len() - valid;
        buffer.copy_within(valid..valid + kept, 0);
    }
}

/// Refuses what the first characters would make of the text elsewhere: markup (WHATWG MIME Sniffing §7.1), a program for a
/// shell, another kind of document.
fn check_opening(text: &[u8]) -> Walked<()> {
    let start = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    let is_markup = begins_with_markup(start);
    let line: Vec<u8> = start.iter().take(16).map(u8::to_ascii_lowercase).collect();
    let programs: [&[u8]; 10] = [
        b"#!",
        b"@echo",
        b"%pdf-",
        b"%!ps",
        b"{\\rtf",
        b"content-type:",
        b"windows registry",
        b"[internetshortcu",
        b"[autorun]",
        b"mime-version:",
    ];
    let is_program = programs.iter().any(|program| line.starts_with(program));
    if is_markup {
        Err(Refused::Active("markup"))
    } else if is_program {
        Err(Refused::Active("a program or another kind of document"))
    } else {
        Ok(())
    }
}

/// Whether a text begins with a comment, an instruction, an element of HTML, or an unknown element with attributes, as a
/// browser tells them apart (WHATWG HTML §13.2.5.8). An address in brackets, such as `<li@shop.example>`, is none of them.
fn begins_with_markup(start: &[u8]) -> bool {
    let Some(tag) = start.strip_prefix(b"<") else { return false };
    if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
        return matches!(tag, [b'!' | b'?' | b'/' | b'%', ..]);
    }
    let inside = tag.split(|byte| *byte == b'>').next().unwrap_or_default();
    let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
    let (name, rest) = inside.split_at(inside.iter().position(ends).unwrap_or(inside.len()));
    let name = name.to_ascii_lowercase();
    let known = ELEMENTS.split_ascii_whitespace().any(|element| element.as_bytes() == name);
    known || rest.contains(&b'=')
}
