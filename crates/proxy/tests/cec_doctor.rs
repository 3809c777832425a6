//! `frontdesk doctor`, as an operator runs it: against centres and pages with one mistake each.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

use axum::Router;
use axum::http::{HeaderMap, HeaderName};
use axum::response::Html;
use axum::routing::get;
use frontdesk_sandbox::{Forced, MessageIds, PollMode, PushTo, Settings, spawn};
use std::path::PathBuf;
use std::process::Command;
use tokio::net::TcpListener;

/// A centre that keeps every promise, and settings that say so.
fn best() -> Settings {
    Settings {
        message_id: MessageIds::Deduplicated,
        poll: PollMode::Repeats,
        history: true,
        robot_delay_ms: 0,
        ..Settings::default()
    }
}

/// What stands in the settings, by key; what is not named is as [`best`] is.
struct Wishes<'a> {
    base_url: Option<&'a str>,
    cec: &'a str,
    more: &'a str,
}

const NONE: Wishes<'_> = Wishes { base_url: None, cec: "", more: "" };

fn settings(base_url: &str, wishes: &Wishes<'_>) -> String {
    let usual = [
        ("app_key", "\"app-key-demo\""),
        ("app_secret", "\"app-secret-demo\""),
        ("channel_id", "\"202201077401331370\""),
        ("message_id", "\"deduplicated\""),
        ("poll", "\"repeats\""),
        ("history", "true"),
    ];
    let said = |key: &str| wishes.cec.lines().any(|line| line.trim().starts_with(&format!("{key} =")));
    let usual = usual.iter().filter(|(key, _)| !said(key)).map(|(key, value)| format!("{key} = {value}\n"));
    format!(
        "public_url = \"https://desk.example\"\nstore = \"memory\"\n[[desks]]\nid = \"shop\"\n\
         origins = [\"http://localhost:1\"]\n{more}\n[desks.cec]\nbase_url = \"{base}\"\n{usual}{cec}\n",
        more = wishes.more,
        base = wishes.base_url.unwrap_or(base_url),
        usual = usual.collect::<String>(),
        cec = wishes.cec,
    )
}

/// A file that goes at the end.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        let _removed = std::fs::remove_file(&self.0);
    }
}

