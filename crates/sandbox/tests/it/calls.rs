//! Click-to-call from both ends, and the outbound call of staff.

use serde_json::{Value, json};

use super::support::Bench;

const EVENTS: &str = "v1/getClickToCallEvents?channel=WEB";

async fn bench(patch: Value) -> Bench {
    let mut settings = json!({"robot": false, "call_event_hold_ms": 0});
    for (name, value) in patch.as_object().expect("an object") {
        settings[name] = value.clone();
    }
    Bench::new(settings).await
}

async fn create(bench: &Bench) -> (String, Value) {
    bench.outcome("v1/createClickToCall", &json!({"channel": "WEB", "mediaAbility": "0"})).await
}

async fn event(bench: &Bench) -> Value {
    bench.get(EVENTS).await.json()
}

async fn desk_call(bench: &Bench, act: &str) -> Value {
    bench.desk("POST", &format!("calls/1/{act}"), Value::Null).await.json()
}

#[tokio::test]
async fn support_is_told_with_either_spelling() {
    for (name, spelled) in [("webRTCSupported", "webRTCSupported"), ("webRTCsupported", "webRTCsupported")] {
        let bench = bench(json!({"click_to_call": false, "quirks": {"webrtc_name": name}})).await;
        let support = bench.get("v1/checkClickToCallSupport?channel=WEB").await.json();
        assert_eq!((&support[spelled], &support["clickToCallSupported"]), (&json!(true), &json!(false)));
        assert_eq!((&support["resultCode"], &support["resultDesc"]), (&json!("0"), &json!("")));
        assert_eq!(bench.get("v1/checkClickToCallSupport").await.status.as_u16(), 400);
    }
}

#[tokio::test]
async fn a_call_goes_through_its_whole_life() {
    let mut bench = bench(json!({"call_gateways": ["192.0.2.10:8443", "wss://192.0.2.11"]})).await;
    bench.sign_in("Li").await;
    assert_eq!(event(&bench).await["resultDesc"], "ClickToCall polled without any events");
    let (code, body) = create(&bench).await;
    assert_eq!((code.as_str(), &body["resultDesc"]), ("0", &Value::Null));
    assert_eq!(create(&bench).await.1["resultDesc"], "connect failed", "one at a time");
    let queued = event(&bench).await;
    assert_eq!((&queued["resultDesc"], &queued["content"]), (&json!("Call in queue"), &Value::Null));
    assert_eq!(desk_call(&bench, "accept").await["state"], "connected");
    let connected = event(&bench).await;
    assert_eq!(
        (&connected["resultDesc"], &connected["eventId"]),
        (&json!("Call connected"), &json!(168_101))
    );
    let content = &connected["content"];
    assert_eq!(content["gwAddresses"], json!(["192.0.2.10:8443", "wss://192.0.2.11"]));
    assert_eq!(content["clickToCallCaller"], "AnonymousCard");
    assert!(content["accessCode"].as_str().is_some_and(|code| code.starts_with("179")));
    assert_eq!(desk_call(&bench, "end").await["cause"], "agent");
    assert_eq!(event(&bench).await["resultDesc"], "Call disconnected");
    assert_eq!(event(&bench).await["resultDesc"], "ClickToCall polled without any events");
    let (code, body) = bench.outcome("v1/dropClickToCall", &json!({"channel": "WEB"})).await;
    assert_eq!((code.as_str(), &body["resultDesc"]), ("13", &json!("disconnect failed")));
}

