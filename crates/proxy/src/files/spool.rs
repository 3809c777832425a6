//! Files on disk for as long as they are on their way: a folder of our own, readable for nobody else, with a limit to
//! what lies in it. A file is removed with its value; what an earlier process left is removed at the start.
//!
//! Who sends slowly holds room for minutes. So what arrives from pages has a part of the room, and what arrives from one address a
//! part of that: the rest is for files of the centre, and for others.

use crate::chance;
use crate::problem::Problem;
use crate::session::credential::hex;
use axum::body::Body;
use frontdesk_contract::ErrorCode;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

/// Begins the name of every file of ours; nothing else in the folder is touched.
const PREFIX: &str = "frontdesk-spool-";
/// Nothing is on its way for longer than this.
const OLDEST: Duration = Duration::from_secs(6 * 3_600);
/// Which part of the room uploads have together, and those of one address: a half, an eighth.
const UPLOADS: u64 = 2;
const OF_ADDRESS: u64 = 8;

/// The folder.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    most_bytes: AtomicU64,
    used: AtomicU64,
    uploads: Mutex<Uploads>,
}

/// What uploads hold, together and by the address that they come from.
#[derive(Debug, Default)]
struct Uploads {
    all: u64,
    by_address: HashMap<IpAddr, u64>,
}

/// A file in the folder; gone with the value.
#[derive(Debug)]
pub struct SpoolFile {
    path: PathBuf,
    held: u64,
    upload: Option<Upload>,
    spool: Arc<Spool>,
}

/// A file that arrives from a page.
#[derive(Clone, Copy, Debug)]
struct Upload {
    from: IpAddr,
    /// One that is alone may become as large, however small the parts are.
    most_bytes: u64,
}

impl Spool {
    /// A spool in `folder`, which need not be there yet, for at most `most_bytes`.
    pub fn new(folder: PathBuf, most_bytes: u64) -> Arc<Self> {
        let (most_bytes, used) = (AtomicU64::new(most_bytes), AtomicU64::new(0));
        Arc::new(Self { folder, most_bytes, used, uploads: Mutex::default() })
    }

    /// Makes the folder, and removes what an earlier process left.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn prepare(&self) -> io::Result<()> {
        self.make()?;
        self.remove(|_| true)
    }

    /// Removes what has been left behind for hours.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self) -> io::Result<()> {
        if !self.folder.exists() {
            return Ok(());
        }
        let now = SystemTime::now();
        self.remove(|changed| now.duration_since(changed).is_ok_and(|age| age > OLDEST))
    }

    fn make(&self) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)
    }

    fn remove(&self, which: impl Fn(SystemTime) -> bool) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
            let changed = entry.metadata().and_then(|data| data.modified());
            if ours && changed.is_ok_and(&which) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// An empty file.
    ///
    /// # Errors
    /// When the disk does not give one.
    pub fn create(self: &Arc<Self>) -> io::Result<(SpoolFile, File)> {
        let path = self.folder.join(format!("{PREFIX}{}", hex(&chance::bytes::<16>())));
        let open = || {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path)
        };
        let file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make()?;
                open()?
            }
            file => file?,
        };
        Ok((SpoolFile { path, held: 0, upload: None, spool: Arc::clone(self) }, file))
    }

    /// An empty file to be written part by part.
    ///
    /// # Errors
    /// When the disk does not give one.
    pub fn fill(self: &Arc<Self>) -> io::Result<Filling> {
        let (file, out) = self.create()?;
        Ok(Filling { file, out: tokio::fs::File::from_std(out), ahead: 0, is_full: false })
    }

    /// Holds at most so many bytes from now on. What is held already stays.
    pub fn set_most(&self, most_bytes: u64) {
        self.most_bytes.store(most_bytes, Ordering::Relaxed);
    }

    fn uploads(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many bytes are held at the moment.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }
}

impl SpoolFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Counts `bytes` more; false when the spool is full, or the part of it that this file may take.
    pub fn hold(&mut self, bytes: u64) -> bool {
        let most = self.spool.most_bytes.load(Ordering::Relaxed);
        if self.upload.is_some_and(|upload| !self.spool.uploads().take(upload, bytes, most)) {
            return false;
        }
        let grow = |used: u64| used.checked_add(bytes).filter(|used| *used <= most);
        let held = self.spool.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow).is_ok();
        if held {
            self.held += bytes;
        } else if let Some(upload) = self.upload {
            self.spool.uploads().give_back(upload, bytes);
        }
        held
    }
}

impl Uploads {
    fn take(&mut self, upload: Upload, bytes: u64, most: u64) -> bool {
        let of_address = self.by_address.get(&upload.from).copied().unwrap_or(0);
        let fits = |held: u64, part: u64| held.saturating_add(bytes) <= (most / part).max(upload.most_bytes);
        let fits = fits(of_address, OF_ADDRESS) && fits(self.all, UPLOADS);
        if fits && bytes > 0 {
            self.all += bytes;
            self.by_address.insert(upload.from, of_address + bytes);
        }
        fits
    }

