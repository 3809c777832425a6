//! Suggestions, judgements, messages for later, questions of a rating, receipts, offline mode.

use super::{Bench, Plan, Reply, Visitor, agent, message, pass};
use crate::vendor::fake::{Call, not_sent, refused, unknown};
use crate::vendor::{Content, Downlink, Rating, Said, Serving};
use frontdesk_contract::{
    Body, ErrorCode, Hours, HoursSpan, Person, Sender, SurveyForm, SurveyLevel, SurveyQuestion,
};
use serde_json::{Value, json};

fn plan() -> Plan {
    let mut plan = Plan::default();
    plan.desk.offers.suggestions = true;
    plan.desk.offers.leave_message = true;
    plan.desk.offers.countries = vec!["CN".into()];
    let spans = vec![HoursSpan { days: vec![1, 2], from_min: 540, to_min: 1_080 }];
    plan.desk.offers.hours = Some(Hours { zone: "Asia/Shanghai".into(), spans });
    plan
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

async fn suggestions(visitor: &Visitor<'_>, q: &str) -> Value {
    let reply = visitor.call("GET", &format!("/v1/suggestions?q={q}"), None).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body["suggestions"].clone()
}

#[tokio::test(start_paused = true)]
async fn suggestions_come_from_a_robot_that_serves_or_may() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    let many: Vec<String> = (0..9).map(|number| format!("Question {number}?")).collect();
    bench.centre.script().suggestions.push_back(Ok(many));
    let found = suggestions(&visitor, "my+parcel%20%E5%8C%85").await;
    assert_eq!(found.as_array().unwrap().len(), 5);
    assert_eq!(bench.centre.script().calls, [Call::Suggestions("my parcel 包".into())]);
    for nothing in ["", "%20", &"x".repeat(257), "%ff"] {
        assert_eq!(suggestions(&visitor, nothing).await, json!([]), "{nothing}");
    }
    bench.centre.script().suggestions.push_back(Err(unknown()));
    assert_eq!(suggestions(&visitor, "x").await, json!([]), "a failure is no trouble of the visitor's");
    bench.centre.script().suggestions.push_back(Err(refused(ErrorCode::NotOffered, false)));
    assert_eq!(code(&visitor.call("GET", "/v1/suggestions?q=x", None).await), (404, "not_offered"));
    visitor.connect("c1", "agent").await;
    let before = bench.centre.script().calls.len();
    assert_eq!(suggestions(&visitor, "x").await, json!([]));
    assert_eq!(bench.centre.script().calls.len(), before, "people are not asked");
    let plain = Bench::new().await;
    let visitor = plain.visitor().await;
    assert_eq!(code(&visitor.call("GET", "/v1/suggestions?q=x", None).await), (404, "not_offered"));
}

fn answer(id: &str, inter_idx: Option<&str>) -> Downlink {
    Downlink::Message {
        code: Some(id.into()),
        from: Sender::Robot(Person { name: "Bot".into(), avatar: None }),
        content: Content::Body(Body::Text("an answer".into())),
        choices: vec!["And then?".into()],
        inter_idx: inter_idx.map(Into::into),
        at_ms: Some(1),
    }
}