#[tokio::test]
async fn a_call_may_wait_on_the_gateways_line() {
    let mut bench =
        bench(json!({"call_waits": true, "call_waits_on_line": true, "call_max_wait_s": 30})).await;
    create(&bench).await;
    assert_eq!(event(&bench).await["resultDesc"], "Call in queue");
    assert_eq!(event(&bench).await["resultDesc"], "Call connected");
    assert_eq!(bench.record().await["calls"][0]["state"], "queued");
    // Told once: the agent joins the visitor.
    bench.sign_in("Li").await;
    assert_eq!(desk_call(&bench, "accept").await["state"], "connected");
    assert_eq!(event(&bench).await["resultDesc"], "ClickToCall polled without any events");
    desk_call(&bench, "end").await;
    assert_eq!(event(&bench).await["resultDesc"], "Call disconnected");
    create(&bench).await;
    event(&bench).await;
    event(&bench).await;
    bench.clock.advance(30_000);
    assert_eq!(event(&bench).await["resultDesc"], "Call queued timeout");
}

#[tokio::test]
async fn the_visitor_hangs_up_and_the_desk_sees_it() {
    let mut bench = bench(json!({})).await;
    bench.sign_in("Li").await;
    create(&bench).await;
    let (code, body) = bench.outcome("v1/dropClickToCall", &json!({"channel": "WEB"})).await;
    assert_eq!((code.as_str(), &body["resultDesc"]), ("0", &json!("")));
    let news = bench.desk("GET", "changes?after=0", Value::Null).await.json();
    assert_eq!(
        (&news["calls"][0]["state"], &news["calls"][0]["cause"]),
        (&json!("ended"), &json!("visitor"))
    );
    assert_eq!(bench.desk("POST", "calls/1/accept", Value::Null).await.status.as_u16(), 409);
}

#[tokio::test]
async fn a_refused_call_fails_with_its_cause_and_an_unanswered_one_times_out() {
    let mut bench = bench(json!({"call_max_wait_s": 30})).await;
    bench.sign_in("Li").await;
    create(&bench).await;
    event(&bench).await;
    desk_call(&bench, "end").await;
    let failed = event(&bench).await;
    assert_eq!(failed["resultDesc"], "Call failed");
    assert_eq!(failed["content"], json!({"causeId": "20307", "causeDesc": "user busy"}));
    create(&bench).await;
    event(&bench).await;
    bench.clock.advance(30_000);
    assert_eq!(event(&bench).await["resultDesc"], "Call queued timeout");
    assert_eq!(bench.record().await["calls"][1]["cause"], "queue_timeout");
}

#[tokio::test]
async fn a_call_whose_events_nobody_asks_for_is_ended() {
    let mut bench = bench(json!({"call_max_wait_s": 600, "release_after_s": 120})).await;
    bench.sign_in("Li").await;
    create(&bench).await;
    bench.clock.advance(120_001);
    assert_eq!(bench.record().await["calls"][0]["cause"], "polling_stopped");
}

#[tokio::test]
async fn the_refusals_of_both_dialects() {
    for (patch, agent, new, old) in [
        (json!({"click_to_call": false}), true, ("13", "connect failed"), "7"),
        (json!({"hours": "closed"}), true, ("13", "No agents available currently"), "12"),
        (json!({}), false, ("13", "No agents available currently"), "13"),
        (json!({"robot": true}), true, ("13", "connect failed"), "13"),
    ] {
        for dialect in ["2.6", "2.5"] {
            let mut patch = patch.clone();
            patch["dialect"] = json!(dialect);
            let mut bench = bench(patch.clone()).await;
            if agent {
                bench.sign_in("Li").await;
            }
            if patch["robot"] == true {
                bench.send("CONNECT", "").await;
            }
            let (code, body) = create(&bench).await;
            match dialect {
                "2.6" => {
                    assert_eq!((code.as_str(), body["resultDesc"].as_str()), (new.0, Some(new.1)), "{patch}")
                }
                _ => assert_eq!((code.as_str(), &body["resultDesc"]), (old, &json!("null")), "{patch}"),
            }
        }
    }
    let bench = bench(json!({})).await;
    for wrong in
        [json!({"channel": "WEB", "mediaAbility": 0}), json!({"channel": "WEB", "mediaAbility": "2"})]
    {
        let answer = bench.vendor("v1/createClickToCall", &wrong).await;
        assert!(answer.status.as_u16() == 400 && answer.text.contains("mediaAbility"));
    }
}

