//! `tokenByAkSk` and `applyToken`.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::{Answer, Effect, Refusal, set, with_body};
use super::auth;
use super::fields::Fields;
use crate::settings::quirks::TokenDesc;
use crate::settings::{Dialect, TokenBody};
use crate::state::Sandbox;

/// Longest `userId` of dialect 2.5, which prints no limit.
const USER_ID_MAX_2_5: usize = 128;
const NAME_MAX: usize = 200;

/// A language of ISO 639 without a country.
pub(super) fn is_locale(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn accepted() -> Effect {
    Effect { accepted: true, ..Effect::default() }
}

pub(crate) async fn token_by_ak_sk(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    let fields = Fields::parse(&headers, &body)?;
    let (key, secret) = (fields.text("app_key")?, fields.text("app_secret")?);
    let asked = match headers.get("x-token-expire") {
        None => None,
        Some(value) => Some(
            value
                .to_str()
                .ok()
                .and_then(|text| text.parse::<u64>().ok())
                .filter(|seconds| (1..=3_600).contains(seconds))
                .ok_or_else(|| Refusal::bad("X-Token-Expire must be within 1 and 3600"))?,
        ),
    };
    sandbox.with(|inner, now| {
        let settings = inner.settings();
        if key != settings.app_key || secret != settings.app_secret {
            return Err(Refusal::unauthorized("app_key or app_secret is wrong"));
        }
        let seconds = asked.unwrap_or(settings.access_token_s).min(settings.access_token_max_s);
        let token = inner.tokens.new_access(now, seconds * 1_000);
        Ok(Answer::new(json!({
            "AccessToken": token,
            "ApplyType": "Bearer",
            "CreateTime": (now / 1_000).to_string(),
            "Expires": seconds.to_string(),
            "Scope": "sandbox",
            "AppKey": key,
            "UserID": "Anonymous",
        }))
        .effect(accepted()))
    })
}

pub(crate) async fn apply_token(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    sandbox.with(|inner, now| {
        auth::integrator(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        let (user, name) = (fields.text("userId")?, fields.text("userName")?);
        let (channel, locale) = (fields.text("channelId")?, fields.text("locale")?);
        let settings = inner.settings();
        let user_max = if settings.dialect == Dialect::V2_5 { USER_ID_MAX_2_5 } else { settings.user_id_max };
        let fits = (1..=user_max).contains(&user.chars().count())
            && (1..=NAME_MAX).contains(&name.chars().count())
            && channel == settings.channel_id
            && is_locale(locale);
        let described = settings.quirks.token_desc == TokenDesc::Present;
        let (form, lifetime_ms) = (settings.token_body, settings.visitor_token_s * 1_000);
        if !fits || !inner.centre.admit(now, user, name, locale) {
            return Ok(Answer::new(json!({"resultCode": "1"})).into_response());
        }
        let token = inner.tokens.new_visitor(now, user, lifetime_ms);
        let mut body = json!({"token": token, "resultCode": "0"});
        if described {
            set(&mut body, "resultDesc", json!("success"));
        }
        let response = Answer::new(body).effect(accepted()).into_response();
        Ok(match form {
            TokenBody::Object => response,
            TokenBody::String => with_body(response, json!(token).to_string()),
            TokenBody::Raw => with_body(response, token),
            TokenBody::Braced => with_body(response, format!("{{ {} }}", json!(token))),
        })
    })
}
