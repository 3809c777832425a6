//! XML of a part, event by event, with little of it in memory.

use super::super::input::Input;
use super::super::{Refused, Walked, fill};
use super::Part;
use flate2::bufread::DeflateDecoder;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};
use std::io::{BufReader, Cursor, Read};

/// Elements within each other.
const DEEPEST: usize = 512;
/// A tag or a text may be so long.
const LONGEST: u64 = 4 << 20;
/// So many attributes has a tag.
pub(super) const MOST_ATTRIBUTES: usize = 256;
/// So many namespaces are named at once.
const MOST_SPACES: usize = 128;
/// Time that a tag, a text or a reference takes, in bytes: many small ones take longer than few large ones.
const WEIGHT: u64 = 16;
/// The first bytes tell what a part is.
const HEAD: usize = 16;
/// Encodings in which names and words of ASCII are what they are in UTF-8, by the beginning of their name.
const ENCODINGS: [&str; 6] = ["utf-8", "utf8", "us-ascii", "iso-8859-", "windows-125", "gb"];

/// Asks about what stands in a part.
pub(super) trait Reads {
    /// An element begins; `space` is its namespace.
    fn start(&mut self, space: Option<&[u8]>, element: &BytesStart<'_>) -> Walked<()>;
    /// An element ends.
    fn end(&mut self) -> Walked<()>;
    /// A text, or a part of one.
    fn text(&mut self, text: &str) -> Walked<()>;
    /// An instruction for a program.
    fn instruction(&mut self) -> Walked<()>;
}

/// Reads a part if it is XML; whether it is. Nothing that another reader could understand in another way is let through.
/// `budget`: bytes that may be read, each tag and text counted as some more.
pub(super) fn read(input: &mut Input, part: &Part, budget: &mut u64, reads: &mut dyn Reads) -> Walked<bool> {
    input.seek(part.data)?;
    let mut packed = Read::take(&mut *input, part.packed);
    let mut source: Box<dyn Read + '_> = if part.deflated {
        Box::new(DeflateDecoder::new(BufReader::new(packed)))
    } else {
        Box::new(&mut packed)
    };
    let mut head = [0; HEAD];
    let filled = fill(&mut source, &mut head).map_err(|_| unread())?;
    let head = head.get(..filled).unwrap_or_default();
    match looks(head) {
        Looks::Wide => return Err(unread()),
        Looks::Other => return Ok(false),
        Looks::Xml => {}
    }
    let too_long = || Refused::Damaged("its texts are too long");
    *budget = budget.checked_sub(part.unpacked).ok_or_else(too_long)?;
    let from = Cursor::new(head).chain(source).take(part.unpacked.saturating_add(1));
    let mut reader = NsReader::from_reader(BufReader::new(Bounded { from, left: LONGEST, total: 0 }));
    let mut buffer = Vec::new();
    // How many namespaces each open element names.
    let (mut open, mut spaces) = (Vec::new(), 0);
    loop {
        buffer.clear();
        reader.get_mut().get_mut().left = LONGEST;
        *budget = budget.checked_sub(WEIGHT).ok_or_else(too_long)?;
        let (space, event) = reader.read_resolved_event_into(&mut buffer).map_err(|_| unread())?;
        let space = match space {
            ResolveResult::Bound(Namespace(space)) => Some(space),
            _ => None,
        };
        match event {
            Event::Start(element) => {
                let named = named(&element)?;
                open.push(named);
                spaces += named;
                if open.len() > DEEPEST || spaces > MOST_SPACES {
                    return Err(Refused::Damaged("it is nested too deep"));
                }
                reads.start(space, &element)?;
            }
            Event::Empty(element) => {
                named(&element)?;
                reads.start(space, &element)?;
                reads.end()?;
            }
            Event::End(_) => {
                spaces -= open.pop().unwrap_or(0);
                reads.end()?;
            }
            Event::Text(text) => reads.text(&String::from_utf8_lossy(&text))?,
            Event::CData(text) => reads.text(&String::from_utf8_lossy(&text))?,
            Event::GeneralRef(reference) => reads.text(&meant(&reference)?.to_string())?,
            Event::Decl(declaration) => {
                if let Some(encoding) = declaration.encoding() {
                    let name = encoding.map_err(|_| unread())?.to_ascii_lowercase();
                    if !ENCODINGS.iter().any(|known| name.starts_with(known.as_bytes())) {
                        return Err(unread());
                    }
                }
            }
            Event::PI(_) => reads.instruction()?,
            Event::Comment(_) => {}
            Event::DocType(_) => return Err(unread()),
            Event::Eof => break,
        }
    }
    if reader.get_ref().get_ref().total == part.unpacked {
        Ok(true)
    } else {
        Err(Refused::Damaged("a part of another size"))
    }
}

/// How many namespaces a tag names, among not too many attributes.
fn named(element: &BytesStart<'_>) -> Walked<usize> {
    let mut named = 0;
    for (count, attribute) in element.attributes().with_checks(false).enumerate() {
        let attribute = attribute.map_err(|_| unread())?;
        if count >= MOST_ATTRIBUTES {
            return Err(Refused::Damaged("a tag has too many attributes"));
        }
        named += usize::from(attribute.key.as_namespace_binding().is_some());
    }
    Ok(named)
}

/// The value of the attribute with this name in whatever namespace, of which there is at most one.
pub(super) fn attribute(element: &BytesStart<'_>, wanted: &[u8]) -> Walked<Option<String>> {
    let mut found = None;
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| unread())?;
        if attribute.key.local_name().as_ref() == wanted {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| unread())?;
            if found.replace(value.into_owned()).is_some() {
                return Err(unread());
            }
        }
    }
    Ok(found)
}

pub(super) fn unread() -> Refused {
    Refused::Active("parts that cannot be read")
}

enum Looks {
    Xml,
    /// XML of more than one byte for each letter.
    Wide,
    Other,
}

fn looks(head: &[u8]) -> Looks {
    if matches!(
        head,
        [0xff, 0xfe, ..]
            | [0xfe, 0xff, ..]
            | [b'<', 0, ..]
            | [0, b'<', ..]
            | [0, 0, 0xfe, 0xff, ..]
            | [0, 0, 0, b'<', ..]
    ) {
        return Looks::Wide;
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let begun = text.trim_ascii_start().first().is_none_or(|byte| *byte == b'<');
    let legible = text.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..));
    let whole = std::str::from_utf8(text).map_or_else(|error| error.error_len().is_none(), |_| true);
    if begun && legible && whole { Looks::Xml } else { Looks::Other }
}

/// What a reference stands for.
fn meant(reference: &BytesRef<'_>) -> Walked<char> {
    match reference.resolve_char_ref() {
        Ok(Some(letter)) => Ok(letter),
        Ok(None) => match &**reference {
            b"lt" => Ok('<'),
            b"gt" => Ok('>'),
            b"amp" => Ok('&'),
            b"quot" => Ok('"'),
            b"apos" => Ok('\''),
            _ => Err(unread()),
        },
        Err(_) => Err(unread()),
    }
}

/// Fails where one event is too long.
struct Bounded<R> {
    from: R,
    left: u64,
    total: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 {
            return Err(std::io::Error::other("a tag or a text is too long"));
        }
        let read = self.from.read(into)?;
        self.left = self.left.saturating_sub(read as u64);
        self.total = self.total.saturating_add(read as u64);
        Ok(read)
    }
}
