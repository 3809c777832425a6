//! Reading what happened: the cursor, the long poll, and what each event changes.

use super::step::{Purpose, Step};
use super::{Session, Stage};
use crate::backoff::Tries;
use crate::effect::{Call, Effect};
use crate::failure::{Failure, Next};
use crate::input::{Answer, Role};
use core::mem;
use frontdesk_contract::EventPage;

/// After a conversation has ended, news (a question for a rating) is waited for so long, in milliseconds.
const LINGER_MS: u64 = 20_000;
/// A tab that cannot hear others asks this often, in milliseconds.
const ALONE_EVERY_MS: u64 = 2_000;
/// The same without a conversation, while the panel is seen: another tab may begin one.
const ALONE_IDLE_MS: u64 = 10_000;
/// The leader's requests wait so long for news, in seconds: with their timeout it is noticed within half a minute that
/// nothing is received.
const WAIT_S: u32 = 20;
/// And so long, in seconds, while a tone is due: a browser that hardly lets the timers of a hidden page run still brings the
/// answer.
const TONE_WAIT_S: u32 = 1;
/// A tab that follows and hears nothing asks by itself after so long, in milliseconds: somewhat longer than a leader waits.
const SILENCE_MS: u64 = 22_000;
/// A tab that woke up looks whether another has begun a conversation, but not again so soon, in milliseconds.
const PEEK_MS: u64 = 60_000;
/// The leader's page brings an own message soon; a follower asks only if it does not, after so many milliseconds.
const GRACE_MS: u64 = 1_000;
/// What is known to exist is given so much longer to come with a request that waits, in milliseconds.
const OVERDUE_MS: u64 = 4_000;
/// A desk that answers without news and without waiting is asked at most this often, in milliseconds.
const PACE_MS: u64 = 1_000;

#[derive(Clone, Debug, Default)]
pub(super) struct Following {
    role: Role,
    cursor: u64,
    /// Number of the newest event that is known to exist.
    newest: u64,
    /// Events up to here were part of the state that the session was opened with.
    told: u64,
    asked_after: u64,
    /// `newest` when the last page was asked for.
    asked_newest: u64,
    /// Not before this time is asked again, since asking brought nothing.
    pace_until: u64,
    asked_ms: u64,
    /// The last event about the conversation told of an open one.
    was_open: bool,
    tries: Tries,
    /// Follow until then although no conversation is open.
    linger_until: u64,
    /// Ask again at this time, if nothing was heard until then.
    ask_at: u64,
    contact_events: u32,
    ask_now: bool,
    /// The visitor has seen all events up to here, in this tab or another, on this page or one before, if that is known.
    seen: Option<u64>,
    /// Ask once, although there is no conversation.
    peek: bool,
    /// The last request waits for news.
    waits: bool,
}

impl Following {
    pub(super) fn cursor(&self) -> u64 {
        self.cursor
    }

    pub(super) fn failed(&self) -> u32 {
        self.tries.failed()
    }

    pub(super) fn tries(&mut self) -> &mut Tries {
        &mut self.tries
    }

    pub(super) fn is_leader(&self) -> bool {
        self.role == Role::Leader
    }

    pub(super) fn is_follower(&self) -> bool {
        self.role == Role::Follower
    }

    pub(super) fn seen(&self) -> Option<u64> {
        self.seen
    }

    /// The visitor has seen all events up to this number; 0 says nothing. Answers whether that is more than was known.
    pub(super) fn see(&mut self, seq: u64) -> bool {
        let before = self.seen;
        self.remember_seen((seq > 0).then_some(seq));
        self.seen > before
    }

    /// What an earlier page knew; 0 says that nothing was seen.
    pub(super) fn remember_seen(&mut self, seen: Option<u64>) {
        self.seen = self.seen.max(seen);
    }

    /// The visitor has not seen this event: it has come just now, or since they saw the last one, on whatever page.
    pub(super) fn is_unseen(&self, seq: u64) -> bool {
        self.seen.map_or_else(|| self.is_news(seq), |seen| seq > seen)
    }

