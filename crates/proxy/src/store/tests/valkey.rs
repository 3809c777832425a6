//! What only a server does: it is started wrongly, killed, halted, emptied.

use super::redis::Redis;
use super::*;
use crate::store::valkey::ValkeyStore;
use std::task::Poll;

#[tokio::test]
async fn a_server_behaves_like_memory() {
    let redis = Redis::start();
    let store = redis.store().await;
    behaves(&store).await;
    let redis = Redis::start();
    sweeps(&redis.store().await).await;
    let redis = Redis::start();
    takes_back(&redis.store().await).await;
    let redis = Redis::start();
    keeps_slips(&redis.store().await).await;
    let redis = Redis::start();
    let store = redis.store().await;
    // Far ahead, since a server goes by its own clock.
    let pass = |session| Pass { session: [session; 32], sealed: vec![session], until_ms: 1 << 45 };
    store.spend(&[1; 32], pass(1)).await.unwrap();
    assert!(matches!(store.spend(&[1; 32], pass(2)).await, Err(StoreError::Used)));
    assert_eq!(store.pass(&[1; 32]).await.unwrap(), Some(pass(1)), "as it was");
    assert_eq!(store.pass(&[2; 32]).await.unwrap(), None);
}

#[tokio::test]
async fn a_lease_on_a_server_is_one_holders_and_an_earlier_holder_writes_nothing() {
    let redis = Redis::start();
    let store = redis.store().await;
    let mut news = store.news();
    // Listening begins in the background: until something is heard, something is said.
    open(&store, "v-0", 100).await;
    while news.try_recv().is_err() {
        change(&store, "v-0", 100, |draft| {
            typing(draft);
        })
        .await;
    }
    leases(&store).await;
}

#[tokio::test]
async fn several_proxies_see_what_each_other_wrote() {
    let redis = Redis::start();
    let (here, there) = (redis.store().await, redis.store().await);
    open(&here, "v-1", 100).await;
    change(&there, "v-1", 100, |draft| draft.begin(ContactState::Robot)).await;
    assert_eq!(seqs(&here, "v-1", 0, 10).await, [1]);
    let poll = held(&here.lease("v-1", Role::Poll, 1).await.unwrap());
    assert_eq!(held(&there.lease("v-1", Role::Poll, 2).await.unwrap()), 0);
    assert_eq!(there.orphans(9).await.unwrap(), [""; 0]);
    here.release("v-1", Fence { role: Role::Poll, generation: poll }).await.unwrap();
    assert_eq!(there.orphans(9).await.unwrap(), ["v-1"]);
    assert_eq!(here.orphans(9).await.unwrap(), [""; 0], "it is looked after");
}

#[tokio::test]
async fn what_a_server_confirmed_survives_its_kill() {
    let mut redis = Redis::start();
    let store = redis.store().await;
    open(&store, "v-1", 100).await;
    let generation = held(&store.lease("v-1", Role::Talk, 1).await.unwrap());
    for number in 1..=5 {
        change(&store, "v-1", 100, |draft| {
            typing(draft);
        })
        .await;
        redis.kill();
        assert!(matches!(store.flush().await, Err(StoreError::Failed(_))));
        redis.revive();
        // What is asked twice is repeated until the server is there again.
        let mut draft = Draft::of(&record("v-1"), 7);
        draft.record.rev = number;
        typing(&mut draft);
        let stale =
            Batch { record: VisitorRecord { rev: 1, ..draft.record.clone() }, ..draft.finish(9).unwrap() };
        assert!(matches!(store.write(stale).await, Err(StoreError::Conflict)));
        assert_eq!(seqs(&store, "v-1", 0, 99).await, (1..=number).collect::<Vec<_>>());
    }
    assert_eq!(held(&store.lease("v-1", Role::Talk, 1).await.unwrap()), generation, "leases survive as well");
}

#[tokio::test]
async fn after_an_outage_whoever_held_a_lease_comes_first() {
    let mut redis = Redis::start();
    let (here, there) = (redis.store().await, redis.store().await);
    open(&here, "v-1", 100).await;
    let generation = held(&here.lease("v-1", Role::Poll, 1).await.unwrap());
    let client = ::redis::Client::open(format!("redis://127.0.0.1:{}", redis.server().port)).unwrap();
    let mut line = client.get_multiplexed_async_connection().await.unwrap();
    // As if the outage were longer than the lease.
    let ended = ::redis::cmd("HSET").arg("fd:l:v-1").arg("poll:u").arg(1).to_owned();
    let _: u64 = ended.query_async(&mut line).await.unwrap();
    redis.kill();
    assert!(there.flush().await.is_err());
    redis.revive();
    while there.flush().await.is_err() {}
    assert_eq!(held(&there.lease("v-1", Role::Poll, 2).await.unwrap()), 0);
    while here.flush().await.is_err() {}
    assert_eq!(held(&here.lease("v-1", Role::Poll, 1).await.unwrap()), generation);
    // Without an outage a lease that has run out is anybody's.
    let mut line = client.get_multiplexed_async_connection().await.unwrap();
    let _: u64 = ended.query_async(&mut line).await.unwrap();
    let newcomer = redis.store().await;
    assert!(held(&newcomer.lease("v-1", Role::Poll, 3).await.unwrap()) > generation);
}

