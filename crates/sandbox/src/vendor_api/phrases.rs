//! `queryPhraseByKeyword`: questions the robot knows, while the visitor types.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::json;

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use super::token::is_locale;
use crate::centre::robot;
use crate::settings::quirks::Phrases;
use crate::state::Sandbox;

const PHRASES_MAX: usize = 5;

pub(crate) async fn query_phrases(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        let known = auth::visitor_with_optional_keys(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let refused = |text: &str| {
            let body = json!({"resultCode": "1", "resultDesc": text});
            Ok(Answer::new(body).renewed(known.renewed.clone()))
        };
        let (Ok("WEB"), Ok(typed)) = (fields.text("channel"), fields.text("strContent")) else {
            return refused("request is no exist");
        };
        if !fields.text("locale").is_ok_and(is_locale) {
            return refused("locale is error");
        }
        let settings = inner.settings();
        if !settings.robot {
            return refused("Robot is no exist");
        }
        let locale = fields.text("locale")?;
        let phrases = robot::phrases(typed, crate::centre::Language::of_locale(locale), PHRASES_MAX);
        let body = match settings.quirks.phrases {
            Phrases::Question => json!({"question": phrases, "resultCode": "0"}),
            Phrases::Phrases => json!({"phrases": phrases, "resultCode": "0"}),
            Phrases::Text => json!({"question": phrases.first(), "resultCode": "0"}),
        };
        let effect = Effect { accepted: true, ..Effect::default() };
        Ok(Answer::new(body).renewed(known.renewed).effect(effect))
    })
}