    /// There are events that are known to exist and not read.
    pub(super) fn is_behind(&self) -> bool {
        self.newest > self.cursor
    }

    pub(super) fn contact_events(&self) -> u32 {
        self.contact_events
    }

    pub(super) fn hurry(&mut self) {
        self.tries.hurry();
        self.ask_now = true;
    }

    /// The page has slept; who knows what has begun meanwhile.
    pub(super) fn peek(&mut self, now_ms: u64) {
        self.peek |= now_ms >= self.asked_ms + PEEK_MS;
    }

    /// Something happened of which no event is known here yet.
    pub(super) fn expect_news(&mut self) {
        self.ask_now = true;
    }

    /// An event of this number exists.
    pub(super) fn expect(&mut self, seq: u64, now_ms: u64) {
        self.newest = self.newest.max(seq);
        self.ask_at = self.ask_at.min(now_ms + GRACE_MS);
    }

    /// Something happened after the last event that is known here.
    pub(super) fn expect_more(&mut self, now_ms: u64) {
        self.expect(self.cursor.saturating_add(1), now_ms);
    }

    /// The conversation is over, as far as is known: a newer one may be told by the very next event, and perhaps nobody
    /// leads any more who would tell it.
    pub(super) fn linger(&mut self, now_ms: u64) {
        self.linger_until = now_ms + LINGER_MS;
        self.ask_now = true;
    }

    pub(super) fn restart(&mut self) {
        *self = Self { role: self.role, contact_events: self.contact_events, ..Self::default() };
    }

    pub(super) fn opened_at(&mut self, newest: u64) {
        self.told = newest;
        self.newest = self.newest.max(newest);
        self.tries.succeed();
        if newest == 0 {
            // All there is was seen: nothing.
            self.remember_seen(Some(0));
        }
    }

    /// The event is newer than the state that the session was opened with.
    pub(super) fn is_news(&self, seq: u64) -> bool {
        seq > self.told
    }

    /// Everything up to here is applied.
    pub(super) fn reached(&mut self, seq: u64) {
        self.cursor = self.cursor.max(seq);
        self.newest = self.newest.max(self.cursor);
    }

    /// An event about the conversation came; whether another conversation begins with it.
    pub(super) fn contact_event(&mut self, news: bool, open: bool) -> bool {
        self.contact_events += u32::from(news);
        !mem::replace(&mut self.was_open, open) && open
    }

    /// A page was asked for after this number and has been applied: what does that say about the next?
    fn asked_well(&mut self, after: u64) {
        let behind = self.newest > self.cursor;
        if self.cursor > after {
            // There was more than fits into a page.
            self.ask_now |= behind;
            return;
        }
        self.pace_until = self.asked_ms + PACE_MS;
        if behind && self.newest == self.asked_newest {
            // The desk does not have what was expected.
            self.newest = self.cursor;
        } else if behind {
            self.ask_at = self.ask_at.min(self.asked_ms + GRACE_MS);
        }
    }

    /// Whether the role changed.
    pub(super) fn set_role(&mut self, role: Role, now_ms: u64) -> bool {
        let changed = self.role != role;
        self.role = role;
        if changed {
            // Who leads asks and tells at once, so that all know how far it has come. A tab that cannot hear others
            // must not wait to hear something.
            self.ask_now |= role == Role::Leader;
            self.ask_at = if role == Role::Alone { now_ms } else { now_ms + SILENCE_MS };
        }
        changed
    }
}