    fn give_back(&mut self, upload: Upload, bytes: u64) {
        self.all = self.all.saturating_sub(bytes);
        let left = self.by_address.get(&upload.from).copied().unwrap_or(0).saturating_sub(bytes);
        // Who holds nothing is forgotten.
        if left == 0 {
            self.by_address.remove(&upload.from);
        } else {
            self.by_address.insert(upload.from, left);
        }
    }
}

/// A file of the spool while it is written: what is to be written counts before it is.
#[derive(Debug)]
pub struct Filling {
    file: SpoolFile,
    out: tokio::fs::File,
    /// Bytes that count and are not written yet.
    ahead: usize,
    is_full: bool,
}

impl Filling {
    /// Whether writing failed because the spool is full.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// The file, once all is in it.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn whole(mut self) -> io::Result<SpoolFile> {
        self.out.flush().await?;
        Ok(self.file)
    }
}

impl AsyncWrite for Filling {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let more = bytes.len().saturating_sub(self.ahead);
        self.is_full = !self.file.hold(more as u64);
        if self.is_full {
            return Poll::Ready(Err(io::ErrorKind::StorageFull.into()));
        }
        self.ahead += more;
        let written = std::task::ready!(Pin::new(&mut self.out).poll_write(context, bytes))?;
        self.ahead -= written;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.out).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.out).poll_shutdown(context)
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        self.spool.used.fetch_sub(self.held, Ordering::Relaxed);
        if let Some(upload) = self.upload {
            self.spool.uploads().give_back(upload, self.held);
        }
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a file of the spool could not be removed; it is removed later");
        }
    }
}

/// What a request may carry.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    /// The most bytes.
    pub bytes: u64,
    /// The longest pause between two parts.
    pub idle: Duration,
    /// The longest time for all of it.
    pub total: Duration,
}

/// A body that was received.
#[derive(Debug)]
pub struct Received {
    /// Where it lies.
    pub file: SpoolFile,
    /// SHA-256 of it.
    pub digest: [u8; 32],
    /// Its size in bytes.
    pub size: u64,
}

/// Receives a body from this address part by part. Nothing but the part at hand is in memory.
///
/// # Errors
/// [`ErrorCode::FileTooLarge`], [`ErrorCode::FileEmpty`], [`ErrorCode::BadRequest`] for a body that breaks off or is too slow,
/// [`ErrorCode::Overloaded`] when the spool is full, or this address has its part of it, [`ErrorCode::StoreUnavailable`] when the
/// disk fails.
pub async fn receive(
    spool: &Arc<Spool>,
    from: IpAddr,
    mut body: Body,
    allowed: Allowance,
) -> Result<Received, Problem> {
    let mut out = spool.fill().map_err(|error| disk(&error))?;
    out.file.upload = Some(Upload { from, most_bytes: allowed.bytes });
    let until = Instant::now() + allowed.total;
    let (mut size, mut digest) = (0_u64, Sha256::new());
    loop {
        let patience = until.min(Instant::now() + allowed.idle);
        let part = match tokio::time::timeout_at(patience, body.frame()).await {
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
            Ok(Some(Err(_))) => return Err(Problem::new(ErrorCode::BadRequest, "the body broke off")),
            Ok(None) => break,
            Err(_) => {
                let late = Problem::new(ErrorCode::BadRequest, "the body did not arrive in time");
                // One that stood still may get through on another network; one that takes too long would once more.
                return Err(if patience < until { late.after(Duration::from_secs(2)) } else { late });
            }
        };
        size = size.saturating_add(part.len() as u64);
        if size > allowed.bytes {
            return Err(too_large(allowed.bytes));
        }
        digest.update(&part);
        match out.write_all(&part).await {
            Ok(()) => {}
            Err(_) if out.is_full() => return Err(full()),
            Err(error) => return Err(disk(&error)),
        }
    }
    let file = out.whole().await.map_err(|error| disk(&error))?;
    if size == 0 {
        return Err(Problem::new(ErrorCode::FileEmpty, "the file is empty"));
    }
    Ok(Received { file, digest: digest.finalize().into(), size })
}

/// The file is larger than the desk takes.
pub fn too_large(most: u64) -> Problem {
    Problem::new(ErrorCode::FileTooLarge, format!("the file is larger than {most} bytes"))
}

/// There is no room in the spool.
pub fn full() -> Problem {
    Problem::new(ErrorCode::Overloaded, "too many files are on their way").after(Duration::from_secs(10))
}

