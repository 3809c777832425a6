//! JPEG (ITU-T T.81): segments up to the end of the picture. Kept: tables, frames, scans, JFIF without its thumbnail,
//! the colour profile, Adobe's colour transform, and of EXIF the orientation alone.

use super::input::Input;
use super::{Refused, Walked, pixels};
use std::io::Write;

/// The most segments, so that a file of nothing else ends.
const MOST_SEGMENTS: u32 = 20_000;
/// The longest part of a colour profile is one segment; so many of them at most.
const MOST_PROFILES: u32 = 64;

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    input.skip(2)?;
    out.write_all(&[0xff, 0xd8])?;
    let (mut framed, mut scanned, mut oriented, mut profiles) = (false, false, false, 0);
    let mut marker = next(input)?;
    for _ in 0..MOST_SEGMENTS {
        if marker == 0xd9 {
            if !(framed && scanned) {
                return Err(Refused::Damaged("it holds no picture"));
            }
            out.write_all(&[0xff, 0xd9])?;
            return Ok(());
        }
        if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8 | 0xff) {
            return Err(Refused::Damaged("a marker out of place"));
        }
        let length = u64::from(u16::from_be_bytes(input.take()?));
        let length = length.checked_sub(2).ok_or(Refused::Damaged("a segment without length"))?;
        match marker {
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let body = input.some(length)?;
                let &[_, h1, h2, w1, w2, ..] = body.as_slice() else {
                    return Err(Refused::Damaged("a frame without size"));
                };
                pixels(u16::from_be_bytes([w1, w2]).into(), u16::from_be_bytes([h1, h2]).into())?;
                framed = true;
                segment(out, marker, &body)?;
            }
            0xc4 | 0xcc | 0xdb | 0xdd => {
                let body = input.some(length)?;
                segment(out, marker, &body)?;
            }
            0xda => {
                if !framed {
                    return Err(Refused::Damaged("a scan without a frame"));
                }
                let body = input.some(length)?;
                segment(out, marker, &body)?;
                marker = scan(input, out)?;
                scanned = true;
                continue;
            }
            0xe0 => {
                let body = input.some(length)?;
                if let Some(head) = body.get(..12).filter(|head| head.starts_with(b"JFIF\0")) {
                    let mut plain = head.to_vec();
                    plain.extend([0, 0]);
                    segment(out, marker, &plain)?;
                }
            }
            0xe1 => {
                let body = input.some(length)?;
                let turned = orientation(&body).filter(|turned| (2..=8).contains(turned));
                if let Some(turned) = turned.filter(|_| !oriented) {
                    oriented = true;
                    segment(out, marker, &turned_only(turned))?;
                }
            }
            0xe2 => {
                let body = input.some(length)?;
                profiles += 1;
                if body.starts_with(b"ICC_PROFILE\0") && profiles <= MOST_PROFILES {
                    segment(out, marker, &body)?;
                }
            }
            0xee => {
                let body = input.some(length)?;
                if let Some(head) = body.get(..12).filter(|head| head.starts_with(b"Adobe")) {
                    segment(out, marker, head)?;
                }
            }
            0xe3..=0xed | 0xef | 0xf0..=0xfe => input.skip(length)?,
            _ => return Err(Refused::Damaged("a segment that no picture needs")),
        }
        marker = next(input)?;
    }
    Err(Refused::Damaged("too many segments"))
}

/// The next marker; any number of fill bytes may stand before it.
fn next(input: &mut Input) -> Walked<u8> {
    if input.byte()? != 0xff {
        return Err(Refused::Damaged("no marker where one must be"));
    }
    loop {
        let byte = input.byte()?;
        if byte != 0xff {
            return Ok(byte);
        }
    }
}

fn segment(out: &mut dyn Write, marker: u8, body: &[u8]) -> Walked<()> {
    let length = u16::try_from(body.len() + 2).map_err(|_| Refused::Damaged("a segment is too long"))?;
    out.write_all(&[0xff, marker])?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(body)?;
    Ok(())
}

/// Copies coded data; answers the marker that ends it.
fn scan(input: &mut Input, out: &mut dyn Write) -> Walked<u8> {
    loop {
        let byte = input.byte()?;
        if byte != 0xff {
            out.write_all(&[byte])?;
            continue;
        }
        let mut after = input.byte()?;
        while after == 0xff {
            after = input.byte()?;
        }
        match after {
            0x00 | 0xd0..=0xd7 => out.write_all(&[0xff, after])?,
            marker => return Ok(marker),
        }
    }
}

/// The orientation in EXIF (tag 0x0112 of the first directory).
fn orientation(body: &[u8]) -> Option<u8> {
    let tiff = body.strip_prefix(b"Exif\0\0")?;
    let big = match tiff.get(..4)? {
        b"MM\0\x2a" => true,
        b"II\x2a\0" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes = [*tiff.get(at)?, *tiff.get(at.checked_add(1)?)?];
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let high = usize::from(u16_at(4)?);
    let low = usize::from(u16_at(6)?);
    let directory = if big { high << 16 | low } else { low << 16 | high };
    let entries = usize::from(u16_at(directory)?);
    (0..entries).find_map(|place| {
        let entry = directory.checked_add(2)?.checked_add(place * 12)?;
        let fits = u16_at(entry)? == 0x0112 && u16_at(entry + 2)? == 3;
        fits.then(|| u16_at(entry + 8)).flatten().and_then(|turned| u8::try_from(turned).ok())
    })
}

/// EXIF that says the orientation and nothing else.
fn turned_only(turned: u8) -> Vec<u8> {
    let mut body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    body.extend([turned, 0, 0, 0, 0, 0, 0]);
    body
}
