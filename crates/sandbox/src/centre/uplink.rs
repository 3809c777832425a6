//! What a visitor sends, and what comes of it.

use super::{
    Attachment, Centre, Contact, ContactId, Content, Control, Downlink, EndCause, Entry, Ms, Origin, Party,
    Rating, Source, State, play::place, robot, text,
};
use crate::settings::MessageIds;
use crate::settings::quirks::StateControls;

/// `controlType` of an uplink message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Connect,
    Chat,
    Input,
    TransferToAgent,
    Read,
    Disconnect,
}

/// One uplink message, checked for form.
#[derive(Clone, Debug)]
pub(crate) struct Uplink {
    pub(crate) request: Request,
    pub(crate) media: String,
    pub(crate) content: String,
    pub(crate) message_id: Option<String>,
    /// The uploaded file that the content names.
    pub(crate) file: Option<Attachment>,
    /// JSON for the robot's flow, with CONNECT.
    pub(crate) trans_data: Option<String>,
}

#[cfg(test)]
impl Uplink {
    /// A request without content.
    pub(crate) fn new(request: Request) -> Uplink {
        let (media, content) = ("TEXT".to_owned(), String::new());
        Uplink { request, media, content, message_id: None, file: None, trans_data: None }
    }
}

/// What came of an uplink message; the wire words it by dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The robot serves now.
    WithRobot,
    /// An agent serves now.
    WithAgent,
    /// In the queue; a CHAT was not kept.
    Queueing,
    /// Agents do not work now.
    OutsideHours,
    /// No room for another session.
    Full,
    /// Stored under this code, for the robot.
    ToRobot(String),
    /// Stored under this code, for the agent.
    ToAgent(String),
    /// A repeated id; nothing was stored.
    Repeated,
    /// Typing or reading was noted.
    Noted,
    /// Not while the robot serves.
    RobotServes,
    /// Not while an agent serves.
    AgentServes,
    /// Stored under this code although there is no session.
    StoredOffline(String),
    /// There is no session.
    NoSession,
    /// Faster than the centre allows.
    TooQuick,
    /// The contact takes no more messages.
    Refused,
    /// A conversation with the robot is over.
    LeftRobot,
    /// A conversation with an agent is over.
    LeftAgent,
    /// The visitor left the queue.
    LeftQueue,
}

const TYPING_FOR_MS: Ms = 6_000;

impl Centre {
    /// Takes one message of a visitor known by `admit`.
    pub(crate) fn send(&mut self, now: Ms, user: &str, uplink: &Uplink) -> Outcome {
        self.advance(now);
        self.settle(now, user);
        if let Some(visitor) = self.visitors.get_mut(user) {
            visitor.last_seen_ms = now;
        }
        match uplink.request {
            Request::Connect => self.connect(now, user, uplink),
            Request::Chat => self.chat(now, user, uplink),
            Request::Input => self.typing(now, user),
            Request::TransferToAgent => self.transfer(now, user),
            Request::Read => self.visitor_read(now, user, &uplink.content),
            Request::Disconnect => self.leave(now, user),
        }
    }

    fn connect(&mut self, now: Ms, user: &str, uplink: &Uplink) -> Outcome {
        if let Some(contact) = self.live_contact(user) {
            return match contact.state {
                State::Robot => Outcome::WithRobot,
                State::Waiting => Outcome::Queueing,
                _ => Outcome::WithAgent,
            };
        }
        if !self.settings.robot && !self.settings.hours.open_at(now) {
            return Outcome::OutsideHours;
        }
        let Some(id) = self.open_contact(now, user, State::Robot) else { return Outcome::Full };
        if self.settings.quirks.state_controls == StateControls::On {
            self.post(now, user, Source::System, Content::None, |message| Downlink {
                control: Control::Connect,
                ..message
            });
        }
        if let Some(contact) = self.contacts.get_mut(&id) {
            contact.trans_data.clone_from(&uplink.trans_data);
        }
        if !self.settings.robot {
            return match self.enqueue(now, id) {
                State::Active => Outcome::WithAgent,
                _ => Outcome::Queueing,
            };
        }
        if let Some(language) = self.contacts.get(&id).map(|contact| contact.language) {
            let welcome = robot::welcome(language);
            self.robot_says(now, id, welcome);
        }
        Outcome::WithRobot
    }

