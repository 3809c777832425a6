//! Switches for contradictions, and forced answers, on the wire.

use std::io::Read;

use axum::http::StatusCode;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::support::{Bench, CHANNEL, USER};

async fn with_quirks(quirks: Value) -> Bench {
    let bench = Bench::new(json!({"history": true})).await;
    bench.set(&json!({"quirks": quirks}));
    bench
}

async fn table(bench: &Bench) -> Value {
    bench.raw("GET", "/sandbox/quirks", &[], String::new()).await.json()
}

#[tokio::test]
async fn the_table_lists_every_switch_with_its_value() {
    let bench = with_quirks(json!({"gzip": "on"})).await;
    let listed = table(&bench).await;
    let rows = listed["quirks"].as_array().expect("rows");
    assert!(rows.len() >= 55);
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).expect("a row");
    assert_eq!((&row("gzip")["value"], &row("timestamp")["value"]), (&json!("on"), &json!("number")));
    assert_eq!(row("token_body")["within"], "settings");
    assert!(listed["answers"].as_array().is_some_and(|answers| answers.len() > 40));
    let ids: String = rows.iter().filter_map(|row| row["ids"].as_str()).collect::<Vec<_>>().join(" ");
    // D1–D4, D6, D7 and D11 say nothing about an answer; the others not listed follow from the dialect or from state.
    for id in [
        "D5", "D9", "D13", "D18", "D19", "D21", "D23", "D25", "D30", "D34", "D43", "D49", "D55", "D60",
        "D65", "D69", "D75", "B1", "B4", "B5", "B8", "B13", "B19",
    ] {
        assert!(ids.split(' ').any(|own| own == id), "{id}");
    }
}

