//! WebSockets: one task for each, which carries frames and nothing else (RFC 7118).

use std::io;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::gateway::Shared;
use crate::signalling::{ConnectionId, OUTBOX_FRAMES};
use crate::sip::MESSAGE_MAX_BYTES;

/// So long a handshake, and the last word of a connection, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Accepts connections until it is dropped, and all of them with it.
pub(crate) async fn listen(listener: TcpListener, shared: Shared) {
    let mut connections = JoinSet::new();
    let mut next: ConnectionId = 1;
    loop {
        tokio::select! {
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, shared.clone(), next));
                    next += 1;
                }
                // Out of file descriptors, say: others go on, and the next try comes later.
                Err(error) => {
                    tracing::warn!(%error, "connection not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
}

/// The subprotocol has to be `sip` (RFC 7118 §4.1).
// The size of the refusal is the library's choice.
#[allow(clippy::result_large_err)]
fn negotiate(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let sip = offered
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .any(|name| name.trim() == "sip");
    if !sip {
        let mut refusal = ErrorResponse::new(Some("the subprotocol must be sip".into()));
        *refusal.status_mut() = StatusCode::BAD_REQUEST;
        return Err(refusal);
    }
    response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("sip"));
    Ok(response)
}

async fn converse(stream: TcpStream, shared: Shared, id: ConnectionId) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "socket option not set");
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_MAX_BYTES))
        .max_frame_size(Some(MESSAGE_MAX_BYTES));
    let handshake = accept_hdr_async_with_config(stream, negotiate, Some(config));
    let mut socket = match tokio::time::timeout(PATIENCE, handshake).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return tracing::debug!(%error, "no WebSocket"),
        Err(_) => return tracing::debug!("no WebSocket in time"),
    };
    let (outbox, mut frames) = mpsc::channel(OUTBOX_FRAMES);
    if !shared.with(|signalling, _| signalling.open(id, outbox)) {
        return tracing::warn!("too many WebSockets: one is closed");
    }
    shared.socket_opened();
    loop {
        tokio::select! {
            frame = frames.recv() => {
                let Some(frame) = frame else { break };
                if let Err(error) = socket.send(Message::text(frame)).await {
                    tracing::debug!(%error, "nothing can be sent");
                    break;
                }
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    shared.with(|signalling, now| signalling.receive(now, id, text.as_bytes()));
                }
                Some(Ok(Message::Binary(bytes))) => {
                    shared.with(|signalling, now| signalling.receive(now, id, &bytes));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => {
                    tracing::debug!(%error, "a WebSocket broke");
                    break;
                }
                None => break,
            },
        }
    }
    shared.with(|signalling, now| signalling.close(now, id));
    // The peer may be gone.
    let _: Result<Result<(), _>, _> = tokio::time::timeout(PATIENCE, socket.close(None)).await;
    shared.socket_closed();
}

/// Opens the listener.
pub(crate) async fn bind(address: std::net::SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}
