//! Leaving a message without a session.

use serde_json::{Value, json};

use super::support::{Bench, USER};

fn letter() -> Value {
    json!({"callId": USER, "caller": "+49 30 1234567", "leaveMessage": "Please call me.", "channel": "WEB"})
}

#[tokio::test]
async fn a_left_message_is_at_the_desk() {
    let mut bench = Bench::new(json!({})).await;
    bench.sign_in("Li").await;
    let (code, body) = bench.outcome("doLeaveMessage", &letter()).await;
    assert_eq!((code.as_str(), &body["resultDesc"]), ("0", &json!("Save leaveMessage success!")));
    let news = bench.desk("GET", "changes?after=0", Value::Null).await.json();
    let left = &news["letters"][0];
    assert_eq!((&left["caller"], &left["text"]), (&json!("+49 30 1234567"), &json!("Please call me.")));
    let path = format!("changes?after={}", news["next"]);
    assert_eq!(bench.desk("GET", &path, Value::Null).await.json()["letters"], Value::Null);
    assert_eq!(bench.record().await["letters"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn both_manuals_have_their_own_codes() {
    for (dialect, empty, wrong, text) in
        [("2.6", "3", "3", json!("the leaveMessageParams is error.")), ("2.5", "2", "3", Value::Null)]
    {
        let bench = Bench::new(json!({"dialect": dialect, "leave_max_bytes": 100})).await;
        assert_eq!(bench.outcome("doLeaveMessage", &letter()).await.0, "0");
        for (name, value, code) in [
            ("callId", Value::Null, empty),
            ("caller", json!(""), empty),
            ("leaveMessage", json!(""), empty),
            ("callId", json!("someone"), wrong),
            ("caller", json!(1), wrong),
            ("leaveMessage", json!("x".repeat(101)), wrong),
            ("channel", json!("SMS"), wrong),
        ] {
            let mut body = letter();
            body[name] = value;
            let (found, answer) = bench.outcome("doLeaveMessage", &body).await;
            assert_eq!((found.as_str(), &answer["resultDesc"]), (code, &text), "{dialect} {name}");
        }
        for text in ["Exception appeared!", "Save leaveMessage failed!"] {
            bench.set(&json!({"answers": {"doLeaveMessage": {"code": "13", "text": text}}}));
            let (code, body) = bench.outcome("doLeaveMessage", &letter()).await;
            assert_eq!((code.as_str(), &body["resultDesc"]), ("13", &json!(text)));
        }
    }
}
