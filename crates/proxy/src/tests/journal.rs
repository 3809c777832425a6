//! Reading events while they are being written.

use super::lifecycle::Brittle;
use super::{Bench, Plan, agent, message, pass};
use crate::store::memory::MemoryStore;
use std::sync::Arc;

async fn next(visitor: &super::Visitor<'_>, after: u64) -> (Vec<u64>, u64) {
    let page = visitor.call("GET", &format!("/v1/events?after={after}"), None).await.body;
    let events = page["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap());
    (events.collect(), page["next"].as_u64().unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_the_store_shows_before_it_is_published_is_handed_out_once() {
    let store = Arc::new(Brittle::new(MemoryStore::new()));
    let bench = Bench::with(Plan { store: store.clone(), ..Plan::default() }).await;
    let visitor = bench.connected().await;
    store.answers.forget_permits(usize::MAX);
    bench.down(vec![message("a", agent("Li"), "hello")]);
    pass(2.0).await;
    assert_eq!(next(&visitor, 0).await, (vec![1], 1), "nothing beyond what is published");
    assert_eq!(next(&visitor, 3).await, (vec![], 3), "a number of the store is believed");
    assert_eq!(next(&visitor, 99).await, (vec![], 3), "none beyond it is");
    store.answers.add_permits(1_000_000);
    pass(0.1).await;
    assert_eq!(next(&visitor, 3).await, (vec![], 3));
    assert_eq!(next(&visitor, 1).await, (vec![2, 3], 3));
}

#[tokio::test(start_paused = true)]
async fn what_was_written_though_the_store_failed_is_handed_out() {
    let store = Arc::new(Brittle::new(MemoryStore::new()));
    let bench = Bench::with(Plan { store: store.clone(), ..Plan::default() }).await;
    let visitor = bench.connected().await;
    store.lie(true);
    assert_eq!(visitor.call("DELETE", "/v1/contact", None).await.status, 503);
    store.lie(false);
    assert_eq!(next(&visitor, 1).await, (vec![2], 2));
}
