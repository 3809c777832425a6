//! What every store must do, and what the file must survive.

mod model;
pub(crate) mod redis;
mod valkey;

use super::memory::MemoryStore;
use super::records::{Answer, Intent};
use super::redb::RedbStore;
use super::valkey::Server;
use super::*;
use crate::vendor::{FileKind, FileSource};
use crate::visitor::draft::Draft;
use frontdesk_contract::{Body, ContactState, EventKind, FileRef, Message, PostedStatus, Sender, Typing};
use proptest::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const DAY_MS: u64 = 86_400_000;

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("frontdesk-store-{:x}", rand::random::<u64>()));
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

fn record(id: &str) -> VisitorRecord {
    VisitorRecord {
        id: id.into(),
        desk: "shop".into(),
        user_id: id.into(),
        name: "Guest".into(),
        language: "en".into(),
        ..VisitorRecord::untouched(hash(id))
    }
}

fn file(key: &str) -> Handle {
    Handle::File {
        source: FileSource::Uploaded(key.into()),
        extension: Some("png".into()),
        kind: FileKind::Image,
        name: "a.png".into(),
        size_bytes: Some(7),
        at_ms: 1,
    }
}

fn hash(id: &str) -> SessionHash {
    use sha2::Digest;
    sha2::Sha256::digest(id).into()
}

async fn open(store: &dyn Store, id: &str, expires_ms: u64) {
    let session = SessionRecord { hash: hash(id), visitor: id.into(), desk: "shop".into(), expires_ms };
    store.open(session, record(id)).await.unwrap();
}

async fn change(store: &dyn Store, id: &str, cap: u64, change: impl FnOnce(&mut Draft)) {
    let mut draft = Draft::of(&store.visitor(id).await.unwrap().unwrap(), 7);
    change(&mut draft);
    store.write(draft.finish(cap).unwrap()).await.unwrap();
}

fn typing(draft: &mut Draft) -> u64 {
    draft.push(EventKind::Typing(Typing { active: true }))
}

async fn seqs(store: &dyn Store, id: &str, after: u64, limit: usize) -> Vec<u64> {
    store.events(id, after, limit).await.unwrap().iter().map(|event| event.seq).collect()
}

