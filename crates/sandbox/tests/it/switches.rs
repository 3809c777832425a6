//! One contradiction after the other, each value seen on the wire.

use serde_json::{Value, json};

use super::support::{Bench, CHANNEL, USER};

/// A bench with some switches, robot on or off.
async fn bench(robot: bool, dialect: &str, quirks: Value) -> Bench {
    Bench::new(json!({"robot": robot, "dialect": dialect, "call_event_hold_ms": 0, "quirks": quirks})).await
}

async fn with_agent(dialect: &str, quirks: Value) -> Bench {
    let mut bench = bench(false, dialect, quirks).await;
    bench.sign_in("Li").await;
    bench.send("CONNECT", "").await;
    bench
}

async fn sends(bench: &Bench, message: Value) -> Value {
    bench.messages().await;
    bench.desk("POST", "conversations/1/messages", message).await;
    bench.messages().await.first().cloned().expect("a message")
}

#[tokio::test]
async fn fields_of_a_robots_message() {
    for (quirk, value, field, expected) in [
        ("robot_gender", "MALE", "robotGender", json!("MALE")),
        ("robot_gender", "male", "robotGender", json!("male")),
        ("sender_avatar", "sample", "senderAvatar", json!("1")),
        ("sender_avatar", "null", "senderAvatar", Value::Null),
        ("sender_avatar", "DefaultAvatar", "senderAvatar", json!("DefaultAvatar")),
        ("sender_avatar", "url", "senderAvatar", json!("http://sandbox.invalid/faces/robot.png")),
        ("sender_avatar", "missing", "senderAvatar", json!("http://sandbox.invalid/faces/nobody.png")),
        ("timestamp", "null", "timestamp", Value::Null),
        ("timestamp", "text", "timestamp", json!("1790000000000")),
        ("timestamp", "number", "timestamp", json!(1_790_000_000_000_u64)),
    ] {
        let bench = bench(true, "2.6", json!({quirk: value})).await;
        bench.send("CONNECT", "").await;
        assert_eq!(bench.messages().await[0][field], expected, "{quirk} {value}");
    }
}

#[tokio::test]
async fn state_changes_may_come_as_control_messages() {
    for (value, expected) in
        [("off", vec!["CHAT", "CHAT"]), ("on", vec!["CONNECT", "CHAT", "TRANS2AGENT", "CHAT"])]
    {
        let mut bench = bench(true, "2.6", json!({"state_controls": value})).await;
        bench.sign_in("Li").await;
        bench.send("CONNECT", "").await;
        bench.send("TRANS2AGENT", "").await;
        let controls: Vec<Value> = bench.messages().await.iter().map(|m| m["controlType"].clone()).collect();
        assert_eq!(controls, expected, "{value}");
    }
}

#[tokio::test]
async fn marks_and_names_of_files() {
    let file = |library: bool| json!({"file": {"media": "DOCUMENT", "name": "a.pdf", "data": "AAAA", "library": library}});
    for (value, expected) in [("null", Some(Value::Null)), ("0", Some(json!("0"))), ("absent", None)] {
        let bench = with_agent("2.6", json!({"library_mark": value})).await;
        assert_eq!(sends(&bench, file(true)).await.get("contentType").cloned(), expected, "{value}");
        assert_eq!(sends(&bench, file(false)).await["contentType"], "1", "{value}");
    }
    for name in ["DOCUMENT", "FILE"] {
        let bench = with_agent("2.6", json!({"document_name": name})).await;
        assert_eq!(sends(&bench, file(false)).await["mediaType"], name);
    }
    for (value, plain, prefixed) in [("plain", true, false), ("prefixed", false, true)] {
        let bench = with_agent("2.6", json!({"download_ids": value})).await;
        let key = sends(&bench, file(false)).await["content"].as_str().expect("a key").to_owned();
        for (id, works) in [(key.clone(), plain), (format!("local/{key}"), prefixed)] {
            let body = json!({"fileType": "pdf", "channel": "WEB", "fileId": id});
            let (_, answer) = bench.outcome("downloadFileStream", &body).await;
            assert_eq!(answer["fileStream"].is_string(), works, "{value} {id}");
        }
    }
}

