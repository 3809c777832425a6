//! Rating: offered after an agent served, taken once.

use super::{Bench, Visitor, agent, message, pass};
use crate::vendor::fake::{Call, not_sent, unknown};
use crate::vendor::{Downlink, Serving};
use frontdesk_contract::SurveyForm;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A visitor whose conversation with an agent is over.
pub(super) async fn served(bench: &Bench) -> Visitor<'_> {
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Ok(Serving::Agent));
    visitor.connect("c1", "agent").await;
    visitor.call("DELETE", "/v1/contact", None).await;
    pass(1.0).await;
    visitor
}

async fn rate(visitor: &Visitor<'_>, id: &str, level: u8, comment: &str) -> (u16, Value) {
    let body = json!({"id": id, "level": level, "comment": comment});
    let reply = visitor.call("POST", "/v1/survey", Some(body)).await;
    let said = if reply.status == 200 { &reply.body["status"] } else { &reply.body["code"] };
    (reply.status.as_u16(), said.clone())
}

#[tokio::test(start_paused = true)]
async fn a_rating_is_offered_checked_and_taken_once() {
    let bench = Bench::new().await;
    let visitor = served(&bench).await;
    assert_eq!(visitor.story(1).await, ["contact ended (visitor)", "survey true"]);
    assert_eq!(visitor.call("GET", "/v1/survey", None).await.body["open"], true);
    assert_eq!(rate(&visitor, "r0", 9, "").await, (422, json!("level_unknown")));
    assert_eq!(rate(&visitor, "r0", 5, "elf Zeichen").await, (422, json!("comment_too_long")));
    assert_eq!(rate(&visitor, "r1", 5, "谢谢").await, (200, json!("accepted")));
    assert_eq!(rate(&visitor, "r1", 5, "谢谢").await, (200, json!("accepted")));
    assert_eq!(rate(&visitor, "r1", 4, "谢谢").await, (422, json!("id_reused")));
    assert_eq!(rate(&visitor, "r2", 5, "").await, (409, json!("survey_closed")));
    assert_eq!(bench.centre.count(|call| matches!(call, Call::Rate { .. })), 1);
    assert_eq!(visitor.story(3).await, ["survey false"]);
}

#[tokio::test(start_paused = true)]
async fn a_rating_without_an_answer_is_unconfirmed_and_never_repeated() {
    let bench = Bench::new().await;
    let visitor = served(&bench).await;
    bench.centre.script().rate.push_back(Err(unknown()));
    assert_eq!(rate(&visitor, "r1", 1, "").await, (200, json!("unconfirmed")));
    assert_eq!(rate(&visitor, "r1", 1, "").await, (200, json!("unconfirmed")));
    assert_eq!(bench.centre.count(|call| matches!(call, Call::Rate { .. })), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rating_that_did_not_arrive_may_come_again() {
    let bench = Bench::new().await;
    let visitor = served(&bench).await;
    bench.centre.script().rate.push_back(Err(not_sent()));
    assert_eq!(rate(&visitor, "r1", 1, "").await, (502, json!("centre_unreachable")));
    assert_eq!(rate(&visitor, "r1", 2, "").await, (422, json!("id_reused")));
    assert_eq!(rate(&visitor, "r1", 1, "").await, (200, json!("accepted")));
}

#[tokio::test(start_paused = true)]
async fn no_rating_is_offered_after_a_robot_or_where_the_centre_wants_none() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    visitor.call("DELETE", "/v1/contact", None).await;
    pass(1.0).await;
    assert_eq!(rate(&visitor, "r1", 1, "").await, (409, json!("survey_closed")));
    assert_eq!(bench.centre.count(|call| *call == Call::Survey), 0);
    bench.centre.script().survey.push_back(Ok(SurveyForm::default()));
    let other = served(&bench).await;
    assert_eq!(rate(&other, "r1", 1, "").await, (409, json!("survey_closed")));
}

#[tokio::test(start_paused = true)]
async fn the_form_is_asked_for_until_the_centre_gives_it_and_closes_after_a_day_or_a_new_conversation() {
    let bench = Bench::new().await;
    bench.centre.script().survey.extend([Err(unknown()), Err(not_sent())]);
    let visitor = bench.connected().await;
    bench.down(vec![message("a", agent("Li"), "1"), Downlink::Ended { offline: false }]);
    pass(10.0).await;
    assert_eq!(visitor.call("GET", "/v1/survey", None).await.body["open"], true);
    pass(12.0 * 3600.0).await;
    assert_eq!(visitor.call("GET", "/v1/survey", None).await.body["open"], true);
    pass(12.0 * 3600.0).await;
    assert_eq!(visitor.call("GET", "/v1/survey", None).await.body["open"], false);
    let other = served(&bench).await;
    other.connect("c2", "robot").await;
    assert_eq!(rate(&other, "r1", 1, "").await, (409, json!("survey_closed")));
}

#[tokio::test(start_paused = true)]
async fn a_rating_waits_for_the_form_that_is_under_way() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Ok(Serving::Agent));
    visitor.connect("c1", "agent").await;
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().form_gate = Some(Arc::clone(&gate));
    visitor.call("DELETE", "/v1/contact", None).await;
    let answer = async {
        pass(3.0).await;
        gate.add_permits(1);
    };
    let form = visitor.call("GET", "/v1/survey", None);
    let (rated, form, ()) = tokio::join!(rate(&visitor, "r1", 5, ""), form, answer);
    assert_eq!((rated, &form.body["open"]), ((200, json!("accepted")), &json!(true)));
    assert_eq!(bench.centre.count(|call| *call == Call::Survey), 1, "asked once for all");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_form_for_ever() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Ok(Serving::Agent));
    visitor.connect("c1", "agent").await;
    bench.centre.script().form_gate = Some(Arc::new(Semaphore::new(0)));
    visitor.call("DELETE", "/v1/contact", None).await;
    let started = tokio::time::Instant::now();
    assert_eq!(rate(&visitor, "r1", 5, "").await, (409, json!("survey_closed")));
    assert_eq!(started.elapsed().as_secs(), 5);
}
