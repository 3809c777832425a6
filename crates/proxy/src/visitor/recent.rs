//! Codes of downlink messages seen lately: a centre may hand one message out several times.

use crate::store::CODES_PER_VISITOR;
use frontdesk_contract::{Body, Sender};
use sha2::{Digest, Sha256};
use std::collections::{HashSet, VecDeque};

/// The last [`CODES_PER_VISITOR`] codes.
#[derive(Debug, Default)]
pub struct Recent {
    order: VecDeque<String>,
    known: HashSet<String>,
}

impl Recent {
    /// From the store's list, oldest first.
    pub fn new(codes: Vec<String>) -> Self {
        let mut recent = Self::default();
        recent.extend(codes);
        recent
    }

    /// Whether the code was seen.
    pub fn contains(&self, code: &str) -> bool {
        self.known.contains(code)
    }

    /// Adds codes, forgetting the oldest.
    pub fn extend(&mut self, codes: impl IntoIterator<Item = String>) {
        for code in codes {
            if self.known.insert(code.clone()) {
                self.order.push_back(code);
            }
            if self.order.len() as u64 > CODES_PER_VISITOR
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
    }
}

/// Stands in for a missing code: who, when and what. The picture of whoever it is does not count: the same message may come
/// again after other settings.
pub fn fallback(from: &Sender, at_ms: Option<u64>, body: &Body) -> String {
    let mut from = from.clone();
    if let Sender::Agent(person) | Sender::Robot(person) = &mut from {
        person.avatar = None;
    }
    let text = serde_json::to_string(&(from, at_ms, body)).unwrap_or_default();
    format!("#{}", crate::session::credential::hex(&Sha256::digest(text.as_bytes())))
}