#[tokio::test]
async fn everything_odd_at_once_still_carries_a_conversation() {
    let mut bench = Bench::new(json!({"history": true, "robot": false})).await;
    bench.sign_in("Li").await;
    let answer = bench.raw("PUT", "/sandbox/settings", &[], r#"{"quirks":"all"}"#.to_owned()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let token = bench.apply("en").await;
    assert!(token.text.starts_with("{ \"") && !token.text.contains("token\""), "{}", token.text);
    assert_eq!(bench.send("CONNECT", "").await["returnCode"], 0);
    let sent = bench.vendor("send", &Bench::uplink("CHAT", "hello")).await;
    assert_eq!(sent.json()["returnCode"], 0);
    assert!(sent.headers.contains_key("ccmessaging-token"), "a new token with every answer");
    bench.desk("POST", "conversations/1/messages", json!({"text": "1 < 2"})).await;
    let poll = bench.poll().await.json();
    let said = poll["downlinkMessages"]
        .as_array()
        .and_then(|all| all.iter().find(|m| m["sourceType"] == "AGENT" && m["controlType"] == "CHAT"))
        .expect("a message");
    assert_eq!(said["content"], "<p>1 &lt; 2</p>");
    assert!(said["timestamp"].is_string() && said["extData"].is_object() && said.get("callId").is_some());
    assert_eq!(said["messageCode"].as_str().map(str::len), Some(64));
    assert!(said.get("receiveTime").is_none(), "no nulls");
}

#[tokio::test]
async fn answers_are_compressed_only_for_callers_that_accept_it() {
    let bench = with_quirks(json!({"gzip": "on"})).await;
    let body = json!({"app_key": "app-key-demo", "app_secret": "app-secret-demo"}).to_string();
    let path = "/apigovernance/api/oauth/tokenByAkSk";
    let plain = bench.raw("POST", path, &[], body.clone()).await;
    assert!(plain.json()["AccessToken"].is_string() && !plain.headers.contains_key("content-encoding"));
    let accept = [("accept-encoding", "br, gzip".to_owned())];
    let packed = bench.raw_answer("POST", path, &accept, body).await;
    let mut text = String::new();
    GzDecoder::new(packed.1.as_slice()).read_to_string(&mut text).expect("gzip");
    assert_eq!(packed.0["content-encoding"], "gzip");
    assert!(text.contains("AccessToken"));
}

#[tokio::test]
async fn errors_come_as_json_as_html_or_empty() {
    for (form, start) in [("json", "{\""), ("html", "<html>"), ("empty", "")] {
        let bench = with_quirks(json!({"error_body": form})).await;
        let answer = bench.raw("POST", "/apiaccess/ccmessaging/none", &[], "{}".to_owned()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.text.starts_with(start) && (form != "empty" || answer.text.is_empty()), "{form}");
    }
}

#[tokio::test]
async fn either_spelling_of_the_survey_query_can_be_the_one() {
    let (double, single) = ("getsatisfactionssurveymode", "getsatisfactionsurveymode");
    for (form, doubled, singled) in
        [("both", 200, 200), ("double", 200, 404), ("single", 404, 200), ("none", 404, 404)]
    {
        let bench = with_quirks(json!({"survey_path": form})).await;
        assert_eq!(bench.vendor(double, &json!({})).await.status.as_u16(), doubled, "{form}");
        assert_eq!(bench.vendor(single, &json!({})).await.status.as_u16(), singled, "{form}");
    }
}

#[tokio::test]
async fn a_rating_may_be_wrapped_and_its_text_may_mislead() {
    let rating = json!({"channel": "WEB", "userId": USER, "evaluation": "5", "comment": "", "channelConfigId": CHANNEL});
    for (form, flat, wrapped) in [("flat", 200, 400), ("wrapped", 400, 200), ("either", 200, 200)] {
        let mut bench = Bench::new(
            json!({"robot": false, "quirks": {"rating_wrapper": form, "rating_text": "exception"}}),
        )
        .await;
        bench.sign_in("Li").await;
        bench.send("CONNECT", "").await;
        assert_eq!(bench.vendor("saveSatisfaction", &rating).await.status.as_u16(), flat, "{form}");
        let answer = bench.vendor("saveSatisfaction", &json!({"satisfaction": rating})).await;
        assert_eq!(answer.status.as_u16(), wrapped, "{form}");
        if wrapped == 200 {
            assert_eq!(
                (&answer.json()["resultCode"], &answer.json()["resultDesc"]),
                (&json!("0"), &json!("Exception appeared!"))
            );
        }
    }
}

#[tokio::test]
async fn reads_history_and_offline_message_take_their_other_forms() {
    let mut bench = Bench::new(json!({"robot": false, "history": true, "offline": true,
        "quirks": {"read_content": "commas", "history_order": "oldest", "history_fields": "odd", "offline_msg": "boolean"}})).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    for id in ["m1", "m2"] {
        let mut body = Bench::uplink("CHAT", id);
        body["messageId"] = json!(id);
        bench.vendor("send", &body).await;
    }
    bench.desk("POST", "conversations/1/messages", json!({"text": "yes"})).await;
    let all = bench.messages().await;
    assert_eq!(all.iter().find(|m| m["controlType"] == "READ").expect("a notice")["content"], "m1,m2");
    let body = json!({"channelId": CHANNEL, "userId": USER, "limit": "50", "offset": "0"});
    let answer = bench.vendor("queryHistoryChatMessage", &body).await;
    let list = answer.json()["messageList"].as_array().cloned().expect("a list");
    assert!(list.windows(2).all(|pair| pair[0]["sendTime"].as_str() <= pair[1]["sendTime"].as_str()));
    assert!(list[0]["partDbId"].as_u64().is_some_and(|id| id > 1 << 53) && list[0]["sendTime"].is_string());
    assert_eq!(answer.text.matches("\"receiveTime\":").count(), list.len() * 2);
    bench.send("DISCONNECT", "").await;
    assert_eq!(bench.send("CHAT", "later").await["offlineMsg"], true);
}

#[tokio::test]
async fn places_texts_and_types_follow_their_switches() {
    let bench = Bench::new(json!({"quirks": {"locate": "refused", "text_unit": "characters"}})).await;
    bench.send("CONNECT", "").await;
    assert_eq!(
        bench
            .vendor("send", &{
                let mut body = Bench::uplink("CHAT", "1/2/x");
                body["mediaType"] = json!("LOCATE");
                body
            })
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(bench.code("CHAT", &"好".repeat(1_024)).await, "0");
    assert_eq!(bench.code("CHAT", &"a".repeat(1_025)).await, "13");
    bench.set(&json!({"text_max_bytes": 1500}));
    assert_eq!(bench.code("CHAT", &"a".repeat(1_500)).await, "0");
    bench.set(&json!({"quirks": {"robot_chat_text": "disconnect", "send_async": "on"}}));
    let answer = bench.vendor("sendAsync", &Bench::uplink("CHAT", "hi")).await.json();
    assert_eq!(
        (&answer["resultCode"], &answer["resultDesc"]),
        (&json!("0"), &json!("Failed to disconnect robot"))
    );
    bench.set(&json!({"quirks": {"send_async": "off"}}));
    assert_eq!(bench.vendor("sendAsync", &Bench::uplink("CHAT", "hi")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_documented_answer_can_be_forced_and_the_call_is_not_processed() {
    let bench = Bench::new(json!({"history": true, "call_event_hold_ms": 0})).await;
    let listed = table(&bench).await;
    for answer in listed["answers"].as_array().expect("answers") {
        let endpoint = answer["endpoint"].as_str().expect("a name");
        bench.set(&json!({"answers": {endpoint: {"code": answer["code"], "text": answer["text"]}}}));
        let (call, control) = endpoint.split_once(':').unwrap_or((endpoint, "CHAT"));
        let got = match call {
            "poll" => bench.poll().await,
            "send" => bench.vendor("send", &Bench::uplink(control, "x")).await,
            "getClickToCallEvents" => bench.get("v1/getClickToCallEvents?channel=WEB").await,
            "createClickToCall" | "dropClickToCall" => bench.vendor(&format!("v1/{call}"), &json!({})).await,
            "createcall" => bench.vendor("v1/mobileagent/createcall", &json!({})).await,
            "feedbacksatisfaction" => bench.vendor("v1/robot/feedbacksatisfaction", &json!({})).await,
            call => bench.vendor(call, &json!({})).await,
        };
        assert_eq!(got.status, StatusCode::OK, "{endpoint}");
        let body = got.json();
        let code = if body["resultCode"].is_null() { &body["returnCode"] } else { &body["resultCode"] };
        assert_eq!((code, &body["resultDesc"]), (&answer["code"], &answer["text"]), "{endpoint}");
    }
    assert!(bench.record().await["conversations"].as_array().is_some_and(Vec::is_empty));
}

#[tokio::test]
async fn a_forced_status_carries_its_retry_after_and_a_failed_poll_no_messages() {
    let bench = Bench::new(json!({})).await;
    bench.set(&json!({"answers": {"send": {"status": 429, "retry_after_s": 7}, "poll": {"code": "1"}}}));
    let answer = bench.vendor("send", &Bench::uplink("CHAT", "x")).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["retry-after"]),
        (429, &"7".parse().expect("a header"))
    );
    assert!(bench.poll().await.json().get("downlinkMessages").is_none());
    bench.set(&json!({"quirks": {"empty_failure": "null"}}));
    assert_eq!(bench.poll().await.json().get("downlinkMessages"), Some(&Value::Null));
    let wrong =
        bench.raw("PUT", "/sandbox/settings", &[], r#"{"answers":{"pool":{"code":"1"}}}"#.to_owned()).await;
    assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.text.contains("pool"));
}

#[tokio::test]
async fn a_language_has_no_country_and_trans_data_is_json() {
    let bench = Bench::new(json!({})).await;
    for locale in ["zh_CN", "en-US", "EN", ""] {
        assert_eq!(bench.apply(locale).await.json()["resultCode"], "1", "{locale}");
    }
    let mut connect = Bench::uplink("CONNECT", "start");
    connect["transData"] = json!("{not json");
    let answer = bench.vendor("send", &connect).await;
    assert!(answer.status == StatusCode::BAD_REQUEST && answer.text.contains("transData"));
    bench.set(&json!({"user_id_max": 24}));
    let body = |user: &str| json!({"userId": user, "userName": "A", "channelId": CHANNEL, "locale": "en"});
    assert_eq!(bench.vendor("applyToken", &body(&"u".repeat(24))).await.json()["resultCode"], "0");
    assert_eq!(bench.vendor("applyToken", &body(&"u".repeat(25))).await.json()["resultCode"], "1");
}