async fn judge(visitor: &Visitor<'_>, id: &str, message: &str, helpful: bool, reason: &str) -> Reply {
    let body = json!({"id": id, "message": message, "helpful": helpful, "reason": reason});
    visitor.call("POST", "/v1/feedback", Some(body)).await
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_robot_is_judged_once_while_the_robot_serves() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.connected().await;
    bench.down(vec![answer("a1", Some("7")), answer("a2", None), answer("a3", Some("9"))]);
    pass(6.0).await;
    let told = serde_json::to_value(visitor.events(1).await).unwrap();
    let told: Vec<_> =
        told.as_array().unwrap().iter().filter(|event| event.get("message").is_some()).collect();
    assert_eq!(
        (&told[0]["message"]["judgeable"], &told[1]["message"]["judgeable"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(told[0]["message"]["choices"], json!(["And then?"]));
    let refusals = [
        ("a1", false, " ", (422, "reason_missing")),
        ("a1", false, &*"好".repeat(22), (422, "reason_too_long")),
        ("a2", true, "", (409, "feedback_closed")),
        ("nothing", true, "", (409, "feedback_closed")),
    ];
    for (number, (message, helpful, reason, expected)) in refusals.into_iter().enumerate() {
        let id = format!("j0{number}");
        assert_eq!(
            code(&judge(&visitor, &id, message, helpful, reason).await),
            expected,
            "{message} {reason}"
        );
    }
    assert_eq!(judge(&visitor, "j1", "a1", false, "too short").await.body, json!({"status": "accepted"}));
    assert_eq!(judge(&visitor, "j1", "a1", false, "too short").await.body, json!({"status": "accepted"}));
    assert_eq!(code(&judge(&visitor, "j1", "a1", true, "").await), (422, "id_reused"));
    assert_eq!(code(&judge(&visitor, "j2", "a1", true, "").await), (409, "feedback_closed"));
    let judged = bench.centre.count(|call| matches!(call, Call::Feedback { .. }));
    let feedback = Call::Feedback { inter_idx: "7".into(), helpful: false, reason: "too short".into() };
    assert_eq!((judged, bench.centre.count(|call| *call == feedback)), (1, 1));
    let events = serde_json::to_value(visitor.events(1).await).unwrap();
    let last = events.as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["feedback"], json!({"message": "a1", "helpful": false}));
    bench.centre.script().feedback.extend([Err(not_sent()), Err(unknown())]);
    assert_eq!(code(&judge(&visitor, "j3", "a3", true, "").await), (502, "centre_unreachable"));
    assert_eq!(judge(&visitor, "j3", "a3", true, "").await.body, json!({"status": "unconfirmed"}));
    bench.down(vec![answer("a4", Some("11"))]);
    pass(6.0).await;
    visitor.connect("c2", "agent").await;
    assert_eq!(code(&judge(&visitor, "j4", "a4", true, "").await), (409, "feedback_closed"));
}

async fn leave(visitor: &Visitor<'_>, id: &str, number: &str, country: Option<&str>, text: &str) -> Reply {
    let body = json!({"id": id, "number": number, "country": country, "text": text});
    visitor.call("POST", "/v1/leave-message", Some(body)).await
}

#[tokio::test(start_paused = true)]
async fn a_message_is_left_once_with_a_number_that_exists() {
    let bench = Bench::with(plan()).await;
    let visitor = bench.visitor().await;
    for (number, country, text, expected) in [
        ("12", None, "x", (422, "number_invalid")),
        ("13800138000", Some("US"), "x", (422, "number_invalid")),
        ("13800138000", Some("??"), "x", (422, "number_invalid")),
        ("13800138000", None, " ", (422, "text_empty")),
        ("13800138000", None, &*"好".repeat(1_001), (422, "text_too_long")),
    ] {
        assert_eq!(code(&leave(&visitor, "l0", number, country, text).await), expected, "{number}");
    }
    bench.centre.script().leave_message.push_back(Err(not_sent()));
    assert_eq!(
        code(&leave(&visitor, "l1", "138 0013 8000", None, "call me").await),
        (502, "centre_unreachable")
    );
    assert_eq!(
        leave(&visitor, "l1", "138 0013 8000", None, "call me").await.body,
        json!({"status": "accepted"})
    );
    assert_eq!(
        leave(&visitor, "l1", "13800138000", Some("CN"), "call me").await.body,
        json!({"status": "accepted"})
    );
    assert_eq!(code(&leave(&visitor, "l1", "138 0013 8000", None, "do not").await), (422, "id_reused"));
    bench.centre.script().leave_message.push_back(Err(unknown()));
    for _ in 0..2 {
        assert_eq!(
            leave(&visitor, "l2", "+49 30 901820", None, "x").await.body,
            json!({"status": "unconfirmed"})
        );
    }
    let left = Call::LeaveMessage { number: "+8613800138000".into(), text: "call me".into() };
    assert_eq!(bench.centre.count(|call| *call == left), 2);
    assert_eq!(bench.centre.count(|call| matches!(call, Call::LeaveMessage { .. })), 3);
    let open = json!({"protocol": 1, "desk": "shop", "resume": visitor.session});
    let offers = bench.call("POST", "/v1/session", None, Some(open)).await.body["offers"].clone();
    assert_eq!((&offers["countries"], &offers["hours"]["zone"]), (&json!(["CN"]), &json!("Asia/Shanghai")));
    let plain = Bench::new().await;
    let visitor = plain.visitor().await;
    assert_eq!(code(&leave(&visitor, "l1", "+8613800138000", None, "x").await), (404, "not_offered"));
}

#[tokio::test(start_paused = true)]
async fn each_action_has_a_limit_of_its_own() {
    let mut plan = plan();
    plan.settings.limits.left_messages_per_visitor_per_hour = 1;
    plan.settings.limits.suggestions_per_visitor_per_minute = 1;
    plan.settings.limits.feedback_per_visitor_per_minute = 1;
    plan.settings.limits.connects_per_visitor_per_minute = 2;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    assert_eq!(leave(&visitor, "l1", "13800138000", None, "x").await.status, 200);
    assert_eq!(code(&leave(&visitor, "l2", "13800138000", None, "x").await), (429, "rate_limited"));
    assert_eq!(visitor.call("GET", "/v1/suggestions?q=x", None).await.status, 200);
    assert_eq!(code(&visitor.call("GET", "/v1/suggestions?q=x", None).await), (429, "rate_limited"));
    assert_eq!(code(&judge(&visitor, "j1", "a", true, "").await), (409, "feedback_closed"));
    assert_eq!(code(&judge(&visitor, "j1", "a", true, "").await), (429, "rate_limited"));
    for (id, expected) in [("c2", 200), ("c3", 429)] {
        let wish = json!({"id": id, "to": "robot"});
        assert_eq!(visitor.call("POST", "/v1/contact", Some(wish)).await.status, expected);
    }
    assert_eq!(visitor.say("m1", "still here").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_rating_answers_what_was_asked() {
    use SurveyQuestion::{Recommend, Satisfaction, Solved};
    let full = json!({"level": 5, "recommend": 9, "solved": true});
    for (questions, rating, expected) in [
        (vec![], json!({"level": 5}), (200, "")),
        (vec![], json!({"recommend": 5}), (422, "level_unknown")),
        (vec![], full.clone(), (422, "level_unknown")),
        (vec![Satisfaction, Recommend, Solved], full.clone(), (200, "")),
        (vec![Satisfaction, Recommend, Solved], json!({"recommend": 1}), (422, "level_unknown")),
        (vec![Recommend], json!({"recommend": 0}), (200, "")),
        (vec![Recommend], json!({"recommend": 10}), (422, "level_unknown")),
        (vec![Recommend], json!({"level": 5, "recommend": 1}), (422, "level_unknown")),
        (vec![Solved], json!({"solved": false}), (200, "")),
        (vec![Solved], json!({}), (422, "level_unknown")),
        (vec![Recommend], json!({"comment": "well"}), (422, "level_unknown")),
    ] {
        let bench = Bench::new().await;
        let levels = (1..=5).map(|level| SurveyLevel { level, label: None }).collect();
        let form = SurveyForm { open: true, levels, comment_max_chars: 10, questions: questions.clone() };
        bench.centre.script().survey.push_back(Ok(form));
        let visitor = bench.visitor().await;
        bench.centre.script().connect.push_back(Ok(Serving::Agent));
        visitor.connect("c1", "agent").await;
        visitor.call("DELETE", "/v1/contact", None).await;
        pass(1.0).await;
        let mut body = rating.clone();
        body["id"] = json!("r1");
        assert_eq!(
            code(&visitor.call("POST", "/v1/survey", Some(body)).await),
            expected,
            "{questions:?} {rating}"
        );
        if expected.0 != 200 {
            assert_eq!(bench.centre.count(|call| matches!(call, Call::Rate(_))), 0);
            assert_eq!(
                visitor.call("GET", "/v1/survey", None).await.body["open"],
                true,
                "it can still be given"
            );
        }
        if rating == full && expected.0 == 200 {
            let given =
                Rating { level: Some(5), recommend: Some(9), solved: Some(true), comment: String::new() };
            assert_eq!(bench.centre.count(|call| *call == Call::Rate(given.clone())), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn agents_are_told_once_what_was_read_of_theirs() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Ok(Serving::Agent));
    visitor.connect("c1", "agent").await;
    bench.down(vec![
        message("k1", agent("Li"), "one"),
        message("", agent("Li"), "two"),
        message("k3", Sender::Robot(Person { name: "Bot".into(), avatar: None }), "three"),
        message("k4", agent("Li"), "four"),
    ]);
    pass(6.0).await;
    let events = visitor.events(0).await;
    let third = events.iter().find(|event| super::short(event) == "message three").unwrap().seq;
    for up_to in [third, third, 1, third + 1, 999] {
        assert_eq!(visitor.call("POST", "/v1/read", Some(json!({"up_to": up_to}))).await.status, 204);
        pass(1.0).await;
    }
    let read: Vec<_> =
        bench.centre.script().calls.iter().filter(|call| matches!(call, Call::Read(_))).cloned().collect();
    assert_eq!(read, [Call::Read(vec!["k1".into()]), Call::Read(vec!["k4".into()])]);
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_is_closed_takes_messages_for_later() {
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let tip = || Some("Back at nine.".to_owned());
    bench.centre.script().connect.push_back(Ok(Serving::Offline { tip: tip() }));
    let contact = visitor.connect("c1", "agent").await.body;
    assert_eq!(contact, json!({"state": "ended", "reason": "outside_hours", "offline": true}));
    let events = serde_json::to_value(visitor.events(0).await).unwrap();
    assert_eq!(events[1]["notice"], json!({"code": "offline_mode", "text": "Back at nine."}));
    bench
        .centre
        .script()
        .say
        .extend([Ok(Said::StoredOffline { tip: tip() }), Ok(Said::StoredOffline { tip: tip() })]);
    assert_eq!(visitor.say("m1", "please call").await.body["status"], "stored_offline");
    assert_eq!(visitor.say("m2", "soon").await.body["status"], "stored_offline");
    assert_eq!(visitor.story(2).await, ["echo m1 stored_offline", "echo m2 stored_offline"], "told once");
    assert_eq!(bench.centre.script().polls, 0);
    visitor.connect("c2", "robot").await;
    assert_eq!(visitor.call("GET", "/v1/contact", None).await.body, json!({"state": "robot"}));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_turns_out_to_be_offline_ends_so() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().say.push_back(Ok(Said::StoredOffline { tip: None }));
    visitor.say("m1", "hello").await;
    let expected = ["echo m1 stored_offline", "contact ended (outside_hours)", "notice offline_mode"];
    assert_eq!(visitor.story(1).await, expected);
    let other = bench.connected().await;
    bench.down(vec![Downlink::Ended { offline: true }]);
    pass(6.0).await;
    assert_eq!(other.story(1).await, ["contact ended (centre)", "notice offline_mode"]);
    assert_eq!(other.call("GET", "/v1/contact", None).await.body["offline"], true);
}

#[tokio::test(start_paused = true)]
async fn a_card_that_agents_cannot_follow_is_told() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().say.push_back(Ok(Said::Delivered { link_not_trusted: true }));
    let card = json!({"title": "T", "description": "", "url": "https://shop.example/1"});
    let said = visitor.call("POST", "/v1/messages", Some(json!({"id": "m1", "body": {"card": card}}))).await;
    assert_eq!(said.body["status"], "accepted");
    assert_eq!(visitor.story(1).await, ["echo m1 accepted", "notice link_not_trusted"]);
}
