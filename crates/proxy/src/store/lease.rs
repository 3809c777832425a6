//! Who does something for a visitor, when several proxies could: one at a time, and nobody who has lost it writes.

use std::sync::Arc;
use std::time::Duration;

/// A lease that is not renewed ends after this time, by the store's own clock.
pub const TTL: Duration = Duration::from_secs(6);
/// A holder renews it so often.
pub const RENEW: Duration = Duration::from_secs(2);
/// A holder that could not renew it stops after this time by its own clock, counted from before it asked: earlier
/// than anybody else can have it.
pub const VALID: Duration = Duration::from_secs(5);

/// What one holder at a time does for a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Fetching what is new from the centre.
    Poll,
    /// Messages, and what begins and ends a conversation.
    Talk,
    /// Files on their way to the centre.
    Upload,
    /// What has no order with anything.
    Aside,
    /// Starting and dropping calls.
    Call,
    /// Following a call.
    Follow,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [Self::Poll, Self::Talk, Self::Upload, Self::Aside, Self::Call, Self::Follow];

    /// A word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Talk => "talk",
            Self::Upload => "upload",
            Self::Aside => "aside",
            Self::Call => "call",
            Self::Follow => "follow",
        }
    }

    /// The role of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether its holder looks after the visitor even if nobody asks for anything.
    pub fn cares(self) -> bool {
        matches!(self, Self::Poll | Self::Follow)
    }
}

/// What a batch is written by virtue of: it is refused once somebody else has had the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The lease.
    pub role: Role,
    /// Which holder's it is: grows from holder to holder.
    pub generation: u64,
}

/// What came of asking for a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leased {
    /// It is the asker's, for [`TTL`] from now.
    Held {
        /// Which holder's it is; the same as long as the holder has it.
        generation: u64,
        /// The visitor's revision.
        rev: u64,
        /// Somebody else has asked for it since the holder asked last.
        wanted: bool,
    },
    /// Somebody else has it.
    Taken {
        /// It ends after this time unless it is renewed.
        left: Duration,
        /// The visitor's revision.
        rev: u64,
    },
}

/// Something happened to a visitor, perhaps by another proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The visitor.
    pub visitor: Arc<str>,
    /// What happened.
    pub what: What,
}

/// What happened to a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A batch was written, which made this revision.
    Written(u64),
    /// The visitor was erased.
    Erased,
    /// Somebody has this lease now who did not have it.
    Leased(Role),
    /// The lease is free.
    Released(Role),
    /// Somebody asked for the lease of somebody else.
    Wanted(Role),
}
