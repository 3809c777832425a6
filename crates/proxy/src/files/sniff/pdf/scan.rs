//! Names and words of a PDF, read without understanding where they stand: a reader that mends a broken file does the same.

use super::super::{Refused, Walked, find};
use super::action::{is_leading, is_opening};

/// Names that are refused.
const ACTIVE: [&[u8]; 18] = [
    b"JavaScript",
    b"JS",
    b"AA",
    b"Launch",
    b"EF",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"XFA",
    b"SubmitForm",
    b"ImportData",
    b"GoToE",
    b"Movie",
    b"OnInstantiate",
    b"Rendition",
    b"RichMediaExecute",
    b"Sound",
    b"Encrypt",
];

/// Refuses a name that stands for something that is not taken.
pub(super) fn inert(name: &[u8]) -> Walked<()> {
    if ACTIVE.contains(&name) {
        return Err(Refused::Active("something that runs, opens or is carried along"));
    }
    Ok(())
}

/// What stands before a byte and is to be read from there on.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Begun {
    /// An object, or the dictionary at the end.
    Object,
    /// The key of what is done at the opening.
    Opening,
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
    /// Names that were read and [lead](is_leading) somewhere.
    leading: u64,
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

    /// How many names that lead somewhere were read.
    pub(super) fn leading(&self) -> u64 {
        self.leading
    }

    /// Takes a byte; answers what begins with it.
    pub(super) fn take(&mut self, byte: u8) -> Walked<Option<Begun>> {
        let ends = matches!(
            byte,
            0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
        );
        let mut opening = false;
        if ends {
            opening = self.named()?;
        } else if self.name.is_some() {
            self.letter(byte);
        }
        if byte == b'/' {
            self.name = Some(Vec::new());
        }
        let object = self.worded(byte);
        Ok(if opening { Some(Begun::Opening) } else { object.then_some(Begun::Object) })
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

    /// A name is complete; whether it is the key of what is done at the opening.
    fn named(&mut self) -> Walked<bool> {
        (self.escape, self.hex) = (false, None);
        let Some(name) = self.name.take() else { return Ok(false) };
        if name.len() > 4 || !self.stream {
            inert(&name)?;
        }
        self.leading += u64::from(is_leading(&name));
        Ok(is_opening(&name))
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
        word.ends_with(b"obj") && !word.ends_with(b"endobj") || word.ends_with(b"trailer")
    }
}
