//! Tokens of a PDF (ISO 32000-2 §7.2 and §7.3).

use super::super::Walked;

/// Bytes of a name or a word, and of a string, that are kept; none that matters is longer.
const LONGEST: usize = 64;
const LONGEST_TEXT: usize = 256;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Dictionary,
    EndDictionary,
    Array,
    EndArray,
    /// A string, as far as it is kept.
    Text(Vec<u8>),
    /// With its escapes read.
    Name(Vec<u8>),
    /// A number or a keyword.
    Word(Vec<u8>),
    /// The end of the file.
    End,
}

/// Where a lexer's bytes come from.
pub(super) trait Source {
    /// The next byte; none at the end.
    fn byte(&mut self) -> Walked<Option<u8>>;
}

pub(super) struct Lexer<S> {
    source: S,
    /// A byte that was read and belongs to the next token.
    held: Option<u8>,
}

impl<S: Source> Lexer<S> {
    pub(super) fn new(source: S) -> Self {
        Self { source, held: None }
    }

    /// Whether a byte was read that belongs to the next token.
    pub(super) fn holds(&self) -> bool {
        self.held.is_some()
    }

    /// Where the bytes come from.
    pub(super) fn into_source(self) -> S {
        self.source
    }

    fn byte(&mut self) -> Walked<Option<u8>> {
        if let Some(byte) = self.held.take() { Ok(Some(byte)) } else { self.source.byte() }
    }

    pub(super) fn next(&mut self) -> Walked<Token> {
        loop {
            let Some(byte) = self.byte()? else { return Ok(Token::End) };
            return Ok(match byte {
                byte if is_blank(byte) => continue,
                b'%' => {
                    while self.byte()?.is_some_and(|byte| !matches!(byte, b'\r' | b'\n')) {}
                    continue;
                }
                b'[' => Token::Array,
                b']' => Token::EndArray,
                b'(' => self.text()?,
                b'<' => match self.byte()? {
                    Some(b'<') => Token::Dictionary,
                    other => self.hex(other)?,
                },
                b'>' => match self.byte()? {
                    Some(b'>') => Token::EndDictionary,
                    other => {
                        self.held = other;
                        Token::Word(b">".to_vec())
                    }
                },
                b'/' => Token::Name(unescaped(&self.word(Vec::new())?)),
                byte => self.word(vec![byte]).map(Token::Word)?,
            });
        }
    }

    /// Reads a string in digits from its first byte on (ISO 32000-2 §7.3.4.3).
    fn hex(&mut self, first: Option<u8>) -> Walked<Token> {
        let (mut text, mut high) = (Vec::new(), None);
        let mut next = first;
        while let Some(byte) = next.filter(|byte| *byte != b'>') {
            let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            match (high, digit) {
                (_, None) => {}
                (None, digit) => high = digit,
                (Some(first), Some(second)) => {
                    keep(&mut text, first << 4 | second);
                    high = None;
                }
            }
            next = self.byte()?;
        }
        if let Some(first) = high {
            keep(&mut text, first << 4);
        }
        Ok(Token::Text(text))
    }

    /// Reads a string in brackets from its second byte on (ISO 32000-2 §7.3.4.2).
    fn text(&mut self) -> Walked<Token> {
        let (mut text, mut depth) = (Vec::new(), 1_u32);
        while let Some(byte) = self.byte()? {
            let meant = match byte {
                b'\\' => self.escaped()?,
                b'(' => {
                    depth = depth.saturating_add(1);
                    Some(byte)
                }
                b')' => {
                    depth -= 1;
                    Some(byte)
                }
                _ => Some(byte),
            };
            if depth == 0 {
                break;
            }
            if let Some(byte) = meant {
                keep(&mut text, byte);
            }
        }
        Ok(Token::Text(text))
    }

    /// What follows a backslash in a string means this byte, or nothing.
    fn escaped(&mut self) -> Walked<Option<u8>> {
        let Some(byte) = self.byte()? else { return Ok(None) };
        Ok(match byte {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' => Some(8),
            b'f' => Some(12),
            b'\r' | b'\n' => None,
            b'0'..=b'7' => {
                let mut value = byte - b'0';
                for _ in 0..2 {
                    match self.byte()? {
                        Some(digit @ b'0'..=b'7') => value = (value & 0x1f) << 3 | (digit - b'0'),
                        other => {
                            self.held = other;
                            break;
                        }
                    }
                }
                Some(value)
            }
            _ => Some(byte),
        })
    }

    /// Goes on to the next byte that is not of a word.
    fn word(&mut self, mut word: Vec<u8>) -> Walked<Vec<u8>> {
        while let Some(byte) = self.byte()? {
            if is_blank(byte) || b"()<>[]{}/%".contains(&byte) {
                self.held = Some(byte);
                break;
            }
            if word.len() < LONGEST {
                word.push(byte);
            }
        }
        Ok(word)
    }
}

fn keep(text: &mut Vec<u8>, byte: u8) {
    if text.len() < LONGEST_TEXT {
        text.push(byte);
    }
}

/// A name with `#` and two digits read as the byte that they mean.
fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped =
            digits.filter(|_| *first == b'#').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    out
}

/// White space (ISO 32000-2 §7.2.3).
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}
