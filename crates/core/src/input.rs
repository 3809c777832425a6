//! Everything that can happen.

use crate::effect::RequestId;
use crate::failure::Failure;
use crate::snapshot::{RecordKey, Saved};
use frontdesk_contract::{ClientId, ConnectTo, Contact, EventPage, Posted, SessionOpened, SurveySaved};

/// Something that happened to a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The first input: what was kept from earlier. With a credential among it the session is resumed at once.
    Start(Saved),
    /// The visitor opened the panel: open a session, if there is none.
    Open,
    /// The visitor wants the robot or a person; also "begin a new conversation" after one has ended.
    Connect(ConnectTo),
    /// The visitor ends the conversation.
    EndContact,
    /// The visitor sends a text. Without a conversation one is begun first.
    Send(String),
    /// The visitor wants a failed message tried again.
    Retry(ClientId),
    /// The visitor wants an unconfirmed message sent once more, as a new message.
    SendAgain(ClientId),
    /// The visitor gives up a message that was not delivered; its text is handed back by [`crate::Effect::Returned`].
    Discard(ClientId),
    /// The visitor is typing.
    Typing,
    /// The visitor rates the conversation.
    Rate {
        /// One of the levels of the form.
        level: u8,
        /// May be empty.
        comment: String,
    },
    /// The visitor does not want to rate.
    SkipRating,
    /// The panel is seen (or no longer): unread counting.
    Seen(bool),

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
    /// To [`crate::Call::Typing`].
    Done,
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
