//! Changes of a visitor that others get in the way of.

use super::several::House;
use super::{Bench, EPOCH_MS, Plan, pass};
use crate::problem::Problem;
use crate::store::memory::MemoryStore;
use crate::store::{Store, VisitorRecord};
use crate::tests::lifecycle::Brittle;
use crate::visitor::Visitor;
use crate::visitor::draft::Draft;
use crate::visitor::recent::Recent;
use frontdesk_contract::{ErrorCode, NoticeCode};
use futures_util::FutureExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// So often a change is computed at most.
const ATTEMPTS: u32 = 20;

/// Another proxy writes a notice.
fn write_elsewhere(store: &dyn Store, record: &VisitorRecord) {
    let mut draft = Draft::of(record, EPOCH_MS);
    draft.notice(NoticeCode::CentreReached);
    let written = store.write(draft.finish(1_000).unwrap()).now_or_never();
    written.expect("the store in memory answers at once").unwrap();
}

/// A change that another proxy overtakes so many times; what came of it, and how often it was computed.
async fn overtaken(bench: &Bench, visitor: &Arc<Visitor>, times: u32) -> (Result<u64, Problem>, u32) {
    let store = Arc::clone(&bench.app.shared.store);
    let mut computed = 0;
    let change = |draft: &mut Draft, _: &Recent| {
        computed += 1;
        if computed <= times {
            write_elsewhere(store.as_ref(), &draft.record);
        }
        draft.notice(NoticeCode::LinkNotTrusted);
        draft.record.head
    };
    let outcome = visitor.change(change).await;
    (outcome, computed)
}

async fn visitor(bench: &Bench) -> Arc<Visitor> {
    bench.visitor().await.events(0).await;
    bench.app.registry.all().pop().expect("it is in memory")
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_overtaken_is_computed_on_what_was_written_meanwhile() {
    let bench = Bench::new().await;
    let visitor = visitor(&bench).await;
    let last = ATTEMPTS - 1;
    let (outcome, computed) = overtaken(&bench, &visitor, last).await;
    assert_eq!((outcome.unwrap(), computed), (u64::from(ATTEMPTS), ATTEMPTS));
    let kept = bench.app.shared.store.events(visitor.id(), 0, 100).await.unwrap();
    assert_eq!(
        kept.iter().map(|event| event.seq).collect::<Vec<_>>(),
        (1..=u64::from(ATTEMPTS)).collect::<Vec<_>>()
    );
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_overtaken_for_ever_is_given_up_and_the_next_one_is_not() {
    let bench = Bench::new().await;
    let visitor = visitor(&bench).await;
    let (outcome, computed) = overtaken(&bench, &visitor, ATTEMPTS + 10).await;
    assert_eq!((outcome.unwrap_err().code, computed), (ErrorCode::StoreUnavailable, ATTEMPTS));
    let (outcome, computed) = overtaken(&bench, &visitor, 0).await;
    assert_eq!((outcome.unwrap(), computed), (u64::from(ATTEMPTS) + 1, 1));
}

/// A visitor in a conversation, whose record is in a store that counts what it is asked.
async fn counted() -> (Arc<Brittle>, Bench, Arc<Visitor>) {
    let store = Arc::new(Brittle::new(MemoryStore::new()));
    let bench = Bench::with(Plan { store: Arc::clone(&store) as Arc<dyn Store>, ..Plan::default() }).await;
    bench.connected().await;
    let visitor = bench.app.registry.all().pop().expect("it is in memory");
    pass(1.0).await;
    (store, bench, visitor)
}

/// How often a record was read, and only its revision.
fn asked(store: &Brittle) -> [u32; 2] {
    [&store.records, &store.revisions].map(|count| count.load(Ordering::Relaxed))
}

fn notice(draft: &mut Draft, _: &Recent) {
    draft.notice(NoticeCode::LinkNotTrusted);
}

#[tokio::test(start_paused = true)]
async fn news_of_what_was_written_here_meanwhile_ask_for_the_revision_alone() {
    let (store, _bench, visitor) = counted().await;
    let [records, revisions] = asked(&store);
    // Nobody hears of the first before the second is there.
    visitor.change(notice).await.unwrap();
    visitor.change(notice).await.unwrap();
    pass(0.01).await;
    assert_eq!(asked(&store), [records, revisions + 1]);
}

#[tokio::test(start_paused = true)]
async fn news_that_outrun_the_answer_to_a_write_ask_for_nothing() {
    let (store, _bench, visitor) = counted().await;
    let before = asked(&store);
    let permits = store.answers.available_permits();
    store.answers.forget_permits(permits);
    let answer = async {
        pass(0.01).await;
        store.answers.add_permits(permits);
    };
    let (written, ()) = tokio::join!(visitor.change(notice), answer);
    written.unwrap();
    pass(0.01).await;
    assert_eq!(asked(&store), before);
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_is_ended_at_another_proxy_is_polled_no_longer() {
    let house = House::with(2, Arc::new(MemoryStore::new()), Plan::default).await;
    let session = house.session().await;
    let tasks = &house.proxies[0].app.shared.tasks;
    let idle = tasks.len();
    house.at(0, &session).connect("c1", "robot").await;
    pass(30.0).await;
    assert!(tasks.len() > idle, "it polls");
    house.at(1, &session).call("DELETE", "/v1/contact", None).await;
    pass(0.1).await;
    assert_eq!(tasks.len(), idle);
}

#[tokio::test(start_paused = true)]
async fn of_a_visitor_who_is_erased_no_conversation_is_open() {
    let bench = Bench::new().await;
    let mine = bench.connected().await;
    let visitor = bench.app.registry.all().pop().expect("it is in memory");
    assert!(visitor.mark().open);
    mine.call("DELETE", "/v1/session", None).await;
    let mark = visitor.mark();
    assert_eq!((mark.open, mark.erased), (false, true));
}

#[tokio::test(start_paused = true)]
async fn what_is_there_is_read_while_a_write_is_not_answered() {
    let store = Arc::new(Brittle::new(MemoryStore::new()));
    let bench = Bench::with(Plan { store: Arc::clone(&store) as Arc<dyn Store>, ..Plan::default() }).await;
    let visitor = bench.connected().await;
    let permits = store.answers.available_permits();
    store.answers.forget_permits(permits);
    let read = async {
        pass(1.0).await;
        let read = tokio::time::timeout(Duration::from_secs(1), visitor.events(0)).await;
        store.answers.add_permits(permits);
        read.expect("it is not held up").len()
    };
    let (said, read) = tokio::join!(visitor.say("m1", "hello"), read);
    assert_eq!((said.body["status"].as_str(), read), (Some("accepted"), 1));
}
