//! The poller's task: when to do what, and the effects.

use super::fetch::Fetch;
use super::pacing::{Activity, Pacing, Turn};
use crate::config::OnLinger;
use crate::problem::Problem;
use crate::settings::Pauses;
use crate::store::{Role, VisitorRecord};
use crate::visitor::Visitor;
use crate::visitor::lease::Asked;
use frontdesk_contract::{ContactState, EndReason, ErrorCode, NoticeCode};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// A poll waits this long at most for a message of the visitor that is on its way, so that a quick reply of a robot
/// does not overtake what it replies to.
pub(in crate::visitor) const HOLD: Duration = Duration::from_secs(2);
/// While it waits it looks again this often.
pub(in crate::visitor) const LOOK: Duration = Duration::from_millis(100);
/// Where another proxy polls, it is asked so often at most whether it still does; by that it knows that the visitor is
/// here.
const LOOK_ELSEWHERE: Duration = Duration::from_millis(1_900);
/// Where the centre sends by itself, it is seen so often whether it is away, and whether the visitor waits by now.
const LOOK_PUSHED: Duration = Duration::from_secs(2);
/// Where it is not polled at all, its history is still looked at, if it keeps any; at the pace of that.
const NO_CHECK: Duration = Duration::from_secs(20);
/// Pause after the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// A new conversation waits so long at most for what is left of the one before it.
const CLEAR: Duration = Duration::from_secs(2);
/// A page needs a moment between two requests: it is waited for at least so long.
const LEAST: Duration = crate::config::LEAST_LINGER;
/// A queueing visitor is waited for longer: so many times `linger`, and at least so long.
const QUEUE_PATIENCE: u32 = 5;
const QUEUE_LEAST: Duration = Duration::from_secs(600);

/// Whether a visitor's poller runs.
#[derive(Debug, Default)]
pub struct Slot(Mutex<SlotState>);

#[derive(Debug, Default)]
struct SlotState {
    running: bool,
    again: bool,
    /// Another proxy polls, until then for certain.
    elsewhere: Option<Instant>,
    /// The next conversation waits for what is left of the one before it; dropped when that has been asked for, or cannot be.
    clear: Option<oneshot::Sender<()>>,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, SlotState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the slot; false if it is taken: then whoever has it goes on.
    fn begin(&self) -> bool {
        let mut slot = self.lock();
        slot.again = slot.running;
        !std::mem::replace(&mut slot.running, true)
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.lock().running
    }

    /// Whether it runs here, or so lately elsewhere that asking again is not worth it.
    fn is_known_to_run(&self) -> bool {
        let slot = self.lock();
        slot.running || slot.elsewhere.is_some_and(|until| until > Instant::now())
    }

    /// No other proxy polls any more.
    pub(in crate::visitor) fn free(&self) {
        self.lock().elsewhere = None;
    }
}

/// Frees the slot even if the task panics.
struct Running(Option<Arc<Visitor>>);

impl Running {
    /// Ends, unless a new conversation began meanwhile.
    fn end(&mut self) -> bool {
        let Some(visitor) = &self.0 else { return true };
        let mut slot = visitor.poller.lock();
        if std::mem::take(&mut slot.again) {
            return false;
        }
        slot.running = false;
        slot.clear = None;
        drop(slot);
        self.0 = None;
        true
    }

    /// Ends, since another proxy polls, for so long at least.
    fn leave(self, left: Duration) {
        if let Some(visitor) = &self.0 {
            let visitor = Arc::clone(visitor);
            drop(self);
            visitor.poller.lock().elsewhere = Some(Instant::now() + left.min(LOOK_ELSEWHERE));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(visitor) = &self.0 {
            *visitor.poller.lock() = SlotState::default();
        }
    }
}

impl Visitor {
    /// The visitor asked for something: polling goes on, or begins again.
    pub fn attend(self: &Arc<Self>) {
        self.presence.seen();
        if self.mark().open && !self.poller.is_known_to_run() {
            self.poll(true);
        }
    }

    /// Whether a long poll waits for events.
    pub fn is_listened_to(&self) -> bool {
        self.presence.listening()
    }

