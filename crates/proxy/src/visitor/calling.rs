//! Calls, as far as the centre connects them: asking for one, following it, keeping it, ending it. Media is between page
//! and gateway.
//!
//! A call lives by a lease: without a sign of the page for [`LEASE`] it is dropped at the centre. Signs are the wish for the
//! call, for as long as the page waits for its answer, and heartbeats, at whichever proxy. A call whose proxy has ended is
//! dropped by another, or at the next start.

use super::gateways::{Distrust, trusted};
use super::lease::{Asked, Held};
use super::line::{Lane, Task, digest};
use super::{Visitor, party};
use crate::problem::Problem;
use crate::state::Desk;
use crate::store::{Answer, Role, VisitorRecord};
use crate::vendor::{CallAbility, CallNews, Failure, Party};
use frontdesk_contract::{
    CallEnd, CallGateway, CallMedia, CallState, CallStatus, CallSupport, ClientId, ErrorCode, StartCall,
};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// Without a heartbeat for this long a call is dropped.
pub const LEASE: Duration = Duration::from_secs(10);
/// Pause after an answer that came at once and held nothing.
const PAUSE: Duration = Duration::from_secs(1);
/// Pause after a failure; it doubles up to the longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// So often in one call the centre is asked again at once after an event; more often only one would be that repeats itself.
const AT_ONCE: u32 = 4;
/// What a centre can do about calls is asked again after this time.
const ABILITY_AGE: Duration = Duration::from_secs(300);
/// The centre is told so often that a call is over.
const DROPS: u32 = 3;

/// What centres can do about calls, by desk, with the time of asking.
#[derive(Debug, Default)]
pub struct Abilities(Mutex<HashMap<String, (Instant, CallAbility)>>);

impl Abilities {
    /// What is known and not too old.
    pub fn known(&self, desk: &str) -> Option<CallAbility> {
        let abilities = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        abilities.get(desk).filter(|(asked, _)| asked.elapsed() < ABILITY_AGE).map(|(_, ability)| *ability)
    }

    /// Everything has to be asked for anew.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn learn(&self, desk: &str, ability: CallAbility) {
        let mut abilities = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        abilities.insert(desk.to_owned(), (Instant::now(), ability));
    }
}

/// A visitor's call in memory: when the page last gave a sign, and who follows the call.
#[derive(Debug, Default)]
pub struct Calling {
    beaten: Mutex<Option<Instant>>,
    /// How many requests for a call wait for their answer.
    waiting: watch::Sender<usize>,
    changed: Notify,
    followed: AtomicBool,
}

/// A page that waits for the answer to its wish. It goes with the page's request.
struct Waiting<'a>(&'a Calling);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|waiting| *waiting = waiting.saturating_sub(1));
    }
}

/// The call is followed here.
struct Following(Arc<Visitor>);

impl Following {
    fn begin(visitor: Arc<Visitor>) -> Self {
        visitor.calling.followed.store(true, Ordering::Relaxed);
        Self(visitor)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.calling.followed.store(false, Ordering::Relaxed);
    }
}

impl Calling {
    /// Whether the call is followed at this proxy.
    pub(super) fn is_followed(&self) -> bool {
        self.followed.load(Ordering::Relaxed)
    }

    /// Whoever follows the call looks at the record.
    pub(super) fn look(&self) {
        if self.is_followed() {
            self.changed.notify_one();
        }
    }

    /// The page has given a sign.
    pub(super) fn beat(&self) {
        *self.beaten.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn wait(&self) -> Waiting<'_> {
        self.waiting.send_modify(|waiting| *waiting += 1);
        Waiting(self)
    }

    /// When the lease ends, unless a page waits.
    fn until(&self) -> Instant {
        let beaten = *self.beaten.lock().unwrap_or_else(PoisonError::into_inner);
        beaten.unwrap_or_else(Instant::now) + LEASE
    }
}

