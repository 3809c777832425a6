//! What centres send by themselves: kept before it is answered, once, by whichever proxy it comes to.

use super::cut::Cut;
use super::logs::Log;
use super::several::House;
use super::{Bench, Plan, Reply, agent, message, pass};
use crate::metrics::server::router;
use crate::settings::Push;
use crate::store::lease::TTL;
use crate::store::memory::MemoryStore;
use crate::store::tests::redis::Redis;
use crate::store::{Role, Store};
use crate::vendor::fake::{KEY, not_sent, refused, unknown};
use crate::vendor::{Content, Downlink, Kept, Pushed, PushedList, Serving};
use axum::body::Body;
use axum::http::Request;
use frontdesk_contract::ErrorCode;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::ServiceExt;

pub(super) const PATH: &str = "/v1/centre/shop/webhooks/v1/messages";

pub(super) fn plan(check_s: u64) -> Plan {
    let mut plan = Plan::default();
    let check = (check_s > 0).then(|| Duration::from_secs(check_s));
    plan.desk.push = Some(Push { check });
    plan
}

async fn bench() -> Bench {
    Bench::with(plan(60)).await
}

impl Bench {
    /// The visitor's id at the centre.
    async fn user_id(&self, session: &str) -> String {
        let session = self.app.session_of(session).await.unwrap().unwrap();
        self.app.shared.store.visitor(&session.visitor).await.unwrap().unwrap().user_id
    }

    /// Lets a body stand for these messages to one visitor.
    fn stands_for(&self, body: &str, user_id: &str, messages: Vec<Vec<Downlink>>) {
        let pushed = |items| Pushed { user_id: user_id.into(), items };
        let messages = messages.into_iter().map(pushed).collect();
        self.centre.script().pushed.insert(body.into(), PushedList { messages, malformed: 0 });
    }

    async fn push_to(&self, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.request(request.body(body.into()).unwrap()).await
    }

    async fn push(&self, body: &str) -> Reply {
        self.push_to(PATH, &[("authorization", KEY)], body.to_owned()).await
    }

