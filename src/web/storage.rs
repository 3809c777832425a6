//! What survives a reload: IndexedDB; where the browser refuses it, texts that the host keeps; else memory. The content
//! of files survives in IndexedDB only; elsewhere it is at hand for as long as the page lives.

use crate::web::{Host, json};
use crate::wire;
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use js_sys::{Array, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

#[wasm_bindgen(module = "/src/web/storage/place.js")]
extern "C" {
    /// Where the records of a desk are. None of its promises is rejected.
    type Place;
    #[wasm_bindgen(js_name = findPlace)]
    fn find_place(desk: &str, host: &JsValue) -> Promise;
    #[wasm_bindgen(method, getter)]
    fn found(this: &Place) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = isKept)]
    fn is_kept(this: &Place) -> bool;
    #[wasm_bindgen(method)]
    fn read(this: &Place) -> Promise;
    #[wasm_bindgen(method)]
    fn set(this: &Place, name: &str, value: &JsValue, content: Option<&Blob>) -> Promise;
    #[wasm_bindgen(method)]
    fn content(this: &Place, name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn close(this: &Place);
}

/// The storage of one desk; closed when the last clone is dropped.
#[derive(Clone)]
pub struct Storage(Rc<Open>);

struct Open(Place);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Storage {
    /// Finds the first place that works, and reads what was kept there.
    pub async fn open(desk: &str, host: &Host) -> (Self, Saved) {
        let place = JsFuture::from(find_place(desk, host.functions())).await.unwrap_or_default();
        let place: Place = place.unchecked_into();
        let saved = Saved { schema: SCHEMA, records: saved_of(&place.found()).records };
        (Self(Rc::new(Open(place))), saved)
    }

    /// Reads what is kept now, by any tab; of schema 0 when it cannot be read.
    pub fn look(&self) -> impl Future<Output = Saved> + use<> {
        let read = self.0.0.read();
        async move { saved_of(&JsFuture::from(read).await.unwrap_or_default()) }
    }

    /// Whether anything is kept beyond this page.
    pub fn is_kept(&self) -> bool {
        self.0.0.is_kept()
    }

    /// Writes a record, with the content of its file where there is one, and tells whether all is there for good. Steps
    /// happen in the order they were asked for. Without room for the content the record is written all the same, so that
    /// a later page can say what is missing.
    pub fn keep(&self, record: Record, content: Option<&Blob>, done: Box<dyn FnOnce(bool)>) {
        let name = name(&record.key());
        let value = json::to_js(&Saved { schema: SCHEMA, records: vec![record] });
        let written = self.0.0.set(&name, &value, content);
        spawn_local(async move { done(JsFuture::from(written).await.is_ok_and(|done| done.is_truthy())) });
    }

    /// Writes a session of which nothing but the credential is known. What writes any record is not loaded that early.
    pub fn keep_session(&self, credential: &str) {
        let _ = self.0.0.set(&name(&RecordKey::Session), &json::js_of(&wire::session(credential)), None);
    }

    /// The content of the file that belongs to a record; `None`: it is not kept here any more.
    pub fn content(&self, key: &RecordKey) -> impl Future<Output = Option<Blob>> + use<> {
        let content = self.0.0.content(&name(key));
        async move { JsFuture::from(content).await.ok()?.dyn_into().ok() }
    }

    /// Removes a record, and the content that belongs to it.
    pub fn forget(&self, key: &RecordKey) {
        let _ = self.0.0.set(&name(key), &JsValue::NULL, None);
    }
}

/// All records; those of another schema are left out.
fn saved_of(kept: &JsValue) -> Saved {
    let Some(kept) = kept.dyn_ref::<Array>() else { return Saved::default() };
    let kept = kept.iter().filter_map(json::from_js::<Saved>).filter(|kept| kept.schema == SCHEMA);
    Saved { schema: SCHEMA, records: kept.flat_map(|kept| kept.records).collect() }
}

/// What a record is kept under.
fn name(key: &RecordKey) -> String {
    let (name, id) = match key {
        RecordKey::Session => ("session", ""),
        RecordKey::Rating => ("rating", ""),
        RecordKey::Leave => ("leave", ""),
        RecordKey::Draft => ("draft", ""),
        RecordKey::Farewell => ("farewell", ""),
        RecordKey::Feedback(id) => ("feedback/", id.as_str()),
        RecordKey::Outgoing(id) => ("outgoing/", id.as_str()),
    };
    [name, id].concat()
}
