//! Compound files (MS-CFB) as Word before 2007 wrote them: a document must be in it, macros and packages may not. Names
//! of their parts are UTF-16 in the clear.

use super::input::{CHUNK, Input};
use super::{Refused, Walked, fill, find};
use std::io::Write;

const REFUSED: [&str; 8] = [
    "Macros",
    "_VBA_PROJECT",
    "VBA",
    "\u{1}Ole10Native",
    "ObjectPool",
    "Package",
    "EncryptedPackage",
    "PROJECTwm",
];
const OVERLAP: usize = 64;

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    // A head and sectors, all of 512 bytes or a multiple of it.
    if input.len() < 1_536 || !input.len().is_multiple_of(512) {
        return Err(Refused::Damaged("it does not end with a sector"));
    }
    let wide =
        |text: &str| -> Vec<u8> { text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect() };
    let (document, refused) = (wide("WordDocument"), REFUSED.map(wide));
    let mut found = false;
    let mut chunk = vec![0; CHUNK];
    let mut kept = 0;
    loop {
        let read = fill(input, chunk.get_mut(kept..).unwrap_or_default())?;
        let part = chunk.get(..kept + read).unwrap_or_default();
        found |= find(part, &document).is_some();
        if refused.iter().any(|name| find(part, name).is_some()) {
            return Err(Refused::Active("macros or another file"));
        }
        out.write_all(part.get(kept..).unwrap_or_default())?;
        if read == 0 {
            return if found { Ok(()) } else { Err(Refused::Unknown) };
        }
        let size = kept + read;
        kept = size.min(OVERLAP);
        chunk.copy_within(size - kept..size, 0);
    }
}