async fn behaves(store: &dyn Store) {
    open(store, "v-1", 100).await;
    open(store, "v-2", 100).await;
    assert_eq!(store.sessions().await.unwrap(), 2);
    let id = ClientId::new("m1");
    change(store, "v-1", 100, |draft| {
        draft.begin(ContactState::Robot);
        let seq = draft.echo(&id, &Body::Text("hello".into()), PostedStatus::Accepted);
        draft.answer(&id, [1; 32], 5, Answer::Posted { status: PostedStatus::Accepted, seq });
        draft.code("a".into());
        draft.handle("f-1", file("one"));
    })
    .await;
    assert_eq!(store.handle("v-1", "f-1").await.unwrap(), Some(file("one")));
    assert_eq!(store.handle("v-2", "f-1").await.unwrap(), None);
    change(store, "v-1", 100, |draft| draft.handle("f-1", file("two"))).await;
    assert_eq!(store.handle("v-1", "f-1").await.unwrap(), Some(file("two")), "a handle alone is a change");
    assert_eq!(seqs(store, "v-1", 0, 10).await, [1, 2]);
    assert_eq!(seqs(store, "v-1", 1, 10).await, [2]);
    assert_eq!(seqs(store, "v-1", u64::MAX, 10).await, [0; 0]);
    assert_eq!(seqs(store, "v-2", 0, 10).await, [0; 0]);
    let answer = Some(Answer::Posted { status: PostedStatus::Accepted, seq: 2 });
    let intent = Intent { content: [1; 32], at_ms: 5, answer, undone: false };
    assert_eq!(store.intent("v-1", &id).await.unwrap(), Some(intent));
    assert_eq!(store.intent("v-2", &id).await.unwrap(), None);
    assert_eq!(store.codes("v-1").await.unwrap(), ["a"]);
    assert_eq!(store.unfinished().await.unwrap(), ["v-1"]);

    let stale = Draft::of(&record("v-1"), 7);
    let mut late = stale;
    typing(&mut late);
    assert!(matches!(store.write(late.finish(100).unwrap()).await, Err(StoreError::Conflict)));
    assert_eq!(seqs(store, "v-1", 0, 10).await, [1, 2], "a refused batch leaves nothing behind");

    for part in 0..(CODES_PER_VISITOR + 10) / 10 {
        change(store, "v-1", 3, |draft| {
            for number in 0..10 {
                typing(draft);
                draft.code((part * 10 + number).to_string());
            }
        })
        .await;
    }
    let codes = store.codes("v-1").await.unwrap();
    assert_eq!((codes.len() as u64, codes[0].as_str()), (CODES_PER_VISITOR, "10"));
    let head = 2 + CODES_PER_VISITOR + 10;
    assert_eq!(seqs(store, "v-1", 0, 10).await, [head - 2, head - 1, head]);

    store.touch(&hash("v-1"), 90).await.unwrap();
    store.touch(&hash("v-1"), 200).await.unwrap();
    store.touch(&hash("nobody"), 200).await.unwrap();
    assert_eq!(store.session(&hash("v-1")).await.unwrap().unwrap().expires_ms, 200);

    change(store, "v-1", 100, |draft| draft.undone(&id, [1; 32], 5)).await;
    let undone = Intent { content: [1; 32], at_ms: 5, answer: None, undone: true };
    assert_eq!(store.intent("v-1", &id).await.unwrap(), Some(undone));
    change(store, "v-1", 100, |draft| draft.intend(&id, [1; 32], 5)).await;
    store.erase("v-1").await.unwrap();
    store.erase("v-1").await.unwrap();
    assert_eq!(store.visitor("v-1").await.unwrap(), None);
    assert_eq!(store.session(&hash("v-1")).await.unwrap(), None);
    assert_eq!(store.intent("v-1", &id).await.unwrap(), None);
    assert_eq!(store.handle("v-1", "f-1").await.unwrap(), None);
    assert!(store.codes("v-1").await.unwrap().is_empty() && seqs(store, "v-1", 0, 10).await.is_empty());
    let mut gone = Draft::of(&record("v-1"), 7);
    typing(&mut gone);
    assert!(matches!(store.write(gone.finish(100).unwrap()).await, Err(StoreError::Gone)));
    assert_eq!(store.sessions().await.unwrap(), 1);
    store.flush().await.unwrap();
}

async fn sweeps(store: &dyn Store) {
    for (id, expires_ms) in [("dead", 10), ("over", 10 * DAY_MS), ("open", 10 * DAY_MS)] {
        open(store, id, expires_ms).await;
        change(store, id, 100, |draft| {
            draft.begin(ContactState::Robot);
            draft.answer(&ClientId::new("m1"), [0; 32], draft.now_ms, Answer::Rated(PostedStatus::Accepted));
            draft.intend(&ClientId::new("m2"), [0; 32], draft.now_ms);
            draft.handle("f-1", file("one"));
        })
        .await;
    }
    change(store, "over", 100, |draft| draft.end(frontdesk_contract::EndReason::Visitor)).await;
    assert_eq!(store.sweep(9, DAY_MS).await.unwrap(), 0);
    assert!(store.sweep(8 + DAY_MS, DAY_MS).await.unwrap() >= 4);
    assert_eq!(store.visitor("dead").await.unwrap(), None);
    assert_eq!(seqs(store, "over", 0, 10).await, [0; 0]);
    assert_eq!(store.handle("over", "f-1").await.unwrap(), None);
    assert_eq!(store.handle("open", "f-1").await.unwrap(), Some(file("one")));
    let over = store.visitor("over").await.unwrap().unwrap();
    assert_eq!((over.head, over.floor), (2, 3));
    assert_eq!(seqs(store, "open", 0, 10).await, [1]);
    assert_eq!(store.intent("open", &ClientId::new("m1")).await.unwrap(), None);
    // What became of it is not known: the same message may come again.
    assert!(store.intent("open", &ClientId::new("m2")).await.unwrap().is_some());
    assert_eq!(store.sweep(8 + DAY_MS, DAY_MS).await.unwrap(), 0);
}

