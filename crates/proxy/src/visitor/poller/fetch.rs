//! What a poller asks of the centre, and how the answers are kept. An answer of a destructive poll is nowhere else:
//! it is held until the store has it.

use super::intake::{self, Intake, Known, Queried};
use super::readings::{Due, Readings};
use super::recover;
use crate::chance;
use crate::metrics::Push;
use crate::problem::Problem;
use crate::settings::DeskSettings;
use crate::state::Desk;
use crate::store::VisitorRecord;
use crate::vendor::{Downlink, Failure, Kept};
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
/// Something that was said within this time makes it likely that more is.
const LIVELY: Duration = Duration::from_secs(60);
/// Pause between attempts to keep an answer.
const KEEP_PAUSE: Duration = Duration::from_secs(1);

/// The side of a poller that talks to the centre.
pub(super) struct Fetch {
    visitor: Arc<Visitor>,
    /// As it was at the beginning of the last poll.
    desk: Arc<Desk>,
    typing_until: Option<Instant>,
    next_queue: Instant,
    queried: Queried,
    arrived: Option<Instant>,
    /// If nobody noted that polling ended, an answer was lost with the proxy that polled.
    recover: bool,
    readings: Readings,
    /// What the centre had up to this time is known, epoch milliseconds.
    read_up_to_ms: u64,
    told_missing: Option<Instant>,
}

/// Whether the history has what a poll may lose, or what was never sent.
fn is_worth_reading(desk: &DeskSettings) -> bool {
    desk.centre.history && (desk.centre.is_destructive() || desk.push.is_some())
}

/// How long ago something arrived; or how long the centre wants us to wait.
type Polled = Result<Option<Duration>, Option<Duration>>;

impl Fetch {
    pub(super) fn new(visitor: Arc<Visitor>, recover: bool) -> Self {
        let desk = visitor.desk();
        let now = Instant::now();
        let recover = recover && (desk.settings.centre.is_destructive() || desk.settings.push.is_some());
        let readings = Readings::new(is_worth_reading(&desk.settings), now);
        Self {
            visitor,
            desk,
            typing_until: None,
            next_queue: now,
            queried: Queried::default(),
            arrived: None,
            recover,
            readings,
            read_up_to_ms: 0,
            told_missing: None,
        }
    }

