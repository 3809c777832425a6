//! Other settings while visitors are there: nobody loses anything, and what is under way ends as it began.

use super::{Bench, Plan, agent, message, pass};
use crate::settings::DeskSettings;
use crate::state::Desk;
use crate::vendor::fake::{Call, Fake, not_sent};
use crate::vendor::{Centre, Party};
use axum::body::Body;
use axum::http::Request;
use frontdesk_contract::RedactRule;
use http_body_util::BodyExt;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::ServiceExt;

impl Bench {
    /// The desk `shop` with a change, at this centre.
    fn take_over(&self, centre: &Arc<Fake>, change: impl FnOnce(&mut DeskSettings)) {
        let mut settings = self.app.shared.desks.get("shop").unwrap().settings.clone();
        change(&mut settings);
        let centre: Arc<dyn Centre> = centre.clone();
        let all = self.app.shared.settings().as_ref().clone();
        self.app.take_over(all, [Desk { settings, centre }]);
    }

    async fn open_from(&self, desk: &str, origin: &str) -> u16 {
        let request = Request::post("/v1/session").header("origin", origin);
        let request = request.header("content-type", "application/json");
        let wish = json!({"protocol": 1, "desk": desk}).to_string();
        self.request(request.body(Body::from(wish)).unwrap()).await.status.as_u16()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_ends_at_its_centre_and_what_follows_goes_to_the_new_one() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let (gate, new) = (Arc::new(Semaphore::new(0)), Arc::<Fake>::default());
    bench.centre.script().gate = Some(Arc::clone(&gate));
    let (first, second, ()) =
        tokio::join!(visitor.say("m1", "before"), visitor.say("m2", "behind it"), async {
            pass(1.0).await;
            assert_eq!(bench.centre.said(), 1);
            bench.take_over(&new, |_| {});
            gate.add_permits(1);
        });
    assert_eq!([&first.body["status"], &second.body["status"]], ["accepted", "accepted"]);
    assert_eq!((bench.centre.said(), new.said()), (1, 1));
    assert_eq!(visitor.say("m1", "before").await.body, first.body, "it is known still");
    assert_eq!((bench.centre.said(), new.said()), (1, 1));
    assert_eq!(visitor.story(1).await, ["echo m1 accepted", "echo m2 accepted"]);
}

#[tokio::test(start_paused = true)]
async fn an_open_long_poll_gets_what_the_new_centre_has() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let new = Arc::<Fake>::default();
    let (reply, ()) = tokio::join!(visitor.call("GET", "/v1/events?after=1&wait=25", None), async {
        pass(3.0).await;
        bench.take_over(&new, |_| {});
        let polls = bench.centre.script().polls;
        new.script().poll.push_back(Ok(vec![message("a", agent("Li"), "hello")]));
        pass(10.0).await;
        assert_eq!(bench.centre.script().polls, polls, "the old one is asked no more");
    });
    assert_eq!(reply.status, 200);
    assert_eq!(visitor.story(1).await, ["contact agent (Li)", "message hello"]);
    assert_eq!(new.count(|call| matches!(call, Call::Connect)), 0, "the conversation goes on");
}

#[tokio::test(start_paused = true)]
async fn the_intervals_of_polls_change_for_whoever_is_polled_already() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    let polls = || bench.centre.script().polls;
    let in_ten_seconds = async || {
        let before = polls();
        // The page listens for longer than that.
        let listened = visitor.call("GET", "/v1/events?after=1&wait=25", None);
        tokio::join!(listened, async {
            pass(10.0).await;
            polls() - before
        })
        .1
    };
    assert!(in_ten_seconds().await >= 18);
    bench.take_over(&bench.centre, |desk| desk.pauses.busy = Duration::from_secs(5));
    assert!(in_ten_seconds().await <= 4);
}

