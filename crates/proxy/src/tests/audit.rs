//! What whoever guards the proxy reads.

use super::identity::{plan, signed, token};
use super::logs::Log;
use super::operator::Listener;
use super::{Bench, EPOCH_MS, Plan, Reply, pass};
use crate::audit::Kind;
use crate::audit::held::MOST_CLIENTS;
use crate::config::Config;
use crate::files::sniff::samples;
use crate::http::address::Peer;
use crate::identity::Mode;
use crate::reload::{Centres, Running};
use crate::session::credential;
use crate::telemetry;
use axum::body::Body;
use axum::http::Request;
use frontdesk_contract::FileOffer;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The lines of the log with the target `audit`.
fn lines(log: &Log) -> Vec<Value> {
    let text = log.text();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["target"] == "audit").collect()
}

/// Event, reason and desk of a line.
fn short(line: &Value) -> String {
    let words = ["event", "reason", "detail", "desk"].map(|name| line[name].as_str());
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A client of its own network, from which each request comes, and what it was told about in the log.
struct Client<'a> {
    bench: &'a Bench,
    log: &'a Log,
    number: u16,
}

impl<'a> Client<'a> {
    fn new(bench: &'a Bench, log: &'a Log) -> Self {
        Self { bench, log, number: 0 }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let peer: SocketAddr = format!("[2001:db8:0:{}:5ec:9e7:5ec:9e7]:1", self.number).parse().unwrap();
        let mut request =
            Request::builder().method(method).uri(path).header("host", "desk.example").extension(Peer(peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.bench.request(request.body(body.into()).unwrap()).await
    }

    /// What one request, from another network than the ones before, adds to the log.
    async fn adds(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> String {
        let before = lines(self.log).len();
        self.number += 1;
        self.send(method, path, headers, body).await;
        let all = lines(self.log);
        let new: Vec<_> = all.iter().skip(before).collect();
        for line in &new {
            assert_eq!(line["client"], format!("2001:db8:0:{}::", self.number));
            assert_eq!((&line["level"], &line["held_back"]), (&json!("INFO"), &json!(0)));
        }
        new.into_iter().map(short).collect::<Vec<_>>().join(", ")
    }

    async fn posts(&mut self, path: &str, headers: &[(&str, &str)], body: &Value) -> String {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.adds("POST", path, &headers, body.to_string()).await
    }

    /// What an identity token adds.
    async fn signs(&mut self, id: &str, token: &str, resume: Option<&str>) -> String {
        let wish = json!({"protocol": 1, "desk": "shop", "id": id, "identity": token, "resume": resume});
        self.posts("/v1/session", &[], &wish).await
    }
}

/// A token with these claims instead of those of [`token`].
fn token_with(change: &[(&str, Value)]) -> String {
    let mut claims = json!({"sub": "canary", "aud": "shop", "jti": "n", "exp": EPOCH_MS / 1_000 + 600});
    for (name, value) in change {
        claims[name] = value.clone();
    }
    signed(&claims)
}

fn whole_plan() -> Plan {
    let mut plan = plan(Mode::Optional);
    plan.desk.offers.files = FileOffer { types: vec!["png".into()], max_bytes: 99_999, max_count: 5 };
    plan.settings.limits.messages_per_visitor_per_minute = 1;
    plan.settings.limits.sessions_per_address_per_hour = 3;
    plan.settings.retention = Duration::from_secs(120);
    plan
}

#[tokio::test(start_paused = true)]
async fn credentials_and_origins_that_are_refused() {
    let (log, _guard) = Log::begin();
    let bench = Bench::with(whole_plan()).await;
    let visitor = bench.visitor().await;
    let stranger = credential::generate();
    let session = visitor.session.clone();
    let mut client = Client::new(&bench, &log);
    let mut told = Vec::new();
    let own = ("frontdesk-session", session.as_str());
    let evil = ("origin", "https://canary.example");
    for headers in [
        &[][..],
        &[("frontdesk-session", "canary")],
        &[("frontdesk-session", &stranger)],
        &[own],
        &[own, evil],
        &[own, ("sec-fetch-site", "cross-site")],
    ] {
        told.push(client.adds("GET", "/v1/contact", headers, "").await);
    }
    let asks = [evil, ("access-control-request-method", "POST")];
    told.push(client.adds("OPTIONS", "/v1/messages", &asks, "").await);
    told.push(client.posts("/v1/session", &[evil], &json!({"protocol": 1, "desk": "shop"})).await);
    let resume = |session: &str| json!({"protocol": 1, "desk": "shop", "resume": session});
    told.push(client.posts("/v1/session", &[], &resume(&session)).await);
    told.push(client.posts("/v1/session", &[], &resume(&stranger)).await);
    pass(200.0).await;
    told.push(client.adds("GET", "/v1/contact", &[own], "").await);
    let expected = [
        "credential_refused missing",
        "credential_refused malformed",
        "credential_refused unknown",
        "",
        "origin_refused page shop",
        "origin_refused elsewhere shop",
        "origin_refused preflight",
        "origin_refused page shop",
        "",
        "session_not_resumed shop",
        "credential_refused expired",
    ];
    assert_eq!(told, expected);
    let text = log.text();
    for secret in ["canary", &stranger, &session, "5ec:9e7"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_signs_in_and_out_and_which_tokens_are_refused() {
    let (log, _guard) = Log::begin();
    let bench = Bench::with(whole_plan()).await;
    let visitor = bench.visitor().await;
    let mut client = Client::new(&bench, &log);
    let good = token("canary", "1");
    let forged = format!("{}A", good.strip_suffix(|_: char| true).unwrap());
    let now_s = EPOCH_MS / 1_000;
    let mut told = Vec::new();
    told.push(client.signs("i-1", &good, Some(&visitor.session)).await);
    told.push(client.signs("i-2", &good, Some(&visitor.session)).await);
    told.push(client.signs("i-3", &good, None).await);
    for wrong in [
        forged,
        "canary".to_owned(),
        token_with(&[("exp", json!(now_s - 900))]),
        token_with(&[("aud", json!("other"))]),
        token_with(&[("exp", json!(now_s + 90_000))]),
        token_with(&[("iat", json!(now_s + 900))]),
        token_with(&[("sub", json!(""))]),
        token_with(&[("jti", json!(7))]),
    ] {
        told.push(client.signs("i-4", &wrong, None).await);
    }
    told.push(client.signs("i-5", &token("canary-2", "2"), Some(&visitor.session)).await);
    let wish = json!({"protocol": 1, "desk": "shop", "id": "i-6", "identity": token("canary-3", "3")});
    let opened = bench.call("POST", "/v1/session", None, Some(wish)).await.body;
    let known = opened["session"].as_str().unwrap().to_owned();
    told.push(client.adds("DELETE", "/v1/session", &[("frontdesk-session", &known)], "").await);
    let required =
        Bench::with(Plan { store: Arc::clone(&bench.app.shared.store), ..plan(Mode::Required) }).await;
    let wish = json!({"protocol": 1, "desk": "shop"});
    let opened = bench.call("POST", "/v1/session", None, Some(wish)).await.body;
    let anonymous = opened["session"].as_str().unwrap();
    let id = opened["visitor"]["id"].as_str().unwrap();
    let header = [("frontdesk-session", anonymous)];
    let mut there = Client { bench: &required, log: &log, number: 900 };
    told.push(there.posts("/v1/session", &[], &json!({"protocol": 1, "desk": "shop"})).await);
    told.push(there.adds("GET", "/v1/contact", &header, "").await);
    told.push(client.adds("DELETE", "/v1/session", &header, "").await);
    let expected = [
        "identity_signed_in shop",
        "",
        "identity_refused replayed shop",
        "identity_refused bad_signature shop",
        "identity_refused malformed shop",
        "identity_refused expired shop",
        "identity_refused wrong_audience shop",
        "identity_refused too_far_ahead shop",
        "identity_refused not_yet shop",
        "identity_refused bad_subject shop",
        "identity_refused bad_claims shop",
        "identity_changed shop",
        "identity_signed_out shop",
        "identity_refused missing shop",
        "credential_refused anonymous shop",
        "session_erased shop",
    ];
    assert_eq!(told, expected);
    let text = log.text();
    for secret in ["canary", "Name of", &visitor.session, &known, anonymous, id, &good] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    let erased = lines(&log).pop().unwrap();
    assert_eq!(erased["visitor"].as_str(), id.get(..10));
}

#[tokio::test(start_paused = true)]
async fn limits_files_and_tickets() {
    let (log, _guard) = Log::begin();
    let bench = Bench::with(whole_plan()).await;
    let visitor = bench.connected().await;
    let session = visitor.session.clone();
    let own = ("frontdesk-session", session.as_str());
    let mut client = Client::new(&bench, &log);
    let mut told = Vec::new();
    for id in ["m1", "m2"] {
        let message = json!({"id": id, "body": {"text": "canary 13800138000"}});
        told.push(client.posts("/v1/messages", &[own], &message).await);
    }
    let wish = json!({"protocol": 1, "desk": "shop"}).to_string();
    client.number += 1;
    for _ in 0..3 {
        client.send("POST", "/v1/session", &[("content-type", "application/json")], wish.clone()).await;
    }
    let before = lines(&log).len();
    client.send("POST", "/v1/session", &[("content-type", "application/json")], wish).await;
    told.extend(lines(&log).iter().skip(before).map(short));
    for (id, file) in [
        ("u1", samples::gif()),
        ("u2", b"canary \x00\x01".to_vec()),
        ("u3", samples::png()[..40].to_vec()),
        ("u4", samples::png_sized(60_000, 60_000, &[])),
        ("u5", samples::png()),
    ] {
        let headers = [own, ("frontdesk-id", id), ("frontdesk-name", "canary.png")];
        told.push(client.adds("POST", "/v1/files", &headers, file).await);
    }
    let stored = {
        let headers = [own, ("frontdesk-id", "u6"), ("frontdesk-name", "canary.png")];
        client.send("POST", "/v1/files", &headers, samples::png()).await.body
    };
    let file = stored["file"].as_str().unwrap().to_owned();
    let ticket = visitor.call("POST", &format!("/v1/files/{file}/ticket"), None).await.body;
    let address = ticket["url"].as_str().unwrap().to_owned();
    told.push(client.adds("GET", &format!("/v1/files/{file}?ticket=canary"), &[], "").await);

    let registered = credential::generate();
    let register = json!({"ticket": registered});
    told.push(client.posts("/v1/session/ticket", &[own], &register).await);
    let redeem = |desk: &str, ticket: &str, opened_by: &str| json!({"desk": desk, "ticket": ticket, "opened_by": opened_by});
    let page = "https://shop.example";
    told.push(client.posts("/v1/session/redeem", &[], &redeem("shop", "canary", page)).await);
    told.push(client.posts("/v1/session/redeem", &[], &redeem("other", &registered, page)).await);
    told.push(client.posts("/v1/session/redeem", &[], &redeem("shop", &registered, page)).await);
    told.push(client.posts("/v1/session/ticket", &[own], &register).await);
    let stranger = bench.visitor().await;
    told.push(
        client.posts("/v1/session/ticket", &[("frontdesk-session", &stranger.session)], &register).await,
    );
    told.push(
        client.posts("/v1/session/redeem", &[], &redeem("shop", &registered, "https://canary.example")).await,
    );
    told.push(client.posts("/v1/session/ticket", &[own], &register).await);
    told.push(client.adds("DELETE", "/v1/session", &[own], "").await);
    told.push(client.posts("/v1/session/redeem", &[], &redeem("shop", &registered, page)).await);
    told.push(client.adds("GET", &address, &[], "").await);
    let expected = [
        "",
        "limit_hit messages shop",
        "limit_hit sessions shop",
        "file_refused kind_not_taken gif shop",
        "file_refused unknown_kind shop",
        "file_refused damaged it ends too early shop",
        "file_refused too_many_pixels shop",
        "",
        "ticket_refused unknown",
        "",
        "handover_refused malformed shop",
        "handover_refused wrong_desk other",
        "handover_refused unknown shop",
        "",
        "handover_refused taken shop",
        "handover_refused wrong_opener shop",
        "",
        "session_erased shop",
        "handover_refused unknown shop",
        "ticket_refused erased",
    ];
    assert_eq!(told, expected);
    let text = log.text();
    let ticket = address.rsplit('=').next().unwrap();
    for secret in ["canary", "13800138000", &session, &registered, ticket, &file] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

/// The figure of an event.
fn count(bench: &Bench, event: &str) -> u64 {
    let text = bench.app.shared.metrics.text(&bench.app).unwrap();
    let name = format!("frontdesk_audit_events_total{{event=\"{event}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn an_attack_is_a_line_a_minute_and_no_more_memory() {
    let (log, _guard) = Log::begin();
    let bench = Bench::with(whole_plan()).await;
    let mut client = Client::new(&bench, &log);
    let forged = [("frontdesk-session", "forged")];
    for _ in 0..100 {
        client.send("GET", "/v1/contact", &forged, "").await;
    }
    let told =
        |line: &Value| (line["client"].as_str().unwrap().to_owned(), line["held_back"].as_u64().unwrap());
    let first = || "2001:db8:0:0::".parse::<std::net::IpAddr>().unwrap().to_string();
    assert_eq!(lines(&log).iter().map(told).collect::<Vec<_>>(), [(first(), 0)]);
    // What is held back is told though nobody comes again.
    pass(100.0).await;
    assert_eq!(lines(&log).iter().map(told).collect::<Vec<_>>(), [(first(), 0), (first(), 99)]);
    pass(100.0).await;
    let others = MOST_CLIENTS + 50;
    for number in 1..=others {
        client.number = u16::try_from(number).unwrap();
        client.send("GET", "/v1/contact", &forged, "").await;
    }
    let lines_then = lines(&log);
    assert_eq!(lines_then.len(), 2 + MOST_CLIENTS + 1);
    assert_eq!(told(lines_then.last().unwrap()), ("others".into(), 0));
    // Another event is not hidden by them.
    let evil = [("origin", "https://evil.example"), ("content-type", "application/json")];
    let wish = json!({"protocol": 1, "desk": "shop"}).to_string();
    client.send("POST", "/v1/session", &evil, wish).await;
    assert_eq!(short(lines(&log).last().unwrap()), "origin_refused page shop");
    // Nor is anything lost when the proxy goes down.
    bench.app.stop().await;
    assert_eq!(told(lines(&log).last().unwrap()), ("others".into(), 49));
    assert_eq!(count(&bench, "credential_refused"), 100 + others as u64);
}

const SETTINGS: &str = "public_url = \"https://desk.example\"\nstore = \"memory\"\n[[desks]]\nid = \"shop\"\n[desks.cec]\n\
    base_url = \"https://service.example\"\napp_key = \"k\"\napp_secret = \"canary\"\nchannel_id = \"1\"\n";

#[tokio::test(start_paused = true)]
async fn settings_that_are_taken_over_and_that_are_not() {
    let (log, _guard) = Log::begin();
    let bench = Bench::new().await;
    let folder = std::env::temp_dir().join(format!("frontdesk-audit-{:x}", rand::random::<u64>()));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("frontdesk.toml");
    let config = Config::read(SETTINGS, Path::new(""), []).unwrap();
    let centres = Centres::new(&config, None).unwrap();
    let (_subscriber, filter) = telemetry::subscriber("info", std::io::sink).unwrap();
    let app = bench.app.clone();
    let mut running = Running { path: path.clone(), config, centres, app, log: filter, keeper: None };
    for text in [SETTINGS, "listen = \"canary\"", SETTINGS] {
        std::fs::write(&path, text).unwrap();
        running.reload().await;
    }
    let told: Vec<_> = lines(&log).iter().map(short).collect();
    assert_eq!(told, ["settings_taken_over", "settings_refused", "settings_taken_over"]);
    assert_eq!((count(&bench, "settings_taken_over"), count(&bench, "settings_refused")), (2, 1));
    assert!(lines(&log).iter().all(|line| !line.to_string().contains("canary")));
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What stands between backquotes.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(String::from).collect()
}

/// The table of the events: by event, its fields and its reasons.
fn table() -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/monitoring.md");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with("Audit")).unwrap();
    let (_, table) = section.split_once("| event |").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').collect();
        let [event, fields, reasons, _what] = cells.as_slice() else { panic!("{row}") };
        let event = quoted(event).pop_first().unwrap();
        (event, (quoted(fields), quoted(reasons)))
    })
    .collect()
}

#[tokio::test(start_paused = true)]
async fn the_table_of_the_events_is_complete() {
    let table = table();
    let known: BTreeMap<_, BTreeSet<_>> = Kind::ALL
        .iter()
        .map(|kind| (kind.word().to_owned(), kind.reasons().into_iter().map(String::from).collect()))
        .collect();
    let described = table.iter().map(|(event, (_, reasons))| (event.clone(), reasons.clone())).collect();
    assert_eq!(known, described);

    // The fields, by what is written.
    let (log, _guard) = Log::begin();
    let mut plan_of_all = whole_plan();
    plan_of_all.settings.limits.sessions_per_address_per_hour = 100;
    let bench = Bench::with(plan_of_all).await;
    let visitor = bench.connected().await;
    let session = visitor.session.clone();
    let own = ("frontdesk-session", session.as_str());
    let mut client = Client::new(&bench, &log);
    let message = |id: &str| json!({"id": id, "body": {"text": "hello"}});
    client.adds("GET", "/v1/contact", &[("frontdesk-session", "x")], "").await;
    client.posts("/v1/messages", &[own], &message("m1")).await;
    client.posts("/v1/messages", &[own], &message("m2")).await;
    let headers = [own, ("frontdesk-id", "u1"), ("frontdesk-name", "a.gif")];
    client.adds("POST", "/v1/files", &headers, samples::gif()).await;
    client.adds("GET", "/v1/files/f?ticket=x", &[], "").await;
    client.adds("GET", "/v1/contact", &[own, ("origin", "https://evil.example")], "").await;
    let redeem = json!({"desk": "shop", "ticket": "x", "opened_by": ""});
    client.posts("/v1/session/redeem", &[], &redeem).await;
    client.posts("/v1/session", &[], &json!({"protocol": 1, "desk": "shop", "resume": "x"})).await;
    client.signs("i-1", "x", None).await;
    client.signs("i-2", &token("wang", "1"), Some(&session)).await;
    let other =
        json!({"protocol": 1, "desk": "shop", "id": "i-3", "identity": token("li", "2"), "resume": session});
    let opened = bench.call("POST", "/v1/session", None, Some(other)).await.body;
    let li = opened["session"].as_str().unwrap();
    client.adds("DELETE", "/v1/session", &[("frontdesk-session", li)], "").await;
    let anonymous = bench.visitor().await.session.clone();
    client.adds("DELETE", "/v1/session", &[("frontdesk-session", &anonymous)], "").await;
    for kind in
        [Kind::SettingsTakenOver, Kind::SettingsRefused, Kind::CertificateReplaced, Kind::CertificateRefused]
    {
        bench.app.shared.audit.tell_own(kind);
    }
    let pushed = Bench::with(super::push::plan(60)).await;
    let mut centre = Client { bench: &pushed, log: &log, number: 800 };
    centre.adds("POST", super::push::PATH, &[("authorization", "Bearer x")], "").await;
    Listener::new(60).await.ask("Bearer x", "POST", "/operator/v1/calls", &json!({})).await;
    let visitor = bench.visitor().await.session.clone();
    let required =
        Bench::with(Plan { store: Arc::clone(&bench.app.shared.store), ..plan(Mode::Required) }).await;
    let mut there = Client { bench: &required, log: &log, number: 900 };
    there.adds("GET", "/v1/contact", &[("frontdesk-session", &visitor)], "").await;
    let everywhere = ["timestamp", "level", "target", "message", "event"];
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in lines(&log) {
        let fields = line.as_object().unwrap().keys().filter(|name| !everywhere.contains(&name.as_str()));
        seen.entry(line["event"].as_str().unwrap().into()).or_default().extend(fields.cloned());
    }
    let described = table.into_iter().map(|(event, (fields, _))| (event, fields)).collect();
    assert_eq!(seen, described);
}
