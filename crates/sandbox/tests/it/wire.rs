//! Wire shapes of both dialects: recorded stories that must go on as they are written down.
//!
//! In an expected answer `"<text>"` and `"<number>"` stand for any; everything else is literal, and no field may be
//! missing or added.

use super::support::Bench;
use serde_json::Value;

async fn tell(story: &str) {
    let story: Value = serde_json::from_str(story).expect("a story is JSON");
    let mut bench = Bench::new(story["settings"].clone()).await;
    for (at, step) in story["steps"].as_array().expect("steps").iter().enumerate() {
        if let Some(ms) = step["wait_ms"].as_u64() {
            bench.clock.advance(ms);
            continue;
        }
        if let Some(name) = step["sign_in"].as_str() {
            bench.sign_in(name).await;
            continue;
        }
        let answer = match (step["call"].as_str(), step["desk"].as_str()) {
            (Some("poll"), _) => bench.poll().await,
            (Some(call), _) => bench.vendor(call, &step["request"]).await,
            (_, Some(path)) => bench.desk("POST", path, step["request"].clone()).await,
            _ => panic!("step {at} says nothing"),
        };
        let status = step["status"].as_u64().unwrap_or(200);
        assert_eq!(u64::from(answer.status.as_u16()), status, "step {at}: {}", answer.text);
        if let Some(expected) = step.get("answer") {
            let actual = answer.json();
            assert!(matches(expected, &actual), "step {at}:\nexpected {expected}\nactual   {actual}");
        }
    }
}

fn matches(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::String(mark), _) if mark == "<text>" => actual.as_str().is_some_and(|text| !text.is_empty()),
        (Value::String(mark), _) if mark == "<number>" => actual.is_number(),
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| matches(e, a))
        }
        (Value::Object(expected), Value::Object(actual)) => {
            expected.len() == actual.len()
                && expected.iter().all(|(name, e)| actual.get(name).is_some_and(|a| matches(e, a)))
        }
        _ => expected == actual,
    }
}

#[tokio::test]
async fn dialect_2_5_speaks_as_written_down() {
    tell(include_str!("fixtures/dialect-2.5.json")).await;
}

#[tokio::test]
async fn dialect_2_6_speaks_as_written_down() {
    tell(include_str!("fixtures/dialect-2.6.json")).await;
}

#[test]
fn the_comparison_bites() {
    let same = |a: &str, b: &str| {
        let parse = |text| serde_json::from_str::<Value>(text).expect("JSON");
        matches(&parse(a), &parse(b))
    };
    assert!(same(r#"{"a":"<text>","b":["<number>"]}"#, r#"{"b":[1],"a":"x"}"#));
    assert!(!same(r#"{"a":"<text>"}"#, r#"{"a":""}"#));
    assert!(!same(r#"{"a":null}"#, r#"{}"#));
    assert!(!same(r#"{}"#, r#"{"a":null}"#));
}
