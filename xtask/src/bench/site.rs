//! Serves the page that measures, on loopback, and hears from it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::shop::place;

/// No report of the page is longer.
const LONGEST: usize = 4096;

/// What the page says.
pub(super) enum Word {
    /// A case, as JSON.
    Result(String),
    /// That was the last one.
    Done,
    /// It cannot go on.
    Fault(String),
}

/// Serves until the process ends; gives the address.
pub(super) fn serve(folder: PathBuf) -> Result<(String, Receiver<Word>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot open a port")?;
    let address = format!("http://{}/", listener.local_addr()?);
    let (said, words) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (folder, said) = (folder.clone(), said.clone());
            // The browser is free to hang up.
            thread::spawn(move || drop(answer(&folder, &said, stream)));
        }
    });
    Ok((address, words))
}

fn answer(folder: &Path, said: &Sender<Word>, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.set_write_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new((&stream).take(16 * 1024));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(usize::MAX);
        }
    }
    let mut words = request.split(' ');
    let (status, kind, body) = match (words.next(), words.next()) {
        (Some("GET"), Some(target)) => find(folder, target),
        (Some("POST"), Some(_)) if length > LONGEST => ("413 Content Too Large", "text/plain", Vec::new()),
        (Some("POST"), Some(target)) => {
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            match word(target, &String::from_utf8_lossy(&body)) {
                Some(word) => {
                    let _ = said.send(word);
                    ("204 No Content", "text/plain", Vec::new())
                }
                None => ("404 Not Found", "text/plain", Vec::new()),
            }
        }
        _ => ("405 Method Not Allowed", "text/plain", Vec::new()),
    };
    // Isolated, so that clocks are exact and memory may be measured; not stored, so that each case begins anew.
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Embedder-Policy: require-corp\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)?;
    stream.flush()
}

fn word(target: &str, body: &str) -> Option<Word> {
    // It goes to a terminal.
    let plain = || body.chars().filter(|sign| !sign.is_control()).collect();
    match target {
        "/result" => Some(Word::Result(plain())),
        "/fault" => Some(Word::Fault(plain())),
        "/done" => Some(Word::Done),
        _ => None,
    }
}

fn find(folder: &Path, target: &str) -> (&'static str, &'static str, Vec<u8>) {
    let found = place(folder, target).and_then(|path| Some((fs::read(&path).ok()?, path)));
    let Some((body, path)) = found else {
        return ("404 Not Found", "text/plain", Vec::new());
    };
    let kind = match path.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    };
    ("200 OK", kind, body)
}
