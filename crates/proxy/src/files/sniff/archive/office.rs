//! Word documents (ECMA-376 part 2): the list of content types and the relationships between parts say what Word makes of
//! them, and the fields in the parts what is done. Whatever would run, is carried along, or is fetched from elsewhere when the
//! document is opened is refused.

use super::super::input::Input;
use super::super::{Refused, Walked};
use super::field::Fields;
use super::svg::Drawing;
use super::{Part, xml};
use flate2::bufread::DeflateDecoder;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{BufReader, Read};

/// A list may be so long.
const MOST: u64 = 4 << 20;
/// The texts of all parts may be so long together.
const MOST_XML: u64 = 64 << 20;
/// Parts of content types that stand for macros, controls and embedded files.
const TYPES: [&str; 5] = ["macroenabled", "vbaproject", "activex", "oleobject", "vbadata"];
/// Last words of relationships that stand for the same, or for a part that is taken over into the document.
const RELATIONS: [&str; 9] = [
    "afchunk",
    "attachedtemplate",
    "activexcontrolbinary",
    "control",
    "oleobject",
    "package",
    "subdocument",
    "vbaproject",
    "wordvbadata",
];

pub(super) fn check(input: &mut Input, parts: &[Part]) -> Walked<()> {
    let mut budget = MOST_XML;
    for part in parts {
        let name = part.name.to_ascii_lowercase();
        if name == "[content_types].xml" {
            elements(&text(input, part)?, content_type)?;
        } else if name.ends_with(".rels") {
            elements(&text(input, part)?, relationship)?;
        } else if is_drawing(&name) {
            if !xml::read(input, part, &mut budget, &mut Drawing::default())? {
                return Err(xml::unread());
            }
        // Whatever its name: a relationship may make a page of it.
        } else if !xml::read(input, part, &mut budget, &mut Fields::default())? && name.ends_with(".xml") {
            return Err(xml::unread());
        }
    }
    Ok(())
}

/// Whether a part has the name of a drawing, by its name in lower case.
pub(super) fn is_drawing(name: &str) -> bool {
    name.starts_with("word/media/") && name.ends_with(".svg")
}

/// The text of a part, which must be UTF-8.
fn text(input: &mut Input, part: &Part) -> Walked<String> {
    if part.unpacked > MOST {
        return Err(Refused::Damaged("its lists are too long"));
    }
    input.seek(part.data)?;
    let mut packed = Read::take(&mut *input, part.packed);
    let mut bytes = Vec::new();
    let read = if part.deflated {
        DeflateDecoder::new(BufReader::new(packed)).take(MOST + 1).read_to_end(&mut bytes)
    } else {
        packed.read_to_end(&mut bytes)
    };
    read.map_err(|_| unread())?;
    if bytes.len() as u64 != part.unpacked {
        return Err(Refused::Damaged("a part of another size"));
    }
    String::from_utf8(bytes).map_err(|_| unread())
}

/// Asks `check` about every element. Nothing that a reader could understand in another way is let through.
fn elements(text: &str, check: fn(&BytesStart<'_>) -> Walked<()>) -> Walked<()> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().map_err(|_| unread())? {
            Event::Start(element) | Event::Empty(element) => check(&element)?,
            Event::Decl(declaration) => {
                let utf8 = match declaration.encoding() {
                    None => true,
                    Some(encoding) => encoding.is_ok_and(|name| name.eq_ignore_ascii_case(b"utf-8")),
                };
                if !utf8 {
                    return Err(unread());
                }
            }
            Event::DocType(_) => return Err(unread()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn content_type(element: &BytesStart<'_>) -> Walked<()> {
    let told = attribute(element, "ContentType")?.to_ascii_lowercase();
    if TYPES.iter().any(|kind| told.contains(kind)) {
        return Err(Refused::Active("macros or another file"));
    }
    Ok(())
}

fn relationship(element: &BytesStart<'_>) -> Walked<()> {
    let kind = attribute(element, "Type")?.to_ascii_lowercase();
    let kind = kind.trim().rsplit('/').next().unwrap_or_default();
    if RELATIONS.contains(&kind) {
        return Err(Refused::Active("macros or another file"));
    }
    let mode = attribute(element, "TargetMode")?;
    if !mode.trim().is_empty() && !mode.trim().eq_ignore_ascii_case("internal") && kind != "hyperlink" {
        return Err(Refused::Active("something that is fetched from elsewhere"));
    }
    Ok(())
}

/// The value of an attribute; empty where there is none.
fn attribute(element: &BytesStart<'_>, wanted: &str) -> Walked<String> {
    for (count, attribute) in element.attributes().enumerate() {
        let attribute = attribute.map_err(|_| unread())?;
        if count >= xml::MOST_ATTRIBUTES {
            return Err(unread());
        }
        if attribute.key.as_ref() == wanted.as_bytes() {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| unread())?;
            return Ok(value.into_owned());
        }
    }
    Ok(String::new())
}

fn unread() -> Refused {
    Refused::Active("lists of its parts that cannot be read")
}
