//! The body of every refusal.

use crate::problem::Problem;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use frontdesk_contract::{ApiError, ErrorCode};
use std::convert::Infallible;
use std::time::Duration;

/// The media type of refusals (RFC 9457); `code`, `message` and the rest are members of our own beside its optional ones.
const PROBLEM: HeaderValue = HeaderValue::from_static(super::openapi::PROBLEM);

/// An answer that is as it shall be, whatever its status: a page or a file, not an error of the API.
#[derive(Clone, Copy, Debug)]
pub(super) struct AsItIs;

impl IntoResponseParts for AsItIs {
    type Error = Infallible;

    fn into_response_parts(self, mut response: ResponseParts) -> Result<ResponseParts, Infallible> {
        response.extensions_mut().insert(self);
        Ok(response)
    }
}

impl IntoResponse for Problem {
    /// A placeholder with the right status; `finish` writes the body, since only the outermost layer knows the
    /// request's id.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(self.code);
        response.extensions_mut().insert(self);
        response
    }
}

fn status(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Gives a refusal its body. Refusals of the framework itself get the code that fits their status.
pub(super) fn finish(mut response: Response, request_id: &str) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error())
        || response.extensions().get::<AsItIs>().is_some()
    {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| by_status(status));
    let seconds = problem.retry_after.map(|wait| wait.as_millis().div_ceil(1000).max(1));
    let error = ApiError {
        code: problem.code,
        message: problem.message.into_owned(),
        retry_after_ms: problem.retry_after.map(millis),
        request_id: Some(request_id.to_owned()),
    };
    let mut answer = (self::status(error.code), axum::Json(&error)).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, PROBLEM);
    for (name, value) in response.headers() {
        if name != CONTENT_TYPE && name != axum::http::header::CONTENT_LENGTH {
            answer.headers_mut().append(name, value.clone());
        }
    }
    if let Some(value) = seconds.and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok()) {
        answer.headers_mut().insert(RETRY_AFTER, value);
    }
    answer
}

fn by_status(status: StatusCode) -> Problem {
    let code = match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ErrorCode::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ErrorCode::MediaTypeUnsupported,
        status if status.is_client_error() => ErrorCode::BadRequest,
        _ => ErrorCode::Internal,
    };
    match code {
        ErrorCode::Internal => Problem::internal(),
        code => Problem::new(code, status.canonical_reason().unwrap_or("the request is not understood")),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