#[tokio::test]
async fn the_end_and_taking_back() {
    for (value, content) in [("null", Some(Value::Null)), ("empty", Some(json!(""))), ("absent", None)] {
        let bench = with_agent("2.6", json!({"disconnect_content": value})).await;
        bench.desk("POST", "conversations/1/end", Value::Null).await;
        let end = bench.messages().await.last().cloned().expect("an end");
        assert_eq!((end["controlType"].as_str(), end.get("content").cloned()), (Some("DISCONNECT"), content));
    }
    for word in ["RECALL", "WITHDRAW", "REVOKE"] {
        let bench = with_agent("2.6", json!({"recall_control": word})).await;
        let said = sends(&bench, json!({"text": "oops"})).await;
        let path =
            format!("conversations/1/messages/{}/recall", said["messageCode"].as_str().expect("a code"));
        bench.desk("POST", &path, Value::Null).await;
        assert_eq!(bench.messages().await[0]["controlType"], word);
    }
    let form = |dialect: &'static str, value: &'static str| async move {
        let bench = bench(false, dialect, json!({"offline_status": value})).await;
        bench.send("CONNECT", "").await;
        bench.clock.advance(60_000);
        bench.messages().await;
        bench.set(&json!({"queues": [{"name": "service", "max_wait_s": 1, "average_s": 1}]}));
        bench.clock.advance(1_000);
        bench.messages().await.last().expect("an end")["isOfflineStatus"].clone()
    };
    assert_eq!(form("2.6", "by_dialect").await, json!(false));
    assert_eq!(form("2.5", "by_dialect").await, json!("false"));
    assert_eq!(form("2.6", "text").await, json!("false"));
    assert_eq!(form("2.5", "boolean").await, json!(false));
    assert_eq!(form("2.6", "number").await, json!(0));
}

#[tokio::test]
async fn the_queue() {
    let body = json!({"userId": USER, "channelConfigId": CHANNEL, "channel": "WEB"});
    for name in ["configMaxcWaitTime", "configMaxWaitTime"] {
        let bench = bench(false, "2.6", json!({"queue_max_name": name})).await;
        bench.send("CONNECT", "").await;
        assert_eq!(bench.outcome("queryQueueInfo", &body).await.1[name], 600);
    }
    for (dialect, value, code) in [
        ("2.6", "by_dialect", "160004"),
        ("2.5", "by_dialect", "1"),
        ("2.6", "plain", "1"),
        ("2.5", "full", "160004"),
    ] {
        let bench = bench(false, dialect, json!({"queue_codes": value})).await;
        assert_eq!(bench.outcome("queryQueueInfo", &body).await.0, code, "{dialect} {value}");
    }
    for (dialect, value, code) in [
        ("2.6", "by_dialect", "11"),
        ("2.5", "by_dialect", "0"),
        ("2.6", "hidden", "0"),
        ("2.5", "shown", "11"),
    ] {
        let bench = bench(false, dialect, json!({"queueing_code": value})).await;
        assert_eq!(bench.code("CONNECT", "").await, code, "{dialect} {value}");
    }
}

