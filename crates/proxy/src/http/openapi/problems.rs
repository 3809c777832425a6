//! Which refusals each call has, by status.

use super::PROBLEM;
use frontdesk_contract::ErrorCode;
use std::collections::BTreeMap;
use utoipa::Modify;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder};

/// Adds the refusals of every call.
pub(super) struct Problems;

impl Modify for Problems {
    fn modify(&self, document: &mut Document) {
        for (path, item) in &mut document.paths.paths {
            let operations = [("get", &mut item.get), ("post", &mut item.post), ("delete", &mut item.delete)];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    add_errors(operation, &codes(method, path));
                }
            }
        }
    }
}

/// Every code that a call may answer with.
fn codes(method: &str, path: &str) -> Vec<ErrorCode> {
    use ErrorCode as C;
    let mut codes = vec![
        C::BadRequest,
        C::OriginRefused,
        C::MethodNotAllowed,
        C::RateLimited,
        C::HeaderTooLarge,
        C::Internal,
        C::StoreUnavailable,
        C::CentreTimeout,
        C::Overloaded,
    ];
    if !(method == "post" && matches!(path, "/v1/session" | "/v1/session/redeem")) {
        codes.push(C::SessionUnknown);
    }
    if method == "post" {
        codes.extend([C::BodyTooLarge, C::MediaTypeUnsupported]);
    }
    let asks_centre = [C::CentreRefused, C::CentreUnintelligible, C::CentreUnreachable, C::CentreBusy];
    let by_id = [C::IdInvalid, C::IdReused, C::InFlight];
    match (method, path) {
        ("post", "/v1/session") => {
            codes.extend([C::ProtocolUnsupported, C::DeskUnknown, C::IdInvalid]);
            codes.extend([C::IdentityRefused, C::IdentityMissing, C::IdentityExpired, C::IdentityUsed]);
        }
        ("post", "/v1/session/ticket") => codes.push(C::TicketRefused),
        ("post", "/v1/session/redeem") => codes.extend([C::DeskUnknown, C::TicketRefused]),
        ("post", "/v1/contact") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::OutsideHours, C::RobotUnavailable, C::ContactEnded]);
        }
        ("post", "/v1/messages") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::NotConnected, C::ContactEnded, C::Queueing]);
            codes.extend([
                C::TextEmpty,
                C::TextTooLong,
                C::BodyUnsupported,
                C::FileUnknown,
                C::CardIncomplete,
            ]);
        }
        ("post", "/v1/survey") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::SurveyClosed, C::LevelUnknown, C::CommentTooLong]);
        }
        ("post", "/v1/files") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::NotOffered, C::FileTooLarge, C::FileTypeRefused, C::FileEmpty, C::FilesTooMany]);
        }
        ("get", "/v1/files/{file}") => {
            codes.extend(asks_centre);
            codes.extend([C::FileUnknown, C::FileTooLarge, C::TicketRefused, C::RangeUnsatisfiable]);
        }
        ("post", "/v1/files/{file}/ticket") => codes.push(C::FileUnknown),
        ("get", "/v1/suggestions") => codes.push(C::NotOffered),
        ("post", "/v1/feedback") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::FeedbackClosed, C::ReasonMissing, C::ReasonTooLong]);
        }
        ("get", "/v1/history") => {
            codes.extend(asks_centre);
            codes.push(C::NotOffered);
        }
        ("post", "/v1/leave-message") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::NotOffered, C::NumberInvalid, C::TextEmpty, C::TextTooLong]);
        }
        ("post", "/v1/call") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::NotOffered, C::CallRunning, C::NoAgents, C::OutsideHours]);
        }
        ("post", "/v1/calls/place") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::NotOffered, C::CallsNotAllowed, C::IdentityExpired, C::NumberInvalid]);
            codes.push(C::CallRunning);
        }
        ("post", "/v1/call/heartbeat") => codes.push(C::CallUnknown),
        ("delete", "/v1/call") => codes.extend([C::CallUnknown, C::IdInvalid]),
        _ => {}
    }
    codes
}

/// Describes the refusals of a call.
pub(in crate::http) fn add_errors(operation: &mut Operation, codes: &[ErrorCode]) {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in ErrorCode::ALL {
        if codes.contains(code) {
            by_status.entry(code.status()).or_default().push(name(*code));
        }
    }
    for (status, names) in by_status {
        let mut response = ResponseBuilder::new()
            .description(format!("`{}`", names.join("`, `")))
            .content(PROBLEM, Content::new(Some(Ref::from_schema_name("ApiError"))));
        for (name, kind, says) in headers(status) {
            let mut header = Header::new(Object::with_type(kind));
            header.description = Some(says.into());
            response = response.header(name, header);
        }
        operation.responses.responses.insert(status.to_string(), RefOr::T(response.build()));
    }
}

/// What goes with a refusal beside its body.
fn headers(status: u16) -> Vec<(&'static str, Type, &'static str)> {
    let mut headers = vec![("X-Request-Id", Type::String, "Names this request in the proxy's log")];
    match status {
        405 => headers.push(("Allow", Type::String, "The methods that the address has")),
        416 => headers.push(("Content-Range", Type::String, "`bytes */` and the size of the file")),
        409 | 429 | 502 | 503 => {
            let says = "Seconds before which a repetition is pointless, where that is known; always with `rate_limited`";
            headers.push(("Retry-After", Type::Integer, says));
        }
        _ => {}
    }
    headers
}

/// The code as it stands on the wire.
fn name(code: ErrorCode) -> &'static str {
    static NAMES: std::sync::LazyLock<Vec<(ErrorCode, String)>> = std::sync::LazyLock::new(|| {
        let text = |code| serde_json::to_value(code).ok().and_then(|value| Some(value.as_str()?.to_owned()));
        ErrorCode::ALL.iter().map(|code| (*code, text(*code).unwrap_or_default())).collect()
    });
    NAMES.iter().find(|(known, _)| *known == code).map_or("unknown", |(_, name)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../../../docs/problems.md");

    /// Every code is in the table of the documentation, with its status and its meaning, and nothing else is.
    #[test]
    fn the_table_of_the_documentation_is_complete() {
        let row = |code: &ErrorCode| {
            let meaning = code.meaning().split_whitespace().collect::<Vec<_>>().join(" ");
            format!("| `{}` | {} | {meaning} |", name(*code), code.status())
        };
        let mut rows: Vec<_> = ErrorCode::ALL.iter().map(|code| (code.status(), row(code))).collect();
        rows.sort_by_key(|(status, _)| *status);
        let expected: Vec<_> = rows.into_iter().map(|(_, row)| row).collect();
        let found: Vec<_> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
        assert_eq!(found, expected, "docs/problems.md should hold:\n{}", expected.join("\n"));
    }
}
