//! Which pages may call, seen from outside: status, what a page may read, what caches may keep, and that a refused request
//! does nothing.

use super::{Bench, Plan, Reply, Visitor};
use crate::http::assets::Assets;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use std::collections::BTreeSet;

/// Origins that no desk here has, each a JSON string.
pub(crate) const HOSTILE: &str = include_str!("../../tests/data/hostile_origins.txt");

/// The desk's own.
pub(crate) const OWN: [&str; 6] = [
    "https://shop.example",
    "http://localhost:3000",
    "https://shop.example:8443",
    "https://xn--bcher-kva.example",
    "http://[::1]:8080",
    "http://192.0.2.7",
];

type Headers<'a> = &'a [(&'static str, &'a [u8])];

async fn bench() -> Bench {
    let mut plan = Plan::default();
    plan.desk.origins = OWN.map(Into::into).to_vec();
    plan.settings.limits.sessions_per_address_per_hour = 100_000;
    plan.settings.limits.requests_per_address_per_minute = 1_000_000;
    Bench::with(plan).await
}

/// What came of a request that would open a conversation.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    status: u16,
    code: Option<String>,
    /// `Access-Control-Allow-Origin`.
    may_read: Option<String>,
    /// Whether the centre was asked.
    done: bool,
}

fn done(may_read: Option<&str>) -> Outcome {
    Outcome { status: 200, code: None, may_read: may_read.map(Into::into), done: true }
}

fn refused(may_read: Option<&str>) -> Outcome {
    let code = Some("origin_refused".into());
    Outcome { status: 403, code, may_read: may_read.map(Into::into), done: false }
}

