//! A file as walkers read it: never beyond its end, never more than a chunk in memory.

use super::{Refused, Walked};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

/// The most that is in memory at once, in bytes.
pub const CHUNK: usize = 64 << 10;

/// A file that is being walked.
pub struct Input {
    file: BufReader<File>,
    at: u64,
    len: u64,
}

impl Input {
    /// Starts at the beginning.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn new(mut file: File) -> std::io::Result<Self> {
        let len = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self { file: BufReader::with_capacity(CHUNK, file), at: 0, len })
    }

    /// Whether the file holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The size of the file.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Where reading goes on.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// How many bytes are left.
    pub fn left(&self) -> u64 {
        self.len.saturating_sub(self.at)
    }

    /// The next bytes without moving on; answers how many there are.
    pub(super) fn peek(&mut self, into: &mut [u8]) -> Walked<usize> {
        let read = super::fill(&mut self.file, into)?;
        self.at += read as u64;
        self.seek(self.at - read as u64)?;
        Ok(read)
    }

    /// The next `N` bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Walked<[u8; N]> {
        let mut bytes = [0; N];
        self.need(N as u64)?;
        self.file.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Walked<u8> {
        let [byte] = self.take()?;
        Ok(byte)
    }

    /// The next `count` bytes, which are few: at most a chunk.
    pub(super) fn some(&mut self, count: u64) -> Walked<Vec<u8>> {
        self.need(count)?;
        let size = usize::try_from(count).ok().filter(|size| *size <= CHUNK * 2);
        let mut bytes = vec![0; size.ok_or(Refused::Damaged("a part is longer than it may be"))?];
        self.file.read_exact(&mut bytes)?;
        self.at += count;
        Ok(bytes)
    }

    /// Passes over `count` bytes.
    pub(super) fn skip(&mut self, count: u64) -> Walked<()> {
        self.need(count)?;
        let by = i64::try_from(count).map_err(|_| Refused::Damaged("a part is longer than the file"))?;
        self.file.seek_relative(by)?;
        self.at += count;
        Ok(())
    }

    /// Goes to a place.
    pub(super) fn seek(&mut self, to: u64) -> Walked<()> {
        let to = to.min(self.len);
        // What is in the buffer need not be read again.
        match i64::try_from(i128::from(to) - i128::from(self.at)) {
            Ok(by) => self.file.seek_relative(by)?,
            Err(_) => self.file.seek(SeekFrom::Start(to)).map(|_| ())?,
        }
        self.at = to;
        Ok(())
    }

    /// Copies `count` bytes.
    pub(super) fn copy(&mut self, count: u64, out: &mut dyn Write) -> Walked<()> {
        self.need(count)?;
        let mut left = count;
        let mut chunk = [0; 8 << 10];
        while left > 0 {
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            let part = chunk.get_mut(..size).unwrap_or_default();
            self.file.read_exact(part)?;
            out.write_all(part)?;
            left -= size as u64;
        }
        self.at += count;
        Ok(())
    }

    fn need(&self, count: u64) -> Walked<()> {
        if count > self.left() { Err(Refused::Damaged("it ends too early")) } else { Ok(()) }
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}
