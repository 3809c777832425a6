//! Reads `{"fileStream":"…","resultCode":…}` as it comes, without holding it.
//!
//! The keys come in any order; other keys hold anything. What is held is a code, a text and a few letters of Base64.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
/// The longest key, code or text that is kept, in bytes; what is longer is cut.
const KEPT: usize = 512;
/// The deepest nesting of a value that is passed over.
const DEPTH: usize = 64;
/// Letters of Base64 that are decoded at a time; a multiple of four.
const LETTERS: usize = 8 * 1024;

/// Why an answer cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vendor::cec) enum Fault {
    /// It is not the JSON that it should be, or not Base64.
    Broken,
    /// The file is longer than is taken.
    TooLarge,
}

/// What an answer said, beside the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::vendor::cec) struct Found {
    /// The code, if there was one.
    pub(in crate::vendor::cec) code: Option<String>,
    /// The text beside it.
    pub(in crate::vendor::cec) text: String,
    /// Bytes of the file.
    pub(in crate::vendor::cec) size_bytes: u64,
}

/// Reads one answer.
pub(in crate::vendor::cec) struct FileReader {
    state: State,
    string: Text,
    found: Found,
    file: File,
    key: Key,
    /// Open brackets of the value that is passed over.
    nested: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    /// After `{`: a key or the end.
    First,
    /// After a comma: a key.
    KeyDue,
    Key,
    Colon,
    Value,
    String,
    /// A number or a word.
    Word,
    Nested,
    NestedString,
    Next,
    Over,
}

#[derive(Clone, Copy, PartialEq)]
enum Key {
    File,
    Code,
    Text,
    Other,
}

impl FileReader {
    /// A reader of one answer whose file has at most `max_bytes`.
    pub(in crate::vendor::cec) fn new(max_bytes: u64) -> Self {
        Self {
            state: State::Start,
            string: Text::default(),
            found: Found::default(),
            file: File {
                max_bytes,
                size: 0,
                letters: Vec::with_capacity(LETTERS),
                padded: false,
                given: false,
            },
            key: Key::Other,
            nested: Vec::new(),
        }
    }

    /// Reads a part; what there is of the file is added to `out`.
    ///
    /// # Errors
    /// [`Fault`]; the reader is of no use any more.
    pub(in crate::vendor::cec) fn feed(&mut self, part: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        for &byte in part {
            self.byte(byte, out)?;
        }
        Ok(())
    }

