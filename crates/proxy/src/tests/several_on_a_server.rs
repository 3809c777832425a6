//! The same on a server, which may be killed. Time is real here: nothing is asserted about it, and whoever waits waits for
//! what is to come.

use super::several::{House, goes_anywhere};
use super::{Plan, Reply, agent, message};
use crate::store::Store;
use crate::store::tests::redis::Redis;
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

async fn house(redis: &Redis) -> House {
    let mut house = House::default();
    for _ in 0..3 {
        let store: Arc<dyn Store> = Arc::new(redis.store().await);
        let mut plan = Plan::default();
        plan.settings.limits.requests_per_address_per_minute = 100_000;
        plan.settings.limits.messages_per_visitor_per_minute = 100_000;
        plan.settings.limits.sessions_per_address_per_hour = 100_000;
        house.start(&store, plan).await;
    }
    house
}

/// Who is told to come again does so after a while.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn requests_may_come_to_any_proxy() {
    let redis = Redis::start();
    goes_anywhere(house(&redis).await).await;
}

#[tokio::test]
async fn who_waits_at_one_proxy_hears_what_another_wrote() {
    let redis = Redis::start();
    let house = house(&redis).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let (here, there) = (house.at(1, &session), house.at(2, &session));
    let wait = here.call("GET", "/v1/events?after=1&wait=25", None);
    let (heard, said) = tokio::join!(wait, there.say("m1", "hello"));
    assert_eq!(heard.body["events"][0]["echo"]["id"], "m1");
    assert_eq!(said.body["status"], "accepted");
    let wait = here.call("GET", "/v1/events?after=2&wait=25", None);
    let (heard, _) = tokio::join!(wait, there.call("DELETE", "/v1/session", None));
    assert_eq!(heard.status, 401);
}

#[tokio::test]
async fn what_is_in_flight_at_another_proxy_is_waited_for() {
    let redis = Redis::start();
    let house = house(&redis).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let gate = Arc::new(Semaphore::new(0));
    house.centre.script().gate = Some(Arc::clone(&gate));
    let (a, b) = (house.at(0, &session), house.at(1, &session));
    let repeated = async {
        while house.centre.said() == 0 {
            tokio::task::yield_now().await;
        }
        let opened = async {
            gate.add_permits(1);
        };
        tokio::join!(b.say("m1", "hello"), opened).0
    };
    let (first, again) = tokio::join!(a.say("m1", "hello"), repeated);
    assert_eq!((&first.body, house.centre.said()), (&again.body, 1));
}

#[tokio::test]
async fn without_its_server_a_proxy_refuses_and_is_not_ready_and_goes_on_afterwards() {
    let mut redis = Redis::start();
    let house = house(&redis).await;
    let session = house.session().await;
    let visitor = house.at(0, &session);
    visitor.connect("c1", "robot").await;
    redis.kill();
    let reply = visitor.say("m1", "hello").await;
    assert_eq!((reply.status.as_u16(), &reply.body["code"]), (503, &json!("store_unavailable")));
    assert!(reply.headers.contains_key("retry-after"));
    assert_eq!(house.proxies[0].call("GET", "/readyz", None, None).await.status, 503);
    redis.revive();
    assert_eq!(until_answered(&house, 1, &session, "m1").await.body["status"], "accepted");
    assert_eq!(house.centre.said(), 1);
    // Emptied, it knows nobody; whoever is not known begins anew.
    redis.kill();
    redis.empty();
    redis.revive();
    loop {
        let reply = house.at(2, &session).call("GET", "/v1/contact", None).await;
        if reply.status != 503 {
            assert_eq!(reply.body["code"], "session_unknown");
            break;
        }
        a_while().await;
    }
    let wish = json!({"protocol": 1, "desk": "shop"});
    while house.proxies[0].call("POST", "/v1/session", None, Some(wish.clone())).await.status != 200 {
        a_while().await;
    }
}

/// Says it again and again, as a page does.
async fn until_answered(house: &House, proxy: usize, session: &str, id: &str) -> Reply {
    loop {
        let reply = house.at(proxy, session).say(id, id).await;
        if !matches!(reply.status.as_u16(), 503 | 409) {
            return reply;
        }
        a_while().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    /// The server is killed at any time; nothing is said twice, nothing is lost in silence, and all is in order.
    #[test]
    fn kills_of_the_server_keep_the_promise(steps in proptest::collection::vec((0..3usize, any::<bool>(), 0..6u8), 4..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(killed(steps));
    }
}

async fn killed(steps: Vec<(usize, bool, u8)>) {
    let mut redis = Redis::start();
    let house = house(&redis).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    for (number, (proxy, down, kill)) in steps.iter().enumerate() {
        if *down {
            let text = format!("d{number}");
            house.centre.script().poll.push_back(Ok(vec![message(&text, agent("Li"), &text)]));
        }
        let id = format!("m{number}");
        let saying = until_answered(&house, *proxy, &session, &id);
        if *kill == 0 {
            let mut saying = std::pin::pin!(saying);
            let killing = async {
                // At some point of the way.
                for _ in 0..number * 3 {
                    tokio::task::yield_now().await;
                }
                redis.kill();
                redis.revive();
            };
            let ((), reply) = tokio::join!(killing, &mut saying);
            assert_eq!(reply.status, 200, "{}", reply.body);
        } else {
            assert_eq!(saying.await.status, 200);
        }
    }
    let last = steps.iter().rposition(|(_, down, _)| *down);
    let (mut after, mut story) = (1, Vec::new());
    loop {
        let path = format!("/v1/events?after={after}&wait=5");
        let reply = house.at(0, &session).call("GET", &path, None).await;
        if reply.status == 503 {
            continue;
        }
        let page: frontdesk_contract::EventPage = serde_json::from_value(reply.body).unwrap();
        after = page.next;
        story.extend(page.events.iter().map(super::short));
        let told = last.is_none_or(|last| story.contains(&format!("message d{last}")));
        if told && story.iter().filter(|line| line.starts_with("echo")).count() == steps.len() {
            break;
        }
    }
    let echoes: Vec<_> = story.iter().filter(|line| line.starts_with("echo")).collect();
    for (number, echo) in echoes.iter().enumerate() {
        let id = format!("m{number}");
        assert!(echo.starts_with(&format!("echo {id} ")), "{story:?}");
        let said = |call: &crate::vendor::fake::Call| matches!(call, crate::vendor::fake::Call::Say { id: said, .. } if *said == id);
        let times = house.centre.count(said);
        assert!(times == 1 || (times == 0 && echo.ends_with("unconfirmed")), "{id} was said {times} times");
    }
    let downs = steps.iter().enumerate().filter(|(_, (_, down, _))| *down);
    let expected: Vec<_> = downs.map(|(number, _)| format!("message d{number}")).collect();
    let heard: Vec<_> = story.iter().filter(|line| line.starts_with("message")).cloned().collect();
    let missing = story.iter().any(|line| line == "notice messages_may_be_missing");
    assert!(heard == expected || (missing && heard.len() < expected.len()), "{story:?}");
}
