//! Objects of a PDF (ISO 32000-2 §7.3), read token by token.

use super::super::input::Input;
use super::super::{Refused, Walked};
use super::action::{Watch, Ways};
use super::lexer::{Lexer, Source, Token};
use super::scan::inert;

/// Arrays and dictionaries within each other.
const DEEPEST: usize = 256;
/// Tokens of a value that are kept; none that matters is longer.
const MOST_TOKENS: usize = 8;
/// Words at which whatever was open is broken off.
const BREAKS: [&[u8]; 6] = [b"obj", b"endobj", b"endstream", b"xref", b"trailer", b"startxref"];

/// Reads the object whose `obj` has just been read. True: it is a stream of packed objects that can be unpacked, and
/// the input stands at the line break before it. `budget`: bytes that may be read. `ways`: where it leads is added.
///
/// # Errors
/// When it names something that is not taken, is nested too deep, or packs objects in a way that is not looked into.
pub(super) fn holds_objects(input: &mut Input, budget: &mut u64, ways: &mut Ways) -> Walked<bool> {
    let mut lexer = Lexer::new(InFile { input: &mut *input, budget });
    let (mut dictionary, mut watch) = (Dictionary::default(), Watch::default());
    let mut open: Vec<Token> = Vec::new();
    let mut token;
    let end = loop {
        token = lexer.next()?;
        watch.take(&token)?;
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
                open.push(token.clone());
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
    // Readers that mend a file go on behind what does not fit.
    while end != End::Dictionary && !is_next(&token, &end) {
        token = lexer.next()?;
        watch.take(&token)?;
    }
    ways.join(watch.ways());
    let stream = end == End::Dictionary && lexer.next()? == Token::Word(b"stream".to_vec());
    if lexer.holds() {
        input.seek(input.at() - 1)?;
    }
    if stream || end == End::Broken { dictionary.ended(stream) } else { Ok(false) }
}

/// Whether nothing behind `token` can belong to an object that ended so.
fn is_next(token: &Token, end: &End) -> bool {
    match token {
        Token::End => true,
        Token::Word(word) => match word.as_slice() {
            b"obj" | b"trailer" | b"stream" => true,
            b"endobj" => *end == End::Other,
            _ => false,
        },
        _ => false,
    }
}

/// Reads what is done at the opening, whose key has just been read. `budget` and `ways` as for objects.
///
/// # Errors
/// When it leads elsewhere or cannot be read.
pub(super) fn opens(input: &mut Input, budget: &mut u64, ways: &mut Ways) -> Walked<()> {
    let mut lexer = Lexer::new(InFile { input, budget });
    let mut watch = Watch::of_opening();
    while !watch.has_opened() {
        watch.take(&lexer.next()?)?;
    }
    ways.join(watch.ways());
    Ok(())
}

/// An object of the file itself.
struct InFile<'a> {
    input: &'a mut Input,
    budget: &'a mut u64,
}

impl Source for InFile<'_> {
    fn byte(&mut self) -> Walked<Option<u8>> {
        if self.input.left() == 0 {
            return Ok(None);
        }
        *self.budget = self.budget.checked_sub(1).ok_or(Refused::Damaged("its objects overlap"))?;
        self.input.byte().map(Some)
    }
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
    /// The stream's data is in another file.
    elsewhere: bool,
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
            b"F" | b"FFilter" | b"FDecodeParms" => {
                self.hidden = true;
                // Some programs write a filter's name there, as in pictures within a page.
                let filter = matches!(value.first(), Some(Token::Name(_) | Token::Array));
                self.elsewhere |=
                    key == b"F" && !filter && !matches!(value.as_slice(), [none] if word(none, b"null"));
            }
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
        if whole && self.elsewhere {
            return Err(Refused::Active("something that is fetched from elsewhere"));
        }
        Ok(clear && self.packed)
    }
}