#[tokio::test]
async fn texts_and_what_polls_must_name() {
    for (value, text) in [
        ("sample", "connect to robot successfully."),
        ("table", "connect to robot successfully"),
        ("multi", "process robot multi message successfully"),
    ] {
        let bench = bench(true, "2.6", json!({"robot_connect_text": value})).await;
        assert_eq!(bench.send("CONNECT", "").await["resultDesc"], text);
    }
    let both = bench(true, "2.6", json!({"bilingual_texts": "on"})).await;
    both.send("CONNECT", "").await;
    let typing = both.send("INPUT", "").await["resultDesc"].as_str().expect("a text").to_owned();
    assert!(
        !typing.is_ascii() && typing.ends_with("This is robot service,this message is prevented!"),
        "{typing}"
    );
    for (dialect, value, status) in [
        ("2.6", "optional", 200),
        ("2.5", "required", 400),
        ("2.6", "by_dialect", 400),
        ("2.5", "by_dialect", 200),
    ] {
        let bench = bench(true, dialect, json!({"poll_parameters": value})).await;
        assert_eq!(bench.get("poll").await.status.as_u16(), status, "{dialect} {value}");
    }
    for (value, present) in [("absent", false), ("present", true)] {
        let bench = bench(true, "2.6", json!({"token_desc": value})).await;
        assert_eq!(bench.apply("en").await.json().get("resultDesc").is_some(), present, "{value}");
    }
    for (value, described) in [("present", true), ("absent", false)] {
        let bench = bench(true, "2.6", json!({"upload_desc": value})).await;
        let (code, body) = bench.outcome("uploadFileStream", &json!({})).await;
        assert_eq!((code.as_str(), body["resultDesc"].is_string()), ("2", described), "{value}");
    }
}

#[tokio::test]
async fn who_tells_that_messages_were_read() {
    for (dialect, value, told) in [
        ("2.6", "by_dialect", true),
        ("2.5", "by_dialect", false),
        ("2.6", "off", false),
        ("2.5", "on", true),
    ] {
        let bench = with_agent(dialect, json!({"read_notices": value})).await;
        let mut body = Bench::uplink("CHAT", "hi");
        body["messageId"] = json!("m1");
        bench.vendor("send", &body).await;
        bench.desk("POST", "conversations/1/read", Value::Null).await;
        let all = bench.messages().await;
        assert_eq!(all.iter().any(|m| m["controlType"] == "READ"), told, "{dialect} {value}");
    }
    for (value, content) in [("list", json!(["m1"])), ("text", json!("[\"m1\"]")), ("commas", json!("m1"))] {
        let bench = with_agent("2.6", json!({"read_content": value})).await;
        let mut body = Bench::uplink("CHAT", "hi");
        body["messageId"] = json!("m1");
        bench.vendor("send", &body).await;
        bench.desk("POST", "conversations/1/read", Value::Null).await;
        let all = bench.messages().await;
        assert_eq!(all.last().expect("a notice")["content"], content, "{value}");
    }
}

#[tokio::test]
async fn outbound_calls_and_left_messages() {
    let path = "v1/mobileagent/createcall";
    for (value, length) in [("ten_digits", 10), ("eleven_digits", 11)] {
        let bench = bench(true, "2.6", json!({"createcall_codes": value})).await;
        assert_eq!(bench.outcome(path, &json!({})).await.0.len(), length, "{value}");
    }
    for (value, present) in [("present", true), ("absent", false)] {
        let bench = bench(true, "2.6", json!({"call_serial": value})).await;
        let (_, body) = bench.outcome(path, &json!({"called": "1"})).await;
        assert_eq!(body["resultData"].get("callSerialNo").is_some(), present, "{value}");
    }
    for (dialect, value, code) in [("2.6", "full", "2"), ("2.5", "short", "3")] {
        let bench = bench(true, dialect, json!({"leave_codes": value})).await;
        assert_eq!(bench.outcome("doLeaveMessage", &json!({})).await.0, code, "{dialect} {value}");
    }
}

#[tokio::test]
async fn pictures_are_where_they_are_said_to_be() {
    let bench = with_agent("2.6", json!({"sender_avatar": "url"})).await;
    let said = sends(&bench, json!({"text": "hello"})).await;
    assert_eq!(said["senderAvatar"], "http://sandbox.invalid/faces/agent.png");
    for name in ["agent", "robot"] {
        let (headers, picture) = bench.raw_answer("GET", &format!("/faces/{name}.png"), &[], "").await;
        assert_eq!(headers["content-type"], "image/png");
        assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
    }
    assert_eq!(bench.raw("GET", "/faces/nobody.png", &[], "").await.status, 404);
}
