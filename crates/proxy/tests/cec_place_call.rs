//! A call that staff place (`mobileagent/createcall`): what is sent, what is read, and what the sandbox makes of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail so")]

mod cec_support;
mod kept_log;

use cec_support::{Centre, Reply, SECRET, coded, kind, settings};
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_proxy::vendor::{Centre as _, Placed, Placing};
use frontdesk_sandbox::{Settings, spawn};
use kept_log::Log;
use serde_json::{Value, json};

const DONE: &str = r#"{"resultCode":"0","resultDesc":"Success",
    "resultData":{"sipServiceAddress":"192.0.2.20:5060","accesscode":"17900001"}}"#;

fn wish(called: &str, caller: Option<&str>, data: Option<&str>) -> Placing {
    Placing { called: called.into(), caller: caller.map(Into::into), data: data.map(Into::into) }
}

fn placed() -> Placed {
    Placed { address: "192.0.2.20:5060".into(), access_code: "17900001".into(), serial: None }
}

#[tokio::test]
async fn a_call_of_staff_looks_as_the_manuals_print_it() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    centre.always("createcall", Reply::json(DONE));
    assert_eq!(cec.place_call(&wish("13800138000", Some("4006000000"), Some("order 7"))).await, Ok(placed()));
    assert_eq!(cec.place_call(&wish("13800138000", None, None)).await, Ok(placed()));
    let seen = centre.seen("createcall");
    assert_eq!(seen[0].path, "/apiaccess/ccmessaging/v1/mobileagent/createcall");
    assert_eq!(
        (seen[0].header("x-app-key"), seen[0].header("authorization")),
        ("ak-demo-0001", "Bearer at-1")
    );
    assert_eq!(seen[0].header("content-type"), "application/json;charset=UTF-8");
    assert!(!seen[0].headers.contains_key("ccmessaging-token"), "no visitor has part in it");
    assert_eq!(
        seen[0].body,
        json!({"called": "13800138000", "callerPresent": "4006000000", "callData": "order 7"})
    );
    assert_eq!(seen[1].body, json!({"called": "13800138000"}));
    assert_eq!(centre.order(), ["tokenByAkSk", "createcall", "createcall"], "nothing else was asked");
}

#[tokio::test]
async fn tokens_are_renewed_once_and_the_call_is_asked_for_once_more() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    centre.once("createcall", Reply::status(401));
    centre.once("createcall", Reply::json(DONE));
    assert_eq!(cec.place_call(&wish("1", None, None)).await, Ok(placed()));
    let seen = centre.seen("createcall");
    assert_eq!(
        seen.iter().map(|seen| seen.header("authorization")).collect::<Vec<_>>(),
        ["Bearer at-1", "Bearer at-2"]
    );
    centre.always("createcall", Reply::status(401));
    // A second 401 after new tokens; then renewing was futile a moment ago.
    for calls in [4, 5] {
        let said = cec.place_call(&wish("1", None, None)).await;
        assert_eq!(
            (kind(said), centre.seen("createcall").len()),
            ("refused for now CentreRefused".into(), calls)
        );
    }
}

#[tokio::test]
async fn a_call_that_is_not_placed_says_what_is_certain_and_is_never_repeated() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (reply, expected) in [
        (coded("3001000001", ""), "refused NotOffered"),
        (coded("30010000002", ""), "refused CentreRefused"),
        (coded("30010000003", ""), "refused NumberInvalid"),
        (coded("30011010001", ""), "refused for now CentreRefused"),
        (coded("10010000002", ""), "refused for now CentreBusy"),
        (coded("0", "Success"), "unknown CentreUnintelligible"),
        (
            Reply::json(r#"{"resultCode":"0","resultData":{"accesscode":"1"}}"#),
            "unknown CentreUnintelligible",
        ),
        (Reply::bytes(200, b"<html>"), "unknown CentreUnintelligible"),
        (Reply::status(404), "refused NotOffered"),
        (Reply::status(429), "refused for now CentreBusy"),
        (Reply::status(500), "unknown CentreUnintelligible"),
    ] {
        centre.clear();
        centre.once("createcall", reply);
        assert_eq!(kind(cec.place_call(&wish("1", None, None)).await), expected);
        assert_eq!(centre.seen("createcall").len(), 1, "{expected}");
    }
    let slow = centre.cec_with(|config| config.timeout = std::time::Duration::from_millis(200));
    centre.hold("createcall");
    assert_eq!(kind(slow.place_call(&wish("1", None, None)).await), "unknown CentreTimeout");
}

#[tokio::test]
async fn the_sandbox_places_calls_in_both_editions() {
    for dialect in [frontdesk_sandbox::Dialect::V2_5, frontdesk_sandbox::Dialect::V2_6] {
        let options = Settings { dialect, ..Settings::default() };
        let house = spawn(options.clone()).await.unwrap();
        let mut config = settings(&house.base_url);
        config.app_key = options.app_key;
        config.app_secret = options.app_secret.into();
        config.channel_id = options.channel_id;
        let cec = Cec::new("shop", &config).unwrap();
        let answer =
            cec.place_call(&wish("+8613800138000", Some("4006000000"), Some("order 7"))).await.unwrap();
        assert_eq!(answer.address, "192.0.2.20:5060");
        assert!(answer.access_code.starts_with("179"), "{answer:?}");
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let record = http.get(format!("{}/sandbox/record", house.base_url)).send().await.unwrap();
        let record: Value = serde_json::from_str(&record.text().await.unwrap()).unwrap();
        let asked = &record["outbound_calls"][0];
        assert_eq!(
            (&asked["called"], &asked["shown"], &asked["data"]),
            (&json!("+8613800138000"), &json!("4006000000"), &json!("order 7"))
        );
        let put = http.put(format!("{}/sandbox/settings", house.base_url));
        put.body(r#"{"outbound_call":false}"#)
            .header("content-type", "application/json")
            .send()
            .await
            .unwrap();
        assert_eq!(kind(cec.place_call(&wish("1", Some("2"), None)).await), "refused NotOffered");
        house.stop().await;
    }
}

#[tokio::test]
async fn no_number_no_data_and_no_code_is_seen_in_a_log_at_any_level() {
    let log = Log::default();
    // For all tests of this file: none of them may log any of it.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).init();
    let centre = Centre::start().await;
    let cec = centre.cec();
    let wish = wish("13800138000", Some("4006000000"), Some("canary-data"));
    let mut seen = format!("{wish:?}");
    for reply in [
        Reply::json(&DONE.replace("17900001", "canary-code")),
        coded("30010000003", "canary 13800138000"),
        coded("99", "canary"),
        Reply::status(401),
        Reply::status(500),
        Reply::bytes(200, b"canary 13800138000"),
    ] {
        centre.always("createcall", reply);
        if let Err(failure) = cec.place_call(&wish).await {
            seen += &format!("{failure:?}");
        }
    }
    let log = log.text();
    assert!(log.contains("createcall") && log.contains("TRACE"), "the log was captured: {log}");
    for text in [&log, &seen] {
        for word in ["13800138000", "4006000000", "canary", SECRET] {
            assert!(!text.contains(word), "{word} is in {text}");
        }
    }
}