    /// A push that is to be taken.
    async fn pushed(&self, body: &str) {
        let reply = self.push(body).await;
        assert_eq!((reply.status.as_u16(), reply.bytes.as_slice()), (200, &br#"{"resultCode":"0"}"#[..]));
    }

    /// How many messages came to this.
    async fn count(&self, outcome: &str) -> u64 {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = router(self.app.clone()).oneshot(request).await.unwrap();
        let text = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(text.to_vec()).unwrap();
        let name = format!("frontdesk_pushed_total{{desk=\"shop\",outcome=\"{outcome}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
    }
}

fn ended(mark: &str) -> Vec<Downlink> {
    vec![Downlink::Once { mark: mark.into(), then: vec![Downlink::Ended { offline: false }] }]
}

#[tokio::test(start_paused = true)]
async fn what_is_pushed_wakes_who_waits_and_nobody_polls_beside() {
    let bench = bench().await;
    let visitor = bench.connected().await;
    let user = bench.user_id(&visitor.session).await;
    bench.stands_for("1", &user, vec![vec![message("a", agent("Li"), "hello")]]);
    let (reply, ()) = tokio::join!(visitor.call("GET", "/v1/events?after=1&wait=25", None), async {
        pass(7.0).await;
        bench.pushed("1").await;
    });
    assert_eq!(reply.body["next"], 3);
    assert_eq!(visitor.story(1).await, ["contact agent (Li)", "message hello"]);
    // Seven minutes or more with somebody who waits all the time: one look a minute, and one at the beginning.
    for _ in 0..21 {
        visitor.call("GET", "/v1/events?after=3&wait=25", None).await;
    }
    let polls = bench.centre.script().polls;
    assert!((7..=11).contains(&polls), "{polls}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_again_is_known_also_after_polls_have_brought_it() {
    let bench = bench().await;
    let visitor = bench.connected().await;
    let user = bench.user_id(&visitor.session).await;
    let twice = vec![message("a", agent("Li"), "1"), message("", agent("Li"), "2")];
    bench.stands_for("1", &user, vec![twice.clone(), vec![Downlink::Typing]]);
    for _ in 0..3 {
        bench.pushed("1").await;
    }
    bench.down(twice);
    pass(130.0).await;
    bench.pushed("1").await;
    assert_eq!(visitor.story(2).await, ["message 1", "message 2"]);
    assert_eq!((bench.count("taken").await, bench.count("nothing_new").await), (1, 7));
    assert_eq!(bench.count("missed").await, 0);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_is_told_again_does_not_end_the_next_conversation() {
    let bench = bench().await;
    let visitor = bench.connected().await;
    let user = bench.user_id(&visitor.session).await;
    bench.stands_for("1", &user, vec![ended("first")]);
    bench.stands_for("2", &user, vec![ended("second")]);
    bench.pushed("1").await;
    assert_eq!(visitor.story(1).await, ["contact ended (centre)"]);
    assert_eq!(visitor.connect("c2", "robot").await.body["state"], "robot");
    bench.pushed("1").await;
    bench.down(ended("first"));
    pass(70.0).await;
    assert_eq!(visitor.call("GET", "/v1/contact", None).await.body["state"], "robot");
    bench.pushed("2").await;
    assert_eq!(visitor.call("GET", "/v1/contact", None).await.body["state"], "ended");
}

#[tokio::test(start_paused = true)]
async fn only_the_centre_is_heard_and_no_page_at_all() {
    let (log, _guard) = Log::begin();
    let bench = bench().await;
    let visitor = bench.connected().await;
    let user = bench.user_id(&visitor.session).await;
    bench.stands_for("canary-text", &user, vec![vec![message("a", agent("Li"), "canary-text")]]);
    let forged = [("authorization", "Bearer canary-key"), ("origin", "https://shop.example")];
    for headers in [&forged[..0], &forged[..]] {
        let reply = bench.push_to(PATH, headers, "canary-text").await;
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (401, &"key_refused".into()));
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
        assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    }
    let preflight = Request::options(PATH).header("origin", "https://shop.example");
    let preflight = preflight.header("access-control-request-method", "POST").body(Body::empty()).unwrap();
    assert_eq!(bench.request(preflight).await.status, 405);
    assert_eq!(visitor.story(1).await, [""; 0]);
    for path in
        ["/v1/centre/none/webhooks/v1/messages", "/v1/centre/shop", "/v1/centre/%0d%0a/webhooks/v1/messages"]
    {
        assert_eq!(bench.push_to(path, &[("authorization", KEY)], "canary-text").await.status, 404, "{path}");
    }
    bench.pushed("canary-text").await;
    let text = log.text();
    let refused: Vec<&str> = text.lines().filter(|line| line.contains("push_refused")).collect();
    assert!(refused.len() == 1 && refused[0].contains("\"reason\":\"missing\""), "{refused:?}");
    for secret in ["canary", KEY, &user] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_is_polled_has_no_such_address() {
    let bench = Bench::new().await;
    assert_eq!(bench.push("1").await.body["code"], "not_found");
}

#[tokio::test(start_paused = true)]
async fn strangers_are_limited_by_address_and_centres_by_desk() {
    let mut plan = plan(60);
    plan.settings.limits.requests_per_address_per_minute = 4;
    plan.settings.limits.pushes_per_desk_per_minute = 6;
    let bench = Bench::with(plan).await;
    bench.stands_for("1", "nobody", Vec::new());
    let mut refused = Vec::new();
    for _ in 0..5 {
        refused.push(bench.push_to(PATH, &[], "1").await.status.as_u16());
    }
    assert_eq!(refused, [401, 401, 401, 401, 429]);
    let mut heard = Vec::new();
    for _ in 0..7 {
        heard.push(bench.push("1").await.status.as_u16());
    }
    assert_eq!(heard, [200, 200, 200, 200, 200, 200, 429]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_or_is_too_much_is_to_be_sent_again() {
    let bench = bench().await;
    for (body, status, code) in
        [("not scripted".to_owned(), 400, "bad_request"), ("x".repeat(1_048_577), 413, "body_too_large")]
    {
        let reply = bench.push(&body).await;
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (status, &code.into()));
    }
    bench.stands_for("many", "nobody", vec![Vec::new(); 1_001]);
    assert_eq!(bench.push("many").await.status, 413);
}

#[tokio::test(start_paused = true)]
async fn who_is_not_known_and_what_is_no_message_hold_up_nobody() {
    let bench = bench().await;
    let (visitor, gone) = (bench.connected().await, bench.connected().await);
    let (user, erased) = (bench.user_id(&visitor.session).await, bench.user_id(&gone.session).await);
    gone.call("DELETE", "/v1/session", None).await;
    let to = |user_id: &str, code: &str| Pushed {
        user_id: user_id.into(),
        items: vec![message(code, agent("Li"), code)],
    };
    let messages = vec![
        to(&erased, "a"),
        to("somebody\r\nelse", "b"),
        to("fd0123456789abcdef012345", "c"),
        to(&user, "d"),
    ];
    bench.centre.script().pushed.insert("1".into(), PushedList { messages, malformed: 2 });
    bench.pushed("1").await;
    assert_eq!(visitor.story(2).await, ["message d"]);
    let counts =
        (bench.count("taken").await, bench.count("unknown_visitor").await, bench.count("malformed").await);
    assert_eq!(counts, (1, 3, 2));
    // The key of one desk does not speak to visitors of another, where both have it.
    bench.stands_for("2", &user, vec![vec![message("e", agent("Li"), "e")]]);
    let elsewhere = "/v1/centre/other/webhooks/v1/messages";
    assert_eq!(bench.push_to(elsewhere, &[("authorization", KEY)], "2").await.status, 200);
    assert_eq!(visitor.story(3).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_kept_is_not_confirmed() {
    let line = Cut::new(Arc::new(MemoryStore::new()));
    let bench = Bench::with(Plan { store: line.clone(), ..plan(60) }).await;
    let visitor = bench.connected().await;
    let user = bench.user_id(&visitor.session).await;
    bench.stands_for("1", &user, vec![vec![message("a", agent("Li"), "1")]]);
    line.cut(true);
    let reply = bench.push("1").await;
    assert_eq!(reply.status, 504);
    line.cut(false);
    bench.pushed("1").await;
    bench.pushed("1").await;
    assert_eq!(visitor.story(2).await, ["message 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_quick_reply_stands_below_what_it_replies_to() {
    let bench = bench().await;
    let visitor = bench.connected().await;
    let user = bench.user_id(&visitor.session).await;
    let gate = Arc::new(Semaphore::new(0));
    bench.centre.script().gate = Some(Arc::clone(&gate));
    bench.stands_for("1", &user, vec![vec![message("a", agent("Li"), "reply")]]);
    let (said, (), ()) = tokio::join!(visitor.say("m1", "question"), bench.pushed("1"), async {
        pass(1.0).await;
        gate.add_permits(1);
    });
    assert_eq!(said.status, 200);
    assert_eq!(visitor.story(1).await, ["echo m1 accepted", "contact agent (Li)", "message reply"]);
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_went_away_is_looked_for_and_found() {
    let bench = bench().await;
    let visitor = bench.connected().await;
    let waits = async {
        for _ in 0..4 {
            visitor.call("GET", "/v1/events?after=99&wait=25", None).await;
        }
    };
    let ((), polls) = tokio::join!(waits, async {
        pass(5.0).await;
        // The visitor's own doings find out that it is away; far sooner than the next look falls due.
        let failures = bench.app.shared.desks.get("shop").unwrap().settings.guard.failures;
        bench.centre.script().poll.extend((0..3).map(|_| Err(not_sent())));
        for number in 0..failures {
            bench.centre.script().transfer.push_back(Err(not_sent()));
            visitor.connect(&format!("t{number}"), "agent").await;
        }
        pass(40.0).await;
        bench.centre.script().polls
    });
    assert!(polls >= 4, "{polls}");
    assert!(!bench.app.shared.desks.get("shop").unwrap().centre.is_away());
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_pushes_need_not_answer_polls() {
    let bench = bench().await;
    let visitor = bench.connected().await;
    bench.centre.script().poll.extend((0..20).map(|_| Err(refused(ErrorCode::CentreRefused, true))));
    for _ in 0..30 {
        visitor.call("GET", "/v1/events?after=99&wait=25", None).await;
    }
    assert_eq!(visitor.story(1).await, [""; 0], "nobody is told that the centre is away");
    assert!(bench.centre.script().polls <= 14);
}

#[tokio::test(start_paused = true)]
async fn without_checks_nothing_is_polled_and_the_history_is_still_looked_at() {
    let mut plan = plan(0);
    plan.desk.centre.history = true;
    let bench = Bench::with(plan).await;
    let visitor = bench.connected().await;
    let kept = Kept {
        code: Some("a".into()),
        from: Some(agent("Li")),
        content: Content::Body(frontdesk_contract::Body::Text("not pushed".into())),
        at_ms: None,
        recalled: false,
        read: false,
    };
    bench.centre.script().history.push_back(Ok(Some(vec![kept])));
    visitor.call("GET", "/v1/events?after=99&wait=25", None).await;
    visitor.call("GET", "/v1/events?after=99&wait=25", None).await;
    assert_eq!(visitor.story(2).await, ["message not pushed"]);
    let polls = bench.centre.script().polls;
    assert_eq!((polls, bench.count("missed").await), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_poll_without_an_answer_loses_nothing_where_the_centre_pushes() {
    let bench = bench().await;
    bench.centre.script().poll.push_back(Err(unknown()));
    let visitor = bench.connected().await;
    pass(10.0).await;
    assert_eq!(visitor.story(1).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn words_that_an_agent_is_there_count_whoever_asks_about_the_queue() {
    let bench = bench().await;
    bench.centre.script().connect.push_back(Ok(Serving::Queue));
    let visitor = bench.visitor().await;
    visitor.connect("c1", "agent").await;
    let user = bench.user_id(&visitor.session).await;
    let silent = || Ok(crate::vendor::QueueAnswer::NoInformation);
    bench.centre.script().queue.extend((0..40).map(|_| silent()));
    pass(20.0).await;
    assert_eq!(visitor.call("GET", "/v1/contact", None).await.body["state"], "queueing");
    bench.stands_for("1", &user, vec![vec![Downlink::Announced]]);
    bench.pushed("1").await;
    pass(20.0).await;
    assert_eq!(visitor.call("GET", "/v1/contact", None).await.body["state"], "agent");
}

#[tokio::test(start_paused = true)]
async fn visitors_of_earlier_versions_cannot_be_found_and_are_polled() {
    let bench = bench().await;
    let visitor = bench.visitor().await;
    let session = bench.app.session_of(&visitor.session).await.unwrap().unwrap();
    let store = &bench.app.shared.store;
    let mut record = store.visitor(&session.visitor).await.unwrap().unwrap();
    let new = record.user_id.clone();
    record.user_id = "fd00112233445566778899aa".into();
    store.open(session, record).await.unwrap();
    visitor.connect("c1", "robot").await;
    bench.down(vec![message("a", agent("Li"), "polled")]);
    visitor.call("GET", "/v1/events?after=99&wait=25", None).await;
    visitor.call("GET", "/v1/events?after=99&wait=25", None).await;
    assert_eq!(visitor.story(2).await, ["message polled"]);
    assert!(bench.centre.script().polls > 20);
    bench.stands_for("1", &new, vec![vec![message("b", agent("Li"), "somebody else's")]]);
    bench.pushed("1").await;
    assert_eq!(visitor.story(3).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_is_polled_again_is_polled_soon() {
    let bench = Bench::with(plan(3_600)).await;
    let visitor = bench.connected().await;
    pass(5.0).await;
    bench.down(vec![message("a", agent("Li"), "waits")]);
    pass(5.0).await;
    assert_eq!(visitor.story(1).await, [""; 0]);
    let Plan { desk, .. } = Plan::default();
    let centre: Arc<dyn crate::vendor::Centre> = bench.centre.clone();
    let settings = (*bench.app.shared.settings()).clone();
    bench.app.take_over(settings, [crate::state::Desk { settings: desk, centre }]);
    pass(10.0).await;
    assert_eq!(visitor.story(2).await, ["message waits"]);
    assert_eq!(bench.push("1").await.status, 404);
}

/// Pushes come to any of three proxies while one of them follows the visitor, and the visitor listens at another.
async fn goes_anywhere(house: House) {
    let session = house.session().await;
    assert_eq!(house.at(1, &session).connect("c1", "robot").await.body["state"], "robot");
    let user = house.proxies[0].user_id(&session).await;
    let mut read = 1;
    for number in 0..9_usize {
        let (code, body) = (format!("a{number}"), number.to_string());
        let proxy = &house.proxies[number % 3];
        proxy.stands_for(&body, &user, vec![vec![message(&code, agent("Li"), &code)]]);
        let path = format!("/v1/events?after={read}&wait=25");
        let listener = house.at((number + 1) % 3, &session);
        let (page, ()) = tokio::join!(listener.call("GET", &path, None), proxy.pushed(&body));
        read = page.body["next"].as_u64().unwrap();
        // The answer was lost: the same comes to another, and to two at once.
        let (second, third) = (&house.proxies[(number + 1) % 3], &house.proxies[(number + 2) % 3]);
        tokio::join!(second.pushed(&body), third.pushed(&body), third.pushed(&body));
    }
    let expected: Vec<_> = (0..9).map(|number| format!("message a{number}")).collect();
    for proxy in 0..3 {
        assert_eq!(house.at(proxy, &session).story(2).await, expected);
    }
}

fn house_plan() -> Plan {
    let mut plan = plan(60);
    plan.settings.limits.requests_per_address_per_minute = 100_000;
    plan
}

#[tokio::test(start_paused = true)]
async fn it_comes_to_any_proxy_and_who_waits_at_another_wakes() {
    goes_anywhere(House::with(3, Arc::new(MemoryStore::new()), house_plan).await).await;
}

#[tokio::test]
async fn the_same_on_a_server() {
    let redis = Redis::start();
    let mut house = House::default();
    for _ in 0..3 {
        let store: Arc<dyn Store> = Arc::new(redis.store().await);
        house.start(&store, house_plan()).await;
    }
    goes_anywhere(house).await;
}

#[tokio::test(start_paused = true)]
async fn who_polls_does_not_matter() {
    let house = House::with(2, Arc::new(MemoryStore::new()), house_plan).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let user = house.proxies[0].user_id(&session).await;
    let visitor = house.proxies[0].app.session_of(&session).await.unwrap().unwrap().visitor;
    pass(1.0).await;
    // The first has the lease; it stands still from now on.
    let store = &house.proxies[1].app.shared.store;
    let taken = store.lease(&visitor, Role::Poll, 7).await.unwrap();
    assert!(matches!(taken, crate::store::Leased::Taken { .. }), "{taken:?}");
    house.cut(0);
    house.proxies[1].stands_for("1", &user, vec![vec![message("a", agent("Li"), "1")]]);
    house.proxies[1].pushed("1").await;
    assert_eq!(house.at(1, &session).story(2).await, ["message 1"]);
    pass(TTL.as_secs_f64() * 2.0).await;
    assert_eq!(house.at(1, &session).story(3).await, [""; 0], "nobody is told of a loss");
}
