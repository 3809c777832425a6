//! Phrases while typing, and thumbs for answers.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::support::{Bench, CHANNEL, USER};

async fn phrases(bench: &Bench, typed: &str, locale: &str) -> Value {
    let body = json!({"strContent": typed, "locale": locale, "channel": "WEB"});
    bench.outcome("queryPhraseByKeyword", &body).await.1
}

#[tokio::test]
async fn phrases_come_best_first_and_at_most_five() {
    let bench = Bench::new(json!({})).await;
    let found = phrases(&bench, "deliver", "en").await;
    let list = found["question"].as_array().expect("a list");
    assert_eq!(list[0], "How long does delivery take?");
    assert!(list.len() <= 5 && found["resultCode"] == "0");
    assert!(
        phrases(&bench, "退", "zh").await["question"][0].as_str().is_some_and(|text| text.contains('退'))
    );
    assert_eq!(phrases(&bench, "how", "en").await["question"].as_array().map(Vec::len), Some(5));
    assert_eq!(phrases(&bench, "qwertz", "en").await["question"], json!([]));
}

#[tokio::test]
async fn phrases_take_three_forms() {
    for (form, name, single) in
        [("question", "question", false), ("phrases", "phrases", false), ("text", "question", true)]
    {
        let bench = Bench::new(json!({"quirks": {"phrases": form}})).await;
        let found = phrases(&bench, "deliver", "en").await;
        assert_eq!(found[name].is_string(), single, "{form}");
        assert_eq!(found[name].is_array(), !single, "{form}");
    }
}

#[tokio::test]
async fn refused_phrases_have_code_1_and_say_why() {
    let bench = Bench::new(json!({})).await;
    for locale in ["en_US", "English", "", "EN"] {
        assert_eq!(phrases(&bench, "a", locale).await["resultDesc"], "locale is error", "{locale}");
    }
    let (code, body) =
        bench.outcome("queryPhraseByKeyword", &json!({"locale": "en", "channel": "WEB"})).await;
    assert_eq!((code.as_str(), &body["resultDesc"]), ("1", &json!("request is no exist")));
    bench.set(&json!({"robot": false}));
    assert_eq!(phrases(&bench, "a", "en").await["resultDesc"], "Robot is no exist");
    for text in
        ["request is no exist", "authToken is no exist", "doNMSRequest is error", "Exception appeared!"]
    {
        bench.set(&json!({"answers": {"queryPhraseByKeyword": {"code": "1", "text": text}}}));
        let found = phrases(&bench, "a", "en").await;
        assert_eq!((&found["resultCode"], &found["resultDesc"]), (&json!("1"), &json!(text)));
    }
}

#[tokio::test]
async fn phrases_need_only_the_visitors_token_unless_told_otherwise() {
    for (form, status) in [("optional", StatusCode::OK), ("required", StatusCode::UNAUTHORIZED)] {
        let bench = Bench::new(json!({"quirks": {"optional_headers": form}})).await;
        let headers = [("ccmessaging-token", bench.visitor.clone())];
        let body = json!({"strContent": "pay", "locale": "en", "channel": "WEB"}).to_string();
        let path = "/apiaccess/ccmessaging/queryPhraseByKeyword";
        assert_eq!(bench.raw("POST", path, &headers, body).await.status, status);
    }
}

