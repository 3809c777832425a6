//! Any bytes as a file: refused, or cleaned into something that is of a kind of the list, holds nothing of another kind, is
//! taken again as the same kind and does not change any more.
#![no_main]

use flate2::Crc;
use frontdesk_proxy::files::format::{EXTENSIONS, Format};
use frontdesk_proxy::files::sniff;
use libfuzzer_sys::fuzz_target;
use std::fs::File;
use std::io::{Read, Seek, Write};

/// Names that decide where the content does not.
const NAMES: [Option<&str>; 6] = [None, Some("csv"), Some("jpg"), Some("docx"), Some("txt"), Some("html")];
/// What no picture, sound or film may hold, in lower case.
const MARKUP: [&[u8]; 6] = [b"<script", b"<iframe", b"<!doctype ", b"<html>", b"<?php ", b"javascript:"];
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*choice) % NAMES.len()];
    let Some((format, once)) = clean(&mended(bytes), name) else { return };
    check(format, &once, bytes.len());
    let Some((again, twice)) = clean(&once, name) else { panic!("{format:?} is not taken a second time") };
    assert_eq!(again, format);
    assert_eq!(twice, once, "{format:?} changes when it is cleaned again");
    assert_eq!(sniff::kind(file(0, &once), name).ok(), Some(format), "without a copy it is the same");
});

fn check(format: Format, copy: &[u8], len: usize) {
    assert!(EXTENSIONS.contains(&format.extension()) && !format.media_type().is_empty());
    assert!(!copy.is_empty() && copy.len() <= len, "{format:?} grows from {len} to {}", copy.len());
    let begins = |magic: &[u8]| copy.starts_with(magic);
    let right = match format {
        Format::Jpeg => begins(b"\xff\xd8\xff") && copy.ends_with(b"\xff\xd9"),
        Format::Png => begins(PNG) && copy.ends_with(b"IEND\xae\x42\x60\x82"),
        Format::Gif => begins(b"GIF8") && copy.ends_with(b"\x3b"),
        Format::Bmp => begins(b"BM"),
        Format::Webp => begins(b"RIFF") && copy.get(8..12) == Some(b"WEBP"),
        Format::Mp3 | Format::Aac => begins(b"\xff"),
        Format::Mp4 | Format::M4a => copy.get(4..8) == Some(b"ftyp"),
        Format::Pdf => begins(b"%PDF-"),
        Format::Doc => begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        Format::Docx | Format::Zip => begins(b"PK\x03\x04"),
        Format::Txt | Format::Csv => std::str::from_utf8(copy).is_ok() && !copy.contains(&0),
    };
    assert!(right, "{format:?} does not look like it");
    let lower = copy.to_ascii_lowercase();
    let holds = |needle: &[u8]| lower.windows(needle.len()).any(|window| window == needle);
    if format.is_inline() || matches!(format, Format::Txt | Format::Csv) {
        for markup in MARKUP {
            assert!(!holds(markup), "{format:?} with {}", String::from_utf8_lossy(markup));
        }
        let begin = copy.get(..copy.len().min(1_024)).unwrap_or_default();
        assert!(!begin.windows(5).any(|window| window == b"%PDF-"), "{format:?} is a document as well");
    }
}

thread_local! {
    /// Two files, used again and again: making them takes longer than reading them.
    static FILES: [File; 2] =
        [(); 2].map(|()| tempfile::tempfile_in("/dev/shm").or_else(|_| tempfile::tempfile()).expect("a file"));
}

/// One of the files, with this in it.
fn file(which: usize, bytes: &[u8]) -> File {
    let mut file = FILES.with(|files| files[which].try_clone()).expect("a handle");
    let begun = file.set_len(0).and_then(|()| file.rewind());
    begun.and_then(|()| file.write_all(bytes)).and_then(|()| file.rewind()).expect("it is written");
    file
}

fn clean(bytes: &[u8], name: Option<&str>) -> Option<(Format, Vec<u8>)> {
    let mut copy = file(1, b"");
    let (format, size) = sniff::clean(file(0, bytes), &mut copy, name, |_| true).ok()?;
    let mut cleaned = Vec::new();
    copy.rewind().expect("rewound");
    copy.read_to_end(&mut cleaned).expect("it is read");
    assert_eq!(cleaned.len() as u64, size);
    Some((format, cleaned))
}

/// With the sums of a PNG put right, which no change would hit by chance.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    if !out.starts_with(PNG) {
        return out;
    }
    let mut at = PNG.len();
    while let Some([a, b, c, d]) = out.get(at..at + 4) {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let end = at + 8 + length;
        let Some(chunk) = out.get(at + 4..end) else { break };
        let mut sum = Crc::new();
        sum.update(chunk);
        let Some(field) = out.get_mut(end..end + 4) else { break };
        field.copy_from_slice(&sum.sum().to_be_bytes());
        at = end + 4;
    }
    out
}
