//! What a lost answer or an HTTP status proves.

use super::carrier::Lost;
use super::client::Reply;
use super::codes::{Proof, http};
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
    let harmless = reads && reply.retry_after.is_some();
    match http(reply.status, harmless) {
        (Proof::Refused(transient), code) => {
            Failure::Refused { code, transient, retry_after: reply.retry_after, detail }
        }
        (Proof::Unknown, code) => Failure::Unknown { code, detail },
    }
}

/// This centre does not do it.
pub(super) fn not_offered(endpoint: &'static str) -> Failure {
    let detail = format!("{endpoint}: not offered");
    Failure::Refused { code: ErrorCode::NotOffered, transient: false, retry_after: None, detail }
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
    let code = if code.is_empty() { "(empty)" } else { &code };
    Failure::Refused { code: why, transient, retry_after: None, detail: format!("{endpoint}: code {code}") }
}

/// The same for a call that never left because no token was to be had: nothing was done, and that says nothing about
/// the call itself, which may succeed as soon as there is a token.
pub(super) fn not_done(failure: Failure) -> Failure {
    match failure {
        Failure::Refused { code, retry_after, detail, .. } => {
            Failure::Refused { code, transient: true, retry_after, detail }
        }
        Failure::Unknown { code: ErrorCode::CentreBusy, detail } => {
            Failure::Refused { code: ErrorCode::CentreBusy, transient: true, retry_after: None, detail }
        }
        Failure::Unknown { code, detail } => Failure::NotSent { code, detail },
        other => other,
    }
}
