//! Which pages may call: origins are compared as texts, exactly as browsers write them.

use crate::audit::Told;
use crate::audit::words::Origin;
use crate::problem::Problem;
use crate::settings::{DeskSettings, Settings};
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use frontdesk_contract::ErrorCode;

/// What the headers say about where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From<'a> {
    /// A page of this origin.
    Page(&'a str),
    /// The frame itself: a browser says `same-origin` and names no origin.
    Frame,
    /// No browser: neither header is there.
    Program,
    /// A browser that says neither of the above, or headers that contradict themselves.
    Elsewhere,
}

/// Reads `Origin` and `Sec-Fetch-Site`.
pub fn of(headers: &HeaderMap) -> From<'_> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let mut sites = headers.get_all("sec-fetch-site").iter();
    let (origin, site) = (origins.next(), sites.next());
    if origins.next().is_some() || sites.next().is_some() {
        return From::Elsewhere;
    }
    match (origin, site) {
        (Some(origin), _) => origin.to_str().map_or(From::Elsewhere, From::Page),
        (None, Some(site)) if site == "same-origin" => From::Frame,
        (None, Some(_)) => From::Elsewhere,
        (None, None) => From::Program,
    }
}

/// Whether a page of `origin` may call this desk.
pub fn is_allowed(origin: &str, settings: &Settings, desk: &DeskSettings) -> bool {
    origin == settings.public_url || desk.origins.iter().any(|allowed| allowed == origin)
}

/// Refuses a request that does not come from where the desk allows it.
///
/// # Errors
/// [`ErrorCode::OriginRefused`].
pub fn check(headers: &HeaderMap, settings: &Settings, desk: &DeskSettings) -> Result<(), Problem> {
    let reason = match of(headers) {
        From::Page(origin) if !is_allowed(origin, settings, desk) => Origin::Page,
        From::Elsewhere => Origin::Elsewhere,
        From::Page(_) | From::Frame | From::Program => return Ok(()),
    };
    let told = Told::because(reason).at(&desk.id);
    Err(Problem::new(ErrorCode::OriginRefused, "the page's origin is not one of the desk's").audited(told))
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
