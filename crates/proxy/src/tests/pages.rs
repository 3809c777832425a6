//! The widget's files and the pages that carry it.

use super::{Bench, Plan, Reply};
use crate::http::assets::Assets;
use axum::body::Body;
use axum::http::Request;
use std::fs;

fn dist() -> Assets {
    let folder = std::env::temp_dir().join(format!("frontdesk-pages-{:x}", rand::random::<u64>()));
    let assets = folder.join("assets/00ff/locales");
    fs::create_dir_all(&assets).unwrap();
    for (name, content) in [
        ("frontdesk.js", "loader"),
        ("frontdesk.js.br", "BR"),
        ("frontdesk.js.gz", "GZ"),
        ("frontdesk-1.js", "second"),
        ("frontdesk-0.1.0.js", "both"),
        ("frame.html", "<!doctype html>"),
        ("inline.html", "<!doctype html>"),
        ("assets/00ff/frontdesk_bg.wasm", "wasm"),
        ("assets/00ff/frontdesk_bg.wasm.br", "BR"),
        ("assets/00ff/locales/en.json", "{}"),
    ] {
        fs::write(folder.join(name), content).unwrap();
    }
    let loaded = Assets::load(&folder).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    loaded
}

async fn get(bench: &Bench, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    bench.request(request.body(Body::empty()).unwrap()).await
}

async fn built() -> Bench {
    Bench::with(Plan { assets: dist(), ..Plan::default() }).await
}

#[tokio::test(start_paused = true)]
async fn the_loader_comes_in_the_form_that_fits_with_a_tag_of_its_own() {
    let bench = built().await;
    let mut tags = Vec::new();
    for (accept, body, encoding) in
        [("gzip, br", "BR", Some("br")), ("gzip", "GZ", Some("gzip")), ("identity", "loader", None)]
    {
        let reply = get(&bench, "/frontdesk.js", &[("accept-encoding", accept)]).await;
        assert_eq!(reply.body, body);
        assert_eq!(reply.headers.get("content-encoding").map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(reply.headers["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(reply.headers["cache-control"], "public, max-age=300");
        assert_eq!(reply.headers["vary"], "Accept-Encoding");
        assert_eq!(reply.headers["cross-origin-resource-policy"], "cross-origin");
        tags.push(reply.headers["etag"].to_str().unwrap().to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3);
    let known = get(&bench, "/frontdesk.js", &[("accept-encoding", "br"), ("if-none-match", &tags[0])]).await;
    assert_eq!((known.status.as_u16(), known.body), (304, "".into()));
}

#[tokio::test(start_paused = true)]
async fn other_pages_may_load_the_other_files_of_the_loader() {
    let bench = built().await;
    for (path, body) in [("/frontdesk-1.js", "second"), ("/frontdesk-0.1.0.js", "both")] {
        let reply = get(&bench, path, &[("origin", "https://anywhere.example")]).await;
        assert_eq!(reply.body, body);
        assert_eq!(reply.headers["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(reply.headers["cache-control"], "public, max-age=300");
        // For `import()`, and for a tag with `integrity`.
        assert_eq!(reply.headers["access-control-allow-origin"], "*");
        assert_eq!(reply.headers["cross-origin-resource-policy"], "cross-origin");
    }
    for path in ["/frontdesk-2.js", "/frontdesk-", "/frontdesk-..%2fframe.html", "/frontdesk-1.js.br"] {
        assert_eq!(get(&bench, path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn assets_are_kept_for_ever_and_nothing_else_is_served() {
    let bench = built().await;
    let wasm = get(&bench, "/assets/00ff/frontdesk_bg.wasm", &[("accept-encoding", "br")]).await;
    assert_eq!(wasm.headers["content-type"], "application/wasm");
    assert_eq!(wasm.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(wasm.headers["x-content-type-options"], "nosniff");
    assert_eq!(wasm.headers["cross-origin-embedder-policy"], "require-corp", "for a worker in the frame");
    assert_eq!(get(&bench, "/assets/00ff/locales/en.json", &[]).await.status, 200);
    for path in [
        "/assets/frontdesk.js",
        "/assets/00ff/frontdesk_bg.wasm.br",
        "/assets/..%2fframe.html",
        "/frame.html",
    ] {
        assert_eq!(get(&bench, path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_frame_may_be_embedded_by_its_desk_only() {
    let bench = built().await;
    let frame = get(&bench, "/frame?desk=shop", &[]).await;
    assert_eq!(frame.status, 200);
    let policy = frame.headers["content-security-policy"].to_str().unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "connect-src 'self' wss://gw.example wss://192.0.2.10:8443; ",
        "frame-ancestors https://shop.example https://desk.example",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!(frame.headers["cross-origin-embedder-policy"], "require-corp");
    assert_eq!(frame.headers["referrer-policy"], "no-referrer");
    assert!(!frame.headers.contains_key("x-frame-options"));
    for path in ["/frame", "/frame?desk=", "/frame?desk=nowhere"] {
        let none = get(&bench, path, &[]).await;
        assert_eq!(none.status, 404);
        assert_eq!(none.headers["content-type"], "text/html; charset=utf-8");
        assert!(
            none.headers["content-security-policy"].to_str().unwrap().ends_with("frame-ancestors 'none'")
        );
    }
    assert_eq!(get(&bench, "/inline", &[]).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn without_files_the_api_works_and_the_loader_says_why_it_does_not() {
    let bench = Bench::new().await;
    let loader = get(&bench, "/frontdesk.js", &[]).await;
    assert_eq!(loader.status, 503);
    assert!(loader.body.as_str().unwrap().contains("assets"));
    assert_eq!(get(&bench, "/v1/openapi.json", &[]).await.status, 200);
}
