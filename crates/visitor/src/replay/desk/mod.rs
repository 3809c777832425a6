//! The agents' desk: hears what visitors write and types the agents' turns, over the sandbox's agent interface.

mod api;
mod pairing;

pub use api::{AgentApi, ContactView, Entry};
pub use pairing::Pairing;

use super::conversation::{Conversation, Heard, Said};
use crate::clock::Clock;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// How long one request for changes may wait, in seconds.
const WAIT_S: u64 = 20;
/// Pause after the sandbox failed to answer; it is not disturbed by faults.
const PAUSE: Duration = Duration::from_millis(200);

/// A desk at work. It stops when this is dropped.
#[derive(Debug)]
pub struct Desk {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    pairing: Mutex<Pairing>,
    /// A visitor did something that the desk may act on.
    nudged: Notify,
    /// The desk heard or said something.
    worked: watch::Sender<u64>,
}

impl Shared {
    fn pairing(&self) -> MutexGuard<'_, Pairing> {
        self.pairing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Desk {
    /// Sets the desk to work with an agent who has signed in.
    pub fn open(api: AgentApi, clock: Clock) -> Self {
        let shared = Arc::new(Shared {
            pairing: Mutex::default(),
            nudged: Notify::new(),
            worked: watch::Sender::new(0),
        });
        let task = tokio::spawn(work(api, clock, Arc::clone(&shared)));
        Self { shared, task }
    }

    /// A visitor is about to begin this dialogue.
    pub fn expect(&self, conversation: &Arc<Conversation>) {
        self.shared.pairing().expect(conversation);
        self.shared.nudged.notify_one();
    }

    /// The visitor has typed the message of this id.
    pub fn typed(&self, id: &str, conversation: &Arc<Conversation>) {
        self.shared.pairing().typed(id, conversation);
        self.shared.nudged.notify_one();
    }

    /// Something that the desk may act on has changed.
    pub fn nudge(&self) {
        self.shared.nudged.notify_one();
    }

    /// Waits until the desk has done something that makes this true.
    pub async fn until(&self, mut done: impl FnMut() -> bool) {
        let mut worked = self.shared.worked.subscribe();
        // The sender lives in `self`, so this ends only when it is done.
        let _ = worked.wait_for(|_| done()).await;
    }

    /// Gives what nobody typed to the conversations it came in; answers how many messages belong to none.
    pub fn settle(&self) -> usize {
        self.shared.pairing().settle()
    }
}

async fn work(api: AgentApi, clock: Clock, shared: Arc<Shared>) {
    let mut next = 0;
    let mut changes = Box::pin(api.changes(next, WAIT_S));
    loop {
        let answered = tokio::select! {
            answered = &mut changes => Some(answered),
            () = shared.nudged.notified() => None,
        };
        if let Some(answered) = answered {
            next = match answered {
                Ok(changed) => match read_all(&api, clock, &shared, &changed.conversations).await {
                    Ok(()) => changed.next,
                    // Ask again for everything: what was read already is known by its number.
                    Err(_) => 0,
                },
                Err(_) => next,
            };
            if next == 0 {
                tokio::time::sleep(PAUSE).await;
            }
            changes = Box::pin(api.changes(next, WAIT_S));
        }
        let due = shared.pairing().due();
        for (contact, conversation) in due {
            answer(&api, clock, contact, &conversation).await;
        }
        shared.worked.send_modify(|works| *works += 1);
    }
}

async fn read_all(
    api: &AgentApi,
    clock: Clock,
    shared: &Shared,
    changed: &[ContactView],
) -> reqwest::Result<()> {
    for view in changed {
        read(api, clock, shared, view).await?;
    }
    Ok(())
}

/// Reads the lines of a conversation that are new here.
async fn read(api: &AgentApi, clock: Clock, shared: &Shared, view: &ContactView) -> reqwest::Result<()> {
    let known = shared.pairing().known(view.id);
    if view.message_count > known {
        let entries = api.entries(view.id, known).await?;
        let at_ms = clock.now_ms();
        let mut pairing = shared.pairing();
        for entry in entries {
            let by_visitor = entry.from == "visitor";
            let heard = Heard { text: entry.text, id: entry.message_id, at_ms };
            pairing.line(view, entry.seq, by_visitor.then_some(heard));
        }
    }
    shared.pairing().seen(view);
    Ok(())
}

/// Types what is due.
async fn answer(api: &AgentApi, clock: Clock, contact: u64, conversation: &Conversation) {
    while let Some(text) = conversation.due() {
        let at_ms = clock.now_ms();
        match api.reply(contact, &text).await {
            Ok(Some(code)) => conversation.say(Said { text, code, at_ms }),
            // Over, or given to somebody else: the next look at the conversation tells.
            Ok(None) => return conversation.end(),
            Err(_) => return,
        }
    }
}
