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
    app_key(inner, headers)?;
    access(inner, now, headers)
}

/// The same where the manuals mark both optional: each that is there must hold.
fn integrator_if_named(inner: &Inner, now: Ms, headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.contains_key("x-app-key") {
        app_key(inner, headers)?;
    }
    if headers.contains_key("authorization") {
        access(inner, now, headers)?;
    }
    Ok(())
}

fn app_key(inner: &Inner, headers: &HeaderMap) -> Result<(), Refusal> {
    if text(headers, "x-app-key") != Some(inner.settings().app_key.as_str()) {
        return Err(Refusal::unauthorized("x-app-key is missing or unknown"));
    }
    Ok(())
}

fn access(inner: &Inner, now: Ms, headers: &HeaderMap) -> Result<(), Refusal> {
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
    if required(inner) {
        return visitor(inner, now, headers);
    }
    integrator_if_named(inner, now, headers)?;
    by_token(inner, now, headers)
}

/// As `visitor`, where the manuals mark each of the headers optional: what is absent is not missed, what is there must hold.
pub(crate) fn visitor_if_named(
    inner: &mut Inner,
    now: Ms,
    headers: &HeaderMap,
) -> Result<Option<Known>, Refusal> {
    if required(inner) {
        return visitor(inner, now, headers).map(Some);
    }
    integrator_if_named(inner, now, headers)?;
    headers.contains_key("ccmessaging-token").then(|| by_token(inner, now, headers)).transpose()
}

fn required(inner: &Inner) -> bool {
    inner.settings().quirks.optional_headers == OptionalHeaders::Required
}
