//! Every call of the description, asked in every wrong way: the refusal is one that the description has, and nothing has
//! happened, so that the right request with the same id is done afterwards.

use super::{Bench, Plan, Reply, Visitor};
use crate::http::openapi::{Api, PROBLEM};
use axum::body::Body;
use axum::http::Request;
use frontdesk_contract::FileOffer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use utoipa::OpenApi;

async fn bench() -> Bench {
    let mut plan = Plan::default();
    plan.desk.offers.files = FileOffer { types: vec!["png".into()], max_bytes: 1_000, max_count: 5 };
    plan.desk.offers.leave_message = true;
    plan.desk.offers.call.audio = true;
    plan.settings.limits.sessions_per_address_per_hour = 100_000;
    plan.settings.limits.requests_per_address_per_minute = 1_000_000;
    Bench::with(plan).await
}

/// A call of the description.
struct Operation {
    method: String,
    path: String,
    document: Value,
    /// Without a credential.
    open: bool,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(Api::openapi()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push(Operation {
                method: method.to_uppercase(),
                path: path.replace("{file}", "f-1"),
                document: operation.clone(),
                open: operation.get("security").is_some(),
            });
        }
    }
    all
}

/// What holds for every refusal: it is described, with its headers, in the one shape.
fn described(operation: &Operation, reply: &Reply, why: &str) {
    let name = format!("{} {} {why}: {}", operation.method, operation.path, reply.body);
    assert!(reply.status.is_client_error(), "{name}");
    assert_eq!(reply.headers["content-type"], PROBLEM, "{name}");
    let response = &operation.document["responses"][reply.status.as_str()];
    let code = reply.body["code"].as_str().unwrap();
    let told = response["description"]
        .as_str()
        .unwrap_or_else(|| panic!("{name}: {} is not described", reply.status));
    assert!(told.contains(&format!("`{code}`")), "{name}: not in {told}");
    assert!(response["content"].get(PROBLEM).is_some(), "{name}");
    for (header, _) in response["headers"].as_object().unwrap() {
        let there = reply.headers.contains_key(header.to_lowercase());
        assert!(there || (header == "Retry-After" && code != "rate_limited"), "{name}: without {header}");
    }
}

/// What is wrong, headers, and a body.
type Wrong<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str);

async fn ask(bench: &Bench, operation: &Operation, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut request = Request::builder().method(operation.method.as_str()).uri(&operation.path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    bench.request(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_described_and_does_nothing() {
    let bench = bench().await;
    let visitor = bench.visitor().await;
    let session = ("frontdesk-session", visitor.session.as_str());
    let json_type = ("content-type", "application/json");
    let large = format!("\"{}\"", "x".repeat(70_000));
    let mut codes = BTreeSet::new();
    let mut asked = 0;
    for operation in operations() {
        let takes_json = operation.document["requestBody"]["content"].get("application/json").is_some();
        let mut wrong: Vec<Wrong<'_>> = vec![
            ("another origin", vec![session, json_type, ("origin", "https://evil.example")], "{}"),
            ("another site", vec![session, json_type, ("sec-fetch-site", "cross-site")], "{}"),
            (
                "two origins",
                vec![session, json_type, ("origin", "https://shop.example"), ("origin", "null")],
                "{}",
            ),
            ("large headers", vec![session, ("x", &large[..20_000])], "{}"),
            ("two lengths", vec![session, ("content-length", "2"), ("transfer-encoding", "chunked")], "{}"),
            ("two hosts", vec![session, ("host", "a"), ("host", "b")], "{}"),
        ];
        if !operation.open {
            wrong.push(("no credential", vec![json_type], "{}"));
            wrong.push(("a wrong credential", vec![("frontdesk-session", "AAAA"), json_type], "{}"));
        }
        if takes_json {
            wrong.extend([
                ("large body", vec![session, json_type], large.as_str()),
                ("form", vec![session, ("content-type", "application/x-www-form-urlencoded")], "id=1"),
                ("text", vec![session, ("content-type", "text/plain")], "{\"id\":\"r1\"}"),
                ("broken JSON", vec![session, json_type], "{\"id\":\"r1\","),
                ("list", vec![session, json_type], "[\"r1\",\"robot\"]"),
                ("number", vec![session, json_type], "1"),
                ("two values", vec![session, json_type], "{} {}"),
                ("deep", vec![session, json_type], "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
            ]);
        }
        for (why, headers, body) in wrong {
            // What a form of the body cannot say, the origin of one desk may not either.
            let reply = ask(&bench, &operation, &headers, body).await;
            let about_desk =
                operation.open && matches!(why, "another origin" | "another site" | "two origins");
            if about_desk {
                assert!(reply.status.is_client_error(), "{why}");
                continue;
            }
            described(&operation, &reply, why);
            codes.insert(reply.body["code"].as_str().unwrap().to_owned());
            asked += 1;
        }
        for method in ["PUT", "PATCH", "TRACE", "OPTIONS", "QUERY"] {
            let other = Operation {
                method: method.into(),
                document: operation.document.clone(),
                path: operation.path.clone(),
                ..operation
            };
            let reply = ask(&bench, &other, &[session], "").await;
            assert_eq!(reply.body["code"], "method_not_allowed");
            described(&other, &reply, "another method");
            let allowed = reply.headers["allow"].to_str().unwrap();
            assert!(allowed.split(',').any(|one| one.trim() == operation.method), "{allowed}");
        }
    }
    assert!(asked > 200 && codes.len() > 6, "{asked} {codes:?}");
    assert!(bench.centre.script().calls.is_empty(), "{:?}", bench.centre.script().calls);
    assert!(visitor.events(0).await.is_empty());
    assert_eq!(bench.app.shared.store.sessions().await.unwrap(), 1);
    // The ids are as new as before.
    assert_eq!(visitor.connect("r1", "robot").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_limit_says_when_to_come_again_and_does_nothing() {
    let mut plan = Plan::default();
    plan.settings.limits.messages_per_visitor_per_minute = 1;
    let bench = Bench::with(plan).await;
    let visitor: Visitor<'_> = bench.connected().await;
    assert_eq!(visitor.say("m1", "one").await.status, 200);
    let said = bench.centre.said();
    let reply = visitor.say("m2", "two").await;
    let operation = operations().into_iter().find(|one| one.path == "/v1/messages").unwrap();
    described(&operation, &reply, "too many");
    assert_eq!((reply.status.as_u16(), &reply.body["code"]), (429, &json!("rate_limited")));
    let seconds: u64 = reply.headers["retry-after"].to_str().unwrap().parse().unwrap();
    let millis = reply.body["retry_after_ms"].as_u64().unwrap();
    assert!((1..=60).contains(&seconds) && seconds == millis.div_ceil(1_000).max(1), "{seconds} {millis}");
    assert_eq!(bench.centre.said(), said);
}
