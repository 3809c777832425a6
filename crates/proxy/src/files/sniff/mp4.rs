//! ISO base media (ISO/IEC 14496-12): a walk over the boxes. Boxes that players pass over and those with metadata, such as
//! the place where it was taken, become empty space of the same length, so that offsets into the media stay right.

use super::input::Input;
use super::{Format, Refused, Walked, find};
use std::io::Write;

const MOST_BOXES: u32 = 100_000;
const BRANDS: [&[u8]; 16] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"mp41", b"mp42", b"avc1",
    b"M4V ", b"M4A ", b"MSNV", b"dash", b"f4v ",
];

struct Walk<'a> {
    input: &'a mut Input,
    out: &'a mut dyn Write,
    boxes: u32,
    picture: bool,
    sound: bool,
}

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<Format> {
    let end = input.len();
    let mut walk = Walk { input, out, boxes: 0, picture: false, sound: false };
    let (mut first, mut described, mut media) = (true, false, false);
    while walk.input.at() < end {
        let (name, header, length) = walk.head(end)?;
        if first != (&name == b"ftyp") {
            return Err(Refused::Damaged("the type is not the first box"));
        }
        match &name {
            b"ftyp" => walk.brand(header, length)?,
            b"moov" => {
                described = true;
                walk.container(header, length, 0)?;
            }
            b"mdat" => {
                media = true;
                walk.whole(header, length)?;
            }
            b"moof" | b"sidx" | b"ssix" | b"mfra" | b"styp" | b"prft" | b"pdin" => {
                walk.whole(header, length)?
            }
            b"free" | b"skip" | b"wide" | b"uuid" | b"meta" | b"udta" | b"emsg" => {
                walk.blank(header, length)?
            }
            _ => return Err(Refused::Damaged("a box that no film has")),
        }
        first = false;
    }
    match (described && media, walk.picture, walk.sound) {
        (true, true, _) => Ok(Format::Mp4),
        (true, false, true) => Ok(Format::M4a),
        _ => Err(Refused::Damaged("it holds neither pictures nor sound")),
    }
}

impl Walk<'_> {
    /// The next box: its name, the length of its head, the length of its content. The head is not copied.
    fn head(&mut self, end: u64) -> Walked<([u8; 4], u64, u64)> {
        self.boxes += 1;
        if self.boxes > MOST_BOXES {
            return Err(Refused::Damaged("too many boxes"));
        }
        let at = self.input.at();
        let short = u64::from(u32::from_be_bytes(self.input.take()?));
        let name = self.input.take()?;
        let (header, total) = match short {
            0 => (8, end - at),
            1 => (16, u64::from_be_bytes(self.input.take()?)),
            short => (8, short),
        };
        match total.checked_sub(header) {
            Some(length) if at.saturating_add(total) <= end => {
                self.input.seek(at)?;
                Ok((name, header, length))
            }
            _ => Err(Refused::Damaged("a box is longer than what it is in")),
        }
    }

    fn whole(&mut self, header: u64, length: u64) -> Walked<()> {
        self.input.copy(header + length, self.out)
    }

    fn brand(&mut self, header: u64, length: u64) -> Walked<()> {
        if !(8..=1_024).contains(&length) || !length.is_multiple_of(4) {
            return Err(Refused::Damaged("a type of the wrong length"));
        }
        let at = self.input.at();
        let body = self.input.some(header + length)?;
        self.input.seek(at)?;
        let brands = body.get(8..).unwrap_or_default();
        let known = |brand: &[u8]| BRANDS.contains(&brand);
        let main = brands.get(..4).unwrap_or_default();
        // QuickTime files may be readable as well, and are not what the centre takes.
        let also = || brands.get(8..).is_some_and(|rest| rest.chunks(4).any(known));
        let film = known(main) || (main != b"qt  " && also());
        if !film {
            return Err(Refused::Unknown);
        }
        self.whole(header, length)
    }

    /// Copies the box as empty space.
    fn blank(&mut self, header: u64, length: u64) -> Walked<()> {
        let head = self.input.some(header)?;
        self.out.write_all(head.get(..4).unwrap_or_default())?;
        self.out.write_all(b"free")?;
        self.out.write_all(head.get(8..).unwrap_or_default())?;
        self.input.skip(length)?;
        let zeros = [0; 4 << 10];
        let mut left = length;
        while left > 0 {
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(zeros.len());
            self.out.write_all(zeros.get(..size).unwrap_or_default())?;
            left -= size as u64;
        }
        Ok(())
    }

    /// Copies a box of boxes.
    fn container(&mut self, header: u64, length: u64, depth: u32) -> Walked<()> {
        if depth > 6 {
            return Err(Refused::Damaged("boxes are nested too deep"));
        }
        self.input.copy(header, self.out)?;
        let end = self.input.at() + length;
        while self.input.at() < end {
            let (name, header, length) = self.head(end)?;
            match &name {
                b"trak" | b"mdia" | b"minf" | b"edts" | b"dinf" | b"mvex" => {
                    self.container(header, length, depth + 1)?
                }
                b"udta" | b"meta" | b"uuid" | b"free" | b"skip" => self.blank(header, length)?,
                b"hdlr" => self.handler(header, length)?,
                _ => self.whole(header, length)?,
            }
        }
        Ok(())
    }

    /// What a track is for. Its own name is free text and goes.
    fn handler(&mut self, header: u64, length: u64) -> Walked<()> {
        if !(20..=4_096).contains(&length) {
            return Err(Refused::Damaged("a handler of the wrong length"));
        }
        let mut body = self.input.some(header + length)?;
        let start = usize::try_from(header).unwrap_or(8);
        let kind = body.get(start + 8..start + 12).unwrap_or_default();
        self.picture |= find(kind, b"vide").is_some();
        self.sound |= find(kind, b"soun").is_some();
        if let Some(name) = body.get_mut(start + 24..) {
            name.fill(0);
        }
        self.out.write_all(&body)?;
        Ok(())
    }
}
