//! What a file is, by its first bytes: names and the browser's types are only what somebody says.

/// So many bytes are enough to tell.
pub const HEAD_BYTES: usize = 4096;

/// What the content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Of a kind that has these file name extensions, the usual one first.
    Kind(&'static [&'static str]),
    /// Text of some sort.
    Text,
    /// A page, a drawing with scripts in it, or a program: never sent, whatever its name says.
    Harmful,
    /// Nothing known here.
    Unknown,
}

/// What begins so, at which offset, is of this kind.
const MAGIC: &[(usize, &[u8], &[&str])] = &[
    (0, b"\xff\xd8\xff", &["jpg", "jpeg"]),
    (0, b"\x89PNG\r\n\x1a\n", &["png"]),
    (0, b"GIF8", &["gif"]),
    (8, b"WEBP", &["webp"]),
    (0, b"BM", &["bmp"]),
    (0, b"%PDF-", &["pdf"]),
    (8, b"WAVE", &["wav"]),
    (0, b"ID3", &["mp3"]),
    (0, b"\xff\xfb", &["mp3"]),
    (0, b"\xff\xf3", &["mp3"]),
    (0, b"#!AMR", &["amr"]),
    (0, b"OggS", &["ogg", "oga", "ogv", "opus"]),
    (4, b"ftypheic", &["heic"]),
    (4, b"ftypheix", &["heic"]),
    (4, b"ftypmif1", &["heic"]),
    (4, b"ftypavif", &["avif"]),
    (4, b"ftypqt", &["mov"]),
    (4, b"ftypM4A", &["m4a", "mp4"]),
    (4, b"ftyp", &["mp4", "m4v", "m4a", "3gp", "mov"]),
    (0, b"\x1a\x45\xdf\xa3", &["webm", "mkv"]),
    (0, b"PK\x03\x04", &["zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"]),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &["doc", "xls", "ppt"]),
    (0, b"Rar!\x1a\x07", &["rar"]),
    (0, b"7z\xbc\xaf\x27\x1c", &["7z"]),
];

/// What runs when it is opened.
const PROGRAMS: &[&[u8]] = &[b"MZ", b"\x7fELF", b"#!/", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"];

/// What makes a page of a text, in lower case.
const MARKUP: &[&str] =
    &["<!doctype", "<html", "<head", "<body", "<script", "<svg", "<?xml", "<iframe", "<?php"];

/// Looks at the first [`HEAD_BYTES`] of a file, or at all of a shorter one.
pub fn look(head: &[u8]) -> Found {
    let begins = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|rest| rest.starts_with(magic));
    if PROGRAMS.iter().any(|magic| begins(0, magic)) {
        return Found::Harmful;
    }
    if let Some((_, _, names)) = MAGIC.iter().find(|(at, magic, _)| begins(*at, magic)) {
        return Found::Kind(names);
    }
    let text = match core::str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut in two where the head ends.
        Err(error) if error.error_len().is_none() => {
            core::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return Found::Unknown,
    };
    if text.contains('\0') {
        return Found::Unknown;
    }
    let lower = text.to_ascii_lowercase();
    if MARKUP.iter().any(|tag| lower.contains(tag)) { Found::Harmful } else { Found::Text }
}

/// The name to send a file under; `None`: what is in it is not taken, whatever its name says. A name that does not fit
/// the content gets the extension that does.
pub fn name_for(name: &str, found: Found, offered: &[String]) -> Option<String> {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem, extension.to_ascii_lowercase()),
        None => (name, String::new()),
    };
    let is_offered = |extension: &str| offered.iter().any(|other| other == extension);
    let known = |extension: &str| MAGIC.iter().any(|(_, _, names)| names.contains(&extension));
    match found {
        Found::Harmful => None,
        Found::Kind(names) => {
            if names.contains(&extension.as_str()) && is_offered(&extension) {
                return Some(name.to_owned());
            }
            let fitting = names.iter().find(|other| is_offered(other))?;
            Some([stem, ".", fitting].concat())
        }
        // Text and what is not known here may be of any kind but those that would have been recognised.
        Found::Text | Found::Unknown => {
            (is_offered(&extension) && !known(&extension)).then(|| name.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn content_is_known_by_its_first_bytes() {
        for (head, name) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "jpg"),
            (b"\x89PNG\r\n\x1a\n\0\0", "png"),
            (b"RIFF\x01\0\0\0WEBPVP8 ", "webp"),
            (b"RIFF\x01\0\0\0WAVEfmt ", "wav"),
            (b"%PDF-1.7", "pdf"),
            (b"\0\0\0\x18ftypheic", "heic"),
            (b"\0\0\0\x18ftypisom", "mp4"),
            (b"PK\x03\x04\x14", "docx"),
        ] {
            assert!(matches!(look(head), Found::Kind(names) if names.contains(&name)), "{name}");
        }
        assert_eq!(look("订单 1043".as_bytes()), Found::Text);
        assert_eq!(look(&"订".as_bytes()[..2]), Found::Text, "a character cut in two");
        assert_eq!(look(b"\xfe\xff\0a"), Found::Unknown);
        assert_eq!(look(b"a\0b"), Found::Unknown);
        assert_eq!(look(b""), Found::Text);
    }

    #[test]
    fn pages_drawings_and_programs_are_never_taken() {
        for head in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'>"[..],
            b"\xef\xbb\xbf  <!DOCTYPE html>",
            b"<!-- a comment --><SCRIPT>",
            b"<?xml version='1.0'?><svg/>",
            b"MZ\x90\0",
            b"\x7fELF",
            b"#!/bin/sh",
        ] {
            assert_eq!(look(head), Found::Harmful);
            assert_eq!(name_for("a.txt", look(head), &offered(&["txt", "svg", "html"])), None);
        }
    }

    #[test]
    fn a_wrong_name_is_put_right_where_the_content_is_offered() {
        let types = offered(&["png", "jpg", "txt"]);
        let jpeg = look(b"\xff\xd8\xff");
        assert_eq!(name_for("a.jpg", jpeg, &types).as_deref(), Some("a.jpg"));
        assert_eq!(name_for("a.JPG", jpeg, &types).as_deref(), Some("a.JPG"));
        assert_eq!(name_for("a.b.png", jpeg, &types).as_deref(), Some("a.b.jpg"));
        assert_eq!(name_for("photo", jpeg, &types).as_deref(), Some("photo.jpg"));
        assert_eq!(name_for("a.pdf", look(b"%PDF-"), &types), None);
        assert_eq!(name_for("a.png", look(b"just words"), &types), None, "no picture in it");
        assert_eq!(name_for("a.txt", look(b"just words"), &types).as_deref(), Some("a.txt"));
        assert_eq!(name_for("a.exe", Found::Unknown, &types), None);
        assert_eq!(name_for("a.dwg", Found::Unknown, &offered(&["dwg"])).as_deref(), Some("a.dwg"));
    }
}
