//! A world in virtual time: tabs of one visitor with their storage and channel, a network, a desk.

pub(crate) mod desk;
pub(crate) mod network;
pub(crate) mod storage;
pub(crate) mod tab;
pub(crate) mod view;

use desk::Desk;
use frontdesk_contract::{ClientId, ContactState, EventPage};
use frontdesk_core::tabs::{TabEffect, TabInput, TabMessage};
use frontdesk_core::text::returned;
use frontdesk_core::{
    Answer, Call, Effect, EntryKind, Failure, Input, MineState, NewFile, Now, Record, RecordKey, RequestId,
    Role, Saved, Session,
};
use network::{Dice, Fate, Network, On};
use std::collections::BTreeMap;
use storage::Storage;
use tab::Tab;

/// The world begins at this time.
pub(crate) const BEGIN_MS: u64 = 1_700_000_000_000;

/// What tabs say to each other.
#[derive(Clone)]
pub(crate) enum Said {
    Tab(TabMessage),
    Page { session: Option<String>, after: u64, page: EventPage },
    Message { id: ClientId, state: Option<MineState> },
    Seen { session: Option<String>, seq: u64 },
}

pub(crate) enum Happening {
    AtDesk { id: RequestId, call: Call, credential: Option<String>, fate: Fate },
    Parked { id: RequestId, credential: Option<String>, after: u64, fate: Fate },
    Answer { id: RequestId, result: Result<Answer, Failure> },
    Timeout(RequestId),
    Written { key: RecordKey, write: u64 },
    Found,
    Timer(u64),
    TabsTimer(u64),
    Channel(Said),
}

/// A tab, the life of it that this belongs to, and what will happen.
type Planned = (usize, u32, Happening);

