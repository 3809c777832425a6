//! What was injected: the other half of every report about faults.

use super::FaultKind;
use frontdesk_contract::ClientId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most faults that are remembered; later ones are only counted.
const MAX_ENTRIES: usize = 500_000;

/// One injected fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Injected {
    /// Whose request it was.
    pub visitor: u64,
    /// Number of the request among those of the visitor, from 0.
    pub nth: u64,
    /// What happened.
    pub kind: FaultKind,
    /// Which call it was.
    pub call: &'static str,
    /// The id that the request carried, if it had one.
    pub id: Option<ClientId>,
}

/// Every fault that was injected. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct FaultLog(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    kept: Vec<Injected>,
    total: u64,
}

impl FaultLog {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one.
    pub fn add(&self, injected: Injected) {
        let mut entries = self.entries();
        entries.total += 1;
        if entries.kept.len() < MAX_ENTRIES {
            entries.kept.push(injected);
        }
    }

    /// What was injected, in order.
    pub fn all(&self) -> Vec<Injected> {
        self.entries().kept.clone()
    }

    /// How many there were.
    pub fn total(&self) -> u64 {
        self.entries().total
    }

    /// How often each kind came.
    pub fn by_kind(&self) -> BTreeMap<FaultKind, u64> {
        let mut counts = BTreeMap::new();
        for injected in &self.entries().kept {
            *counts.entry(injected.kind).or_default() += 1;
        }
        counts
    }

    /// The kinds that met requests with an id, in order.
    pub fn by_id(&self) -> BTreeMap<ClientId, Vec<FaultKind>> {
        let mut kinds: BTreeMap<ClientId, Vec<FaultKind>> = BTreeMap::new();
        for injected in &self.entries().kept {
            if let Some(id) = &injected.id {
                kinds.entry(id.clone()).or_default().push(injected.kind);
            }
        }
        kinds
    }
}