/// Whether all is well, and what was said.
async fn doctor(name: &str, text: &str, more: &[&str]) -> (bool, String) {
    let file =
        File(std::env::temp_dir().join(format!("frontdesk-doctor-{}-{name}.toml", std::process::id())));
    std::fs::write(&file.0, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command.args(["doctor", "--desk", "shop", "--config"]).arg(&file.0).args(more);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    for secret in ["app-secret-demo", "app-key-demo"] {
        assert!(!text.contains(secret), "{text}");
    }
    (output.status.success(), text)
}

/// What is said about a centre.
async fn about(name: &str, centre: Settings, wishes: Wishes<'_>) -> (bool, String) {
    let centre = spawn(centre).await.unwrap();
    let said = doctor(name, &settings(&centre.base_url, &wishes), &[]).await;
    centre.stop().await;
    said
}

#[tokio::test]
async fn a_desk_without_a_mistake_has_none() {
    let (ok, text) = about("best", best(), Wishes { more: CALLS, ..NONE }).await;
    assert!(ok && !text.contains("WRONG"), "{text}");
    let lines: Vec<_> = text.lines().map(|line| line.split_once(':').unwrap().0).collect();
    let wanted = [
        "ok    tokens",
        "ok    connect",
        "ok    message",
        "ok    poll",
        "ok    history",
        "ok    message ids",
        "ok    rating",
        "ok    calls",
        "ok    file",
        "ok    disconnect",
    ];
    assert_eq!(lines, wanted, "{text}");
}

const PDF: &str = "files = { types = [\"jpg\", \"pdf\"] }";
const CALLS: &str = "calls = { gateways = [\"wss://gw.example\"] }";

#[tokio::test]
async fn each_mistake_is_named_with_its_setting() {
    let no_files = || {
        let forced = Forced { status: Some(404), ..Forced::default() };
        Settings { answers: [("uploadFileStream".to_owned(), forced)].into(), ..best() }
    };
    let cases = [
        ("secret", best(), Wishes { cec: "app_secret = \"another\"", ..NONE }, "`app_secret`"),
        ("key", best(), Wishes { cec: "app_key = \"another\"", ..NONE }, "`app_key`"),
        ("channel", best(), Wishes { cec: "channel_id = \"1\"", ..NONE }, "`channel_id`"),
        ("nobody", best(), Wishes { base_url: Some("http://127.0.0.1:1"), ..NONE }, "`base_url`"),
        ("ids", Settings { message_id: MessageIds::Ignored, ..best() }, NONE, "`desks[0].cec.message_id`"),
        ("echo", Settings { message_id: MessageIds::Echoed, ..best() }, NONE, "Set it to \"echoed\""),
        ("poll", Settings { poll: PollMode::Destructive, ..best() }, NONE, "`desks[0].cec.poll`"),
        ("history", Settings { history: false, ..best() }, NONE, "`desks[0].cec.history`"),
        ("robot", best(), Wishes { cec: "robot = false", ..NONE }, "`desks[0].cec.robot`"),
        (
            "agent",
            Settings { robot: false, ..best() },
            Wishes { cec: "agent = false", ..NONE },
            "`desks[0].cec.agent`",
        ),
        ("calls", Settings { webrtc: false, ..best() }, Wishes { more: CALLS, ..NONE }, "[desks.calls]"),
        ("files", no_files(), NONE, "`desks[0].files.types`"),
        ("types", best(), Wishes { more: PDF, ..NONE }, "`desks[0].cec.extra_upload_types`"),
    ];
    let examined = cases.into_iter().map(|(name, centre, wishes, wanted)| async move {
        let (ok, text) = about(name, centre, wishes).await;
        let wrong: Vec<_> = text.lines().filter(|line| line.starts_with("WRONG")).collect();
        assert!(!ok && wrong.len() == 1 && wrong[0].contains(wanted), "{name}: {text}");
    });
    futures_util::future::join_all(examined).await;
}

#[tokio::test]
async fn what_could_be_better_is_a_hint() {
    let cautious = Wishes {
        cec: "message_id = \"ignored\"\npoll = \"destructive\"\nhistory = false\nrobot = true\ndialect = \"2.5\"",
        ..NONE
    };
    let (ok, text) = about("cautious", best(), cautious).await;
    assert!(ok, "{text}");
    for hint in
        ["cec.poll` may be", "cec.dialect` may be", "cec.message_id` may be", "`desks[0].calls.gateways`"]
    {
        assert!(text.lines().any(|line| line.starts_with("hint") && line.contains(hint)), "{hint}: {text}");
    }
}

const PUSH: &str = "[desks.cec.push]\nkey = \"canary-key-0123456789abcdef0123456789\"";

/// Answers this at the address that a centre would push to.
async fn door(status: u16, body: &'static str) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let answer = move |headers: HeaderMap, sent: String| async move {
        assert_eq!(headers["authorization"], "Bearer canary-key-0123456789abcdef0123456789");
        assert_eq!(sent, "{\"messages\":[]}");
        (axum::http::StatusCode::from_u16(status).unwrap(), body)
    };
    let router = Router::new().route("/v1/centre/shop/webhooks/v1/messages", axum::routing::post(answer));
    (origin, tokio::spawn(async move { drop(axum::serve(listener, router).await) }))
}

#[tokio::test]
async fn whether_a_push_arrives_is_tried() {
    let examined = [
        ("push-good", 200, "{\"resultCode\":\"0\"}", "ok    push"),
        ("push-other", 200, "{\"resultCode\":\"0\"} and more", "WRONG push"),
        ("push-key", 401, "", "WRONG push"),
        ("push-path", 404, "", "WRONG push"),
        ("push-busy", 503, "", "WRONG push"),
    ]
    .map(|(name, status, body, wanted)| async move {
        let centre = spawn(best()).await.unwrap();
        let (origin, server) = door(status, body).await;
        let text = settings(&centre.base_url, &Wishes { cec: PUSH, ..NONE });
        let (ok, said) = doctor(name, &text.replace("https://desk.example", &origin), &[]).await;
        let line = said.lines().find(|line| line.contains(" push:")).unwrap();
        assert!(line.starts_with(wanted) && ok == wanted.starts_with("ok"), "{name}: {said}");
        // This centre is not set to push, so polls bring what it says.
        let polled = said.lines().find(|line| line.contains(" poll:")).unwrap();
        assert!(polled.starts_with("hint") && polled.contains("`desks[0].cec.push`"), "{name}: {said}");
        assert!(!said.contains("canary"), "{said}");
        server.abort();
        centre.stop().await;
    });
    futures_util::future::join_all(examined).await;
}

