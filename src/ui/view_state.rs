//! What the views draw, as plain data taken from the session. Questions about the protocol are answered here, so that
//! no view has to ask them.

use frontdesk_contract::{
    CallOffer, ConnectTo, ContactState, EndReason, ErrorCode, Offers, QueueInfo, SurveyForm,
};
use frontdesk_core::{Connection, EntryKind, LeaveState, RatingState, Session, Stage};

/// Everything beside the transcript.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewState {
    /// The session runs; before that nothing can be asked for.
    pub started: bool,
    /// The desk cannot be used, with the reason.
    pub refused: Option<Option<ErrorCode>>,
    /// Nothing was said and nobody serves: the visitor is welcomed.
    pub welcome: bool,
    /// Who is on the other side.
    pub facing: Facing,
    /// The name of who is on the other side; empty when there is none.
    pub name: String,
    /// What is asked of the visitor above the composer.
    pub dock: Dock,
    /// Moves on when the dock asks for something else.
    pub dock_version: u32,
    /// Place and wait.
    pub queue: QueueInfo,
    /// Since when the visitor queues, in epoch milliseconds; 0: not.
    pub queue_since_ms: u64,
    /// Whether requests get through; trying goes on where they do not.
    pub connection: Connection,
    /// The centre stands in the way of what the visitor asked for; trying goes on.
    pub centre_away: bool,
    /// Whom the visitor wanted when that was refused.
    pub refused_wish: Option<ConnectTo>,
    /// Nothing survives a reload.
    pub memory_only: bool,
    /// The other side is typing.
    pub typing: bool,
    /// There is a conversation to end.
    pub can_end: bool,
    /// Something was said that can be erased.
    pub can_erase: bool,
    /// A person can be asked for.
    pub can_ask_person: bool,
    /// A robot can be asked for.
    pub has_robot: bool,
    /// The desk has agents.
    pub has_agent: bool,
    /// A text can be written.
    pub can_write: bool,
    /// Calls that can be asked for.
    pub calls: CallOffer,
    /// The longest text in bytes; 0 while it is not known.
    pub text_max: u32,
    /// Files can be sent.
    pub can_attach: bool,
    /// Questions that the robot can answer, for what is in the composer.
    pub suggestions: Vec<String>,
    /// Moves on when the questions are others.
    pub suggestions_version: u32,
    /// A message for later can be left.
    pub can_leave: bool,
    /// What became of the message that was left.
    pub leaving: LeaveState,
}

/// Who is on the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Facing {
    /// Nobody yet.
    #[default]
    Desk,
    /// Somebody is being found.
    Connecting,
    /// A robot.
    Robot,
    /// The queue.
    Queue,
    /// A person.
    Agent,
    /// Nobody any more.
    Ended,
}

/// What is asked of the visitor.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Dock {
    /// Nothing.
    #[default]
    Empty,
    /// Patience.
    Queue,
    /// A rating; the form stays while it is sent and when it failed.
    Rate(SurveyForm),
    /// The rating is on its way, perhaps for long.
    RatingSent {
        /// The conversation is over as well.
        ended: bool,
    },
    /// Nothing more: the rating has arrived.
    Thanks {
        /// The conversation is over as well.
        ended: bool,
    },
    /// The rating was refused.
    RatingFailed(Option<ErrorCode>),
    /// What to do next, after the end.
    Ended(Option<EndReason>),
    /// What to do, as nobody could be reached.
    NotConnected(ErrorCode),
}