fn request(method: &str, session: &str, headers: Headers<'_>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri("/v1/contact");
    request = request.header("frontdesk-session", session).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    request.body(Body::from(r#"{"id":"c1","to":"robot"}"#)).unwrap()
}

/// What holds for every answer of the API, whoever asked.
fn common(reply: &Reply) {
    let all = |name: &str| reply.headers.get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(all("vary"), ["Origin, Sec-Fetch-Site"]);
    assert_eq!(all("cache-control"), ["no-store"]);
    assert!(all("access-control-allow-origin").len() < 2);
    assert!(all("access-control-allow-credentials").is_empty());
    assert!(all("set-cookie").is_empty());
}

async fn outcome(bench: &Bench, headers: Headers<'_>) -> Outcome {
    let visitor = bench.visitor().await;
    let before = bench.centre.script().calls.len();
    let reply = bench.request(request("POST", &visitor.session, headers)).await;
    common(&reply);
    let done = bench.centre.script().calls.len() > before;
    let state = visitor.call("GET", "/v1/contact", None).await.body["state"].clone();
    assert_eq!(state, if done { "robot" } else { "none" });
    // What may not be changed may not be read either.
    let read = bench.request(request("GET", &visitor.session, headers)).await;
    common(&read);
    assert_eq!(read.status, reply.status);
    assert_eq!(read.body.get("state").is_some(), done);
    let text = |name: &str| reply.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    Outcome {
        status: reply.status.as_u16(),
        code: reply.body["code"].as_str().map(Into::into),
        may_read: text("access-control-allow-origin"),
        done,
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_the_desk_does_what_it_asks_for_and_reads_the_answer() {
    let bench = bench().await;
    for own in OWN.into_iter().chain(["https://desk.example"]) {
        for site in [None, Some("cross-site"), Some("same-site"), Some("same-origin"), Some("none")] {
            let mut headers = vec![("origin", own.as_bytes())];
            headers.extend(site.map(|site| ("sec-fetch-site", site.as_bytes())));
            assert_eq!(outcome(&bench, &headers).await, done(Some(own)), "{own} {site:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_elsewhere_does_nothing_and_reads_nothing() {
    let bench = bench().await;
    let mut count = 0;
    for line in HOSTILE.lines() {
        let origin: String = serde_json::from_str(line).unwrap();
        // What cannot stand in a header never comes here.
        let Ok(value) = HeaderValue::from_bytes(origin.as_bytes()) else { panic!("{origin:?} is no header") };
        let headers = [("origin", value.as_bytes())];
        assert_eq!(outcome(&bench, &headers).await, refused(None), "{origin}");
        count += 1;
    }
    assert!(count > 100, "{count}");
    let broken: Headers<'_> = &[("origin", b"https://shop.example\xff")];
    assert_eq!(outcome(&bench, broken).await, refused(None));
}

#[tokio::test(start_paused = true)]
async fn the_page_of_another_desk_is_told_why_and_no_more() {
    let bench = bench().await;
    for site in [None, Some("cross-site"), Some("same-origin")] {
        let mut headers: Vec<(&str, &[u8])> = vec![("origin", b"https://other.example")];
        headers.extend(site.map(|site| ("sec-fetch-site", site.as_bytes())));
        let expected = refused(Some("https://other.example"));
        assert_eq!(outcome(&bench, &headers).await, expected, "{site:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_origin_the_frame_and_programs_are_served_alone() {
    let bench = bench().await;
    let shop: (&str, &[u8]) = ("origin", b"https://shop.example");
    let evil: (&str, &[u8]) = ("origin", b"https://evil.example");
    let referer: (&str, &[u8]) = ("referer", b"https://shop.example/basket");
    let frame: (&str, &[u8]) = ("sec-fetch-site", b"same-origin");
    let cross: (&str, &[u8]) = ("sec-fetch-site", b"cross-site");
    let table: &[(Headers<'_>, Outcome)] = &[
        (&[], done(None)),
        (&[frame], done(None)),
        // A referrer says nothing for and nothing against.
        (&[referer], done(None)),
        (&[frame, referer], done(None)),
        (&[cross, referer], refused(None)),
        (&[("referer", b"https://evil.example/")], done(None)),
        (&[cross], refused(None)),
        (&[("sec-fetch-site", b"same-site")], refused(None)),
        (&[("sec-fetch-site", b"none")], refused(None)),
        (&[("sec-fetch-site", b"")], refused(None)),
        (&[("sec-fetch-site", b"Same-Origin")], refused(None)),
        (&[("sec-fetch-site", b" same-origin")], refused(None)),
        (&[("sec-fetch-site", b"same-origin ")], refused(None)),
        (&[("sec-fetch-site", b"same-origin, cross-site")], refused(None)),
        (&[("sec-fetch-site", b"same-origin\xff")], refused(None)),
        (&[frame, frame], refused(None)),
        (&[frame, cross], refused(None)),
        (&[cross, frame], refused(None)),
        // Headers that come twice contradict each other, or somebody put one in.
        (&[shop, shop], refused(None)),
        (&[shop, evil], refused(None)),
        (&[evil, shop], refused(None)),
        (&[shop, ("origin", b"null")], refused(None)),
        (&[shop, ("origin", b"")], refused(None)),
        (&[shop, frame, frame], refused(None)),
        // What somebody may set who cannot set `Origin`.
        (&[cross, ("x-forwarded-host", b"desk.example")], refused(None)),
        (&[cross, ("host", b"desk.example")], refused(None)),
        (&[evil, ("x-origin", b"https://shop.example")], refused(None)),
        (&[evil, ("forwarded", b"host=desk.example;proto=https")], refused(None)),
        (&[evil, ("sec-fetch-mode", b"navigate"), ("sec-fetch-dest", b"document")], refused(None)),
        (&[shop, ("sec-fetch-mode", b"no-cors")], done(Some("https://shop.example"))),
    ];
    for (headers, expected) in table {
        assert_eq!(outcome(&bench, headers).await, *expected, "{headers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_preflight_promises_what_the_api_has_and_to_nobody_else() {
    let bench = bench().await;
    let visitor = bench.visitor().await;
    let ask = async |path: &str, origin: &str, method: &str, headers: &str| {
        let request = Request::options(path)
            .header("origin", HeaderValue::from_bytes(origin.as_bytes()).unwrap())
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers)
            .header("access-control-request-private-network", "true")
            .header("frontdesk-session", &visitor.session);
        bench.request(request.body(Body::empty()).unwrap()).await
    };
    for (method, headers) in [
        ("POST", "content-type, frontdesk-session"),
        ("PUT", "x-evil"),
        ("TRACE", "authorization, cookie"),
        ("CONNECT", "*"),
        ("x", "frontdesk-session\u{2c}x\u{2c}y"),
        ("*", ""),
        ("post", "a,".repeat(2_000).as_str()),
    ] {
        for own in OWN {
            let reply = ask("/v1/contact", own, method, headers).await;
            common(&reply);
            assert_eq!(reply.status, 204, "{own} {method}");
            let text = |name: &str| reply.headers[name].to_str().unwrap();
            assert_eq!(text("access-control-allow-origin"), own);
            assert_eq!(text("access-control-allow-methods"), "GET, HEAD, POST, DELETE");
            assert_eq!(
                text("access-control-allow-headers"),
                "Content-Type, Range, If-Range, Frontdesk-Session, Frontdesk-Id, Frontdesk-Name, Traceparent"
            );
            assert!(!reply.headers.contains_key("access-control-allow-private-network"));
        }
        for line in HOSTILE.lines().take(20) {
            let origin: String = serde_json::from_str(line).unwrap();
            let reply = ask("/v1/contact", &origin, method, headers).await;
            common(&reply);
            assert_eq!((reply.status.as_u16(), reply.body["code"].as_str()), (403, Some("origin_refused")));
            assert!(
                !reply.headers.keys().any(|name| name.as_str().starts_with("access-control-")),
                "{origin}"
            );
        }
    }
    // Pages are no API: nothing of another origin reads them.
    for path in ["/livez", "/readyz", "/frame?desk=shop", "/inline", "/nothing", "/v1"] {
        let reply = ask(path, "https://shop.example", "GET", "").await;
        assert!(!reply.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{path}");
    }
    assert!(bench.centre.script().calls.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_frame_may_be_embedded_by_the_pages_of_its_desk_alone() {
    let folder = std::env::temp_dir().join(format!("frontdesk-origins-{:x}", rand::random::<u64>()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("frame.html"), "<!doctype html>").unwrap();
    let mut plan = Plan { assets: Assets::load(&folder).unwrap(), ..Plan::default() };
    std::fs::remove_dir_all(&folder).unwrap();
    plan.desk.origins = OWN.map(Into::into).to_vec();
    let bench = Bench::with(plan).await;
    let ancestors = async |query: &str, origin: &str| {
        let request = Request::get(format!("/frame{query}")).header("origin", origin);
        let reply = bench.request(request.body(Body::empty()).unwrap()).await;
        let policies: Vec<_> = reply.headers.get_all("content-security-policy").iter().collect();
        let [policy] = policies.as_slice() else { panic!("{policies:?}") };
        let parts: Vec<_> = policy.to_str().unwrap().split(';').map(str::trim).collect();
        let mut own = parts.iter().filter_map(|part| part.strip_prefix("frame-ancestors "));
        let (Some(own), None) = (own.next(), own.next()) else { panic!("{parts:?}") };
        own.split(' ').map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let set = |origins: &[&str]| origins.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let mut shop = set(&OWN);
    shop.insert("https://desk.example".into());
    // Whoever asks: the list is the desk's.
    for origin in ["https://shop.example", "https://evil.example", "null", "*"] {
        assert_eq!(ancestors("?desk=shop", origin).await, shop, "{origin}");
    }
    assert_eq!(
        ancestors("?desk=other", "https://shop.example").await,
        set(&["https://other.example", "https://desk.example"])
    );
    for query in [
        "",
        "?",
        "?desk=",
        "?desk=nobody",
        "?desk=SHOP",
        "?desk=shop%20",
        "?desk=%73hop",
        "?desk=shop;frame-ancestors%20*",
        "?desk=shop%0d%0aX-Evil:1",
        "?desk=shop,other",
        "?Desk=shop",
        "?desk=../shop",
    ] {
        assert_eq!(ancestors(query, "https://evil.example").await, set(&["'none'"]), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_form_or_a_picture_can_send_changes_nothing() {
    let bench = bench().await;
    let visitor = bench.visitor().await;
    let mut asked = 0;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        for path in
            ["/v1/session", "/v1/contact", "/v1/messages", "/v1/survey", "/v1/leave-message", "/v1/call"]
        {
            let request = Request::post(path)
                .header("frontdesk-session", &visitor.session)
                .header("content-type", kind)
                .body(Body::from(
                    r#"{"protocol":1,"desk":"shop","id":"c1","to":"robot","body":{"text":"x"}}"#,
                ));
            let reply = bench.request(request.unwrap()).await;
            assert_eq!(reply.status, 415, "{kind} {path}");
            let get = visitor.call("GET", &format!("{path}?id=c1&to=robot&_method=POST"), None).await;
            assert!(matches!(get.status.as_u16(), 200 | 404 | 405), "{path} {}", get.status);
            asked += 1;
        }
    }
    assert_eq!(asked, 24);
    let own = Visitor { bench: &bench, session: visitor.session.clone() };
    assert_eq!(own.call("GET", "/v1/contact", None).await.body["state"], "none");
    assert_eq!(bench.app.shared.store.sessions().await.unwrap(), 1);
}