#[tokio::test]
async fn a_centre_that_pushes_is_not_expected_to_answer_polls() {
    let push = PushTo {
        base_url: "http://127.0.0.1:1/v1/centre/shop".into(),
        key: "k".into(),
        access_key: None,
        retry_ms: 60_000,
    };
    let centre = Settings { push: Some(push), ..best() };
    let (ok, text) = about("pushes", centre, Wishes { cec: PUSH, ..NONE }).await;
    let polled = text.lines().find(|line| line.contains(" poll:")).unwrap();
    assert!(ok && polled.starts_with("ok") && text.contains("hint  push"), "{text}");
}

#[tokio::test]
async fn a_desk_that_is_not_there_is_told_with_those_that_are() {
    let (ok, text) =
        doctor("other", &settings("http://127.0.0.1:1", &NONE).replace("\"shop\"", "\"tea\""), &[]).await;
    assert!(!ok && text.contains("there is no desk `shop`; there are `tea`"), "{text}");
}

/// What is said about a page with these headers and this in its head.
async fn page(name: &str, headers: &[(&'static str, &str)], head: &str) -> (bool, String) {
    page_of("https://desk.example", name, headers, head).await
}

/// The same, where the desk is at another origin.
async fn page_of(desk: &str, name: &str, headers: &[(&'static str, &str)], head: &str) -> (bool, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let sent: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect();
    let body = format!("<!doctype html><head>{head}</head><p>A shop");
    let router = Router::new().route("/", get(move || async move { (sent, Html(body)) }));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let text = settings("http://127.0.0.1:1", &Wishes { more: CALLS, ..NONE })
        .replace("http://localhost:1", &origin)
        .replace("https://desk.example", desk);
    let said = doctor(name, &text, &["--only-page", "--page", &format!("{origin}/")]).await;
    server.abort();
    said
}

const TAG: &str =
    "<script async src=\"https://desk.example/frontdesk.js\" data-desk=\"shop\" nonce=\"abc\"></script>";
const CSP: &str = "content-security-policy";

#[tokio::test]
async fn a_page_that_refuses_is_told_what_to_add() {
    let (ok, text) = page("plain", &[], TAG).await;
    assert!(ok && text.lines().all(|line| line.starts_with("ok")) && text.lines().count() == 5, "{text}");
    let documented = "default-src 'none'; script-src https://desk.example; frame-src https://desk.example";
    let (ok, text) = page("documented", &[(CSP, documented)], TAG).await;
    assert!(ok && !text.contains("hint"), "{text}");

    let meta =
        "<meta http-equiv=\"Content-Security-Policy\" content=\"frame-src 'self'; script-src https:\">";
    for (name, headers, head, wanted) in [
        (
            "frame",
            vec![(CSP, "frame-src 'self'; script-src https:")],
            TAG.to_owned(),
            "add https://desk.example to frame-src",
        ),
        ("meta", vec![], format!("{meta}{TAG}"), "add https://desk.example to frame-src"),
        (
            "script",
            vec![(CSP, "script-src 'self'; frame-src *")],
            TAG.to_owned(),
            "add https://desk.example to script-src",
        ),
        ("desk", vec![], TAG.replace("shop", "tea"), "it names the desk `tea`"),
        (
            "elsewhere",
            vec![],
            TAG.replace("desk.example", "old.example"),
            "the desk's own is https://desk.example",
        ),
    ] {
        let (ok, text) = page(name, &headers, &head).await;
        let wrong: Vec<_> = text.lines().filter(|line| line.starts_with("WRONG")).collect();
        assert!(!ok && wrong.len() == 1 && wrong[0].contains(wanted), "{name}: {text}");
    }

    let inside = "frame-src 'none'; script-src https://desk.example 'wasm-unsafe-eval'";
    let headers = [(CSP, inside), ("permissions-policy", "microphone=(self), camera=()")];
    let (ok, text) = page("hints", &headers, TAG).await;
    assert!(ok && text.contains("lives inside the page"), "{text}");
    assert!(text.contains("microphone=(self \"https://desk.example\")"), "{text}");
}

#[tokio::test]
async fn a_tag_has_to_load_what_the_desk_serves() {
    let tag = |src: &str| format!("<script async {src} data-desk=\"shop\"></script>");
    let version = env!("CARGO_PKG_VERSION");
    for (name, head) in [
        ("tag-query", tag("src=\"https://desk.example/frontdesk.js?v=2\"")),
        ("tag-loud", tag("src=\" HTTPS://DESK.example:443/frontdesk.js\"")),
        ("tag-pinned", tag(&format!("src=\"https://desk.example/frontdesk-{version}.js\""))),
        ("tag-based", format!("<base href=\"https://desk.example/\">{}", tag("src=\"frontdesk.js\""))),
    ] {
        let (ok, text) = page(name, &[], &head).await;
        assert!(ok && text.contains("ok    tag: it names the desk `shop`"), "{name}: {text}");
    }
    let wanted = "write <script async src=\"https://desk.example/frontdesk.js\" data-desk=\"shop\"></script>";
    for (name, src) in [
        ("tag-relative", "src=\"/frontdesk.js\""),
        ("tag-beside", "src=\"frontdesk.js\""),
        ("tag-protocol", "src=\"//desk.example/frontdesk.js\""),
        ("tag-plain", "src=\"http://desk.example/frontdesk.js\""),
        ("tag-port", "src=\"https://desk.example:8443/frontdesk.js\""),
        ("tag-path", "src=\"https://desk.example/js/frontdesk.js\""),
        ("tag-name", "src=\"https://desk.example/frontdesk.min.js\""),
        ("tag-second", "src=\"https://desk.example/frontdesk-1.js\""),
        ("tag-inside", "src=\"https://desk.example/frontdesk-inside-1.js\""),
        ("tag-empty", "src=\"\""),
        ("tag-none", ""),
        ("tag-bad", "src=\"https://\""),
    ] {
        let (ok, text) = page(name, &[], &tag(src)).await;
        let wrong: Vec<_> = text.lines().filter(|line| line.starts_with("WRONG")).collect();
        assert!(!ok && wrong.len() == 1 && wrong[0].contains(wanted), "{name}: {text}");
    }
    let (ok, text) = page("tag-old", &[], &tag("src=\"https://desk.example/frontdesk-0.0.1.js\"")).await;
    assert!(ok && text.contains("hint  tag: it loads version 0.0.1"), "{text}");
}

const COEP: &str = "cross-origin-embedder-policy";
const CORP: &str = "cross-origin-resource-policy";

/// A desk that sends these headers with its loader and with its frame.
async fn desk(
    loader: &[(&'static str, &'static str)],
    frame: &[(&'static str, &'static str)],
) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let answer = |headers: &[(&'static str, &'static str)]| {
        let pairs =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let headers: HeaderMap = pairs.collect();
        get(move || async move { headers })
    };
    let router = Router::new().route("/frontdesk.js", answer(loader)).route("/frame", answer(frame));
    (origin, tokio::spawn(async move { drop(axum::serve(listener, router).await) }))
}

#[tokio::test]
async fn a_page_that_is_isolated_is_told_what_the_desk_lacks() {
    let shared = (CORP, "cross-origin");
    let isolated = (COEP, "require-corp");
    for (name, policy, loader, frame, wanted) in [
        ("coep", "require-corp", vec![shared], vec![shared, isolated], "ok    Cross-Origin-Embedder-Policy"),
        ("coep-less", "credentialless", vec![], vec![shared, isolated], "ok    Cross-Origin-Embedder-Policy"),
        (
            "coep-said",
            "require-corp; report-to=\"x\"",
            vec![shared],
            vec![shared],
            "lacks `Cross-Origin-Embedder-Policy: require-corp`",
        ),
        (
            "coep-frame",
            "credentialless",
            vec![],
            vec![isolated],
            "lacks `Cross-Origin-Resource-Policy: cross-origin`",
        ),
        (
            "coep-loader",
            "require-corp",
            vec![(CORP, "same-site")],
            vec![shared, isolated],
            "/frontdesk.js, which lacks `Cross-Origin-Resource-Policy",
        ),
        ("coep-off", "unsafe-none", vec![], vec![], "ok    Cross-Origin-Embedder-Policy: there is none"),
    ] {
        let (origin, server) = desk(&loader, &frame).await;
        let head = TAG.replace("https://desk.example", &origin);
        let (ok, text) = page_of(&origin, name, &[(COEP, policy)], &head).await;
        let wrong: Vec<_> = text.lines().filter(|line| line.starts_with("WRONG")).collect();
        assert!(text.contains(wanted) && ok == wanted.starts_with("ok"), "{name}: {text}");
        assert_eq!(wrong.len(), usize::from(!ok), "{name}: {text}");
        server.abort();
    }
    let nowhere = "http://127.0.0.1:1";
    let head = TAG.replace("https://desk.example", nowhere);
    let (ok, text) = page_of(nowhere, "coep-nowhere", &[(COEP, "credentialless")], &head).await;
    assert!(ok && text.contains("hint  Cross-Origin-Embedder-Policy"), "{text}");
}