impl ViewState {
    /// Takes what is to be seen from the session.
    pub fn of(session: &Session) -> Self {
        let contact = session.contact();
        let offers = session.offers();
        let connecting = session.connecting();
        let served =
            matches!(contact.state, ContactState::Robot | ContactState::Agent | ContactState::Unknown);
        let open = served || contact.state == ContactState::Queueing;
        let facing = match (contact.state, connecting) {
            (ContactState::None | ContactState::Ended, Some(_)) => Facing::Connecting,
            (ContactState::Robot, Some(ConnectTo::Agent)) => Facing::Connecting,
            (ContactState::None, None) => Facing::Desk,
            (ContactState::Ended, None) => Facing::Ended,
            (ContactState::Queueing, _) => Facing::Queue,
            (ContactState::Robot, _) => Facing::Robot,
            (ContactState::Agent | ContactState::Unknown, _) => Facing::Agent,
        };
        let name = contact.with.as_ref().filter(|_| served).map(|person| person.name.clone());
        let agent_offered = offers.is_some_and(|offers| offers.agent);
        Self {
            started: session.stage() == Stage::Open || !session.transcript().entries().is_empty(),
            refused: match session.stage() {
                Stage::Refused(code) => Some(code),
                _ => None,
            },
            welcome: session.transcript().entries().is_empty()
                && !open
                && facing != Facing::Connecting
                && session.connect_error().is_none(),
            facing,
            name: name.unwrap_or_default(),
            dock: dock(session),
            dock_version: 0,
            queue: session.queue(),
            queue_since_ms: queue_since(session),
            connection: session.connection(),
            centre_away: session.centre_trouble().is_some(),
            refused_wish: session.refused_wish(),
            memory_only: session.storage_failed(),
            typing: session.agent_typing() && served,
            can_end: open,
            can_erase: !session.transcript().entries().is_empty(),
            can_ask_person: agent_offered
                && connecting.is_none()
                && session.connect_error().is_none()
                && matches!(contact.state, ContactState::Robot | ContactState::None),
            has_robot: offers.is_some_and(|offers| offers.robot),
            has_agent: agent_offered,
            can_write: contact.state != ContactState::Ended || connecting.is_some(),
            calls: session.calls(),
            text_max: offers.map_or(0, |offers| offers.text_max_bytes),
            can_attach: offers.is_some_and(takes_files),
            suggestions: session.suggestions().to_vec(),
            suggestions_version: 0,
            can_leave: offers.is_some_and(|offers| offers.leave_message),
            leaving: session.leaving(),
        }
    }
}

impl ViewState {
    /// What is to be seen before there is a session, as it would be seen with a new one: nothing more is known than what
    /// the desk offers, and whether calls are possible.
    pub fn greeting(offers: Option<&Offers>, calls: bool) -> Self {
        let agent = offers.is_some_and(|offers| offers.agent);
        Self {
            started: offers.is_some(),
            welcome: true,
            can_ask_person: agent,
            has_robot: offers.is_some_and(|offers| offers.robot),
            has_agent: agent,
            can_write: true,
            calls: offers.filter(|_| calls).map_or(CallOffer::default(), |offers| offers.call),
            text_max: offers.map_or(0, |offers| offers.text_max_bytes),
            can_attach: offers.is_some_and(takes_files),
            can_leave: offers.is_some_and(|offers| offers.leave_message),
            ..Self::default()
        }
    }

    /// The state that follows `before`.
    pub fn after(before: &Self, session: &Session) -> Self {
        let mut state = Self::of(session);
        // Known before the session could try.
        state.memory_only |= before.memory_only;
        state.dock_version = before.dock_version + u32::from(state.dock != before.dock);
        state.suggestions_version =
            before.suggestions_version + u32::from(state.suggestions != before.suggestions);
        state
    }
}

fn takes_files(offers: &Offers) -> bool {
    !offers.files.types.is_empty() && offers.files.max_count > 0
}

fn queue_since(session: &Session) -> u64 {
    if session.contact().state != ContactState::Queueing {
        return 0;
    }
    let entries = session.transcript().entries();
    let begun = entries.iter().rev().find(
        |entry| matches!(&entry.kind, EntryKind::Contact(contact) if contact.state == ContactState::Queueing),
    );
    begun.map_or(0, |entry| entry.at_ms)
}

