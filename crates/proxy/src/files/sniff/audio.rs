//! MP3 (ISO/IEC 11172-3, layer III) and AAC in ADTS (ISO/IEC 13818-7): a walk from frame to frame. Only frames are kept, so
//! tags go, and what stands between or behind frames is refused unless it is a tag or the rest of the last frame.

use super::input::Input;
use super::{Format, Refused, Walked, find};
use std::io::Write;

/// So many frames in a row make a sound; two bytes of sync alone are in every second file.
const LEAST_FRAMES: u32 = 3;
/// Tags before the first frame at most.
const MOST_TAGS: u32 = 4;
/// Empty bytes that encoders leave behind a tag or the last frame.
const MOST_PADDING: u64 = 64 << 10;

/// The kind that the first frame's head promises.
pub(super) fn by_sync(head: &[u8]) -> Option<Format> {
    let head: [u8; 7] = head.get(..7)?.try_into().ok()?;
    if adts(head).is_some() {
        Some(Format::Aac)
    } else {
        let [a, b, c, d, ..] = head;
        layer3([a, b, c, d]).map(|_| Format::Mp3)
    }
}

/// The kind of what follows the tag at the beginning.
pub(super) fn after_tag(input: &mut Input) -> Walked<Format> {
    let begin = input.at();
    tags(input)?;
    let mut head = [0; 7];
    let read = input.peek(&mut head)?;
    input.seek(begin)?;
    by_sync(head.get(..read).unwrap_or_default()).ok_or(Refused::Unknown)
}

pub(super) fn mp3(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    frames(input, out, |head| {
        let [a, b, c, d, ..] = head;
        layer3([a, b, c, d])
    })
}

pub(super) fn aac(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    frames(input, out, adts)
}

/// Length of a frame, and what all frames of one file share.
type Frame = (u64, u32);

fn frames(input: &mut Input, out: &mut dyn Write, read: impl Fn([u8; 7]) -> Option<Frame>) -> Walked<()> {
    tags(input)?;
    unlike_film(input)?;
    let (mut count, mut shared) = (0_u32, None);
    while input.left() > 0 {
        let mut head = [0; 7];
        let got = input.peek(&mut head)?;
        let frame = (got >= 4).then(|| read(head)).flatten();
        match frame {
            Some((length, kind)) if *shared.get_or_insert(kind) == kind => {
                if length > input.left() {
                    // Recorders that were stopped leave half a frame.
                    let rest = input.left();
                    input.skip(rest)?;
                } else {
                    input.copy(length, out)?;
                    count = count.saturating_add(1);
                }
            }
            _ => {
                tail(input)?;
            }
        }
    }
    if count < LEAST_FRAMES { Err(Refused::Unknown) } else { Ok(()) }
}

/// Without its tag, a sound whose first frame begins with a film's word would be taken for a film.
fn unlike_film(input: &mut Input) -> Walked<()> {
    let mut head = [0; 8];
    input.peek(&mut head)?;
    if head.ends_with(b"ftyp") { Err(Refused::Active("a film as well")) } else { Ok(()) }
}

/// Passes over ID3v2 and the padding behind it.
fn tags(input: &mut Input) -> Walked<()> {
    for _ in 0..MOST_TAGS {
        let mut head = [0; 10];
        let read = input.peek(&mut head)?;
        let [b'I', b'D', b'3', version, _, flags, a, b, c, d] = head else { break };
        if read < 10 || version == 0xff || [a, b, c, d].iter().any(|byte| *byte > 0x7f) {
            return Err(Refused::Damaged("a tag without length"));
        }
        let size = [a, b, c, d].iter().fold(0_u64, |size, byte| size << 7 | u64::from(*byte));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        input.skip(10 + size + footer)?;
    }
    zeros(input)
}

fn zeros(input: &mut Input) -> Walked<()> {
    let begin = input.at();
    loop {
        let mut byte = [0; 1];
        if input.peek(&mut byte)? == 0 || byte != [0] {
            return Ok(());
        }
        input.skip(1)?;
        if input.at() - begin > MOST_PADDING {
            return Err(Refused::Damaged("too much padding"));
        }
    }
}

/// What may follow the frames: ID3v1, APE, padding. Anything else is no sound.
fn tail(input: &mut Input) -> Walked<()> {
    let mut head = [0; 32];
    let read = input.peek(&mut head)?;
    let begins = |tag: &[u8]| head.get(..read).is_some_and(|head| head.starts_with(tag));
    if begins(b"TAG") && input.left() == 128 {
        input.skip(128)
    } else if begins(b"TAG+") && input.left() == 227 + 128 {
        input.skip(227)
    } else if begins(b"APETAGEX") && read == 32 {
        let size = head.get(12..16).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
        input.skip(32 + u64::from(size).saturating_sub(32))?;
        // The size counts a footer and not the header; where there is none, the next frame or tag follows at once.
        let mut footer = [0; 8];
        let read = input.peek(&mut footer)?;
        if find(footer.get(..read).unwrap_or_default(), b"APETAGEX").is_some() {
            input.skip(32)
        } else {
            Ok(())
        }
    } else if begins(&[0]) {
        zeros(input)
    } else {
        Err(Refused::Damaged("something stands between or behind the frames"))
    }
}

/// Layer III of MPEG 1, 2 and 2.5, with a bit rate.
fn layer3([sync, b, c, _]: [u8; 4]) -> Option<Frame> {
    const V1: [u64; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const V2: [u64; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    const RATES: [u64; 3] = [44_100, 48_000, 32_000];
    if sync != 0xff || b & 0xe0 != 0xe0 || b & 0x06 != 0x02 {
        return None;
    }
    let version = b >> 3 & 3;
    let (table, slots, divisor) = match version {
        3 => (V1, 144_000, 1),
        2 => (V2, 72_000, 2),
        0 => (V2, 72_000, 4),
        _ => return None,
    };
    let rate = RATES.get(usize::from(c >> 2 & 3))? / divisor;
    let bits = table.get(usize::from(c >> 4).checked_sub(1)?)?;
    let length = slots * bits / rate + u64::from(c >> 1 & 1);
    Some((length, u32::from(version) << 8 | u32::from(c >> 2 & 3)))
}

fn adts([sync, b, c, d, e, f, _]: [u8; 7]) -> Option<Frame> {
    if sync != 0xff || b & 0xf6 != 0xf0 || c >> 2 & 0xf > 12 {
        return None;
    }
    let length = u64::from(d & 3) << 11 | u64::from(e) << 3 | u64::from(f >> 5);
    let least = if b & 1 == 0 { 9 } else { 7 };
    (length > least).then_some((length, u32::from(b & 8) << 8 | u32::from(c >> 2 & 0xf)))
}