/// One request that left a tab.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) tab: usize,
    pub(crate) on: On,
    pub(crate) wait_s: u32,
    pub(crate) id: Option<ClientId>,
}

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) dice: Dice,
    pub(crate) desk: Desk,
    pub(crate) network: Network,
    pub(crate) storage: Storage,
    pub(crate) tabs: Vec<Tab>,
    /// Tabs hear each other.
    pub(crate) channel: bool,
    pub(crate) log: Vec<Sent>,
    /// By time, then in the order they were planned.
    happenings: BTreeMap<(u64, u64), Planned>,
    planned: u64,
    last_write_at: u64,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            now: BEGIN_MS,
            dice: Dice(seed),
            desk: Desk::new(),
            network: Network::new(),
            storage: Storage::default(),
            tabs: Vec::new(),
            channel: true,
            log: Vec::new(),
            happenings: BTreeMap::new(),
            planned: 0,
            last_write_at: 0,
        }
    }

    /// A world with one tab in which the robot serves already.
    pub(crate) fn served() -> Self {
        let mut world = Self::new();
        world.desk.agent_free = true;
        let tab = world.open_tab();
        world.input(tab, Input::Seen(true));
        world.input(tab, Input::Connect(frontdesk_contract::ConnectTo::Agent));
        world.run(1_000);
        assert_eq!(world.session(tab).contact().state, ContactState::Agent);
        world
    }

    /// A page is loaded in a new tab.
    pub(crate) fn open_tab(&mut self) -> usize {
        let own = self.dice.next() >> 11;
        self.tabs.push(Tab::new(own));
        let tab = self.tabs.len() - 1;
        self.load(tab);
        tab
    }

    /// The page goes without a word and is loaded again. Writes that are not finished may be lost.
    pub(crate) fn reload(&mut self, tab: usize) {
        self.crash(tab);
        let own = self.dice.next() >> 11;
        let life = self.tab(tab).life;
        let mut fresh = Tab::new(own);
        fresh.life = life;
        *self.tab(tab) = fresh;
        self.load(tab);
    }

    /// The page is gone.
    pub(crate) fn crash(&mut self, tab: usize) {
        let finish = self.dice.below(2) == 0;
        self.storage.abandon(tab, finish);
        let dead = self.tab(tab);
        dead.life += 1;
        dead.alive = false;
        dead.frozen = false;
        dead.missed.clear();
    }

    /// The tab is closed in order.
    pub(crate) fn close_tab(&mut self, tab: usize) {
        self.tabs_input(tab, TabInput::Leaving);
        self.crash(tab);
    }

    fn load(&mut self, tab: usize) {
        let saved = self.storage.read();
        self.input(tab, Input::Start(saved));
        if !self.channel {
            self.input(tab, Input::Role(Role::Alone));
        }
    }

    /// The visitor changes what is in the composer.
    pub(crate) fn write(&mut self, tab: usize, text: &str) {
        text.clone_into(&mut self.tab(tab).composer);
        self.input(tab, Input::Draft(text.to_owned()));
    }

    /// Neither time nor words reach this page, until it is thawed.
    pub(crate) fn freeze(&mut self, tab: usize) {
        self.tab(tab).frozen = true;
    }

    /// What the page has missed happens to it now.
    pub(crate) fn thaw(&mut self, tab: usize) {
        self.tab(tab).frozen = false;
        self.input(tab, Input::Woken);
        for (life, happening) in std::mem::take(&mut self.tab(tab).missed) {
            if self.tab(tab).life == life {
                self.happen(tab, happening);
            }
        }
    }

    pub(crate) fn tab(&mut self, tab: usize) -> &mut Tab {
        self.tabs.get_mut(tab).expect("a tab")
    }

    pub(crate) fn session(&self, tab: usize) -> &Session {
        &self.tabs.get(tab).expect("a tab").session
    }

    /// The lines that the tab shows.
    pub(crate) fn lines(&self, tab: usize) -> Vec<String> {
        self.session(tab).transcript().entries().iter().map(view::line).collect()
    }

    /// The tab's own lines.
    pub(crate) fn my_lines(&self, tab: usize) -> Vec<String> {
        self.lines(tab).into_iter().filter(|line| line.starts_with("me: ")).collect()
    }

    /// The lines that the journal asks for.
    pub(crate) fn journal_lines(&self) -> Vec<String> {
        self.desk.journal.iter().filter_map(view::journal_line).collect()
    }

    pub(crate) fn living(&self) -> Vec<usize> {
        self.tabs.iter().enumerate().filter(|(_, tab)| tab.alive).map(|(at, _)| at).collect()
    }

    pub(crate) fn requests(&self, on: On) -> Vec<&Sent> {
        self.log.iter().filter(|sent| sent.on == on).collect()
    }

    /// The open request of this kind.
    pub(crate) fn open_request(&self, tab: usize, on: On) -> Option<RequestId> {
        let open = &self.tabs.get(tab)?.open;
        open.iter().find(|(_, other)| **other == on).map(|(id, _)| *id)
    }

    /// The visitor picks files of these names and sizes together.
    pub(crate) fn send_files(&mut self, tab: usize, files: &[(&str, u64)]) {
        let files = files.iter().zip(0..).map(|((name, size_bytes), handle)| NewFile {
            handle,
            name: (*name).to_owned(),
            media_type: "image/png".into(),
            size_bytes: *size_bytes,
        });
        let files = files.collect();
        self.input(tab, Input::SendFiles(files));
    }

    /// The id of the visitor's message with this text or name.
    pub(crate) fn id_of(&self, tab: usize, text: &str) -> ClientId {
        let mut mine =
            self.session(tab).transcript().entries().iter().filter_map(|entry| match &entry.kind {
                EntryKind::Mine { id, body, .. } if view::words(body) == text => Some(id),
                _ => None,
            });
        mine.next_back().expect("a message with this text").clone()
    }

    pub(crate) fn send(&mut self, tab: usize, text: &str) {
        self.input(tab, Input::Send(text.to_owned()));
    }

    fn plan(&mut self, at: u64, tab: usize, happening: Happening) {
        self.planned += 1;
        let life = self.tab(tab).life;
        self.happenings.insert((at.max(self.now), self.planned), (tab, life, happening));
    }

    /// Lets so much time pass.
    pub(crate) fn run(&mut self, ms: u64) {
        let end = self.now + ms;
        let began = self.planned;
        self.wake_parked();
        while let Some((at, (tab, life, happening))) = self.next_until(end) {
            self.now = self.now.max(at);
            assert!(self.planned - began < 3_000 + ms * 4, "a busy loop");
            let at_desk = matches!(happening, Happening::AtDesk { .. } | Happening::Parked { .. });
            if self.tab(tab).frozen && !at_desk {
                self.tab(tab).missed.push((life, happening));
            } else if self.tab(tab).life == life {
                self.happen(tab, happening);
            } else if let Happening::AtDesk { call, credential, fate, .. } = happening
                && fate.instead.is_none()
                && !fate.hang
            {
                // The page is gone, its request is on its way.
                let _ = self.desk.handle(&call, credential.as_deref());
            }
            self.wake_parked();
        }
        self.now = end;
    }

    fn next_until(&mut self, end: u64) -> Option<(u64, Planned)> {
        let first = self.happenings.first_entry()?;
        let at = first.key().0;
        (at <= end).then(|| (at, first.remove()))
    }

    /// Long polls are answered when there is something to tell.
    fn wake_parked(&mut self) {
        let ready: Vec<_> = self
            .happenings
            .iter()
            .filter(|(_, (_, _, happening))| {
                matches!(happening, Happening::Parked { after, credential, .. }
                    if self.desk.book(credential.as_deref()).is_none_or(|book| *after < book.newest()))
            })
            .map(|(key, _)| *key)
            .collect();
        for key in ready {
            if let Some((tab, life, happening)) = self.happenings.remove(&key) {
                self.planned += 1;
                self.happenings.insert((self.now, self.planned), (tab, life, happening));
                if self.tab(tab).life == life
                    && let Some((tab, _, happening)) = self.happenings.remove(&(self.now, self.planned))
                {
                    self.happen(tab, happening);
                }
            }
        }
    }

    fn happen(&mut self, tab: usize, happening: Happening) {
        match happening {
            Happening::AtDesk { id, call, credential, fate } => {
                self.at_desk(tab, id, &call, credential, fate)
            }
            Happening::Parked { id, credential, after, fate } => {
                let call = Call::Events { after, wait_s: 0 };
                let result = self.desk.handle(&call, credential.as_deref());
                self.answer(tab, id, result, &fate);
            }
            Happening::Answer { id, result } => {
                self.tab(tab).open.remove(&id);
                self.input(tab, Input::Answered(id, result));
            }
            Happening::Timeout(id) => {
                if self.tab(tab).open.remove(&id).is_some() {
                    self.input(tab, Input::Answered(id, Err(Failure::Network)));
                }
            }
            Happening::Written { key, write } => {
                let written = self.storage.finish(write);
                self.tab(tab).accepted(&key, written);
                self.input(tab, Input::Kept(key, written));
            }
            Happening::Found if self.storage.silent => {}
            Happening::Found => {
                let saved = if self.storage.unreadable { Saved::default() } else { self.storage.read() };
                self.input(tab, Input::Found(saved));
            }
            Happening::Timer(at) => {
                if self.tab(tab).wake_at == Some(at) && !self.tab(tab).no_timers {
                    self.tab(tab).wake_at = None;
                    self.input(tab, Input::Timer);
                }
            }
            Happening::TabsTimer(at) => {
                if self.tab(tab).tabs_wake_at == Some(at) {
                    self.tab(tab).tabs_wake_at = None;
                    self.tabs_input(tab, TabInput::Timer);
                }
            }
            Happening::Channel(Said::Tab(message)) => self.tabs_input(tab, TabInput::Heard(message)),
            Happening::Channel(Said::Page { session, after, page }) => {
                if self.session(tab).credential() == session.as_deref() {
                    self.input(tab, Input::Heard { after, page });
                }
            }
            Happening::Channel(Said::Message { id, state }) => self.input(tab, Input::Told(id, state)),
            Happening::Channel(Said::Seen { session, seq }) => {
                if self.session(tab).credential() == session.as_deref() {
                    self.input(tab, Input::SeenElsewhere(seq));
                }
            }
        }
    }

    fn at_desk(&mut self, tab: usize, id: RequestId, call: &Call, credential: Option<String>, fate: Fate) {
        if fate.hang {
            return;
        }
        if let Some(failure) = &fate.instead {
            return self.answer(tab, id, Err(failure.clone()), &fate);
        }
        if let Call::Upload(upload) = call
            && !self.storage.contents.contains_key(&RecordKey::Outgoing(upload.id.clone()))
        {
            return self.answer(tab, id, Err(Failure::FileGone), &fate);
        }
        let result = self.desk.handle(call, credential.as_deref());
        if let (Call::Events { after, wait_s }, Ok(Answer::Events(page))) = (call, &result)
            && *wait_s > 0
            && page.events.is_empty()
        {
            let until = self.now + u64::from(*wait_s) * 1000;
            let parked = Happening::Parked { id, credential, after: *after, fate };
            return self.plan(until, tab, parked);
        }
        self.answer(tab, id, result, &fate);
    }

    fn answer(&mut self, tab: usize, id: RequestId, result: Result<Answer, Failure>, fate: &Fate) {
        let result = fate.garbled.clone().map_or(result, Err);
        if fate.twice {
            let again = Happening::Answer { id, result: result.clone() };
            self.plan(self.now + fate.down_ms + 700, tab, again);
        }
        self.plan(self.now + fate.down_ms, tab, Happening::Answer { id, result });
    }

    /// Something happens to a tab; what it asks for is set going, and everything that must always hold is checked.
    pub(crate) fn input(&mut self, tab: usize, input: Input) {
        let size = match &input {
            Input::Heard { page, .. } | Input::Answered(_, Ok(Answer::Events(page))) => page.events.len(),
            Input::Start(saved) => saved.records.len(),
            _ => 0,
        };
        let told = match &input {
            Input::Answered(_, Ok(Answer::Events(page))) => Some(page.clone()),
            _ => None,
        };
        let chance = (u128::from(self.dice.next()) << 64) | u128::from(self.dice.next());
        let ms = self.now;
        let effects = self.tab(tab).handle(Now { ms, chance }, input);
        assert!(effects.len() <= 30 + 4 * size, "a bounded list of effects");
        for effect in effects {
            if let Effect::Tell { after } = effect {
                let session = self.session(tab).credential().map(str::to_owned);
                let page = told.clone().expect("only a page that was just read is told");
                self.say(tab, &Said::Page { session, after, page });
            } else {
                self.perform(tab, effect);
            }
        }
        self.tab(tab).check(ms);
        if self.tabs.len() == 1 {
            let mut records = self.session(tab).snapshot().records;
            records.sort_by_key(frontdesk_core::Record::key);
            assert_eq!(records, self.storage.intended(), "storage holds what a reload must not lose");
        }
        self.follow(tab);
    }

    fn follow(&mut self, tab: usize) {
        let following = self.session(tab).is_following();
        if std::mem::replace(&mut self.tab(tab).following, following) != following && self.channel {
            self.tabs_input(tab, TabInput::Active(following));
        }
    }

    fn perform(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Keep(record) => {
                let (key, write) = (record.key(), self.storage.begin(tab, record));
                // In the order they were asked for, as transactions of one store are.
                let at = self.last_write_at.max(self.now + 1 + self.dice.below(5));
                self.last_write_at = at;
                self.plan(at, tab, Happening::Written { key, write });
            }
            Effect::KeepFile { record, handle } => {
                self.storage.contents.insert(record.key(), handle);
                self.perform(tab, Effect::Keep(record));
            }
            Effect::Forget(key) => self.storage.forget(&key),
            Effect::Request { id, call, credential, timeout_ms } => {
                self.log_request(tab, &call);
                assert!(self.tab(tab).open.insert(id, On::of(&call)).is_none(), "a request id is used once");
                let fate = self.network.fate(On::of(&call), &mut self.dice);
                self.plan(self.now + u64::from(timeout_ms), tab, Happening::Timeout(id));
                let at = self.now + fate.up_ms;
                self.plan(at, tab, Happening::AtDesk { id, call, credential, fate });
            }
            // The answer may come all the same, and must be ignored.
            Effect::Abort(id) => {
                assert!(self.tab(tab).open.remove(&id).is_some(), "only open requests are stopped");
            }
            Effect::WakeAt(at) => {
                self.tab(tab).wake_at = at;
                if let Some(at) = at {
                    self.plan(at, tab, Happening::Timer(at));
                }
            }
            Effect::Returned(text) => {
                let tab = self.tab(tab);
                tab.composer = returned(&text, &tab.composer);
                tab.returned.push(text);
            }
            Effect::Declined { name, code } => self.tab(tab).declined.push((name, code)),
            Effect::Look => {
                self.storage.looks += 1;
                // A read waits for the writes before it.
                let at = self.last_write_at.max(self.now) + 1 + self.dice.below(5);
                self.plan(at, tab, Happening::Found);
            }
            Effect::Told { id, state } => self.say(tab, &Said::Message { id, state }),
            Effect::SeenTo(seq) => {
                let session = self.session(tab).credential().map(str::to_owned);
                self.say(tab, &Said::Seen { session, seq });
            }
            Effect::Drafted { text, before } => {
                let composer = &mut self.tab(tab).composer;
                if *composer == before {
                    *composer = text;
                }
            }
            Effect::Sound => self.tab(tab).sounds += 1,
            Effect::Tell { .. } | Effect::Show(_) | Effect::Redraw | Effect::Unread(_) => {}
        }
    }

    fn log_request(&mut self, tab: usize, call: &Call) {
        let id = match call {
            Call::PostMessage(message) => Some(message.id.clone()),
            Call::Connect(connect) => Some(connect.id.clone()),
            Call::PostSurvey(survey) => Some(survey.id.clone()),
            Call::Upload(upload) => Some(upload.id.clone()),
            Call::LeaveMessage(message) => Some(message.id.clone()),
            Call::PostFeedback(feedback) => Some(feedback.id.clone()),
            _ => None,
        };
        let wait_s = if let Call::Events { wait_s, .. } = call { *wait_s } else { 0 };
        self.log.push(Sent { tab, on: On::of(call), wait_s, id });
    }

    pub(crate) fn tabs_input(&mut self, tab: usize, input: TabInput) {
        if !self.channel || !self.tab(tab).alive {
            return;
        }
        let now = self.now;
        for effect in self.tab(tab).tabs.handle(now, input) {
            match effect {
                TabEffect::Say(message) => self.say(tab, &Said::Tab(message)),
                TabEffect::Role(role) => self.input(tab, Input::Role(role)),
                TabEffect::WakeAt(at) => {
                    self.tab(tab).tabs_wake_at = at;
                    if let Some(at) = at {
                        self.plan(at, tab, Happening::TabsTimer(at));
                    }
                }
            }
        }
    }

    /// Messages of a channel come in order, a little later.
    fn say(&mut self, from: usize, said: &Said) {
        for tab in self.living() {
            if tab != from && self.channel {
                self.plan(self.now + 2, tab, Happening::Channel(said.clone()));
            }
        }
    }

    /// The visitor's patience: whoever is told that a conversation is over or was refused begins a new one while texts
    /// wait.
    pub(crate) fn visitor_insists(&mut self) {
        for tab in self.living() {
            let session = self.session(tab);
            let texts_wait =
                session.transcript().entries().iter().any(|entry| entry.seq.is_none() && !entry.earlier);
            let over = matches!(session.contact().state, ContactState::Ended | ContactState::None);
            let refused = session.connect_error().is_some();
            if texts_wait && (over || refused) && session.connecting().is_none() {
                self.input(tab, Input::Connect(frontdesk_contract::ConnectTo::Robot));
            }
        }
    }

    /// At the end nothing is left over: no open request but a long poll, no text, no timer without a conversation.
    pub(crate) fn nothing_left_over(&self) {
        for tab in self.living().into_iter().filter_map(|tab| self.tabs.get(tab)) {
            let session = &tab.session;
            // A tab that is seen and cannot hear the others looks now and then.
            let follows = session.is_following() || !self.channel;
            let polls = tab.open.values().all(|on| *on == On::Events);
            assert!(polls && tab.open.len() <= usize::from(follows), "open: {:?}", tab.open);
            let mut kept = session.snapshot().records;
            kept.retain(|record| !matches!(record, Record::Session { .. } | Record::Draft { .. }));
            assert!(kept.is_empty(), "only session and draft are kept: {kept:?}");
            assert!(follows || tab.wake_at.is_none(), "an idle session sets no timer");
        }
    }
}
