use crate::support::{
    Refusal, break_writes, hold_database, lose_connection, new_desk, replace_database, until, vault_host,
};
use frontdesk::web::{Host, Storage};
use frontdesk_contract::ClientId;
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Blob;

fn session(credential: &str) -> Record {
    Record::of_session(credential.into(), None)
}

fn outgoing(bits: u128) -> Record {
    Record::Outgoing { id: ClientId::from_bits(bits), text: "你好".into(), at_ms: 1_790_000_000_000 }
}

/// Keeps a record and tells whether it was written.
async fn keep(storage: &Storage, record: Record) -> bool {
    let written = Rc::new(Cell::new(None));
    let note = Rc::clone(&written);
    storage.keep(record, None, Box::new(move |done| note.set(Some(done))));
    until("the storage's answer", || written.get().is_some()).await;
    written.get().unwrap()
}

async fn records(desk: &str, host: &Host) -> Vec<Record> {
    let (_, saved) = Storage::open(desk, host).await;
    saved.records
}

async fn forgets(storage: Storage, desk: &str, host: &Host) {
    assert!(keep(&storage, session("a")).await);
    assert!(keep(&storage, outgoing(1)).await);
    assert!(keep(&storage, outgoing(2)).await);
    assert!(keep(&storage, session("b")).await);
    storage.forget(&RecordKey::Outgoing(ClientId::from_bits(1)));
    assert!(keep(&storage, outgoing(3)).await);
    drop(storage);
    let kept = records(desk, host).await;
    assert_eq!(kept.len(), 3, "{kept:?}");
    for record in [session("b"), outgoing(2), outgoing(3)] {
        assert!(kept.contains(&record), "{record:?}");
    }
}

#[wasm_bindgen_test]
async fn what_was_kept_is_there_after_a_reload() {
    let (desk, host) = (new_desk(), Host::default());
    let (storage, saved) = Storage::open(&desk, &host).await;
    assert!(saved.records.is_empty());
    assert!(storage.is_kept());
    forgets(storage, &desk, &host).await;
    assert!(records(&new_desk(), &host).await.is_empty(), "another desk sees nothing of it");
}

#[wasm_bindgen_test]
async fn refused_storage_goes_to_the_host_and_without_one_to_memory() {
    let _refusal = Refusal::of_storage();
    let (desk, host) = (new_desk(), Host::new(vault_host()));
    let (storage, _) = Storage::open(&desk, &host).await;
    assert!(storage.is_kept());
    forgets(storage, &desk, &host).await;

    let (storage, _) = Storage::open(&desk, &Host::new(JsValue::UNDEFINED)).await;
    assert!(!storage.is_kept());
    assert!(!keep(&storage, outgoing(1)).await, "memory is not kept for good");
}

fn file(bits: u128) -> Record {
    Record::OutgoingFile {
        id: ClientId::from_bits(bits),
        name: "a.txt".into(),
        media_type: "text/plain".into(),
        size_bytes: 2,
        stored: None,
        at_ms: 1_790_000_000_000,
    }
}

fn content() -> Blob {
    let parts = js_sys::Array::of1(&"hi".into());
    Blob::new_with_str_sequence(&parts).unwrap()
}

async fn keep_file(storage: &Storage, record: Record) -> bool {
    let written = Rc::new(Cell::new(None));
    let note = Rc::clone(&written);
    storage.keep(record, Some(&content()), Box::new(move |done| note.set(Some(done))));
    until("the storage's answer", || written.get().is_some()).await;
    written.get().unwrap()
}

async fn text_of(content: Option<Blob>) -> Option<String> {
    JsFuture::from(content?.text()).await.unwrap().as_string()
}

#[wasm_bindgen_test]
async fn the_content_of_a_file_is_there_after_a_reload_and_goes_with_its_record() {
    let (desk, host) = (new_desk(), Host::default());
    let (storage, _) = Storage::open(&desk, &host).await;
    assert!(keep_file(&storage, file(1)).await);
    let key = file(1).key();
    assert_eq!(text_of(storage.content(&key).await).await.as_deref(), Some("hi"));
    // The record is written again once the proxy has the file: the content stays.
    assert!(keep(&storage, file(1)).await);
    drop(storage);

    let (storage, saved) = Storage::open(&desk, &host).await;
    assert_eq!(saved.records, [file(1)]);
    assert_eq!(text_of(storage.content(&key).await).await.as_deref(), Some("hi"));
    assert!(storage.content(&file(2).key()).await.is_none());
    storage.forget(&key);
    assert!(keep(&storage, session("after")).await);
    assert!(storage.content(&key).await.is_none());
}

#[wasm_bindgen_test]
async fn without_a_database_the_content_lives_as_long_as_the_page() {
    let _refusal = Refusal::of_storage();
    let (desk, host) = (new_desk(), Host::new(vault_host()));
    let (storage, _) = Storage::open(&desk, &host).await;
    let key = file(1).key();
    assert!(!keep_file(&storage, file(1)).await, "the content does not survive");
    assert_eq!(text_of(storage.content(&key).await).await.as_deref(), Some("hi"));
    // A later page still knows of the message, and can say that its file is gone.
    let (later, saved) = Storage::open(&desk, &host).await;
    assert_eq!(saved.records, [file(1)]);
    assert!(later.content(&key).await.is_none());
    storage.forget(&key);
    assert!(storage.content(&key).await.is_none());
}

