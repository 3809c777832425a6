//! A gateway of the test's own making: it says what the test says.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Listens.
#[derive(Debug)]
pub struct Gateway {
    listener: TcpListener,
    /// Where.
    pub address: String,
}

/// One page that has connected.
#[derive(Debug)]
pub struct Line {
    socket: WebSocketStream<TcpStream>,
}

impl Gateway {
    /// Opens one.
    ///
    /// # Errors
    ///
    /// When there is no port.
    pub async fn open() -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no port for the gateway")?;
        let address = format!("ws://{}", listener.local_addr()?);
        Ok(Self { listener, address })
    }

    /// The next page that connects.
    ///
    /// # Errors
    ///
    /// When none does, or not by SIP.
    pub async fn accept(&self) -> Result<Line> {
        let (stream, _) = timeout(crate::SOON, self.listener.accept()).await.context("nobody connects")??;
        #[expect(clippy::result_large_err, reason = "the library's own type")]
        let agree = |request: &Request, mut answer: Response| {
            let asked = request.headers().get("sec-websocket-protocol");
            if asked.is_some_and(|asked| asked == "sip") {
                answer.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("sip"));
            }
            Ok(answer)
        };
        Ok(Line { socket: tokio_tungstenite::accept_hdr_async(stream, agree).await? })
    }
}

impl Line {
    /// The next message, keep-alives among them.
    ///
    /// # Errors
    ///
    /// When none comes, or the page has gone.
    pub async fn hears(&mut self) -> Result<String> {
        loop {
            match timeout(crate::SOON, self.socket.next()).await.context("the page says nothing")? {
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => bail!("instead of a message there is {other:?}"),
            }
        }
    }

    /// The next request of this method; keep-alives, answers and other requests are passed over.
    ///
    /// # Errors
    ///
    /// When none comes.
    pub async fn hears_request(&mut self, method: &str) -> Result<String> {
        loop {
            let text = self.hears().await.with_context(|| format!("waiting for {method}"))?;
            if text.starts_with(&format!("{method} ")) {
                return Ok(text);
            }
        }
    }

    /// Says something, in a text frame.
    ///
    /// # Errors
    ///
    /// When the page has gone.
    pub async fn says(&mut self, text: impl Into<String>) -> Result<()> {
        Ok(self.socket.send(Message::text(text.into())).await?)
    }

    /// Says something, in a binary frame.
    ///
    /// # Errors
    ///
    /// When the page has gone.
    pub async fn says_in_bytes(&mut self, text: &str) -> Result<()> {
        Ok(self.socket.send(Message::binary(text.as_bytes().to_vec())).await?)
    }

    /// Waits until the page has closed the line.
    ///
    /// # Errors
    ///
    /// When it goes on.
    pub async fn is_closed(&mut self) -> Result<()> {
        let end = async {
            while let Some(Ok(message)) = self.socket.next().await {
                if message.is_close() {
                    break;
                }
            }
        };
        timeout(crate::SOON, end).await.context("the line stays open")
    }
}

/// The answer to a request: `status` as in `486 Busy Here`, `more` header lines.
#[must_use]
pub fn reply(request: &str, status: &str, more: &[&str]) -> String {
    let mut answer = format!("SIP/2.0 {status}\r\n");
    for line in request.split("\r\n").take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "to" if !line.contains(";tag=") && !status.starts_with("100") => {
                answer.push_str(&format!("{line};tag=of-the-gateway\r\n"));
            }
            "via" | "from" | "to" | "call-id" | "cseq" => answer.push_str(&format!("{line}\r\n")),
            _ => {}
        }
    }
    more.iter().for_each(|line| answer.push_str(&format!("{line}\r\n")));
    answer.push_str("Content-Length: 0\r\n\r\n");
    answer
}