    /// The answer is over; the rest of the file is added to `out`.
    ///
    /// # Errors
    /// [`Fault::Broken`] when it ends in the middle.
    pub(in crate::vendor::cec) fn end(mut self, out: &mut Vec<u8>) -> Result<Found, Fault> {
        if self.state != State::Over {
            return Err(Fault::Broken);
        }
        self.file.flush(out)?;
        self.found.size_bytes = self.file.size;
        Ok(self.found)
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Fault> {
        let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.state = match self.state {
            State::Start => match byte {
                b'{' => State::First,
                // A byte order mark.
                0xef | 0xbb | 0xbf => State::Start,
                _ if blank => State::Start,
                _ => return Err(Fault::Broken),
            },
            State::First | State::KeyDue | State::Colon | State::Value | State::Next | State::Over
                if blank =>
            {
                self.state
            }
            State::First if byte == b'}' => State::Over,
            State::First | State::KeyDue if byte == b'"' => {
                self.string = Text::default();
                State::Key
            }
            State::First | State::KeyDue => return Err(Fault::Broken),
            State::Key => match self.string.read(byte)? {
                Read::End => {
                    self.key = match self.string.kept.as_slice() {
                        b"fileStream" => Key::File,
                        b"resultCode" | b"returnCode" | b"retCode" => Key::Code,
                        b"resultDesc" => Key::Text,
                        _ => Key::Other,
                    };
                    State::Colon
                }
                read => {
                    self.string.keep(read);
                    State::Key
                }
            },
            State::Colon if byte == b':' => State::Value,
            State::Colon => return Err(Fault::Broken),
            State::Value => self.begin(byte)?,
            State::String => match self.string.read(byte)? {
                Read::End => {
                    self.keep();
                    State::Next
                }
                read => {
                    match (self.key, read) {
                        (Key::File, Read::Byte(byte)) => self.file.letter(byte, out)?,
                        (Key::File, Read::Char(char)) => {
                            let letter = u8::try_from(char).map_err(|_| Fault::Broken)?;
                            self.file.letter(letter, out)?;
                        }
                        (Key::Other, _) => {}
                        (_, read) => self.string.keep(read),
                    }
                    State::String
                }
            },
            State::Word => match byte {
                b',' | b'}' => {
                    self.word_over()?;
                    if byte == b',' { State::KeyDue } else { State::Over }
                }
                _ if blank => {
                    self.word_over()?;
                    State::Next
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.' => {
                    self.string.keep(Read::Byte(byte));
                    State::Word
                }
                _ => return Err(Fault::Broken),
            },
            State::Nested => self.nested(byte)?,
            State::NestedString => match self.string.read(byte)? {
                Read::End => State::Nested,
                _ => State::NestedString,
            },
            State::Next => match byte {
                b',' => State::KeyDue,
                b'}' => State::Over,
                _ => return Err(Fault::Broken),
            },
            State::Over => return Err(Fault::Broken),
        };
        Ok(())
    }

    fn begin(&mut self, byte: u8) -> Result<State, Fault> {
        self.string = Text::default();
        Ok(match byte {
            b'"' => {
                if self.key == Key::File && std::mem::replace(&mut self.file.given, true) {
                    // Which of two files would it be?
                    return Err(Fault::Broken);
                }
                State::String
            }
            b'{' | b'[' => {
                self.nested = vec![byte];
                State::Nested
            }
            b'a'..=b'z' | b'0'..=b'9' | b'-' => {
                self.string.keep(Read::Byte(byte));
                State::Word
            }
            _ => return Err(Fault::Broken),
        })
    }

    fn nested(&mut self, byte: u8) -> Result<State, Fault> {
        match byte {
            b'"' => {
                self.string = Text::default();
                return Ok(State::NestedString);
            }
            b'{' | b'[' if self.nested.len() >= DEPTH => return Err(Fault::Broken),
            b'{' | b'[' => self.nested.push(byte),
            b'}' | b']' => {
                let opened = if byte == b'}' { b'{' } else { b'[' };
                if self.nested.pop() != Some(opened) {
                    return Err(Fault::Broken);
                }
                if self.nested.is_empty() {
                    return Ok(State::Next);
                }
            }
            _ => {}
        }
        Ok(State::Nested)
    }

    fn word_over(&mut self) -> Result<(), Fault> {
        let word = self.string.kept.as_slice();
        if word == b"null" {
            return Ok(());
        }
        let number = word.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        if !number && word != b"true" && word != b"false" {
            return Err(Fault::Broken);
        }
        self.keep();
        Ok(())
    }

    /// Keeps a code or a text; the first one counts.
    fn keep(&mut self) {
        let text = String::from_utf8_lossy(&self.string.kept).trim().to_owned();
        match self.key {
            // The first with a word in it counts.
            Key::Code if self.found.code.as_ref().is_none_or(String::is_empty) => {
                let code = text.strip_suffix(".0").map(str::to_owned);
                self.found.code = Some(code.unwrap_or(text));
            }
            Key::Text if self.found.text.is_empty() => self.found.text = text,
            _ => {}
        }
    }
}

/// A JSON string, without its quotation marks.
#[derive(Default)]
struct Text {
    kept: Vec<u8>,
    escape: Escape,
}

#[derive(Clone, Copy, Default)]
enum Escape {
    #[default]
    None,
    Begun,
    /// Digits read, and their value.
    Code(u8, u16),
}

enum Read {
    Byte(u8),
    Char(char),
    Nothing,
    End,
}

impl Text {
    fn read(&mut self, byte: u8) -> Result<Read, Fault> {
        Ok(match self.escape {
            Escape::None => match byte {
                b'"' => Read::End,
                b'\\' => {
                    self.escape = Escape::Begun;
                    Read::Nothing
                }
                0..0x20 => return Err(Fault::Broken),
                byte => Read::Byte(byte),
            },
            Escape::Begun => {
                self.escape = Escape::None;
                Read::Byte(match byte {
                    b'"' | b'\\' | b'/' => byte,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    b'u' => {
                        self.escape = Escape::Code(0, 0);
                        return Ok(Read::Nothing);
                    }
                    _ => return Err(Fault::Broken),
                })
            }
            Escape::Code(digits, value) => {
                let digit = char::from(byte).to_digit(16).ok_or(Fault::Broken)?;
                let value = (value << 4) | u16::try_from(digit).map_err(|_| Fault::Broken)?;
                if digits < 3 {
                    self.escape = Escape::Code(digits + 1, value);
                    return Ok(Read::Nothing);
                }
                self.escape = Escape::None;
                Read::Char(char::from_u32(u32::from(value)).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
        })
    }

    fn keep(&mut self, read: Read) {
        if self.kept.len() >= KEPT {
            return;
        }
        match read {
            Read::Byte(byte) => self.kept.push(byte),
            Read::Char(char) => self.kept.extend(char.encode_utf8(&mut [0; 4]).bytes()),
            Read::Nothing | Read::End => {}
        }
    }
}

/// The file in Base64; line breaks in it do not count.
struct File {
    max_bytes: u64,
    size: u64,
    letters: Vec<u8>,
    padded: bool,
    given: bool,
}

impl File {
    fn letter(&mut self, letter: u8, out: &mut Vec<u8>) -> Result<(), Fault> {
        match letter {
            b'\r' | b'\n' | b' ' | b'\t' => return Ok(()),
            b'=' => {
                self.padded = true;
                return Ok(());
            }
            _ if self.padded => return Err(Fault::Broken),
            letter => self.letters.push(letter),
        }
        if self.letters.len() >= LETTERS { self.flush(out) } else { Ok(()) }
    }

    fn flush(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let before = out.len();
        BASE64.decode_vec(&self.letters, out).map_err(|_| Fault::Broken)?;
        self.letters.clear();
        self.size += (out.len() - before) as u64;
        if self.size > self.max_bytes { Err(Fault::TooLarge) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