impl Session {
    pub(super) fn advance_following(&mut self, step: &mut Step) -> Option<u64> {
        if self.stage != Stage::Open {
            return None;
        }
        let now = step.now.ms;
        let open = self.contact_open() || self.wish.is_some() || self.calling.is_going_on();
        let asking = self.is_open(Purpose::Events);
        let wait_s = if self.sharing.sounds_soon() { TONE_WAIT_S } else { WAIT_S };
        let following = &mut self.following;
        let behind = following.newest > following.cursor;
        let lingering = following.linger_until > now;
        let watching = following.role == Role::Alone && self.seen;
        let follow = open || lingering || watching;
        // The desk has said that there is more: a request that waits and does not bring it may be heard by nobody.
        let overdue = following.waits && behind && following.role == Role::Leader;
        if asking && overdue && now >= following.ask_at + OVERDUE_MS {
            following.ask_now = true;
            self.abort(step, Purpose::Events);
        } else if !(follow || behind || following.peek) || asking {
            let lingering = lingering.then_some(following.linger_until);
            let overdue = (asking && overdue).then_some(following.ask_at + OVERDUE_MS);
            return lingering.into_iter().chain(overdue).min();
        }
        let following = &mut self.following;
        // What a page must show at once is asked without waiting, by everyone.
        let catch_up = behind && following.cursor < following.told;
        let (due, wait_s) = match following.role {
            _ if catch_up => (0, 0),
            Role::Leader if follow && !behind && !following.ask_now => (0, wait_s),
            Role::Leader => (0, 0),
            Role::Follower | Role::Alone => (if following.ask_now { 0 } else { following.ask_at }, 0),
        };
        let due = due.max(following.tries.next_ms()).max(following.pace_until);
        if due > now {
            let linger = lingering.then_some(following.linger_until);
            return Some(linger.map_or(due, |until| until.min(due)));
        }
        following.ask_now = false;
        following.peek = false;
        following.waits = wait_s > 0;
        following.asked_after = following.cursor;
        following.asked_newest = following.newest;
        following.asked_ms = now;
        let call = Call::Events { after: following.cursor, wait_s };
        self.request(step, Purpose::Events, call);
        None
    }

    pub(super) fn polled(&mut self, step: &mut Step, result: Result<Answer, Failure>) {
        let now = step.now.ms;
        let failure = match result {
            Ok(Answer::Events(page)) => {
                let open = self.contact_open();
                let following = &mut self.following;
                following.tries.succeed();
                let pause = match following.role {
                    Role::Alone if open => ALONE_EVERY_MS,
                    Role::Alone => ALONE_IDLE_MS,
                    Role::Leader | Role::Follower => SILENCE_MS,
                };
                following.ask_at = now + pause;
                let after = following.asked_after;
                // A follower tells too what nobody may have told: it may have begun the conversation just now.
                let tell = match following.role {
                    // An empty page too: those who missed something learn that from its number, the others need not ask.
                    Role::Leader => true,
                    Role::Follower => page.events.iter().any(|event| following.is_news(event.seq)),
                    Role::Alone => false,
                };
                if tell {
                    step.effects.push(Effect::Tell { after });
                }
                self.apply(step, page);
                return self.following.asked_well(after);
            }
            Ok(_) => Failure::Foreign,
            Err(failure) => failure,
        };
        match failure.next() {
            Next::Reopen => self.reopen(step),
            Next::Retry { after_ms } => {
                step.put_off_probe(&mut self.following.tries, after_ms);
                // What waits for news would not tell that it got through.
                self.following.ask_now = true;
            }
            // A refusal that does not go away must not be asked for in a loop.
            Next::Stop | Next::Hold | Next::Reconnect => step.put_off(&mut self.following.tries, 30_000),
        }
    }

    pub(super) fn heard(&mut self, step: &mut Step, after: u64, page: EventPage) {
        self.got_through(step, true);
        self.following.ask_at = step.now.ms + SILENCE_MS;
        if self.stage != Stage::Open {
            // Too early to be applied; to be asked for once the session is open.
            self.following.newest = self.following.newest.max(page.next);
            self.following.ask_now = true;
            return;
        }
        if after > self.following.cursor {
            // The pages between were not heard.
            self.following.newest = self.following.newest.max(page.next);
            self.following.ask_now = true;
        } else {
            self.apply(step, page);
        }
    }
}
