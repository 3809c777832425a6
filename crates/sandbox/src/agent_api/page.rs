//! The agents' page: its files and a policy that lets nothing else in.

use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::state::Sandbox;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' blob:; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/agent", get(async || file("text/html", include_str!("../agent/index.html"))))
        .route("/agent/", get(async || Redirect::permanent("/agent")))
        .route("/agent/desk.css", get(async || file("text/css", include_str!("../agent/desk.css"))))
        .route("/agent/desk.js", get(async || file("text/javascript", include_str!("../agent/desk.js"))))
        .route("/agent/view.js", get(async || file("text/javascript", include_str!("../agent/view.js"))))
        .route(
            "/agent/message.js",
            get(async || file("text/javascript", include_str!("../agent/message.js"))),
        )
        .route("/agent/call.js", get(async || file("text/javascript", include_str!("../agent/call.js"))))
        .route("/agent/side.js", get(async || file("text/javascript", include_str!("../agent/side.js"))))
        .route(
            "/agent/compose.js",
            get(async || file("text/javascript", include_str!("../agent/compose.js"))),
        )
        .route("/agent/text.js", get(async || file("text/javascript", include_str!("../agent/text.js"))))
        .route("/agent/icon.svg", get(async || file("image/svg+xml", include_str!("../agent/icon.svg"))))
}

fn file(kind: &str, content: &'static str) -> Response {
    let headers: [(HeaderName, String); 5] = [
        (header::CONTENT_TYPE, format!("{kind}; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, content).into_response()
}
