//! Calls that a member of staff places.

use super::identity::{open, signed};
use super::logs::Log;
use super::{Bench, EPOCH_MS, Plan, Reply, pass};
use crate::config::Staff;
use crate::identity::Mode;
use crate::vendor::Placed;
use crate::vendor::fake::{Call, refused, unknown};
use frontdesk_contract::ErrorCode;
use serde_json::{Value, json};

fn plan() -> Plan {
    let mut plan = super::identity::plan(Mode::Optional);
    plan.desk.staff_calls = Some(Staff { caller: Some("4006000000".into()) });
    plan
}

/// A token for the desk that is over at this time in seconds after the beginning; `calls`: the claim, null for none.
fn token(jti: &str, ends_s: u64, calls: &Value) -> String {
    let mut claims = json!({"sub": "clerk-7", "aud": "shop", "jti": jti, "exp": EPOCH_MS / 1_000 + ends_s});
    if !calls.is_null() {
        claims["frontdesk_calls"] = calls.clone();
    }
    signed(&claims)
}

/// The session of a clerk whose token says this of calls.
async fn clerk(bench: &Bench, jti: &str, calls: Value) -> String {
    let reply = open(bench, jti, Some(&token(jti, 600, &calls)), None).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body["session"].as_str().unwrap().to_owned()
}