#[tokio::test]
async fn of_headers_called_optional_each_that_is_there_must_hold() {
    let bench = Bench::new(json!({"quirks": {"optional_headers": "optional"}})).await;
    bench.send("CONNECT", "").await;
    let good = bench.headers();
    let phrases = json!({"strContent": "pay", "locale": "en", "channel": "WEB"}).to_string();
    let queue = json!({"userId": USER, "channelConfigId": CHANNEL, "channel": "WEB"}).to_string();
    for (path, body, token_too) in
        [("queryPhraseByKeyword", &phrases, true), ("queryQueueInfo", &queue, false)]
    {
        let path = format!("/apiaccess/ccmessaging/{path}");
        // Each of the eight sets of headers, and one of them spoiled.
        for named in 0..8_usize {
            let set = || (0..3).filter(|at| named & (1 << at) != 0);
            let there: Vec<_> = set().map(|at| good[at].clone()).collect();
            let missing = token_too && named & 4 == 0;
            let expected = if missing { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
            let answer = bench.raw("POST", &path, &there, body.clone()).await;
            assert_eq!(answer.status, expected, "{path} {there:?}");
            for spoiled in set() {
                let mut there: Vec<_> = set().map(|at| good[at].clone()).collect();
                let (name, _) = good[spoiled].clone();
                there
                    .iter_mut()
                    .filter(|header| header.0 == name)
                    .for_each(|header| header.1 = "wrong".into());
                let answer = bench.raw("POST", &path, &there, body.clone()).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {name} of {there:?}");
            }
        }
    }
}

async fn asked(patch: Value) -> (Bench, Value) {
    let bench = Bench::new(patch).await;
    bench.send("CONNECT", "").await;
    bench.send("CHAT", "How can I pay?").await;
    bench.clock.advance(300);
    let turn = bench.messages().await.last().expect("an answer")["interIdx"].clone();
    (bench, turn)
}

fn thumbs(feedback: i64, content: &str, turn: &Value) -> Value {
    json!({"feedback": feedback, "feedbackContent": content, "from": USER, "interIdx": turn})
}

const FEEDBACK: &str = "v1/robot/feedbacksatisfaction";

#[tokio::test]
async fn thumbs_go_with_one_answer_of_this_session() {
    let (bench, turn) = asked(json!({})).await;
    let (code, body) = bench.outcome(FEEDBACK, &thumbs(1, "", &turn)).await;
    assert_eq!((code.as_str(), &body["resultDesc"]), ("0", &json!("Send message to robot successfully")));
    assert_eq!(bench.outcome(FEEDBACK, &thumbs(0, "wrong", &turn)).await.0, "0");
    let lines = bench.record().await["conversations"][0]["messages"].clone();
    let rated: Vec<&Value> =
        lines.as_array().expect("lines").iter().filter(|line| line["feedback"].is_object()).collect();
    assert_eq!((rated.len(), &rated[0]["feedback"]["content"]), (1, &json!("wrong")));
}

#[tokio::test]
async fn refused_thumbs_have_the_documented_codes() {
    let (bench, turn) = asked(json!({})).await;
    assert_eq!(bench.outcome(FEEDBACK, &thumbs(0, " ", &turn)).await.0, "30000000008");
    assert_eq!(bench.outcome(FEEDBACK, &thumbs(1, "", &json!("99"))).await.0, "30010009999");
    for code in ["10010000001", "10010000002"] {
        bench.set(&json!({"answers": {"feedbacksatisfaction": {"code": code}}}));
        assert_eq!(bench.outcome(FEEDBACK, &thumbs(1, "", &turn)).await.0, code);
    }
    bench.set(&json!({"answers": {}}));
    bench.send("TRANS2AGENT", "").await;
    assert_eq!(bench.outcome(FEEDBACK, &thumbs(1, "", &turn)).await.0, "30000000019");
    bench.set(&json!({"dialect": "2.5"}));
    assert_eq!(bench.outcome(FEEDBACK, &thumbs(1, "", &turn)).await.0, "30010009999");
}

#[tokio::test]
async fn malformed_thumbs_are_a_400_that_names_the_field() {
    let (bench, turn) = asked(json!({})).await;
    let good = thumbs(1, "", &turn);
    for (name, value) in [
        ("feedback", json!("1")),
        ("feedback", json!(2)),
        ("from", json!("other")),
        ("from", json!(CHANNEL)),
        ("interIdx", Value::Null),
        ("feedbackContent", json!("x".repeat(65))),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let answer = bench.vendor(FEEDBACK, &body).await;
        assert!(answer.status == StatusCode::BAD_REQUEST && answer.text.contains(name), "{name}");
    }
    // 22 characters, 66 bytes: too long only where bytes count.
    let mut body = good;
    body["feedbackContent"] = json!("好".repeat(22));
    assert_eq!(bench.vendor(FEEDBACK, &body).await.status, StatusCode::OK);
    bench.set(&json!({"quirks": {"feedback_unit": "bytes", "feedback_from": "either"}}));
    assert_eq!(bench.vendor(FEEDBACK, &body).await.status, StatusCode::BAD_REQUEST);
    body["feedbackContent"] = json!("");
    body["from"] = json!(CHANNEL);
    assert_eq!(bench.vendor(FEEDBACK, &body).await.status, StatusCode::OK);
}
