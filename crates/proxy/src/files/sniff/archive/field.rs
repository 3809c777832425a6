//! Fields of Word (ECMA-376 part 1 §17.16): those that run or fetch something when the document is opened or updated are
//! refused. A field's instruction may be split over many elements, and fields stand in fields.

use super::super::{Refused, Walked};
use super::xml::{Reads, attribute, unread};
use quick_xml::events::BytesStart;

/// First words of such instructions, and of those that begin like them.
const REFUSED: [&str; 8] = ["CONTROL", "DATABASE", "DDE", "IMPORT", "INCLUDE", "LINK", "RD", "SCRIPT"];
/// Namespaces of Word, as most write them and of the strict kind.
const WORD: [&[u8]; 2] = [
    b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/wordprocessingml/main",
];
/// Fields within each other.
const DEEPEST: usize = 64;
/// Letters of an instruction that are kept; none that matters is longer.
const LONGEST: usize = 16;

/// Follows the fields of a part.
#[derive(Default)]
pub(super) struct Fields {
    open: Vec<Field>,
    collects: Option<Text>,
}

#[derive(Clone, Copy, PartialEq)]
enum Text {
    Plain,
    /// Taken out by somebody whose changes are kept.
    Deleted,
}

#[derive(Default)]
struct Field {
    /// What is shown follows, not the instruction.
    shown: bool,
    /// The beginning of its instruction.
    instruction: String,
    from: Option<Text>,
}

impl Reads for Fields {
    fn start(&mut self, space: Option<&[u8]>, element: &BytesStart<'_>) -> Walked<()> {
        self.collects = None;
        let name = element.local_name();
        let word = space.is_some_and(|space| WORD.contains(&space));
        match name.as_ref() {
            b"fldChar" | b"fldSimple" | b"instrText" | b"delInstrText" if !word => return Err(unread()),
            b"instrText" => self.collects = Some(Text::Plain),
            b"delInstrText" => self.collects = Some(Text::Deleted),
            b"fldChar" => match attribute(element, b"fldCharType")?.as_deref() {
                Some("begin") => self.begin()?,
                Some("separate") => {
                    if let Some(field) = self.open.last_mut() {
                        field.shown = true;
                    }
                }
                Some("end") => drop(self.open.pop()),
                _ => return Err(unread()),
            },
            b"fldSimple" => {
                self.decided()?;
                Field::default().take(&attribute(element, b"instr")?.unwrap_or_default(), Text::Plain)?;
            }
            b"t" | b"delText" if word => self.decided()?,
            b"AlternateContent" => self.decided()?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Walked<()> {
        self.collects = None;
        Ok(())
    }

    fn text(&mut self, text: &str) -> Walked<()> {
        match (self.collects, self.open.last_mut()) {
            (Some(kind), Some(field)) if !field.shown => field.take(text, kind),
            _ => Ok(()),
        }
    }

    fn instruction(&mut self) -> Walked<()> {
        Ok(())
    }
}

impl Fields {
    fn begin(&mut self) -> Walked<()> {
        self.decided()?;
        if self.open.len() >= DEEPEST {
            return Err(Refused::Damaged("it is nested too deep"));
        }
        self.open.push(Field::default());
        Ok(())
    }

    /// Refuses an instruction whose first word would be made of something else than its own text.
    fn decided(&self) -> Walked<()> {
        match self.open.last() {
            Some(field) if !field.shown && field.is_open() => Err(unread()),
            _ => Ok(()),
        }
    }
}

impl Field {
    /// Takes the next part of the instruction.
    fn take(&mut self, text: &str, from: Text) -> Walked<()> {
        let mixed = self.from.is_some_and(|before| before != from);
        for letter in text.chars() {
            let blank = !letter.is_alphanumeric() && letter != '=';
            if self.instruction.len() >= LONGEST || self.instruction.is_empty() && blank {
                continue;
            }
            if mixed && self.is_open() {
                return Err(unread());
            }
            self.from = Some(from);
            self.instruction.push(letter.to_ascii_uppercase());
            if REFUSED.iter().any(|word| self.instruction.starts_with(word)) {
                return Err(Refused::Active("a field that runs or fetches something"));
            }
        }
        Ok(())
    }

    /// Whether it may still become one that is refused.
    fn is_open(&self) -> bool {
        REFUSED.iter().any(|word| word.starts_with(self.instruction.as_str()))
    }
}
