//! What a send costs on disk.

use super::{Bench, Plan, Visitor};
use crate::store::Store;
use crate::store::redb::RedbStore;
use crate::store::tests::Folder;
use std::sync::Arc;

/// Visitors who send at the same time, and how often each.
const VISITORS: usize = 100;
const SENDS: usize = 5;
/// A commit waits for the disk twice: for what is written, and for the page that names it.
const WAITS: u64 = 2;

#[tokio::test]
async fn sends_of_a_hundred_visitors_wait_less_than_once_each_for_the_disk() {
    let folder = Folder::new();
    let store = Arc::new(RedbStore::open(&folder.file("store")).unwrap());
    let mut plan = Plan { store: Arc::clone(&store) as Arc<dyn Store>, ..Plan::default() };
    plan.settings.limits.sessions_per_address_per_hour = 1_000;
    plan.settings.limits.requests_per_address_per_minute = 100_000;
    let bench = Bench::with(plan).await;
    let mut visitors = Vec::new();
    for _ in 0..VISITORS {
        visitors.push(bench.connected().await);
    }
    let before = store.commits();
    let sends = async |visitor: &Visitor<'_>| {
        for number in 0..SENDS {
            let reply = visitor.say(&format!("m{number}"), "hello").await;
            assert_eq!(reply.body["status"], "accepted", "{}", reply.body);
        }
    };
    futures_util::future::join_all(visitors.iter().map(sends)).await;
    let waits = (store.commits() - before) * WAITS;
    let sends = (VISITORS * SENDS) as u64;
    // Each is two writes, one before and one after the centre is asked; polls write nothing here.
    assert!(waits < sends, "{waits} waits for the disk for {sends} sends");
}
