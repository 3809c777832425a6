//! What all parts of the visitor API share, and its beginning and end.

mod desks;

pub use desks::{Desk, Desks, Place};

use crate::audit::Audit;
use crate::clock::{Clock, Leaps};
use crate::files::cache::Cache;
use crate::files::spool::Spool;
use crate::http::assets::Assets;
use crate::http::limits::Limiters;
use crate::http::readiness::Readiness;
use crate::metrics::Metrics;
use crate::metrics::centre::Timed as TimedCentre;
use crate::metrics::store::Timed as TimedStore;
use crate::quiet::Quiet;
use crate::settings::Settings;
use crate::store::Store;
use crate::traces::Traces;
use crate::vendor::guard::Guarded;
use crate::visitor::calling::Abilities;
use crate::visitor::registry::Registry;
use frontdesk_contract::ErrorCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pause between sweeps of memory, and how many of them make one sweep of the store.
const SWEEP: Duration = Duration::from_secs(30);
const STORE_SWEEP: u32 = 20;
/// A clock that was put forward by so much is not believed at once.
const LEAP: Duration = Duration::from_secs(3_600);
/// So often it is seen whether somebody looks after every visitor.
const ADOPT: Duration = Duration::from_secs(1);
/// What is under way when the proxy goes down may take this long.
const DRAIN: Duration = Duration::from_secs(30);

/// What visitors need.
pub struct Shared {
    /// See [`Shared::settings`].
    settings: watch::Sender<Arc<Settings>>,
    /// The desks by id.
    pub desks: Desks,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Clock,
    /// Everything that runs beside the requests.
    pub tasks: TaskTracker,
    /// Failures of centres that were logged: desk, what is certain, code.
    pub failures: Quiet<(String, &'static str, ErrorCode)>,
    /// Files on their way.
    pub spool: Arc<Spool>,
    /// Files of the centre that were asked for lately.
    pub cache: Cache,
    /// What centres can do about calls, by desk.
    pub abilities: Abilities,
    /// Cancelled when the proxy goes down.
    pub draining: CancellationToken,
    /// Figures for whoever operates the proxy.
    pub metrics: Arc<Metrics>,
    /// Events for whoever guards the proxy.
    pub audit: Arc<Audit>,
    /// Where traces go, once that is set; until then nowhere.
    pub traces: OnceLock<Traces>,
}

impl Shared {
    /// The settings as they are now. They may be others the next time: what belongs together is done by one of them.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.borrow())
    }
}

/// The visitor API's state.
pub struct App {
    /// What visitors need.
    pub shared: Arc<Shared>,
    /// The visitors in memory.
    pub registry: Registry,
    /// Who asked how often.
    pub limiters: Limiters,
    /// The files that are served.
    pub assets: Assets,
    /// What the store said to whoever watches the process.
    pub readiness: Readiness,
}

/// The visitor API's state, as handlers take it.
pub type AppState = Arc<App>;

impl App {
    /// Puts the parts together. Nothing runs yet, see [`App::start`].
    pub fn new(
        settings: Settings,
        desks: impl IntoIterator<Item = Desk>,
        store: Arc<dyn Store>,
        assets: Assets,
        clock: Clock,
    ) -> AppState {
        let metrics = Arc::new(Metrics::default());
        let limiters = Limiters::new(&settings.limits, &metrics);
        let desks = Desks::new(measured(desks, &metrics));
        let store = Arc::new(TimedStore::new(store, Arc::clone(&metrics)));
        let spool = Spool::new(settings.spool.clone(), settings.limits.spool_bytes);
        let cache = Cache::new(settings.limits.cache_bytes);
        let shared = Shared {
            settings: watch::Sender::new(Arc::new(settings)),
            spool,
            cache,
            abilities: Abilities::default(),
            desks,
            store,
            clock,
            tasks: TaskTracker::new(),
            failures: Quiet::default(),
            draining: CancellationToken::new(),
            audit: Arc::new(Audit::new(Arc::clone(&metrics))),
            traces: OnceLock::new(),
            metrics,
        };
        let (registry, readiness) = (Registry::default(), Readiness::default());
        Arc::new(Self { shared: Arc::new(shared), registry, limiters, assets, readiness })
    }

