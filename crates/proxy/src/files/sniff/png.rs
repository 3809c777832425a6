//! PNG: chunks up to `IEND`. Kept: what the picture and its colours need, and animation. Texts, times and EXIF go.

use super::input::Input;
use super::{Refused, Walked, pixels};
use flate2::Crc;
use std::io::{Read, Write};

const MOST_CHUNKS: u32 = 200_000;
const KEPT: [&[u8; 4]; 18] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD",
    b"pHYs", b"hIST", b"acTL", b"fcTL", b"fdAT", b"cICP", b"cLLi",
];

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    input.copy(8, out)?;
    let (mut first, mut data) = (true, false);
    for _ in 0..MOST_CHUNKS {
        let length = u32::from_be_bytes(input.take()?);
        let name: [u8; 4] = input.take()?;
        if length > 0x7fff_ffff || u64::from(length).saturating_add(4) > input.left() {
            return Err(Refused::Damaged("a chunk is longer than the file"));
        }
        if first != (&name == b"IHDR") {
            return Err(Refused::Damaged("the header is not the first chunk"));
        }
        if first {
            if length != 13 {
                return Err(Refused::Damaged("a header of the wrong length"));
            }
            let at = input.at();
            let (width, height) = (u32::from_be_bytes(input.take()?), u32::from_be_bytes(input.take()?));
            pixels(width.into(), height.into())?;
            input.seek(at)?;
            first = false;
        }
        data |= &name == b"IDAT";
        if KEPT.contains(&&name) {
            chunk(input, out, length, name)?;
        } else if name.first().is_some_and(u8::is_ascii_lowercase) {
            input.skip(u64::from(length) + 4)?;
        } else {
            return Err(Refused::Damaged("a chunk that no picture has"));
        }
        if &name == b"IEND" {
            return if data && length == 0 { Ok(()) } else { Err(Refused::Damaged("it holds no picture")) };
        }
    }
    Err(Refused::Damaged("too many chunks"))
}

/// Copies a chunk and its sum, which must be right.
fn chunk(input: &mut Input, out: &mut dyn Write, length: u32, name: [u8; 4]) -> Walked<()> {
    out.write_all(&length.to_be_bytes())?;
    out.write_all(&name)?;
    let mut sum = Crc::new();
    sum.update(&name);
    let mut left = u64::from(length);
    let mut part = [0; 8 << 10];
    while left > 0 {
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(part.len());
        let part = part.get_mut(..size).unwrap_or_default();
        input.read_exact(part)?;
        sum.update(part);
        out.write_all(part)?;
        left -= size as u64;
    }
    let told: [u8; 4] = input.take()?;
    if u32::from_be_bytes(told) != sum.sum() {
        return Err(Refused::Damaged("a chunk with a wrong sum"));
    }
    out.write_all(&told)?;
    Ok(())
}
