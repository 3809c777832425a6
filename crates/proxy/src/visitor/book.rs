//! The visitor's record in memory, and the only way to change it: durable first, then visible.

use super::draft::Draft;
use super::recent::Recent;
use super::{Mark, Visitor, lease};
use crate::problem::Problem;
use crate::store::{Store, StoreError, Survey, VisitorRecord};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The record as it was last read or written, with the codes that go with it.
#[derive(Debug)]
pub struct Book {
    record: VisitorRecord,
    recent: Recent,
}

impl Book {
    /// Reads a visitor; `None` when there is none (any more).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: &dyn Store, visitor: &str) -> Result<Option<Self>, StoreError> {
        let Some(record) = store.visitor(visitor).await? else { return Ok(None) };
        let recent = Recent::new(store.codes(visitor).await?);
        Ok(Some(Self { record, recent }))
    }

    /// Reads the visitor again; false when there is none any more.
    async fn load_again(&mut self, store: &dyn Store) -> Result<bool, StoreError> {
        let Some(record) = store.visitor(&self.record.id).await? else { return Ok(false) };
        if record.codes != self.record.codes {
            self.recent = Recent::new(store.codes(&record.id).await?);
        }
        self.record = record;
        Ok(true)
    }

    /// The record.
    pub fn record(&self) -> &VisitorRecord {
        &self.record
    }
}

/// How things stood before a change.
#[derive(Clone, Copy, Debug)]
struct Was {
    /// A conversation was open.
    open: bool,
    /// It was polled, or looked back at.
    polling: bool,
    /// A call was going on.
    calling: bool,
}

impl Was {
    fn of(record: &VisitorRecord) -> Self {
        Self { open: record.is_open(), polling: record.polling, calling: record.is_calling() }
    }
}

/// How often a change is computed again after somebody else changed the visitor. Each time somebody got through, of as
/// many as there are proxies.
const ATTEMPTS: u32 = 20;

impl Visitor {
    /// The record as it stands.
    ///
    /// # Errors
    /// [`frontdesk_contract::ErrorCode::SessionUnknown`] when the visitor was erased; when the store fails.
    pub async fn record(&self) -> Result<VisitorRecord, Problem> {
        let mut book = self.book.lock().await;
        Ok(self.current(&mut book).await?.record.clone())
    }

