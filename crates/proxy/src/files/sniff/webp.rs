//! WebP (RFC 9649): chunks of the container. EXIF, XMP and unknown chunks go.

use super::input::Input;
use super::{Refused, Walked, pixels};
use std::io::Write;

const MOST_CHUNKS: usize = 50_000;
const KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    input.skip(4)?;
    let size = u64::from(u32::from_le_bytes(input.take()?));
    input.skip(4)?;
    let end = size.checked_add(8).filter(|end| *end <= input.len());
    let end = end.ok_or(Refused::Damaged("it ends too early"))?;
    let mut kept: Vec<(u64, u64)> = Vec::new();
    let (mut pictured, mut first) = (false, true);
    while input.at() < end {
        let at = input.at();
        let name: [u8; 4] = input.take()?;
        let length = u64::from(u32::from_le_bytes(input.take()?));
        let padded = length + length % 2;
        if at + 8 + length > end || kept.len() >= MOST_CHUNKS {
            return Err(Refused::Damaged("a chunk is longer than the file"));
        }
        if first && !matches!(&name, b"VP8 " | b"VP8L" | b"VP8X") {
            return Err(Refused::Damaged("the picture is not the first chunk"));
        }
        first = false;
        let mut head = [0; 10];
        let read = input.peek(&mut head)?;
        let head = head.get(..read.min(usize::try_from(length).unwrap_or(usize::MAX))).unwrap_or_default();
        match &name {
            b"VP8X" | b"VP8 " | b"VP8L" => {
                let (width, height) = area(&name, head).ok_or(Refused::Damaged("a picture without size"))?;
                pixels(width, height)?;
                pictured |= &name != b"VP8X";
            }
            b"ANMF" => pictured = true,
            _ => {}
        }
        if KEPT.contains(&&name) {
            kept.push((at, 8 + length));
        }
        input.skip(padded.min(input.left()))?;
    }
    if !pictured {
        return Err(Refused::Damaged("it holds no picture"));
    }
    let total: u64 = 4 + kept.iter().map(|(_, length)| length + length % 2).sum::<u64>();
    out.write_all(b"RIFF")?;
    out.write_all(&u32::try_from(total).map_err(|_| Refused::Damaged("it is too large"))?.to_le_bytes())?;
    out.write_all(b"WEBP")?;
    for (at, length) in kept {
        input.seek(at)?;
        let name: [u8; 4] = input.take()?;
        if &name == b"VP8X" && length > 8 {
            out.write_all(&name)?;
            input.copy(4, out)?;
            // The flags no longer announce EXIF and XMP.
            let flags = input.byte()?;
            out.write_all(&[flags & !0x0c])?;
            input.copy(length - 9, out)?;
        } else {
            out.write_all(&name)?;
            input.copy(length - 4, out)?;
        }
        if length % 2 == 1 {
            out.write_all(&[0])?;
        }
    }
    Ok(())
}

fn area(name: &[u8; 4], head: &[u8]) -> Option<(u64, u64)> {
    let byte = |at: usize| head.get(at).copied().map(u64::from);
    match name {
        b"VP8X" => Some((
            1 + (byte(4)? | byte(5)? << 8 | byte(6)? << 16),
            1 + (byte(7)? | byte(8)? << 8 | byte(9)? << 16),
        )),
        b"VP8L" => {
            let bits = byte(1)? | byte(2)? << 8 | byte(3)? << 16 | byte(4)? << 24;
            (byte(0)? == 0x2f).then_some((1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff)))
        }
        _ => {
            let keyframe = head.get(3..6) == Some(&[0x9d, 0x01, 0x2a]);
            let width = byte(6)? | (byte(7)? & 0x3f) << 8;
            let height = byte(8)? | (byte(9)? & 0x3f) << 8;
            keyframe.then_some((width, height))
        }
    }
}
