//! PDF (ISO 32000): looked through for whatever runs, opens, sends or carries something along; names are understood in
//! every way of writing them, packed objects are unpacked for it. The file is copied as it is.

use super::input::{CHUNK, Input};
use super::{Refused, Walked, fill, find};
use flate2::bufread::ZlibDecoder;
use std::io::{BufReader, Read, Write};

/// Names that are refused.
const ACTIVE: [&[u8]; 15] = [
    b"JavaScript",
    b"JS",
    b"OpenAction",
    b"AA",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"RichMedia",
    b"XFA",
    b"SubmitForm",
    b"ImportData",
    b"GoToE",
    b"Movie",
    b"Rendition",
    b"Encrypt",
];
/// Packed objects may be so long together.
const MOST_UNPACKED: u64 = 64 << 20;
const MOST_PACKED: u32 = 20_000;
/// The end must be marked within so many bytes.
const TRAILER: u64 = 1_024;

pub(super) fn walk(input: &mut Input, out: &mut dyn Write) -> Walked<()> {
    let [.., major, dot, _] = input.take::<8>()?;
    if !matches!(major, b'1' | b'2') || dot != b'.' {
        return Err(Refused::Damaged("a version that does not exist"));
    }
    let last = input.len().saturating_sub(TRAILER);
    input.seek(last)?;
    let tail = input.some(input.left())?;
    let ended = tail.windows(5).rposition(|window| window == b"%%EOF");
    let ended = ended.ok_or(Refused::Damaged("it ends too early"))?;
    if !tail.get(ended + 5..).unwrap_or_default().iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::Damaged("something follows its end"));
    }
    input.seek(0)?;
    let mut scan = Scan::default();
    let (mut packed, mut budget) = (0, MOST_UNPACKED);
    let mut chunk = vec![0; CHUNK];
    loop {
        let begin = input.at();
        let read = fill(input, &mut chunk)?;
        let part = chunk.get(..read).unwrap_or_default();
        if read == 0 {
            break;
        }
        let mut streams = Vec::new();
        for (place, byte) in part.iter().enumerate() {
            if scan.take(*byte)? {
                streams.push(begin + place as u64);
            }
        }
        out.write_all(part)?;
        let resume = input.at();
        for at in streams {
            packed += 1;
            if packed > MOST_PACKED {
                return Err(Refused::Damaged("too many packed objects"));
            }
            input.seek(at)?;
            unpack(input, &mut budget)?;
        }
        input.seek(resume)?;
    }
    scan.take(b' ').map(|_| ())
}

/// Looks through packed objects, which begin at a line break.
fn unpack(input: &mut Input, budget: &mut u64) -> Walked<()> {
    let mut first = [0; 2];
    let read = input.peek(&mut first)?;
    let breaks =
        first.get(..read).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    input.skip(breaks as u64)?;
    let mut unpacked = ZlibDecoder::new(BufReader::new(input));
    let mut scan = Scan::default();
    let mut chunk = [0; 8 << 10];
    loop {
        let read =
            unpacked.read(&mut chunk).map_err(|_| Refused::Active("packed objects that cannot be read"))?;
        if read == 0 {
            return scan.take(b' ').map(|_| ());
        }
        *budget =
            budget.checked_sub(read as u64).ok_or(Refused::Damaged("its packed objects are too large"))?;
        for byte in chunk.get(..read).unwrap_or_default() {
            scan.take(*byte)?;
        }
    }
}

/// Reads names wherever they stand. Short ones count only outside of streams, whose bytes are anything.
#[derive(Default)]
struct Scan {
    name: Option<Vec<u8>>,
    hex: Option<u8>,
    escape: bool,
    word: Vec<u8>,
    packed: bool,
    stream: bool,
}

impl Scan {
    /// Takes a byte; true where packed objects begin after it.
    fn take(&mut self, byte: u8) -> Walked<bool> {
        let ends = matches!(
            byte,
            0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
        );
        if ends {
            self.named()?;
        } else if self.name.is_some() {
            self.letter(byte);
        }
        if byte == b'/' {
            self.name = Some(Vec::new());
        }
        Ok(self.worded(byte))
    }

    fn letter(&mut self, byte: u8) {
        let Some(name) = &mut self.name else { return };
        match (self.escape, self.hex, char::from(byte).to_digit(16)) {
            (true, None, Some(high)) => self.hex = u8::try_from(high).ok(),
            (true, Some(high), Some(low)) => {
                name.push(high << 4 | u8::try_from(low).unwrap_or(0));
                (self.escape, self.hex) = (false, None);
            }
            _ if byte == b'#' => (self.escape, self.hex) = (true, None),
            _ => {
                (self.escape, self.hex) = (false, None);
                name.push(byte);
            }
        }
        if name.len() > 64 {
            self.name = None;
        }
    }

    fn named(&mut self) -> Walked<()> {
        (self.escape, self.hex) = (false, None);
        let Some(name) = self.name.take() else { return Ok(()) };
        if ACTIVE.contains(&name.as_slice()) && (name.len() > 4 || !self.stream) {
            return Err(Refused::Active("something that runs, opens or is carried along"));
        }
        self.packed |= name == b"ObjStm";
        Ok(())
    }

    /// Follows the words that begin and end streams.
    fn worded(&mut self, byte: u8) -> bool {
        if byte.is_ascii_lowercase() {
            if self.word.len() < 16 {
                self.word.push(byte);
            }
            return false;
        }
        let word = std::mem::take(&mut self.word);
        if find(&word, b"endstream").is_some() || word == b"endobj" {
            (self.stream, self.packed) = (false, false);
        } else if word == b"stream" && matches!(byte, b'\r' | b'\n') {
            self.stream = true;
            return std::mem::take(&mut self.packed);
        }
        false
    }
}
