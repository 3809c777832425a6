//! What a failed request means for the next step.

use frontdesk_contract::{ApiError, ErrorCode};

/// Why a request has no proper answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer: no network, reset, timeout.
    Network,
    /// An answer that is not the proxy's: a captive portal, an error page.
    Foreign,
    /// The proxy said no.
    Refused(ApiError),
    /// To an upload: the content of the file is not kept here any more.
    FileGone,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try again, not before so many milliseconds.
    Retry {
        /// The proxy's wish; 0 when it has none.
        after_ms: u64,
    },
    /// Wait until the conversation takes text again.
    Hold,
    /// The conversation is over or was never begun.
    Reconnect,
    /// The credential is dead: open a new session.
    Reopen,
    /// Refused for good.
    Stop,
}

impl Failure {
    /// What to do about it.
    pub fn next(&self) -> Next {
        #[cfg(feature = "planted")]
        if frontdesk_planted::is(frontdesk_planted::Bug::RetryRefused)
            && let Self::Refused(error) = self
            && error.code == ErrorCode::CentreRefused
        {
            return Next::Retry { after_ms: 0 };
        }
        let error = match self {
            Self::Refused(error) => error,
            Self::Network | Self::Foreign => return Next::Retry { after_ms: 0 },
            Self::FileGone => return Next::Stop,
        };
        match error.code {
            // Not now, says the time that is named: the body came too slowly, others are on their way.
            ErrorCode::BadRequest | ErrorCode::FilesTooMany if error.retry_after_ms.is_some() => {
                Next::Retry { after_ms: error.retry_after_ms.unwrap_or(0) }
            }
            ErrorCode::SessionUnknown => Next::Reopen,
            ErrorCode::NotConnected | ErrorCode::ContactEnded => Next::Reconnect,
            ErrorCode::Queueing => Next::Hold,
            ErrorCode::InFlight
            | ErrorCode::RateLimited
            | ErrorCode::Internal
            | ErrorCode::CentreUnintelligible
            | ErrorCode::CentreUnreachable
            | ErrorCode::CentreBusy
            | ErrorCode::Overloaded
            | ErrorCode::StoreUnavailable
            | ErrorCode::CentreTimeout
            | ErrorCode::Unknown => Next::Retry { after_ms: error.retry_after_ms.unwrap_or(0) },
            ErrorCode::BadRequest
            | ErrorCode::ProtocolUnsupported
            | ErrorCode::IdInvalid
            | ErrorCode::IdentityRefused
            | ErrorCode::IdentityMissing
            | ErrorCode::IdentityExpired
            | ErrorCode::IdentityUsed
            | ErrorCode::KeyRefused
            | ErrorCode::OriginRefused
            | ErrorCode::CallsNotAllowed
            | ErrorCode::DeskUnknown
            | ErrorCode::NotFound
            | ErrorCode::MethodNotAllowed
            | ErrorCode::SurveyClosed
            | ErrorCode::OutsideHours
            | ErrorCode::BodyTooLarge
            | ErrorCode::MediaTypeUnsupported
            | ErrorCode::IdReused
            | ErrorCode::TextEmpty
            | ErrorCode::TextTooLong
            | ErrorCode::BodyUnsupported
            | ErrorCode::LevelUnknown
            | ErrorCode::CommentTooLong
            | ErrorCode::HeaderTooLarge
            | ErrorCode::CentreRefused
            | ErrorCode::RobotUnavailable
            | ErrorCode::FileUnknown
            | ErrorCode::TicketRefused
            | ErrorCode::NotOffered
            | ErrorCode::CallUnknown
            | ErrorCode::FeedbackClosed
            | ErrorCode::NoAgents
            | ErrorCode::CallRunning
            | ErrorCode::FileTooLarge
            | ErrorCode::FileTypeRefused
            | ErrorCode::RangeUnsatisfiable
            | ErrorCode::CardIncomplete
            | ErrorCode::FileEmpty
            | ErrorCode::NumberInvalid
            | ErrorCode::ReasonMissing
            | ErrorCode::ReasonTooLong
            | ErrorCode::FilesTooMany
            | ErrorCode::ChannelNotConfigured => Next::Stop,
        }
    }

    /// The code to show; `None` when the proxy said nothing.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused(error) => Some(error.code),
            Self::Network | Self::Foreign | Self::FileGone => None,
        }
    }
}
