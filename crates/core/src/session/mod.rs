//! A visitor's session: the only entry of the core.
//!
//! ```text
//!            Open, Start with a credential            answered
//!   Idle ───────────────────────────────► Opening ──────────────► Open ──┐
//!                                            │ ▲                         │ credential dead
//!                            refused for good│ └─────────────────────────┘
//!                                            ▼
//!                                         Refused ── Open ──► Opening
//! ```
//!
//! After each input, [`Session::handle`] starts whatever may start now (`advance_…`); each part answers when it wants to
//! be asked again. So nothing depends on which input came before which.

mod calling;
mod contact;
mod drafting;
mod errands;
mod events;
mod following;
mod opening;
mod past;
mod rating;
mod receipts;
mod redacting;
mod sending;
mod sharing;
mod step;
mod suggesting;
mod uploading;

use crate::backoff::Tries;
use crate::effect::{Effect, RequestId};
use crate::failure::Failure;
use crate::input::{Answer, Input, Role};
use crate::now::Now;
use crate::outbox::Outbox;
use crate::snapshot::{Record, RecordKey, SCHEMA, Saved};
use crate::transcript::{MineState, Transcript};
use calling::Calling;
use contact::Wish;
use core::fmt;
use drafting::Drafting;
use errands::Errands;
use following::Following;
use frontdesk_contract::{About, ClientId, ConnectTo, Contact, ErrorCode, LeaveMessage, Offers, QueueInfo};
use past::Past;
use rating::Rating;
use receipts::Receipts;
use sharing::Sharing;
use step::{Open, Purpose, Step};
use suggesting::Suggesting;
use uploading::Uploads;

pub use errands::LeaveState;
pub use past::HistoryState;
pub use rating::RatingState;
pub use sharing::{ORPHAN_AT_REST_MS, ORPHAN_MS};

/// A page that wakes up asks anew what was asked so long ago, in milliseconds: news, and all else. What was asked since
/// it woke up is not.
const OLD_POLL_MS: u64 = 3_000;
const OLD_MS: u64 = 10_000;
/// A timer may be early by so much, in milliseconds.
const TIMERS_MS: u64 = 500;

/// What the host decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Id of the desk.
    pub desk: String,
    /// The visitor's language, a BCP 47 tag.
    pub locale: String,
    /// Who the visitor is, where the site says so.
    pub identity: Option<Identity>,
}

impl Settings {
    /// For a visitor of whom the site says nothing.
    pub fn new(desk: impl Into<String>, locale: impl Into<String>) -> Self {
        Self { desk: desk.into(), locale: locale.into(), identity: None }
    }
}

/// What the site's server says of who the visitor is.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its signed token, [`frontdesk_contract::OpenSession::identity`].
    pub token: String,
    /// Made once for this token in this page: a request that is repeated is known by it.
    pub id: ClientId,
}

impl fmt::Debug for Identity {
    /// Without the token, which is a secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Identity").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was asked of the proxy.
    Idle,
    /// A session is being opened or resumed.
    Opening,
    /// There is a session.
    Open,
    /// The proxy refused for good, with its reason.
    Refused(Option<ErrorCode>),
}

/// Whether the proxy is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// As far as is known.
    #[default]
    Fine,
    /// Requests fail; trying goes on.
    Trouble,
    /// News does not come, while what is sent gets through; trying goes on.
    NotReceiving,
    /// What is sent does not get through, while news comes; trying goes on.
    NotSending,
}

