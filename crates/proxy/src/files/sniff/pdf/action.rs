//! What a document does when it is opened (ISO 32000-2 §12.6), and the files that it names (§7.11): to be told where to open
//! is harmless, to be sent elsewhere is not.

use super::super::{Refused, Walked};
use super::lexer::Token;

/// Names that may not stand in the action with which a document opens: they lead out of it, or to a further action.
const LEAVING: [&[u8]; 4] = [b"URI", b"GoToR", b"Thread", b"Next"];
/// Keys whose text is the name of a file.
const FILES: [&[u8]; 5] = [b"F", b"UF", b"DOS", b"Mac", b"Unix"];
/// Arrays and dictionaries within each other, in that action.
const DEEPEST: usize = 64;

/// Whether a name is the key of what is done at the opening.
pub(super) fn is_opening(name: &[u8]) -> bool {
    name == b"OpenAction"
}

/// Whether a name must be understood wherever it stands.
pub(super) fn is_leading(name: &[u8]) -> bool {
    is_opening(name) || LEAVING.contains(&name)
}

/// Where the document leads, from all of its objects.
#[derive(Clone, Copy, Default)]
pub(super) struct Ways {
    /// What is done at the opening is an object of its own.
    referenced: bool,
    /// An object of its own leads out of the document. Which number it has does not matter: readers that mend a file number
    /// anew.
    leaving: bool,
}

impl Ways {
    /// Adds those of another object.
    pub(super) fn join(&mut self, other: Self) {
        self.referenced |= other.referenced;
        self.leaving |= other.leaving;
    }

    /// # Errors
    /// When the opening may lead elsewhere.
    pub(super) fn check(self) -> Walked<()> {
        if self.referenced && self.leaving { Err(elsewhere()) } else { Ok(()) }
    }
}

/// Follows the tokens of objects.
#[derive(Default)]
pub(super) struct Watch {
    ways: Ways,
    /// Names that were read and [lead](is_leading) somewhere.
    leading: u64,
    /// Within so many dictionaries.
    depth: u32,
    before: Before,
    opening: Opening,
}

/// What the token before was.
#[derive(Clone, Copy, Default)]
enum Before {
    #[default]
    Else,
    /// A key whose text is the name of a file.
    File,
    /// The key of an outermost dictionary that says what an action does, and so many words.
    Does(u8),
    /// The key of a further action.
    Next,
}

#[derive(Default)]
enum Opening {
    #[default]
    Elsewhere,
    /// The key was read.
    Named,
    /// Within the action; what is open, where `true` is a dictionary.
    Within(Vec<bool>),
}

impl Watch {
    /// Begins behind the key of what is done at the opening.
    pub(super) fn of_opening() -> Self {
        Self { opening: Opening::Named, ..Self::default() }
    }

    /// Whether what is done at the opening has been read.
    pub(super) fn has_opened(&self) -> bool {
        matches!(self.opening, Opening::Elsewhere)
    }

    /// Where what was read leads.
    pub(super) fn ways(&self) -> Ways {
        self.ways
    }

    /// How many names that lead somewhere were read.
    pub(super) fn leading(&self) -> u64 {
        self.leading
    }

    /// Takes the next token.
    ///
    /// # Errors
    /// When it leads elsewhere.
    pub(super) fn take(&mut self, token: &Token) -> Walked<()> {
        self.open(token)?;
        match token {
            Token::Dictionary => self.depth = self.depth.saturating_add(1),
            Token::EndDictionary => self.depth = self.depth.saturating_sub(1),
            Token::Name(name) => self.leading += u64::from(is_leading(name)),
            _ => {}
        }
        let before = std::mem::take(&mut self.before);
        self.before = match (before, token) {
            (Before::File, Token::Text(text)) if is_foreign(text) => {
                return Err(Refused::Active("the name of a file that is elsewhere"));
            }
            (Before::Does(_), Token::Name(name)) if LEAVING.contains(&name.as_slice()) => {
                self.ways.leaving = true;
                Before::Else
            }
            (Before::Does(2), Token::Word(word)) if word == b"R" => {
                self.ways.leaving = true;
                Before::Else
            }
            (Before::Does(words), Token::Word(_)) if words < 2 => Before::Does(words + 1),
            (Before::Next, Token::Dictionary | Token::Array) => {
                self.ways.leaving = true;
                Before::Else
            }
            (_, Token::Name(name)) => match name.as_slice() {
                b"S" if self.depth <= 1 => Before::Does(0),
                b"Next" => Before::Next,
                name if FILES.contains(&name) => Before::File,
                _ => Before::Else,
            },
            _ => Before::Else,
        };
        Ok(())
    }

    fn open(&mut self, token: &Token) -> Walked<()> {
        match (&mut self.opening, token) {
            (Opening::Within(_), Token::End) => return Err(unread()),
            (Opening::Within(_), Token::Name(name)) if LEAVING.contains(&name.as_slice()) => {
                return Err(elsewhere());
            }
            (Opening::Within(open), Token::Dictionary | Token::Array) => {
                if open.len() >= DEEPEST {
                    return Err(Refused::Damaged("it is nested too deep"));
                }
                open.push(*token == Token::Dictionary);
            }
            (Opening::Within(open), Token::EndDictionary | Token::EndArray) => {
                if open.pop() != Some(*token == Token::EndDictionary) {
                    return Err(unread());
                }
                if open.is_empty() {
                    self.opening = Opening::Elsewhere;
                }
            }
            (Opening::Within(_), _) => {}
            (Opening::Named, Token::Dictionary) => self.opening = Opening::Within(vec![true]),
            (_, Token::Name(name)) if is_opening(name) => self.opening = Opening::Named,
            (Opening::Named, token) => {
                self.ways.referenced |= matches!(token, Token::Word(_));
                self.opening = Opening::Elsewhere;
            }
            (Opening::Elsewhere, _) => {}
        }
        Ok(())
    }
}

fn elsewhere() -> Refused {
    Refused::Active("something that leads elsewhere as soon as it is opened")
}

fn unread() -> Refused {
    Refused::Active("an opening that cannot be read")
}

/// Whether a file's name is more than one of a neighbour: it begins at a root or another computer, with a drive or a scheme.
fn is_foreign(name: &[u8]) -> bool {
    let wide = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(read).collect();
        String::from_utf16_lossy(&units)
    };
    let name = match name {
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        name => String::from_utf8_lossy(name).into_owned(),
    };
    let name: String =
        name.chars().filter(|letter| !letter.is_control() && !letter.is_whitespace()).collect();
    let scheme = name.split_once(':').map(|(scheme, _)| scheme);
    name.starts_with(['/', '\\'])
        || scheme.is_some_and(|scheme| {
            !scheme.is_empty()
                && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
        })
}
