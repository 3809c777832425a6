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
use crate::vendor::{Downlink, Failure, Kept, QueueAnswer};
use crate::visitor::draft::Draft;
use crate::visitor::recent::Recent;
use crate::visitor::say::SKEW_MS;
use crate::visitor::{Visitor, party, whose};
use frontdesk_contract::{ContactState, EndReason, ErrorCode, Event, EventKind, NoticeCode, Typing};
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
    /// When the queue was asked about last.
    asked_queue: Option<Instant>,
    queried: Queried,
    /// The system has said something while a robot serves: perhaps that it hands the visitor on.
    hinted: bool,
    arrived: Option<Instant>,
    /// If nobody noted that polling ended, an answer was lost with the proxy that polled.
    recover: bool,
    readings: Readings,
    /// What the centre had up to this time is known, epoch milliseconds.
    read_up_to_ms: u64,
    told_missing: Option<Instant>,
    /// Nothing is left of the conversation that is over, or it has been asked for.
    cleared: bool,
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
            asked_queue: None,
            queried: Queried::default(),
            hinted: false,
            arrived: None,
            recover,
            readings,
            read_up_to_ms: 0,
            told_missing: None,
            cleared: false,
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
    pub(super) fn due(&self, record: &VisitorRecord) -> Option<Instant> {
        [self.typing_until, self.queue_due(record)].into_iter().flatten().min()
    }

    /// When the queue is to be asked about.
    fn queue_due(&self, record: &VisitorRecord) -> Option<Instant> {
        let soon = || self.asked_queue.map_or(self.next_queue, |asked| asked + QUEUE.0);
        match record.contact.state {
            // What was pushed is not known here yet.
            ContactState::Queueing if record.announced && !self.queried.announced => {
                Some(soon().min(self.next_queue))
            }
            ContactState::Queueing => Some(self.next_queue),
            ContactState::Robot => (self.hinted || record.announced).then(soon),
            _ => None,
        }
    }

    /// Does what fell due.
    pub(super) async fn tick(&mut self, record: &VisitorRecord) -> Result<(), Problem> {
        let now = Instant::now();
        if self.typing_until.is_some_and(|until| now >= until) {
            self.typing_until = None;
            let stopped = EventKind::Typing(Typing { active: false });
            self.visitor.change(|draft, _| draft.push(stopped.clone())).await?;
        }
        let queueing = record.contact.state == ContactState::Queueing;
        if !queueing {
            self.queried = Queried::default();
        }
        self.hinted &= record.contact.state == ContactState::Robot;
        if self.queue_due(record).is_some_and(|due| now >= due) {
            self.asked_queue = Some(now);
            if queueing {
                self.queried.announced |= record.announced;
                self.queue().await?;
                self.next_queue = Instant::now() + chance::between(QUEUE.0, QUEUE.1);
            } else {
                self.hinted = false;
                self.look_for_queue(record).await?;
            }
        }
        Ok(())
    }

    /// Asks whether the robot has handed the visitor on.
    async fn look_for_queue(&self, record: &VisitorRecord) -> Result<(), Problem> {
        let answer = self.desk.centre.queue(&party(record)).await.unwrap_or_else(|failure| {
            tracing::debug!(visitor = self.visitor.id(), ?failure, "no answer about the queue");
            QueueAnswer::NoInformation
        });
        self.keep(|draft, _| intake::handed_on(draft, answer)).await
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
        self.cleared = false;
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
        if self.is_never_polled(record) && !self.desk.centre.is_away() {
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

    /// Whether the centre sends by itself, and is not to be polled beside.
    fn is_never_polled(&self, record: &VisitorRecord) -> bool {
        let push = self.desk.settings.push.filter(|_| self.visitor.is_pushed_to(record));
        push.is_some_and(|push| push.check.is_none())
    }

    /// Whether something may be left of the conversation that is over: not where the centre has told the end, since that
    /// comes last.
    pub(super) fn leaves(&self, record: &VisitorRecord) -> bool {
        let told = matches!(record.contact.reason, None | Some(EndReason::Centre));
        !self.cleared && !told && record.contact.state == ContactState::Ended
    }

    /// Polls once more after the conversation: what is left would come in the next one, and count for that. `wished`: the next
    /// one is wished for.
    pub(super) async fn last(&mut self, record: &VisitorRecord, wished: bool) -> Result<(), Problem> {
        self.cleared = true;
        if self.is_never_polled(record) {
            return Ok(());
        }
        match self.desk.centre.poll(&party(record)).await {
            Ok(downlinks) if downlinks.is_empty() => Ok(()),
            Ok(downlinks) => {
                let journal = self.journal_for(&downlinks).await?;
                let repeats = self.repeats();
                self.keep(|draft, recent| {
                    let known = Known { recent, journal: &journal, repeats, left: false };
                    intake::take_left(draft, known, &downlinks, wished)
                })
                .await
            }
            // There may be nothing to poll any more: nobody is told.
            Err(failure) => {
                tracing::debug!(visitor = self.visitor.id(), ?failure, "no last poll of a conversation");
                if matches!(failure, Failure::Unknown { .. }) && self.loses(record) {
                    self.readings.doubt(Instant::now());
                }
                Ok(())
            }
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
        let journal = self.journal_for(downlinks).await?;
        let repeats = self.repeats();
        let typing = self.typing_until.is_some();
        let take = |draft: &mut Draft, recent: &Recent| {
            intake::take(draft, Known { recent, journal: &journal, repeats, left: false }, downlinks, typing)
        };
        let intake: Intake = self.keep(take).await?;
        self.hinted |= intake.hinted;
        if intake.announced && !self.queried.announced {
            self.queried.announced = true;
            let soon = self.asked_queue.map_or_else(Instant::now, |asked| asked + QUEUE.0);
            self.next_queue = self.next_queue.min(soon);
        }
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

    /// Whether a message may come more than once.
    fn repeats(&self) -> bool {
        !self.desk.settings.centre.is_destructive() || self.desk.settings.push.is_some()
    }

    /// The events that are kept, where what came needs them.
    async fn journal_for(&self, downlinks: &[Downlink]) -> Result<Vec<Event>, Problem> {
        if downlinks.iter().any(|downlink| matches!(downlink, Downlink::Recalled(_))) {
            self.journal().await
        } else {
            Ok(Vec::new())
        }
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
                self.cleared = true;
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
        let retention_ms = self.visitor.shared.settings().retention.as_millis();
        let retention_ms = u64::try_from(retention_ms).unwrap_or(u64::MAX);
        let kept_since_ms = self.visitor.now_ms().saturating_sub(retention_ms);
        let history = recover::within_reach(history, &journal, record.begun_ms, kept_since_ms);
        let ended = if record.is_open() { None } else { recover::end_of(&journal) };
        self.keep(|draft, recent| {
            let found = recover::missing(&history, recent, &journal, since_ms, ended);
            intake::take_found(
                draft,
                Known { recent, journal: &journal, repeats: false, left: false },
                &found,
            )
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
