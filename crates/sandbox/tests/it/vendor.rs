//! The vendor's interface beyond the stories of the wire fixtures.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{Bench, CHANNEL, USER};

#[tokio::test]
async fn a_malformed_uplink_is_a_400_that_names_the_field() {
    let bench = Bench::new(json!({})).await;
    for (name, value) in [
        ("channel", json!("SMS")),
        ("sourceType", json!("AGENT")),
        ("from", json!("someone-else")),
        ("controlType", json!("SHOUT")),
        ("mediaType", json!("SMELL")),
        ("timestamp", json!(1_790_000_000_000_u64)),
        ("messageId", json!("a,b")),
        ("messageId", json!("x".repeat(33))),
        ("to", Value::Null),
        ("content", json!(["a"])),
    ] {
        let mut body = Bench::uplink("CHAT", "hello");
        body[name] = value;
        let answer = bench.vendor("send", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}");
        assert!(answer.text.contains(name), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_a_400() {
    let bench = Bench::new(json!({})).await;
    for body in ["", "null", "[]", "{", "\u{0}"] {
        let answer = bench.raw("POST", "/apigovernance/api/oauth/tokenByAkSk", &[], body.to_owned()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body:?}");
    }
    let large = format!("{{\"app_key\":\"{}\"}}", "x".repeat(1024 * 1024));
    let answer = bench.raw("POST", "/apigovernance/api/oauth/tokenByAkSk", &[], large).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn unknown_paths_and_a_trailing_slash_are_404() {
    let bench = Bench::new(json!({})).await;
    for path in ["/apiaccess/ccmessaging/send/", "/apiaccess/ccmessaging/uploadFile", "/apigovernance/x"] {
        let answer = bench.raw("POST", path, &[], "{}".to_owned()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn poll_needs_receiver_and_channel_in_2_6_only() {
    for (dialect, expected) in [("2.6", StatusCode::BAD_REQUEST), ("2.5", StatusCode::OK)] {
        let bench = Bench::new(json!({"dialect": dialect})).await;
        let headers = [
            ("x-app-key", "app-key-demo".to_owned()),
            ("authorization", format!("Bearer {}", bench.access)),
            ("ccmessaging-token", bench.visitor.clone()),
        ];
        let answer = bench.raw("GET", "/apiaccess/ccmessaging/poll", &headers, String::new()).await;
        assert_eq!(answer.status, expected, "{dialect}");
        let foreign = "/apiaccess/ccmessaging/poll?receiverId=other&channel=WEB";
        let answer = bench.raw("GET", foreign, &headers, String::new()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{dialect}");
    }
}

#[tokio::test]
async fn the_offline_switch_shows_in_its_three_cases_and_only_in_2_6() {
    let settings = json!({"offline": true, "robot": false, "hours": "closed"});
    let bench = Bench::new(settings.clone()).await;
    let connect = bench.send("CONNECT", "").await;
    assert_eq!(
        (&connect["resultCode"], &connect["offlineMsg"]["isOfflineStatus"]),
        (&json!("12"), &json!(true))
    );
    let chat = bench.send("CHAT", "call me back").await;
    assert_eq!((&chat["resultCode"], &chat["offlineMsg"]["isOfflineStatus"]), (&json!("13"), &json!(true)));
    assert!(chat["offlineMsg"]["tipText"].is_string());
    bench
        .sandbox
        .set_settings(bench.sandbox.settings().patched(&json!({"hours": "open"})).expect("valid"))
        .expect("valid");
    assert_eq!(bench.code("CONNECT", "").await, "11");
    let leave = bench.send("DISCONNECT", "").await;
    assert_eq!((&leave["resultCode"], &leave["offlineMsg"]["isOfflineStatus"]), (&json!("11"), &json!(true)));
    let mut old = settings;
    old["dialect"] = json!("2.5");
    let bench = Bench::new(old).await;
    assert_eq!(bench.send("CONNECT", "").await.get("offlineMsg"), None);
}

#[tokio::test]
async fn a_session_that_is_not_polled_is_gone() {
    let bench = Bench::new(json!({"release_after_s": 120})).await;
    bench.send("CONNECT", "").await;
    bench.clock.advance(120_001);
    let chat = bench.send("CHAT", "hello").await;
    assert_eq!(chat["resultCode"], "13");
    assert_eq!(chat["resultDesc"], "chat failed, send too quick or session keep touch failed.");
    let body = json!({"userId": USER, "channelConfigId": CHANNEL, "channel": "WEB"});
    assert_eq!(bench.vendor("queryQueueInfo", &body).await.json()["resultCode"], "160004");
}

#[tokio::test]
async fn typing_in_the_queue_answers_11_or_13_as_set() {
    for code in ["11", "13"] {
        let bench = Bench::new(json!({"robot": false, "queueing_input": code})).await;
        bench.send("CONNECT", "").await;
        let answer = bench.send("INPUT", "").await;
        assert_eq!((&answer["resultCode"], &answer["resultDesc"]), (&json!(code), &json!("Queuing...")));
    }
}

#[tokio::test]
async fn similar_questions_come_as_list_as_text_or_not_at_all() {
    for form in ["list", "text", "none"] {
        let bench = Bench::new(json!({"sim_questions": form})).await;
        bench.send("CONNECT", "").await;
        let similar = bench.messages().await[0]["simQuestions"].clone();
        match form {
            "list" => assert_eq!(similar.as_array().map(Vec::len), Some(3)),
            "text" => assert!(similar.as_str().is_some_and(|text| text.starts_with("[\""))),
            _ => assert!(similar.is_null()),
        }
    }
}

#[tokio::test]
async fn a_card_with_a_link_nobody_trusts_is_delivered_with_code_3() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let card = json!({"title": "Order", "description": "", "mediaFileId": "", "mediaFileType": "",
                      "redirectUrl": "http://elsewhere.example"});
    let mut body = Bench::uplink("CHAT", &card.to_string());
    body["mediaType"] = json!("WEBCARD");
    assert_eq!(bench.vendor("send", &body).await.json()["resultCode"], "3");
    body["content"] = json!("{}");
    assert_eq!(bench.vendor("send", &body).await.json()["resultCode"], "3");
    let seen = bench.desk("GET", "conversations/1", Value::Null).await.json();
    let cards = seen["messages"].as_array().expect("lines").iter().filter(|line| line["media"] == "WEBCARD");
    assert_eq!(cards.count(), 1, "the one with a fault of form is not delivered");
}

#[tokio::test]
async fn a_comment_has_at_most_511_characters() {
    let mut bench = Bench::new(json!({"robot": false})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    let rate = |comment: String| json!({"channel": "WEB", "userId": USER, "evaluation": "4", "comment": comment, "channelConfigId": CHANNEL});
    let code = |answer: Value| answer["resultCode"].as_str().map(str::to_owned);
    assert_eq!(
        code(bench.vendor("saveSatisfaction", &rate("好".repeat(511))).await.json()),
        Some("0".into())
    );
    assert_eq!(
        code(bench.vendor("saveSatisfaction", &rate("a".repeat(512))).await.json()),
        Some("13".into())
    );
}

#[tokio::test]
async fn history_pages_backwards_and_respects_times() {
    let bench = Bench::new(json!({"history": true, "robot_delay_ms": 60_000})).await;
    bench.send("CONNECT", "").await;
    for n in 0..5 {
        bench.clock.advance(1_000);
        bench.send("CHAT", &n.to_string()).await;
    }
    let ask = |extra: Value| {
        let mut body = json!({"channelId": CHANNEL, "userId": USER, "limit": "2", "offset": "1"});
        for (name, value) in extra.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    let texts = |answer: Value| -> Vec<String> {
        let list = answer["messageList"].as_array().cloned().unwrap_or_default();
        list.iter().filter_map(|entry| entry["content"].as_str().map(str::to_owned)).collect()
    };
    let page = bench.vendor("queryHistoryChatMessage", &ask(json!({}))).await.json();
    assert_eq!(texts(page), ["3", "2"]);
    let until = json!({"endTime": "1790000002000", "offset": "0"});
    assert_eq!(texts(bench.vendor("queryHistoryChatMessage", &ask(until)).await.json()), ["1", "0"]);
    let wrong = bench.vendor("queryHistoryChatMessage", &ask(json!({"limit": "many"}))).await.json();
    assert_eq!(wrong["resultCode"], "1");
}