/// What a failure of the disk means for the visitor.
pub fn disk(error: &io::Error) -> Problem {
    tracing::error!(%error, "the spool failed");
    Problem::new(ErrorCode::StoreUnavailable, "the proxy cannot write what it must keep")
        .after(Duration::from_secs(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn folder() -> Folder {
        Folder(std::env::temp_dir().join(format!("frontdesk-spool-test-{:x}", rand::random::<u64>())))
    }

    fn allowed(bytes: u64) -> Allowance {
        Allowance { bytes, idle: Duration::from_secs(30), total: Duration::from_secs(60) }
    }

    #[tokio::test]
    async fn what_is_written_part_by_part_counts_at_once_and_stops_where_the_spool_is_full() {
        let folder = folder();
        let spool = Spool::new(folder.0.clone(), 10);
        let mut out = spool.fill().unwrap();
        out.write_all(b"12345").await.unwrap();
        assert_eq!(spool.used(), 5);
        let beside = spool.fill().unwrap();
        assert!(out.write_all(b"123456").await.is_err() && out.is_full() && !beside.is_full());
        drop(out);
        assert_eq!(spool.used(), 0);
        let mut beside = beside;
        beside.write_all(b"1234567890").await.unwrap();
        let file = beside.whole().await.unwrap();
        assert_eq!((std::fs::read(file.path()).unwrap(), spool.used()), (b"1234567890".to_vec(), 10));
    }

    #[tokio::test]
    async fn a_body_lies_in_the_spool_as_long_as_its_value_and_counts_so_long() {
        let folder = folder();
        let spool = Spool::new(folder.0.clone(), 10);
        let received = receive(&spool, HERE, Body::from("hello"), allowed(5)).await.unwrap();
        assert_eq!((received.size, spool.used()), (5, 5));
        assert_eq!(received.digest, <[u8; 32]>::from(Sha256::digest(b"hello")));
        assert_eq!(std::fs::read(received.file.path()).unwrap(), b"hello");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder.0), mode(received.file.path())), (0o700, 0o600));
        }
        let full = receive(&spool, HERE, Body::from("123456"), allowed(100)).await.unwrap_err();
        assert_eq!(full.code, ErrorCode::Overloaded);
        drop(received);
        assert_eq!((spool.used(), std::fs::read_dir(&folder.0).unwrap().count()), (0, 0));
        for (body, code) in [("123456", ErrorCode::FileTooLarge), ("", ErrorCode::FileEmpty)] {
            assert_eq!(receive(&spool, HERE, Body::from(body), allowed(5)).await.unwrap_err().code, code);
        }
        assert_eq!((spool.used(), std::fs::read_dir(&folder.0).unwrap().count()), (0, 0));
    }

    #[tokio::test]
    async fn uploads_have_a_half_and_one_address_has_an_eighth_and_a_single_one_as_much_as_it_needs() {
        let folder = folder();
        let spool = Spool::new(folder.0.clone(), 80);
        let from = |last: u8| IpAddr::from([203, 0, 113, last]);
        let send = async |last: u8, bytes: usize, most: u64| {
            receive(&spool, from(last), Body::from(vec![7; bytes]), allowed(most)).await
        };
        let first = send(1, 8, 8).await.unwrap();
        assert_eq!(send(1, 3, 8).await.unwrap_err().code, ErrorCode::Overloaded, "an eighth is 10");
        assert_eq!(spool.used(), 8, "what was refused holds nothing");
        let second = send(1, 2, 8).await.unwrap();
        let mut others = Vec::new();
        for last in 2..=4 {
            others.push(send(last, 10, 10).await.unwrap());
        }
        assert_eq!(send(5, 1, 8).await.unwrap_err().code, ErrorCode::Overloaded, "a half is 40");
        // The centre's files have what is left.
        let mut out = spool.fill().unwrap();
        out.write_all(&[7; 40]).await.unwrap();
        let mut more = spool.fill().unwrap();
        assert!(more.write_all(&[7]).await.is_err() && more.is_full());
        drop((out, more));
        drop((first, second));
        others.push(send(5, 10, 10).await.unwrap());
        drop(others);
        assert_eq!((spool.used(), spool.uploads().all), (0, 0));
        assert!(spool.uploads().by_address.is_empty());
        // However small the parts are, a file that the desk takes gets through when it is alone.
        let large = send(1, 50, 50).await.unwrap();
        assert_eq!(send(2, 1, 50).await.unwrap_err().code, ErrorCode::Overloaded);
        drop(large);
        // A spool that is full of other things gives back what was counted.
        let mut out = spool.fill().unwrap();
        out.write_all(&[7; 75]).await.unwrap();
        assert_eq!(send(1, 6, 10).await.unwrap_err().code, ErrorCode::Overloaded);
        assert_eq!((spool.used(), spool.uploads().all), (75, 0));
    }

    #[tokio::test]
    async fn the_start_removes_what_was_left_and_nothing_else() {
        let folder = folder();
        let spool = Spool::new(folder.0.clone(), 10);
        spool.prepare().unwrap();
        std::fs::write(folder.0.join(format!("{PREFIX}left")), "x").unwrap();
        std::fs::write(folder.0.join("somebody else's"), "x").unwrap();
        spool.sweep().unwrap();
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 2, "it is not old");
        spool.prepare().unwrap();
        let left: Vec<_> =
            std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["somebody else's"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up() {
        let folder = folder();
        let spool = Spool::new(folder.0.clone(), 10);
        spool.prepare().unwrap();
        let begun = Instant::now();
        let (sender, stalled) = tokio::io::duplex(8);
        let body = Body::from_stream(tokio_util::io::ReaderStream::new(stalled));
        let problem = receive(&spool, HERE, body, allowed(5)).await.unwrap_err();
        assert_eq!((problem.code, begun.elapsed().as_secs()), (ErrorCode::BadRequest, 30));
        drop(sender);
    }
}
