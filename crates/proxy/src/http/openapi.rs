//! The description of this API, made from the code.
//!
//! # Layout
//! - `problems`: which refusals each call has
//! - `bounds`: what the types of Rust do not say, such as the form of an id

mod bounds;
mod problems;

use super::routes::{
    call, contact, events, files, handover, history, leave_message, messages, robot, session, survey,
};
use axum::response::{IntoResponse, Response};
use bounds::Bounds;
use frontdesk_contract::{ApiError, SESSION_HEADER};
use problems::Problems;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::{Modify, OpenApi};

pub(super) use problems::add_errors;

/// The media type of every refusal.
pub const PROBLEM: &str = "application/problem+json";

/// The OpenAPI document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Frontdesk visitor API", description = "What the widget asks of the proxy. Every POST that changes \
        something carries an id made once by the client; repeating it is harmless. Every refusal is an `ApiError` in \
        `application/problem+json`, and programs decide on its `code`.",
        license(name = "MIT OR Apache-2.0")),
    paths(session::open, session::close, handover::register, handover::redeem, contact::show, contact::connect, contact::leave, messages::say,
        messages::typing, messages::read, events::list, events::queue, survey::form, survey::rate, files::upload,
        files::download, files::ticket, robot::suggestions, robot::feedback, history::list, leave_message::leave,
        call::show, call::start, call::place, call::keep, call::hang_up),
    components(schemas(ApiError)),
    modifiers(&Credential, &Problems, &Bounds),
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
        assert_eq!(paths.len(), 20);
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