    /// Starts the poller if it does not run. `recover`: messages may have been fetched and lost since it last ran.
    pub(crate) fn poll(self: &Arc<Self>, recover: bool) {
        if self.shared.draining.is_cancelled() {
            return;
        }
        if self.poller.begin() {
            // Not under the lock: a runtime that goes down drops the task at once, and its end takes the lock.
            let running = Running(Some(Arc::clone(self)));
            self.shared.tasks.spawn(poll_alone(Arc::clone(self), running, recover));
        } else {
            self.wake.notify_one();
        }
    }
}

impl Visitor {
    /// Asks for what is left of the conversation that is over, so that it does not come in the next one and count for that.
    /// Whoever polls does it; this waits for it, not for long: what comes later is taken as well.
    pub(in crate::visitor) async fn clear(self: &Arc<Self>, record: &VisitorRecord) {
        if self.shared.draining.is_cancelled() {
            return;
        }
        let (asked, done) = oneshot::channel();
        self.poller.lock().clear = Some(asked);
        self.poll(record.polling);
        let _late = tokio::time::timeout(CLEAR, done).await;
    }
}

/// Polls as long as no other proxy does.
async fn poll_alone(visitor: Arc<Visitor>, mut running: Running, recover: bool) {
    let mut recover = recover;
    loop {
        let mut held = match visitor.ask_lease(Role::Poll).await {
            Ok(Asked::Ours(held)) => held,
            Ok(Asked::Theirs(left)) => return running.leave(left),
            Err(problem) if problem.code == ErrorCode::SessionUnknown => return,
            Err(_) => {
                if visitor
                    .shared
                    .draining
                    .run_until_cancelled(tokio::time::sleep(STORE_PAUSE))
                    .await
                    .is_none()
                {
                    return;
                }
                continue;
            }
        };
        let poller = Poller::new(Arc::clone(&visitor), recover);
        match visitor.hold(&mut held, Box::pin(poller.run())).await {
            Some(true) => {
                visitor.give_back(held).await;
                if running.end() {
                    return;
                }
                recover = false;
            }
            Some(false) | None => return,
        }
    }
}

struct Poller {
    visitor: Arc<Visitor>,
    pacing: Pacing,
    fetch: Fetch,
    polled: Instant,
    next_poll: Instant,
    held_since: Option<Instant>,
    /// The newest event that is known, and since when.
    newest: Option<(u64, Instant)>,
}

impl Poller {
    fn new(visitor: Arc<Visitor>, recover: bool) -> Self {
        let desk = visitor.desk();
        let pacing = Pacing::new(desk.settings.pauses);
        let now = Instant::now();
        let fetch = Fetch::new(Arc::clone(&visitor), recover);
        Self { visitor, pacing, fetch, polled: now, next_poll: now, held_since: None, newest: None }
    }

    /// Polls until that is over: true, or not to be done here any more: false.
    async fn run(mut self) -> bool {
        loop {
            match self.turn().await {
                Ok(true) => {}
                Ok(false) => {
                    Box::pin(self.fetch.rest()).await;
                    return true;
                }
                // The visitor is gone, or somebody else's.
                Err(problem) if matches!(problem.code, ErrorCode::SessionUnknown | ErrorCode::InFlight) => {
                    return false;
                }
                Err(_) => tokio::time::sleep(STORE_PAUSE).await,
            }
        }
    }

    /// One turn; whether to go on. While it waits it takes little memory, as most pollers wait: what it does has a place of its
    /// own for that time.
    async fn turn(&mut self) -> Result<bool, Problem> {
        let visitor = Arc::clone(&self.visitor);
        let draining = &visitor.shared.draining;
        let record = visitor.record().await?;
        if draining.is_cancelled() {
            return Ok(false);
        }
        if !record.is_open() {
            return Box::pin(self.look_back(&record)).await;
        }
        let pushed = self.pace(&record);
        let queueing = record.contact.state == ContactState::Queueing;
        let patience = patience(visitor.desk().settings.linger, queueing);
        let alone = visitor.presence.alone_since().map(|since| since + patience);
        let look = pushed.then(|| Instant::now() + LOOK_PUSHED);
        let due = [alone, look, self.fetch.due(&record)].into_iter().flatten();
        let due = due.fold(self.next_poll, Instant::min);
        tokio::select! {
            () = draining.cancelled() => return Ok(false),
            () = visitor.wake.notified() => {
                if self.pacing.failures() > 0 {
                    // The pause after a failure is the centre's: nobody's wish shortens it.
                    return Ok(true);
                }
                self.next_poll = self.next_poll.min(self.polled + self.pacing.busy());
                return Ok(true);
            }
            () = tokio::time::sleep_until(due) => {}
        }
        if visitor.presence.alone_for(patience) {
            return Box::pin(self.abandon(patience)).await;
        }
        self.renew();
        Box::pin(self.fetch.tick(&record)).await?;
        if pushed && self.pacing.failures() == 0 && visitor.desk().centre.is_away() {
            // Somebody has to see whether it is back.
            self.next_poll = Instant::now();
        }
        if Instant::now() >= self.next_poll && !self.holds() {
            Box::pin(self.poll(&record)).await?;
        }
        Ok(true)
    }