    /// A new contact of this visitor, if there is room.
    fn open_contact(&mut self, now: Ms, user: &str, state: State) -> Option<ContactId> {
        while self.contacts.len() >= self.settings.max_contacts {
            let oldest = self.closed.pop_front()?;
            self.contacts.remove(&oldest);
        }
        let id = ContactId(self.next_contact);
        let call_id = format!("{}-{}", now / 1_000, 1_000 + id.0);
        let queue = self.queue_for(&self.visitors.get(user)?.locale);
        let visitor = self.visitors.get_mut(user)?;
        self.next_contact += 1;
        match state {
            State::Offline => visitor.offline = Some(id),
            _ => visitor.contact = Some(id),
        }
        let contact = Contact {
            id,
            user_id: user.to_owned(),
            user_name: visitor.name.clone(),
            language: visitor.language,
            queue,
            state,
            cause: None,
            agent: None,
            agent_name: None,
            call_id,
            started_ms: now,
            waiting_since_ms: None,
            ended_ms: None,
            polled_ms: now,
            spoken_ms: now,
            transcript: Vec::new(),
            unread: 0,
            typing_until_ms: None,
            rating: None,
            trans_data: None,
            elsewhere: None,
            robot_turns: 0,
            robot_due_ms: now,
            changed: 0,
        };
        self.contacts.insert(id, contact);
        if state.is_live() {
            self.live.insert(id);
        } else {
            self.closed.push_back(id);
        }
        self.touch(id);
        Some(id)
    }

    fn chat(&mut self, now: Ms, user: &str, uplink: &Uplink) -> Outcome {
        let Some(visitor) = self.visitors.get(user) else { return Outcome::NoSession };
        let repeated = uplink.message_id.as_deref().is_some_and(|id| visitor.seen.contains(id));
        if repeated && self.settings.message_id == MessageIds::Deduplicated {
            self.tally.up_repeated += 1;
            return Outcome::Repeated;
        }
        let interval = self.settings.send_interval_ms;
        if interval > 0 && visitor.last_chat_ms.is_some_and(|last| now < last.saturating_add(interval)) {
            self.tally.up_refused += 1;
            return Outcome::TooQuick;
        }
        let outcome = match self.live_id(user).and_then(|id| self.contacts.get(&id)) {
            None => self.leave_message(now, user, uplink),
            Some(contact) => match (contact.state, contact.id) {
                (State::Waiting, _) => Outcome::Queueing,
                (State::Robot, id) => self.ask_robot(now, id, uplink),
                (_, id) => self.store(now, id, uplink).map_or(Outcome::Refused, Outcome::ToAgent),
            },
        };
        match outcome {
            Outcome::ToRobot(_) | Outcome::ToAgent(_) | Outcome::StoredOffline(_) => {
                self.tally.up_stored += 1;
                if let Some(visitor) = self.visitors.get_mut(user) {
                    visitor.last_chat_ms = Some(now);
                    if let Some(id) = &uplink.message_id {
                        visitor.seen.insert(id);
                    }
                }
            }
            _ => self.tally.up_refused += 1,
        }
        outcome
    }

    /// Keeps a visitor's message and answers its code; `None` when the contact is full.
    fn store(&mut self, now: Ms, id: ContactId, uplink: &Uplink) -> Option<String> {
        let own = self.ids.uuid();
        let code = match (&uplink.message_id, self.settings.message_id) {
            (Some(given), MessageIds::Deduplicated | MessageIds::Echoed) => given.clone(),
            _ => own,
        };
        let contact = self.contacts.get_mut(&id)?;
        let (name, text) = (contact.user_name.clone(), uplink.content.clone());
        let entry = Entry {
            message_id: uplink.message_id.clone(),
            media: uplink.media.clone(),
            file: uplink.file.clone(),
            ..Entry::text(code.clone(), Party::Visitor, name, text, now)
        };
        contact.typing_until_ms = None;
        let kept = contact.record(self.settings.max_transcript, entry);
        self.touch(id);
        kept.then_some(code)
    }

    fn ask_robot(&mut self, now: Ms, id: ContactId, uplink: &Uplink) -> Outcome {
        let Some(code) = self.store(now, id, uplink) else { return Outcome::Refused };
        let Some(contact) = self.contacts.get_mut(&id) else { return Outcome::Refused };
        let answer = if uplink.media == "TEXT" {
            robot::answer(&uplink.content, contact.language)
        } else {
            robot::only_text(contact.language)
        };
        contact.robot_due_ms = contact.robot_due_ms.max(now.saturating_add(self.settings.robot_delay_ms));
        self.due.insert((contact.robot_due_ms, self.next_due), (id, answer));
        self.next_due += 1;
        Outcome::ToRobot(code)
    }

    /// Without a session a message is kept only where the offline switch is on.
    fn leave_message(&mut self, now: Ms, user: &str, uplink: &Uplink) -> Outcome {
        if !self.offline_mode() {
            return Outcome::NoSession;
        }
        let known = self.visitors.get(user).and_then(|visitor| visitor.offline);
        let open = known.filter(|id| self.contacts.get(id).is_some_and(|c| c.state == State::Offline));
        let Some(id) = open.or_else(|| self.open_contact(now, user, State::Offline)) else {
            return Outcome::NoSession;
        };
        self.store(now, id, uplink).map_or(Outcome::NoSession, Outcome::StoredOffline)
    }

    /// Is `offlineMsg` sent and are messages without a session kept?
    pub(crate) fn offline_mode(&self) -> bool {
        self.settings.offline && self.in_v2_6()
    }

