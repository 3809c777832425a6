//! Proxies: started over one store, killed at a step of their work, started again.
//!
//! A process cannot be killed inside one process. Instead everything outside of it stops answering: its store, its way to
//! the centre and its connections to visitors, from a chosen step on and for good. What it still holds in memory nobody
//! will ever see.

use crate::links::plan::Plan;
use crate::links::{centre, store};
use crate::options::Options;
use crate::record::Record;
use axum::Router;
use frontdesk_proxy::clock::Clock;
use frontdesk_proxy::config::Config;
use frontdesk_proxy::http::assets::Assets;
use frontdesk_proxy::settings::{DeskSettings, Settings};
use frontdesk_proxy::state::{App, AppState, Desk};
use frontdesk_proxy::store::memory::MemoryStore;
use frontdesk_proxy::vendor::cec::Cec;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// A killed proxy is back after at most so long.
const BACK: Duration = Duration::from_secs(2);

/// A step of a proxy's work at which it can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Point {
    BeforeIntent,
    AfterIntent,
    BeforeSay,
    AfterSay,
    BeforeAnswer,
    AfterAnswer,
    BeforePoll,
    AfterPoll,
    BeforeJournal,
    AfterJournal,
    /// Any other.
    Other,
}

impl Point {
    /// The steps of a message up and of a message down.
    pub const ALL: [Self; 10] = [
        Self::BeforeIntent,
        Self::AfterIntent,
        Self::BeforeSay,
        Self::AfterSay,
        Self::BeforeAnswer,
        Self::AfterAnswer,
        Self::BeforePoll,
        Self::AfterPoll,
        Self::BeforeJournal,
        Self::AfterJournal,
    ];
}

/// Whether a proxy lives.
#[derive(Debug)]
pub struct Life {
    /// 1, 2, 3… in the order of starts.
    pub number: u64,
    dead: watch::Sender<bool>,
    armed: Mutex<Option<Point>>,
}

impl Life {
    fn new(number: u64) -> Self {
        Self { number, dead: watch::Sender::new(false), armed: Mutex::default() }
    }

    /// Ready once it is dead.
    pub async fn ended(&self) {
        // The sender lives in `self`.
        let _ = self.dead.subscribe().wait_for(|dead| *dead).await;
    }

    /// Whether it is dead.
    pub fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    /// Dies when it comes to this step.
    pub fn arm(&self, point: Point) {
        *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = Some(point);
    }

    /// Dies now.
    pub fn kill(&self) {
        self.dead.send_replace(true);
    }

    /// Goes on at this step if it lives, and never otherwise.
    pub async fn pass(&self, point: Point) {
        if point != Point::Other {
            let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
            if *armed == Some(point) {
                *armed = None;
                drop(armed);
                self.kill();
            }
        }
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
    }
}

/// A proxy that runs.
#[derive(Clone)]
pub struct Proxy {
    /// Whether it still does.
    pub life: Arc<Life>,
    /// Its visitor API.
    pub router: Router,
    app: AppState,
}

/// All proxies that run.
pub struct Fleet {
    running: Mutex<Vec<Proxy>>,
    started: AtomicU64,
    settings: String,
    store: Arc<MemoryStore>,
    gateway: Arc<centre::Gateway>,
    plan: Plan,
    record: Arc<Record>,
    shared: bool,
}

impl Fleet {
    /// No proxy yet. `plan` decides about the store's medium and about kills.
    pub fn new(options: &Options, gateway: Arc<centre::Gateway>, plan: Plan, record: Arc<Record>) -> Self {
        Self {
            running: Mutex::default(),
            started: AtomicU64::new(0),
            settings: settings(options),
            store: Arc::new(MemoryStore::new()),
            gateway,
            plan,
            record,
            shared: options.proxies > 1,
        }
    }

    fn running(&self) -> MutexGuard<'_, Vec<Proxy>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One that takes connections; no two requests need meet the same.
    pub fn pick(&self, chance: u64) -> Option<Proxy> {
        let running = self.running();
        let count = running.len() as u64;
        running.get(usize::try_from(chance.checked_rem(count)?).unwrap_or(0)).cloned()
    }