    /// Takes the desk as it is now for what comes next.
    pub(super) fn renew(&mut self) {
        let now = self.visitor.desk();
        if !Arc::ptr_eq(&now, &self.desk) {
            self.readings.set_wanted(is_worth_reading(&now.settings));
            self.desk = now;
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
        let record = self.visitor.record().await?;
        match self.desk.centre.queue(&party(&record)).await {
            Ok(answer) => {
                // What was said may have come to another proxy.
                self.queried.announced |= record.announced;
                let before = self.queried;
                self.queried = before.and(answer);
                let announced = self.queried.announced;
                self.keep(|draft, _| {
                    draft.record.announced &= announced;
                    intake::queue(draft, answer, before);
                })
                .await
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
        self.readings.resume();
        self.take_over(record).await?;
        if !record.polling {
            self.keep(|draft, _| {
                draft.record.polling = draft.record.is_open();
                draft.record.rested = false;
            })
            .await?;
        }
        let due = self.readings.due(Instant::now());
        if due != Due::No
            && let Some(failure) = self.read_history(record).await?
            && due == Due::First
        {
            return self.failed(record, &failure, first).await;
        }
        let push = self.desk.settings.push.filter(|_| self.visitor.is_pushed_to(record));
        if push.is_some_and(|push| push.check.is_none()) && !self.desk.centre.is_away() {
            return Ok(Ok(self.arrived.map(|arrived| arrived.elapsed())));
        }
        match self.desk.centre.poll(&party).await {
            Ok(downlinks) => {
                if self.take_in(&downlinks).await? && push.is_some() {
                    self.missed();
                }
                Ok(Ok(self.arrived.map(|arrived| arrived.elapsed())))
            }
            // A centre that sends by itself need not answer polls; that it refuses them shows that it is there.
            Err(Failure::Refused { code: ErrorCode::CentreRefused, detail, .. }) if push.is_some() => {
                tracing::debug!(
                    visitor = self.visitor.id(),
                    detail,
                    "the centre sends by itself and refuses polls"
                );
                Ok(Ok(self.arrived.map(|arrived| arrived.elapsed())))
            }
            Err(failure) => self.failed(record, &failure, first).await,
        }
    }

    /// Something was found that the centre should have sent by itself.
    fn missed(&self) {
        let (shared, desk) = (&self.visitor.shared, self.visitor.desk_id());
        shared.metrics.pushed(desk, Push::Missed, 1);
        tracing::warn!(visitor = self.visitor.id(), desk, "found by asking what the centre did not push");
    }

    /// Looks at what an earlier poller left.
    async fn take_over(&mut self, record: &VisitorRecord) -> Result<(), Problem> {
        if !std::mem::take(&mut self.recover) {
            return Ok(());
        }
        if record.polling && self.loses(record) {
            return self.lost().await;
        }
        // Nothing was lost, but what the centre does with what nobody asks for is not known.
        self.readings.once(Instant::now());
        Ok(())
    }

    /// Whether a poll whose answer is lost may take messages along. One that only looks after what is sent anyway does not.
    fn loses(&self, record: &VisitorRecord) -> bool {
        self.desk.settings.centre.is_destructive() && !self.visitor.is_pushed_to(record)
    }

    /// An answer was lost that may have carried messages.
    async fn lost(&mut self) -> Result<(), Problem> {
        if self.desk.settings.centre.history {
            self.readings.doubt(Instant::now());
            return Ok(());
        }
        self.tell_missing().await
    }

    /// The conversation is over: when there is something to do still.
    pub(super) async fn afterwards(&mut self, record: &VisitorRecord) -> Result<Option<Instant>, Problem> {
        if record.polling {
            self.take_over(record).await?;
            return Ok(self.readings.afterwards(Instant::now()));
        }
        Ok(None)
    }

    /// Looks for what was said in a conversation that is over.
    pub(super) async fn look_back(&mut self, record: &VisitorRecord) -> Result<(), Problem> {
        self.read_history(record).await.map(drop)
    }

    /// Keeps what a poll brought; whether it was news.
    async fn take_in(&mut self, downlinks: &[Downlink]) -> Result<bool, Problem> {
        if downlinks.is_empty() {
            return Ok(false);
        }
        let journal = if downlinks.iter().any(|downlink| matches!(downlink, Downlink::Recalled(_))) {
            self.journal().await?
        } else {
            Vec::new()
        };
        let repeats = !self.desk.settings.centre.is_destructive() || self.desk.settings.push.is_some();
        let typing = self.typing_until.is_some();
        let take = |draft: &mut Draft, recent: &Recent| {
            intake::take(draft, Known { recent, journal: &journal, repeats }, downlinks, typing)
        };
        let intake: Intake = self.keep(take).await?;
        self.queried.announced |= intake.announced;
        if intake.news {
            let now = Instant::now();
            self.arrived = Some(now);
            self.readings.stir(now);
        }
        if !intake.typing {
            self.typing_until = None;
        } else if intake.typed || self.typing_until.is_none() {
            self.typing_until = Some(Instant::now() + TYPING);
        }
        Ok(intake.news)
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

    async fn failed(
        &mut self,
        record: &VisitorRecord,
        failure: &Failure,
        first: bool,
    ) -> Result<Polled, Problem> {
        if first {
            self.visitor.report("poll", failure);
        }
        match failure {
            Failure::Gone => {
                self.keep(|draft, _| draft.end(EndReason::Released)).await?;
                Ok(Ok(None))
            }
            Failure::Unknown { .. } if self.loses(record) => {
                self.lost().await?;
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

    /// Reads the history; answers the failure if that may be tried again.
    async fn read_history(&mut self, record: &VisitorRecord) -> Result<Option<Failure>, Problem> {
        // The clocks differ: an earlier time than necessary is asked for.
        let since_ms = record.begun_ms.max(self.read_up_to_ms).saturating_sub(SKEW_MS);
        let asked_ms = self.visitor.now_ms();
        match self.desk.centre.history(&party(record), since_ms, u64::MAX).await {
            Ok(Some(history)) => {
                if self.find(history, since_ms, record).await? {
                    self.arrived = Some(Instant::now());
                    if self.visitor.is_pushed_to(record) {
                        self.missed();
                    }
                }
                // What is pushed does not come by here: each look is worth it.
                let pushed = self.desk.settings.push.is_some();
                let lively = pushed || self.arrived.is_some_and(|arrived| arrived.elapsed() < LIVELY);
                self.readings.read(Instant::now(), lively);
                self.read_up_to_ms = asked_ms;
                Ok(None)
            }
            Ok(None) => {
                self.readings.give_up();
                self.tell_missing().await?;
                Ok(None)
            }
            Err(Failure::Refused { transient: false, .. }) => {
                // Perhaps for good; perhaps it is a password that somebody is just mending.
                if self.readings.refused(Instant::now()) {
                    self.tell_missing().await?;
                }
                Ok(None)
            }
            Err(failure) => {
                self.readings.failed(Instant::now());
                Ok(Some(failure))
            }
        }
    }

    /// Keeps what the history has and no poll has brought; whether there was something.
    async fn find(&self, history: Vec<Kept>, since_ms: u64, record: &VisitorRecord) -> Result<bool, Problem> {
        if self.keep(|draft, recent| recover::is_known(&history, recent, &draft.record.recalled)).await? {
            return Ok(false);
        }
        let journal = self.journal().await?;
        let history = whose::told(history, &journal);
        let ended = if record.is_open() { None } else { recover::end_of(&journal) };
        self.keep(|draft, recent| {
            let found = recover::missing(&history, recent, &journal, since_ms, ended);
            intake::take_found(draft, Known { recent, journal: &journal, repeats: false }, &found)
        })
        .await
    }

    /// Notes that polling has ended, and whether an answer is still missing. Unless this proxy goes down, it is since nobody listens.
    pub(super) async fn rest(&mut self) {
        let stays = !self.visitor.shared.draining.is_cancelled();
        let now = Instant::now();
        // What an earlier poller left, this one may not have come to.
        let in_doubt = self.recover || self.readings.is_in_doubt(now);
        let afterwards = self.recover || self.readings.afterwards(now).is_some();
        let noted = self.visitor.change(|draft, _| {
            // What may have been lost is looked for by whoever polls next.
            draft.record.polling &= if draft.record.is_open() { in_doubt } else { afterwards };
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
