//! What goes wrong for a visitor: one type from the inside to the wire.

use crate::audit::Told;
use crate::audit::words::Identity;
use crate::store::StoreError;
use crate::visitor::Visitor;
use frontdesk_contract::ErrorCode;
use std::borrow::Cow;
use std::time::Duration;

/// A refusal, in the words of the visitor API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What programs decide on; gives the HTTP status.
    pub code: ErrorCode,
    /// One English sentence for developers; no text of a visitor, no secret.
    pub message: Cow<'static, str>,
    /// Not before this may the request be repeated.
    pub retry_after: Option<Duration>,
    /// What of it is for whoever guards the proxy.
    pub audit: Option<Box<Told>>,
}

impl Problem {
    /// A refusal.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), retry_after: None, audit: None }
    }

    /// The same, with a time before which a repetition is pointless.
    #[must_use]
    pub fn after(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.retry_after = wait.into();
        self
    }

    /// The same, to be written down as this; what was told nearer to the cause stays.
    #[must_use]
    pub fn audited(mut self, told: Told) -> Self {
        self.audit.get_or_insert_with(|| Box::new(told));
        self
    }

    /// The same, by this visitor in what is to be written down.
    #[must_use]
    pub fn audited_by(mut self, visitor: &Visitor) -> Self {
        self.audit = self.audit.map(|told| Box::new(told.by(visitor)));
        self
    }

    /// The same, at this desk if what is to be written down does not say which.
    #[must_use]
    pub fn at_desk(mut self, desk: &str) -> Self {
        self.audit = self.audit.map(|told| Box::new(told.at(desk)));
        self
    }

    /// A mistake of the proxy; the log has the details.
    pub fn internal() -> Self {
        Self::new(ErrorCode::Internal, "the proxy made a mistake; the log has it under this request id")
    }

    /// The credential is not known (any more).
    pub fn session_unknown() -> Self {
        Self::new(ErrorCode::SessionUnknown, "the session is not known or has ended: open a new one")
    }

    /// Another proxy does it by now, since this one was gone for too long.
    pub fn taken_over() -> Self {
        let text = "another proxy has taken this visitor over: ask again with the same id";
        Self::new(ErrorCode::InFlight, text).after(Duration::from_millis(200))
    }

    /// What the centre's refusal means, in one sentence per code.
    pub fn of_centre(code: ErrorCode) -> Self {
        let message = match code {
            ErrorCode::Queueing => "the visitor is waiting for an agent; nothing was delivered",
            ErrorCode::OutsideHours => "the agents are not working now",
            ErrorCode::RobotUnavailable => "the robot does not work now",
            ErrorCode::CentreBusy => "the centre is busy",
            ErrorCode::CentreUnreachable => "the centre cannot be reached",
            ErrorCode::CentreTimeout => {
                "the centre did not answer in time; repeat the request with the same id"
            }
            ErrorCode::CentreUnintelligible => "the centre answered something that is not its interface",
            ErrorCode::ContactEnded => "the conversation is over: connect again",
            ErrorCode::BodyUnsupported => "this desk does not take this kind of message",
            ErrorCode::NoAgents => "no agent is free",
            ErrorCode::NotOffered => "the centre does not do this for this desk",
            _ => "the centre refused",
        };
        Self::new(code, message)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Gone => Self::session_unknown(),
            StoreError::Fenced => Self::taken_over(),
            StoreError::Used => Self::new(ErrorCode::IdentityUsed, "the identity token was used before")
                .audited(Told::because(Identity::Replayed)),
            StoreError::Crowded => {
                Self::new(ErrorCode::Overloaded, "too many tickets").after(Duration::from_secs(30))
            }
            error => {
                tracing::error!(%error, "the store did not do it");
                Self::new(ErrorCode::StoreUnavailable, "the proxy cannot write what it must keep")
                    .after(Duration::from_secs(2))
            }
        }
    }
}

/// A code as it stands on the wire, for the log.
pub fn word(code: ErrorCode) -> String {
    serde_json::to_value(code).ok().and_then(|word| word.as_str().map(String::from)).unwrap_or_default()
}
