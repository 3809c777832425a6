//! What happened, as it is seen from outside: at the keyboards, at the agent's desk, on the wires.

use frontdesk_visitor::clock::Clock;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A message of a visitor.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What it says.
    pub text: String,
    /// When Enter was pressed.
    pub at_ms: u64,
    /// The browser was killed before its storage could take it; it was never shown as on its way.
    pub gone: bool,
}

/// A message as it was read.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What it says.
    pub text: String,
    /// The id that it came with.
    pub id: Option<String>,
    /// When it appeared.
    pub at_ms: u64,
}

/// A message of the agent.
#[derive(Clone, Debug)]
pub struct Said {
    /// What it says.
    pub text: String,
    /// The centre's code of it.
    pub code: String,
    /// When it was sent.
    pub at_ms: u64,
}

/// Copies of an agent's message that left the centre, one after the other in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandedOut {
    /// To this proxy, by its number.
    pub proxy: u64,
    /// What went wrong with the answer.
    pub fault: Option<&'static str>,
    /// The proxy got the answer all the same, whole and in time.
    pub arrived: bool,
}

/// A time in which a visitor had no conversation, since the agent had ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// When it was ended.
    pub from_ms: u64,
    /// When the agent saw the next one, at the latest a look after it began.
    pub to_ms: Option<u64>,
}

impl Over {
    fn has(&self, at_ms: u64) -> bool {
        self.from_ms <= at_ms && self.to_ms.is_none_or(|to_ms| at_ms <= to_ms)
    }
}

/// Everything by visitor.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    /// What the visitor typed.
    pub typed: Vec<Typed>,
    /// What the agent read of it.
    pub heard: Vec<Heard>,
    /// What the agent typed.
    pub said: Vec<Said>,
    /// What the visitor was shown of it, and when each first appeared.
    pub shown: Vec<Heard>,
    /// When each was shown first, by its code: a page that is loaded again shows everything anew.
    pub first_shown: BTreeMap<String, u64>,
    /// When the visitor's page was last there again after it had been away, or was loaded anew.
    pub back_ms: u64,
    /// When the visitor had no conversation, by what the agent did.
    pub over: Vec<Over>,
}

impl Talk {
    /// Whether the agent had ended the conversation by then, and there was no other yet.
    pub fn is_over(&self, at_ms: u64) -> bool {
        self.over.iter().any(|over| over.has(at_ms))
    }
}

/// The books of a run.
#[derive(Debug, Default)]
pub struct Books {
    /// By number of the visitor.
    pub talks: BTreeMap<u64, Talk>,
    /// How often each fault was injected.
    pub faults: BTreeMap<&'static str, u64>,
    /// What was done to requests that carried this id, between proxy and centre.
    pub ids: BTreeMap<String, BTreeSet<&'static str>>,
    /// When the centre said something about the message with this id that a proxy got, whole and in time.
    pub told: BTreeMap<String, Vec<u64>>,
    /// Ids of messages that the centre has refused for good while the outcome of an earlier attempt was open.
    pub denied: BTreeSet<String>,
    /// Copies of the message with this code that left the centre.
    pub handed_out: HashMap<String, Vec<HandedOut>>,
    /// Answers to polls whose messages were turned round: their codes.
    pub rearranged: Vec<Vec<String>>,
    /// Codes that a store holds.
    pub journalled: BTreeSet<String>,
    /// By proxy: ids whose outcome its store does not hold yet.
    pub open: BTreeMap<u64, BTreeSet<String>>,
    /// Proxies that were killed, by number.
    pub killed: BTreeSet<u64>,
    /// By visitor: ids of messages that were refused for good since the page was loaded, until the visitor presses "retry".
    pub refused: BTreeMap<u64, BTreeSet<String>>,
    /// Requests of visitors.
    pub requests: u64,
    /// Of these: messages.
    pub posts: u64,
    /// Requests of proxies to the centre.
    pub calls: u64,
    /// What must never happen and did.
    pub violations: Vec<String>,
    hash: Fnv,
    lines: Option<Vec<String>>,
}

/// The books and the time.
#[derive(Debug)]
pub struct Record {
    /// The time of the run.
    pub clock: Clock,
    began_ms: u64,
    books: Mutex<Books>,
}

impl Record {
    /// Empty books. `keep`: the lines are kept, not only their hash.
    pub fn new(clock: Clock, keep: bool) -> Self {
        let books = Books { lines: keep.then(Vec::new), ..Books::default() };
        Self { clock, began_ms: clock.now_ms(), books: Mutex::new(books) }
    }

    /// The books.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds from the beginning of the run to this time.
    pub fn since(&self, epoch_ms: u64) -> u64 {
        epoch_ms.saturating_sub(self.began_ms)
    }

    /// Milliseconds since the run began.
    pub fn now_ms(&self) -> u64 {
        self.clock.now_ms() - self.began_ms
    }

    /// Writes a line into the history.
    pub fn note(&self, line: std::fmt::Arguments<'_>) {
        let now = self.now_ms();
        let mut books = self.books();
        let hash = &mut books.hash;
        // Writing into a hash does not fail.
        let _ = writeln!(hash, "{now} {line}");
        if let Some(lines) = &mut books.lines {
            lines.push(format!("{now:>7} {line}"));
        }
    }

    /// A fault was injected.
    pub fn fault(&self, kind: &'static str, about: std::fmt::Arguments<'_>) {
        *self.books().faults.entry(kind).or_default() += 1;
        self.note(format_args!("! {kind} {about}"));
    }

    /// A proxy was killed: what it had begun is open.
    pub fn killed(&self, proxy: u64) {
        let mut books = self.books();
        books.killed.insert(proxy);
        for id in books.open.remove(&proxy).unwrap_or_default() {
            books.ids.entry(id).or_default().insert("proxy: killed");
        }
    }

    /// Something happened that must never happen.
    pub fn violation(&self, text: String) {
        self.note(format_args!("VIOLATION {text}"));
        self.books().violations.push(text);
    }

    /// Changes what is known of a visitor.
    pub fn talk<T>(&self, visitor: u64, change: impl FnOnce(&mut Talk) -> T) -> T {
        change(self.books().talks.entry(visitor).or_default())
    }
}

impl Books {
    /// A copy of the message with this code leaves the centre.
    pub fn hand_out(&mut self, code: &str, copy: HandedOut) {
        let copies = self.handed_out.entry(code.to_owned()).or_default();
        // A centre that repeats itself hands out the same by every poll.
        if copies.last() != Some(&copy) {
            copies.push(copy);
        }
    }

    /// The answer with that copy came to this proxy.
    pub fn arrived(&mut self, code: &str, proxy: u64) {
        let Some(copies) = self.handed_out.get_mut(code) else { return };
        let under_way = |copy: &HandedOut| copy.proxy == proxy && !copy.arrived;
        let Some(at) = copies.iter().rposition(under_way) else { return };
        let copy = HandedOut { arrived: true, ..copies.remove(at) };
        if !copies.contains(&copy) {
            copies.insert(at, copy);
        }
    }

    /// The centre refuses the message with this id for good.
    pub fn deny(&mut self, id: Option<&str>) {
        self.denied.extend(id.filter(|id| self.ids.contains_key(*id)).map(str::to_owned));
    }

    /// The hash of the whole history.
    pub fn hash(&self) -> u64 {
        self.hash.0
    }

    /// The lines of the history, if they were kept.
    pub fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}

/// FNV-1a, 64 bits.
#[derive(Clone, Copy, Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl std::fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}