#[tokio::test]
async fn a_halted_server_is_noticed_and_a_write_that_hung_is_done_once() {
    let redis = Redis::start();
    let store = Arc::new(redis.store().await);
    open(store.as_ref(), "v-1", 100).await;
    redis.halt(true);
    let writing = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            let mut draft = Draft::of(&record("v-1"), 7);
            typing(&mut draft);
            store.write(draft.finish(9).unwrap()).await
        }
    });
    // Its answer to this does not come, and the line is given up; the write is said once more on the next.
    assert!(matches!(store.flush().await, Err(StoreError::Failed(_))));
    redis.halt(false);
    writing.await.unwrap().unwrap();
    assert_eq!(seqs(store.as_ref(), "v-1", 0, 99).await, [1]);
    assert_eq!(store.rev("v-1").await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_call_that_is_left_standing_while_the_line_is_made_anew_holds_up_nobody() {
    let mut redis = Redis::start();
    let store = redis.store().await;
    redis.kill();
    assert!(store.flush().await.is_err());
    redis.revive();
    // As the work of a lease that could not be renewed: begun, and not gone on with.
    let mut left = store.sessions();
    assert!(std::future::poll_fn(|context| Poll::Ready(left.as_mut().poll(context))).await.is_pending());
    let asked = tokio::time::timeout(Duration::from_secs(60), store.sessions());
    assert_eq!(asked.await.expect("an answer").unwrap(), 0);
    assert_eq!(left.await.unwrap(), 0);
}

#[tokio::test]
async fn an_emptied_server_is_another_store() {
    let mut redis = Redis::start();
    let store = redis.store().await;
    open(&store, "v-1", 100).await;
    redis.kill();
    redis.empty();
    redis.revive();
    while store.flush().await.is_err() {}
    assert_eq!(store.session(&hash("v-1")).await.unwrap(), None);
    assert_eq!(store.sessions().await.unwrap(), 0);
    open(&store, "v-2", 100).await;
    assert_eq!(store.rev("v-2").await.unwrap(), Some(0));
}

#[tokio::test]
async fn an_emptied_server_is_noticed_on_a_line_that_stands() {
    let redis = Redis::start();
    let (store, other) = (redis.store().await, redis.store().await);
    open(&store, "v-1", 100).await;
    let client = ::redis::Client::open(format!("redis://127.0.0.1:{}", redis.server().port)).unwrap();
    let mut line = client.get_multiplexed_async_connection().await.unwrap();
    let () = ::redis::cmd("FLUSHALL").query_async(&mut line).await.unwrap();
    for store in [&store, &other] {
        let session =
            SessionRecord { hash: hash("v-3"), visitor: "v-3".into(), desk: "shop".into(), expires_ms: 9 };
        let lost = store.open(session.clone(), record("v-3")).await.unwrap_err().to_string();
        assert!(lost.contains("has lost what was in it"), "{lost}");
        store.open(session, record("v-3")).await.unwrap();
    }
    assert_eq!(store.visitor("v-1").await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_may_lose_what_it_confirmed_is_refused_unless_that_is_accepted() {
    for (settings, named) in [
        (["--appendonly", "no"], "`appendonly yes`"),
        (["--appendfsync", "everysec"], "`appendfsync always`"),
        (["--maxmemory-policy", "allkeys-lru"], "`maxmemory-policy noeviction`"),
    ] {
        let redis = Redis::with(&settings);
        let error = ValkeyStore::open(&redis.server()).await.err().unwrap().to_string();
        assert!(error.contains(named) && error.contains("store_accept_loss"), "{error}");
        let store = ValkeyStore::open(&Server { accept_loss: true, ..redis.server() }).await.unwrap();
        store.flush().await.unwrap();
    }
}

#[tokio::test]
async fn a_password_is_used_and_never_said() {
    let redis = Redis::with(&["--requirepass", "open sesame"]);
    let with = |password: &str| Server { password: Some(password.to_owned().into()), ..redis.server() };
    ValkeyStore::open(&with("open sesame")).await.unwrap().flush().await.unwrap();
    let wrong = with("open barley");
    let error = ValkeyStore::open(&wrong).await.err().unwrap().to_string();
    assert!(!error.contains("barley") && !format!("{wrong:?}").contains("barley"), "{error}");
    assert!(ValkeyStore::open(&redis.server()).await.is_err());
}

#[tokio::test]
async fn a_server_of_a_newer_version_is_not_used() {
    let redis = Redis::start();
    redis.store().await.flush().await.unwrap();
    let client = ::redis::Client::open(format!("redis://127.0.0.1:{}", redis.server().port)).unwrap();
    let mut line = client.get_multiplexed_async_connection().await.unwrap();
    let set = ::redis::cmd("HSET").arg("fd:meta").arg("schema").arg(SCHEMA + 1).to_owned();
    let _: u64 = set.query_async(&mut line).await.unwrap();
    let error = ValkeyStore::open(&redis.server()).await.err().unwrap();
    assert!(matches!(error, StoreError::Newer { found } if found == SCHEMA + 1), "{error}");
}
