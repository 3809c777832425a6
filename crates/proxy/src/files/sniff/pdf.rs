//! PDF (ISO 32000): looked through for whatever runs, opens, sends or carries something along; names are understood in
//! every way of writing them, packed objects are unpacked for it. The file is copied as it is.
//!
//! # Layout
//! - `scan`: names and words wherever they stand, as readers that mend a file would find them
//! - `object`: objects as readers of a whole file understand them, and where packed ones begin

mod object;
mod scan;

use super::input::{CHUNK, Input};
use super::{Refused, Walked, fill};
use flate2::bufread::ZlibDecoder;
use scan::Scan;
use std::io::{BufReader, Write};

/// Packed objects may be so long together.
const MOST_UNPACKED: u64 = 64 << 20;
const MOST_PACKED: u32 = 20_000;
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
    if !tail.get(ended + 5..).unwrap_or_default().iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::Damaged("something follows its end"));
    }
    input.seek(0)?;
    let mut scan = Scan::of_file();
    let (mut packed, mut budget) = (0, MOST_UNPACKED);
    let mut to_read = input.len().saturating_mul(MOST_READ).saturating_add(CHUNK as u64);
    let mut chunk = vec![0; CHUNK];
    loop {
        let begin = input.at();
        let read = fill(input, &mut chunk)?;
        let part = chunk.get(..read).unwrap_or_default();
        if read == 0 {
            break;
        }
        let mut objects = Vec::new();
        for (place, byte) in part.iter().enumerate() {
            if scan.take(*byte)? {
                objects.push(begin + place as u64);
            }
        }
        out.write_all(part)?;
        let resume = input.at();
        for at in objects {
            input.seek(at)?;
            if object::holds_objects(input, &mut to_read)? {
                packed += 1;
                if packed > MOST_PACKED {
                    return Err(Refused::Damaged("too many packed objects"));
                }
                unpack(input, &mut budget)?;
            }
        }
        input.seek(resume)?;
    }
    scan.take(b' ').map(|_| ())
}

/// Looks through packed objects, which begin at a line break.
fn unpack(input: &mut Input, budget: &mut u64) -> Walked<()> {
    let unread = || Refused::Active("packed objects that cannot be read");
    let mut first = [0; 2];
    let read = input.peek(&mut first)?;
    let breaks =
        first.get(..read).unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    input.skip(breaks as u64)?;
    let mut unpacked = ZlibDecoder::new(BufReader::new(input));
    let mut scan = Scan::of_objects();
    let mut chunk = [0; 8 << 10];
    let mut begun = false;
    loop {
        let read = fill(&mut unpacked, &mut chunk).map_err(|_| unread())?;
        let part = chunk.get(..read).unwrap_or_default();
        if read == 0 {
            return scan.take(b' ').map(|_| ());
        }
        if !begun && !begins_with_numbers(part) {
            return Err(unread());
        }
        begun = true;
        *budget =
            budget.checked_sub(read as u64).ok_or(Refused::Damaged("its packed objects are too large"))?;
        for byte in part {
            scan.take(*byte)?;
        }
    }
}

/// Packed objects begin with pairs of numbers (ISO 32000-2 §7.5.7); what is packed once more does not.
fn begins_with_numbers(part: &[u8]) -> bool {
    let head = part.get(..64).unwrap_or(part);
    let mut words = head.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.next().is_none_or(|word| word.iter().all(u8::is_ascii_digit))
        && words.next().is_none_or(|word| word.first().is_some_and(u8::is_ascii_digit))
}
