//! What survives a reload: IndexedDB; where the browser refuses it, texts that the host keeps; else memory. The content
//! of files survives in IndexedDB only; elsewhere it is at hand for as long as the page lives.

mod database;
mod vault;

use crate::web::Host;
use database::Database;
use frontdesk_core::snapshot::SCHEMA;
use frontdesk_core::{Record, RecordKey, Saved};
use std::cell::RefCell;
use std::rc::Rc;
use vault::Vault;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// The storage of one desk.
#[derive(Clone)]
pub struct Storage {
    place: Place,
    /// Content that could not be written, or is not written yet.
    at_hand: Rc<RefCell<Vec<(RecordKey, Blob)>>>,
}

#[derive(Clone)]
enum Place {
    /// The browser's database.
    Database(Rc<Database>),
    /// The host's texts.
    Vault(Rc<Vault>),
    /// Nothing is kept.
    Memory,
}

impl Storage {
    /// Finds the first place that works, and reads what was kept there.
    pub async fn open(desk: &str, host: &Host) -> (Self, Saved) {
        let (place, records) = Place::open(desk, host).await;
        (Self { place, at_hand: Rc::default() }, Saved { schema: SCHEMA, records })
    }

    /// Reads what is kept now, by any tab; of schema 0 when it cannot be read.
    pub async fn look(&self) -> Saved {
        let records = match &self.place {
            Place::Database(database) => database.read().await,
            Place::Vault(vault) => vault.read().await,
            Place::Memory => None,
        };
        records.map_or_else(Saved::default, |records| Saved { schema: SCHEMA, records })
    }

    /// Whether anything is kept beyond this page.
    pub fn is_kept(&self) -> bool {
        !matches!(self.place, Place::Memory)
    }

    /// Writes a record and tells whether it is there for good. Steps happen in the order they were asked for.
    pub fn keep(&self, record: Record, done: Box<dyn FnOnce(bool)>) {
        self.set(record.key(), Some(record), done);
    }

    /// Writes a record together with the content of its file, and tells whether both are there for good. Without room
    /// for the content the record is written all the same, so that a later page can say what is missing.
    pub fn keep_file(&self, record: Record, content: Blob, done: Box<dyn FnOnce(bool)>) {
        let key = record.key();
        self.at_hand.borrow_mut().push((key.clone(), content.clone()));
        let this = self.clone();
        spawn_local(async move {
            let Place::Database(database) = &this.place else {
                return this.set(key, Some(record), Box::new(move |_| done(false)));
            };
            let written = database.set(&key, Some(record.clone()), Some(&content)).await;
            if written {
                this.at_hand.borrow_mut().retain(|(other, _)| *other != key);
            } else if this.has(&key) {
                database.set(&key, Some(record), None).await;
            }
            done(written);
        });
    }

    /// The content of the file that belongs to a record; `None`: it is not kept here any more.
    pub async fn content(&self, key: &RecordKey) -> Option<Blob> {
        let at_hand =
            self.at_hand.borrow().iter().find(|(other, _)| other == key).map(|(_, blob)| blob.clone());
        match (&self.place, at_hand) {
            (_, Some(content)) => Some(content),
            (Place::Database(database), None) => database.content(key).await,
            (Place::Vault(_) | Place::Memory, None) => None,
        }
    }

    /// Removes a record, and the content that belongs to it.
    pub fn forget(&self, key: RecordKey) {
        self.at_hand.borrow_mut().retain(|(other, _)| *other != key);
        self.set(key, None, Box::new(|_| {}));
    }

    /// The content was not forgotten meanwhile.
    fn has(&self, key: &RecordKey) -> bool {
        self.at_hand.borrow().iter().any(|(other, _)| other == key)
    }

    fn set(&self, key: RecordKey, record: Option<Record>, done: Box<dyn FnOnce(bool)>) {
        let place = self.place.clone();
        spawn_local(async move {
            done(match place {
                Place::Database(database) => database.set(&key, record, None).await,
                Place::Vault(vault) => vault.set(&name(&key), record).await,
                Place::Memory => false,
            });
        });
    }
}

/// What a record is kept under.
fn name(key: &RecordKey) -> String {
    let (name, id) = match key {
        RecordKey::Session => ("session", ""),
        RecordKey::Rating => ("rating", ""),
        RecordKey::Leave => ("leave", ""),
        RecordKey::Draft => ("draft", ""),
        RecordKey::Feedback(id) => ("feedback/", id.as_str()),
        RecordKey::Outgoing(id) => ("outgoing/", id.as_str()),
    };
    [name, id].concat()
}

impl Place {
    async fn open(desk: &str, host: &Host) -> (Self, Vec<Record>) {
        if let Some(database) = Database::open(desk).await
            && let Some(records) = database.read().await
        {
            return (Self::Database(Rc::new(database)), records);
        }
        let vault = Vault(host.clone());
        if let Some(records) = vault.read().await {
            return (Self::Vault(Rc::new(vault)), records);
        }
        (Self::Memory, Vec::new())
    }
}