/// A visitor's session with one desk.
#[derive(Clone, Debug)]
pub struct Session {
    settings: Settings,
    stage: Stage,
    opening: Tries,
    /// The storage is looked at before a session is opened: another tab may have opened one.
    looks_first: bool,
    /// So many sessions in a row died before they answered anything.
    fruitless: u32,
    credential: Option<String>,
    /// Tells the person apart to whom the session belongs; `None`: nobody says who that is.
    person: Option<String>,
    /// What the website tells of the visit.
    about: About,
    /// What was kept for that person, until it is known whether the site means the same now.
    held: Vec<Record>,
    /// The session before this one is gone, and what was tried until then may have come there, epoch milliseconds.
    gone_ms: Option<u64>,
    offers: Option<Offers>,
    contact: Contact,
    queue: QueueInfo,
    wish: Option<Wish>,
    connect_error: Option<ErrorCode>,
    refused_wish: Option<ConnectTo>,
    centre_trouble: Option<ErrorCode>,
    /// When something that was sent got through last, and when news did.
    up_ms: u64,
    down_ms: u64,
    /// The visitor sent or retried something since a conversation was last begun for that.
    wants_contact: bool,
    ending: Option<Tries>,
    transcript: Transcript,
    outbox: Outbox,
    uploads: Uploads,
    rating: Rating,
    errands: Errands,
    suggesting: Suggesting,
    past: Past,
    receipts: Receipts,
    calling: Calling,
    sharing: Sharing,
    drafting: Drafting,
    following: Following,
    agent_types_until: Option<u64>,
    typing_told_ms: u64,
    seen: bool,
    unread: u32,
    storage_failed: bool,
    requests: Vec<Open>,
    last_request: u32,
    wake_at: Option<u64>,
}

