//! Earlier messages, where the centre keeps them: page by page backwards, for a visitor who wants to see more, and by
//! itself where the journal has a gap.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::Call;
use crate::failure::{Failure, Next};
use crate::input::Answer;
use frontdesk_contract::{ErrorCode, HistoryPage, Offers};

/// The most pages that one wish may ask for, while they bring nothing new or do not reach back far enough.
const MOST_PAGES: u32 = 20;
/// So often a page is tried before the visitor is asked.
const MOST_TRIES: u32 = 3;

/// How long the journal has to tell what the history knows already, in milliseconds.
const AGAIN_MS: u64 = 1_000;

/// Where the earlier messages stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryState {
    /// This desk has none, or none is known yet.
    Unavailable,
    /// More can be asked for.
    Idle,
    /// Being asked for.
    Loading,
    /// There is nothing earlier.
    End,
    /// Could not be read, or a gap is too long to be filled at once; can be asked for again.
    Failed,
}

/// Where to read on.
#[derive(Clone, Debug, Default)]
struct Place {
    /// From the page before; `None`: the newest.
    before: Option<String>,
    /// Id of the oldest message of the page before.
    oldest: Option<String>,
}

impl Place {
    /// After this page.
    fn after(page: &HistoryPage) -> Self {
        let oldest = page.items.first().map(|item| item.id.clone());
        Self { before: page.before.clone(), oldest }
    }
}

/// What is being read.
#[derive(Clone, Debug)]
struct Reading {
    /// Where a gap is read to, from the newest message on; `None`: what the visitor wants, further back.
    gap: Option<Place>,
    pages_left: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    place: Place,
    begun: bool,
    ended: bool,
    failed: bool,
    /// A gap is to be filled once there is time, from here on.
    gap: Option<Place>,
    reading: Option<Reading>,
    tries: Tries,
}

impl Past {
    pub(super) fn state(&self, offers: Option<&Offers>) -> HistoryState {
        if !offers.is_some_and(|offers| offers.history) {
            HistoryState::Unavailable
        } else if self.reading.is_some() {
            HistoryState::Loading
        } else if self.failed {
            HistoryState::Failed
        } else if self.ended {
            HistoryState::End
        } else {
            HistoryState::Idle
        }
    }

    pub(super) fn hurry(&mut self) {
        self.tries.hurry();
    }

    /// Another session.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    fn read(&mut self, gap: Option<Place>) {
        self.failed = false;
        self.tries = Tries::default();
        self.reading = Some(Reading { gap, pages_left: MOST_PAGES });
    }
}

impl Session {
    pub(super) fn want_earlier(&mut self, step: &mut Step) {
        if self.past.reading.is_some() {
            return;
        }
        if self.past.gap.is_some() {
            // That could not be filled comes first.
            self.past.failed = false;
        } else if !self.past.ended {
            self.past.read(None);
        }
        step.redraw();
    }

    /// The journal has a gap: the history may tell what was there.
    pub(super) fn fill_gap(&mut self) {
        self.past.gap = Some(Place::default());
        self.past.failed = false;
    }

    pub(super) fn advance_past(&mut self, step: &mut Step) -> Option<u64> {
        let offered = self.offers.as_ref().is_some_and(|offers| offers.history);
        if self.stage != Stage::Open || !offered || self.is_open(Purpose::History) {
            return None;
        }
        // What the journal has comes first; nothing of it is asked for twice.
        let idle = self.past.reading.is_none() && !self.past.failed;
        if idle
            && !self.following.is_behind()
            && let Some(place) = self.past.gap.take()
        {
            if self.transcript.has_inner_gap() {
                self.past.read(Some(place));
                step.redraw();
            } else if !self.past.begun {
                self.past.read(None);
                step.redraw();
            } else if self.past.ended {
                self.transcript.close_first_gap(&mut step.changes);
            }
        }
        let reading = self.past.reading.as_ref()?;
        if self.past.tries.next_ms() > step.now.ms {
            return Some(self.past.tries.next_ms());
        }
        let place = reading.gap.as_ref().unwrap_or(&self.past.place);
        // Where the newest messages belong, the journal says.
        if place.oldest.is_none() && self.following.is_behind() {
            return None;
        }
        let call = Call::History { before: place.before.clone() };
        self.request(step, Purpose::History, call);
        None
    }

    pub(super) fn past_read(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        step.redraw();
        let failure = match result {
            Ok(Answer::History(page)) => return self.take_past(step, page),
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        match failure.next() {
            Next::Retry { after_ms } if self.past.tries.failed() + 1 < MOST_TRIES => {
                step.put_off(&mut self.past.tries, after_ms);
            }
            Next::Reopen => self.reopen(step),
            _ => {
                let reading = self.past.reading.take();
                // There is none after all, or the visitor has it tried again.
                let never = failure.code() == Some(ErrorCode::NotOffered);
                self.past.ended |= never;
                self.past.failed = !never;
                if self.past.failed && self.past.gap.is_none() {
                    self.past.gap = reading.and_then(|reading| reading.gap);
                }
            }
        }
    }

    fn take_past(&mut self, step: &mut Step, page: HistoryPage) {
        let Some(mut reading) = self.past.reading.take() else { return };
        self.past.tries.succeed();
        let next = Place::after(&page);
        let place = reading.gap.as_ref().unwrap_or(&self.past.place);
        let (newer, cursor) = (place.oldest.as_deref(), self.following.cursor());
        let waits = match newer {
            Some(newer) => !self.transcript.has_heard(newer, cursor),
            None => self.following.is_behind(),
        };
        if waits && reading.pages_left > 1 {
            // The page, or that before it, was left to the journal: from the newest on again, once that had time to tell it.
            reading.pages_left -= 1;
            match &mut reading.gap {
                Some(place) => *place = Place::default(),
                None => self.past.place = Place::default(),
            }
            self.past.reading = Some(reading);
            return step.put_off(&mut self.past.tries, AGAIN_MS);
        }
        let merged = self.transcript.merge(page.items, newer, cursor, &mut step.changes);
        let last = next.before.is_none() || merged.full;
        reading.pages_left = reading.pages_left.saturating_sub(1);
        let enough = match reading.gap {
            Some(_) => !self.transcript.has_inner_gap(),
            None => merged.new > 0,
        };
        if last && reading.gap.is_some() {
            // One that has come meanwhile is below: it is read to next, from the newest message on.
            if self.past.gap.is_none() {
                self.transcript.close_gaps(&mut step.changes);
            }
        } else if last || enough {
            // One further down is read to from the newest message on.
            self.transcript.close_first_gap(&mut step.changes);
        }
        let goes_on = !last && !enough && reading.pages_left > 0;
        let deeper = reading.gap.is_none() || !self.past.begun;
        if deeper && !(goes_on && reading.gap.is_some()) {
            // From here on the visitor may read on.
            self.past.place = next.clone();
            self.past.begun = true;
            self.past.ended |= last;
        }
        if goes_on {
            reading.gap = reading.gap.and(Some(next));
            self.past.reading = Some(reading);
        } else if !last && !enough && reading.gap.is_some() {
            // A very long gap: the visitor decides whether to read on.
            self.past.gap = self.past.gap.take().or(Some(next));
            self.past.failed = true;
        }
    }
}
