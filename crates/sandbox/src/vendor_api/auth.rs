//! The three headers: `x-app-key`, `Authorization`, `ccmessaging-token`.

use axum::http::HeaderMap;

use super::answer::Refusal;
use crate::centre::Ms;
use crate::settings::quirks::OptionalHeaders;
use crate::state::Inner;
use crate::tokens::Known;

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Checks key and access token.
pub(crate) fn integrator(inner: &Inner, now: Ms, headers: &HeaderMap) -> Result<(), Refusal> {
    if text(headers, "x-app-key") != Some(inner.settings().app_key.as_str()) {
        return Err(Refusal::unauthorized("x-app-key is missing or unknown"));
    }
    let bearer = text(headers, "authorization").and_then(|value| value.strip_prefix("Bearer "));
    if !bearer.is_some_and(|token| inner.tokens.access_is_valid(now, token)) {
        return Err(Refusal::unauthorized("Authorization is missing or no longer valid"));
    }
    Ok(())
}

/// Checks all three headers and says who the visitor is.
pub(crate) fn visitor(inner: &mut Inner, now: Ms, headers: &HeaderMap) -> Result<Known, Refusal> {
    integrator(inner, now, headers)?;
    by_token(inner, now, headers)
}

fn by_token(inner: &mut Inner, now: Ms, headers: &HeaderMap) -> Result<Known, Refusal> {
    inner.centre.advance(now);
    let lifetimes = inner.lifetimes();
    let Inner { centre, tokens } = inner;
    text(headers, "ccmessaging-token")
        .and_then(|token| tokens.visitor(now, token, lifetimes, |user| centre.live_contact(user).is_some()))
        .filter(|known| centre.visitor(&known.user).is_some())
        .ok_or_else(|| Refusal::unauthorized("ccmessaging-token is missing or no longer valid"))
}

/// As `visitor`, where the manuals mark key and access token optional, but not the visitor's token.
pub(crate) fn visitor_with_optional_keys(
    inner: &mut Inner,
    now: Ms,
    headers: &HeaderMap,
) -> Result<Known, Refusal> {
    let absent = ["x-app-key", "authorization"].iter().all(|name| !headers.contains_key(*name));
    if !absent || inner.settings().quirks.optional_headers == OptionalHeaders::Required {
        return visitor(inner, now, headers);
    }
    by_token(inner, now, headers)
}

/// As `visitor`, where the manuals mark the headers optional: what is absent is not missed, what is there must hold.
pub(crate) fn visitor_if_named(
    inner: &mut Inner,
    now: Ms,
    headers: &HeaderMap,
) -> Result<Option<Known>, Refusal> {
    let named = ["x-app-key", "authorization", "ccmessaging-token"].map(|name| headers.contains_key(name));
    let required = inner.settings().quirks.optional_headers == OptionalHeaders::Required;
    if named == [false; 3] && !required { Ok(None) } else { visitor(inner, now, headers).map(Some) }
}
