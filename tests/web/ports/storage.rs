use crate::support::{Refusal, new_desk, until, vault_host};
use frontdesk::web::{Host, Storage};
use frontdesk_contract::ClientId;
use frontdesk_core::{Record, RecordKey};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn session(credential: &str) -> Record {
    Record::Session { credential: credential.into() }
}

fn outgoing(bits: u128) -> Record {
    Record::Outgoing { id: ClientId::from_bits(bits), text: "你好".into(), at_ms: 1_790_000_000_000 }
}

/// Keeps a record and tells whether it was written.
async fn keep(storage: &Storage, record: Record) -> bool {
    let written = Rc::new(Cell::new(None));
    let note = Rc::clone(&written);
    storage.keep(record, Box::new(move |done| note.set(Some(done))));
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
    storage.forget(RecordKey::Outgoing(ClientId::from_bits(1)));
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
    assert!(matches!(storage, Storage::Database(_)) && storage.is_kept());
    forgets(storage, &desk, &host).await;
    assert!(records(&new_desk(), &host).await.is_empty(), "another desk sees nothing of it");
}

#[wasm_bindgen_test]
async fn refused_storage_goes_to_the_host_and_without_one_to_memory() {
    let _refusal = Refusal::of_storage();
    let (desk, host) = (new_desk(), Host::new(vault_host()));
    let (storage, _) = Storage::open(&desk, &host).await;
    assert!(matches!(storage, Storage::Vault(_)));
    forgets(storage, &desk, &host).await;

    let (storage, _) = Storage::open(&desk, &Host::new(JsValue::UNDEFINED)).await;
    assert!(!storage.is_kept());
    assert!(!keep(&storage, outgoing(1)).await, "memory is not kept for good");
}