    /// Starts one more.
    ///
    /// # Errors
    /// When its settings are wrong.
    pub async fn start(&self) -> anyhow::Result<()> {
        let life = Arc::new(Life::new(self.started.fetch_add(1, Ordering::Relaxed) + 1));
        let config = Config::read(&self.settings, Path::new("."), [])
            .map_err(|mistakes| anyhow::anyhow!("settings of the proxy: {mistakes:?}"))?;
        let clock = Clock::with_tokio(self.record.clock.now_ms());
        let mut desks = Vec::new();
        for desk in &config.desks {
            let way = Arc::new(centre::Way::new(Arc::clone(&self.gateway), Arc::clone(&life)));
            let cec = Cec::new(&desk.id, &desk.cec)?.over(way, clock.clone());
            desks.push(Desk { settings: DeskSettings::from(desk), centre: Arc::new(cec) });
        }
        let (plan, record) = (self.plan.clone(), Arc::clone(&self.record));
        let store =
            Arc::new(store::Way::new(Arc::clone(&self.store), Arc::clone(&life), plan, record, self.shared));
        let app = App::new(Settings::from(&config), desks, store, Assets::none(), clock);
        app.start().await?;
        let router = frontdesk_proxy::http::app(Arc::clone(&app));
        self.record.note(format_args!("proxy {} starts", life.number));
        self.running().push(Proxy { life, router, app });
        Ok(())
    }

    /// Kills one at a step of its work and starts another after a moment; answers when that is done, or when the step
    /// does not come before all faults end.
    ///
    /// # Errors
    /// When the new one does not start.
    pub async fn kill_one(&self) -> anyhow::Result<()> {
        let Some(victim) = self.pick(self.plan.draw(u64::MAX - 1)) else { return Ok(()) };
        let point = self.plan.draw(Point::ALL.len() as u64 - 1);
        let point = Point::ALL.get(usize::try_from(point).unwrap_or(0)).copied().unwrap_or(Point::Other);
        victim.life.arm(point);
        tokio::select! {
            biased;
            () = victim.life.ended() => {}
            () = self.plan.until_healed() => {
                victim.life.arm(Point::Other);
                return Ok(());
            }
        }
        let number = victim.life.number;
        self.record.fault("proxy: killed", format_args!("p{number} at {point:?}"));
        self.record.killed(number);
        self.running().retain(|proxy| proxy.life.number != number);
        // Its loops end, as far as they are not stopped by what never answers.
        victim.app.shared.draining.cancel();
        tokio::time::sleep(self.plan.span(BACK)).await;
        self.start().await
    }

    /// Asks one to end, as a rolling restart does: it takes no new connections, ends what is under way, and another takes
    /// its place.
    ///
    /// # Errors
    /// When the new one does not start.
    pub async fn restart_one(&self) -> anyhow::Result<()> {
        let Some(old) = self.pick(self.plan.draw(u64::MAX - 1)) else { return Ok(()) };
        self.record.fault("proxy: asked to end", format_args!("p{}", old.life.number));
        self.running().retain(|proxy| proxy.life.number != old.life.number);
        old.app.stop().await;
        // What is left after its patience ends with the process.
        old.life.kill();
        self.start().await
    }
}

/// Limits are wide, since they count in the machine's time, and all visitors come from one address.
fn settings(options: &Options) -> String {
    format!(
        "listen = \"127.0.0.1:1\"
public_url = \"http://desk.invalid\"
store = \"memory\"
log = \"off\"
[limits]
sessions_per_address_per_hour = 1000000
requests_per_address_per_minute = 10000000
messages_per_visitor_per_minute = 100000
[[desks]]
id = \"shop\"
[desks.cec]
base_url = \"http://centre.invalid\"
app_key = \"app-key-demo\"
app_secret = \"app-secret-demo\"
channel_id = \"202201077401331370\"
dialect = \"2.6\"
robot = false
timeout_s = 5
token_expire_s = 60
message_id = \"{}\"
poll = \"{}\"
history = {}
poll_interval_ms = [500, 2000]
",
        options.message_id.word(),
        options.poll.word(),
        options.history == crate::options::History::Kept,
    )
}
