//! What pictures tell beside the picture (place, camera, time, author) is cut out without touching the pixels.
//!
//! JPEG: ITU T.81, annex B; Exif 2.32, 4.6.4. PNG: W3C PNG, 5 and 11. WebP: RFC 9649, 2.

/// A picture whose parts could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height in pixels, as stored.
    pub size: (u32, u32),
    /// It is stored turned or mirrored, and told so by what would be cut out.
    pub turned: bool,
    /// The file without what it tells beside; `None`: there is nothing of that kind.
    pub cleaned: Option<Vec<u8>>,
}

/// Reads a picture; `None` when it is none of these formats, or damaged: then it stays as it is.
pub fn read(bytes: &[u8]) -> Option<Picture> {
    if bytes.starts_with(b"\xff\xd8") {
        jpeg(bytes)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(bytes)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        webp(bytes)
    } else {
        None
    }
}

fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at.checked_add(count)?)?.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    Some(bytes.get(at..at.checked_add(count)?)?.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
}

fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let mut kept = bytes.get(..2)?.to_vec();
    let (mut at, mut size, mut turned, mut cut) = (2, None, false, false);
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        if marker == 0xff {
            // Fill bytes.
            at += 1;
            continue;
        }
        let end = at + 2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?;
        let segment = bytes.get(at..end)?;
        match marker {
            // Start of frame, but for tables of Huffman and arithmetic coding, and the reserved one.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                size = Some((big(segment, 7, 2)?, big(segment, 5, 2)?));
            }
            // From here on it is the picture itself. What follows its end (a second picture, a film) is left out.
            0xda => {
                let end = end_of_jpeg(bytes, end)?;
                cut |= end < bytes.len();
                kept.extend_from_slice(bytes.get(at..end)?);
                break;
            }
            _ => {}
        }
        // APP1 Exif and XMP, APP3 to APP13 of cameras and editors, comments. APP0, the colours of APP2, and APP14 stay.
        if matches!(marker, 0xe1 | 0xe3..=0xed | 0xef | 0xfe) {
            turned |= marker == 0xe1 && orientation(segment.get(4..)?).is_some_and(|way| way > 1);
            cut = true;
        } else if marker == 0xe2 && segment.get(4..)?.starts_with(b"MPF\0") {
            // Points to pictures behind this one.
            cut = true;
        } else {
            kept.extend_from_slice(segment);
        }
        at = end;
    }
    Some(Picture { size: size?, turned, cleaned: cut.then_some(kept) })
}

/// Where the picture ends: behind the first marker EOI that is not in a segment.
fn end_of_jpeg(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        match *bytes.get(at + 1)? {
            0xd9 => return Some(at + 2),
            // Data, restarts, fill bytes.
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            // Another scan, or tables for it.
            _ => at += 2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?,
        }
    }
}

/// The orientation in an Exif segment, 1 to 8.
fn orientation(segment: &[u8]) -> Option<u32> {
    let tiff = segment.strip_prefix(b"Exif\0\0")?;
    let read = match tiff.get(..2)? {
        b"II" => little,
        b"MM" => big,
        _ => return None,
    };
    let table = usize::try_from(read(tiff, 4, 4)?).ok()?;
    let count = read(tiff, table, 2)?;
    (0..count as usize).find_map(|entry| {
        let at = table.checked_add(2 + entry * 12)?;
        if read(tiff, at, 2)? == 0x0112 { read(tiff, at + 8, 2) } else { None }
    })
}

fn png(bytes: &[u8]) -> Option<Picture> {
    let mut kept = bytes.get(..8)?.to_vec();
    let (mut at, mut cut) = (8, false);
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let size = (big(bytes, 16, 4)?, big(bytes, 20, 4)?);
    loop {
        let length = usize::try_from(big(bytes, at, 4)?).ok()?;
        let end = at.checked_add(12)?.checked_add(length)?;
        let chunk = bytes.get(at..end)?;
        let kind = chunk.get(4..8)?;
        if matches!(kind, b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"tIME") {
            cut = true;
        } else {
            kept.extend_from_slice(chunk);
        }
        at = end;
        if kind == b"IEND" {
            cut |= at < bytes.len();
            break;
        }
    }
    Some(Picture { size, turned: false, cleaned: cut.then_some(kept) })
}

/// The bits of `VP8X` that tell of Exif and XMP.
const WEBP_TELLS: u8 = 0x08 | 0x04;