#[tokio::test]
async fn memory_and_file_behave_alike() {
    let folder = Folder::new();
    let file = RedbStore::open(&folder.file("a")).unwrap();
    for store in [&MemoryStore::new() as &dyn Store, &file] {
        behaves(store).await;
    }
    let file = RedbStore::open(&folder.file("b")).unwrap();
    for store in [&MemoryStore::new() as &dyn Store, &file] {
        sweeps(store).await;
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_restart_and_a_kill() {
    let folder = Folder::new();
    let path = folder.file("live");
    {
        let store = RedbStore::open(&path).unwrap();
        open(&store, "v-1", 100).await;
        change(&store, "v-1", 100, |draft| draft.begin(ContactState::Robot)).await;
    }
    let store = RedbStore::open(&path).unwrap();
    assert_eq!(seqs(&store, "v-1", 0, 10).await, [1]);
    for number in 2..=10 {
        change(&store, "v-1", 100, |draft| {
            typing(draft);
        })
        .await;
        // The file as a kill at this point would leave it: the store is neither closed nor dropped.
        let copy = folder.file(&format!("kill-{number}"));
        std::fs::copy(&path, &copy).unwrap();
        let survivor = RedbStore::open(&copy).unwrap();
        assert_eq!(seqs(&survivor, "v-1", 0, 99).await, (1..=number).collect::<Vec<_>>());
    }
    assert!(RedbStore::open(&path).is_err(), "two processes do not share a file");
}

#[tokio::test]
async fn writes_that_wait_together_share_a_commit() {
    let folder = Folder::new();
    let store = Arc::new(RedbStore::open(&folder.file("a")).unwrap());
    for visitor in 0..100 {
        open(store.as_ref(), &format!("v-{visitor}"), 100).await;
    }
    let before = store.commits();
    let mut writes = tokio::task::JoinSet::new();
    for visitor in 0..100 {
        let store = Arc::clone(&store);
        writes.spawn(async move {
            change(store.as_ref(), &format!("v-{visitor}"), 100, |draft| {
                typing(draft);
            })
            .await;
        });
    }
    writes.join_all().await;
    let commits = store.commits() - before;
    assert!(commits < 100, "{commits} commits for 100 writes");
    assert_eq!(seqs(store.as_ref(), "v-99", 0, 10).await, [1]);
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_not_opened() {
    let folder = Folder::new();
    let path = folder.file("a");
    drop(RedbStore::open(&path).unwrap());
    {
        let database = ::redb::Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        let meta: ::redb::TableDefinition<'_, &str, u32> = ::redb::TableDefinition::new("meta");
        transaction.open_table(meta).unwrap().insert("schema", SCHEMA + 1).unwrap();
        transaction.commit().unwrap();
    }
    let error = RedbStore::open(&path).err().unwrap().to_string();
    assert_eq!(error, "the store has schema 4, this version knows 3: start the newer version again");
}

#[tokio::test]
async fn a_store_of_the_first_schema_is_taken_over() {
    let folder = Folder::new();
    let path = folder.file("a");
    {
        let database = ::redb::Database::create(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        let meta: ::redb::TableDefinition<'_, &str, u32> = ::redb::TableDefinition::new("meta");
        transaction.open_table(meta).unwrap().insert("schema", 1).unwrap();
        let visitors: ::redb::TableDefinition<'_, &str, &[u8]> = ::redb::TableDefinition::new("visitors");
        let mut old = serde_json::to_value(record("v-1")).unwrap();
        for new in ["call", "files", "file_bytes", "subject"] {
            old.as_object_mut().unwrap().remove(new).unwrap();
        }
        let row = old.to_string();
        transaction.open_table(visitors).unwrap().insert("v-1", row.as_bytes()).unwrap();
        transaction.commit().unwrap();
    }
    {
        let store = RedbStore::open(&path).unwrap();
        assert_eq!(store.visitor("v-1").await.unwrap(), Some(record("v-1")));
        change(&store, "v-1", 100, |draft| draft.handle("f-1", file("one"))).await;
        assert_eq!(store.handle("v-1", "f-1").await.unwrap(), Some(file("one")));
    }
    let database = ::redb::Database::open(&path).unwrap();
    let meta: ::redb::TableDefinition<'_, &str, u32> = ::redb::TableDefinition::new("meta");
    let view = ::redb::ReadableDatabase::begin_read(&database).unwrap();
    assert_eq!(view.open_table(meta).unwrap().get("schema").unwrap().unwrap().value(), SCHEMA);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// A read after any cursor is a slice of what was written, as far as it is kept.
    #[test]
    fn a_cursor_reads_a_slice(parts in proptest::collection::vec(1usize..5, 1..12), cap in 1u64..30, after in 0u64..60, limit in 1usize..20) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = MemoryStore::new();
            open(&store, "v-1", 100).await;
            for part in &parts {
                change(&store, "v-1", cap, |draft| (0..*part).for_each(|_| { typing(draft); })).await;
            }
            let head = parts.iter().sum::<usize>() as u64;
            let floor = (head + 1).saturating_sub(cap).max(1);
            let expected: Vec<u64> = (floor.max(after + 1)..=head).take(limit).collect();
            assert_eq!(seqs(&store, "v-1", after, limit).await, expected);
        });
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.file("private.redb");
    drop(RedbStore::open(&path).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

fn told(id: &str, body: Body) -> EventKind {
    let choices = if body == Body::Text(String::new()) { Vec::new() } else { vec!["secret question".into()] };
    EventKind::Message(Message {
        id: id.into(),
        from: Sender::System {},
        body,
        choices,
        judgeable: false,
        before: None,
    })
}

async fn takes_back(store: &dyn Store) {
    open(store, "v-1", 100).await;
    open(store, "v-2", 100).await;
    let picture =
        FileRef { file: "f-1".into(), kind: "image".into(), name: "secret.png".into(), size_bytes: None };
    for id in ["v-1", "v-2"] {
        change(store, id, 100, |draft| {
            draft.push(told("k1", Body::Text("secret".into())));
            draft.push(told("k2", Body::File(picture.clone())));
            draft.handle("f-1", file("one"));
        })
        .await;
    }
    let journal = store.events("v-1", 0, 10).await.unwrap();
    change(store, "v-1", 100, |draft| {
        assert!(draft.take_back("k1", &journal) && draft.take_back("k2", &journal));
        assert!(!draft.take_back("k3", &journal));
    })
    .await;
    let journal = store.events("v-1", 0, 10).await.unwrap();
    let kinds: Vec<_> = journal.iter().map(|event| event.kind.clone()).collect();
    let nothing = || Body::Text(String::new());
    assert_eq!(kinds, [told("k1", nothing()), told("k2", nothing())]);
    assert_eq!(seqs(store, "v-1", 0, 10).await, [1, 2]);
    assert_eq!(store.handle("v-1", "f-1").await.unwrap(), None);
    assert_eq!(store.handle("v-2", "f-1").await.unwrap(), Some(file("one")), "others keep theirs");
    let other = store.events("v-2", 0, 10).await.unwrap();
    assert_eq!(other[0].kind, told("k1", Body::Text("secret".into())));
}

#[tokio::test]
async fn what_was_taken_back_is_in_no_row() {
    takes_back(&MemoryStore::new()).await;
    let folder = Folder::new();
    let path = folder.file("store.redb");
    takes_back(&RedbStore::open(&path).unwrap()).await;
    let store = RedbStore::open(&path).unwrap();
    let kept = serde_json::to_string(&store.events("v-1", 0, 10).await.unwrap()).unwrap();
    assert!(kept.contains("k1") && !kept.contains("secret"), "{kept}");
}

fn held(leased: &Leased) -> u64 {
    match leased {
        Leased::Held { generation, .. } => *generation,
        Leased::Taken { .. } => 0,
    }
}

async fn leases(store: &dyn Store) {
    open(store, "v-1", 100).await;
    let mut news = store.news();
    let mut told = async |expected: &[What]| {
        for expected in expected {
            let mut next = news.recv().await.unwrap();
            while *next.visitor != *"v-1" {
                next = news.recv().await.unwrap();
            }
            assert_eq!(next.what, *expected);
        }
    };
    let first = held(&store.lease("v-1", Role::Talk, 7).await.unwrap());
    let fence = |generation| Fence { role: Role::Talk, generation };
    assert!(first > 0);
    assert_eq!(held(&store.lease("v-1", Role::Talk, 7).await.unwrap()), first, "the same holder renews it");
    assert!(held(&store.lease("v-1", Role::Poll, 8).await.unwrap()) > 0, "roles do not meet");
    let Leased::Taken { left, rev } = store.lease("v-1", Role::Talk, 8).await.unwrap() else {
        unreachable!("somebody has it")
    };
    assert!(left <= lease::TTL && left > lease::VALID, "{left:?}");
    assert_eq!(rev, 0);
    let renewed = store.lease("v-1", Role::Talk, 7).await.unwrap();
    assert_eq!(renewed, Leased::Held { generation: first, rev: 0, wanted: true });
    let renewed = store.lease("v-1", Role::Talk, 7).await.unwrap();
    assert_eq!(renewed, Leased::Held { generation: first, rev: 0, wanted: false }, "it was told");

    change(store, "v-1", 100, |draft| draft.begin(ContactState::Robot)).await;
    let fenced = |generation| {
        let record = record("v-1");
        async move {
            let mut draft = Draft::of(&store.visitor(&record.id).await.unwrap().unwrap(), 7);
            typing(&mut draft);
            let batch = draft.finish(100).unwrap();
            store.write(Batch { fence: Some(fence(generation)), ..batch }).await
        }
    };
    fenced(first).await.unwrap();
    store.release("v-1", fence(first)).await.unwrap();
    assert!(matches!(fenced(first).await, Err(StoreError::Fenced)), "what was given back is no longer good");
    let second = held(&store.lease("v-1", Role::Talk, 8).await.unwrap());
    assert!(second > first);
    assert!(matches!(fenced(first).await, Err(StoreError::Fenced)));
    store.release("v-1", fence(first)).await.unwrap();
    fenced(second).await.unwrap();
    assert_eq!(seqs(store, "v-1", 0, 10).await, [1, 2, 3]);
    let rev = store.visitor("v-1").await.unwrap().unwrap().rev;
    assert_eq!(store.rev("v-1").await.unwrap(), Some(rev));
    use What::{Erased, Released, Wanted, Written};
    let talk = Role::Talk;
    let expected = [
        What::Leased(talk),
        What::Leased(Role::Poll),
        Wanted(talk),
        Written(1),
        Written(2),
        Released(talk),
        What::Leased(talk),
        Written(3),
    ];
    told(&expected).await;

    assert!(matches!(store.lease("v-2", talk, 1).await, Err(StoreError::Gone)));
    store.erase("v-1").await.unwrap();
    told(&[Erased]).await;
    assert!(matches!(fenced_gone(store, fence(second)).await, Err(StoreError::Gone)));
    assert!(matches!(store.lease("v-1", talk, 8).await, Err(StoreError::Gone)));
    assert_eq!(store.rev("v-1").await.unwrap(), None);
}

async fn fenced_gone(store: &dyn Store, fence: Fence) -> Result<(), StoreError> {
    let mut draft = Draft::of(&record("v-1"), 7);
    typing(&mut draft);
    store.write(Batch { fence: Some(fence), ..draft.finish(100).unwrap() }).await
}

#[tokio::test]
async fn a_lease_is_one_holders_and_an_earlier_holder_writes_nothing() {
    let folder = Folder::new();
    leases(&MemoryStore::new()).await;
    leases(&RedbStore::open(&folder.file("a")).unwrap()).await;
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_not_renewed_goes_to_whoever_asks() {
    let store = MemoryStore::new();
    open(&store, "v-1", 100).await;
    let first = held(&store.lease("v-1", Role::Poll, 1).await.unwrap());
    tokio::time::advance(lease::TTL - Duration::from_millis(1)).await;
    assert_eq!(held(&store.lease("v-1", Role::Poll, 2).await.unwrap()), 0);
    tokio::time::advance(Duration::from_millis(1)).await;
    // Nobody was there: the holder goes on.
    assert_eq!(held(&store.lease("v-1", Role::Poll, 1).await.unwrap()), first);
    tokio::time::advance(lease::TTL).await;
    assert!(held(&store.lease("v-1", Role::Poll, 2).await.unwrap()) > first);
    assert_eq!(held(&store.lease("v-1", Role::Poll, 1).await.unwrap()), 0);
}

#[tokio::test(start_paused = true)]
async fn who_is_unfinished_is_looked_after_by_a_lease_or_named_from_time_to_time() {
    let store = MemoryStore::new();
    for id in ["v-1", "v-2"] {
        open(&store, id, 100).await;
        change(&store, id, 100, |draft| draft.begin(ContactState::Robot)).await;
    }
    let orphans = async || {
        let mut orphans = store.orphans(9).await.unwrap();
        orphans.sort();
        orphans
    };
    assert_eq!(orphans().await, [""; 0], "who begins a conversation has a moment to take it on");
    let poll = held(&store.lease("v-1", Role::Poll, 1).await.unwrap());
    store.lease("v-2", Role::Talk, 1).await.unwrap();
    tokio::time::advance(lease::RENEW).await;
    store.lease("v-1", Role::Poll, 1).await.unwrap();
    tokio::time::advance(lease::TTL - lease::RENEW).await;
    assert_eq!(orphans().await, ["v-2"]);
    assert_eq!(orphans().await, [""; 0], "not twice");
    tokio::time::advance(lease::RENEW).await;
    assert_eq!(orphans().await, ["v-1"], "its holder is gone");
    tokio::time::advance(lease::TTL).await;
    assert_eq!(orphans().await, ["v-1", "v-2"]);
    store.lease("v-1", Role::Poll, 1).await.unwrap();
    store.release("v-1", Fence { role: Role::Poll, generation: poll }).await.unwrap();
    assert_eq!(orphans().await, ["v-1"], "whoever gives it back leaves it to others at once");
    change(&store, "v-1", 100, |draft| draft.end(frontdesk_contract::EndReason::Visitor)).await;
    tokio::time::advance(lease::TTL).await;
    assert_eq!(orphans().await, ["v-1", "v-2"], "what was lost of it is to be looked for");
    change(&store, "v-1", 100, |draft| draft.record.polling = false).await;
    tokio::time::advance(lease::TTL).await;
    assert_eq!(orphans().await, ["v-2"]);
}

async fn keeps_slips(store: &dyn Store) {
    open(store, "v-1", 100).await;
    open(store, "v-2", 100).await;
    let session = |visitor: &str, sealed| Slip::Session { visitor: visitor.into(), sealed: vec![sealed] };
    let life = Duration::from_secs(60);
    assert!(store.put_slip([1; 32], session("v-1", 1), life).await.unwrap());
    assert!(store.put_slip([2; 32], session("v-1", 2), life).await.unwrap(), "in place of the one before");
    assert!(store.put_slip([3; 32], session("v-2", 3), life).await.unwrap());
    // The same again, as after a lost answer; and one that somebody else has.
    assert!(store.put_slip([3; 32], session("v-2", 3), life).await.unwrap());
    assert!(!store.put_slip([3; 32], session("v-1", 4), life).await.unwrap());
    let file = |file: &str| Slip::File { visitor: "v-2".into(), file: file.into() };
    for number in [4, 5] {
        assert!(store.put_slip([number; 32], file("f-1"), life).await.unwrap(), "of files there may be many");
    }
    assert_eq!(store.take_slip(&[1; 32]).await.unwrap(), None);
    assert_eq!(store.take_slip(&[2; 32]).await.unwrap(), Some(session("v-1", 2)));
    assert_eq!(store.take_slip(&[2; 32]).await.unwrap(), None);
    for _ in 0..2 {
        assert_eq!(store.slip(&[4; 32]).await.unwrap(), Some(file("f-1")));
    }
    store.erase("v-2").await.unwrap();
    assert_eq!(store.slip(&[3; 32]).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn tickets_are_used_replaced_or_over() {
    let folder = Folder::new();
    let file = RedbStore::open(&folder.file("a")).unwrap();
    for store in [&MemoryStore::new() as &dyn Store, &file] {
        keeps_slips(store).await;
        let slip = Slip::Session { visitor: "v-1".into(), sealed: Vec::new() };
        store.put_slip([9; 32], slip, Duration::from_secs(60)).await.unwrap();
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(store.take_slip(&[9; 32]).await.unwrap(), None);
    }
}

async fn spends(store: &dyn Store) {
    let pass = |session, until_ms| Pass { session: [session; 32], sealed: vec![session], until_ms };
    store.spend(&[1; 32], pass(1, 100)).await.unwrap();
    store.spend(&[2; 32], pass(2, 200)).await.unwrap();
    assert!(matches!(store.spend(&[1; 32], pass(3, 300)).await, Err(StoreError::Used)));
    assert_eq!(store.pass(&[1; 32]).await.unwrap(), Some(pass(1, 100)), "as it was");
    assert_eq!(store.pass(&[3; 32]).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_is_used_once_and_remembered_over_a_restart_until_it_is_over() {
    let folder = Folder::new();
    let path = folder.file("a");
    let (memory, file) = (MemoryStore::new(), RedbStore::open(&path).unwrap());
    spends(&memory).await;
    spends(&file).await;
    drop(file);
    let file = RedbStore::open(&path).unwrap();
    for store in [&memory as &dyn Store, &file] {
        assert!(matches!(
            store.spend(&[2; 32], store.pass(&[2; 32]).await.unwrap().unwrap()).await,
            Err(StoreError::Used)
        ));
        assert_eq!(store.sweep(100, DAY_MS).await.unwrap(), 1);
        assert_eq!(store.pass(&[1; 32]).await.unwrap(), None);
        assert!(store.pass(&[2; 32]).await.unwrap().is_some());
    }
}

/// A visitor who has said this, in every place where words of a visitor are kept.
async fn says(store: &dyn Store, id: &str, text: &str) {
    let session = SessionRecord { hash: hash(id), visitor: id.into(), desk: "shop".into(), expires_ms: 100 };
    let named = VisitorRecord { name: text.into(), subject: Some(text.into()), ..record(id) };
    store.open(session, named).await.unwrap();
    for number in 0..20 {
        change(store, id, 100, |draft| {
            draft.push(told(&format!("m-{number}"), Body::Text(format!("{text} {number}"))));
            let Handle::File { source, extension, kind, size_bytes, at_ms, .. } = file(text) else { return };
            let named = Handle::File { source, extension, kind, name: text.into(), size_bytes, at_ms };
            draft.handle(format!("f-{number}"), named);
        })
        .await;
    }
}

fn holds(path: &std::path::Path, text: &str) -> bool {
    let bytes = std::fs::read(path).unwrap();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn nothing_of_a_visitor_who_is_erased_stays_in_the_file() {
    const GONE: &str = "canary of a visitor who leaves";
    const STAYS: &str = "canary of a visitor who stays";
    let folder = Folder::new();
    let path = folder.file("a");
    let store = RedbStore::open(&path).unwrap();
    says(&store, "v-1", GONE).await;
    says(&store, "v-2", STAYS).await;
    assert!(holds(&path, GONE) && holds(&path, STAYS));
    store.erase("v-1").await.unwrap();
    assert!(holds(&path, GONE), "in pages that are free: otherwise nothing would have to be done");
    store.sweep(1, DAY_MS).await.unwrap();
    assert!(!holds(&path, GONE) && holds(&path, STAYS));
    assert!(!folder.file("a.new").exists());
    // What is there is all there, and is written to the new file from now on.
    assert_eq!(seqs(&store, "v-2", 0, 100).await.len(), 20);
    assert!(store.session(&hash("v-2")).await.unwrap().is_some());
    change(&store, "v-2", 100, |draft| {
        typing(draft);
    })
    .await;
    says(&store, "v-3", GONE).await;
    store.erase("v-3").await.unwrap();
    drop(store);
    assert!(holds(&path, GONE));
    let store = RedbStore::open(&path).unwrap();
    assert!(!holds(&path, GONE) && holds(&path, STAYS), "when it is opened at the latest");
    assert_eq!(seqs(&store, "v-2", 0, 100).await.len(), 21);
    assert!(RedbStore::open(&path).is_err(), "the new file is one process's alone as well");
}
