//! IndexedDB: records in one object store, under `<desk>/<key>` each; the content of files on their way in another, under
//! the key of the record that they belong to.

use super::name;
use crate::web::json;
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use js_sys::{Array, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, EventTarget, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbTransaction,
    IdbTransactionMode,
};

/// Not `frontdesk`, which is the loader's: both may run on one origin, and a database has one owner of its versions.
const NAME: &str = "frontdesk-records";
const VERSION: u32 = 2;
const STORE: &str = "records";
/// Since version 2.
const FILES: &str = "files";
/// Some browsers never answer a refused `open`.
const PATIENCE_MS: i32 = 10_000;

/// An open database; closed on drop.
#[must_use = "dropping the handle closes the database"]
pub(super) struct Database {
    database: IdbDatabase,
    prefix: String,
}

impl Database {
    /// Opens it; `None` where the browser has none, or refuses.
    pub(super) async fn open(desk: &str) -> Option<Self> {
        // Refusal comes as an exception from reading the property, as none, or as an error event.
        let factory = web_sys::window()?.indexed_db().ok()??;
        let opening = factory.open_with_u32(NAME, VERSION).ok()?;
        let upgrade = upgrade(&opening);
        opening.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let opened = settled(&opening, "success", &["error", "blocked"]);
        if JsFuture::from(Promise::race(&Array::of2(&opened, &timeout()))).await.is_err() {
            close_when_late(&opening);
            return None;
        }
        let database: IdbDatabase = opening.result().ok()?.dyn_into().ok()?;
        close_for_newer(&database);
        Some(Self { database, prefix: [desk, "/"].concat() })
    }

    /// All records of the desk; those of another schema are left out. `None`: it cannot be read.
    pub(super) async fn read(&self) -> Option<Vec<Record>> {
        let store = self.store(STORE, IdbTransactionMode::Readonly)?;
        let last = [&self.prefix, "\u{ffff}"].concat();
        let range = IdbKeyRange::bound(&self.prefix.as_str().into(), &last.into()).ok()?;
        let request = store.get_all_with_key(&range).ok()?;
        JsFuture::from(settled(&request, "success", &["error"])).await.ok()?;
        let values: Array = request.result().ok()?.dyn_into().ok()?;
        let kept = values.iter().filter_map(json::from_js::<Saved>);
        Some(kept.filter(|kept| kept.schema == SCHEMA).flat_map(|kept| kept.records).collect())
    }

    /// Writes a record, with the content of its file where there is one, or removes it together with the content; true
    /// once the transaction is complete.
    pub(super) async fn set(&self, key: &RecordKey, record: Option<Record>, content: Option<&Blob>) -> bool {
        let key = self.key(key);
        let Some(transaction) = self.begin(&[STORE, FILES]) else { return false };
        let store = |name| transaction.object_store(name).ok();
        let asked = match record {
            None => [STORE, FILES].map(|name| store(name).and_then(|store| store.delete(&key).ok())),
            Some(record) => {
                let value = json::to_js(&Saved { schema: SCHEMA, records: vec![record] });
                let written = store(STORE).and_then(|store| store.put_with_key(&value, &key).ok());
                let file = content.map(|content| store(FILES)?.put_with_key(content, &key).ok());
                [written.clone(), file.unwrap_or(written)]
            }
        };
        if asked.iter().any(Option::is_none) {
            // Half of it is worth nothing.
            let _ = transaction.abort();
        }
        let done = settled(&transaction, "complete", &["abort", "error"]);
        JsFuture::from(done).await.is_ok()
    }

    /// The content of the file that belongs to a record.
    pub(super) async fn content(&self, key: &RecordKey) -> Option<Blob> {
        let request = self.store(FILES, IdbTransactionMode::Readonly)?.get(&self.key(key)).ok()?;
        JsFuture::from(settled(&request, "success", &["error"])).await.ok()?;
        request.result().ok()?.dyn_into().ok()
    }

    fn begin(&self, stores: &[&str]) -> Option<IdbTransaction> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let write = IdbTransactionMode::Readwrite;
        self.database.transaction_with_str_sequence_and_mode(&names, write).ok()
    }

    fn store(&self, name: &str, mode: IdbTransactionMode) -> Option<IdbObjectStore> {
        self.database.transaction_with_str_and_mode(name, mode).ok()?.object_store(name).ok()
    }

    fn key(&self, key: &RecordKey) -> JsValue {
        [self.prefix.as_str(), &name(key)].concat().into()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.database.close();
    }
}

fn upgrade(opening: &IdbOpenDbRequest) -> Closure<dyn FnMut()> {
    let opening = opening.clone();
    Closure::new(move || {
        if let Ok(database) = opening.result() {
            let database: IdbDatabase = database.unchecked_into();
            for name in [STORE, FILES] {
                // Fails only if the store is there already, and then all is well.
                let _ = database.create_object_store(name);
            }
        }
    })
}

/// One that is opened after all, when nobody wants it any more, must be in nobody's way.
fn close_when_late(opening: &IdbOpenDbRequest) {
    let target = opening.clone();
    let run = Closure::once_into_js(move || {
        if let Ok(database) = target.result() {
            database.unchecked_into::<IdbDatabase>().close();
        }
    });
    opening.set_onsuccess(Some(run.unchecked_ref()));
}

/// A newer version in another tab must not wait for us.
fn close_for_newer(database: &IdbDatabase) {
    let target = database.clone();
    let run = Closure::once_into_js(move || target.close());
    database.set_onversionchange(Some(run.unchecked_ref()));
}

/// A promise of the first of these events. Its own functions are the listeners: nothing to keep alive.
fn settled(target: &EventTarget, good: &str, bad: &[&str]) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let _ = target.add_event_listener_with_callback(good, &resolve);
        for name in bad {
            let _ = target.add_event_listener_with_callback(name, &reject);
        }
    })
}

fn timeout() -> Promise {
    Promise::new(&mut |_, reject| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&reject, PATIENCE_MS);
        }
    })
}
