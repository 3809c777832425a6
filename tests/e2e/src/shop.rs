//! The shop of `www/demo/shop`, served as a careful shop would: with the strictest policy that Frontdesk allows.

use std::env;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Name, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::hosts::server::{self, Reports};

/// How the pages name the desk that they embed.
const DESK: &str = "http://desk.invalid";

/// A running shop.
#[derive(Debug)]
pub struct Shop {
    /// `http://localhost:<port>`.
    pub origin: String,
    /// Its port.
    pub port: u16,
    /// What browsers have reported of violated policies.
    pub reports: Arc<Reports>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Pages {
    folder: PathBuf,
    desk: String,
    origin: String,
    reports: Arc<Reports>,
}

/// A port for a shop; `localhost` may mean IPv4 or IPv6.
#[derive(Debug)]
pub struct Place {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Place {
    /// Takes a free port.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn take() -> Result<Self> {
        let first = TcpListener::bind(("127.0.0.1", 0)).await.context("no port for the shop")?;
        let port = first.local_addr()?.port();
        let mut listeners = vec![first];
        listeners.extend(TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await);
        Ok(Self { listeners, port })
    }

    /// The origin of the shop that will be here.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Opens the shop, which embeds the desk of this origin.
    #[must_use]
    pub fn open(self, desk: &str) -> Shop {
        let origin = self.origin();
        let reports = Arc::<Reports>::default();
        let pages = Arc::new(Pages {
            folder: crate::root().join("www/demo/shop"),
            desk: desk.to_owned(),
            origin: origin.clone(),
            reports: Arc::clone(&reports),
        });
        let router = Router::new()
            .route("/hosts/{*path}", get(hostile))
            .route("/hosts/reports", post(report))
            .route("/packages/{name}", get(packaged))
            .route("/gallery/{*path}", get(gallery))
            // What stands before a desk may refuse its frames.
            .route("/frame", get(async || server::refused_frame()))
            .fallback(page)
            .with_state(pages);
        let serve = |listener| {
            let router = router.clone();
            tokio::spawn(async move { drop(axum::serve(listener, router).await) })
        };
        Shop { origin, port: self.port, reports, tasks: self.listeners.into_iter().map(serve).collect() }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn hostile(State(pages): State<Arc<Pages>>, target: Uri) -> Response {
    let path = target.path().trim_start_matches("/hosts/");
    let without = target.query() == Some("without");
    let found = server::answer(path, without, &pages.desk, &pages.origin);
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// Websites that have the widget from its npm package.
async fn packaged(State(pages): State<Arc<Pages>>, Name(name): Name<String>) -> Response {
    let missing = StatusCode::NOT_FOUND.into_response();
    let Some(path) = place(&crate::root().join("target/packages/site/public"), &name) else { return missing };
    let Ok(body) = tokio::fs::read_to_string(&path).await else { return missing };
    let kind = if name.ends_with(".js") { "text/javascript" } else { "text/html; charset=utf-8" };
    ([(header::CONTENT_TYPE, kind)], body.replace(DESK, &pages.desk)).into_response()
}

/// Every view in every state, with a policy as that of the frame.
async fn gallery(target: Uri) -> Response {
    let folder = env::var_os("FRONTDESK_GALLERY")
        .map_or_else(|| crate::root().join("target/demo-gallery"), PathBuf::from);
    let missing = (StatusCode::NOT_FOUND, "`cargo xtask demo` builds the gallery").into_response();
    let Some(path) = place(&folder, target.path().strip_prefix("/gallery").unwrap_or_default()) else {
        return missing;
    };
    let Ok(body) = tokio::fs::read(&path).await else { return missing };
    let kind = match path.extension().and_then(|end| end.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

async fn report(State(pages): State<Arc<Pages>>, body: Bytes) -> StatusCode {
    pages.reports.take(&body)
}

async fn page(State(pages): State<Arc<Pages>>, target: Uri) -> Response {
    let missing = (StatusCode::NOT_FOUND, "There is no such page.").into_response();
    let Some(path) = place(&pages.folder, target.path()) else { return missing };
    let Ok(body) = tokio::fs::read(&path).await else { return missing };
    let (kind, body) = match path.extension().and_then(|end| end.to_str()) {
        Some("html") => ("text/html; charset=utf-8", pages.dress(&body, target.query()).into_bytes()),
        Some("css") => ("text/css; charset=utf-8", body),
        Some("svg") => ("image/svg+xml", body),
        Some("js") => ("text/javascript; charset=utf-8", body),
        _ => ("application/octet-stream", body),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_SECURITY_POLICY, pages.policy(target.path())),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    (headers, body).into_response()
}

impl Pages {
    fn policy(&self, path: &str) -> String {
        // The studio has a script of its own.
        let own = if path.starts_with("/studio") { "'self' " } else { "" };
        format!(
            "default-src 'none'; script-src {own}{0}; frame-src {0}; style-src 'self'; img-src 'self'; base-uri 'none'; \
             form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            self.desk
        )
    }

    /// Names the desk in a page. `?rtl` makes it a page that is read from right to left, `?keep-title` one that keeps its
    /// title, `?without` one that has no tag, `?back` one whose panel the back button of a phone closes, `?no-calls` one whose tag asks for no microphone, `?sound` one whose tag asks for tones.
    fn dress(&self, page: &[u8], query: Option<&str>) -> String {
        let page = String::from_utf8_lossy(page).replace(DESK, &self.desk);
        match query {
            // Without its skip link, which lies beyond the left edge: there such a page could be scrolled to.
            Some("rtl") => page.replacen("<html lang=\"en\"", "<html lang=\"ar\" dir=\"rtl\"", 1).replacen(
                "class=\"skip\"",
                "hidden",
                1,
            ),
            Some("keep-title") => page.replacen("data-desk", "data-page-title=\"off\" data-desk", 1),
            Some("sound") => page.replacen("data-desk", "data-sound=\"on\" data-desk", 1),
            Some("without") => without_tag(&page),
            Some("back") => page.replacen("data-desk", "data-back=\"on\" data-desk", 1),
            Some("no-calls") => page.replacen("data-calls=\"video\" ", "", 1),
            _ => page,
        }
    }
}

/// The page as it would be without us.
fn without_tag(page: &str) -> String {
    let lines = page.lines().filter(|line| !line.contains("/frontdesk.js"));
    lines.fold(String::new(), |page, line| page + line + "\n")
}

/// The file that a path means; a folder means its index page. Names with anything special in them mean nothing.
fn place(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut place = folder.to_path_buf();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !plain || name.starts_with('.') {
            return None;
        }
        place.push(name);
    }
    if place.extension().is_none() {
        place.push("index.html");
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_folder_is_reached() {
        for path in ["/..", "/../Cargo.toml", "/zh/../../x", "/.git/config", "/%2e%2e/x", "/a\\..\\b"] {
            assert_eq!(place(Path::new("shop"), path), None, "{path:?}");
        }
        assert_eq!(place(Path::new("shop"), "/zh/bowl/"), Some("shop/zh/bowl/index.html".into()));
    }
}
