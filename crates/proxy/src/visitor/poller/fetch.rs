//! What a poller asks of the centre, and how the answers are kept. An answer of a destructive poll is nowhere else:
//! it is held until the store has it.

use super::intake::{self, Intake, Queried};
use super::recover;
use crate::chance;
use crate::problem::Problem;
use crate::store::VisitorRecord;
use crate::vendor::{Downlink, Failure};
use crate::visitor::draft::Draft;
use crate::visitor::recent::Recent;
use crate::visitor::say::SKEW_MS;
use crate::visitor::{Visitor, party, whose};
use frontdesk_contract::{EndReason, ErrorCode, Event, EventKind, NoticeCode, Typing};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// A sign of typing holds for this long.
const TYPING: Duration = Duration::from_secs(6);
/// The queue is asked about after a pause within these bounds.
const QUEUE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));
/// `messages_may_be_missing` is told this often at most.
const TELL_MISSING: Duration = Duration::from_secs(60);
/// After this many failed readings of the history polling goes on without it, and it is read again later.
const READINGS: u32 = 3;
const READ_LATER: Duration = Duration::from_secs(30);
/// The history is read once more this long after a reading: a poll that we gave up may have swallowed something since.
const READ_ONCE_MORE: Duration = Duration::from_secs(5);
/// Pause between attempts to keep an answer.
const KEEP_PAUSE: Duration = Duration::from_secs(1);

/// Whether the history must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// No.
    None,
    /// Before the next poll.
    Due,
    /// At this time, without holding up polls. `last`: for the last time.
    Later { at: Instant, last: bool },
}

/// The side of a poller that talks to the centre.
pub(super) struct Fetch {
    visitor: Arc<Visitor>,
    typing_until: Option<Instant>,
    next_queue: Instant,
    queried: Queried,
    arrived: Option<Instant>,
    /// If nobody noted that polling ended, an answer was lost with the proxy that polled.
    lost: bool,
    reading: Reading,
    failed_readings: u32,
    told_missing: Option<Instant>,
}

/// How long ago something arrived; or how long the centre wants us to wait.
type Polled = Result<Option<Duration>, Option<Duration>>;

impl Fetch {
    pub(super) fn new(visitor: Arc<Visitor>, recover: bool) -> Self {
        let centre = visitor.desk.settings.centre;
        let recover = recover && centre.is_destructive();
        Self {
            visitor,
            lost: recover && !centre.history,
            typing_until: None,
            next_queue: Instant::now(),
            queried: Queried::default(),
            arrived: None,
            reading: if recover && centre.history { Reading::Due } else { Reading::None },
            failed_readings: 0,
            told_missing: None,
        }
    }

    /// When something other than a poll falls due.
    pub(super) fn due(&self, queueing: bool) -> Option<Instant> {
        let queue = queueing.then_some(self.next_queue);
        [self.typing_until, queue].into_iter().flatten().min()
    }

    /// Does what fell due.
    pub(super) async fn tick(&mut self, queueing: bool) -> Result<(), Problem> {
        let now = Instant::now();
        if self.typing_until.is_some_and(|until| now >= until) {
            self.typing_until = None;
            let stopped = EventKind::Typing(Typing { active: false });
            self.visitor.change(|draft, _| draft.push(stopped.clone())).await?;
        }
        if !queueing {
            self.queried = Queried::default();
        } else if now >= self.next_queue {
            self.queue().await?;
            self.next_queue = Instant::now() + chance::between(QUEUE.0, QUEUE.1);
        }
        Ok(())
    }

    async fn queue(&mut self) -> Result<(), Problem> {
        let party = party(&self.visitor.record().await?);
        match self.visitor.centre().queue(&party).await {
            Ok(answer) => {
                let before = self.queried;
                self.queried = before.and(answer);
                self.keep(|draft, _| intake::queue(draft, answer, before)).await
            }
            Err(Failure::Gone) => self.keep(|draft, _| draft.end(EndReason::Released)).await,
            // The poll beside it tells whether the centre is there; the last figure stays.
            Err(failure) => {
                tracing::debug!(visitor = self.visitor.id(), ?failure, "no answer about the queue");
                Ok(())
            }
        }
    }

    /// Polls once, after the history if that is due. `first`: the poll before was answered.
    pub(super) async fn poll(&mut self, record: &VisitorRecord, first: bool) -> Result<Polled, Problem> {
        let party = party(record);
        if std::mem::take(&mut self.lost) && record.polling {
            self.tell_missing().await?;
        }
        if !record.polling {
            self.keep(|draft, _| {
                draft.record.polling = draft.record.is_open();
                draft.record.rested = false;
            })
            .await?;
        }
        if let Some(failure) = self.read_history(record).await? {
            return self.failed(&failure, first).await;
        }
        match self.visitor.centre().poll(&party).await {
            Ok(downlinks) => {
                self.take_in(&downlinks).await?;
                Ok(Ok(self.arrived.map(|arrived| arrived.elapsed())))
            }
            Err(failure) => self.failed(&failure, first).await,
        }
    }