#[wasm_bindgen_test]
async fn tabs_that_share_a_place_see_and_keep_each_other_s_records() {
    for refused in [false, true] {
        let _refusal = refused.then(Refusal::of_storage);
        let (desk, host) = (new_desk(), Host::new(vault_host()));
        let (first, _) = Storage::open(&desk, &host).await;
        let (second, _) = Storage::open(&desk, &host).await;
        let (one, two) = futures(keep(&first, outgoing(1)), keep(&second, outgoing(2))).await;
        assert!(one && two && keep(&first, session("a")).await);
        second.forget(&RecordKey::Session);
        assert!(keep(&second, outgoing(3)).await);
        for tab in [&first, &second] {
            let saved = tab.look().await;
            assert_eq!((saved.schema, saved.records.len()), (SCHEMA, 3), "{saved:?}");
            for record in [outgoing(1), outgoing(2), outgoing(3)] {
                assert!(saved.records.contains(&record), "{record:?}");
            }
        }
    }
}

async fn futures(one: impl Future<Output = bool>, two: impl Future<Output = bool>) -> (bool, bool) {
    let (mut one, mut two) = (Box::pin(one), Box::pin(two));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(move |context| {
        use std::task::Poll;
        if first.is_none()
            && let Poll::Ready(done) = one.as_mut().poll(context)
        {
            first = Some(done);
        }
        if second.is_none()
            && let Poll::Ready(done) = two.as_mut().poll(context)
        {
            second = Some(done);
        }
        first.zip(second).map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

#[wasm_bindgen_test]
async fn a_host_that_refuses_leaves_memory() {
    let _refusal = Refusal::of_storage();
    let refusing = js_sys::Function::new_no_args("return { vault: async () => null };");
    let host = Host::new(refusing.call0(&JsValue::NULL).unwrap());
    let (storage, _) = Storage::open(&new_desk(), &host).await;
    assert!(!storage.is_kept());
    assert_eq!(storage.look().await.schema, 0);
}

#[wasm_bindgen_test]
async fn a_full_disk_and_a_write_given_up_mid_way_are_told_and_leave_the_rest_as_it_is() {
    let (desk, host) = (new_desk(), Host::default());
    let (storage, _) = Storage::open(&desk, &host).await;
    assert!(keep(&storage, outgoing(1)).await);
    for how in ["quota", "abort"] {
        break_writes(how);
        assert!(!keep(&storage, outgoing(2)).await, "{how}");
        assert!(!keep_file(&storage, file(3)).await, "{how}");
        break_writes("");
        assert_eq!(text_of(storage.content(&file(3).key()).await).await.as_deref(), Some("hi"), "{how}");
    }
    storage.forget(&file(3).key());
    assert!(keep(&storage, outgoing(4)).await);
    let kept = storage.look().await.records;
    assert_eq!(kept.len(), 2, "{kept:?}");
}

#[wasm_bindgen_test]
async fn a_connection_that_the_browser_has_closed_is_made_anew() {
    let (desk, host) = (new_desk(), Host::default());
    let (storage, _) = Storage::open(&desk, &host).await;
    assert!(keep(&storage, outgoing(1)).await);
    assert!(keep(&storage, outgoing(2)).await);
    lose_connection();
    storage.forget(&RecordKey::Outgoing(ClientId::from_bits(1)));
    assert!(keep(&storage, outgoing(3)).await);
    assert_eq!(storage.look().await.schema, 0, "it may have been emptied, and nothing is given up for that");
    let kept = records(&desk, &host).await;
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept.contains(&outgoing(2)) && kept.contains(&outgoing(3)), "{kept:?}");
}

#[wasm_bindgen_test]
async fn a_newer_version_in_another_tab_need_not_wait_and_the_older_one_says_that_it_keeps_nothing() {
    let (storage, _) = Storage::open(&new_desk(), &Host::default()).await;
    assert!(keep(&storage, outgoing(1)).await);
    let waited = JsFuture::from(replace_database()).await.unwrap();
    assert_eq!(waited.as_bool(), Some(false));
    assert!(!keep(&storage, outgoing(2)).await);
    assert_eq!(storage.look().await.schema, 0, "what cannot be read gives nothing up");
}

#[wasm_bindgen_test]
async fn a_page_of_an_earlier_version_that_holds_the_database_is_not_waited_for() {
    JsFuture::from(replace_database()).await.unwrap();
    let let_go: js_sys::Function = JsFuture::from(hold_database()).await.unwrap().unchecked_into();
    let (storage, _) = Storage::open(&new_desk(), &Host::default()).await;
    assert!(!storage.is_kept());
    let_go.call0(&JsValue::NULL).unwrap();
    JsFuture::from(replace_database()).await.unwrap();
    let (storage, _) = Storage::open(&new_desk(), &Host::default()).await;
    assert!(storage.is_kept());
}
