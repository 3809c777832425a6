//! Everything that can happen.

use crate::effect::RequestId;
use crate::failure::Failure;
use crate::snapshot::{RecordKey, Saved};
use crate::transcript::MineState;
use frontdesk_contract::{
    About, CallSupport, Card, ClientId, ConnectTo, Contact, EventPage, FeedbackSaved, FileStored,
    HistoryPage, Location, MessageLeft, Posted, SessionOpened, Suggestions, SurveySaved,
};

/// Something that happened to a session.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one is made, handled and gone; none are kept")]
pub enum Input {
    /// The first input: what was kept from earlier. With a credential among it the session is resumed at once.
    Start(Saved),
    /// The visitor opened the panel: open a session, if there is none.
    Open,
    /// The visitor wants the robot or a person; also "begin a new conversation" after one has ended.
    Connect(ConnectTo),
    /// The visitor ends the conversation.
    EndContact,
    /// The visitor sends a text. Without a conversation one is begun first. What no reader can show is left out of it, as
    /// of all texts that follow ([`crate::text::plain`]); if nothing is left, nothing is sent.
    Send(String),
    /// The visitor sends files that were picked, dropped or pasted together. Each is taken and asked to be kept
    /// ([`crate::Effect::KeepFile`]), or not ([`crate::Effect::Declined`]).
    SendFiles(Vec<NewFile>),
    /// The visitor sends a place.
    SendLocation(Location),
    /// The visitor, or the page around, sends a card.
    SendCard(Card),
    /// So much of an upload has left. Told as often as the browser does.
    Progress {
        /// The request of [`crate::Call::Upload`].
        id: RequestId,
        /// All in all.
        sent_bytes: u64,
    },
    /// The visitor wants a failed message tried again.
    Retry(ClientId),
    /// The visitor wants an unconfirmed message sent once more, as a new message. A message is sent again once: see
    /// `sent_again` of [`crate::EntryKind::Mine`].
    SendAgain(ClientId),
    /// The visitor gives up a message that was not delivered; its text is handed back by [`crate::Effect::Returned`]. An
    /// upload is stopped. A message that is being sent cannot be given up.
    Discard(ClientId),
    /// The same, but its text is wanted no more.
    Delete(ClientId),
    /// The visitor is typing.
    Typing,
    /// What is in the composer, after every change of it: for suggestions, and to be kept.
    Draft(String),
    /// The visitor wants to see earlier messages, or wants that tried again; see [`crate::Session::history`].
    Earlier,
    /// The visitor rates the conversation: what the form asks for, the rest `None`.
    Rate {
        /// One of the levels of the form.
        level: Option<u8>,
        /// 0 to 9.
        recommend: Option<u8>,
        /// Whether the matter is solved.
        solved: Option<bool>,
        /// May be empty.
        comment: String,
    },
    /// The visitor judges an answer of the robot; see `judged` of [`crate::EntryKind::Theirs`].
    Judge {
        /// Id of the message.
        message: String,
        /// It helped.
        helpful: bool,
        /// Why not; must not be empty then. At most [`frontdesk_contract::MAX_REASON_BYTES`].
        reason: String,
    },
    /// The visitor leaves a message for later; see [`crate::Session::leaving`].
    LeaveMessage {
        /// As the visitor wrote it.
        number: String,
        /// One of [`frontdesk_contract::Offers::countries`].
        country: Option<String>,
        /// At most [`frontdesk_contract::MAX_LEFT_TEXT_CHARS`].
        text: String,
    },
    /// The visitor has seen what became of the message left: the form may be shown anew, and a refused one is forgotten.
    LeaveSeen,
    /// The visitor does not want to rate.
    SkipRating,
    /// The panel is seen (or no longer): unread counting.
    Seen(bool),
    /// This page is in a call from now on, or no longer ([`crate::call::Effect::Announce`]): its events are followed.
    Calling(bool),
    /// What the website tells of the visit from now on: goes along when a conversation is begun.
    About(About),

    /// A request was answered or failed.
    Answered(RequestId, Result<Answer, Failure>),
    /// A record that [`crate::Effect::Keep`] named was written for good, or could not be.
    Kept(RecordKey, bool),
    /// Another tab had kept its session first, under this credential: join it. The record of this tab's was not written.
    Join(String),
    /// The time that [`crate::Effect::WakeAt`] named has come.
    Timer,
    /// Back online, visible again, thawed, restored from the page cache: do not wait any longer.
    Woken,
    /// What the storage has ([`crate::Effect::Look`]); of schema 0 if it cannot be read.
    Found(Saved),
    /// Another tab tells how far a message of the visitor is there; `None`: it was given up there.
    Told(ClientId, Option<MineState>),
    /// Another tab shows all events of this session up to this number.
    SeenElsewhere(u64),
    /// This tab's part among the visitor's tabs has changed.
    Role(Role),
    /// Another tab read these events; it had asked after number `after`.
    Heard {
        /// What the other tab's page was asked after.
        after: u64,
        /// What it got.
        page: EventPage,
    },
}

/// What a request was answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To [`crate::Call::OpenSession`].
    Opened(SessionOpened),
    /// To [`crate::Call::Connect`] and [`crate::Call::EndContact`].
    Contact(Contact),
    /// To [`crate::Call::PostMessage`].
    Posted(Posted),
    /// To [`crate::Call::Events`].
    Events(EventPage),
    /// To [`crate::Call::PostSurvey`].
    Rated(SurveySaved),
    /// To [`crate::Call::Upload`].
    Stored(FileStored),
    /// To [`crate::Call::History`].
    History(HistoryPage),
    /// To [`crate::Call::Suggestions`].
    Suggestions(Suggestions),
    /// To [`crate::Call::CallSupport`].
    CallSupport(CallSupport),
    /// To [`crate::Call::LeaveMessage`].
    Left(MessageLeft),
    /// To [`crate::Call::PostFeedback`].
    Judged(FeedbackSaved),
    /// To [`crate::Call::Typing`] and [`crate::Call::Read`].
    Done,
}

/// A file that the visitor wants to send. Its content stays with the driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Names the content for [`crate::Effect::KeepFile`]; the driver's own choice.
    pub handle: u32,
    /// As the browser tells it.
    pub name: String,
    /// As the browser tells it; may be empty.
    pub media_type: String,
    /// Its size.
    pub size_bytes: u64,
}

/// A tab's part among the tabs of one visitor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Holds the long poll and tells the others.
    #[default]
    Leader,
    /// Hears from the leader; asks only for what it missed.
    Follower,
    /// Tabs cannot hear each other: asks by itself, without waiting in the request.
    Alone,
}
