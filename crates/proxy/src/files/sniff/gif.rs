//! GIF: blocks up to the trailer. Comments and texts go, of application blocks only the loop count stays.

use super::input::Input;
use super::{Refused, Walked, pixels};
use std::io::Write;

const MOST_BLOCKS: u32 = 200_000;

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    input.copy(6, out)?;
    let screen: [u8; 7] = input.take()?;
    let [w1, w2, h1, h2, flags, ..] = screen;
    pixels(u16::from_le_bytes([w1, w2]).into(), u16::from_le_bytes([h1, h2]).into())?;
    out.write_all(&screen)?;
    input.copy(colours(flags), out)?;
    let mut pictures = 0_u32;
    for _ in 0..MOST_BLOCKS {
        match input.byte()? {
            0x3b if pictures > 0 => {
                out.write_all(&[0x3b])?;
                return Ok(());
            }
            0x2c => {
                let head: [u8; 9] = input.take()?;
                let [_, _, _, _, w1, w2, h1, h2, flags] = head;
                pixels(u16::from_le_bytes([w1, w2]).into(), u16::from_le_bytes([h1, h2]).into())?;
                out.write_all(&[0x2c])?;
                out.write_all(&head)?;
                input.copy(colours(flags) + 1, out)?;
                blocks(input, out)?;
                pictures += 1;
            }
            0x21 => {
                let label = input.byte()?;
                let keep = label == 0xf9 || (label == 0xff && is_loop(input)?);
                if keep {
                    out.write_all(&[0x21, label])?;
                    blocks(input, out)?;
                } else {
                    blocks(input, &mut std::io::sink())?;
                }
            }
            _ => return Err(Refused::Damaged("a block that no picture has")),
        }
    }
    Err(Refused::Damaged("too many blocks"))
}

/// The size of the table of colours that the flags announce.
fn colours(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn is_loop(input: &mut Input) -> Walked<bool> {
    let mut head = [0; 12];
    let read = input.peek(&mut head)?;
    Ok(read == 12 && (&head == b"\x0bNETSCAPE2.0" || &head == b"\x0bANIMEXTS1.0"))
}

/// Copies blocks up to the empty one.
fn blocks(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    loop {
        let length = input.byte()?;
        out.write_all(&[length])?;
        if length == 0 {
            return Ok(());
        }
        input.copy(length.into(), out)?;
    }
}
