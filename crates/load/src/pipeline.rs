//! As many requests as a socket takes: many are written before the first answer is read (RFC 9112 §9.3.2), and of answers
//! only the status is looked at.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Requests that wait for their answers on one connection.
const AHEAD: usize = 64;
/// An answer is never longer.
const ANSWER_MAX: usize = 1 << 20;
/// Connections in a row that ended without an answer.
const FRUITLESS_MAX: u32 = 20;

/// Answers by status.
pub type Answers = BTreeMap<u16, u64>;

/// Sends requests number 0 to `count` over so many connections and counts the answers. `request` makes the whole request of
/// this number.
///
/// # Errors
///
/// When an answer cannot be understood, or none comes any more.
pub async fn pour(
    address: SocketAddr,
    connections: u64,
    count: u64,
    request: impl Fn(u64) -> String + Send + Sync + 'static,
) -> Result<Answers> {
    let request = Arc::new(request);
    let mut streams = JoinSet::new();
    for first in 0..connections {
        let request = Arc::clone(&request);
        let step = usize::try_from(connections)?;
        let numbers: VecDeque<u64> = (first..count).step_by(step).collect();
        streams.spawn(async move { stream(address, numbers, request.as_ref()).await });
    }
    let mut answers = Answers::new();
    while let Some(one) = streams.join_next().await {
        for (status, count) in one?? {
            *answers.entry(status).or_default() += count;
        }
    }
    Ok(answers)
}

async fn stream(
    address: SocketAddr,
    mut numbers: VecDeque<u64>,
    request: &(impl Fn(u64) -> String + Sync),
) -> Result<Answers> {
    let mut answers = Answers::new();
    let mut fruitless = 0;
    while !numbers.is_empty() {
        ensure!(fruitless < FRUITLESS_MAX, "connections end without an answer");
        fruitless += 1;
        let Ok(mut connection) = TcpStream::connect(address).await else { continue };
        let mut read = Vec::new();
        // Those without an answer are asked again on the next connection.
        while !numbers.is_empty() {
            let batch: Vec<u64> = numbers.iter().take(AHEAD).copied().collect();
            let text: String = batch.iter().map(|number| request(*number)).collect();
            if connection.write_all(text.as_bytes()).await.is_err() {
                break;
            }
            let mut left = batch.len();
            while left > 0 {
                let Some(status) = answer(&mut connection, &mut read).await? else { break };
                *answers.entry(status).or_default() += 1;
                numbers.pop_front();
                left -= 1;
                fruitless = 0;
            }
            if left > 0 {
                break;
            }
        }
    }
    Ok(answers)
}

/// The status of the next answer; `None`: the connection is over.
async fn answer(connection: &mut TcpStream, read: &mut Vec<u8>) -> Result<Option<u16>> {
    loop {
        if let Some((status, length)) = parse(read)? {
            read.drain(..length);
            return Ok(Some(status));
        }
        ensure!(read.len() < ANSWER_MAX, "an answer is too long");
        match connection.read_buf(read).await {
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
    }
}

/// Status and length of the first answer, if all of it is there.
fn parse(read: &[u8]) -> Result<Option<(u16, usize)>> {
    let Some(head) = read.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = String::from_utf8_lossy(read.get(..head).unwrap_or_default()).to_ascii_lowercase();
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("http/1.1 ")?.get(..3)?.parse::<u16>().ok());
    let status = status.with_context(|| format!("no answer: {text}"))?;
    let length = lines.find_map(|line| line.strip_prefix("content-length:"));
    let body = match (length, status) {
        (Some(length), _) => length.trim().parse()?,
        (None, 204 | 304) => 0,
        (None, _) => bail!("an answer without a length: {text}"),
    };
    let whole = head + 4 + body;
    Ok((read.len() >= whole).then_some((status, whole)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_when_all_of_it_is_there() {
        let first: &[u8] = b"HTTP/1.1 429 Too Many\r\nContent-Length: 3\r\n\r\nabc";
        let second: &[u8] = b"HTTP/1.1 204 None\r\n\r\n";
        for end in 0..first.len() {
            assert_eq!(parse(&first[..end]).unwrap(), None, "{end}");
        }
        assert_eq!(parse(&[first, second].concat()).unwrap(), Some((429, first.len())));
        assert_eq!(parse(second).unwrap(), Some((204, second.len())));
        for wrong in
            ["SMTP\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"]
        {
            assert!(parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
