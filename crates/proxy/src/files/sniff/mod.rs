//! What a file is, by walking its structure; and a copy of it without metadata and without anything behind its end.
//!
//! A picture with something behind its end is cut there, since cameras append to pictures; so is what no player reads in
//! MP3 and AAC. Anything else that does not fit the structure is refused. The copy is looked through once more for what
//! a browser, a viewer or an archiver would take for another kind of file.
//!
//! # Layout
//! - [`input`]: reading with limits
//! - `jpeg`, `png`, `gif`, `bmp`, `webp`, `mp4`, `audio`, `text`, `pdf`, `archive`, `compound`: the walkers
//! - `second`: what the copy may not hold

mod archive;
mod audio;
mod bmp;
mod compound;
mod gif;
pub mod input;
mod jpeg;
mod mp4;
mod pdf;
mod png;
mod second;
mod text;
mod webp;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use super::format::Format;
use input::Input;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

/// The most pixels of a picture, by its header.
pub const MAX_PIXELS: u64 = 50_000_000;

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// No kind that is known here.
    #[error("the file is of no kind that is taken")]
    Unknown,
    /// A kind that this desk does not take.
    #[error("the desk takes no files of the kind {}", .0.extension())]
    NotTaken(Format),
    /// It begins like one kind and is not whole.
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    /// It holds something that could run, or be taken for another kind.
    #[error("the file holds {0}")]
    Active(&'static str),
    /// More than [`MAX_PIXELS`].
    #[error("the picture has more than 50 million pixels")]
    TooManyPixels,
    /// The disk failed.
    #[error("the disk failed: {0}")]
    Disk(#[from] std::io::Error),
}

/// A walker's answer.
type Walked<T> = Result<T, Refused>;

/// Finds out what `source` is and writes a clean copy of it to `copy`, which is empty. `name_extension` decides between
/// kinds that content cannot tell apart. `taken` says whether the desk takes a kind; it is asked before the whole file is
/// walked. Answers the kind and the size of the copy.
///
/// # Errors
/// Why it is not taken.
pub fn clean(
    source: File,
    copy: &mut File,
    name_extension: Option<&str>,
    taken: impl Fn(Format) -> bool,
) -> Walked<(Format, u64)> {
    let mut input = Input::new(source)?;
    if input.is_empty() {
        return Err(Refused::Empty);
    }
    let guess = guess(&mut input, name_extension)?;
    let hopeful = taken(guess) || (guess == Format::Mp4 && taken(Format::M4a));
    if !hopeful {
        return Err(Refused::NotTaken(guess));
    }
    let format = {
        let mut out = BufWriter::with_capacity(input::CHUNK, &mut *copy);
        let format = walk(guess, &mut input, &mut out)?;
        out.flush()?;
        format
    };
    if !taken(format) {
        return Err(Refused::NotTaken(format));
    }
    let size = copy.seek(SeekFrom::End(0))?;
    copy.rewind()?;
    second::look(copy, format, size)?;
    copy.rewind()?;
    Ok((format, size))
}

/// What `source` is, without keeping a copy. The same rules hold.
///
/// # Errors
/// As [`clean`].
pub fn kind(source: File, name_extension: Option<&str>) -> Walked<Format> {
    let mut again = source.try_clone()?;
    let mut input = Input::new(source)?;
    if input.is_empty() {
        return Err(Refused::Empty);
    }
    let guess = guess(&mut input, name_extension)?;
    let format = walk(guess, &mut input, &mut std::io::sink())?;
    let size = again.seek(SeekFrom::End(0))?;
    again.rewind()?;
    second::look(&mut again, format, size)?;
    Ok(format)
}

/// Whether `source`, whatever else it holds, begins as files of this extension do.
///
/// # Errors
/// When the disk fails.
pub fn begins_as(source: File, extension: &str) -> Walked<bool> {
    let mut input = Input::new(source)?;
    let mut mark = [0; 2];
    let read = input.peek(&mut mark)?;
    if matches!(extension, "txt" | "csv") && read == 2 && matches!(&mark, b"\xff\xfe" | b"\xfe\xff") {
        return Ok(true);
    }
    match guess(&mut input, Some(extension)) {
        Ok(format) => Ok(format.taken_as(&[extension.to_owned()]).is_some()),
        Err(Refused::Disk(error)) => Err(Refused::Disk(error)),
        Err(_) => Ok(false),
    }
}

/// The kind that the first bytes promise.
fn guess(input: &mut Input, name_extension: Option<&str>) -> Walked<Format> {
    let mut head = [0; 16];
    let read = input.peek(&mut head)?;
    let head = head.get(..read).unwrap_or_default();
    let at = |place: usize, magic: &[u8]| head.get(place..).is_some_and(|rest| rest.starts_with(magic));
    let found = if at(0, b"\xff\xd8\xff") {
        Format::Jpeg
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        Format::Png
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Format::Gif
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Format::Webp
    } else if at(0, b"RIFF") || at(0, b"MZ") || at(0, b"\x7fELF") || at(0, b"%!") || at(0, b"{\\rtf") {
        return Err(Refused::Unknown);
    } else if at(4, b"ftyp") {
        Format::Mp4
    } else if at(0, b"%PDF-") {
        Format::Pdf
    } else if at(0, b"PK\x03\x04") {
        if name_extension == Some("docx") { Format::Docx } else { Format::Zip }
    } else if at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        Format::Doc
    } else if at(0, b"BM") && bmp::is_likely(head) {
        Format::Bmp
    } else if at(0, b"ID3") {
        audio::after_tag(input)?
    } else if let Some(format) = audio::by_sync(head) {
        format
    } else if text::is_likely(head) {
        if name_extension.is_some_and(super::name::is_active) {
            return Err(Refused::Active("text under the name of a program"));
        }
        if name_extension == Some("csv") { Format::Csv } else { Format::Txt }
    } else {
        return Err(Refused::Unknown);
    };
    Ok(found)
}

fn walk(guess: Format, input: &mut Input, out: &mut dyn Write) -> Walked<Format> {
    match guess {
        Format::Jpeg => jpeg::walk(input, out)?,
        Format::Png => png::walk(input, out)?,
        Format::Gif => gif::walk(input, out)?,
        Format::Bmp => bmp::walk(input, out)?,
        Format::Webp => webp::walk(input, out)?,
        Format::Mp4 | Format::M4a => return mp4::walk(input, out),
        Format::Mp3 => audio::mp3(input, out)?,
        Format::Aac => audio::aac(input, out)?,
        Format::Txt | Format::Csv => text::walk(input, out)?,
        Format::Pdf => pdf::walk(input, out)?,
        Format::Doc => compound::walk(input, out)?,
        Format::Docx | Format::Zip => return archive::walk(input, out),
    }
    Ok(guess)
}

/// Refuses a picture that is too large, or that has no area.
fn pixels(width: u64, height: u64) -> Walked<()> {
    match width.checked_mul(height) {
        Some(0) => Err(Refused::Damaged("the picture has no area")),
        Some(pixels) if pixels <= MAX_PIXELS => Ok(()),
        _ => Err(Refused::TooManyPixels),
    }
}

/// Where `needle` first is in `text`.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len().max(1)).position(|window| window == needle)
}

/// Reads as much as fits into `buffer`, less at the end only.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
