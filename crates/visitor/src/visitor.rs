//! The handle of one visitor.

use crate::chance::{Chance, mix};
use crate::clock::Clock;
use crate::driver::{Command, Driver, Picked, Screen};
use crate::link::Link;
use crate::storage::Storage;
use crate::view::View;
use frontdesk_contract::{ClientId, ConnectTo};
use frontdesk_core::{Change, Input, Session, Settings};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::JoinSet;

/// Commands that may wait for the task.
const MAX_COMMANDS: usize = 64;

/// What a visitor is made of.
#[derive(Debug)]
pub struct Setup {
    /// Desk and language.
    pub settings: Settings,
    /// The way to the proxy.
    pub link: Link,
    /// What was kept from earlier.
    pub storage: Storage,
    /// The time.
    pub clock: Clock,
    /// Makes ids and waits.
    pub seed: u64,
}

/// A visitor who is there until the handle is dropped. Requests that are open then are abandoned.
#[derive(Debug)]
pub struct Visitor {
    commands: mpsc::Sender<Command>,
    screen: Arc<Screen>,
    version: watch::Receiver<u64>,
    link: Arc<Link>,
}

/// The visitor's task has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the visitor is gone")]
pub struct Gone;

impl Visitor {
    /// Starts a visitor on the current runtime.
    pub fn start(setup: Setup) -> Self {
        let Setup { settings, link, storage, clock, seed } = setup;
        let session = Session::new(settings.clone());
        let screen = Arc::new(Screen::new(View::new(&session)));
        let link = Arc::new(link);
        let (commands, receiver) = mpsc::channel(MAX_COMMANDS);
        let driver = Driver {
            settings,
            session,
            link: Arc::clone(&link),
            storage,
            clock,
            chance: Chance::new(mix(&[seed, 0x1d])),
            screen: Arc::clone(&screen),
            requests: JoinSet::new(),
            handles: BTreeMap::new(),
            wake_at: None,
            writes: VecDeque::new(),
            picked: Vec::new(),
        };
        let version = screen.version.subscribe();
        tokio::spawn(driver.run(receiver));
        Self { commands, screen, version, link }
    }

    async fn command(&self, command: Command) -> Result<(), Gone> {
        self.commands.send(command).await.map_err(|_| Gone)
    }

    /// Does whatever a visitor can do, also what has no name of its own below.
    ///
    /// # Errors
    /// When the visitor's task has ended; the same holds for all that follow.
    pub async fn input(&self, input: Input) -> Result<(), Gone> {
        self.command(Command::Input(Box::new(input))).await
    }

    /// Opens the panel.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn open(&self) -> Result<(), Gone> {
        self.input(Input::Open).await
    }

    /// Asks for robot or agent.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn connect(&self, to: ConnectTo) -> Result<(), Gone> {
        self.input(Input::Connect(to)).await
    }

    /// Sends a text.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn send(&self, text: impl Into<String>) -> Result<(), Gone> {
        self.input(Input::Send(text.into())).await
    }

    /// Sends files that were picked together.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn send_files(&self, files: Vec<Picked>) -> Result<(), Gone> {
        self.command(Command::Files(files)).await
    }

    /// Gives up a message that was not delivered.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn discard(&self, id: ClientId) -> Result<(), Gone> {
        self.input(Input::Discard(id)).await
    }

    /// Ends the conversation.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn end(&self) -> Result<(), Gone> {
        self.input(Input::EndContact).await
    }

    /// Rates the conversation, if a rating is asked for.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn rate(&self, level: u8, comment: impl Into<String>) -> Result<(), Gone> {
        let comment = comment.into();
        self.input(Input::Rate { level: Some(level), recommend: None, solved: None, comment }).await
    }

    /// Loads the page anew: the session is rebuilt from storage, open requests are abandoned.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn reload(&self) -> Result<(), Gone> {
        self.command(Command::Reload).await
    }

    /// Kills the browser and starts it again: as [`Visitor::reload`], without what was still on its way into storage.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn kill(&self) -> Result<(), Gone> {
        self.command(Command::Kill).await
    }

    /// Stops everything in the page for this long, then tells it that it was woken. `cut`: its connections are lost, as
    /// when a machine sleeps; otherwise answers wait, as in a frozen tab.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn freeze(&self, pause: Duration, cut: bool) -> Result<(), Gone> {
        self.command(Command::Freeze { pause, cut }).await
    }

    /// Looks at the screen.
    pub fn look<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        read(&self.screen.view())
    }

    /// Watches the screen until `seen` finds what it looks for.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn until<T>(&mut self, mut seen: impl FnMut(&View) -> Option<T>) -> Result<T, Gone> {
        loop {
            self.version.mark_unchanged();
            if let Some(found) = seen(&self.screen.view()) {
                return Ok(found);
            }
            if self.commands.is_closed() {
                return Err(Gone);
            }
            tokio::select! {
                changed = self.version.changed() => changed.map_err(|_| Gone)?,
                () = self.commands.closed() => {}
            }
        }
    }

    /// Every change of the transcript from now on. Who falls behind by more than 1,024 is told so.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.screen.changes.subscribe()
    }

    /// How many requests were begun so far.
    pub fn requests(&self) -> u64 {
        self.link.requests()
    }
}
