//! Media: what is done with sound and picture of a call.
//!
//! The engine knows no socket and no clock. [`Media`] drives it: one UDP socket for each address of the machine, all
//! calls on the same port, told apart by their ICE names.

mod announcement;
mod engine;
mod interfaces;
mod leg;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use str0m::Candidate;
use tokio::net::UdpSocket;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

use engine::Engine;
pub(crate) use leg::Change;

use crate::settings::Settings;

/// Larger than any datagram that browsers send.
const DATAGRAM_MAX: usize = 2_048;

/// Number of one end of a call's media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LegId(u64);

/// What a leg sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plays {
    /// The melody, over and over.
    Announcement,
    /// What it receives.
    Echo,
    /// What the leg it is joined with receives.
    Peer,
    /// The melody until it is joined with another leg, and then what that one receives.
    PeerAfterAnnouncement,
}

/// Counts of one leg since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Traffic {
    /// Packets of any kind received.
    pub datagrams: u64,
    /// Packets of sound received.
    pub audio_in: u64,
    /// Packets of sound sent.
    pub audio_out: u64,
    /// Pictures received.
    pub video_in: u64,
    /// Pictures sent.
    pub video_out: u64,
}

/// Why an offer came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MediaError {
    #[error("the session description does not do: {0}")]
    Offer(String),
    #[error("there is nothing to offer")]
    NothingToOffer,
    #[error("the media has ended")]
    Ended,
}

/// What happened to a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaNews {
    /// Sound can flow.
    Connected(LegId),
    /// Nothing was heard for too long.
    Lost(LegId),
    /// The browser closed its connection.
    Closed(LegId),
    /// A key was pressed (RFC 4733).
    Digit(LegId, char),
}

impl MediaNews {
    pub(crate) fn leg(self) -> LegId {
        match self {
            MediaNews::Connected(leg)
            | MediaNews::Lost(leg)
            | MediaNews::Closed(leg)
            | MediaNews::Digit(leg, _) => leg,
        }
    }
}

struct Shared {
    engine: Mutex<Engine>,
    sockets: Vec<(SocketAddr, UdpSocket)>,
    wake: Notify,
    news: mpsc::UnboundedSender<MediaNews>,
}

/// The media of all calls. Clones share it.
#[derive(Clone)]
pub(crate) struct Media(Arc<Shared>);

fn candidates(settings: &Settings, addresses: &[SocketAddr]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> =
        addresses.iter().filter_map(|address| Candidate::host(*address, "udp").ok()).collect();
    if let (Some(public), Some(base)) = (settings.public_address, addresses.first()) {
        let outside = SocketAddr::new(public, base.port());
        candidates.extend(Candidate::server_reflexive(outside, *base, "udp").ok());
    }
    candidates
}

impl Media {
    /// Opens the sockets and works on them in `tasks`.
    pub(crate) async fn start(
        settings: &Settings,
        news: mpsc::UnboundedSender<MediaNews>,
        tasks: &mut JoinSet<()>,
    ) -> std::io::Result<Media> {
        let media = Media::with_sockets(settings, interfaces::bind(settings).await?, news);
        for at in 0..media.0.sockets.len() {
            tasks.spawn(media.clone().listen(at));
        }
        tasks.spawn(media.clone().keep_time());
        Ok(media)
    }

    fn with_sockets(
        settings: &Settings,
        sockets: Vec<(SocketAddr, UdpSocket)>,
        news: mpsc::UnboundedSender<MediaNews>,
    ) -> Media {
        let addresses: Vec<SocketAddr> = sockets.iter().map(|(address, _)| *address).collect();
        let engine = Mutex::new(Engine::new(candidates(settings, &addresses), settings.lost_after));
        Media(Arc::new(Shared { engine, sockets, wake: Notify::new(), news }))
    }

    /// Media that reaches nobody: for tests of the signalling alone.
    #[cfg(test)]
    pub(crate) fn without_sockets(settings: &Settings) -> Media {
        Media::with_sockets(settings, Vec::new(), mpsc::unbounded_channel().0)
    }

    /// The addresses that calls are told.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.0.sockets.iter().map(|(address, _)| address.ip())
    }

    fn engine(&self) -> MutexGuard<'_, Engine> {
        self.0.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something on the engine, then sends what is to be sent and tells what is to be told.
    fn turn<T>(&self, run: impl FnOnce(&mut Engine, Instant) -> T) -> T {
        let mut engine = self.engine();
        let result = run(&mut engine, Instant::now());
        let (out, news) = (std::mem::take(&mut engine.out), std::mem::take(&mut engine.news));
        drop(engine);
        for datagram in out {
            let socket = self.0.sockets.iter().find(|(address, _)| *address == datagram.source);
            if let Some((_, socket)) = socket
                && let Err(error) = socket.try_send_to(&datagram.contents, datagram.destination)
            {
                // As lost as a datagram can be.
                tracing::trace!(%error, "a datagram was not sent");
            }
        }
        for news in news {
            // Nobody listens any more only when the gateway stops.
            let _ = self.0.news.send(news);
        }
        result
    }

    /// The same, and time is looked at anew.
    fn change<T>(&self, run: impl FnOnce(&mut Engine, Instant) -> T) -> T {
        let result = self.turn(run);
        self.0.wake.notify_one();
        result
    }

    async fn listen(self, at: usize) {
        let Some((local, socket)) = self.0.sockets.get(at) else { return };
        let mut buffer = vec![0; DATAGRAM_MAX];
        loop {
            match socket.recv_from(&mut buffer).await {
                Ok((length, from)) => {
                    let bytes = buffer.get(..length).unwrap_or_default();
                    self.change(|engine, now| engine.receive(now, *local, from, bytes));
                }
                // A browser that is gone may be told of by its machine; the socket stays good.
                Err(error) => {
                    tracing::trace!(%error, "nothing received");
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    async fn keep_time(self) {
        loop {
            let next = self.turn(Engine::tick);
            tokio::select! {
                () = tokio::time::sleep_until(next.into()) => {}
                () = self.0.wake.notified() => {}
            }
        }
    }

    pub(crate) fn accept(
        &self,
        offer: &str,
        plays: Plays,
        tones: bool,
    ) -> Result<(LegId, String), MediaError> {
        self.change(|engine, now| engine.accept(now, offer, plays, tones))
    }

    pub(crate) fn accept_again(&self, leg: LegId, offer: &str) -> Result<String, MediaError> {
        self.change(|engine, now| engine.accept_again(now, leg, offer))
    }

    pub(crate) fn offer(&self, leg: LegId, change: Change) -> Result<String, MediaError> {
        self.change(|engine, now| engine.offer(now, leg, change))
    }

    pub(crate) fn accept_answer(&self, leg: LegId, answer: &str) -> Result<(), MediaError> {
        self.change(|engine, now| engine.accept_answer(now, leg, answer))
    }

    /// An offer of ours was refused.
    pub(crate) fn take_back(&self, leg: LegId, change: Change) {
        self.change(|engine, now| engine.take_back(now, leg, change));
    }

    pub(crate) fn join(&self, one: LegId, other: LegId) {
        self.change(|engine, now| engine.join(now, one, other));
    }

    pub(crate) fn close(&self, leg: LegId) {
        self.change(|engine, now| engine.close(now, leg));
    }

    pub(crate) fn traffic(&self, leg: LegId) -> Traffic {
        self.engine().traffic(leg).unwrap_or_default()
    }
}
