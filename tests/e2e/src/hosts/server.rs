//! Answers with the hostile pages, as the shop.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;

use super::POLICIES;

const DESK: &str = "http://desk.invalid";
const HOST: &str = "http://host.invalid";
const LOADER: &str = "http://desk.invalid/frontdesk.js";
/// Violated on purpose by whoever wants to know that all reports before have come.
const CANARY: &str = "img-src 'none'; report-uri /hosts/reports";
const POLICY: HeaderName = header::CONTENT_SECURITY_POLICY;

/// Reports of violated policies that browsers have sent.
#[derive(Debug, Default)]
pub struct Reports(Mutex<Vec<Report>>);

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The page whose policy it is.
    pub page: String,
    /// What was violated.
    pub directive: String,
}

impl Reports {
    pub(crate) fn take(&self, body: &[u8]) -> StatusCode {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return StatusCode::BAD_REQUEST };
        let field = |name: &str| {
            let field = body.get("csp-report").and_then(|report| report.get(name));
            field.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        // Older browsers give the whole directive, with its sources.
        let directive = field("violated-directive").split(' ').next().unwrap_or_default().to_owned();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Report { page: field("document-uri"), directive });
        StatusCode::NO_CONTENT
    }

    /// Those so far of the page with this address.
    #[must_use]
    pub fn of(&self, page: &str) -> Vec<Report> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|report| report.page == page).cloned().collect()
    }
}

/// Where the pages lie.
#[must_use]
pub fn folder() -> PathBuf {
    crate::root().join("tests/hosts/pages")
}

/// The answer to a path below `/hosts/`. With `without`, the tag names no script: the page as it would be without us.
pub(crate) fn answer(path: &str, without: bool, desk: &str, host: &str) -> Option<Response> {
    let dress = |text: String| text.replace(DESK, desk).replace(HOST, host);
    let undress = |text: String| match without {
        true => text
            .replace(&format!(" src=\"{LOADER}\""), "")
            .replace(LOADER, "http://host.invalid/hosts/empty.js"),
        false => text,
    };
    let (name, policy) = match path.strip_prefix("policies/") {
        None => (path, None),
        Some(name) => ("csp-nonce", Some(POLICIES.iter().find(|policy| policy.name == name)?)),
    };
    if name == "empty.js" {
        return Some(([(header::CONTENT_TYPE, "text/javascript")], "").into_response());
    }
    let file = find(&folder(), name)?;
    let body = dress(undress(fs::read_to_string(&file).ok()?));
    let kind = match file.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "xhtml" => "application/xhtml+xml; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        _ => return None,
    };
    let mut response =
        ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], body).into_response();
    let headers = response.headers_mut();
    if let Some(policy) = policy {
        for part in policy.what.split('|') {
            let part = dress(format!("{part}; report-uri /hosts/reports"));
            headers.append(POLICY, HeaderValue::try_from(part).ok()?);
        }
        headers.insert(header::CONTENT_SECURITY_POLICY_REPORT_ONLY, HeaderValue::from_static(CANARY));
        return Some(response);
    }
    for line in fs::read_to_string(file.with_extension("headers")).unwrap_or_default().lines() {
        let (name, value) = line.split_once(": ")?;
        headers
            .append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(dress(value.to_owned())).ok()?);
    }
    Some(response)
}

/// A frame that may not be one.
pub(crate) fn refused_frame() -> Response {
    let headers = [(header::X_FRAME_OPTIONS, "DENY"), (header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (headers, "<!doctype html><title>Refused</title><p>Not in a frame.").into_response()
}

/// The file of this name, which may lack its end. Names with anything special in them mean nothing.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let (stem, end) = name.split_once('.').unwrap_or((name, ""));
    let plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if stem.is_empty() || !plain(stem) || !plain(end) {
        return None;
    }
    let ends = if end.is_empty() { &["html", "xhtml"][..] } else { &[end][..] };
    ends.iter().map(|end| folder.join(format!("{stem}.{end}"))).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_name_and_nothing_else_is() {
        let folder = folder();
        assert_eq!(find(&folder, "plain"), Some(folder.join("plain.html")));
        assert_eq!(find(&folder, "xhtml"), Some(folder.join("xhtml.xhtml")));
        assert_eq!(find(&folder, "worker.js"), Some(folder.join("worker.js")));
        for name in ["", "../pages/plain", "plain.html.html", ".html", "nothing", "/etc/passwd"] {
            assert_eq!(find(&folder, name), None, "{name:?}");
        }
    }

    #[test]
    fn reports_are_kept_by_page_and_directive() {
        let reports = Reports::default();
        let body = br#"{"csp-report":{"document-uri":"http://a/x","violated-directive":"frame-src 'none'"}}"#;
        assert_eq!(reports.take(body), StatusCode::NO_CONTENT);
        assert_eq!(reports.take(b"{"), StatusCode::BAD_REQUEST);
        let report = Report { page: "http://a/x".to_owned(), directive: "frame-src".to_owned() };
        assert_eq!(reports.of("http://a/x"), [report]);
        assert_eq!(reports.of("http://a/y"), []);
    }
}
