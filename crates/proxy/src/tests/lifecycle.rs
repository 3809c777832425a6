//! Lingering, restarting, going down.

use super::cut::Cut;
use super::{Bench, Plan, agent, message, pass};
use crate::config::OnLinger;
use crate::store::memory::MemoryStore;
use crate::store::{
    Batch, Fence, Handle, Intent, Leased, News, Pass, PassKey, Role, SessionHash, SessionRecord, Slip,
    SlipKey, Store, StoreError, Stored, VisitorRecord,
};
use crate::vendor::fake::Call;
use frontdesk_contract::{ClientId, Event};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

#[test]
fn a_poller_that_begins_while_the_runtime_goes_down_does_not_wait_for_itself() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let visitor = runtime.block_on(async {
        let bench = Bench::new().await;
        let open = json!({"protocol": 1, "desk": "shop"});
        let opened = bench.call("POST", "/v1/session", None, Some(open)).await.body;
        let id = opened["visitor"]["id"].as_str().unwrap();
        bench.app.registry.get(&bench.app.shared, id).await.unwrap()
    });
    let handle = runtime.handle().clone();
    drop(runtime);
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let _inside = handle.enter();
        visitor.poll(false);
        visitor.poll(false);
        done.send(()).unwrap();
    });
    assert_eq!(ended.recv_timeout(std::time::Duration::from_secs(60)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_without_listeners_is_ended_after_its_time() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    pass(179.0).await;
    visitor.call("GET", "/v1/contact", None).await;
    pass(179.0).await;
    assert_eq!(bench.centre.count(|call| *call == Call::Disconnect), 0);
    pass(2.0).await;
    assert_eq!(bench.centre.count(|call| *call == Call::Disconnect), 1);
    assert_eq!(visitor.story(1).await, ["contact ended (released)"]);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_keeps_the_conversation_going() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    for _ in 0..20 {
        visitor.call("GET", "/v1/events?after=1&wait=25", None).await;
    }
    assert_eq!(bench.centre.count(|call| *call == Call::Disconnect), 0);
}

#[tokio::test(start_paused = true)]
async fn who_waits_in_the_queue_is_waited_for_longer() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    visitor.connect("c1", "agent").await;
    pass(890.0).await;
    assert_eq!(bench.centre.count(|call| *call == Call::Disconnect), 0);
    pass(15.0).await;
    assert_eq!(bench.centre.count(|call| *call == Call::Disconnect), 1);
}

#[tokio::test(start_paused = true)]
async fn where_polling_only_stops_it_goes_on_when_the_visitor_returns() {
    let mut plan = Plan::default();
    plan.desk.on_linger = OnLinger::Stop;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    pass(200.0).await;
    let polls = bench.centre.script().polls;
    pass(600.0).await;
    assert_eq!(bench.centre.script().polls, polls);
    bench.down(vec![message("a", agent("Li"), "waited")]);
    visitor.call("GET", "/v1/contact", None).await;
    pass(2.0).await;
    assert_eq!(visitor.story(1).await, ["contact agent (Li)", "message waited"]);
}

