//! The description of this API, made from the code.

use super::routes::{
    call, contact, events, files, handover, history, leave_message, messages, robot, session, survey,
};
use axum::response::{IntoResponse, Response};
use frontdesk_contract::{ApiError, ErrorCode, SESSION_HEADER};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

/// The OpenAPI document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Frontdesk visitor API", description = "What the widget asks of the proxy. Every POST that changes \
        something carries an id made once by the client; repeating it is harmless. Every error is an `ApiError`.",
        license(name = "MIT OR Apache-2.0")),
    paths(session::open, session::close, handover::register, handover::redeem, contact::show, contact::connect, contact::leave, messages::say,
        messages::typing, messages::read, events::list, events::queue, survey::form, survey::rate, files::upload,
        files::download, files::ticket, robot::suggestions, robot::feedback, history::list, leave_message::leave,
        call::show, call::start, call::keep, call::hang_up),
    components(schemas(ApiError)),
    modifiers(&Credential, &Errors),
)]
pub struct Api;

struct Credential;

impl Modify for Credential {
    fn modify(&self, document: &mut Document) {
        let scheme = ApiKey::Header(ApiKeyValue::with_description(
            SESSION_HEADER,
            "The credential that POST /v1/session answered. It never travels in a URL.",
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::ApiKey(scheme));
        document.security = Some(vec![SecurityRequirement::new("session", Vec::<String>::new())]);
    }
}

struct Errors;

impl Modify for Errors {
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
fn codes(method: &str, path: &str) -> BTreeSet<&'static str> {
    use ErrorCode as C;
    let mut codes = vec![
        C::OriginRefused,
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
        codes.extend([C::BadRequest, C::BodyTooLarge, C::MediaTypeUnsupported]);
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
        ("get", "/v1/events") => codes.push(C::BadRequest),
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
            codes.extend([C::NotOffered, C::BadRequest]);
        }
        ("post", "/v1/leave-message") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::NotOffered, C::NumberInvalid, C::TextEmpty, C::TextTooLong]);
        }
        ("post", "/v1/call") => {
            codes.extend(by_id.into_iter().chain(asks_centre));
            codes.extend([C::NotOffered, C::CallRunning, C::NoAgents, C::OutsideHours]);
        }
        ("post", "/v1/call/heartbeat") | ("delete", "/v1/call") => codes.push(C::CallUnknown),
        _ => {}
    }
    codes.into_iter().map(name).collect()
}

fn add_errors(operation: &mut Operation, names: &BTreeSet<&'static str>) {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in ErrorCode::ALL {
        if names.contains(name(*code)) {
            by_status.entry(code.status()).or_default().push(name(*code));
        }
    }
    for (status, names) in by_status {
        let response = ResponseBuilder::new()
            .description(format!("`{}`", names.join("`, `")))
            .content("application/json", Content::new(Some(Ref::from_schema_name("ApiError"))))
            .build();
        operation.responses.responses.insert(status.to_string(), RefOr::T(response));
    }
}

/// The code as it stands on the wire.
fn name(code: ErrorCode) -> &'static str {
    static NAMES: std::sync::LazyLock<Vec<(ErrorCode, String)>> = std::sync::LazyLock::new(|| {
        let text = |code| serde_json::to_value(code).ok().and_then(|value| Some(value.as_str()?.to_owned()));
        ErrorCode::ALL.iter().map(|code| (*code, text(*code).unwrap_or_default())).collect()
    });
    NAMES.iter().find(|(known, _)| *known == code).map_or("unknown", |(_, name)| name.as_str())
}

/// Answers the document.
pub(super) async fn document() -> Response {
    axum::Json(Api::openapi()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_call_with_its_errors_and_the_credential() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), 19);
        for (path, item) in paths {
            for (method, operation) in item.as_object().unwrap() {
                let responses = operation["responses"].as_object().unwrap();
                assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path}");
                assert!(responses.contains_key("403") && responses.contains_key("429"), "{method} {path}");
                let open = matches!(path.as_str(), "/v1/session" | "/v1/session/redeem") && method == "post";
                assert_eq!(operation.get("security").is_some(), open, "{method} {path}");
                let bare = path == "/v1/call/heartbeat" || path == "/v1/files/{file}/ticket";
                assert_eq!(
                    operation.get("requestBody").is_some(),
                    method == "post" && !bare,
                    "{method} {path}"
                );
            }
        }
        let scheme = &document["components"]["securitySchemes"]["session"];
        assert_eq!((&scheme["in"], &scheme["name"]), (&"header".into(), &"Frontdesk-Session".into()));
        let text = document.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{name} is not described");
        }
        assert!(text.contains("survey_closed"));
    }
}