    async fn take_in(&mut self, downlinks: &[Downlink]) -> Result<(), Problem> {
        if downlinks.is_empty() {
            return Ok(());
        }
        let journal = if downlinks.iter().any(|downlink| matches!(downlink, Downlink::Recalled(_))) {
            self.journal().await?
        } else {
            Vec::new()
        };
        let repeats = !self.visitor.desk.settings.centre.is_destructive();
        let typing = self.typing_until.is_some();
        let take = |draft: &mut Draft, recent: &Recent| {
            intake::take(draft, recent, downlinks, typing, repeats, &journal)
        };
        let intake: Intake = self.keep(take).await?;
        self.queried.announced |= intake.announced;
        if intake.news {
            self.arrived = Some(Instant::now());
        }
        if !intake.typing {
            self.typing_until = None;
        } else if intake.typed || self.typing_until.is_none() {
            self.typing_until = Some(Instant::now() + TYPING);
        }
        Ok(())
    }

    /// The events that are kept. What a poll brought is nowhere else: they are asked for as long as it takes.
    async fn journal(&self) -> Result<Vec<Event>, Problem> {
        loop {
            match self.visitor.shared.store.events(self.visitor.id(), 0, usize::MAX).await {
                Ok(events) => return Ok(events),
                Err(error) => {
                    let problem = Problem::from(error);
                    if problem.code != ErrorCode::StoreUnavailable {
                        return Err(problem);
                    }
                    tokio::time::sleep(KEEP_PAUSE).await;
                }
            }
        }
    }

    async fn failed(&mut self, failure: &Failure, first: bool) -> Result<Polled, Problem> {
        if first {
            self.visitor.report("poll", failure);
        }
        let centre = self.visitor.desk.settings.centre;
        match failure {
            Failure::Gone => {
                self.keep(|draft, _| draft.end(EndReason::Released)).await?;
                Ok(Ok(None))
            }
            Failure::Unknown { .. } if centre.is_destructive() && centre.history => {
                self.reading = Reading::Due;
                Ok(Err(None))
            }
            Failure::Unknown { .. } if centre.is_destructive() => {
                self.tell_missing().await?;
                Ok(Err(None))
            }
            Failure::Refused { retry_after, .. } => Ok(Err(*retry_after)),
            Failure::Unknown { .. } | Failure::NotSent { .. } => Ok(Err(None)),
        }
    }

    async fn tell_missing(&mut self) -> Result<(), Problem> {
        if self.told_missing.is_none_or(|told| told.elapsed() >= TELL_MISSING) {
            self.told_missing = Some(Instant::now());
            self.keep(|draft, _| draft.notice(NoticeCode::MessagesMayBeMissing)).await?;
        }
        Ok(())
    }

    /// Reads the history if that is due; answers the failure when the poll is to wait for it.
    async fn read_history(&mut self, record: &VisitorRecord) -> Result<Option<Failure>, Problem> {
        let last = match self.reading {
            Reading::None => return Ok(None),
            Reading::Later { at, .. } if Instant::now() < at => return Ok(None),
            Reading::Due => false,
            Reading::Later { last, .. } => last,
        };
        let since_ms = record.begun_ms.saturating_sub(SKEW_MS);
        match self.visitor.centre().history(&party(record), since_ms, u64::MAX).await {
            Ok(Some(history)) => {
                let journal = self.journal().await?;
                let history = whose::told(history, &journal);
                let recent = |draft: &mut Draft, recent: &Recent| {
                    let missing = recover::missing(&history, recent, &journal);
                    intake::take(draft, recent, &missing, false, false, &journal).news
                };
                if self.keep(recent).await? {
                    self.arrived = Some(Instant::now());
                }
                self.failed_readings = 0;
                let again = Reading::Later { at: Instant::now() + READ_ONCE_MORE, last: true };
                self.reading = if last { Reading::None } else { again };
                Ok(None)
            }
            Ok(None) | Err(Failure::Refused { transient: false, .. }) => {
                self.reading = Reading::None;
                self.tell_missing().await?;
                Ok(None)
            }
            Err(failure) => {
                self.failed_readings += 1;
                if self.failed_readings < READINGS {
                    return Ok(Some(failure));
                }
                self.failed_readings = 0;
                self.reading = Reading::Later { at: Instant::now() + READ_LATER, last: false };
                Ok(None)
            }
        }
    }

    /// Notes that polling has ended and nothing is on its way. Unless this proxy goes down, it is since nobody listens.
    pub(super) async fn rest(&mut self) {
        self.lost = false;
        let stays = !self.visitor.shared.draining.is_cancelled();
        let noted = self.visitor.change(|draft, _| {
            draft.record.polling = false;
            draft.record.rested = stays && draft.record.is_open();
        });
        // What cannot be noted is taken for lost later, which is told and does no harm.
        let _noted = noted.await;
    }

    /// Keeps what came, as long as it takes.
    async fn keep<T>(&self, mut change: impl FnMut(&mut Draft, &Recent) -> T) -> Result<T, Problem> {
        loop {
            match self.visitor.change(&mut change).await {
                Err(problem) if problem.code == ErrorCode::StoreUnavailable => {
                    tokio::time::sleep(KEEP_PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }
}