#[tokio::test(start_paused = true)]
async fn open_conversations_are_polled_again_after_a_restart() {
    let plan = Plan::default();
    let store = Arc::clone(&plan.store);
    let before = Bench::with(plan).await;
    let session = before.connected().await.session.clone();
    before.app.stop().await;
    let after = Bench::with(Plan { store, ..Plan::default() }).await;
    after.down(vec![message("a", agent("Li"), "still here")]);
    pass(2.0).await;
    let visitor = super::Visitor { bench: &after, session };
    assert_eq!(visitor.story(1).await, ["contact agent (Li)", "message still here"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_sudden_end_the_visitor_is_told_once_that_messages_may_be_missing() {
    let plan = Plan::default();
    let store = Arc::clone(&plan.store);
    let line = Cut::new(Arc::clone(&store));
    let before = Bench::with(Plan { store: line.clone(), ..plan }).await;
    let session = before.connected().await.session.clone();
    pass(2.0).await;
    line.cut(true);
    let after = Bench::with(Plan { store, ..Plan::default() }).await;
    pass(60.0).await;
    let visitor = super::Visitor { bench: &after, session };
    assert_eq!(visitor.story(1).await, ["notice messages_may_be_missing"]);
}

#[tokio::test(start_paused = true)]
async fn where_polling_only_stopped_nothing_is_missing() {
    let mut plan = Plan::default();
    plan.desk.on_linger = OnLinger::Stop;
    let store = Arc::clone(&plan.store);
    let before = Bench::with(plan).await;
    let session = before.connected().await.session.clone();
    pass(600.0).await;
    let after = Bench::with(Plan { store, ..Plan::default() }).await;
    pass(5.0).await;
    assert_eq!(super::Visitor { bench: &after, session }.story(1).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn going_down_answers_long_polls_and_lets_sends_finish() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    assert_eq!(bench.call("GET", "/readyz", None, None).await.status, 200);
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().gate = Some(Arc::clone(&gate));
    let started = tokio::time::Instant::now();
    let poll = async {
        let reply = visitor.call("GET", "/v1/events?after=1&wait=25", None).await;
        (reply, started.elapsed().as_secs())
    };
    let down = async {
        pass(1.0).await;
        let (unready, ()) = tokio::join!(
            async {
                pass(1.0).await;
                let reply = bench.call("GET", "/readyz", None, None).await;
                gate.add_permits(1);
                reply.status
            },
            bench.app.stop()
        );
        unready
    };
    let (said, (polled, seconds), unready) = tokio::join!(visitor.say("m1", "hello"), poll, down);
    assert_eq!(said.body["status"], "accepted");
    assert_eq!((polled.status.as_u16(), seconds), (200, 1));
    assert_eq!(unready, 503);
    assert!(bench.app.shared.tasks.is_empty(), "nothing is left running");
}

#[tokio::test(start_paused = true)]
async fn all_who_ask_within_a_second_whether_it_is_ready_cost_one_write() {
    let store = Arc::new(Brittle::new(MemoryStore::new()));
    let bench = Bench::with(Plan { store: store.clone(), ..Plan::default() }).await;
    let ready = || bench.call("GET", "/readyz", None, None);
    let written = || store.flushes.load(Ordering::Relaxed);
    let many = || futures_util::future::join_all((0..100).map(|_| ready()));
    assert!(many().await.iter().all(|reply| reply.status == 200));
    pass(0.9).await;
    assert_eq!((ready().await.status.as_u16(), written()), (200, 1));
    store.fail(true);
    assert_eq!((ready().await.status.as_u16(), written()), (200, 1), "what was true a moment ago");
    pass(0.2).await;
    let replies = many().await;
    assert!(replies.iter().all(|reply| reply.status == 503 && reply.body["code"] == "store_unavailable"));
    assert_eq!(written(), 2);
    store.fail(false);
    pass(1.0).await;
    assert_eq!((ready().await.status.as_u16(), written()), (200, 3));

    // A store that does not answer is asked by one at a time, also where those who ask go away.
    pass(1.0).await;
    store.answers.forget_permits(usize::MAX);
    for _ in 0..10 {
        assert!(tokio::time::timeout(Duration::from_millis(150), ready()).await.is_err());
    }
    let began = tokio::time::Instant::now();
    assert_eq!((ready().await.status.as_u16(), written()), (503, 4));
    assert_eq!(began.elapsed(), Duration::from_millis(500), "two seconds in all");
    store.answers.add_permits(1_000);
    assert_eq!((ready().await.status.as_u16(), written()), (200, 5));
}

#[tokio::test(start_paused = true)]
async fn visitors_leave_memory_when_idle_and_the_store_when_their_time_is_over() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    visitor.call("DELETE", "/v1/contact", None).await;
    assert_eq!(bench.app.registry.len(), 1);
    pass(120.0).await;
    assert!(bench.app.registry.is_empty());
    assert_eq!(visitor.story(0).await.len(), 2);
    pass(23.0 * 3600.0).await;
    visitor.call("GET", "/v1/contact", None).await;
    pass(2.0 * 3600.0).await;
    let events = visitor.events(0).await;
    assert_eq!(events.iter().map(super::short).collect::<Vec<_>>(), ["gap"]);
    assert_eq!(events[0].seq, 2);
    pass(25.0 * 3600.0).await;
    assert_eq!(bench.app.shared.store.sessions().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn of_too_many_events_the_oldest_go_and_a_gap_says_so() {
    let mut plan = Plan::default();
    plan.settings.limits.events_per_visitor = 3;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    for number in 1..=4 {
        visitor.say(&format!("m{number}"), "hello").await;
    }
    let expected = ["gap", "echo m2 accepted", "echo m3 accepted", "echo m4 accepted"];
    assert_eq!(visitor.story(0).await, expected);
    assert_eq!(visitor.story(2).await, expected[1..]);
    let gap = visitor.call("GET", "/v1/events?after=1", None).await.body["events"][0].clone();
    assert_eq!((&gap["seq"], &gap["gap"]), (&2.into(), &serde_json::json!({"from": 2, "to": 2})));
}

/// A store that can be made to fail.
pub(super) struct Brittle {
    inner: MemoryStore,
    failing: AtomicBool,
    lying: AtomicBool,
    /// Whether it says that no other proxy uses it.
    pub(super) alone: AtomicBool,
    /// Permits for answers: a write is seen at once and answered when there is one.
    pub(super) answers: Semaphore,
    /// How often a record was read, and how often only its revision.
    pub(super) records: AtomicU32,
    pub(super) revisions: AtomicU32,
    /// How often everything was to be written.
    flushes: AtomicU32,
}

impl Brittle {
    pub(super) fn new(inner: MemoryStore) -> Self {
        Self {
            inner,
            failing: AtomicBool::new(false),
            lying: AtomicBool::new(false),
            alone: AtomicBool::new(false),
            answers: Semaphore::new(1_000_000),
            records: AtomicU32::new(0),
            revisions: AtomicU32::new(0),
            flushes: AtomicU32::new(0),
        }
    }

    pub(super) fn fail(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
    }

    /// Whether it writes and says that it has not.
    pub(super) fn lie(&self, lying: bool) {
        self.lying.store(lying, Ordering::Relaxed);
    }

    fn or<'a, T: Send + 'a>(&'a self, work: Stored<'a, T>) -> Stored<'a, T> {
        if self.failing.load(Ordering::Relaxed) {
            return Box::pin(std::future::ready(Err(StoreError::Failed("scripted".into()))));
        }
        work
    }
}

impl Store for Brittle {
    fn session<'a>(&'a self, hash: &'a SessionHash) -> Stored<'a, Option<SessionRecord>> {
        self.inner.session(hash)
    }

    fn visitor<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<VisitorRecord>> {
        self.records.fetch_add(1, Ordering::Relaxed);
        self.inner.visitor(visitor)
    }

    fn events<'a>(&'a self, visitor: &'a str, after: u64, limit: usize) -> Stored<'a, Vec<Event>> {
        self.inner.events(visitor, after, limit)
    }

    fn intent<'a>(&'a self, visitor: &'a str, id: &'a ClientId) -> Stored<'a, Option<Intent>> {
        self.inner.intent(visitor, id)
    }

    fn codes<'a>(&'a self, visitor: &'a str) -> Stored<'a, Vec<String>> {
        self.inner.codes(visitor)
    }

    fn handle<'a>(&'a self, visitor: &'a str, id: &'a str) -> Stored<'a, Option<Handle>> {
        self.inner.handle(visitor, id)
    }

    fn open<'a>(&'a self, session: SessionRecord, visitor: VisitorRecord) -> Stored<'a, ()> {
        self.inner.open(session, visitor)
    }

    fn touch<'a>(&'a self, hash: &'a SessionHash, expires_ms: u64) -> Stored<'a, ()> {
        self.inner.touch(hash, expires_ms)
    }

    fn write<'a>(&'a self, batch: Batch) -> Stored<'a, ()> {
        if self.failing.load(Ordering::Relaxed) {
            return Box::pin(std::future::ready(Err(StoreError::Failed("scripted".into()))));
        }
        let written = self.inner.write(batch);
        Box::pin(async move {
            let written = written.await;
            self.answers.acquire().await.unwrap().forget();
            if self.lying.load(Ordering::Relaxed) {
                return Err(StoreError::Failed("scripted".into()));
            }
            written
        })
    }

    fn erase<'a>(&'a self, visitor: &'a str) -> Stored<'a, ()> {
        self.inner.erase(visitor)
    }

    fn unfinished(&self) -> Stored<'_, Vec<String>> {
        self.inner.unfinished()
    }

    fn rev<'a>(&'a self, visitor: &'a str) -> Stored<'a, Option<u64>> {
        self.revisions.fetch_add(1, Ordering::Relaxed);
        self.inner.rev(visitor)
    }

    fn lease<'a>(&'a self, visitor: &'a str, role: Role, holder: u64) -> Stored<'a, Leased> {
        self.inner.lease(visitor, role, holder)
    }

    fn release<'a>(&'a self, visitor: &'a str, fence: Fence) -> Stored<'a, ()> {
        self.inner.release(visitor, fence)
    }

    fn orphans(&self, most: usize) -> Stored<'_, Vec<String>> {
        self.inner.orphans(most)
    }

    fn is_shared(&self) -> bool {
        !self.alone.load(Ordering::Relaxed)
    }

    fn news(&self) -> tokio::sync::broadcast::Receiver<News> {
        self.inner.news()
    }

    fn put_slip<'a>(&'a self, key: SlipKey, slip: Slip, life: Duration) -> Stored<'a, bool> {
        self.inner.put_slip(key, slip, life)
    }

    fn slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        self.inner.slip(key)
    }

    fn take_slip<'a>(&'a self, key: &'a SlipKey) -> Stored<'a, Option<Slip>> {
        self.inner.take_slip(key)
    }

    fn spend<'a>(&'a self, key: &'a PassKey, pass: Pass) -> Stored<'a, ()> {
        self.inner.spend(key, pass)
    }

    fn pass<'a>(&'a self, key: &'a PassKey) -> Stored<'a, Option<Pass>> {
        self.inner.pass(key)
    }

    fn sessions(&self) -> Stored<'_, u64> {
        self.inner.sessions()
    }

    fn sweep(&self, now_ms: u64, retention_ms: u64) -> Stored<'_, u64> {
        self.inner.sweep(now_ms, retention_ms)
    }

    fn flush(&self) -> Stored<'_, ()> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        let written = self.or(self.inner.flush());
        Box::pin(async move {
            self.answers.acquire().await.unwrap().forget();
            written.await
        })
    }
}