#[tokio::test]
async fn a_call_can_wait_for_the_first_agent_or_be_taken_at_once() {
    let bench = bench(json!({"call_waits": true})).await;
    assert_eq!(create(&bench).await.0, "0");
    let mut bench =
        super::calls::bench(json!({"call_auto_accept": true, "call_access_code": "17900000000001"})).await;
    bench.sign_in("Li").await;
    create(&bench).await;
    assert_eq!(event(&bench).await["resultDesc"], "Call in queue");
    assert_eq!(event(&bench).await["content"]["accessCode"], "17900000000001");
}

#[tokio::test]
async fn events_take_the_forms_of_the_switches() {
    let quirks =
        json!({"event_id": "text", "access_code": "number", "event_content": "empty", "null_desc": "absent"});
    let mut bench = bench(json!({"dialect": "2.5", "quirks": quirks})).await;
    bench.sign_in("Li").await;
    assert!(create(&bench).await.1.get("resultDesc").is_none());
    let queued = event(&bench).await;
    assert_eq!(
        queued["resultDesc"], "Call continue to poll events with unknown events",
        "2.5 knows one text"
    );
    assert_eq!(queued["content"], json!({}));
    desk_call(&bench, "accept").await;
    let connected = event(&bench).await;
    assert_eq!(connected["eventId"], "168101");
    assert!(connected["content"]["accessCode"].is_u64());
}

#[tokio::test]
async fn paths_without_v1_exist_where_the_switch_says_so() {
    for (form, v1, bare) in [("v1", 200, 404), ("both", 200, 200), ("bare", 404, 200)] {
        let bench = bench(json!({"quirks": {"call_paths": form}})).await;
        for path in ["checkClickToCallSupport?channel=WEB", "getClickToCallEvents?channel=WEB"] {
            assert_eq!(bench.get(&format!("v1/{path}")).await.status.as_u16(), v1, "{form} {path}");
            assert_eq!(bench.get(path).await.status.as_u16(), bare, "{form} {path}");
        }
    }
}

#[tokio::test]
async fn staff_start_an_outbound_call_or_learn_why_not() {
    let called = json!({"called": "0123456789", "callData": "order 7"});
    let path = "v1/mobileagent/createcall";
    let bench = bench(json!({})).await;
    let (code, body) = bench.outcome(path, &called).await;
    assert_eq!((code.as_str(), &body["resultDesc"]), ("0", &json!("Success")));
    let data = &body["resultData"];
    assert!(data["accesscode"].is_string() && data["callSerialNo"].is_string());
    assert_eq!(data["sipServiceAddress"], "192.0.2.20:5060");
    for (dialect, first) in [("2.6", "3001000000"), ("2.5", "300100000")] {
        bench.set(&json!({"dialect": dialect, "outbound_call": false, "sip_address": "192.0.2.20:5060"}));
        assert_eq!(bench.outcome(path, &called).await.0, format!("{first}1"));
        bench.set(&json!({"outbound_call": true, "sip_address": ""}));
        assert_eq!(bench.outcome(path, &called).await.0, format!("{first}2"));
        for wrong in [
            json!({}),
            json!({"called": "1".repeat(33)}),
            json!({"called": 1}),
            json!({"called": "1", "callData": "x".repeat(1_025)}),
            json!({"called": "1", "callerPresent": "2".repeat(33)}),
        ] {
            assert_eq!(bench.outcome(path, &wrong).await.0, format!("{first}3"), "{wrong}");
        }
    }
    bench.set(&json!({"sip_address": "192.0.2.20:5060", "quirks": {"caller_present": "required"}}));
    assert!(bench.outcome(path, &called).await.0.ends_with('3'));
    let all = bench.raw("GET", "/sandbox/record", &[], String::new()).await.json();
    assert_eq!(all["outbound_calls"][0]["called"], "0123456789");
}
