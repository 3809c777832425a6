//! Lifetimes of tokens, and what headers must say.

use axum::body::Body;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{Bench, CHANNEL, USER};

#[tokio::test]
async fn a_wrong_key_or_secret_is_answered_with_401_and_json() {
    let bench = Bench::new(json!({})).await;
    for (key, secret) in [("app-key-demo", "wrong"), ("wrong", "app-secret-demo")] {
        let body = json!({"app_key": key, "app_secret": secret}).to_string();
        let answer = bench.raw("POST", "/apigovernance/api/oauth/tokenByAkSk", &[], body).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.json()["error_msg"].is_string());
    }
}

#[tokio::test]
async fn the_asked_lifetime_is_granted_up_to_the_limit() {
    let bench = Bench::new(json!({"access_token_max_s": 900})).await;
    let body = json!({"app_key": "app-key-demo", "app_secret": "app-secret-demo"}).to_string();
    for (asked, expected) in [(None, "600"), (Some("1"), "1"), (Some("3600"), "900")] {
        let headers: Vec<_> = asked.map(|text| ("x-token-expire", text.to_owned())).into_iter().collect();
        let answer = bench.raw("POST", "/apigovernance/api/oauth/tokenByAkSk", &headers, body.clone()).await;
        let fields = answer.json();
        assert_eq!((&fields["Expires"], &fields["ApplyType"]), (&json!(expected), &json!("Bearer")));
        assert_eq!(fields["CreateTime"], "1790000000");
    }
    for wrong in ["0", "3601", "-1", "soon"] {
        let headers = [("x-token-expire", wrong.to_owned())];
        let answer = bench.raw("POST", "/apigovernance/api/oauth/tokenByAkSk", &headers, body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_lapsed_access_token_is_refused_and_a_new_one_helps() {
    let mut bench = Bench::new(json!({})).await;
    bench.clock.advance(600_000);
    assert_eq!(bench.poll().await.status, StatusCode::UNAUTHORIZED);
    bench.renew_access(600).await;
    assert_eq!(bench.poll().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_visitor_token_that_lapses_in_a_session_is_renewed_in_the_answer() {
    let mut bench = Bench::new(json!({"visitor_token_s": 100, "release_after_s": 1_000})).await;
    bench.send("CONNECT", "").await;
    bench.clock.advance(100_000);
    let answer = bench.poll().await;
    assert_eq!(answer.status, StatusCode::OK);
    let token = answer.headers["ccmessaging-token"].to_str().expect("text").to_owned();
    assert_ne!(token, bench.visitor);
    assert_eq!(bench.poll().await.headers["ccmessaging-token"], token.as_str(), "the grace repeats it");
    bench.clock.advance(30_000);
    assert_eq!(bench.poll().await.status, StatusCode::UNAUTHORIZED);
    bench.visitor = token;
    let answer = bench.poll().await;
    assert_eq!((answer.status, answer.headers.get("ccmessaging-token")), (StatusCode::OK, None));
}

#[tokio::test]
async fn a_visitor_token_that_lapses_without_a_session_is_refused() {
    let bench = Bench::new(json!({"visitor_token_s": 100})).await;
    bench.clock.advance(100_000);
    assert_eq!(bench.poll().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_released_session_does_not_renew_a_lapsed_token() {
    let bench = Bench::new(json!({"visitor_token_s": 100, "release_after_s": 50})).await;
    bench.send("CONNECT", "").await;
    bench.clock.advance(100_000);
    assert_eq!(bench.poll().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn each_header_is_needed() {
    let bench = Bench::new(json!({})).await;
    let path = format!("/apiaccess/ccmessaging/poll?receiverId={USER}&channel=WEB");
    let all = [
        ("x-app-key", "app-key-demo".to_owned()),
        ("authorization", format!("Bearer {}", bench.access)),
        ("ccmessaging-token", bench.visitor.clone()),
    ];
    assert_eq!(bench.raw("GET", &path, &all, Body::empty()).await.status, StatusCode::OK);
    for missing in 0..3 {
        let mut some = all.to_vec();
        some.remove(missing);
        let answer = bench.raw("GET", &path, &some, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{missing}");
    }
}

#[tokio::test]
async fn the_queue_query_does_not_need_the_headers_but_checks_them() {
    let bench = Bench::new(json!({})).await;
    let body = json!({"userId": USER, "channelConfigId": CHANNEL, "channel": "WEB"}).to_string();
    let path = "/apiaccess/ccmessaging/queryQueueInfo";
    let answer = bench.raw("POST", path, &[], body.clone()).await;
    assert_eq!((answer.status, &answer.json()["resultCode"]), (StatusCode::OK, &json!("160004")));
    let wrong = [("ccmessaging-token", "other".to_owned())];
    assert_eq!(bench.raw("POST", path, &wrong, body).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_token_answer_has_three_forms() {
    for (form, start) in
        [("object", "{\"resultCode\":\"0\",\"token\":\""), ("string", "\""), ("braced", "{ \"")]
    {
        let bench = Bench::new(json!({"token_body": form})).await;
        let answer = bench.apply("zh").await;
        assert!(answer.text.starts_with(start), "{}", answer.text);
        assert_eq!(answer.json().is_null(), form == "braced");
        let length = answer.headers.get("content-length").and_then(|value| value.to_str().ok());
        assert!(length.is_none_or(|length| length == answer.text.len().to_string()));
    }
}

#[tokio::test]
async fn what_a_token_cannot_be_applied_for() {
    let bench = Bench::new(json!({})).await;
    let good = json!({"userId": USER, "userName": "Ann", "channelId": CHANNEL, "locale": "en"});
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for (name, value) in [
        ("userId", json!("")),
        ("userId", json!("x".repeat(33))),
        ("channelId", json!("1")),
        ("locale", json!("zh_CN")),
        ("locale", json!("")),
    ] {
        let answer = bench.vendor("applyToken", &with(name, value)).await;
        assert_eq!(answer.json(), json!({"resultCode": "1"}), "{name}");
    }
    for (name, value) in [("userId", json!(7)), ("locale", Value::Null)] {
        let answer = bench.vendor("applyToken", &with(name, value)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text.contains(name), "{}", answer.text);
    }
}
