//! The visitor API from the visitor's side.

use super::carrier::{Carried, Request};
use frontdesk_contract::{ApiError, ClientId};
use frontdesk_core::{Answer, Call, Failure};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The call as it travels; `None` for an upload, since this visitor keeps no files.
pub(super) fn request(call: &Call, credential: Option<&str>) -> Option<Request> {
    let (method, path, body) = match call {
        Call::OpenSession(open) => ("POST", "/v1/session".into(), json(open)),
        Call::Connect(connect) => ("POST", "/v1/contact".into(), json(connect)),
        Call::EndContact => ("DELETE", "/v1/contact".into(), None),
        Call::PostMessage(message) => ("POST", "/v1/messages".into(), json(message)),
        Call::Typing => ("POST", "/v1/typing".into(), Some(b"{}".to_vec())),
        Call::Events { after, wait_s } => ("GET", format!("/v1/events?after={after}&wait={wait_s}"), None),
        Call::PostSurvey(survey) => ("POST", "/v1/survey".into(), json(survey)),
        Call::Upload(_) => return None,
        Call::History { before: None } => ("GET", "/v1/history".into(), None),
        Call::History { before: Some(before) } => {
            ("GET", format!("/v1/history?before={}", percent(before)), None)
        }
        Call::Suggestions { query } => ("GET", format!("/v1/suggestions?q={}", percent(query)), None),
        Call::LeaveMessage(message) => ("POST", "/v1/leave-message".into(), json(message)),
        Call::PostFeedback(feedback) => ("POST", "/v1/feedback".into(), json(feedback)),
        Call::Read { up_to } => {
            ("POST", "/v1/read".into(), Some(format!("{{\"up_to\":{up_to}}}").into_bytes()))
        }
    };
    Some(Request { method, path, credential: credential.map(str::to_owned), body })
}

/// For a query: everything but letters and digits of ASCII is escaped (RFC 3986).
fn percent(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

fn json(value: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(value).ok()
}

/// The word for the call in logs.
pub(super) fn name(call: &Call) -> &'static str {
    match call {
        Call::OpenSession(_) => "session",
        Call::Connect(_) => "connect",
        Call::EndContact => "end",
        Call::PostMessage(_) => "message",
        Call::Typing => "typing",
        Call::Events { .. } => "events",
        Call::PostSurvey(_) => "survey",
        Call::Upload(_) => "upload",
        Call::History { .. } => "history",
        Call::Suggestions { .. } => "suggestions",
        Call::LeaveMessage(_) => "leave_message",
        Call::PostFeedback(_) => "feedback",
        Call::Read { .. } => "read",
    }
}

/// The id that the call carries.
pub(super) fn id(call: &Call) -> Option<&ClientId> {
    match call {
        Call::Connect(connect) => Some(&connect.id),
        Call::PostMessage(message) => Some(&message.id),
        Call::PostSurvey(survey) => Some(&survey.id),
        Call::Upload(upload) => Some(&upload.id),
        Call::LeaveMessage(message) => Some(&message.id),
        Call::PostFeedback(feedback) => Some(&feedback.id),
        Call::OpenSession(_)
        | Call::EndContact
        | Call::Typing
        | Call::Events { .. }
        | Call::History { .. }
        | Call::Suggestions { .. }
        | Call::Read { .. } => None,
    }
}

/// What came back, as the session is to be told.
pub(super) fn answer(call: &Call, carried: &Carried) -> Result<Answer, Failure> {
    if !(200..300).contains(&carried.status) {
        return Err(read::<ApiError>(carried).map_or(Failure::Foreign, Failure::Refused));
    }
    let answer = match call {
        Call::OpenSession(_) => read(carried).map(Answer::Opened),
        Call::Connect(_) | Call::EndContact => read(carried).map(Answer::Contact),
        Call::PostMessage(_) => read(carried).map(Answer::Posted),
        Call::Typing | Call::Read { .. } => Some(Answer::Done),
        Call::Events { .. } => read(carried).map(Answer::Events),
        Call::PostSurvey(_) => read(carried).map(Answer::Rated),
        Call::Upload(_) => read(carried).map(Answer::Stored),
        Call::History { .. } => read(carried).map(Answer::History),
        Call::Suggestions { .. } => read(carried).map(Answer::Suggestions),
        Call::LeaveMessage(_) => read(carried).map(Answer::Left),
        Call::PostFeedback(_) => read(carried).map(Answer::Judged),
    };
    answer.ok_or(Failure::Foreign)
}

fn read<T: DeserializeOwned>(carried: &Carried) -> Option<T> {
    serde_json::from_slice(&carried.body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use frontdesk_contract::{ErrorCode, Posted, PostedStatus};

    const POLL: Call = Call::Events { after: 7, wait_s: 25 };

    #[test]
    fn a_call_names_its_address_and_carries_the_credential() {
        let request = request(&POLL, Some("secret")).expect("a request");
        assert_eq!((request.method, request.path.as_str()), ("GET", "/v1/events?after=7&wait=25"));
        assert_eq!(request.credential.as_deref(), Some("secret"));
    }

    #[test]
    fn what_stands_in_a_query_is_escaped() {
        let query = "a b&c=是".to_owned();
        let request = request(&Call::Suggestions { query }, None).expect("a request");
        assert_eq!(request.path, "/v1/suggestions?q=a%20b%26c%3D%E6%98%AF");
    }

    #[test]
    fn an_answer_is_read_for_what_it_is() {
        let call = Call::PostMessage(frontdesk_contract::PostMessage {
            id: ClientId::new("a"),
            body: frontdesk_contract::Body::Text("x".into()),
        });
        let carried = |status, body: &str| Carried { status, body: body.into() };
        let accepted = answer(&call, &carried(200, r#"{"status":"accepted","seq":7}"#));
        assert_eq!(accepted, Ok(Answer::Posted(Posted { status: PostedStatus::Accepted, seq: 7 })));
        let refused =
            answer(&call, &carried(429, r#"{"code":"rate_limited","message":"slow","retry_after_ms":9}"#));
        let Err(Failure::Refused(error)) = refused else { panic!("{refused:?}") };
        assert_eq!((error.code, error.retry_after_ms), (ErrorCode::RateLimited, Some(9)));
        for (status, body) in [(200, "{\"status\":\"acc"), (200, "<html>"), (502, "<html>"), (502, "")] {
            assert_eq!(answer(&call, &carried(status, body)), Err(Failure::Foreign), "{body}");
        }
        assert_eq!(answer(&POLL, &Carried::page(200)), Err(Failure::Foreign));
    }
}
