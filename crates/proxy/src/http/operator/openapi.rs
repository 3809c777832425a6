//! The description of the operator listener, made from the code.

use super::routes;
use crate::http::openapi::add_errors;
use frontdesk_contract::{ApiError, ErrorCode};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The OpenAPI document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Frontdesk operator listener", description = "What an operator's own programs ask of the proxy, on a listener \
        of its own and with a key. Every error is an `ApiError`.",
        license(name = "MIT OR Apache-2.0")),
    paths(routes::place, routes::desks),
    components(schemas(ApiError)),
    modifiers(&Key, &Errors),
)]
pub struct Api;

struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut Document) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some("`key` or `previous_key` of the section `[operator]`.".into());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
        document.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    }
}

struct Errors;

impl Modify for Errors {
    fn modify(&self, document: &mut Document) {
        use ErrorCode as C;
        let all = [
            C::BadRequest,
            C::KeyRefused,
            C::MethodNotAllowed,
            C::RateLimited,
            C::HeaderTooLarge,
            C::Internal,
            C::CentreTimeout,
        ];
        let placing = [
            C::BodyTooLarge,
            C::MediaTypeUnsupported,
            C::DeskUnknown,
            C::NumberInvalid,
            C::NotOffered,
            C::CentreRefused,
            C::CentreUnintelligible,
            C::CentreUnreachable,
            C::CentreBusy,
        ];
        for item in document.paths.paths.values_mut() {
            if let Some(operation) = &mut item.get {
                add_errors(operation, &all);
            }
            if let Some(operation) = &mut item.post {
                add_errors(operation, &[&all[..], &placing].concat());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_both_calls_with_their_errors_and_the_key() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.keys().collect::<Vec<_>>(), ["/operator/v1/calls", "/operator/v1/desks"]);
        let place = &document["paths"]["/operator/v1/calls"]["post"]["responses"];
        for status in ["200", "400", "401", "404", "413", "415", "422", "429", "502", "503", "504"] {
            assert!(place.get(status).is_some(), "{status}");
        }
        assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
        let text = document.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{name} is not described");
        }
    }
}
