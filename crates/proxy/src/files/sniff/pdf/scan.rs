//! Names and words of a PDF, read without understanding where they stand: a reader that mends a broken file does the same.

use super::super::{Refused, Walked, find};

/// Names that are refused.
const ACTIVE: [&[u8]; 15] = [
    b"JavaScript",
    b"JS",
    b"OpenAction",
    b"AA",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"XFA",
    b"SubmitForm",
    b"ImportData",
    b"GoToE",
    b"Movie",
    b"Rendition",
    b"Encrypt",
];

/// Refuses a name that stands for something that is not taken.
pub(super) fn inert(name: &[u8]) -> Walked<()> {
    if ACTIVE.contains(&name) {
        return Err(Refused::Active("something that runs, opens or is carried along"));
    }
    Ok(())
}

/// Reads names wherever they stand. Short ones count only outside of streams, whose bytes are anything.
#[derive(Default)]
pub(super) struct Scan {
    name: Option<Vec<u8>>,
    hex: Option<u8>,
    escape: bool,
    word: Vec<u8>,
    stream: bool,
    /// There are no streams in what is read.
    objects: bool,
}

impl Scan {
    /// For a file.
    pub(super) fn of_file() -> Self {
        Self::default()
    }

    /// For packed objects, among which there are no streams.
    pub(super) fn of_objects() -> Self {
        Self { objects: true, ..Self::default() }
    }

    /// Takes a byte; true where an object begins with it.
    pub(super) fn take(&mut self, byte: u8) -> Walked<bool> {
        let ends = matches!(
            byte,
            0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
        );
        if ends {
            self.named()?;
        } else if self.name.is_some() {
            self.letter(byte);
        }
        if byte == b'/' {
            self.name = Some(Vec::new());
        }
        Ok(self.worded(byte))
    }

    fn letter(&mut self, byte: u8) {
        let Some(name) = &mut self.name else { return };
        match (self.escape, self.hex, char::from(byte).to_digit(16)) {
            (true, None, Some(high)) => self.hex = u8::try_from(high).ok(),
            (true, Some(high), Some(low)) => {
                name.push(high << 4 | u8::try_from(low).unwrap_or(0));
                (self.escape, self.hex) = (false, None);
            }
            _ if byte == b'#' => (self.escape, self.hex) = (true, None),
            _ => {
                (self.escape, self.hex) = (false, None);
                name.push(byte);
            }
        }
        if name.len() > 64 {
            self.name = None;
        }
    }

    fn named(&mut self) -> Walked<()> {
        (self.escape, self.hex) = (false, None);
        let Some(name) = self.name.take() else { return Ok(()) };
        if name.len() > 4 || !self.stream { inert(&name) } else { Ok(()) }
    }

    /// Follows the words that begin and end streams.
    fn worded(&mut self, byte: u8) -> bool {
        if byte.is_ascii_lowercase() {
            if self.word.len() < 16 {
                self.word.push(byte);
            }
            return false;
        }
        if self.word.is_empty() {
            return false;
        }
        let word = std::mem::take(&mut self.word);
        if find(&word, b"endstream").is_some() || word == b"endobj" {
            self.stream = false;
        } else if word == b"stream" && matches!(byte, b'\r' | b'\n') {
            self.stream = !self.objects;
        }
        word.ends_with(b"obj") && !word.ends_with(b"endobj")
    }
}