    /// Goes on with other settings. What is under way ends with those it began with. Desks are changed and added, none is
    /// removed; where one has another centre than before, the visitors' next request goes to that. `public_url` and `spool` are
    /// taken as they are given: whoever calls this knows whether they may change.
    pub fn take_over(&self, settings: Settings, desks: impl IntoIterator<Item = Desk>) {
        let shared = &self.shared;
        self.limiters.set(&settings.limits);
        shared.spool.set_most(settings.limits.spool_bytes);
        shared.cache.set_most(settings.limits.cache_bytes);
        shared.settings.send_replace(Arc::new(settings));
        shared.desks.put(measured(desks, &shared.metrics));
        shared.abilities.forget();
    }

    /// Goes on with the conversations that nobody looks after, now and whenever another proxy of the store ends, and begins
    /// sweeping.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(self: &Arc<Self>) -> Result<(), crate::store::StoreError> {
        let news = self.shared.store.is_shared().then(|| self.shared.store.news());
        self.adopt().await?;
        if let Some(news) = news {
            let app = Arc::clone(self);
            self.shared.tasks.spawn(async move {
                let draining = app.shared.draining.clone();
                draining.run_until_cancelled(app.follow_news(news)).await
            });
        }
        let app = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            let draining = app.shared.draining.clone();
            draining.run_until_cancelled(app.adopt_for_ever()).await
        });
        let app = Arc::clone(self);
        self.shared.tasks.spawn(async move {
            let draining = app.shared.draining.clone();
            draining.run_until_cancelled(app.sweep_for_ever()).await
        });
        Ok(())
    }

    async fn adopt_for_ever(&self) {
        loop {
            tokio::time::sleep(ADOPT).await;
            if let Err(error) = self.adopt().await {
                tracing::debug!(%error, "who is to be looked after is not known");
            }
        }
    }

    async fn sweep_for_ever(&self) {
        let mut leaps = Leaps::from(self.shared.clock.now_ms());
        for round in 1_u32.. {
            tokio::time::sleep(SWEEP).await;
            let retention = self.shared.settings().retention;
            let retention_ms = u64::try_from(retention.as_millis()).unwrap_or(u64::MAX);
            self.registry.sweep();
            self.limiters.sweep();
            self.shared.audit.sweep();
            self.shared.cache.sweep();
            if !round.is_multiple_of(STORE_SWEEP) {
                continue;
            }
            if let Err(error) = self.shared.spool.sweep() {
                tracing::error!(%error, "the spool could not be swept");
            }
            let now_ms = self.shared.clock.now_ms();
            let leap = leaps.at(now_ms);
            if leap > LEAP {
                // Whoever sets the clock right again does so before the next time.
                let minutes = leap.as_secs() / 60;
                tracing::error!(
                    minutes,
                    "the clock was put forward: nothing is erased for ten minutes; is it right?"
                );
            } else if let Err(error) = self.shared.store.sweep(now_ms, retention_ms).await {
                tracing::error!(%error, "the store could not be swept");
            }
        }
    }

    /// Goes down: not ready any more, long polls are answered, what is under way ends or is left after 30 s, the store
    /// has everything.
    pub async fn stop(&self) {
        self.stop_by(Instant::now() + DRAIN).await;
    }

    /// The same, where what is under way has until then.
    pub async fn stop_by(&self, end: Instant) {
        self.shared.draining.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout_at(end, self.shared.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.shared.tasks.len(), "left unfinished");
        }
        if let Err(error) = self.shared.store.flush().await {
            tracing::error!(%error, "the store could not be written at the end");
        }
        self.shared.audit.close();
    }
}

/// The desks with a clock beside their centres and a guard before them.
fn measured(desks: impl IntoIterator<Item = Desk>, metrics: &Arc<Metrics>) -> impl Iterator<Item = Desk> {
    desks.into_iter().map(|Desk { settings, centre }| {
        if settings.push.is_some() {
            metrics.pushes(&settings.id);
        }
        let timed = Arc::new(TimedCentre::new(centre, settings.id.clone(), Arc::clone(metrics)));
        let guarded = Guarded::new(timed, settings.id.clone(), &settings.guard, Arc::clone(metrics));
        Desk { settings, centre: Arc::new(guarded) }
    })
}
