//! Large files are streamed: ten at the same time, received, checked and cleaned, cost little memory.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use axum::body::Body;
use frontdesk_proxy::files::format::Format;
use frontdesk_proxy::files::sniff;
use frontdesk_proxy::files::spool::{Allowance, Spool, receive};
use std::io::Read;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

const FILES: usize = 10;
const BYTES: u64 = 20_000_000;

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let mut text = String::new();
    std::fs::File::open("/proc/self/status").unwrap().read_to_string(&mut text).unwrap();
    let line = text.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn boxed(name: &[u8; 4], body: &[u8], more: u64) -> Vec<u8> {
    let size = u32::try_from(body.len() as u64 + more + 8).unwrap();
    [&size.to_be_bytes()[..], name, body].concat()
}

/// The head of a film whose media follow.
fn head() -> Vec<u8> {
    let kind = [&[0; 8][..], b"vide", &[0; 12]].concat();
    let track = boxed(b"trak", &boxed(b"mdia", &boxed(b"hdlr", &kind, 0), 0), 0);
    let film = boxed(b"moov", &track, 0);
    [boxed(b"ftyp", b"isom\0\0\x02\0isom", 0), film, boxed(b"mdat", b"", BYTES)].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_large_files_at_once_are_never_whole_in_memory() {
    let folder = std::env::temp_dir().join(format!("frontdesk-memory-{}", std::process::id()));
    let spool = Spool::new(folder.clone(), 2 * FILES as u64 * (BYTES + 1_000));
    let before = peak();
    let mut files = tokio::task::JoinSet::new();
    for number in 0..FILES {
        let spool = spool.clone();
        let from = std::net::Ipv4Addr::new(203, 0, 113, u8::try_from(number).unwrap()).into();
        files.spawn(async move {
            let film = AsyncReadExt::chain(std::io::Cursor::new(head()), tokio::io::repeat(0x65).take(BYTES));
            let body = Body::from_stream(ReaderStream::with_capacity(film, 16 << 10));
            let long = Duration::from_secs(600);
            let allowed = Allowance { bytes: BYTES + 1_000, idle: long, total: long };
            let received = receive(&spool, from, body, allowed).await.unwrap();
            tokio::task::spawn_blocking(move || {
                let source = std::fs::File::open(received.file.path()).unwrap();
                let (_copied, mut copy) = spool.create().unwrap();
                sniff::clean(source, &mut copy, None, |_| true).unwrap()
            })
            .await
            .unwrap()
        });
    }
    for (format, size) in files.join_all().await {
        assert_eq!((format, size > BYTES), (Format::Mp4, true));
    }
    let grown = peak() - before;
    std::fs::remove_dir_all(folder).unwrap();
    assert!(grown < 24_000_000, "{grown} bytes for {FILES} files of {BYTES} bytes");
    assert_eq!(spool.used(), 0);
}
