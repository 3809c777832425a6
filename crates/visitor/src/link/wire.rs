//! The visitor API from the visitor's side.

use super::carrier::{Carried, Request};
use bytes::Bytes;
use frontdesk_contract::{ApiError, ClientId, FILE_ID_HEADER, FILE_NAME_HEADER, SESSION_HEADER};
use frontdesk_core::{Answer, Call, Failure, Upload};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The call as it travels; `None` for an upload whose content is not there any more.
pub(super) fn request(call: &Call, credential: Option<&str>, content: Option<Bytes>) -> Option<Request> {
    let (method, path, body) = match call {
        Call::OpenSession(open) => ("POST", "/v1/session".into(), json(open)),
        Call::Connect(connect) => ("POST", "/v1/contact".into(), json(connect)),
        Call::EndContact => ("DELETE", "/v1/contact".into(), None),
        Call::PostMessage(message) => ("POST", "/v1/messages".into(), json(message)),
        Call::Typing => ("POST", "/v1/typing".into(), Some("{}".into())),
        Call::Events { after, wait_s } => ("GET", format!("/v1/events?after={after}&wait={wait_s}"), None),
        Call::PostSurvey(survey) => ("POST", "/v1/survey".into(), json(survey)),
        Call::Upload(_) => ("POST", "/v1/files".into(), Some(content?)),
        Call::History { before: None } => ("GET", "/v1/history".into(), None),
        Call::History { before: Some(before) } => {
            ("GET", format!("/v1/history?before={}", percent(before)), None)
        }
        Call::Suggestions { query } => ("GET", format!("/v1/suggestions?q={}", percent(query)), None),
        Call::CallSupport => ("GET", "/v1/call".into(), None),
        Call::LeaveMessage(message) => ("POST", "/v1/leave-message".into(), json(message)),
        Call::PostFeedback(feedback) => ("POST", "/v1/feedback".into(), json(feedback)),
        Call::Read { up_to } => ("POST", "/v1/read".into(), Some(format!("{{\"up_to\":{up_to}}}").into())),
    };
    let mut headers = Vec::new();
    headers.extend(credential.map(|credential| (SESSION_HEADER, credential.to_owned())));
    match call {
        Call::Upload(upload) => headers.extend(file_headers(upload)),
        _ if body.is_some() => headers.push(("Content-Type", "application/json".into())),
        _ => {}
    }
    Some(Request { method, path, headers, body })
}

fn file_headers(upload: &Upload) -> [(&'static str, String); 3] {
    let unknown = upload.media_type.is_empty();
    let media_type = if unknown { "application/octet-stream" } else { &upload.media_type };
    [
        ("Content-Type", media_type.to_owned()),
        (FILE_ID_HEADER, upload.request_id().as_str().to_owned()),
        (FILE_NAME_HEADER, percent(&upload.name)),
    ]
}

/// For a query or a header: everything but letters and digits of ASCII is escaped (RFC 3986).
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

fn json(value: &impl Serialize) -> Option<Bytes> {
    serde_json::to_vec(value).ok().map(Bytes::from)
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
        Call::CallSupport => "call_support",
        Call::LeaveMessage(_) => "leave_message",
        Call::PostFeedback(_) => "feedback",
        Call::Read { .. } => "read",
    }
}

/// The id that the request carries. That of an upload is not the id of its message.
pub(super) fn id(call: &Call) -> Option<ClientId> {
    match call {
        Call::Connect(connect) => Some(connect.id.clone()),
        Call::PostMessage(message) => Some(message.id.clone()),
        Call::PostSurvey(survey) => Some(survey.id.clone()),
        Call::Upload(upload) => Some(upload.request_id()),
        Call::LeaveMessage(message) => Some(message.id.clone()),
        Call::PostFeedback(feedback) => Some(feedback.id.clone()),
        Call::OpenSession(_)
        | Call::EndContact
        | Call::Typing
        | Call::Events { .. }
        | Call::History { .. }
        | Call::Suggestions { .. }
        | Call::CallSupport
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
        Call::CallSupport => read(carried).map(Answer::CallSupport),
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
        let request = request(&POLL, Some("secret"), None).expect("a request");
        assert_eq!((request.method, request.path.as_str()), ("GET", "/v1/events?after=7&wait=25"));
        assert_eq!(request.headers, [(SESSION_HEADER, "secret".to_owned())]);
        assert_eq!(request.body, None);
    }

    #[test]
    fn an_upload_carries_the_content_and_an_id_that_is_not_the_message_s() {
        let (name, media_type) = ("猫 1.png".to_owned(), "image/png".to_owned());
        let upload = Upload { id: ClientId::new("abc"), name, media_type, size_bytes: 3 };
        let call = Call::Upload(upload.clone());
        let sent = request(&call, Some("secret"), Some("abc".into())).expect("a request");
        assert_eq!((sent.method, sent.path.as_str(), sent.body), ("POST", "/v1/files", Some("abc".into())));
        let headers = [
            (SESSION_HEADER, "secret"),
            ("Content-Type", "image/png"),
            (FILE_ID_HEADER, "cba"),
            (FILE_NAME_HEADER, "%E7%8C%AB%201%2Epng"),
        ];
        assert_eq!(sent.headers, headers.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(id(&call), Some(ClientId::new("cba")), "the log names the id that travels");

        assert_eq!(request(&call, Some("secret"), None), None, "the content is gone");
        let untold = Call::Upload(Upload { media_type: String::new(), ..upload });
        let sent = request(&untold, None, Some("abc".into())).expect("a request");
        assert!(sent.headers.contains(&("Content-Type", "application/octet-stream".to_owned())));
    }

    #[test]
    fn what_stands_in_a_query_is_escaped() {
        let query = "a b&c=是".to_owned();
        let request = request(&Call::Suggestions { query }, None, None).expect("a request");
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
