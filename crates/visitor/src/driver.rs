//! Performs what a session asks for: one task per visitor.

use crate::chance::Chance;
use crate::clock::Clock;
use crate::link::Link;
use crate::storage::{Storage, Write};
use crate::view::View;
use bytes::Bytes;
use frontdesk_core::{
    Answer, Call, Change, Effect, Failure, Input, NewFile, Now, RequestId, Session, Settings,
};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

/// A file that the visitor sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    /// Its name.
    pub name: String,
    /// Its type; empty: not known.
    pub media_type: String,
    /// What is in it.
    pub content: Bytes,
}

/// What the handle tells the task.
#[derive(Debug)]
pub(crate) enum Command {
    /// Something the visitor does.
    Input(Box<Input>),
    /// The visitor picks files.
    Files(Vec<Picked>),
    /// The page is loaded anew: only storage survives, and what was on its way into it arrives.
    Reload,
    /// The browser is killed and started again: what was on its way into storage is lost.
    Kill,
    /// Nothing runs for a while; then the page is told that it was woken. `cut`: its connections are lost, as when a
    /// machine sleeps.
    Freeze { pause: Duration, cut: bool },
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
    /// On its way into storage, oldest first.
    pub(crate) writes: VecDeque<(Instant, Write)>,
    /// Contents of the files that the session is being asked to take; a handle is a position.
    pub(crate) picked: Vec<Bytes>,
}

impl Driver {
    /// Runs until the handle is gone.
    pub(crate) async fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        self.begin();
        loop {
            let wake_at = self.clock.instant(self.wake_at.unwrap_or(0));
            let written_at = self.writes.front().map_or_else(Instant::now, |(at, _)| *at);
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Input(input)) => self.step(*input),
                    Some(Command::Files(files)) => self.send_files(files),
                    Some(Command::Reload) => {
                        self.writes.drain(..).for_each(|(_, write)| self.storage.apply(write));
                        self.reload();
                    }
                    Some(Command::Kill) => {
                        self.writes.clear();
                        self.reload();
                    }
                    Some(Command::Freeze { pause, cut }) => self.freeze(pause, cut).await,
                    None => return,
                },
                Some(joined) = self.requests.join_next(), if !self.requests.is_empty() => {
                    if let Ok((id, result)) = joined {
                        self.handles.remove(&id);
                        self.step(Input::Answered(id, result));
                    }
                }
                () = tokio::time::sleep_until(written_at), if !self.writes.is_empty() => self.written(),
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

    fn send_files(&mut self, files: Vec<Picked>) {
        let (files, contents) = files
            .into_iter()
            .zip(0..)
            .map(|(Picked { name, media_type, content }, handle)| {
                let size_bytes = content.len() as u64;
                (NewFile { handle, name, media_type, size_bytes }, content)
            })
            .unzip();
        self.picked = contents;
        self.step(Input::SendFiles(files));
        // Each was taken or declined.
        self.picked.clear();
    }

    /// The oldest write has arrived.
    fn written(&mut self) {
        let Some((_, write)) = self.writes.pop_front() else { return };
        let kept = write.kept();
        self.storage.apply(write);
        if let Some(key) = kept {
            self.step(Input::Kept(key, true));
        }
    }

    async fn freeze(&mut self, pause: Duration, cut: bool) {
        if cut {
            self.requests = JoinSet::new();
        }
        tokio::time::sleep(pause).await;
        if cut {
            for id in std::mem::take(&mut self.handles).into_keys() {
                self.step(Input::Answered(id, Err(Failure::Network)));
            }
        }
        self.step(Input::Woken);
    }

    fn reload(&mut self) {
        // Dropping the set abandons every request, as a browser does.
        self.requests = JoinSet::new();
        self.handles.clear();
        self.wake_at = None;
        self.session = Session::new(self.settings.clone());
        {
            let mut view = self.screen.view();
            let (name, reloads) = (view.name.take(), view.reloads + 1);
            *view = View { name, reloads, divergences: view.divergences, ..View::new(&self.session) };
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
                    Effect::Keep(record) => inputs.extend(self.write(Write::Keep(record, None))),
                    Effect::KeepFile { record, handle } => {
                        let content = self.picked.get(handle as usize).cloned();
                        inputs.extend(self.write(Write::Keep(record, content)));
                    }
                    Effect::Forget(key) => inputs.extend(self.write(Write::Forget(key))),
                    Effect::Request { id, call, credential, timeout_ms } => {
                        let link = Arc::clone(&self.link);
                        // Carried in one piece: no progress is told.
                        let content = match &call {
                            Call::Upload(upload) => self.storage.content(&upload.id),
                            _ => None,
                        };
                        let request = async move {
                            (id, link.ask(&call, credential.as_deref(), content, timeout_ms).await)
                        };
                        self.handles.insert(id, self.requests.spawn(request));
                    }
                    Effect::Abort(id) => {
                        if let Some(handle) = self.handles.remove(&id) {
                            handle.abort();
                        }
                    }
                    Effect::WakeAt(at) => self.wake_at = at,
                    Effect::Show(change) => changes.push(change),
                    Effect::Returned(text) => self.screen.view().returned = Some(text),
                    Effect::Declined { name, code } => self.screen.view().declined.push((name, code)),
                    Effect::Look => inputs.push_back(Input::Found(self.storage.saved())),
                    // Redrawn below, after every step; there are no other tabs, nobody counts, and nothing is half written.
                    Effect::Redraw
                    | Effect::Tell { .. }
                    | Effect::Told { .. }
                    | Effect::Unread(_)
                    | Effect::SeenTo(_)
                    | Effect::Sound
                    | Effect::Drafted { .. } => {}
                }
            }
            self.show(&changes, now.ms);
        }
    }

    /// Writes at once, or begins to; answers what to tell the session now.
    fn write(&mut self, write: Write) -> Option<Input> {
        let delay = self.storage.delay();
        #[cfg(feature = "planted")]
        if frontdesk_planted::is(frontdesk_planted::Bug::LocalStorage) {
            let kept = write.kept();
            self.writes.push_back((Instant::now() + Duration::from_secs(5), write));
            return kept.map(|key| Input::Kept(key, true));
        }
        if !delay.is_zero() {
            self.writes.push_back((Instant::now() + delay, write));
            return None;
        }
        let kept = write.kept();
        self.storage.apply(write);
        kept.map(|key| Input::Kept(key, true))
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