async fn place(bench: &Bench, session: &str, id: &str, called: &str) -> Reply {
    let body = json!({"id": id, "called": called});
    bench.call("POST", "/v1/calls/place", Some(session), Some(body)).await
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

fn placed(bench: &Bench) -> usize {
    bench.centre.count(|call| matches!(call, Call::PlaceCall(_)))
}

#[tokio::test(start_paused = true)]
async fn a_clerk_for_whom_the_site_vouches_is_told_where_to_connect() {
    let bench = Bench::with(plan()).await;
    let session = clerk(&bench, "1", json!(true)).await;
    let body = json!({"id": "p1", "called": "+86 138-0013-8000", "data": "order 7"});
    let reply = bench.call("POST", "/v1/calls/place", Some(&session), Some(body.clone())).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(
        reply.body,
        json!({"id": "p1", "state": "connected", "media": "audio", "gateway": {"domain": "192.0.2.10",
            "addresses": ["wss://192.0.2.10:8443"], "access_code": "17900001", "caller": "anonymous"}})
    );
    let again = bench.call("POST", "/v1/calls/place", Some(&session), Some(body)).await;
    assert_eq!((again.status.as_u16(), placed(&bench)), (200, 1), "the answer got lost");
    assert_eq!(again.body, reply.body);
    assert_eq!(code(&place(&bench, &session, "p1", "8012").await), (422, "id_reused"));
    let asked = bench.centre.script().calls.clone();
    let Some(Call::PlaceCall(asked)) = asked.last() else { panic!("{asked:?}") };
    assert_eq!((asked.called.as_str(), asked.caller.as_deref()), ("+8613800138000", Some("4006000000")));
    assert_eq!(asked.data.as_deref(), Some("order 7"));
    // It is no call of a visitor: nothing of it is in the journal, kept or dropped.
    let call = bench.call("GET", "/v1/call", Some(&session), None).await;
    assert_eq!(call.body["call"]["state"], "none");
    let events = bench.call("GET", "/v1/events?after=0", Some(&session), None).await;
    assert_eq!(events.body["events"], json!([]));
    pass(30.0).await;
    assert_eq!(bench.centre.count(|call| matches!(call, Call::DropCall)), 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_places_calls_without_the_claim() {
    let bench = Bench::with(plan()).await;
    let anonymous = bench.visitor().await.session.clone();
    assert_eq!(code(&place(&bench, &anonymous, "p1", "8012").await), (403, "calls_not_allowed"));
    for (jti, calls) in [("1", Value::Null), ("2", json!(false)), ("3", json!([]))] {
        let session = clerk(&bench, jti, calls.clone()).await;
        assert_eq!(code(&place(&bench, &session, "p1", "8012").await), (403, "calls_not_allowed"), "{calls}");
    }
    let many: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    for (jti, calls) in [
        ("4", json!("true")),
        ("5", json!(1)),
        ("6", json!([""])),
        ("7", json!(["+"])),
        ("8", json!(["+86", 1])),
        ("9", json!(["+86 1"])),
        ("10", json!({"any": true})),
        ("11", json!(many)),
    ] {
        let reply = open(&bench, jti, Some(&token(jti, 600, &calls)), None).await;
        assert_eq!(code(&reply), (401, "identity_refused"), "{calls}");
        assert!(reply.body["message"].as_str().unwrap().contains("frontdesk_calls"), "{}", reply.body);
    }
    assert_eq!(placed(&bench), 0);
}

#[tokio::test(start_paused = true)]
async fn beginnings_of_numbers_bound_what_may_be_called() {
    let bench = Bench::with(plan()).await;
    let session = clerk(&bench, "1", json!(["+86", "80"])).await;
    for (id, called, allowed) in [
        ("p1", "+86 138 0013 8000", true),
        ("p2", "8012", true),
        ("p3", "0086 138 0013 8000", false),
        ("p4", "+1 650 253 0000", false),
        ("p5", "8", false),
    ] {
        let reply = place(&bench, &session, id, called).await;
        let expected = if allowed { (200, "") } else { (403, "calls_not_allowed") };
        assert_eq!(code(&reply), expected, "{called}");
    }
    assert_eq!(placed(&bench), 2);
}

#[tokio::test(start_paused = true)]
async fn the_word_of_a_token_holds_as_long_as_the_token_and_the_newest_holds() {
    let bench = Bench::with(plan()).await;
    let session = clerk(&bench, "1", json!(true)).await;
    pass(650.0).await;
    assert_eq!(place(&bench, &session, "p1", "8012").await.status, 200, "within the leeway");
    pass(20.0).await;
    assert_eq!(code(&place(&bench, &session, "p2", "8012").await), (401, "identity_expired"));
    let resumed = open(&bench, "r1", None, Some(&session)).await;
    assert_eq!(resumed.status, 200);
    assert_eq!(code(&place(&bench, &session, "p2", "8012").await), (401, "identity_expired"));
    let fresh = open(&bench, "r2", Some(&token("2", 1_200, &json!(true))), Some(&session)).await;
    assert_eq!(fresh.body["session"], session.as_str());
    assert_eq!(place(&bench, &session, "p3", "8012").await.status, 200);
    let less = open(&bench, "r3", Some(&token("3", 1_200, &Value::Null)), Some(&session)).await;
    assert_eq!(less.status, 200);
    assert_eq!(code(&place(&bench, &session, "p4", "8012").await), (403, "calls_not_allowed"));
}

#[tokio::test(start_paused = true)]
async fn a_desk_must_want_it_and_the_number_must_be_one() {
    let mut without = plan();
    without.desk.staff_calls = None;
    let bench = Bench::with(without).await;
    let session = clerk(&bench, "1", json!(true)).await;
    assert_eq!(code(&place(&bench, &session, "p1", "8012").await), (404, "not_offered"));
    let bench = Bench::with(plan()).await;
    let session = clerk(&bench, "1", json!(true)).await;
    for (id, called) in [("p1", ""), ("p2", "1-800-FLOWERS"), ("p3", "sip:8012@evil.example")] {
        assert_eq!(code(&place(&bench, &session, id, called).await), (422, "number_invalid"), "{called}");
    }
    let long = json!({"id": "p4", "called": "8012", "data": "x".repeat(1_025)});
    let long = bench.call("POST", "/v1/calls/place", Some(&session), Some(long)).await;
    assert_eq!(code(&long), (400, "bad_request"));
    let bare = bench.call("POST", "/v1/calls/place", None, Some(json!({"id": "p5", "called": "8012"}))).await;
    assert_eq!(code(&bare), (401, "session_unknown"));
    assert_eq!(placed(&bench), 0);
}

#[tokio::test]
async fn a_person_has_one_limit_on_all_devices() {
    let mut plan = plan();
    plan.settings.limits.placed_calls_per_person_per_hour = 2;
    let bench = Bench::with(plan).await;
    let (here, there) = (clerk(&bench, "1", json!(true)).await, clerk(&bench, "2", json!(true)).await);
    assert_eq!(place(&bench, &here, "p1", "8012").await.status, 200);
    assert_eq!(place(&bench, &there, "p2", "8012").await.status, 200);
    for session in [&here, &there] {
        let reply = place(&bench, session, "p3", "8012").await;
        assert_eq!(code(&reply), (429, "rate_limited"));
        assert!(reply.headers.contains_key("retry-after"));
    }
    assert_eq!(placed(&bench), 2);
    // Another limit counts anew.
    let mut settings = bench.app.shared.settings().as_ref().clone();
    settings.limits.placed_calls_per_person_per_hour = 1;
    bench.app.take_over(settings, []);
    assert_eq!(place(&bench, &here, "p3", "8012").await.status, 200);
    assert_eq!(place(&bench, &there, "p4", "8012").await.status, 429);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_not_placed_may_be_tried_again_by_the_same_id() {
    let bench = Bench::with(plan()).await;
    let session = clerk(&bench, "1", json!(true)).await;
    let elsewhere = Placed { address: "evil.example:443".into(), access_code: "1".into(), serial: None };
    let odd = Placed { address: "192.0.2.10:8443".into(), access_code: "1>\r\nVia".into(), serial: None };
    for (answer, expected) in [
        (Err(refused(ErrorCode::NotOffered, false)), (404, "not_offered")),
        (Err(refused(ErrorCode::CentreBusy, true)), (503, "centre_busy")),
        (Err(unknown()), (504, "centre_timeout")),
        (Ok(elsewhere), (502, "centre_refused")),
        (Ok(odd), (502, "centre_refused")),
    ] {
        bench.centre.script().place_call.push_back(answer);
        assert_eq!(code(&place(&bench, &session, "p1", "8012").await), expected);
    }
    assert_eq!(place(&bench, &session, "p1", "8012").await.status, 200);
    assert_eq!(placed(&bench), 6, "each of them once");
}

#[tokio::test(start_paused = true)]
async fn no_number_is_logged() {
    let (log, _guard) = Log::begin();
    let bench = Bench::with(plan()).await;
    let session = clerk(&bench, "1", json!(["+86"])).await;
    place(&bench, &session, "p1", "+8613800138000").await;
    place(&bench, &session, "p2", "+1613800138000").await;
    bench.centre.script().place_call.push_back(Err(refused(ErrorCode::NumberInvalid, false)));
    place(&bench, &session, "p3", "+8613800138000").await;
    let text = log.text();
    assert!(text.contains("a call was placed by staff") && text.contains("placing a call"), "{text}");
    for word in ["13800138000", "4006000000", "clerk-7", "17900001", &session] {
        assert!(!text.contains(word), "{word} is in {text}");
    }
}