fn webp(bytes: &[u8]) -> Option<Picture> {
    let mut kept = bytes.get(..12)?.to_vec();
    let (mut at, mut cut, mut turned, mut size) = (12, false, false, None);
    let whole = bytes.get(..usize::try_from(little(bytes, 4, 4)?).ok()?.checked_add(8)?)?;
    while at < whole.len() {
        let length = usize::try_from(little(whole, at + 4, 4)?).ok()?;
        let end = at.checked_add(8)?.checked_add(length)?.checked_add(length % 2)?;
        let chunk = whole.get(at..end)?;
        let mut copy = chunk.to_vec();
        match chunk.get(..4)? {
            b"VP8X" => {
                size = Some((little(chunk, 12, 3)? + 1, little(chunk, 15, 3)? + 1));
                *copy.get_mut(8)? &= !WEBP_TELLS;
            }
            b"VP8 " => size = size.or(Some((little(chunk, 14, 2)? & 0x3fff, little(chunk, 16, 2)? & 0x3fff))),
            b"VP8L" => {
                let bits = little(chunk, 9, 4)?;
                size = size.or(Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)));
            }
            b"EXIF" | b"XMP " => {
                let content = chunk.get(8..)?;
                let exif = [b"Exif\0\0", content].concat();
                turned |= orientation(content).or(orientation(&exif)).is_some_and(|way| way > 1);
                cut = true;
                copy.clear();
            }
            _ => {}
        }
        kept.append(&mut copy);
        at = end;
    }
    let length = u32::try_from(kept.len() - 8).ok()?;
    kept.get_mut(4..8)?.copy_from_slice(&length.to_le_bytes());
    Some(Picture { size: size?, turned, cleaned: (cut || whole.len() < bytes.len()).then_some(kept) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, content].concat()
    }

    fn exif(way: u16) -> Vec<u8> {
        let mut content = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        content.extend_from_slice(b"\x01\x10\0\x02\0\0\0\x01\0\0\0\0");
        content.extend_from_slice(b"\x01\x12\0\x03\0\0\0\x01");
        content.extend_from_slice(&way.to_be_bytes());
        content.extend_from_slice(b"\0\0\0\0\0\0GPS at home");
        segment(0xe1, &content)
    }

    fn a_jpeg(middle: &[Vec<u8>]) -> Vec<u8> {
        let frame = segment(0xc0, b"\x08\x02\x80\x04\x00\x01\x01\x11\0");
        let scan = segment(0xda, b"\x01\x01\0\0\x3f\0");
        let data = b"\x12\xff\0\x34\xff\xd0\x56\xff\xd9".to_vec();
        [vec![0xff, 0xd8], segment(0xe0, b"JFIF\0"), middle.concat(), frame, scan, data].concat()
    }

    #[test]
    fn a_jpeg_loses_what_it_tells_and_keeps_its_pixels() {
        let plain = a_jpeg(&[]);
        assert_eq!(read(&plain), Some(Picture { size: (1024, 640), turned: false, cleaned: None }));
        let colours = segment(0xe2, b"ICC_PROFILE\0");
        let told = a_jpeg(&[exif(1), segment(0xfe, b"by me"), segment(0xed, b"Photoshop"), colours.clone()]);
        let read = read(&told).unwrap();
        assert!(!read.turned);
        assert_eq!(read.cleaned, Some(a_jpeg(&[colours])));
    }

    #[test]
    fn what_follows_the_picture_is_cut_as_well() {
        let mut bytes = a_jpeg(&[]);
        let end = bytes.len();
        bytes.extend_from_slice(b"\xff\xd8 a second one with its own Exif");
        assert_eq!(read(&bytes).unwrap().cleaned.unwrap().len(), end);
    }

    #[test]
    fn a_turned_jpeg_is_known() {
        for way in 2..=8 {
            assert!(read(&a_jpeg(&[exif(way)])).unwrap().turned, "{way}");
        }
    }

    fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], kind, content, &[0; 4]].concat()
    }

    fn a_png(middle: &[Vec<u8>]) -> Vec<u8> {
        let head = chunk(b"IHDR", b"\0\0\x0a\0\0\0\x04\0\x08\x06\0\0\0");
        [b"\x89PNG\r\n\x1a\n".to_vec(), head, middle.concat(), chunk(b"IDAT", b"xyz"), chunk(b"IEND", b"")]
            .concat()
    }

    #[test]
    fn a_png_loses_its_texts() {
        let plain = a_png(&[]);
        assert_eq!(read(&plain), Some(Picture { size: (2560, 1024), turned: false, cleaned: None }));
        let told = a_png(&[chunk(b"tEXt", b"Author\0me"), chunk(b"eXIf", b"MM"), chunk(b"tIME", b"1234567")]);
        assert_eq!(read(&told).unwrap().cleaned, Some(plain));
    }

    #[test]
    fn a_webp_loses_its_exif_and_says_so() {
        let riff = |chunks: &[u8]| {
            let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
            [b"RIFF", &length[..], b"WEBP", chunks].concat()
        };
        let part = |kind: &[u8; 4], content: &[u8]| {
            let length = u32::try_from(content.len()).unwrap().to_le_bytes();
            let pad = if content.len() % 2 == 1 { &[0][..] } else { &[] };
            [&kind[..], &length, content, pad].concat()
        };
        let head = |flags: u8| part(b"VP8X", &[flags, 0, 0, 0, 0xff, 0x03, 0, 0x7f, 0x02, 0]);
        let data = part(b"VP8 ", b"0123456789abc");
        let told =
            riff(&[head(0x0c), data.clone(), part(b"EXIF", &exif(6)[4..]), part(b"XMP ", b"<x/>")].concat());
        let read = read(&told).unwrap();
        assert_eq!((read.size, read.turned), ((1024, 640), true));
        assert_eq!(read.cleaned, Some(riff(&[head(0), data].concat())));
    }

    #[test]
    fn damage_is_no_reason_to_fall() {
        let whole =
            [a_jpeg(&[exif(3)]), a_png(&[chunk(b"tEXt", b"a")]), b"RIFF\xff\xff\xff\xffWEBPVP8X".to_vec()];
        for bytes in &whole {
            for end in 0..bytes.len() {
                read(&bytes[..end]);
            }
            for at in 0..bytes.len() {
                let mut hurt = bytes.clone();
                hurt[at] ^= 0xff;
                read(&hurt);
            }
        }
    }
}
