//! Doing something for a visitor as the only one among all proxies of a store.
//!
//! Work runs under a lease ([`crate::store::lease`]), which is renewed beside it. Work that could not renew its lease in
//! time stands still until it is known whether somebody else has it: if nobody has, it goes on; if somebody has, it is
//! dropped where it stands, as if this process had ended there. Whatever it writes carries the lease's generation, so a
//! write that is under way just then is refused.

use super::Visitor;
use crate::chance;
use crate::problem::Problem;
use crate::store::lease::{RENEW, VALID};
use crate::store::{Fence, Leased, Role, StoreError};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;

/// Who waits for a lease looks again after this time, and more seldom up to the longest; it is woken when the lease is
/// given back.
const LOOK: Duration = Duration::from_millis(10);
const LONGEST_LOOK: Duration = Duration::from_millis(250);
/// Pause after the store failed.
const PAUSE: Duration = Duration::from_millis(500);

tokio::task_local! {
    static FENCE: Fence;
}

/// The lease that the running work is done under, if any.
pub(super) fn fence() -> Option<Fence> {
    FENCE.try_with(|fence| *fence).ok()
}

/// A lease that is held.
#[derive(Debug)]
pub(super) struct Held {
    fence: Fence,
    holder: u64,
    /// Until then nobody else can have it.
    until: Instant,
}

/// What came of asking for a lease.
#[derive(Debug)]
pub(super) enum Asked {
    /// It is ours.
    Ours(Held),
    /// Somebody else has it, and will not lose it before this time.
    Theirs(Duration),
}

impl Visitor {
    /// Asks for a lease, once.
    pub(super) async fn ask_lease(self: &Arc<Self>, role: Role) -> Result<Asked, Problem> {
        let holder = u64::from_le_bytes(chance::bytes());
        let asked = Instant::now();
        let leased = self.shared.store.lease(&self.id, role, holder).await?;
        let (Leased::Held { rev, .. } | Leased::Taken { rev, .. }) = leased;
        self.catch_up_with(rev).await?;
        Ok(match leased {
            Leased::Held { generation, .. } => {
                Asked::Ours(Held { fence: Fence { role, generation }, holder, until: asked + VALID })
            }
            Leased::Taken { left, .. } => Asked::Theirs(left),
        })
    }

    /// Waits for a lease.
    pub(super) async fn await_lease(self: &Arc<Self>, role: Role) -> Result<Held, Problem> {
        let mut pause = LOOK;
        loop {
            let freed = self.freed.notified();
            match self.ask_lease(role).await? {
                Asked::Ours(held) => return Ok(held),
                Asked::Theirs(left) => {
                    let _woken = tokio::time::timeout(pause.min(left.max(LOOK)), freed).await;
                    pause = (pause * 2).min(LONGEST_LOOK);
                }
            }
        }
    }

    /// Does `work` as the only one in this role, after whoever is at it.
    ///
    /// # Errors
    /// When the store fails; [`Problem::taken_over`] when somebody else took over in the middle, and what `work` says.
    pub(super) async fn alone<T>(
        self: &Arc<Self>,
        role: Role,
        work: Pin<Box<impl Future<Output = Result<T, Problem>>>>,
    ) -> Result<T, Problem> {
        let mut held = self.await_lease(role).await?;
        let outcome = self.hold(&mut held, work).await;
        match outcome {
            Some(outcome) => {
                self.give_back(held).await;
                outcome
            }
            None => Err(Problem::taken_over()),
        }
    }

    /// Gives a lease back.
    pub(super) async fn give_back(&self, held: Held) {
        // One that cannot be given back ends by itself.
        let _failed = self.shared.store.release(&self.id, held.fence).await;
    }

    /// Does `work` while the lease is held; `None` when somebody else has it by now. The work has a place of its own: each
    /// function that it is handed through by value would keep room for it, and it is large.
    pub(super) async fn hold<T>(
        self: &Arc<Self>,
        held: &mut Held,
        work: Pin<Box<impl Future<Output = T>>>,
    ) -> Option<T> {
        let role = held.fence.role;
        let mut work = pin!(FENCE.scope(held.fence, work));
        let mut next = held.until - VALID + RENEW;
        loop {
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(next) => {}
                done = while_valid(work.as_mut(), held.until) => return Some(done),
            }
            let asked = Instant::now();
            let mut renewal = pin!(self.shared.store.lease(&self.id, role, held.holder));
            let leased = tokio::select! {
                biased;
                leased = &mut renewal => leased,
                done = while_valid(work.as_mut(), held.until) => return Some(done),
            };
            match leased {
                Ok(Leased::Held { generation, rev, wanted }) if generation == held.fence.generation => {
                    held.until = asked + VALID;
                    next = asked + RENEW;
                    if wanted {
                        self.wanted(role);
                    }
                    self.notice(rev);
                }
                Ok(Leased::Held { generation, .. }) => {
                    // It was somebody's meanwhile.
                    let fence = Fence { role, generation };
                    let _failed = self.shared.store.release(&self.id, fence).await;
                    return None;
                }
                Ok(Leased::Taken { .. }) | Err(StoreError::Gone) => return None,
                Err(error) => {
                    tracing::debug!(visitor = self.id, %error, "a lease could not be renewed");
                    next = Instant::now() + PAUSE;
                }
            }
        }
    }

    /// Somebody else has asked for what this proxy does for the visitor: the visitor is there.
    pub(super) fn wanted(&self, role: Role) {
        match role {
            Role::Poll => {
                if self.presence.heard_elsewhere() {
                    self.wake.notify_one();
                }
            }
            Role::Follow => self.calling.beat(),
            Role::Talk | Role::Upload | Role::Aside | Role::Call => {}
        }
    }
}

/// The work, which stands still from `until` on: by the time itself, not by a timer, since a process that was halted wakes
/// up before its timers.
async fn while_valid<T>(mut work: Pin<&mut impl Future<Output = T>>, until: Instant) -> T {
    std::future::poll_fn(|context| {
        if Instant::now() >= until {
            return Poll::Pending;
        }
        work.as_mut().poll(context)
    })
    .await
}
