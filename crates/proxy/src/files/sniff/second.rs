//! The second look: what a clean copy may not hold, whatever its structure. A viewer that searches would take it for
//! another kind: markup for a browser, a PDF near the beginning, an archive at the end.

use super::input::CHUNK;
use super::{Format, Refused, Walked, fill, find};
use std::fs::File;
use std::io::{Seek, SeekFrom};

/// Markup in lower case. Long enough that no picture holds it by chance: once in 10^5 files of 20 MB.
const MARKUP: [&[u8]; 8] =
    [b"<script", b"<iframe", b"<!doctype ", b"<object ", b"<?php ", b"<html>", b"<html ", b"javascript:"];
const OVERLAP: usize = 16;
/// Readers look for the beginning of a PDF this far, and for the end of an archive this far from the end.
const PDF: usize = 1_024;
const ARCHIVE: u64 = 65_557;

pub(super) fn look(copy: &mut File, format: Format, size: u64) -> Walked<()> {
    if !matches!(format, Format::Docx | Format::Zip) {
        archive(copy, size)?;
        copy.rewind()?;
        if format != Format::Pdf {
            document(copy)?;
            copy.rewind()?;
        }
    }
    if !format.is_inline() {
        return Ok(());
    }
    let mut chunk = vec![0; CHUNK];
    let mut kept = 0;
    loop {
        let read = fill(copy, chunk.get_mut(kept..).unwrap_or_default())?;
        if read == 0 {
            return Ok(());
        }
        let end = kept + read;
        let part = chunk.get_mut(..end).unwrap_or_default();
        part.make_ascii_lowercase();
        if holds_markup(part) {
            return Err(Refused::Active("markup"));
        }
        kept = end.min(OVERLAP);
        chunk.copy_within(end - kept..end, 0);
    }
}

/// All of the markup begins with `<`, or is the one word.
fn holds_markup(part: &[u8]) -> bool {
    part.iter().enumerate().any(|(at, byte)| {
        matches!(byte, b'<' | b'j')
            && part.get(at..).is_some_and(|rest| MARKUP.iter().any(|markup| rest.starts_with(markup)))
    })
}

/// Looks for the beginning of a PDF, which its readers find in text as well.
fn document(copy: &mut File) -> Walked<()> {
    let mut begin = [0; PDF];
    let read = fill(copy, &mut begin)?;
    let found = find(begin.get(..read).unwrap_or_default(), b"%PDF-");
    if found.is_some() { Err(Refused::Active("a document as well")) } else { Ok(()) }
}

/// Looks for the end of an archive whose comment reaches to the end of the file.
fn archive(copy: &mut File, size: u64) -> Walked<()> {
    let start = size.saturating_sub(ARCHIVE);
    copy.seek(SeekFrom::Start(start))?;
    let mut tail = vec![0; usize::try_from(size - start).unwrap_or_default()];
    let read = fill(copy, &mut tail)?;
    let tail = tail.get(..read).unwrap_or_default();
    let ends = |at: usize| {
        let comment =
            tail.get(at + 20..at + 22).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes);
        comment.is_some_and(|comment| at + 22 + usize::from(comment) <= tail.len())
    };
    let found = tail.windows(4).enumerate().any(|(at, window)| window == b"PK\x05\x06" && ends(at));
    if found { Err(Refused::Active("an archive as well")) } else { Ok(()) }
}
