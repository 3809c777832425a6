//! What all handlers share: one lock around the centre, and a signal for waiting desks.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use frontdesk_sandbox_media::Gateway;
use serde::Serialize;
use tokio::sync::watch;

use crate::centre::{Centre, Ms};
use crate::clock::{Clock, ManualClock};
use crate::faults::{FaultError, FaultPlan, Faults, Injected};
use crate::ids::Seeded;
use crate::settings::quirks::TokenRenewal;
use crate::settings::{SettingError, Settings};
use crate::telephony;
use crate::tokens::{Lifetimes, Tokens};

/// A running contact centre. Clones share it.
#[derive(Clone, Debug)]
pub struct Sandbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    inner: Mutex<Inner>,
    faults: Mutex<Faults>,
    calls: Mutex<BTreeMap<String, Calls>>,
    clock: Clock,
    changed: watch::Sender<u64>,
    gateway: OnceLock<Gateway>,
    /// Where it is served.
    at: OnceLock<SocketAddr>,
}

/// A centre that may be gone.
pub(crate) struct WeakSandbox(Weak<Shared>);

impl WeakSandbox {
    pub(crate) fn upgrade(&self) -> Option<Sandbox> {
        self.0.upgrade().map(Sandbox)
    }
}

/// Centre and tokens, always locked together.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) centre: Centre,
    pub(crate) tokens: Tokens,
}

impl Inner {
    fn new(settings: Settings) -> Inner {
        let seed = settings.seed.unwrap_or_else(Seeded::fresh_seed);
        Inner { centre: Centre::new(settings, seed), tokens: Tokens::new(seed) }
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.centre.settings()
    }

    pub(crate) fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            visitor_ms: self.settings().visitor_token_s * 1_000,
            always: self.settings().quirks.token_renewal == TokenRenewal::Always,
            grace_ms: self.settings().visitor_token_grace_s * 1_000,
        }
    }
}

/// How often an endpoint was called, and what it answered.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Calls {
    total: u64,
    /// By HTTP status; `none` when the connection was cut before an answer.
    by_status: BTreeMap<String, u64>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sandbox {
    /// A centre nobody has called yet.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(settings: Settings) -> Result<Sandbox, SettingError> {
        Sandbox::with_clock(settings, Clock::real())
    }

    /// The same, in a time that passes only when told to.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub fn at(settings: Settings, clock: ManualClock) -> Result<Sandbox, SettingError> {
        Sandbox::with_clock(settings, Clock::Manual(clock))
    }

    /// The same, in the runtime's time, which may be paused; it is `epoch_ms` now.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub fn in_runtime(settings: Settings, epoch_ms: u64) -> Result<Sandbox, SettingError> {
        Sandbox::with_clock(settings, Clock::of_runtime(epoch_ms))
    }

    /// Looks after what falls due by itself. Served over sockets, a centre does this ten times a second.
    pub fn tick(&self) {
        self.with(|inner, now| inner.centre.advance(now));
    }

    /// From now on it is served there.
    pub(crate) fn is_at(&self, address: SocketAddr) {
        let _before = self.0.at.set(address);
    }

    /// Where it is served: on this machine where it listens on every address, nowhere without sockets.
    pub(crate) fn base_url(&self) -> String {
        match self.0.at.get() {
            Some(at) if at.ip().is_unspecified() => format!("http://127.0.0.1:{}", at.port()),
            Some(at) => format!("http://{at}"),
            None => "http://sandbox.invalid".into(),
        }
    }

    fn with_clock(settings: Settings, clock: Clock) -> Result<Sandbox, SettingError> {
        settings.check()?;
        Ok(Sandbox(Arc::new(Shared {
            inner: Mutex::new(Inner::new(settings)),
            faults: Mutex::new(Faults::default()),
            calls: Mutex::new(BTreeMap::new()),
            clock,
            changed: watch::Sender::new(0),
            gateway: OnceLock::new(),
            at: OnceLock::new(),
        })))
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.with(|inner, _| inner.settings().clone())
    }

    /// Replaces the settings. What has happened so far stays.
    ///
    /// # Errors
    /// Names the setting that is wrong; then nothing changes.
    pub fn set_settings(&self, settings: Settings) -> Result<(), SettingError> {
        settings.check()?;
        self.with(|inner, now| inner.centre.set_settings(now, settings));
        Ok(())
    }

    /// The plan of faults in force.
    #[must_use]
    pub fn faults(&self) -> FaultPlan {
        lock(&self.0.faults).plan().clone()
    }

    /// Replaces the plan of faults and counts every visitor's calls from the beginning. The log stays.
    ///
    /// # Errors
    /// Names the value that is wrong; then nothing changes.
    pub fn set_faults(&self, plan: FaultPlan) -> Result<(), FaultError> {
        lock(&self.0.faults).set_plan(plan)
    }

    /// Faults injected after number `after`, oldest first.
    #[must_use]
    pub fn fault_log(&self, after: u64) -> Vec<Injected> {
        lock(&self.0.faults).log_after(after)
    }

    /// Forgets everything that has happened; settings and the plan of faults stay.
    pub fn reset(&self) {
        self.with(|inner, _| {
            let change = inner.centre.change() + 1;
            *inner = Inner::new(inner.settings().clone());
            inner.centre.start_changes_at(change);
        });
        lock(&self.0.faults).forget();
        lock(&self.0.calls).clear();
    }

    /// Runs something on the centre at the present time, then wakes desks if anything changed for them.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&mut Inner, Ms) -> T) -> T {
        let mut inner = lock(&self.0.inner);
        // Read under the lock: the centre must never see time go back.
        let now = self.0.clock.now_ms();
        let result = run(&mut inner, now);
        let change = inner.centre.change();
        if let Some(gateway) = self.gateway()
            && change > *self.0.changed.borrow()
        {
            telephony::match_lines(gateway, &inner.centre);
        }
        drop(inner);
        self.0.changed.send_if_modified(|seen| {
            let newer = change > *seen;
            if newer {
                *seen = change;
            }
            newer
        });
        result
    }

    /// The gateway for calls, if there is one.
    #[must_use]
    pub fn gateway(&self) -> Option<&Gateway> {
        self.0.gateway.get()
    }

    /// `false`: there is one already.
    pub(crate) fn set_gateway(&self, gateway: Gateway) -> bool {
        self.0.gateway.set(gateway).is_ok()
    }

    /// For tasks that must not keep the centre alive.
    pub(crate) fn downgrade(&self) -> WeakSandbox {
        WeakSandbox(Arc::downgrade(&self.0))
    }

    pub(crate) fn now_ms(&self) -> Ms {
        self.0.clock.now_ms()
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.0.changed.subscribe()
    }

    pub(crate) fn with_faults<T>(&self, run: impl FnOnce(&mut Faults) -> T) -> T {
        run(&mut lock(&self.0.faults))
    }

    pub(crate) fn count_call(&self, endpoint: &str, status: Option<u16>) {
        let mut calls = lock(&self.0.calls);
        let counted = calls.entry(endpoint.to_owned()).or_default();
        counted.total += 1;
        let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        *counted.by_status.entry(status).or_default() += 1;
    }

    pub(crate) fn calls(&self) -> BTreeMap<String, Calls> {
        lock(&self.0.calls).clone()
    }
}

/// A list that keeps its newest entries.
pub(crate) fn push_bounded<T>(list: &mut VecDeque<T>, entry: T, max: usize) {
    if list.len() >= max {
        list.pop_front();
    }
    list.push_back(entry);
}