fn dock(session: &Session) -> Dock {
    if let Some(code) = session.connect_error() {
        return Dock::NotConnected(code);
    }
    let contact = session.contact();
    let ended = contact.state == ContactState::Ended && session.connecting().is_none();
    match session.rating() {
        RatingState::Asked(form) => return Dock::Rate(form.clone()),
        // The rating may be of the conversation before: the way out of the queue comes first.
        _ if contact.state == ContactState::Queueing => return Dock::Queue,
        RatingState::Sending => return Dock::RatingSent { ended },
        RatingState::Thanked => return Dock::Thanks { ended },
        RatingState::Failed(code) => return Dock::RatingFailed(*code),
        RatingState::None => {}
    }
    if ended { Dock::Ended(contact.reason) } else { Dock::Empty }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_contract::{
        CallSupport, Contact, Event, EventKind, EventPage, FileOffer, PROTOCOL, SessionOpened, Visitor,
    };
    use frontdesk_core::snapshot::SCHEMA;
    use frontdesk_core::{Answer, Call, Effect, Input, Now, Saved, Settings};

    /// Gives the session these inputs, and an answer to all that it asks.
    fn answer(session: &mut Session, inputs: Vec<Input>, offers: &Offers) {
        let mut inputs = std::collections::VecDeque::from(inputs);
        while let Some(input) = inputs.pop_front() {
            for effect in session.handle(Now { ms: 1_000, chance: 7 }, input) {
                let Effect::Request { id, call, .. } = effect else { continue };
                let answer = match call {
                    Call::OpenSession(_) => Answer::Opened(SessionOpened {
                        protocol: PROTOCOL,
                        session: "credential".into(),
                        expires_ms: 0,
                        visitor: Visitor { id: "v".into(), name: "Visitor".into(), person: None },
                        contact: Contact::default(),
                        cursor: 0,
                        offers: offers.clone(),
                    }),
                    Call::CallSupport => Answer::CallSupport(CallSupport {
                        click_to_call: true,
                        web_rtc: true,
                        ..CallSupport::default()
                    }),
                    other => panic!("{other:?}"),
                };
                inputs.push_back(Input::Answered(id, Ok(answer)));
            }
        }
    }

    /// A conversation that is over, and its rating, which does not get through.
    fn rated_in_vain() -> Session {
        let mut session = Session::new(Settings::new("shop", "en"));
        let nothing = Saved { schema: SCHEMA, records: Vec::new() };
        answer(&mut session, vec![Input::Start(nothing), Input::Open], &Offers::default());
        let ended = Contact { state: ContactState::Ended, ..Contact::default() };
        let form = SurveyForm { open: true, ..SurveyForm::default() };
        let event = |seq, kind| Event { seq, at_ms: 1_000, kind };
        let events = vec![event(1, EventKind::Contact(ended)), event(2, EventKind::Survey(form))];
        let now = Now { ms: 1_000, chance: 7 };
        session.handle(now, Input::Heard { after: 0, page: EventPage { next: 2, events } });
        assert!(matches!(ViewState::of(&session).dock, Dock::Rate(_)));
        let level = Some(4);
        let rate = Input::Rate { level, recommend: None, solved: None, comment: String::new() };
        session.handle(now, rate);
        session
    }

    #[test]
    fn a_rating_that_does_not_get_through_leaves_a_way_on() {
        let mut session = rated_in_vain();
        let dock = |session: &Session| ViewState::of(session).dock;
        assert_eq!(dock(&session), Dock::RatingSent { ended: true });
        let now = Now { ms: 1_000, chance: 7 };
        let wish = session.handle(now, Input::Connect(ConnectTo::Agent));
        assert_eq!(dock(&session), Dock::RatingSent { ended: false });
        let asked = wish.iter().find_map(|effect| match effect {
            Effect::Request { id, call: Call::Connect(_), .. } => Some(*id),
            _ => None,
        });
        let queues = Contact { state: ContactState::Queueing, ..Contact::default() };
        session.handle(now, Input::Answered(asked.unwrap(), Ok(Answer::Contact(queues))));
        assert_eq!(dock(&session), Dock::Queue, "the queue can be left");
    }

    #[test]
    fn the_greeting_is_what_a_new_session_shows() {
        let files = FileOffer { types: vec!["png".into()], max_bytes: 9, max_count: 1 };
        let all = Offers {
            robot: true,
            agent: true,
            call: CallOffer { audio: true, video: false },
            files,
            leave_message: true,
            text_max_bytes: 900,
            ..Offers::default()
        };
        for offers in [Offers::default(), Offers { call: CallOffer::default(), ..all.clone() }, all] {
            let mut session = Session::new(Settings::new("shop", "en"));
            let nothing = Saved { schema: SCHEMA, records: Vec::new() };
            answer(&mut session, vec![Input::Start(nothing)], &offers);
            assert_eq!(ViewState::greeting(None, false), ViewState::of(&session));
            answer(&mut session, vec![Input::Open], &offers);
            assert_eq!(ViewState::greeting(Some(&offers), false), ViewState::of(&session));
            answer(&mut session, vec![Input::Seen(true)], &offers);
            assert_eq!(ViewState::greeting(Some(&offers), true), ViewState::of(&session));
        }
    }
}
