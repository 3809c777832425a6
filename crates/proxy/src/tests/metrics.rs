//! Figures for whoever operates the proxy.

use super::{Bench, Plan, agent, message, pass};
use crate::metrics::server::{router, run};
use crate::vendor::Serving;
use crate::vendor::fake::unknown;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::json;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// The figures as text.
async fn text(bench: &Bench) -> String {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let response = router(bench.app.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// The sum of all series of this name whose labels contain all of these.
fn sum(text: &str, name: &str, labels: &[&str]) -> f64 {
    let series = text.lines().filter_map(|line| line.rsplit_once(' '));
    let wanted = series.filter(|(series, _)| {
        series.split('{').next() == Some(name) && labels.iter().all(|label| series.contains(label))
    });
    wanted.map(|(_, value)| value.parse::<f64>().unwrap()).sum()
}

/// What is before the value in each line.
fn series(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit_once(' ')).map(|(series, _)| series.to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_counted() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    assert_eq!(visitor.say("m1", "hello").await.status, 200);
    bench.centre.script().say.push_back(Err(unknown()));
    assert_eq!(visitor.say("m2", "lost").await.body["status"], "unconfirmed");
    bench.down(vec![message("a", agent("Li"), "one"), message("b", agent("Li"), "two")]);
    pass(2.0).await;

    let text = text(&bench).await;
    let count = |name: &str, labels: &[&str]| sum(&text, &format!("frontdesk_{name}"), labels);
    assert_eq!(count("messages_total", &["desk=\"shop\"", "outcome=\"accepted\""]), 1.0);
    assert_eq!(count("messages_total", &["outcome=\"unconfirmed\""]), 1.0);
    assert_eq!(count("delivery_duration_seconds_count", &["desk=\"shop\""]), 2.0);
    assert_eq!(count("centre_calls_total", &["call=\"say\"", "outcome=\"done\"", "code=\"\""]), 1.0);
    assert_eq!(count("centre_calls_total", &["call=\"say\"", "outcome=\"unknown\""]), 1.0);
    assert_eq!(count("centre_call_duration_seconds_count", &["call=\"connect\""]), 1.0);
    assert_eq!(count("received_total", &["desk=\"shop\""]), 2.0);
    assert_eq!(
        count("http_requests_total", &["route=\"/v1/messages\"", "method=\"POST\"", "status=\"200\""]),
        2.0
    );
    assert_eq!(count("http_requests_in_flight", &[]), 0.0);
    assert!(count("store_calls_total", &["call=\"write\"", "outcome=\"done\""]) >= 4.0);
    assert_eq!(count("ready", &[]), 1.0);
    assert!(text.ends_with("# EOF\n"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn visitors_are_counted_by_who_serves_them() {
    let bench = Bench::new().await;
    let states = async |state: &str| {
        sum(&text(&bench).await, "frontdesk_visitors", &["desk=\"shop\"", &format!("state=\"{state}\"")])
    };
    assert_eq!(states("queueing").await, 0.0);
    let _served = bench.connected().await;
    bench.centre.script().connect.push_back(Ok(Serving::Queue));
    let waiting = bench.visitor().await;
    assert_eq!(waiting.connect("c1", "agent").await.body["state"], "queueing");
    assert_eq!((states("robot").await, states("queueing").await), (1.0, 1.0));
    assert_eq!(waiting.call("DELETE", "/v1/session", None).await.status, 204);
    assert_eq!((states("robot").await, states("queueing").await), (1.0, 0.0));
}

#[tokio::test(start_paused = true)]
async fn who_asks_too_often_is_counted_by_the_limit_that_was_met() {
    let mut plan = Plan::default();
    plan.settings.limits.messages_per_visitor_per_minute = 1;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    for number in 0..3 {
        visitor.say(&format!("m{number}"), "hello").await;
    }
    assert_eq!(sum(&text(&bench).await, "frontdesk_limits_hit_total", &["limit=\"messages\""]), 2.0);
}

#[tokio::test(start_paused = true)]
async fn nothing_of_visitors_is_in_the_figures_and_more_of_them_make_no_more_series() {
    let bench = Bench::new().await;
    let mut before = BTreeSet::new();
    for number in 0..4 {
        let visitor = bench.connected().await;
        visitor.say("secret-id", "my card is 4111111111111111").await;
        bench.call("GET", &format!("/v1/files/secret-{number}"), Some(&visitor.session), None).await;
        bench.call("GET", &format!("/no/secret-{number}"), None, None).await;
        bench.call(&format!("SECRET{number}"), "/v1/contact", None, Some(json!({}))).await;
        let text = text(&bench).await;
        for hidden in ["secret", "SECRET", "4111", &visitor.session] {
            assert!(!text.contains(hidden), "{hidden} is in {text}");
        }
        let now = series(&text);
        if number > 0 {
            assert_eq!(now.difference(&before).collect::<Vec<_>>(), [""; 0]);
        }
        before = now;
    }
}

/// What a listener of its own answers to a path.
async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_listener_of_its_own_has_the_figures_and_nothing_else_also_while_the_proxy_goes_down() {
    let bench = Bench::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(run(listener, bench.app.clone()));
    for (path, wanted) in [("/metrics", "200"), ("/v1/contact", "404"), ("/frame?desk=shop", "404")] {
        let answer = get(address, path).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {wanted}")), "{path}: {answer}");
    }
    assert_eq!(sum(&get(address, "/metrics").await, "frontdesk_ready", &[]), 1.0);
    bench.app.stop().await;
    assert_eq!(sum(&get(address, "/metrics").await, "frontdesk_ready", &[]), 0.0);
    server.abort();
}

/// Words of this kind in a text.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_');
    let ours = words.filter(|word| word.starts_with("frontdesk_"));
    ours.map(|word| word.trim_end_matches("_bucket").to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn rules_dashboard_and_description_name_the_figures_that_there_are() {
    let mut plan = Plan::default();
    plan.settings.limits.messages_per_visitor_per_minute = 1;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    visitor.say("m1", "hello").await;
    visitor.say("m2", "too many").await;
    bench.down(vec![message("a", agent("Li"), "one")]);
    pass(2.0).await;
    bench.app.shared.metrics.pushes("shop");
    bench.app.shared.metrics.certificate_ends(1_800_000_000);
    // Of what never happened nothing is said.
    let kinds = text(&bench).await;
    let mut there = BTreeSet::new();
    for line in kinds.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        there.insert(if kind == "counter" { format!("{name}_total") } else { name.to_owned() });
    }
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
    for file in ["monitoring/alerts.yml", "monitoring/grafana.json", "monitoring.md"] {
        let text = std::fs::read_to_string(format!("{docs}/{file}")).unwrap();
        let unknown: Vec<_> = names(&text).into_iter().filter(|name| !there.contains(name)).collect();
        assert_eq!(unknown, [""; 0], "{file}");
        if file == "monitoring.md" {
            assert_eq!(names(&text), there, "all are described");
        }
    }
    let dashboard = std::fs::read_to_string(format!("{docs}/monitoring/grafana.json")).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&dashboard).unwrap()["panels"].is_array());
}
