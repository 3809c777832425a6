//! The gateway's side of SIP: all sockets and calls together, without a socket and without a clock.
//!
//! Frames, media news and time come in; frames go out into the queues of the sockets, events to those who watch.

mod acts;
mod answers;
mod call;
mod ends;
mod lines;
mod requests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};

use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

use call::{Call, Phase};
use lines::Line;

use crate::events::{CallNews, GatewayEvent, OpenCall};
use crate::media::{Media, MediaNews};
use crate::settings::Settings;
use crate::sip::{self, Message, Request, Response};

/// Number of a WebSocket.
pub(crate) type ConnectionId = u64;
/// Frames that wait for a socket; one that does not read them is closed.
pub(crate) const OUTBOX_FRAMES: usize = 256;
/// Challenges that can still be answered.
const NONCES_MAX: usize = 64;
/// Methods told in `Allow`.
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE";

pub(crate) struct Signalling {
    settings: Settings,
    media: Media,
    connections: HashMap<ConnectionId, mpsc::Sender<String>>,
    /// By `Call-ID` and the visitor's tag.
    calls: BTreeMap<(String, String), Call>,
    lines: BTreeMap<String, Line>,
    nonces: VecDeque<String>,
    events: broadcast::Sender<GatewayEvent>,
}

/// A name that cannot be guessed.
fn token() -> String {
    format!("{:016x}", rand::random::<u64>())
}

impl Signalling {
    pub(crate) fn new(
        settings: Settings,
        media: Media,
        events: broadcast::Sender<GatewayEvent>,
    ) -> Signalling {
        Signalling {
            settings,
            media,
            connections: HashMap::new(),
            calls: BTreeMap::new(),
            lines: BTreeMap::new(),
            nonces: VecDeque::new(),
            events,
        }
    }

    /// A socket is open. `false`: there are too many.
    pub(crate) fn open(&mut self, id: ConnectionId, outbox: mpsc::Sender<String>) -> bool {
        if self.connections.len() >= self.settings.sockets_max {
            return false;
        }
        self.connections.insert(id, outbox);
        true
    }

    /// A socket is closed. Its calls wait for another one.
    pub(crate) fn close(&mut self, now: Instant, id: ConnectionId) {
        self.connections.remove(&id);
        for call in self.calls.values_mut().filter(|call| call.connection == Some(id)) {
            call.connection = None;
            call.alone_since = Some(now);
        }
    }

    /// A frame came.
    pub(crate) fn receive(&mut self, now: Instant, from: ConnectionId, frame: &[u8]) {
        match frame {
            b"\r\n\r\n" if self.settings.pong => return self.send(from, "\r\n".into()),
            b"\r\n\r\n" | b"\r\n" | b"" => return,
            _ => {}
        }
        match sip::parse(frame) {
            Ok(Message::Request(request)) => self.asked(now, from, request),
            Ok(Message::Response(response)) => self.answered(now, &response),
            Err(error) => tracing::debug!(%error, "a frame is no SIP message"),
        }
    }

    /// A keep-alive of ours.
    pub(crate) fn ping(&mut self) {
        for outbox in self.connections.values() {
            // A full outbox shows that the link is not idle.
            let _ = outbox.try_send("\r\n\r\n".into());
        }
    }

    fn send(&mut self, to: ConnectionId, text: String) {
        let full = self.connections.get(&to).is_some_and(|outbox| outbox.try_send(text).is_err());
        if full {
            // Dropping its outbox closes the socket.
            tracing::debug!("a socket that does not read is closed");
            self.connections.remove(&to);
        }
    }

    fn reply(&mut self, to: ConnectionId, response: &Response) {
        self.send(to, response.write());
    }

    /// Refuses a request outside of any call.
    fn refuse(&mut self, to: ConnectionId, request: &Request, status: u16) {
        let response = request.response(status, Some(&token()));
        let response = if status == 405 { response.with("Allow", ALLOW) } else { response };
        self.reply(to, &response);
    }

    fn send_in(&mut self, key: &(String, String), text: String) {
        if let Some(connection) = self.calls.get(key).and_then(|call| call.connection) {
            self.send(connection, text);
        }
    }

    fn contact(&self) -> String {
        format!("<sip:gateway@{};transport=ws>", self.settings.domain)
    }

    fn tell(&self, key: &(String, String), access_code: &str, news: CallNews) {
        tracing::debug!(access_code, ?news, "call");
        // Nobody has to watch.
        let _ =
            self.events.send(GatewayEvent { access_code: access_code.into(), call_id: key.0.clone(), news });
    }

    /// The calls that are open.
    pub(crate) fn open_calls(&self) -> Vec<OpenCall> {
        let traffic = |leg| self.media.traffic(leg);
        let open = |(key, call): (&(String, String), &Call)| OpenCall {
            access_code: call.access_code.clone(),
            call_id: key.0.clone(),
            answered: call.phase == Phase::Confirmed,
            held: call.held,
            socket: call.connection.is_some(),
            digits: call.digits.clone(),
            visitor: call.leg.map(traffic).unwrap_or_default(),
            agent: self.lines.get(&call.access_code).and_then(|line| line.agent).map(traffic),
        };
        self.calls.iter().map(open).collect()
    }

    /// Something happened to a leg.
    pub(crate) fn media_news(&mut self, now: Instant, news: MediaNews) {
        if self.agent_news(now, news) {
            return;
        }
        let leg = Some(news.leg());
        let Some((key, call)) = self.calls.iter_mut().find(|(_, call)| call.leg == leg) else { return };
        let (key, code) = (key.clone(), call.access_code.clone());
        match news {
            MediaNews::Connected(_) => self.tell(&key, &code, CallNews::Connected),
            MediaNews::Digit(_, digit) => {
                call.note_digit(digit);
                self.tell(&key, &code, CallNews::Digit(digit));
            }
            // Its BYE is on the way, as a rule.
            MediaNews::Closed(_) => call.closing_at = Some(now + ends::BYE_WITHIN),
            MediaNews::Lost(_) => self.end_lost(&key),
        }
    }
}