impl Session {
    /// A session to which nothing has happened.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            stage: Stage::Idle,
            opening: Tries::default(),
            looks_first: false,
            fruitless: 0,
            credential: None,
            person: None,
            about: About::default(),
            held: Vec::new(),
            gone_ms: None,
            offers: None,
            contact: Contact::default(),
            queue: QueueInfo::default(),
            wish: None,
            connect_error: None,
            refused_wish: None,
            centre_trouble: None,
            up_ms: 0,
            down_ms: 0,
            wants_contact: false,
            ending: None,
            transcript: Transcript::default(),
            outbox: Outbox::default(),
            uploads: Uploads::default(),
            rating: Rating::default(),
            errands: Errands::default(),
            suggesting: Suggesting::default(),
            past: Past::default(),
            receipts: Receipts::default(),
            calling: Calling::default(),
            sharing: Sharing::default(),
            drafting: Drafting::default(),
            following: Following::default(),
            agent_types_until: None,
            typing_told_ms: 0,
            seen: false,
            unread: 0,
            storage_failed: false,
            requests: Vec::new(),
            last_request: 0,
            wake_at: None,
        }
    }

    /// Takes one input and answers what is to be done, in that order.
    pub fn handle(&mut self, now: Now, input: Input) -> Vec<Effect> {
        let mut step = Step::new(now);
        let connection = self.connection();
        match input {
            Input::Start(saved) => self.start(&mut step, saved),
            Input::Open => self.open(&mut step),
            Input::Connect(to) => self.wish_for(&mut step, to),
            Input::EndContact => self.end_contact(&mut step),
            Input::Send(text) => self.send(&mut step, text),
            Input::SendFiles(files) => self.send_files(&mut step, files),
            Input::SendLocation(place) => self.send_location(&mut step, place),
            Input::SendCard(card) => self.send_card(&mut step, card),
            Input::Progress { id, sent_bytes } => self.upload_moves(&mut step, id, sent_bytes),
            Input::Retry(id) => self.retry(&mut step, &id),
            Input::SendAgain(id) => self.send_again(&mut step, &id),
            Input::Discard(id) => self.discard(&mut step, &id, true),
            Input::Delete(id) => self.discard(&mut step, &id, false),
            Input::Typing => self.visitor_types(&mut step),
            Input::Draft(text) => {
                self.write_draft(&step, &text);
                self.draft(&mut step, &text);
            }
            Input::Earlier => self.want_earlier(&mut step),
            Input::Rate { level, recommend, solved, comment } => {
                self.rate(&mut step, level, recommend, solved, comment);
            }
            Input::Judge { message, helpful, reason } => self.judge(&mut step, message, helpful, reason),
            Input::LeaveMessage { number, country, text } => {
                self.leave_message(&mut step, number, country, text);
            }
            Input::LeaveSeen => self.leave_seen(&mut step),
            Input::SkipRating => self.skip_rating(&mut step),
            Input::Seen(seen) => self.set_seen(&mut step, seen),
            Input::Calling(calling) => self.set_calling(&mut step, calling),
            // What the desk would refuse must not stand in a conversation's way.
            Input::About(about) if about.check().is_ok() => self.about = about,
            Input::About(_) => {}
            Input::Answered(id, result) => self.answered(&mut step, id, result),
            Input::Kept(key, written) => self.kept(&mut step, &key, written),
            Input::Join(credential) => self.join(&mut step, credential),
            Input::Timer => self.wake_at = None,
            Input::Woken => self.woken(&mut step),
            Input::Found(saved) => self.found(&mut step, saved),
            Input::Told(id, state) => self.told(&mut step, &id, state),
            Input::SeenElsewhere(seq) => self.seen_elsewhere(&mut step, seq),
            Input::Role(role) => self.set_role(&mut step, role),
            Input::Heard { after, page } => self.heard(&mut step, after, page),
        }
        self.advance(&mut step);
        if connection != self.connection() {
            step.redraw();
        }
        step.flush();
        step.effects
    }

    /// Starts whatever may start now, and asks to be woken for the rest.
    fn advance(&mut self, step: &mut Step) {
        let wake_at = [
            self.advance_sharing(step),
            self.advance_drafting(step),
            self.advance_opening(step),
            self.advance_wish(step),
            self.advance_end(step),
            self.advance_uploads(step),
            self.advance_outbox(step),
            self.advance_rating(step),
            self.advance_errands(step),
            self.advance_following(step),
            self.advance_past(step),
            self.advance_suggestions(step),
            self.advance_receipts(step),
            self.advance_calling(step),
            self.advance_typing(step),
        ]
        .into_iter()
        .flatten()
        .min();
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            step.effects.push(Effect::WakeAt(wake_at));
        }
    }

    fn answered(&mut self, step: &mut Step, id: RequestId, result: Result<Answer, Failure>) {
        let Some(Open { purpose, known, at_ms, timeout_ms, .. }) = self.close(id) else { return };
        // An event has told of the conversation meanwhile; the answer may be older.
        let overtaken = self.following.contact_events() != known;
        let answered = result.is_ok();
        if purpose != Purpose::Open && answered {
            self.fruitless = 0;
        }
        step.timed_out = !step.woken && step.now.ms + TIMERS_MS >= at_ms + u64::from(timeout_ms);
        match purpose {
            Purpose::Open => self.opened(step, result),
            Purpose::Connect => self.connected(step, result, overtaken),
            Purpose::End => self.ended(step, result, overtaken),
            Purpose::Post => self.posted(step, id, result, overtaken),
            Purpose::Rate => self.rated(step, result),
            Purpose::Typing => {}
            Purpose::Events => self.polled(step, result),
            Purpose::Upload => self.uploaded(step, id, result),
            Purpose::History => self.past_read(step, result),
            Purpose::Suggest => self.suggested(step, result),
            Purpose::Errand => self.errand_done(step, result),
            Purpose::Read => self.receipt_told(step, &result),
            Purpose::CallSupport => self.call_support_told(step, result),
        }
        // What nobody waits for says nothing about what is waited for.
        if answered && !matches!(purpose, Purpose::Typing | Purpose::Read) {
            self.got_through(step, purpose == Purpose::Events);
        }
        step.timed_out = false;
    }

    fn got_through(&mut self, step: &mut Step, down: bool) {
        let now_ms = step.now.ms;
        *(if down { &mut self.down_ms } else { &mut self.up_ms }) = now_ms;
        let wish = self.wish.as_mut().map(|wish| &mut wish.tries);
        for tries in
            [&mut self.outbox.tries, self.rating.tries(), self.following.tries()].into_iter().chain(wish)
        {
            tries.ease(now_ms, step.now.draw());
        }
    }

    /// How often sending has failed in a row.
    fn failed_up(&self) -> u32 {
        let wish = self.wish.as_ref().map_or(0, |wish| wish.tries.failed());
        self.opening.failed().max(self.outbox.tries.failed()).max(self.uploads.failed()).max(wish)
    }

    fn kept(&mut self, step: &mut Step, key: &RecordKey, written: bool) {
        if !written && !self.storage_failed {
            self.storage_failed = true;
            step.redraw();
        }
        match key {
            RecordKey::Outgoing(id) => {
                if let Some(message) = self.outbox.get_mut(id) {
                    message.kept = true;
                    message.stored |= written;
                    let state = Some(MineState::Queued);
                    step.effects.push(Effect::Told { id: id.clone(), state });
                }
            }
            RecordKey::Rating => self.rating.kept(),
            RecordKey::Leave | RecordKey::Feedback(_) => self.errands.kept(key),
            RecordKey::Session | RecordKey::Draft | RecordKey::Farewell => {}
        }
    }

    /// The page may have slept, and the connections of what is open may be dead: what is not quite new is asked anew.
    fn woken(&mut self, step: &mut Step) {
        let now = step.now.ms;
        let is_old = |open: &Open| match open.purpose {
            Purpose::Events => now >= open.at_ms + OLD_POLL_MS,
            // It is seen whether an upload moves.
            Purpose::Upload => false,
            _ => now >= open.at_ms + OLD_MS,
        };
        let old: Vec<_> = self.requests.iter().copied().filter(is_old).map(|open| open.id).collect();
        for id in old {
            step.effects.push(Effect::Abort(id));
            step.woken = true;
            self.answered(step, id, Err(Failure::Network));
        }
        self.doubt(step);
        self.following.peek(now);
        self.hurry();
    }

    fn hurry(&mut self) {
        self.opening.hurry();
        self.outbox.tries.hurry();
        self.uploads.hurry();
        self.rating.tries().hurry();
        self.errands.hurry();
        self.past.hurry();
        self.calling.hurry();
        self.following.hurry();
        if let Some(wish) = &mut self.wish {
            wish.tries.hurry();
        }
        if let Some(tries) = &mut self.ending {
            tries.hurry();
        }
    }

    fn set_seen(&mut self, step: &mut Step, seen: bool) {
        let was = core::mem::replace(&mut self.seen, seen);
        if !seen {
            self.drafting.hurry(step.now.ms);
        }
        if seen && self.unread > 0 {
            self.unread = 0;
            step.effects.push(Effect::Unread(0));
        }
        // Also what was no news here: it may be in another tab, and on the next page.
        if seen || was {
            self.has_seen(step, self.following.cursor());
        }
    }

    /// What is shown, in order.
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Where the session stands.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The credential of the session, also while it is being resumed. Pages of another tab are for this one only if it
    /// has the same: numbers of events mean nothing in another session.
    pub fn credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }

    /// The site says who the visitor is.
    pub fn is_vouched_for(&self) -> bool {
        self.settings.identity.is_some()
    }

    /// Tells persons apart for whom the site vouches ([`frontdesk_contract::Visitor::person`]); `None`: the visitor is
    /// anonymous, or that is not known yet.
    pub fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }

    /// Where the conversation stands.
    pub fn contact(&self) -> &Contact {
        &self.contact
    }

    /// Whom the visitor is being connected to, while that is under way.
    pub fn connecting(&self) -> Option<ConnectTo> {
        self.wish.as_ref().filter(|_| self.connect_error.is_none()).map(|wish| wish.to)
    }

    /// Why the last wish for robot or agent was refused.
    pub fn connect_error(&self) -> Option<ErrorCode> {
        self.connect_error
    }

    /// Whom the visitor wanted when that was refused; goes with [`Session::connect_error`].
    pub fn refused_wish(&self) -> Option<ConnectTo> {
        self.connect_error.and(self.refused_wish)
    }

    /// Why the centre does not take what is on its way, while trying goes on; `None` also when the proxy is not reached.
    pub fn centre_trouble(&self) -> Option<ErrorCode> {
        self.centre_trouble
    }

    /// Place and wait, while queueing.
    pub fn queue(&self) -> QueueInfo {
        self.queue
    }

    /// The agent is typing.
    pub fn agent_typing(&self) -> bool {
        self.agent_types_until.is_some()
    }

    /// What the desk offers, once a session is open.
    pub fn offers(&self) -> Option<&Offers> {
        self.offers.as_ref()
    }

    /// The rating of the conversation.
    pub fn rating(&self) -> &RatingState {
        self.rating.state()
    }

    /// Earlier messages, where the centre keeps them. [`Input::Earlier`] asks for more in the states `Idle` and `Failed`.
    /// What comes stands in the transcript as [`crate::Entry::earlier`].
    pub fn history(&self) -> HistoryState {
        self.past.state(self.offers.as_ref())
    }

    /// Questions that the robot can answer, best first, for what was told by [`Input::Draft`]; empty when there is
    /// nothing to suggest. One that is chosen is sent by [`Input::Send`].
    pub fn suggestions(&self) -> &[String] {
        if self.robot_may_answer() { self.suggesting.shown() } else { &[] }
    }

    /// What became of the message that the visitor left for later.
    pub fn leaving(&self) -> LeaveState {
        self.errands.leaving()
    }

    /// The message for later that was refused for good. It is kept until that was seen, or another was left instead.
    pub fn refused_message(&self) -> Option<&LeaveMessage> {
        self.errands.refused_message()
    }

    /// The last judgement that was refused for good: id of the message, and why. Its entry can be judged again, and this
    /// is forgotten when any is.
    pub fn judge_refused(&self) -> Option<(&str, Option<ErrorCode>)> {
        self.errands.refused()
    }

    /// Whether the proxy is reached.
    pub fn connection(&self) -> Connection {
        match (self.failed_up() >= 2, self.following.failed() >= 2) {
            (false, false) => Connection::Fine,
            (false, true) if self.up_ms > self.down_ms => Connection::NotReceiving,
            (true, false) if self.down_ms > self.up_ms => Connection::NotSending,
            _ => Connection::Trouble,
        }
    }

    /// Nothing survives a reload, since this browser keeps nothing for us.
    pub fn storage_failed(&self) -> bool {
        self.storage_failed
    }

    /// So many messages have arrived unseen.
    pub fn unread(&self) -> u32 {
        self.unread
    }

    /// Number of the last event that is applied.
    pub fn cursor(&self) -> u64 {
        self.following.cursor()
    }

    /// A conversation is open, so that news may come.
    pub fn is_following(&self) -> bool {
        self.contact_open()
    }

    /// Something is still to be sent: the next page goes on with it.
    pub fn is_sending(&self) -> bool {
        self.wish.is_some()
            || !self.outbox.is_empty()
            || self.rating.is_on_its_way()
            || self.errands.is_waiting()
    }

    /// Everything that a reload must not lose; [`Effect::Keep`] and [`Effect::Forget`] keep storage equal to it.
    pub fn snapshot(&self) -> Saved {
        let session = self.record();
        let messages = self.outbox.iter().map(crate::outbox::Outgoing::record);
        let errands = self.errands.records();
        let records = session.into_iter().chain(messages).chain(self.rating.record()).chain(errands);
        let records = records.chain(self.drafting.record()).chain(self.held.iter().cloned()).collect();
        Saved { schema: SCHEMA, records }
    }

    fn set_role(&mut self, step: &mut Step, role: Role) {
        if !self.following.set_role(role, step.now.ms) {
            return;
        }
        if role == Role::Leader {
            // Whoever led may be gone, with something unsent.
            self.look(step);
        } else if self.abort(step, Purpose::Events) {
            // A page may have been on its way.
            self.following.expect_news();
        }
    }
}
