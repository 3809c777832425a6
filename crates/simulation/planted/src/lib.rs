//! Bugs that can be planted into core, proxy and native visitor, one at a time and for one thread, to see whether the
//! simulation notices them. Whoever asks [`is`] does so under the feature `planted`, which no build of the product has.

use std::cell::Cell;

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The centre gets another id each time it is told a message.
    NoIdempotencyKey,
    /// The visitor's page makes a new id for each try.
    NewIdOnRetry,
    /// The proxy answers before anything is written.
    AckBeforePersist,
    /// What the centre sent is shown first and journalled afterwards.
    JournalAfterAnswer,
    /// What was handed out once counts as read, wherever its answer went.
    CursorByArrival,
    /// Codes of downlink messages are not looked at.
    DedupOff,
    /// A message that was refused for good lets those behind it pass.
    SkipRefused,
    /// Whoever polls writes, whether or not somebody else does.
    TwoPollersUnfenced,
    /// The token that came last counts, not the newest.
    TokenByArrival,
    /// The page counts a message as kept while its storage still only remembers it.
    LocalStorage,
    /// A refusal for good is tried again.
    RetryRefused,
    /// What was not sent yet is forgotten at a reload.
    DropOnReload,
    /// A message whose answer was lost is told as unconfirmed, without another question.
    NeverAskAgain,
}

impl Bug {
    /// Every bug.
    pub const ALL: [Self; 13] = [
        Self::NoIdempotencyKey,
        Self::NewIdOnRetry,
        Self::AckBeforePersist,
        Self::JournalAfterAnswer,
        Self::CursorByArrival,
        Self::DedupOff,
        Self::SkipRefused,
        Self::TwoPollersUnfenced,
        Self::TokenByArrival,
        Self::LocalStorage,
        Self::RetryRefused,
        Self::DropOnReload,
        Self::NeverAskAgain,
    ];

    /// The word for it in options and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoIdempotencyKey => "no-idempotency-key",
            Self::NewIdOnRetry => "new-id-on-retry",
            Self::AckBeforePersist => "ack-before-persist",
            Self::JournalAfterAnswer => "journal-after-answer",
            Self::CursorByArrival => "cursor-by-arrival",
            Self::DedupOff => "dedup-off",
            Self::SkipRefused => "skip-refused",
            Self::TwoPollersUnfenced => "two-pollers-unfenced",
            Self::TokenByArrival => "token-by-arrival",
            Self::LocalStorage => "local-storage",
            Self::RetryRefused => "retry-refused",
            Self::DropOnReload => "drop-on-reload",
            Self::NeverAskAgain => "never-ask-again",
        }
    }

    /// The bug of this word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bug| bug.word() == word)
    }
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug in this thread, or takes it out.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this bug is planted.
pub fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}