impl Visitor {
    /// Whether calls are possible, and the call as it stands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn call_support(&self) -> Result<CallSupport, Problem> {
        let record = self.record().await?;
        let desk = self.desk();
        let offered = desk.settings.offers.call;
        if !(offered.audio || offered.video) || desk.settings.gateways.is_empty() {
            return Ok(CallSupport { call: record.call, ..CallSupport::default() });
        }
        let CallAbility { web_rtc, click_to_call } = self.ability(&desk, &party(&record)).await;
        // Staff who may place calls need them as well, whatever visitors may.
        let is_staff = desk.settings.staff_calls.is_some() && record.may_call.is_some();
        let possible = web_rtc && click_to_call || is_staff;
        let ice_servers = if possible { desk.settings.ice_servers.clone() } else { Vec::new() };
        Ok(CallSupport { click_to_call, web_rtc, call: record.call, ice_servers })
    }

    /// What the centre can do; nothing, as long as it does not say.
    async fn ability(&self, desk: &Desk, party: &Party) -> CallAbility {
        let id = self.desk_id();
        if let Some(known) = self.shared.abilities.known(id) {
            return known;
        }
        match desk.centre.call_support(party).await {
            Ok(ability) => {
                self.shared.abilities.learn(id, ability);
                ability
            }
            Err(failure) => {
                self.report("call support", &failure);
                if matches!(failure, Failure::Refused { transient: false, .. }) {
                    self.shared.abilities.learn(id, CallAbility::default());
                }
                CallAbility::default()
            }
        }
    }

    /// Asks the centre for a call, once per id, one call at a time.
    ///
    /// # Errors
    /// [`ErrorCode::NotOffered`], [`ErrorCode::CallRunning`], [`ErrorCode::NoAgents`], what the centre refuses, and what
    /// [`Visitor::submit`] says.
    pub async fn start_call(self: &Arc<Self>, wish: StartCall) -> Result<CallStatus, Problem> {
        let desk = self.desk();
        let offered = desk.settings.offers.call;
        let fits = match wish.media {
            CallMedia::Audio => offered.audio,
            CallMedia::Video => offered.video,
            CallMedia::Unknown => false,
        };
        if !fits || desk.settings.gateways.is_empty() {
            return Err(Problem::new(ErrorCode::NotOffered, "this desk takes no calls of this kind"));
        }
        let content = digest("call", &wish.media);
        let timeout = self.shared.settings().limits.request_timeout;
        let (id, media) = (wish.id, wish.media);
        let gate = |record: &VisitorRecord, _| {
            let running = || Problem::new(ErrorCode::CallRunning, "another call is going on");
            if record.is_calling() { Err(running()) } else { Ok(()) }
        };
        let work = move |visitor: Arc<Self>, task| async move { visitor.dial_out(task, media).await };
        let waiting = self.calling.wait();
        let answer = self.submit_in(Lane::Call, timeout, id, content, gate, work).await?;
        let Answer::Called(status) = answer else { return Err(Problem::internal()) };
        let now = self.record().await?.call;
        if now.id != status.id {
            return Ok(status);
        }
        // It still waits, so it is there.
        self.calling.beat();
        drop(waiting);
        Ok(now)
    }

    async fn dial_out(self: Arc<Self>, task: Task, media: CallMedia) -> Result<Answer, Problem> {
        let party = party(&self.record().await?);
        if task.resumed {
            // Whoever asked first is gone with the answer: the centre may hold a call that nobody follows.
            self.drop_call(&party).await;
            self.change(|draft, _| task.undone(draft)).await?;
            return Err(Problem::of_centre(ErrorCode::CentreTimeout).after(PAUSE));
        }
        // Recorded before the centre is asked: if this process ends now, the next one drops the call.
        let status =
            CallStatus { id: Some(task.id.clone()), state: CallState::Setup, media, ..CallStatus::default() };
        self.change(|draft, _| draft.call(status.clone())).await?;
        self.calling.beat();
        match self.desk().centre.call_start(&party, media).await {
            Ok(()) => {
                // Before the call counts as started, so that nobody finds it without one who follows it.
                let held = self.await_lease(Role::Follow).await?;
                let answer =
                    self.change(|draft, _| task.answered(draft, Answer::Called(status.clone()))).await?;
                self.follow_call(status, held);
                Ok(answer)
            }
            Err(failure) => {
                let problem = self.refusal("call", &failure);
                if matches!(failure, Failure::Unknown { .. }) {
                    self.drop_call(&party).await;
                }
                self.change(|draft, _| {
                    draft.end_call(CallEnd::Failed);
                    task.undone(draft);
                })
                .await?;
                Err(problem)
            }
        }
    }

    /// The page gives a sign of life; answers how the call stands.
    ///
    /// # Errors
    /// [`ErrorCode::CallUnknown`]; when the store fails.
    pub async fn keep_call(self: &Arc<Self>) -> Result<CallStatus, Problem> {
        let record = self.record().await?;
        if record.call.id.is_none() {
            return Err(call_unknown());
        }
        self.calling.beat();
        if record.is_calling() && !self.calling.is_followed() && self.shared.store.is_shared() {
            // Whoever follows it hears of the sign.
            self.end_if_unfollowed().await?;
            return Ok(self.record().await?.call);
        }
        Ok(record.call)
    }

    /// Ends the call that is going on, if no proxy follows it.
    pub(super) async fn end_if_unfollowed(self: &Arc<Self>) -> Result<(), Problem> {
        let Asked::Ours(starting) = self.ask_lease(Role::Call).await? else { return Ok(()) };
        let following = self.ask_lease(Role::Follow).await;
        self.give_back(starting).await;
        if let Asked::Ours(following) = following? {
            let ended = self.end_call(CallEnd::Lost).await;
            self.give_back(following).await;
            ended?;
        }
        Ok(())
    }

    /// Hangs up; with an id only the call of that id. A call that is over stays as it ended.
    ///
    /// # Errors
    /// [`ErrorCode::CallUnknown`]; when the store fails.
    pub async fn hang_up(self: &Arc<Self>, meant: Option<ClientId>) -> Result<CallStatus, Problem> {
        if self.record().await?.call.id.is_none() {
            return Err(call_unknown());
        }
        self.end_call_of(meant, CallEnd::Visitor).await?;
        Ok(self.record().await?.call)
    }

    /// Ends the call that is going on, if any, and has the centre told.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn end_call(self: &Arc<Self>, end: CallEnd) -> Result<(), Problem> {
        self.end_call_of(None, end).await
    }

    /// The same, if it is the call of this id.
    async fn end_call_of(self: &Arc<Self>, meant: Option<ClientId>, end: CallEnd) -> Result<(), Problem> {
        let ended = self.change(|draft, _| {
            let call = &draft.record.call;
            let ends = draft.record.is_calling() && (meant.is_none() || call.id == meant);
            if ends {
                draft.end_call(end);
            }
            ends
        });
        if !ended.await? {
            return Ok(());
        }
        self.calling.changed.notify_one();
        let party = party(&self.record().await?);
        let visitor = Arc::clone(self);
        // In line with starting: a drop must not end the call after this one.
        let told = async move {
            visitor.drop_call(&party).await;
            Ok(())
        };
        let visitor = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            // A failure was reported; nobody waits for it.
            let _told = visitor.in_lane(Lane::Call, told).await;
        });
        Ok(())
    }

    /// Tells the centre that the call is over.
    pub(super) async fn drop_call(&self, party: &Party) {
        for attempt in 1..=DROPS {
            match self.desk().centre.call_drop(party).await {
                Ok(()) | Err(Failure::Gone) => return,
                Err(failure) => {
                    self.report("dropping a call", &failure);
                    if matches!(failure, Failure::Refused { transient: false, .. }) || attempt == DROPS {
                        return;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Follows the call until it is over.
    fn follow_call(self: &Arc<Self>, status: CallStatus, mut held: Held) {
        let visitor = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            let following = Following::begin(Arc::clone(&visitor));
            let followed = visitor.hold(&mut held, Box::pin(visitor.follow(&status))).await;
            drop(following);
            if followed.is_some() {
                visitor.give_back(held).await;
            }
        });
    }

    async fn follow(self: &Arc<Self>, status: &CallStatus) {
        let draining = self.shared.draining.clone();
        let mut pause = PAUSE;
        let mut at_once = AT_ONCE;
        loop {
            let record = match self.record().await {
                Ok(record) => record,
                Err(problem) if problem.code == ErrorCode::SessionUnknown => return,
                Err(_) => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            if record.call.id != status.id || !record.is_calling() {
                return;
            }
            let asked = Instant::now();
            let party = party(&record);
            let desk = self.desk();
            let news = tokio::select! {
                () = draining.cancelled() => {
                    // In this task, which the end of the process waits for.
                    let _ended = self.change(|draft, _| draft.end_call(CallEnd::Lost)).await;
                    self.drop_call(&party).await;
                    return;
                }
                () = self.lease_over() => {
                    let _ended = self.end_call(CallEnd::Lost).await;
                    return;
                }
                () = self.calling.changed.notified() => continue,
                news = desk.centre.call_events(&party) => news,
            };
            // Behind one event the next may wait already.
            let told = matches!(news, Ok(Some(_)));
            let wait = match self.take_news(news).await {
                Ok(true) if told && at_once > 0 => {
                    pause = PAUSE;
                    at_once -= 1;
                    Duration::ZERO
                }
                Ok(true) => {
                    pause = PAUSE;
                    PAUSE.saturating_sub(asked.elapsed())
                }
                Ok(false) | Err(_) => {
                    let wait = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    wait
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.lease_over() => {}
                () = draining.cancelled() => {}
                () = self.calling.changed.notified() => {}
            }
        }
    }

    /// Ends when the page has given no sign for [`LEASE`].
    async fn lease_over(&self) {
        let mut waiting = self.calling.waiting.subscribe();
        loop {
            // The sender lives as long as the visitor.
            drop(waiting.wait_for(|waiting| *waiting == 0).await);
            let until = self.calling.until();
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// Journals what is new; whether the centre answered.
    async fn take_news(self: &Arc<Self>, news: Result<Option<CallNews>, Failure>) -> Result<bool, Problem> {
        match news {
            Ok(None) => {}
            Ok(Some(CallNews::Queueing)) => self.call_is(CallState::Queueing, None).await?,
            Ok(Some(CallNews::Connected(told))) => match self.trusted(told) {
                Some(gateway) => self.call_is(CallState::Connected, Some(gateway)).await?,
                None => self.end_call(CallEnd::Failed).await?,
            },
            Ok(Some(CallNews::Disconnected)) | Err(Failure::Gone) => {
                self.change(|draft, _| draft.end_call(CallEnd::Centre)).await?;
            }
            Ok(Some(CallNews::QueueTimeout)) => {
                self.change(|draft, _| draft.end_call(CallEnd::QueueTimeout)).await?
            }
            Ok(Some(CallNews::Failed)) => self.change(|draft, _| draft.end_call(CallEnd::Failed)).await?,
            Err(failure) => {
                self.report("call events", &failure);
                if matches!(failure, Failure::Refused { transient: false, .. }) {
                    self.end_call(CallEnd::Failed).await?;
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn call_is(
        self: &Arc<Self>,
        state: CallState,
        gateway: Option<CallGateway>,
    ) -> Result<(), Problem> {
        self.change(|draft, _| {
            // A call that was connected does not queue again; one that is over stays over.
            if draft.record.is_calling()
                && !(state == CallState::Queueing && draft.record.call.state == CallState::Connected)
            {
                let call = CallStatus { state, gateway: gateway.clone(), ..draft.record.call.clone() };
                draft.call(call);
            }
        })
        .await
    }

    /// The gateway with those of its addresses that the desk knows; `None` when it is of no use, which is told in the log.
    pub(super) fn trusted(&self, told: CallGateway) -> Option<CallGateway> {
        let why = match trusted(told, &self.desk().settings.gateways) {
            Ok(gateway) => return Some(gateway),
            Err(why) => why,
        };
        let kind = match why {
            Distrust::Unknown => "gateway",
            Distrust::Malformed => "call data",
        };
        let due = self.shared.failures.due((self.desk_id().to_owned(), kind, ErrorCode::CentreRefused));
        if let Some(suppressed) = due {
            let (visitor, desk) = (self.id.as_str(), self.desk_id());
            match why {
                Distrust::Unknown => tracing::warn!(
                    visitor,
                    desk,
                    suppressed,
                    "a call was dropped: the centre named no gateway that is among `desks.calls.gateways`"
                ),
                Distrust::Malformed => tracing::warn!(
                    visitor,
                    desk,
                    suppressed,
                    "a call was dropped: domain, number or caller that the centre named are missing or no part of an address"
                ),
            }
        }
        None
    }
}

fn call_unknown() -> Problem {
    Problem::new(ErrorCode::CallUnknown, "there is no call")
}
