//! What all parts of the visitor API share, and its beginning and end.

use crate::clock::Clock;
use crate::files::cache::Cache;
use crate::files::spool::Spool;
use crate::http::assets::Assets;
use crate::http::limits::Limiters;
use crate::metrics::Metrics;
use crate::metrics::centre::Timed as TimedCentre;
use crate::metrics::store::Timed as TimedStore;
use crate::quiet::Quiet;
use crate::settings::{DeskSettings, Settings};
use crate::store::Store;
use crate::vendor::Centre;
use crate::visitor::calling::Abilities;
use crate::visitor::registry::Registry;
use frontdesk_contract::ErrorCode;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pause between sweeps of memory, and how many of them make one sweep of the store.
const SWEEP: Duration = Duration::from_secs(30);
const STORE_SWEEP: u32 = 20;
/// So often it is seen whether somebody looks after every visitor.
const ADOPT: Duration = Duration::from_secs(1);
/// What is under way when the proxy goes down may take this long.
const DRAIN: Duration = Duration::from_secs(30);

/// A desk: its settings and its centre.
pub struct Desk {
    /// The settings.
    pub settings: DeskSettings,
    /// The centre, as the port shows it.
    pub centre: Arc<dyn Centre>,
}

/// What visitors need.
pub struct Shared {
    /// The settings.
    pub settings: Settings,
    /// The desks by id.
    pub desks: HashMap<String, Arc<Desk>>,
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
        let desks = desks.into_iter().map(|Desk { settings, centre }| {
            let centre = Arc::new(TimedCentre::new(centre, settings.id.clone(), Arc::clone(&metrics)));
            (settings.id.clone(), Arc::new(Desk { settings, centre }))
        });
        let desks = desks.collect();
        let store = Arc::new(TimedStore::new(store, Arc::clone(&metrics)));
        let spool = Spool::new(settings.spool.clone(), settings.limits.spool_bytes);
        let cache = Cache::new(settings.limits.cache_bytes);
        let shared = Shared {
            settings,
            spool,
            cache,
            abilities: Abilities::default(),
            desks,
            store,
            clock,
            tasks: TaskTracker::new(),
            failures: Quiet::default(),
            draining: CancellationToken::new(),
            metrics,
        };
        Arc::new(Self { shared: Arc::new(shared), registry: Registry::default(), limiters, assets })
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
        let retention_ms = u64::try_from(self.shared.settings.retention.as_millis()).unwrap_or(u64::MAX);
        for round in 1_u32.. {
            tokio::time::sleep(SWEEP).await;
            self.registry.sweep();
            self.limiters.sweep();
            self.shared.cache.sweep();
            if round.is_multiple_of(STORE_SWEEP)
                && let Err(error) = self.shared.spool.sweep()
            {
                tracing::error!(%error, "the spool could not be swept");
            }
            if round.is_multiple_of(STORE_SWEEP)
                && let Err(error) = self.shared.store.sweep(self.shared.clock.now_ms(), retention_ms).await
            {
                tracing::error!(%error, "the store could not be swept");
            }
        }
    }

    /// Goes down: not ready any more, long polls are answered, what is under way ends or is left after 30 s, the store
    /// has everything.
    pub async fn stop(&self) {
        self.shared.draining.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(DRAIN, self.shared.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.shared.tasks.len(), "left unfinished after 30 s");
        }
        if let Err(error) = self.shared.store.flush().await {
            tracing::error!(%error, "the store could not be written at the end");
        }
    }
}