#[tokio::test(start_paused = true)]
async fn origins_offers_and_desks_are_taken_over_and_no_desk_goes() {
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    assert_eq!(bench.open_from("shop", "https://new.example").await, 403);
    assert_eq!(bench.open_from("third", "https://third.example").await, 404);
    let offers_before = visitor.say("m1", &"x".repeat(1_000)).await;
    assert_eq!(offers_before.status, 200);
    bench.take_over(&bench.centre, |desk| {
        desk.origins = vec!["https://new.example".into()];
        desk.offers.text_max_bytes = 100;
        desk.offers.redact = vec![RedactRule::Card];
    });
    assert_eq!(bench.open_from("shop", "https://new.example").await, 200);
    assert_eq!(bench.open_from("shop", "https://shop.example").await, 403);
    assert_eq!(visitor.say("m2", &"x".repeat(1_000)).await.body["code"], "text_too_long");
    assert_eq!(visitor.say("m3", "4111 1111 1111 1111").await.status, 200);
    let told = format!("{:?}", bench.centre.script().calls.last().unwrap());
    assert!(!told.contains("1111 1111"), "{told}");
    // The settings named `shop` alone, and the other desk is there still.
    assert_eq!(bench.open_from("other", "https://other.example").await, 200);
    bench.take_over(&bench.centre, |desk| {
        desk.id = "third".into();
        desk.origins = vec!["https://third.example".into()];
    });
    assert_eq!(bench.open_from("third", "https://third.example").await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_changes_counts_anew_and_another_goes_on() {
    let mut plan = Plan::default();
    plan.settings.limits.messages_per_visitor_per_minute = 2;
    plan.settings.limits.feedback_per_visitor_per_minute = 1;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    let judge = json!({"id": "f1", "message": "x", "helpful": true});
    assert_ne!(visitor.call("POST", "/v1/feedback", Some(judge.clone())).await.status, 429);
    for (id, status) in [("m1", 200), ("m2", 200), ("m3", 429)] {
        assert_eq!(visitor.say(id, "hello").await.status, status, "{id}");
    }
    let mut settings = bench.app.shared.settings().as_ref().clone();
    settings.limits.messages_per_visitor_per_minute = 1;
    settings.limits.body_bytes = 2_000;
    settings.limits.spool_bytes = 4;
    bench.app.take_over(settings, []);
    assert_eq!((visitor.say("m3", "hello").await.status, visitor.say("m4", "hello").await.status).0, 200);
    assert_eq!(visitor.say("m4", "hello").await.status, 429);
    assert_eq!(visitor.call("POST", "/v1/feedback", Some(judge)).await.status, 429);
    assert_eq!(visitor.say("m5", &"x".repeat(3_000)).await.status, 413);
    let (mut file, _) = bench.app.shared.spool.create().unwrap();
    assert!(file.hold(4) && !file.hold(1));
}

#[tokio::test(start_paused = true)]
async fn late_failures_at_the_guard_of_before_are_not_told_of_the_new_one() {
    let bench = Bench::new().await;
    let breaker = async || {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = crate::metrics::server::router(bench.app.clone()).oneshot(request).await.unwrap();
        let text = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(text.to_vec()).unwrap();
        let name = "frontdesk_centre_breaker{desk=\"shop\"} ";
        text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned()
    };
    let party = Party { user_id: "u1".into(), user_name: "Guest".into(), language: "en".into() };
    let fail = async |desk: &Desk| {
        for _ in 0..desk.settings.guard.failures {
            bench.centre.script().poll.push_back(Err(not_sent()));
            desk.centre.poll(&party).await.unwrap_err();
        }
    };
    let before = bench.app.shared.desks.get("shop").unwrap();
    bench.take_over(&bench.centre, |_| {});
    fail(&before).await;
    assert!(before.centre.is_away());
    assert_eq!(breaker().await, "0", "nothing stands in the way of the new one");
    let now = bench.app.shared.desks.get("shop").unwrap();
    fail(&now).await;
    assert_eq!(breaker().await, "2");
    // Another takes its place: closed, as it has seen nothing yet.
    bench.take_over(&bench.centre, |_| {});
    assert_eq!(breaker().await, "0");
    pass(5.0).await;
    assert!(now.centre.poll(&party).await.is_ok() && !now.centre.is_away());
    assert_eq!(breaker().await, "0");
}
