//! Objects of a PDF (ISO 32000-2 §7.2 and §7.3), read token by token.

use super::super::input::Input;
use super::super::{Refused, Walked};
use super::scan::inert;

/// Arrays and dictionaries within each other.
const DEEPEST: usize = 256;
/// Bytes of a name or a word, and tokens of a value, that are kept; none that matters is longer.
const LONGEST: usize = 64;
const MOST_TOKENS: usize = 8;
/// Words at which whatever was open is broken off.
const BREAKS: [&[u8]; 6] = [b"obj", b"endobj", b"endstream", b"xref", b"trailer", b"startxref"];

/// Reads the object whose `obj` has just been read. True: it is a stream of packed objects that can be unpacked, and
/// the input stands at the line break before it. `budget`: bytes that may be read.
///
/// # Errors
/// When it names something that is not taken, is nested too deep, or packs objects in a way that is not looked into.
pub(super) fn holds_objects(input: &mut Input, budget: &mut u64) -> Walked<bool> {
    let mut lexer = Lexer { input, budget, held: None };
    let mut dictionary = Dictionary::default();
    let mut open: Vec<Token> = Vec::new();
    let end = loop {
        let token = lexer.next()?;
        if let Token::Name(name) = &token {
            inert(name)?;
            dictionary.hinted |= matches!(name.as_slice(), b"ObjStm" | b"First");
        }
        match &token {
            Token::End if !open.is_empty() => break End::Broken,
            Token::Word(word) if BREAKS.contains(&word.as_slice()) && !open.is_empty() => break End::Broken,
            Token::Dictionary | Token::Array => {
                if open.len() >= DEEPEST {
                    return Err(Refused::Damaged("it is nested too deep"));
                }
                if !open.is_empty() {
                    dictionary.take(&token, open.len());
                }
                open.push(token);
            }
            Token::EndDictionary | Token::EndArray => {
                let fits = match open.pop() {
                    Some(Token::Dictionary) => token == Token::EndDictionary,
                    Some(_) => token == Token::EndArray,
                    None => false,
                };
                if !fits {
                    break End::Broken;
                }
                if open.is_empty() {
                    break if token == Token::EndDictionary { End::Dictionary } else { End::Other };
                }
                dictionary.take(&token, open.len());
            }
            _ if open.is_empty() => break End::Other,
            _ => dictionary.take(&token, open.len()),
        }
    };
    let stream = end == End::Dictionary && lexer.next()? == Token::Word(b"stream".to_vec());
    lexer.finish()?;
    if stream || end == End::Broken { dictionary.ended(stream) } else { Ok(false) }
}

/// How an object ends.
#[derive(PartialEq)]
enum End {
    /// It is a whole dictionary.
    Dictionary,
    /// It is whole, and something else.
    Other,
    /// Half-way.
    Broken,
}

/// What the outermost dictionary says about its stream.
#[derive(Default)]
struct Dictionary {
    key: Option<Vec<u8>>,
    value: Vec<Token>,
    /// Somewhere in it stands what only packed objects have.
    hinted: bool,
    /// It does not keep to the rules.
    odd: bool,
    packed: bool,
    filters: u32,
    hidden: bool,
}

impl Dictionary {
    /// Takes a token of the inside. `depth`: 1 for what stands in the dictionary itself.
    fn take(&mut self, token: &Token, depth: usize) {
        if depth == 1
            && (self.key.is_none() || !self.value.is_empty())
            && let Token::Name(name) = token
        {
            self.entry();
            self.key = Some(name.clone());
            return;
        }
        self.odd |= self.key.is_none();
        if self.value.len() < MOST_TOKENS {
            self.value.push(token.clone());
        }
    }

    /// An entry is complete.
    fn entry(&mut self) {
        let Some(key) = self.key.take() else { return };
        let value = std::mem::take(&mut self.value);
        let flate = |name: &Token| matches!(name, Token::Name(name) if matches!(name.as_slice(), b"FlateDecode" | b"Fl"));
        let word = |token: &Token, wanted: &[u8]| matches!(token, Token::Word(word) if word == wanted);
        match key.as_slice() {
            b"Type" => self.packed |= matches!(value.as_slice(), [Token::Name(name)] if name == b"ObjStm"),
            b"First" => self.packed = true,
            b"Filter" => {
                self.filters += 1;
                self.hidden |= !match value.as_slice() {
                    [name] | [Token::Array, name, Token::EndArray] => flate(name),
                    _ => false,
                };
            }
            b"DecodeParms" | b"DP" => {
                self.hidden |= !match value.as_slice() {
                    [none] | [Token::Array, none, Token::EndArray] => word(none, b"null"),
                    [Token::Dictionary, Token::EndDictionary] => true,
                    [Token::Dictionary, Token::Name(name), plain, Token::EndDictionary] => {
                        name == b"Predictor" && word(plain, b"1")
                    }
                    _ => false,
                };
            }
            b"F" | b"FFilter" | b"FDecodeParms" => self.hidden = true,
            _ => {}
        }
    }

    /// Whether its stream is one of packed objects. `whole`: the dictionary was read to its end, and a stream follows.
    fn ended(mut self, whole: bool) -> Walked<bool> {
        self.entry();
        let clear = whole && !self.odd;
        if !clear && self.hinted || self.packed && (self.hidden || self.filters != 1) {
            return Err(Refused::Active("packed objects that cannot be read"));
        }
        Ok(clear && self.packed)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Dictionary,
    EndDictionary,
    Array,
    EndArray,
    /// A string.
    Text,
    /// With its escapes read.
    Name(Vec<u8>),
    /// A number or a keyword.
    Word(Vec<u8>),
    /// The end of the file.
    End,
}

struct Lexer<'a> {
    input: &'a mut Input,
    budget: &'a mut u64,
    /// A byte that was read and belongs to the next token.
    held: Option<u8>,
}

impl Lexer<'_> {
    fn byte(&mut self) -> Walked<Option<u8>> {
        if let Some(byte) = self.held.take() {
            return Ok(Some(byte));
        }
        if self.input.left() == 0 {
            return Ok(None);
        }
        *self.budget = self.budget.checked_sub(1).ok_or(Refused::Damaged("its objects overlap"))?;
        self.input.byte().map(Some)
    }

    /// Leaves the input where the next token begins.
    fn finish(&mut self) -> Walked<()> {
        if self.held.take().is_some() { self.input.seek(self.input.at() - 1) } else { Ok(()) }
    }

    fn next(&mut self) -> Walked<Token> {
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
                    other => {
                        let mut next = other;
                        while next.is_some_and(|byte| byte != b'>') {
                            next = self.byte()?;
                        }
                        Token::Text
                    }
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

    fn text(&mut self) -> Walked<Token> {
        let mut depth = 1_u32;
        while let Some(byte) = self.byte()? {
            match byte {
                b'\\' => {
                    self.byte()?;
                }
                b'(' => depth = depth.saturating_add(1),
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        Ok(Token::Text)
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

fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}