    /// Changes the visitor: `change` is computed on the present record, written, and then seen by everybody. It may be
    /// computed more than once.
    ///
    /// # Errors
    /// As [`Visitor::record`]. After an error the change may or may not be in the store; the record is read anew.
    pub async fn change<T>(
        self: &Arc<Self>,
        mut change: impl FnMut(&mut Draft, &Recent) -> T,
    ) -> Result<T, Problem> {
        let mut book = self.book.lock().await;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let current = self.current(&mut book).await?;
            let mut draft = Draft::of(&current.record, self.now_ms());
            let answer = change(&mut draft, &current.recent);
            let Some(mut batch) = draft.finish(self.shared.settings().limits.events_per_visitor.into())
            else {
                return Ok(answer);
            };
            batch.fence = lease::fence();
            let (record, codes) = (batch.record.clone(), batch.codes.clone());
            let dropped = batch.dropped.clone();
            #[cfg(feature = "planted")]
            if frontdesk_planted::is(frontdesk_planted::Bug::JournalAfterAnswer) && !codes.is_empty() {
                let early = &self.planted.early;
                early.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(batch.events.clone());
                self.show(Mark::of(&record));
                tokio::time::sleep(std::time::Duration::from_millis(800)).await;
            }
            match self.shared.store.write(batch).await {
                Ok(()) => {
                    let was = Was::of(&current.record);
                    current.recent.extend(codes);
                    current.record = record;
                    if !dropped.is_empty() {
                        let cache = &self.shared.cache;
                        cache.forget_files(&self.id, |source| dropped.contains(&source.id()));
                    }
                    self.publish(&current.record, was);
                    return Ok(answer);
                }
                Err(StoreError::Conflict) if attempt < ATTEMPTS => self.load_again(&mut book).await?,
                Err(error) => {
                    *book = None;
                    return Err(error.into());
                }
            }
        }
    }

    async fn current<'a>(&self, book: &'a mut Option<Book>) -> Result<&'a mut Book, Problem> {
        if book.is_none() {
            *book = Book::load(self.shared.store.as_ref(), &self.id).await?;
            // A write that seemed to fail may be in the store all the same.
            self.learn(book.as_ref());
        }
        book.as_mut().ok_or_else(Problem::session_unknown)
    }

    /// Reads the record again, since somebody else has changed it.
    async fn load_again(&self, book: &mut Option<Book>) -> Result<(), Problem> {
        if let Some(known) = book {
            match known.load_again(self.shared.store.as_ref()).await {
                Ok(true) => {}
                Ok(false) => *book = None,
                Err(error) => {
                    *book = None;
                    return Err(error.into());
                }
            }
            self.learn(book.as_ref());
        }
        self.current(book).await.map(drop)
    }

    /// The same unless the record is at `rev`, where the store is said to be.
    pub(super) async fn reload(&self, rev: u64) -> Result<(), Problem> {
        let mut book = self.book.lock().await;
        match book.as_ref().map(|book| book.record.rev) {
            Some(known) if known == rev => Ok(()),
            // What was written here meanwhile is newer than what was said.
            Some(known) if self.shared.store.rev(&self.id).await? == Some(known) => Ok(()),
            _ => self.load_again(&mut book).await,
        }
    }

    /// Whether a change is under way, which reads what others wrote if it has to.
    pub(super) fn is_changing(&self) -> bool {
        self.book.try_lock().is_err()
    }

    /// Takes what was read from the store.
    fn learn(&self, book: Option<&Book>) {
        let was = self.mark();
        let Some(book) = book else {
            self.gone();
            return;
        };
        self.rev.store(book.record.rev, Ordering::Release);
        let mark = Mark::of(&book.record);
        self.show(mark);
        if was.open != mark.open {
            self.wake.notify_one();
        }
        self.calling.look();
    }

    /// Reads the record anew if nobody knows what is in the store, so that what is there is published.
    pub(super) async fn catch_up(&self) -> Result<(), Problem> {
        if let Ok(mut book) = self.book.try_lock() {
            self.current(&mut book).await?;
        }
        Ok(())
    }

    fn show(&self, mark: Mark) {
        self.mark.send_if_modified(|old| std::mem::replace(old, mark) != mark);
    }

    fn publish(self: &Arc<Self>, record: &VisitorRecord, was: Was) {
        let mark = Mark::of(record);
        self.rev.store(record.rev, Ordering::Release);
        self.show(mark);
        match (was.open, mark.open) {
            // What was lost of the conversation before may not have been looked for yet.
            (false, true) => self.poll(was.polling),
            (true, false) => {
                self.wake.notify_one();
                if record.survey == Survey::Due {
                    self.fetch_survey();
                }
            }
            _ if was.calling && !record.is_calling() && record.survey == Survey::Due => self.fetch_survey(),
            _ => {}
        }
    }

    /// Erases the visitor from the store; the credential is dead afterwards.
    pub(crate) async fn erase(&self) -> Result<VisitorRecord, Problem> {
        let mut book = self.book.lock().await;
        let record = self.current(&mut book).await?.record.clone();
        self.shared.store.erase(&self.id).await?;
        *book = None;
        self.gone();
        Ok(record)
    }

    /// The visitor was erased, here or elsewhere.
    fn gone(&self) {
        self.rev.store(u64::MAX, Ordering::Release);
        self.mark.send_modify(|mark| *mark = Mark { open: false, erased: true, ..*mark });
        self.wake.notify_one();
        self.calling.look();
    }
}
