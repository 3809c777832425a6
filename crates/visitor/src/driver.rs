//! Performs what a session asks for: one task per visitor.

use crate::chance::Chance;
use crate::clock::Clock;
use crate::link::Link;
use crate::storage::Storage;
use crate::view::View;
use frontdesk_core::{Answer, Change, Effect, Failure, Input, Now, RequestId, Session, Settings};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

/// What the handle tells the task.
#[derive(Debug)]
pub(crate) enum Command {
    /// Something the visitor does.
    Input(Box<Input>),
    /// The page is loaded anew: only storage survives.
    Reload,
}

/// What handle and task share.
#[derive(Debug)]
pub(crate) struct Screen {
    view: Mutex<View>,
    pub(crate) version: watch::Sender<u64>,
    pub(crate) changes: broadcast::Sender<Change>,
}

impl Screen {
    pub(crate) fn new(view: View) -> Self {
        Self {
            view: Mutex::new(view),
            version: watch::Sender::new(0),
            changes: broadcast::Sender::new(1_024),
        }
    }

    pub(crate) fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Answered = (RequestId, Result<Answer, Failure>);

pub(crate) struct Driver {
    pub(crate) settings: Settings,
    pub(crate) session: Session,
    pub(crate) link: Arc<Link>,
    pub(crate) storage: Storage,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) screen: Arc<Screen>,
    pub(crate) requests: JoinSet<Answered>,
    pub(crate) handles: BTreeMap<RequestId, AbortHandle>,
    pub(crate) wake_at: Option<u64>,
}

impl Driver {
    /// Runs until the handle is gone.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        self.begin();
        loop {
            let wake_at = self.clock.instant(self.wake_at.unwrap_or(0));
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Input(input)) => self.step(*input),
                    Some(Command::Reload) => self.reload(),
                    None => return,
                },
                Some(joined) = self.requests.join_next(), if !self.requests.is_empty() => {
                    if let Ok((id, result)) = joined {
                        self.handles.remove(&id);
                        self.step(Input::Answered(id, result));
                    }
                }
                () = tokio::time::sleep_until(wake_at), if self.wake_at.is_some() => {
                    self.wake_at = None;
                    self.step(Input::Timer);
                }
            }
        }
    }

    fn begin(&mut self) {
        self.step(Input::Seen(true));
        self.step(Input::Start(self.storage.saved()));
    }

    fn reload(&mut self) {
        // Dropping the set abandons every request, as a browser does.
        self.requests = JoinSet::new();
        self.handles.clear();
        self.wake_at = None;
        self.session = Session::new(self.settings.clone());
        {
            let mut view = self.screen.view();
            let name = view.name.take();
            *view = View { name, divergences: view.divergences, ..View::new(&self.session) };
        }
        self.begin();
    }

    fn step(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if let Input::Answered(_, Ok(Answer::Opened(opened))) = &input {
                self.screen.view().name = Some(opened.visitor.name.clone());
            }
            let now = Now { ms: self.clock.now_ms(), chance: self.chance.next_u128() };
            let effects = self.session.handle(now, input);
            let mut changes = Vec::new();
            for effect in effects {
                match effect {
                    // The content of a file is nobody's here.
                    Effect::Keep(record) | Effect::KeepFile { record, .. } => {
                        let key = record.key();
                        self.storage.keep(record);
                        inputs.push_back(Input::Kept(key, true));
                    }
                    Effect::Forget(key) => self.storage.forget(&key),
                    Effect::Request { id, call, credential, timeout_ms } => {
                        let link = Arc::clone(&self.link);
                        let request =
                            async move { (id, link.ask(&call, credential.as_deref(), timeout_ms).await) };
                        self.handles.insert(id, self.requests.spawn(request));
                    }
                    Effect::Abort(id) => {
                        if let Some(handle) = self.handles.remove(&id) {
                            handle.abort();
                        }
                    }
                    Effect::WakeAt(at) => self.wake_at = at,
                    Effect::Show(change) => changes.push(change),
                    // Redrawn below, after every step; there are no other tabs, and nobody counts.
                    Effect::Redraw
                    | Effect::Tell { .. }
                    | Effect::Unread(_)
                    | Effect::Returned(_)
                    | Effect::Declined { .. } => {}
                }
            }
            self.show(&changes, now.ms);
        }
    }

    fn show(&mut self, changes: &[Change], now_ms: u64) {
        {
            let mut view = self.screen.view();
            view.redraw(&self.session);
            view.apply(&self.session, changes, now_ms);
        }
        for change in changes {
            // Nobody need listen.
            let _ = self.screen.changes.send(*change);
        }
        self.screen.version.send_modify(|version| *version += 1);
    }
}
