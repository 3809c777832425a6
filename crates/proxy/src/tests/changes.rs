//! Changes of a visitor that others get in the way of.

use super::survey::served;
use super::{Bench, EPOCH_MS, Plan, pass};
use crate::problem::Problem;
use crate::store::memory::MemoryStore;
use crate::store::{Store, VisitorRecord};
use crate::tests::lifecycle::Brittle;
use crate::vendor::fake::{Call, unknown};
use crate::visitor::Visitor;
use crate::visitor::draft::Draft;
use crate::visitor::recent::Recent;
use frontdesk_contract::{EndReason, ErrorCode, NoticeCode};
use futures_util::FutureExt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// So often a change is computed at most.
const ATTEMPTS: u32 = 20;

/// Another proxy changes what it has read.
fn write_elsewhere(bench: &Bench, record: &VisitorRecord, change: impl FnOnce(&mut Draft)) {
    let mut draft = Draft::of(record, EPOCH_MS);
    change(&mut draft);
    let written = bench.app.shared.store.write(draft.finish(1_000).unwrap()).now_or_never();
    written.expect("the store in memory answers at once").unwrap();
}

/// A change that another proxy overtakes so many times; what came of it, and how often it was computed.
async fn overtaken(bench: &Bench, visitor: &Arc<Visitor>, times: u32) -> (Result<u64, Problem>, u32) {
    let mut computed = 0;
    let change = |draft: &mut Draft, _: &Recent| {
        computed += 1;
        if computed <= times {
            write_elsewhere(bench, &draft.record, |draft| draft.notice(NoticeCode::CentreReached));
        }
        draft.notice(NoticeCode::LinkNotTrusted);
        draft.record.head
    };
    let outcome = visitor.change(change).await;
    (outcome, computed)
}

/// The only visitor, who has made a request.
fn in_memory(bench: &Bench) -> Arc<Visitor> {
    bench.app.registry.all().pop().expect("it is in memory")
}

async fn visitor(bench: &Bench) -> Arc<Visitor> {
    bench.visitor().await.events(0).await;
    in_memory(bench)
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
    let visitor = in_memory(&bench);
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
async fn a_conversation_that_another_proxy_was_told_is_over_is_polled_no_longer() {
    let bench = Bench::new().await;
    let idle = bench.app.shared.tasks.len();
    bench.connected().await;
    pass(30.0).await;
    assert!(bench.app.shared.tasks.len() > idle, "it is polled");
    // As the centre's push tells it, to whichever proxy.
    let visitor = in_memory(&bench);
    write_elsewhere(&bench, &visitor.record().await.unwrap(), |draft| draft.end(EndReason::Centre));
    pass(0.1).await;
    assert_eq!(bench.app.shared.tasks.len(), idle);
}

#[tokio::test(start_paused = true)]
async fn of_a_visitor_who_is_erased_no_conversation_is_open() {
    let bench = Bench::new().await;
    let mine = bench.connected().await;
    let visitor = in_memory(&bench);
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

#[tokio::test(start_paused = true)]
async fn what_is_in_the_store_after_all_is_handed_out_by_a_proxy_that_is_alone() {
    let store = Arc::new(Brittle::new(MemoryStore::new()));
    store.alone.store(true, Ordering::Relaxed);
    let bench = Bench::with(Plan { store: Arc::clone(&store) as Arc<dyn Store>, ..Plan::default() }).await;
    let mine = bench.visitor().await;
    assert_eq!(mine.events(0).await, []);
    let visitor = in_memory(&bench);
    store.lie(true);
    assert!(visitor.change(notice).await.is_err());
    store.lie(false);
    assert_eq!(mine.story(0).await, ["notice link_not_trusted"]);
}

#[tokio::test(start_paused = true)]
async fn a_form_that_could_not_be_had_is_not_asked_for_with_every_change() {
    let bench = Bench::new().await;
    bench.centre.script().survey.extend((0..3).map(|_| Err(unknown())));
    served(&bench).await;
    pass(30.0).await;
    let asked = || bench.centre.count(|call| *call == Call::Survey);
    assert_eq!(asked(), 3, "it is tried");
    let visitor = in_memory(&bench);
    visitor.change(notice).await.unwrap();
    pass(30.0).await;
    assert_eq!(asked(), 3);
}
