//! Numbers that the desk wants hidden, sent by a page that does not hide them.

use super::{Bench, Plan};
use crate::vendor::Utterance;
use crate::vendor::fake::Call;
use frontdesk_contract::RedactRule;
use serde_json::json;

const CARD: &str = "4111 1111 1111 1111";

#[tokio::test(start_paused = true)]
async fn what_the_page_forgets_to_hide_never_leaves_the_proxy() {
    let mut plan = Plan::default();
    plan.desk.offers.redact = vec![RedactRule::Card];
    plan.desk.offers.suggestions = true;
    plan.desk.offers.leave_message = true;
    plan.desk.offers.countries = vec!["CN".into()];
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    let text = format!("pay with {CARD}, order 4111 1111 1111 1112");
    assert_eq!(visitor.say("m1", &text).await.status, 200);
    // The same again: under its id it is the same message, hidden or not.
    assert_eq!(visitor.say("m1", &text).await.status, 200);
    assert_eq!(visitor.say("m1", &text.replace(CARD, "**** **** **** 1111")).await.status, 200);
    let leave = json!({"id": "l1", "number": "13800138000", "country": "CN", "text": text});
    assert_eq!(visitor.call("POST", "/v1/leave-message", Some(leave)).await.status, 200);
    visitor.call("GET", "/v1/suggestions?q=card+4111111111111111", None).await;
    let hidden = "pay with **** **** **** 1111, order 4111 1111 1111 1112";
    let calls = bench.centre.script().calls.clone();
    let said = |call: &Call| matches!(call, Call::Say { what: Utterance::Text(said), .. } if said == hidden);
    assert_eq!(calls.iter().filter(|call| said(call)).count(), 1);
    assert!(calls.iter().any(|call| matches!(call, Call::LeaveMessage { text, .. } if text == hidden)));
    assert!(calls.contains(&Call::Suggestions("card ************1111".into())));
    let all = format!("{:?}", calls);
    let events = format!("{:?}", visitor.events(0).await);
    for trace in [all, events] {
        assert!(!trace.contains(CARD) && !trace.contains("4111111111111111"), "{trace}");
    }
}
