//! How one message of the visitor gets to the centre: the decisions, without I/O and without a clock.
//!
//! | the centre | after an unanswered attempt | promise |
//! | --- | --- | --- |
//! | deduplicates ids | say it again with the same id | delivered once |
//! | echoes ids in its history | wait, read back; say it again only if it is absent | delivered once, unless the request was delayed beyond the reading |
//! | ignores ids, or keeps no history | tell the visitor: unconfirmed | never delivered twice by us |
//!
//! [`Delivery::step`] says what to do, the matching method takes what came of it.

use crate::config::MessageIds;
use crate::settings::CentreTraits;
use crate::vendor::{Failure, Said};
use frontdesk_contract::{ErrorCode, PostedStatus};
use std::time::Duration;

/// Pause before the one quick repetition.
const QUICK: Duration = Duration::from_millis(250);
/// Pause before each reading of the history: the centre needs a moment to file a message.
const SETTLE: Duration = Duration::from_secs(1);
/// How often the history is read.
const READINGS: u32 = 3;
/// When a client may ask again after an attempt without an answer.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Hand the message over; report by [`Delivery::said`].
    Say,
    /// Wait, then ask [`Delivery::step`] again.
    Wait(Duration),
    /// Look for the message in the centre's history; report by [`Delivery::read_back`].
    ReadBack,
    /// It is decided.
    Finish(Outcome),
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered with this status, recorded with its echo, never said again.
    Posted {
        /// The status.
        status: PostedStatus,
        /// The conversation turned out to be gone.
        gone: bool,
    },
    /// Not delivered for certain; the id may be used again.
    Refused {
        /// For the visitor.
        code: ErrorCode,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// Perhaps delivered; the same request must come again to find out, and finds its record.
    Doubtful {
        /// For the visitor.
        code: ErrorCode,
        /// When to ask again.
        retry_after: Duration,
    },
    /// The conversation is gone, and nothing was delivered.
    Gone,
}

/// One message on its way.
#[derive(Clone, Debug)]
pub struct Delivery {
    centre: CentreTraits,
    /// An earlier attempt may have been delivered.
    doubt: bool,
    said: u32,
    readings: u32,
    step: Step,
}

impl Delivery {
    /// A message that was never handed over.
    pub fn fresh(centre: CentreTraits) -> Self {
        Self { centre, doubt: false, said: 0, readings: 0, step: Step::Say }
    }

    /// A message whose record shows an attempt without a known outcome: an earlier answer of ours was
    /// [`Outcome::Doubtful`], or the proxy ended in the middle.
    pub fn resumed(centre: CentreTraits) -> Self {
        let step = match mode(centre) {
            MessageIds::Deduplicated => Step::Say,
            MessageIds::Echoed => Step::Wait(SETTLE),
            MessageIds::Ignored => posted(PostedStatus::Unconfirmed, false),
        };
        Self { centre, doubt: true, said: 0, readings: 0, step }
    }

    /// What to do now.
    pub fn step(&mut self) -> Step {
        let step = self.step.clone();
        if let Step::Wait(_) = step {
            self.step = match mode(self.centre) {
                MessageIds::Echoed => Step::ReadBack,
                _ => Step::Say,
            };
        }
        step
    }

    /// Takes the answer to an attempt.
    pub fn said(&mut self, answer: Result<Said, Failure>) {
        self.said += 1;
        self.step = match answer {
            Ok(Said::Delivered { .. }) => posted(PostedStatus::Accepted, false),
            Ok(Said::StoredOffline { .. }) => posted(PostedStatus::StoredOffline, false),
            Err(Failure::NotSent { code, .. }) if self.doubt => doubtful(code, None),
            Err(Failure::NotSent { code, .. }) => refused(code, Some(ASK_AGAIN)),
            Err(Failure::Refused { code, transient: true, retry_after, .. }) if self.doubt => {
                doubtful(code, retry_after)
            }
            // It will be refused again, but an earlier attempt may have been taken: nobody can know.
            Err(Failure::Refused { .. }) if self.doubt => posted(PostedStatus::Unconfirmed, false),
            Err(Failure::Refused { code, transient, retry_after, .. }) => {
                refused(code, retry_after.or(transient.then_some(ASK_AGAIN)))
            }
            Err(Failure::Gone) if self.doubt => posted(PostedStatus::Unconfirmed, true),
            Err(Failure::Gone) => Step::Finish(Outcome::Gone),
            Err(Failure::Unknown { code, .. }) => self.unanswered(code),
        };
    }

    fn unanswered(&mut self, code: ErrorCode) -> Step {
        self.doubt = true;
        #[cfg(feature = "planted")]
        if frontdesk_planted::is(frontdesk_planted::Bug::NeverAskAgain) {
            return posted(PostedStatus::Unconfirmed, false);
        }
        match mode(self.centre) {
            MessageIds::Ignored => posted(PostedStatus::Unconfirmed, false),
            MessageIds::Deduplicated if self.said < 2 => Step::Wait(QUICK),
            MessageIds::Echoed if self.said < 2 => {
                self.readings = 0;
                Step::Wait(SETTLE)
            }
            _ => doubtful(code, None),
        }
    }

    /// Takes what a reading of the history showed: whether the message is in it.
    pub fn read_back(&mut self, answer: Result<bool, Failure>) {
        self.readings += 1;
        let last = self.readings >= READINGS;
        self.step = match answer {
            Ok(true) => posted(PostedStatus::Accepted, false),
            Ok(false) if last && self.said < 2 => Step::Say,
            Ok(false) if last => doubtful(ErrorCode::CentreTimeout, None),
            Err(failure) if last => doubtful(code_of(&failure), None),
            Ok(false) | Err(_) => Step::Wait(SETTLE),
        };
    }
}

/// What can be done about doubt: reading back needs a history.
fn mode(centre: CentreTraits) -> MessageIds {
    match centre.message_id {
        MessageIds::Echoed if !centre.history => MessageIds::Ignored,
        mode => mode,
    }
}

/// The code that a failure has for the visitor.
pub fn code_of(failure: &Failure) -> ErrorCode {
    match failure {
        Failure::NotSent { code, .. } | Failure::Refused { code, .. } | Failure::Unknown { code, .. } => {
            *code
        }
        Failure::Gone => ErrorCode::ContactEnded,
    }
}

fn posted(status: PostedStatus, gone: bool) -> Step {
    Step::Finish(Outcome::Posted { status, gone })
}

fn refused(code: ErrorCode, retry_after: Option<Duration>) -> Step {
    Step::Finish(Outcome::Refused { code, retry_after })
}

/// After any other code than these a client asks no more, and it has to, to find out.
fn doubtful(code: ErrorCode, retry_after: Option<Duration>) -> Step {
    let code = match code {
        ErrorCode::CentreTimeout
        | ErrorCode::CentreUnreachable
        | ErrorCode::CentreUnintelligible
        | ErrorCode::Queueing => code,
        _ => ErrorCode::CentreBusy,
    };
    Step::Finish(Outcome::Doubtful { code, retry_after: retry_after.unwrap_or(ASK_AGAIN) })
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