    /// What comes next is done with the desk as it is now.
    fn renew(&mut self) {
        self.fetch.renew();
    }

    /// Polls as often as this visitor needs it; whether the centre sends by itself.
    fn pace(&mut self, record: &VisitorRecord) -> bool {
        let desk = self.visitor.desk();
        let push = desk.settings.push.filter(|_| self.visitor.is_pushed_to(record));
        let pauses = push.map_or(desk.settings.pauses, |push| {
            let check = push.check.unwrap_or(NO_CHECK);
            Pauses { busy: check, listening: check, idle: check }
        });
        let before = self.pacing.busy();
        self.pacing.set(pauses);
        if self.pacing.busy() < before {
            // It is polled again, or more often.
            self.next_poll = self.next_poll.min(Instant::now() + pauses.idle);
        }
        push.is_some()
    }

    /// The conversation is over: what is left of it is asked for, and what was lost of it is looked for. Whether to go on.
    async fn look_back(&mut self, record: &VisitorRecord) -> Result<bool, Problem> {
        let clear = self.visitor.poller.lock().clear.take();
        if clear.is_some() || self.fetch.leaves(record) {
            self.renew();
            self.fetch.last(record, clear.is_some()).await?;
        }
        drop(clear);
        let Some(due) = self.fetch.afterwards(record).await? else { return Ok(false) };
        let visitor = &self.visitor;
        tokio::select! {
            () = visitor.shared.draining.cancelled() => return Ok(false),
            // Perhaps the next conversation.
            () = visitor.wake.notified() => return Ok(true),
            () = tokio::time::sleep_until(due) => {}
        }
        self.renew();
        self.fetch.look_back(record).await?;
        Ok(true)
    }

    /// Whether the poll waits for a message on its way.
    fn holds(&mut self) -> bool {
        let now = Instant::now();
        let since = *self.held_since.get_or_insert(now);
        let hold = self.visitor.is_saying() && now - since < HOLD;
        if hold {
            self.next_poll = now + LOOK;
        } else {
            self.held_since = None;
        }
        hold
    }

    async fn poll(&mut self, record: &VisitorRecord) -> Result<(), Problem> {
        self.polled = Instant::now();
        if self.newest.is_none_or(|(head, _)| head != record.head) {
            self.newest = Some((record.head, self.polled));
        }
        let fetched = self.fetch.poll(record, self.pacing.failures() == 0).await?;
        let (pause, turn) = match fetched {
            Ok(since_arrival) => self.pacing.answered(Activity {
                listening: self.visitor.presence.listening(),
                queueing: record.contact.state == ContactState::Queueing,
                since_news: since_arrival.into_iter().chain(self.newest.map(|(_, at)| at.elapsed())).min(),
            }),
            Err(retry_after) => self.pacing.failed(retry_after),
        };
        match turn {
            Turn::Same => {}
            Turn::Lost => self.notice(NoticeCode::CentreUnreachable).await?,
            Turn::Found => self.notice(NoticeCode::CentreReached).await?,
        }
        self.next_poll = Instant::now() + pause;
        Ok(())
    }

    async fn notice(&self, code: NoticeCode) -> Result<(), Problem> {
        self.visitor.change(|draft, _| draft.notice(code)).await
    }

    /// Nobody has listened for `patience`.
    async fn abandon(&self, patience: Duration) -> Result<bool, Problem> {
        if self.visitor.desk().settings.on_linger == OnLinger::Disconnect {
            let visitor = Arc::clone(&self.visitor);
            let end = async move {
                if visitor.presence.alone_for(patience) {
                    visitor.end(EndReason::Released).await?;
                }
                Ok(())
            };
            self.visitor.in_line(end).await?;
        }
        Ok(!self.visitor.presence.alone_for(patience))
    }
}

fn patience(linger: Duration, queueing: bool) -> Duration {
    let linger = linger.max(LEAST);
    if queueing { (linger * QUEUE_PATIENCE).max(QUEUE_LEAST) } else { linger }
}
