//! PDF (ISO 32000): looked through for whatever runs, opens, sends or carries something along; names are understood in
//! every way of writing them, packed objects are unpacked for it. The file is copied as it is.
//!
//! # Layout
//! - `scan`: names and words wherever they stand, as readers that mend a file would find them
//! - `object`: objects as readers of a whole file understand them, and where packed ones begin
//! - `lexer`: their tokens
//! - `action`: what is done at the opening, and the files that are named

mod action;
mod lexer;
mod object;
mod scan;

use super::input::{CHUNK, Input};
use super::{Refused, Walked, fill};
use action::{Watch, Ways};
use flate2::bufread::ZlibDecoder;
use lexer::{Lexer, Source, Token};
use scan::{Begun, Scan};
use std::io::{BufReader, Write};

/// Packed objects may be so long together.
const MOST_UNPACKED: u64 = 64 << 20;
const MOST_PACKED: u32 = 20_000;
/// So many bytes of them are in memory.
const UNPACKED: usize = 8 << 10;
/// All objects are read once; so many times the file's size there is something wrong.
const MOST_READ: u64 = 4;
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
    if !tail.get(ended + 5..).unwrap_or_default().iter().copied().all(lexer::is_blank) {
        return Err(Refused::Damaged("something follows its end"));
    }
    input.seek(0)?;
    let mut scan = Scan::of_file();
    let (mut packed, mut budget, mut ways) = (0, MOST_UNPACKED, Ways::default());
    let mut to_read = input.len().saturating_mul(MOST_READ).saturating_add(CHUNK as u64);
    let mut chunk = vec![0; CHUNK];
    loop {
        let begin = input.at();
        let read = fill(input, &mut chunk)?;
        let part = chunk.get(..read).unwrap_or_default();
        if read == 0 {
            break;
        }
        let mut places = Vec::new();
        for (place, byte) in part.iter().enumerate() {
            if let Some(begun) = scan.take(*byte)? {
                places.push((begin + place as u64, begun));
            }
        }
        out.write_all(part)?;
        let resume = input.at();
        for (at, begun) in places {
            input.seek(at)?;
            if begun == Begun::Opening {
                object::opens(input, &mut to_read, &mut ways)?;
            } else if object::holds_objects(input, &mut to_read, &mut ways)? {
                packed += 1;
                if packed > MOST_PACKED {
                    return Err(Refused::Damaged("too many packed objects"));
                }
                unpack(input, &mut budget, &mut ways)?;
            }
        }
        input.seek(resume)?;
    }
    scan.take(b' ')?;
    ways.check()
}

/// Looks through packed objects, which begin at a line break.
fn unpack(input: &mut Input, budget: &mut u64, ways: &mut Ways) -> Walked<()> {
    let mut first = [0; 2];
    let read = input.peek(&mut first)?;
    let breaks =
        first.get(..read).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    input.skip(breaks as u64)?;
    let from = ZlibDecoder::new(BufReader::new(input));
    let chunk = vec![0; UNPACKED];
    let mut lexer =
        Lexer::new(Unpacked { from, scan: Scan::of_objects(), budget, chunk, at: 0, end: 0, begun: false });
    let mut watch = Watch::default();
    loop {
        let token = lexer.next()?;
        watch.take(&token)?;
        if token == Token::End {
            break;
        }
    }
    let mut scan = lexer.into_source().scan;
    scan.take(b' ')?;
    // An object may begin within what looks like a string here, since its place is told by a number.
    if scan.leading() != watch.leading() {
        return Err(Refused::Active("packed objects that cannot be read"));
    }
    ways.join(watch.ways());
    Ok(())
}

/// Packed objects, byte by byte; the scan sees every one.
struct Unpacked<'a> {
    from: ZlibDecoder<BufReader<&'a mut Input>>,
    scan: Scan,
    /// Bytes that may still be unpacked.
    budget: &'a mut u64,
    chunk: Vec<u8>,
    at: usize,
    end: usize,
    begun: bool,
}

impl Source for Unpacked<'_> {
    fn byte(&mut self) -> Walked<Option<u8>> {
        if self.at == self.end {
            let unread = || Refused::Active("packed objects that cannot be read");
            (self.at, self.end) = (0, fill(&mut self.from, &mut self.chunk).map_err(|_| unread())?);
            let part = self.chunk.get(..self.end).unwrap_or_default();
            if part.is_empty() {
                return Ok(None);
            }
            if !self.begun && !begins_with_numbers(part) {
                return Err(unread());
            }
            self.begun = true;
            let left = self.budget.checked_sub(part.len() as u64);
            *self.budget = left.ok_or(Refused::Damaged("its packed objects are too large"))?;
        }
        let byte = self.chunk.get(self.at).copied();
        self.at += 1;
        if let Some(byte) = byte {
            self.scan.take(byte)?;
        }
        Ok(byte)
    }
}

/// Packed objects begin with pairs of numbers (ISO 32000-2 §7.5.7); what is packed once more does not.
fn begins_with_numbers(part: &[u8]) -> bool {
    let head = part.get(..64).unwrap_or(part);
    let mut words = head.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next().is_none_or(|word| word.iter().all(u8::is_ascii_digit))
        && words.next().is_none_or(|word| word.first().is_some_and(u8::is_ascii_digit))
}
