//! What a store of one process knows beside its records: leases, who is to be looked after, tickets, and news. Nothing
//! of it needs to survive the process, since everybody whom it concerns ends with it.

use super::StoreError;
use super::lease::{Fence, Leased, News, Role, TTL, What};
use super::slip::{Slip, SlipKey};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::Instant;

/// News that a slow listener may be behind.
const NEWS: usize = 4_096;
/// Tickets of all visitors at one time.
const MOST_SLIPS: usize = 200_000;

/// The knowledge.
#[derive(Debug)]
pub(super) struct Local {
    leases: HashMap<String, HashMap<Role, Row>>,
    /// Unfinished visitors, and when to see whether somebody looks after them.
    care: BTreeMap<String, Instant>,
    slips: HashMap<SlipKey, (Slip, Instant)>,
    /// The tickets of which a visitor has one at a time.
    alone: HashMap<String, SlipKey>,
    generation: u64,
    news: broadcast::Sender<News>,
}

#[derive(Debug)]
struct Row {
    holder: u64,
    generation: u64,
    until: Instant,
    wanted: bool,
}

impl Default for Local {
    fn default() -> Self {
        Self {
            leases: HashMap::new(),
            care: BTreeMap::new(),
            slips: HashMap::new(),
            alone: HashMap::new(),
            generation: 0,
            news: broadcast::Sender::new(NEWS),
        }
    }
}

impl Local {
    /// Whether the lease is still the one that a batch was made under.
    pub(super) fn holds(&self, visitor: &str, fence: Fence) -> bool {
        let row = self.leases.get(visitor).and_then(|rows| rows.get(&fence.role));
        row.is_some_and(|row| row.generation == fence.generation)
    }

    /// Takes or renews a lease of a visitor that is stored with this revision. The second is whether it was somebody
    /// else's before.
    pub(super) fn lease(&mut self, visitor: &str, role: Role, holder: u64, rev: u64) -> (Leased, bool) {
        let now = Instant::now();
        let rows = self.leases.entry(visitor.to_owned()).or_default();
        let mut from_another = false;
        match rows.get_mut(&role) {
            Some(row) if row.holder == holder => row.until = now + TTL,
            Some(row) if row.until > now => {
                row.wanted = true;
                let left = row.until - now;
                self.tell(visitor, What::Wanted(role));
                return (Leased::Taken { left, rev }, false);
            }
            other => {
                from_another = other.is_some();
                self.generation += 1;
                let generation = self.generation;
                rows.insert(role, Row { holder, generation, until: now + TTL, wanted: false });
                self.tell(visitor, What::Leased(role));
            }
        }
        if role.cares()
            && let Some(due) = self.care.get_mut(visitor)
        {
            *due = (*due).max(now + TTL);
        }
        let row = self.leases.get_mut(visitor).and_then(|rows| rows.get_mut(&role));
        let (generation, wanted) =
            row.map_or((0, false), |row| (row.generation, std::mem::take(&mut row.wanted)));
        (Leased::Held { generation, rev, wanted }, from_another)
    }

    /// Gives a lease back; nothing happens when it is somebody else's by now.
    pub(super) fn release(&mut self, visitor: &str, fence: Fence) {
        let Some(rows) = self.leases.get_mut(visitor) else { return };
        if rows.get(&fence.role).is_none_or(|row| row.generation != fence.generation) {
            return;
        }
        rows.remove(&fence.role);
        if rows.is_empty() {
            self.leases.remove(visitor);
        }
        if fence.role == Role::Poll
            && let Some(due) = self.care.get_mut(visitor)
        {
            *due = Instant::now();
        }
        self.tell(visitor, What::Released(fence.role));
    }

    /// A batch was written.
    pub(super) fn written(&mut self, visitor: &str, rev: u64, unfinished: bool) {
        self.minded(visitor, unfinished);
        self.tell(visitor, What::Written(rev));
    }

    /// Notes whether a visitor is to be looked after. Who begins something has a moment to take it on.
    fn minded(&mut self, visitor: &str, unfinished: bool) {
        if !unfinished {
            self.care.remove(visitor);
        } else if !self.care.contains_key(visitor) {
            self.care.insert(visitor.to_owned(), Instant::now() + TTL);
        }
    }

    /// An unfinished visitor that was found in the store at its start.
    pub(super) fn found(&mut self, visitor: String) {
        self.care.insert(visitor, Instant::now());
    }

    /// Unfinished visitors that nobody looks after, at most `most`; they are not named again for [`TTL`].
    pub(super) fn orphans(&mut self, most: usize) -> Vec<String> {
        let now = Instant::now();
        let due = self.care.iter_mut().filter(|(_, due)| **due <= now).take(most);
        due.map(|(visitor, due)| {
            *due = now + TTL;
            visitor.clone()
        })
        .collect()
    }

    /// Forgets a visitor that was erased.
    pub(super) fn erased(&mut self, visitor: &str) {
        self.leases.remove(visitor);
        self.care.remove(visitor);
        if let Some(key) = self.alone.remove(visitor) {
            self.slips.remove(&key);
        }
        self.tell(visitor, What::Erased);
    }

    /// Keeps a ticket; false when it is another visitor's.
    pub(super) fn put_slip(&mut self, key: SlipKey, slip: Slip, life: Duration) -> Result<bool, StoreError> {
        if self.slips.get(&key).is_some_and(|(kept, _)| kept.visitor() != slip.visitor()) {
            return Ok(false);
        }
        if slip.is_alone()
            && let Some(before) = self.alone.insert(slip.visitor().to_owned(), key)
        {
            self.slips.remove(&before);
        }
        if self.slips.len() >= MOST_SLIPS {
            self.sweep();
        }
        if self.slips.len() >= MOST_SLIPS {
            return Err(StoreError::Crowded);
        }
        self.slips.insert(key, (slip, Instant::now() + life));
        Ok(true)
    }

    /// What a ticket is good for.
    pub(super) fn slip(&self, key: &SlipKey) -> Option<Slip> {
        self.slips.get(key).filter(|(_, until)| *until > Instant::now()).map(|(slip, _)| slip.clone())
    }

    /// The same, once.
    pub(super) fn take_slip(&mut self, key: &SlipKey) -> Option<Slip> {
        let (slip, until) = self.slips.remove(key)?;
        if slip.is_alone() {
            self.alone.remove(slip.visitor());
        }
        (until > Instant::now()).then_some(slip)
    }

    /// Forgets the tickets that are over.
    pub(super) fn sweep(&mut self) {
        let now = Instant::now();
        self.slips.retain(|_, (_, until)| *until > now);
        let slips = &self.slips;
        self.alone.retain(|_, key| slips.contains_key(key));
    }

    /// Everything that happens from now on.
    pub(super) fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    fn tell(&self, visitor: &str, what: What) {
        // Nobody may listen: a proxy that is alone with its store has no use for it.
        let _heard = self.news.send(News { visitor: visitor.into(), what });
    }
}
