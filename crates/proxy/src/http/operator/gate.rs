//! Who may call: whoever has a key, as often as is allowed.

use crate::audit::words::Limit;
use crate::audit::{Kind, Told};
use crate::config::{Operator, Secret};
use crate::http::limits::Keyed;
use crate::metrics::Metrics;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue, header::WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use frontdesk_contract::ErrorCode;
use governor::Quota;
use secrecy::ExposeSecret as _;
use sha2::{Digest, Sha256};
use std::num::NonZeroU32;
use std::sync::Arc;
use subtle::{Choice, ConstantTimeEq};

/// Questions after the desks in a minute: each may ask every centre for a token.
const QUESTIONS: u32 = 60;

/// Keys and limits of the operator listener.
pub struct Gate {
    /// SHA-256 of each key, so that all are of one length.
    keys: Vec<[u8; 32]>,
    calls: Keyed<String>,
    questions: Keyed<()>,
}

impl Gate {
    /// The gate of these settings.
    pub fn new(settings: &Operator, metrics: &Arc<Metrics>) -> Self {
        let hash = |key: &Secret| Sha256::digest(key.expose_secret()).into();
        let a_minute = |count| Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        Self {
            keys: [Some(&settings.key), settings.previous_key.as_ref()]
                .into_iter()
                .flatten()
                .map(hash)
                .collect(),
            calls: Keyed::new(Limit::OperatorCalls, a_minute(settings.calls_per_minute), metrics),
            questions: Keyed::new(Limit::OperatorQuestions, a_minute(QUESTIONS), metrics),
        }
    }

    /// Counts a call of a desk.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn call(&self, desk: &str) -> Result<(), Problem> {
        self.calls.check(&desk.to_owned(), "too many calls of this desk")
    }

    /// Counts a question after the desks.
    ///
    /// # Errors
    /// [`ErrorCode::RateLimited`] with the time to wait.
    pub fn question(&self) -> Result<(), Problem> {
        self.questions.check(&(), "too many questions after the desks")
    }

    /// Whether the request carries a key: `Authorization: Bearer …` (RFC 6750). How long it takes to find out tells nothing of
    /// the keys, nor which of them it is.
    fn opens(&self, headers: &HeaderMap) -> bool {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (Some(given), None) = (given.next(), given.next()) else { return false };
        let Some((scheme, key)) = given.to_str().ok().and_then(|text| text.split_once(' ')) else {
            return false;
        };
        let hash: [u8; 32] = Sha256::digest(key.trim()).into();
        let known = self.keys.iter().fold(Choice::from(0), |known, own| known | own.ct_eq(&hash));
        scheme.eq_ignore_ascii_case("bearer") && bool::from(known)
    }
}

pub(super) async fn layer(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    if gate.opens(request.headers()) {
        return next.run(request).await;
    }
    let text = "the key is missing or wrong: Authorization: Bearer …";
    let mut answer =
        Problem::new(ErrorCode::KeyRefused, text).audited(Told::of(Kind::OperatorKeyRefused)).into_response();
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    answer
}
