//! A telephone of a page, in two parts: its SIP over a real WebSocket, and its media over a real UDP socket.

// Each test program uses a part of it; what fails here fails the test.
#![allow(dead_code, clippy::panic, clippy::indexing_slicing)]

pub(crate) mod browser;

use std::time::Duration;

use frontdesk_sandbox_media::{CallNews, Gateway, GatewayEvent, Settings};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::broadcast::Receiver;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// Nothing here takes longer, however busy the machine is.
pub(crate) const BOUND: Duration = Duration::from_secs(60);

pub(crate) async fn bounded<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(BOUND, future).await.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// A gateway on free ports of loopback.
pub(crate) async fn gateway(change: impl FnOnce(&mut Settings)) -> Gateway {
    let mut settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        media_addresses: vec![[127, 0, 0, 1].into()],
        ..Settings::default()
    };
    change(&mut settings);
    Gateway::start(settings).await.expect("free ports")
}

pub(crate) async fn until(events: &mut Receiver<GatewayEvent>, wanted: CallNews) {
    bounded(&format!("{wanted:?}"), async {
        while events.recv().await.expect("the gateway runs").news != wanted {}
    })
    .await;
}

pub(crate) struct Telephone {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    user: String,
    call_id: String,
    to_tag: String,
    cseq: u32,
}

impl Telephone {
    pub(crate) async fn connect(gateway: &Gateway, user: &str) -> Telephone {
        Telephone::try_connect(gateway, user, Some("sip")).await.expect("a WebSocket")
    }

    pub(crate) async fn try_connect(
        gateway: &Gateway,
        user: &str,
        protocol: Option<&'static str>,
    ) -> Result<Telephone, Error> {
        let mut request = gateway.url().into_client_request()?;
        if let Some(protocol) = protocol {
            request.headers_mut().insert("Sec-WebSocket-Protocol", protocol.parse().expect("a name"));
        }
        let (socket, _) = connect_async(request).await?;
        let call_id = format!("{user}-{:p}", &raw const socket);
        Ok(Telephone { socket, user: user.into(), call_id, to_tag: String::new(), cseq: 0 })
    }

    /// The same call over another socket.
    pub(crate) async fn reconnect(&mut self, gateway: &Gateway) {
        self.socket = Telephone::connect(gateway, &self.user).await.socket;
    }

    pub(crate) async fn frame(&mut self, message: Message) {
        self.socket.send(message).await.expect("an open socket");
    }

    pub(crate) fn write(&mut self, method: &str, body: &str) -> String {
        if !matches!(method, "ACK" | "CANCEL") {
            self.cseq += 1;
        }
        let (user, cseq) = (&self.user, self.cseq);
        format!(
            "{method} sip:{user}@cc.example SIP/2.0\r\nVia: SIP/2.0/WS v.invalid;branch=z9hG4bK{cseq}{method}\r\n\
             Max-Forwards: 69\r\nFrom: <sip:v@cc.example>;tag=me\r\nTo: <sip:{user}@cc.example>{}\r\n\
             Call-ID: {}\r\nCSeq: {cseq} {method}\r\nContact: <sip:v@v.invalid;transport=ws>\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
            self.to_tag,
            self.call_id,
            body.len()
        )
    }

    pub(crate) async fn say(&mut self, method: &str, body: &str) {
        let text = self.write(method, body);
        self.frame(Message::text(text)).await;
    }

    /// The next frame; `None` when the socket is closed.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        loop {
            match bounded("a frame", self.socket.next()).await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next frame whose first line begins so.
    pub(crate) async fn wait_for(&mut self, first: &str) -> String {
        let frame = async {
            loop {
                let frame = self.hear().await.unwrap_or_else(|| panic!("closed before {first}"));
                if frame.starts_with(first) {
                    return frame;
                }
            }
        };
        bounded(first, frame).await
    }

    /// Calls and acknowledges; the answer's description.
    pub(crate) async fn call(&mut self, offer: &str) -> String {
        self.say("INVITE", offer).await;
        self.answered().await
    }

    pub(crate) async fn answered(&mut self) -> String {
        let answer = self.wait_for("SIP/2.0 200").await;
        let to = answer.lines().find(|line| line.starts_with("To:")).expect("a To");
        self.to_tag = to.find(";tag=").map(|at| to[at..].to_owned()).expect("a tag");
        self.say("ACK", "").await;
        answer.split_once("\r\n\r\n").expect("a body").1.to_owned()
    }

    /// A further offer within the call; the description of its answer.
    pub(crate) async fn call_again(&mut self, offer: &str) -> String {
        self.say("INVITE", offer).await;
        self.answered().await
    }

    /// Answers a request of the gateway.
    pub(crate) async fn accept(&mut self, request: &str, body: &str) {
        let mut answer = String::from("SIP/2.0 200 OK\r\n");
        for line in request.lines().take_while(|line| !line.is_empty()) {
            if ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name)) {
                answer.push_str(line);
                answer.push_str("\r\n");
            }
        }
        answer.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.frame(Message::text(answer)).await;
    }
}