    /// The text of `offlineMsg` for this visitor.
    pub(crate) fn offline_tip(&self, user: &str) -> &'static str {
        text::offline_tip(self.visitor(user).map_or(text::Language::English, |visitor| visitor.language))
    }

    fn typing(&mut self, now: Ms, user: &str) -> Outcome {
        let Some(id) = self.live_id(user) else { return Outcome::NoSession };
        let Some(contact) = self.contacts.get_mut(&id) else { return Outcome::NoSession };
        match contact.state {
            State::Robot => Outcome::RobotServes,
            State::Waiting => Outcome::Queueing,
            _ => {
                contact.typing_until_ms = Some(now.saturating_add(TYPING_FOR_MS));
                self.touch(id);
                Outcome::Noted
            }
        }
    }

    fn transfer(&mut self, now: Ms, user: &str) -> Outcome {
        let Some(contact) = self.live_contact(user) else { return Outcome::NoSession };
        match contact.state {
            State::Waiting => Outcome::Queueing,
            State::Robot => {
                let id = contact.id;
                if !self.settings.hours.open_at(now) {
                    return Outcome::OutsideHours;
                }
                self.due.retain(|_, (asked, _)| *asked != id);
                match self.enqueue(now, id) {
                    State::Active => Outcome::WithAgent,
                    _ => Outcome::Queueing,
                }
            }
            _ => Outcome::AgentServes,
        }
    }

    /// What READ holds is not documented: empty means everything so far, otherwise it lists message codes.
    fn visitor_read(&mut self, now: Ms, user: &str, content: &str) -> Outcome {
        let Some(id) = self.live_id(user) else { return Outcome::NoSession };
        let codes = listed_codes(content);
        let change = self.change + 1;
        if let Some(contact) = self.contacts.get_mut(&id) {
            let unread = contact
                .transcript
                .iter_mut()
                .filter(|entry| entry.from != Party::Visitor && entry.read_ms.is_none())
                .filter(|entry| codes.is_empty() || codes.contains(&entry.code));
            for entry in unread {
                (entry.read_ms, entry.changed) = (Some(now), change);
            }
        }
        self.touch(id);
        Outcome::Noted
    }

    fn leave(&mut self, now: Ms, user: &str) -> Outcome {
        let Some(contact) = self.live_contact(user) else { return Outcome::NoSession };
        let (id, outcome) = match contact.state {
            State::Robot => (contact.id, Outcome::LeftRobot),
            State::Waiting => (contact.id, Outcome::LeftQueue),
            _ => (contact.id, Outcome::LeftAgent),
        };
        self.end(now, id, EndCause::Visitor);
        outcome
    }

    /// Keeps a rating for the visitor's last contact that an agent served. `false` when there is none.
    pub(crate) fn rate(&mut self, user: &str, rating: Rating) -> bool {
        let served = self.contacts.values().rev().find(|c| c.user_id == user && c.agent.is_some());
        // Whatever was later.
        if self.rate_call(user, served.map_or(0, |contact| contact.started_ms), &rating) {
            return true;
        }
        let served = self.contacts.values_mut().rev().find(|c| c.user_id == user && c.agent.is_some());
        let Some(contact) = served else { return false };
        contact.rating = Some(rating);
        let id = contact.id;
        self.touch(id);
        true
    }

    /// What goes with an answer: a picture, a card, a place.
    fn robot_shows(&mut self, now: Ms, id: ContactId, extra: robot::Extra) {
        let library = Origin::Library;
        let words = match extra {
            robot::Extra::Picture => self.sample_words(now, id, "IMAGE", "photo.jpg", library),
            robot::Extra::Video => self.sample_words(now, id, "VIDEO", "clip.mp4", library),
            robot::Extra::Audio => self.sample_words(now, id, "AUDIO", "voice.mp3", library),
            robot::Extra::File => self.sample_words(now, id, "DOCUMENT", "label.pdf", library),
            robot::Extra::Card { title, description } => {
                let url = "https://shop.example/new";
                Some(self.card_words(now, id, title, description, url, Some("photo.png")))
            }
            robot::Extra::Map { description } => Some(place(52.5163, 13.3777, description)),
        };
        if let Some(words) = words {
            self.say(now, id, Source::Robot, words, |message| message);
        }
    }

    pub(super) fn robot_says(&mut self, now: Ms, id: ContactId, answer: robot::Answer) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.robot_turns += 1;
        let turn = contact.robot_turns;
        self.say(now, id, Source::Robot, answer.text, |mut message| {
            message.robot_turn = Some(turn);
            message.similar = answer.similar;
            message
        });
        if let Some(extra) = answer.extra {
            self.robot_shows(now, id, extra);
        }
    }
}

/// Codes in a JSON array, or between commas.
fn listed_codes(content: &str) -> Vec<String> {
    serde_json::from_str(content).unwrap_or_else(|_| {
        content.split(',').map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect()
    })
}
