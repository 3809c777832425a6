//! Zip archives (APPNOTE 6.3) and Word documents in them: the directory at the end and the heads of all parts must agree,
//! lie side by side without a gap, and unpack to a size that can be told before. Nothing is unpacked to a disk.
//!
//! # Layout
//! - `office`: what the parts of a Word document may be and lead to
//! - `xml`: their content, event by event
//! - `field`: what their fields do
//! - `svg`: drawings in them

mod field;
mod office;
mod svg;
mod xml;

use super::input::Input;
use super::{Format, Refused, Walked};
use std::io::Write;

const MOST_PARTS: usize = 2_000;
const MOST_UNPACKED: u64 = 200_000_000;
/// A part may unpack to so many times its size; deflate itself reaches 1032. A log does so: what unpacks to little is counted
/// in the sum alone.
const MOST_RATIO: u64 = 200;
const LITTLE: u64 = 8 << 20;
const END: u64 = 22;
/// Files in an archive that are refused besides programs: archives in archives.
const NESTED: [&str; 10] = ["zip", "7z", "rar", "gz", "bz2", "xz", "tar", "tgz", "cab", "zst"];

/// Flags of a part that is encrypted in one of three ways.
const UNREADABLE: u16 = 0x2041;

struct Part {
    name: String,
    at: u64,
    /// Where its data begins.
    data: u64,
    deflated: bool,
    packed: u64,
    unpacked: u64,
    raw_name: usize,
}

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<Format> {
    let parts = directory(input)?;
    let word = parts.iter().any(|part| part.name == "[Content_Types].xml")
        && parts.iter().any(|part| part.name == "word/document.xml");
    for part in &parts {
        check_name(&part.name, word)?;
    }
    let total = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.unpacked));
    let bomb = parts
        .iter()
        .any(|part| part.unpacked > LITTLE && part.unpacked > part.packed.saturating_mul(MOST_RATIO));
    if bomb || total.is_none_or(|total| total > MOST_UNPACKED) {
        return Err(Refused::Active("far more than its size tells"));
    }
    if word {
        office::check(input, &parts)?;
    }
    input.seek(0)?;
    input.copy(input.len(), out)?;
    Ok(if word { Format::Docx } else { Format::Zip })
}

/// The parts, whose heads have been compared with the directory.
fn directory(input: &mut Input) -> Walked<Vec<Part>> {
    let end = input.len().checked_sub(END).ok_or(Refused::Damaged("it ends too early"))?;
    input.seek(end)?;
    let record: [u8; 22] = input.take()?;
    let u16_at = |at: usize| {
        record.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
    };
    let u32_at = |at: usize| {
        record.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    };
    if !record.starts_with(b"PK\x05\x06") || u16_at(20) != 0 {
        return Err(Refused::Damaged("something follows its end"));
    }
    let (count, size, start) = (usize::from(u16_at(10)), u64::from(u32_at(12)), u64::from(u32_at(16)));
    if u16_at(4) != 0 || u16_at(6) != 0 || u16_at(8) != u16_at(10) || start + size != end {
        return Err(Refused::Damaged("the directory is not at its end"));
    }
    if count == 0 || count > MOST_PARTS {
        return Err(Refused::Damaged("no parts, or too many"));
    }
    input.seek(start)?;
    let mut parts = Vec::with_capacity(count);
    for _ in 0..count {
        parts.push(entry(input)?);
    }
    if input.at() != end {
        return Err(Refused::Damaged("the directory has a gap"));
    }
    parts.sort_by_key(|part| part.at);
    let mut next = 0;
    for part in &mut parts {
        if part.at != next {
            return Err(Refused::Damaged("parts overlap, or something lies between them"));
        }
        next = local(input, part, start)?;
    }
    if next == start { Ok(parts) } else { Err(Refused::Damaged("something lies before the directory")) }
}

fn entry(input: &mut Input) -> Walked<Part> {
    let head: [u8; 46] = input.take()?;
    let u16_at = |at: usize| {
        head.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
    };
    let u32_at = |at: usize| {
        head.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    };
    if !head.starts_with(b"PK\x01\x02") {
        return Err(Refused::Damaged("the directory is broken"));
    }
    if u16_at(8) & UNREADABLE != 0 || !matches!(u16_at(10), 0 | 8) {
        return Err(Refused::Active("parts that cannot be read"));
    }
    let (packed, unpacked) = (u64::from(u32_at(20)), u64::from(u32_at(24)));
    if packed == 0xffff_ffff || unpacked == 0xffff_ffff || (u16_at(10) == 0 && packed != unpacked) {
        return Err(Refused::Damaged("a part of unknown size"));
    }
    let raw = input.some(u64::from(u16_at(28)))?;
    input.skip(u64::from(u16_at(30)) + u64::from(u16_at(32)))?;
    let raw_name = raw.len();
    let name = String::from_utf8_lossy(&raw).into_owned();
    // A link to somewhere else, by the rights of Unix.
    if u32_at(38) >> 28 == 0xa {
        return Err(Refused::Active("links"));
    }
    let (at, deflated) = (u64::from(u32_at(42)), u16_at(10) == 8);
    Ok(Part { name, at, data: at, deflated, packed, unpacked, raw_name })
}

/// Compares a part's own head, which says where its data begins; answers where the part ends.
fn local(input: &mut Input, part: &mut Part, start: u64) -> Walked<u64> {
    input.seek(part.at)?;
    let head: [u8; 30] = input.take()?;
    let u16_at = |at: usize| {
        head.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
    };
    if !head.starts_with(b"PK\x03\x04") || usize::from(u16_at(26)) != part.raw_name {
        return Err(Refused::Damaged("a part that is not where the directory says"));
    }
    let name = input.some(u64::from(u16_at(26)))?;
    if String::from_utf8_lossy(&name) != part.name {
        return Err(Refused::Damaged("a part of another name"));
    }
    if u16_at(6) & UNREADABLE != 0 {
        return Err(Refused::Active("parts that cannot be read"));
    }
    if (u16_at(8) == 8) != part.deflated {
        return Err(Refused::Damaged("a part packed in another way than the directory says"));
    }
    input.skip(u64::from(u16_at(28)))?;
    part.data = input.at();
    input.skip(part.packed)?;
    if u16_at(6) & 8 != 0 {
        // The sizes follow the data, with a signature or without.
        let mut next = [0; 4];
        let read = input.peek(&mut next)?;
        input.skip(if read == 4 && &next == b"PK\x07\x08" { 16 } else { 12 })?;
    }
    if input.at() > start {
        Err(Refused::Damaged("a part reaches into the directory"))
    } else {
        Ok(input.at())
    }
}

fn check_name(name: &str, word: bool) -> Walked<()> {
    let lower = name.to_ascii_lowercase();
    let escapes = name.is_empty()
        || name.starts_with('/')
        || name.contains(['\\', '\0', ':'])
        || name.split('/').any(|part| part == "..");
    let extension =
        crate::files::name::extension(name.rsplit('/').next().unwrap_or_default()).unwrap_or_default();
    // A Word document is made of XML; macros and embedded objects have their own names.
    let office = word && (matches!(extension.as_str(), "xml" | "rels") || office::is_drawing(&lower));
    let runs = crate::files::name::is_active(&extension) && !office;
    let carries = lower.contains("vbaproject") || lower.contains("/embeddings/") || lower.contains("activex");
    let program = lower == "meta-inf/manifest.mf" || lower == "androidmanifest.xml";
    if escapes || runs || carries || program || NESTED.contains(&extension.as_str()) {
        return Err(Refused::Active("a program, another archive, or a path out of it"));
    }
    Ok(())
}
