//! What a lost answer or an HTTP status proves.

use super::client::{Lost, Reply};
use crate::vendor::Failure;
use frontdesk_contract::ErrorCode;

/// What it means that no whole answer came.
pub(super) fn lost(endpoint: &'static str, lost: &Lost) -> Failure {
    let detail = format!("{endpoint}: {}", lost.why());
    match lost {
        Lost::NotSent(_) => Failure::NotSent { code: ErrorCode::CentreUnreachable, detail },
        Lost::Late | Lost::Broken(_) => Failure::Unknown { code: ErrorCode::CentreTimeout, detail },
        Lost::Cut(_) | Lost::TooLong => Failure::Unknown { code: ErrorCode::CentreUnintelligible, detail },
    }
}

/// What an answer with a status other than 200 means. `reads`: the call changes nothing at the centre.
pub(super) fn status(endpoint: &'static str, reply: &Reply, reads: bool) -> Failure {
    let detail = format!("{endpoint}: HTTP {}", reply.status);
    let refused = |code, transient| Failure::Refused {
        code,
        transient,
        retry_after: reply.retry_after,
        detail: detail.clone(),
    };
    let unknown = |code| Failure::Unknown { code, detail: detail.clone() };
    match reply.status {
        429 => refused(ErrorCode::CentreBusy, true),
        // The gateway itself turned a harmless question away.
        503 if reads && reply.retry_after.is_some() => refused(ErrorCode::CentreBusy, true),
        503 => unknown(ErrorCode::CentreBusy),
        408 | 504 => unknown(ErrorCode::CentreTimeout),
        400..=499 => refused(ErrorCode::CentreRefused, false),
        _ => unknown(ErrorCode::CentreUnintelligible),
    }
}

/// What it means that an answer with status 200 cannot be read.
pub(super) fn unintelligible(endpoint: &'static str) -> Failure {
    Failure::Unknown {
        code: ErrorCode::CentreUnintelligible,
        detail: format!("{endpoint}: the answer is not that of the interface"),
    }
}

/// What a code of a refusal means.
pub(super) fn refused(endpoint: &'static str, code: &str, why: ErrorCode, transient: bool) -> Failure {
    // The code is the vendor's: an open set, but never longer than this.
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    Failure::Refused { code: why, transient, retry_after: None, detail: format!("{endpoint}: code {code}") }
}

/// The same for a call that never left because no token was to be had: nothing was done.
pub(super) fn not_done(failure: Failure) -> Failure {
    match failure {
        Failure::Unknown { code: ErrorCode::CentreBusy, detail } => {
            Failure::Refused { code: ErrorCode::CentreBusy, transient: true, retry_after: None, detail }
        }
        Failure::Unknown { code, detail } => Failure::NotSent { code, detail },
        other => other,
    }
}
