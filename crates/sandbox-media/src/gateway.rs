//! The gateway as its owner sees it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::behaviour::Behaviour;
use crate::events::{GatewayEvent, OpenCall};
use crate::media::{Media, MediaNews};
use crate::settings::Settings;
use crate::signalling::Signalling;
use crate::socket;

/// Events kept for one who watches slowly; older ones are lost to it, and it is told so.
const EVENTS_KEPT: usize = 256;

/// So long sockets may take to send their last words when the gateway stops.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// Why an agent's offer came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The number was not given out, or was given back.
    #[error("there is no line with this access code")]
    Unknown,
    /// The description cannot be used.
    #[error("{0}")]
    Offer(String),
}

/// The one lock around the signalling, and a signal for the one who keeps its time.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

struct Inner {
    signalling: Mutex<Signalling>,
    changed: Notify,
    /// WebSockets that are open.
    sockets: watch::Sender<usize>,
}

impl Shared {
    fn new(signalling: Signalling) -> Shared {
        Shared(Arc::new(Inner {
            signalling: Mutex::new(signalling),
            changed: Notify::new(),
            sockets: watch::Sender::new(0),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Signalling> {
        self.0.signalling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn with<T>(&self, run: impl FnOnce(&mut Signalling, Instant) -> T) -> T {
        let mut signalling = self.lock();
        let result = run(&mut signalling, Instant::now());
        drop(signalling);
        self.0.changed.notify_one();
        result
    }

    pub(crate) fn socket_opened(&self) {
        self.0.sockets.send_modify(|open| *open += 1);
    }

    pub(crate) fn socket_closed(&self) {
        self.0.sockets.send_modify(|open| *open = open.saturating_sub(1));
    }

    async fn keep_time(self) {
        loop {
            let due = {
                let mut signalling = self.lock();
                signalling.tick(Instant::now());
                signalling.due()
            };
            let until = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = until => {}
                () = self.0.changed.notified() => {}
            }
        }
    }

    async fn keep_alive(self, every: Duration) {
        let mut ticks = tokio::time::interval(every);
        loop {
            ticks.tick().await;
            self.with(|signalling, _| signalling.ping());
        }
    }

    async fn hear_media(self, mut news: mpsc::UnboundedReceiver<MediaNews>) {
        while let Some(news) = news.recv().await {
            self.with(|signalling, now| signalling.media_news(now, news));
        }
    }
}

/// A running gateway. It stops when it is dropped; clones are not needed, for all its methods take `&self`.
#[must_use = "the gateway stops when this is dropped"]
pub struct Gateway {
    shared: Shared,
    media: Media,
    address: SocketAddr,
    events: broadcast::Sender<GatewayEvent>,
    /// Dropping them ends them.
    tasks: Mutex<JoinSet<()>>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Opens the WebSocket listener and the sockets for media.
    ///
    /// # Errors
    /// When the address cannot be listened on, or no address can be had for media.
    pub async fn start(settings: Settings) -> io::Result<Gateway> {
        let listener = socket::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let (news, heard) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        let media = Media::start(&settings, news, &mut tasks).await?;
        let events = broadcast::Sender::new(EVENTS_KEPT);
        let ping_every = settings.ping_every;
        let signalling = Signalling::new(settings, media.clone(), events.clone());
        let shared = Shared::new(signalling);
        tasks.spawn(shared.clone().keep_time());
        tasks.spawn(shared.clone().hear_media(heard));
        tasks.spawn(socket::listen(listener, shared.clone()));
        if let Some(every) = ping_every.filter(|every| !every.is_zero()) {
            tasks.spawn(shared.clone().keep_alive(every));
        }
        Ok(Gateway { shared, media, address, events, tasks: Mutex::new(tasks) })
    }

    /// Where telephones connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Can media reach this machine only? A browser then finds no address for them unless it is told to use loopback.
    #[must_use]
    pub fn only_loopback(&self) -> bool {
        self.media.addresses().all(|address| address.is_loopback())
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<GatewayEvent> {
        self.events.subscribe()
    }

    /// The calls that are open.
    #[must_use]
    pub fn open_calls(&self) -> Vec<OpenCall> {
        self.shared.with(|signalling, _| signalling.open_calls())
    }

    /// Does something answer at this number by itself? Then it cannot be given out.
    #[must_use]
    pub fn has_number(&self, access_code: &str) -> bool {
        Behaviour::of(access_code).is_some()
    }

    /// Gives out a number: a visitor who calls it hears it ring until an agent is there.
    pub fn open_line(&self, access_code: &str) {
        self.shared.with(|signalling, _| signalling.open_line(access_code));
    }

    /// Takes it back; what is open on it ends.
    pub fn close_line(&self, access_code: &str) {
        self.shared.with(|signalling, _| signalling.close_line(access_code));
    }

    /// The numbers that are given out.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.shared.with(|signalling, _| signalling.lines())
    }

    /// The agent's browser offers its media; the answer is complete, no candidate follows. A visitor who waits on the
    /// line is answered. A further offer takes the place of the first.
    ///
    /// # Errors
    /// When there is no such line, or the offer cannot be used.
    pub fn agent_offer(&self, access_code: &str, offer: &str) -> Result<String, LineError> {
        self.shared.with(|signalling, now| signalling.agent_offer(now, access_code, offer))
    }

    /// The agent hangs up: both ends of the line end. `false`: nothing was open.
    pub fn hang_up(&self, access_code: &str) -> bool {
        self.shared.with(|signalling, _| signalling.hang_up(access_code, 200))
    }

    /// Ends all calls with BYE and stops. Stopping again does nothing.
    pub async fn stop(&self) {
        self.shared.with(|signalling, _| signalling.end_all());
        // What is in the outboxes is sent before their sockets close.
        let mut sockets = self.shared.0.sockets.subscribe();
        let _ = tokio::time::timeout(STOP_WITHIN, sockets.wait_for(|open| *open == 0)).await;
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }
}
