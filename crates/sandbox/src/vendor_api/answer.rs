//! Answers of the gateway: business results in a 200, everything else as a status with a small JSON body.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What a call did, for the log of faults.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    /// The centre's state is as the caller wished.
    pub(crate) accepted: bool,
    /// The centre's codes of the messages concerned.
    pub(crate) codes: Vec<String>,
    /// Codes that a downlink disturbance touched.
    pub(crate) disturbed: Vec<String>,
}

/// Puts a field into an object.
pub(crate) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The body of an answer that is not written yet: [`super::dress`] does that.
#[derive(Clone, Debug)]
pub(crate) struct Bare(pub(crate) Value);

/// The answer with this body, as it is.
pub(crate) fn with_body(mut response: Response, body: String) -> Response {
    response.extensions_mut().remove::<Bare>();
    *response.body_mut() = Body::from(body);
    response
}

/// A business result.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Value,
    /// A new visitor token, for the header `ccmessaging-token`.
    pub(crate) renewed: Option<String>,
    pub(crate) effect: Effect,
}

impl Answer {
    pub(crate) fn new(body: Value) -> Answer {
        Answer { body, renewed: None, effect: Effect::default() }
    }

    pub(crate) fn renewed(self, renewed: Option<String>) -> Answer {
        Answer { renewed, ..self }
    }

    pub(crate) fn effect(self, effect: Effect) -> Answer {
        Answer { effect, ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = json_response(StatusCode::OK, Body::empty());
        if let Some(value) = self.renewed.and_then(|token| HeaderValue::from_str(&token).ok()) {
            response.headers_mut().insert("ccmessaging-token", value);
        }
        response.extensions_mut().insert(self.effect);
        response.extensions_mut().insert(Bare(self.body));
        response
    }
}

/// A call that was not understood or not allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn bad(message: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    pub(crate) fn unauthorized(message: &str) -> Refusal {
        Refusal { status: StatusCode::UNAUTHORIZED, message: message.into() }
    }

    pub(crate) fn not_found() -> Refusal {
        Refusal { status: StatusCode::NOT_FOUND, message: "no such path".into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({"error_code": self.status.as_str(), "error_msg": self.message});
        json_response(self.status, Body::from(body.to_string()))
    }
}

fn json_response(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json;charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

pub(crate) async fn not_found() -> Refusal {
    Refusal::not_found()
}
