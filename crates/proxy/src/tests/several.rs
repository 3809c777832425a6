//! Several proxies on one store, and a balancer that knows nothing: any request may come to any of them.

use super::cut::Cut;
use super::{Bench, Plan, Reply, Visitor, agent, message, pass};
use crate::config::{MessageIds, OnLinger, PollKind};
use crate::store::Store;
use crate::store::lease::TTL;
use crate::store::memory::MemoryStore;
use crate::vendor::fake::{Call, Fake, unknown};
use frontdesk_contract::CallOffer;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Some proxies, one store, one centre.
#[derive(Default)]
pub(super) struct House {
    pub(super) proxies: Vec<Bench>,
    lines: Vec<Arc<Cut>>,
    pub(super) centre: Arc<Fake>,
}

impl House {
    async fn new(proxies: usize) -> Self {
        Self::with(proxies, Arc::new(MemoryStore::new()), Plan::default).await
    }

    pub(super) async fn with(proxies: usize, store: Arc<dyn Store>, plan: impl Fn() -> Plan) -> Self {
        let mut house = Self::default();
        for _ in 0..proxies {
            house.start(&store, plan()).await;
        }
        house
    }

    /// One more proxy.
    pub(super) async fn start(&mut self, store: &Arc<dyn Store>, plan: Plan) {
        let line = Cut::new(Arc::clone(store));
        let plan = Plan { store: line.clone(), ..plan };
        self.proxies.push(Bench::at(plan, Arc::clone(&self.centre)).await);
        self.lines.push(line);
    }

    /// A visitor's session, opened at the first proxy.
    pub(super) async fn session(&self) -> String {
        self.proxies[0].visitor().await.session
    }

    /// The visitor of the session, at one of the proxies.
    pub(super) fn at(&self, proxy: usize, session: &str) -> Visitor<'_> {
        Visitor { bench: &self.proxies[proxy], session: session.to_owned() }
    }

    /// A proxy stands still from now on.
    pub(super) fn cut(&self, proxy: usize) {
        self.lines[proxy].cut(true);
    }

    fn polls(&self) -> usize {
        self.centre.script().polls
    }
}

fn status(reply: &Reply) -> &Value {
    &reply.body["status"]
}

#[tokio::test(start_paused = true)]
async fn requests_may_come_to_any_proxy() {
    goes_anywhere(House::new(3).await).await;
}

/// A conversation of which each request comes to another of three proxies.
pub(super) async fn goes_anywhere(house: House) {
    let session = house.session().await;
    assert_eq!(house.at(1, &session).connect("c1", "robot").await.body["state"], "robot");
    for number in 0..9 {
        let reply = house.at(number % 3, &session).say(&format!("m{number}"), "hello").await;
        assert_eq!(status(&reply), "accepted", "{}", reply.body);
        assert_eq!(reply.body["seq"], 2 + number);
        // The same again, as after a lost answer, elsewhere.
        let again = house.at((number + 1) % 3, &session).say(&format!("m{number}"), "hello").await;
        assert_eq!(again.body, reply.body);
    }
    assert_eq!(house.centre.said(), 9);
    assert_eq!(house.centre.count(|call| *call == Call::Connect), 1);
    house.centre.script().poll.push_back(Ok(vec![message("a", agent("Li"), "hi")]));
    let mut read = 11;
    while read < 12 {
        let path = format!("/v1/events?after={read}&wait=25");
        read = house.at(2, &session).call("GET", &path, None).await.body["next"].as_u64().unwrap();
    }
    let stories = [0, 1, 2].map(|proxy| house.at(proxy, &session));
    let expected = stories[0].story(0).await;
    assert_eq!(expected.last().map(String::as_str), Some("message hi"));
    for visitor in &stories {
        assert_eq!(visitor.story(0).await, expected);
    }
    house.at(2, &session).call("DELETE", "/v1/contact", None).await;
    let reply = house.at(0, &session).say("m10", "too late").await;
    assert_eq!(reply.body["code"], "contact_ended");
    assert_eq!(house.centre.count(|call| *call == Call::Disconnect), 1);
}

#[tokio::test(start_paused = true)]
async fn one_proxy_polls_as_long_as_somebody_listens_anywhere() {
    let house = House::new(3).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    pass(1.0).await;
    let before = house.polls();
    // Far longer than the visitor is waited for.
    for round in 0..16 {
        let reply = house.at(1 + round % 2, &session).call("GET", "/v1/events?after=1&wait=25", None).await;
        assert_eq!(reply.body["events"], json!([]));
    }
    assert_eq!(house.centre.count(|call| *call == Call::Disconnect), 0);
    let polls = house.polls() - before;
    assert!(
        (200..=290).contains(&polls),
        "{polls} polls in 30 s at two a second and 300 s or more at half a one"
    );
    pass(190.0).await;
    assert_eq!(house.centre.count(|call| *call == Call::Disconnect), 1, "and not for longer");
}

#[tokio::test(start_paused = true)]
async fn who_waits_at_one_proxy_hears_at_once_what_another_wrote() {
    let house = House::new(2).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let here = house.at(1, &session);
    let began = Instant::now();
    let wait = here.call("GET", "/v1/events?after=1&wait=25", None);
    let say = async {
        pass(5.0).await;
        house.at(0, &session).say("m1", "hello").await
    };
    let (heard, said) = tokio::join!(wait, say);
    assert_eq!(heard.body["events"][0]["echo"]["id"], "m1");
    assert_eq!((began.elapsed(), status(&said)), (Duration::from_secs(5), &json!("accepted")));
    // One who is logged out elsewhere does not wait for nothing.
    let began = Instant::now();
    let wait = here.call("GET", "/v1/events?after=2&wait=25", None);
    let leave = async {
        pass(5.0).await;
        house.at(0, &session).call("DELETE", "/v1/session", None).await
    };
    let (heard, _) = tokio::join!(wait, leave);
    assert_eq!((heard.status.as_u16(), began.elapsed()), (401, Duration::from_secs(5)));
}

#[tokio::test(start_paused = true)]
async fn what_is_in_flight_at_another_proxy_is_waited_for() {
    let house = House::new(2).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let gate = Arc::new(Semaphore::new(0));
    house.centre.script().gate = Some(Arc::clone(&gate));
    let (a, b) = (house.at(0, &session), house.at(1, &session));
    let later = async {
        // Longer than a lease lasts that nobody renews.
        pass(20.0).await;
        assert_eq!(house.centre.said(), 1);
        gate.add_permits(9);
    };
    let repeated = async {
        pass(0.1).await;
        b.say("m1", "hello").await
    };
    let behind = async {
        pass(0.2).await;
        b.say("m2", "behind it").await
    };
    let (first, again, next, ()) = tokio::join!(a.say("m1", "hello"), repeated, behind, later);
    assert_eq!(
        (&first.body["seq"], &again.body["seq"], &next.body["seq"]),
        (&json!(2), &json!(2), &json!(3))
    );
    assert_eq!(house.centre.said(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_proxy_left_in_flight_is_settled_by_the_rules() {
    for (message_id, said, expected) in
        [(MessageIds::Ignored, 1, "unconfirmed"), (MessageIds::Deduplicated, 2, "accepted")]
    {
        let plan = || {
            let mut plan = Plan::default();
            plan.desk.centre.message_id = message_id;
            plan
        };
        let house = House::with(2, Arc::new(MemoryStore::new()), plan).await;
        let session = house.session().await;
        house.at(0, &session).connect("c1", "robot").await;
        house.centre.script().gate = Some(Arc::new(Semaphore::new(0)));
        let (a, b) = (house.at(0, &session), house.at(1, &session));
        let lost = tokio::time::timeout(Duration::from_millis(100), a.say("m1", "hello")).await;
        assert!(lost.is_err());
        house.lines[0].cut(true);
        house.centre.script().gate = None;
        let began = Instant::now();
        let reply = b.say("m1", "hello").await;
        assert_eq!(status(&reply), expected);
        assert!(began.elapsed() <= TTL + Duration::from_secs(1), "{:?}", began.elapsed());
        assert_eq!(house.centre.said(), said);
        house.lines[0].cut(false);
        pass(60.0).await;
        assert_eq!(house.centre.said(), said, "who was killed and was not, does nothing more");
        assert_eq!(b.story(1).await.iter().filter(|line| line.starts_with("echo m1")).count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_stood_still_neither_journals_nor_sends() {
    let house = House::new(2).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    pass(1.0).await;
    // It is halted with the answer of a poll in its hands; and a message of the visitor comes to it.
    let polls = house.polls();
    house.lines[0].cut(true);
    house.centre.script().poll.push_back(Ok(vec![message("", agent("Li"), "in its hands")]));
    while house.polls() == polls {
        pass(0.1).await;
    }
    let a = house.at(0, &session);
    let sending = tokio::time::timeout(Duration::from_millis(1), a.say("m1", "hello"));
    assert!(sending.await.is_err());
    pass(0.1).await;
    let b = house.at(1, &session);
    let waiting = b.call("GET", "/v1/events?after=1&wait=25", None).await;
    // The other has taken over, and says what it cannot know.
    assert_eq!(waiting.body["events"][0]["notice"]["code"], "messages_may_be_missing");
    assert_eq!(status(&b.say("m1", "hello").await), "accepted");
    house.centre.script().poll.push_back(Ok(vec![message("", agent("Li"), "after it")]));
    pass(35.0).await;
    house.lines[0].cut(false);
    pass(30.0).await;
    let story = b.story(1).await;
    let expected =
        ["notice messages_may_be_missing", "echo m1 accepted", "contact agent (Li)", "message after it"];
    assert_eq!(story, expected);
    assert_eq!(house.centre.said(), 1);
    let before = house.polls();
    pass(10.0).await;
    let polls = house.polls() - before;
    assert!(polls <= 21, "{polls} polls in 10 s: one polls");
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_cannot_renew_its_lease_sends_nothing_more() {
    let plan = || {
        let mut plan = Plan::default();
        plan.desk.centre.message_id = MessageIds::Deduplicated;
        plan
    };
    let house = House::with(2, Arc::new(MemoryStore::new()), plan).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let gate = Arc::new(Semaphore::new(0));
    house.centre.script().gate = Some(Arc::clone(&gate));
    house.centre.script().say.push_back(Err(unknown()));
    let (a, b) = (house.at(0, &session), house.at(1, &session));
    let lost = tokio::time::timeout(Duration::from_millis(100), a.say("m1", "hello")).await;
    assert!(lost.is_err());
    house.lines[0].cut(true);
    house.centre.script().gate = None;
    assert_eq!(status(&b.say("m1", "hello").await), "accepted");
    assert_eq!(house.centre.said(), 2);
    // Only now it hears that its message may not have arrived: it would say it again.
    gate.add_permits(1);
    for cut in [true, false] {
        house.lines[0].cut(cut);
        pass(20.0).await;
        assert_eq!(house.centre.said(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_arrives_after_another_took_over_is_refused() {
    let plan = || {
        let mut plan = Plan::default();
        // Whoever takes over has nothing to write.
        plan.desk.centre.poll = PollKind::Repeats;
        plan
    };
    let house = House::with(2, Arc::new(MemoryStore::new()), plan).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    pass(1.0).await;
    let polls = house.polls();
    house.lines[0].cut(true);
    house.centre.script().poll.push_back(Ok(vec![message("a", agent("Li"), "late")]));
    while house.polls() == polls {
        pass(0.1).await;
    }
    pass(0.1).await;
    let b = house.at(1, &session);
    b.call("GET", "/v1/events?after=1&wait=20", None).await;
    assert!(house.polls() > polls + 1, "the other polls");
    house.lines[0].cut(false);
    pass(5.0).await;
    assert_eq!(b.story(1).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_goes_down_hands_its_visitors_over_at_once() {
    let house = House::new(3).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    pass(1.0).await;
    for down in 0..2 {
        house.proxies[down].app.stop().await;
        let text = format!("after {down}");
        house.centre.script().poll.push_back(Ok(vec![message(&text, agent("Li"), &text)]));
        pass(2.0).await;
    }
    let story = house.at(2, &session).story(1).await;
    assert_eq!(story, ["contact agent (Li)", "message after 0", "message after 1"]);
}

#[tokio::test(start_paused = true)]
async fn where_polling_only_stopped_nobody_takes_it_up_before_the_visitor_returns() {
    let plan = || {
        let mut plan = Plan::default();
        plan.desk.on_linger = OnLinger::Stop;
        plan
    };
    let house = House::with(2, Arc::new(MemoryStore::new()), plan).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    pass(200.0).await;
    let polls = house.polls();
    pass(600.0).await;
    assert_eq!(house.polls(), polls);
    house.centre.script().poll.push_back(Ok(vec![message("a", agent("Li"), "waited")]));
    house.at(1, &session).call("GET", "/v1/contact", None).await;
    pass(2.0).await;
    assert_eq!(house.at(0, &session).story(1).await, ["contact agent (Li)", "message waited"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_kept_and_ended_at_any_proxy_and_dropped_when_its_own_is_killed() {
    let plan = || {
        let mut plan = Plan::default();
        plan.desk.offers.call = CallOffer { audio: true, video: false };
        plan
    };
    let house = House::with(2, Arc::new(MemoryStore::new()), plan).await;
    let session = house.session().await;
    let (a, b) = (house.at(0, &session), house.at(1, &session));
    let dropped = || house.centre.count(|call| *call == Call::DropCall);
    let start = async |id: &str| {
        let wish = json!({"id": id, "media": "audio"});
        a.call("POST", "/v1/call", Some(wish)).await.body["state"].clone()
    };
    assert_eq!(start("k1").await, "setup");
    for _ in 0..12 {
        pass(5.0).await;
        let kept = b.call("POST", "/v1/call/heartbeat", None).await;
        assert_eq!(kept.body["state"], "setup");
    }
    assert_eq!(dropped(), 0);
    b.call("DELETE", "/v1/call", None).await;
    pass(1.0).await;
    assert_eq!(dropped(), 1);
    assert_eq!(start("k2").await, "setup");
    house.lines[0].cut(true);
    pass(10.0).await;
    assert_eq!(dropped(), 2);
    let kept = b.call("POST", "/v1/call/heartbeat", None).await;
    assert_eq!((&kept.body["state"], &kept.body["end"]), (&json!("ended"), &json!("lost")));
}

#[tokio::test(start_paused = true)]
async fn a_debt_is_paid_by_whoever_is_left() {
    let house = House::new(2).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let unreachable = std::iter::repeat_n(Err(crate::vendor::fake::not_sent()), 3);
    house.centre.script().disconnect.extend(unreachable);
    house.at(0, &session).call("DELETE", "/v1/contact", None).await;
    house.lines[0].cut(true);
    pass(60.0).await;
    assert!(house.proxies[1].app.shared.store.unfinished().await.unwrap().is_empty());
    assert_eq!(house.centre.count(|call| *call == Call::Disconnect), 4);
}

#[tokio::test(start_paused = true)]
async fn a_ticket_is_good_at_any_proxy_and_once() {
    let house = House::new(3).await;
    let session = house.session().await;
    let ticket = crate::session::credential::generate();
    let wish = json!({"ticket": ticket});
    let reply = house.at(0, &session).call("POST", "/v1/session/ticket", Some(wish)).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let wish = json!({"ticket": ticket, "desk": "shop", "opened_by": "https://shop.example"});
    for (proxy, expected) in [(1, 200), (2, 403), (0, 403)] {
        let reply = house.proxies[proxy].call("POST", "/v1/session/redeem", None, Some(wish.clone())).await;
        assert_eq!(reply.status, expected, "{}", reply.body);
        if expected == 200 {
            assert_eq!(reply.body["session"], session);
        }
    }
}

/// What may happen.
#[derive(Clone, Debug)]
enum Step {
    /// The visitor says the next thing at a proxy, or says the last one again.
    Say { proxy: usize, again: bool },
    /// The centre has a message.
    Down,
    /// The visitor reads on at a proxy.
    Read { proxy: usize },
    /// Time passes, in tenths of seconds.
    Pass(u8),
    /// A proxy is halted or goes on.
    Cut { proxy: usize, cut: bool },
    /// A proxy goes down in order, and a new one comes.
    Roll { proxy: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3usize, any::<bool>()).prop_map(|(proxy, again)| Step::Say { proxy, again }),
        3 => Just(Step::Down),
        3 => (0..3usize).prop_map(|proxy| Step::Read { proxy }),
        2 => any::<u8>().prop_map(Step::Pass),
        1 => (0..3usize, any::<bool>()).prop_map(|(proxy, cut)| Step::Cut { proxy, cut }),
        1 => (0..3usize).prop_map(|proxy| Step::Roll { proxy }),
    ];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever comes to whichever proxy, in any state: nothing is said twice, nothing is told twice, all is in order, and
    /// what was answered stays so. The centre forgets ids, and its polls are destructive.
    #[test]
    fn any_interleaving_keeps_the_promise(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(interleave(steps));
    }
}

async fn interleave(steps: Vec<Step>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let mut house = House::with(3, Arc::clone(&store), Plan::default).await;
    let session = house.session().await;
    house.at(0, &session).connect("c1", "robot").await;
    let (mut said, mut down, mut after) = (0, 0, 1);
    let mut answers: Vec<(usize, Value)> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    for step in steps {
        match step {
            Step::Say { proxy, again } => {
                if !again || said == 0 {
                    said += 1;
                }
                let id = format!("m{said}");
                let visitor = house.at(proxy, &session);
                let reply = tokio::time::timeout(Duration::from_secs(9), visitor.say(&id, &id)).await;
                if let Ok(reply) = reply
                    && reply.status == 200
                {
                    answers.push((said, reply.body));
                }
            }
            Step::Down => {
                down += 1;
                let text = format!("d{down}");
                house.centre.script().poll.push_back(Ok(vec![message(&text, agent("Li"), &text)]));
            }
            Step::Read { proxy } => {
                let visitor = house.at(proxy, &session);
                let path = format!("/v1/events?after={after}&wait=3");
                let read = tokio::time::timeout(Duration::from_secs(5), visitor.call("GET", &path, None));
                let Ok(reply) = read.await else { continue };
                let page: frontdesk_contract::EventPage = serde_json::from_value(reply.body).unwrap();
                for event in &page.events {
                    assert_eq!(event.seq, after + 1);
                    after = event.seq;
                    told.push(super::short(event));
                }
            }
            Step::Pass(tenths) => pass(f64::from(tenths) / 10.0).await,
            Step::Cut { proxy, cut } => house.lines[proxy].cut(cut),
            Step::Roll { proxy } => {
                house.lines[proxy].cut(false);
                house.proxies[proxy].app.stop().await;
                house.start(&store, Plan::default()).await;
                drop((house.proxies.swap_remove(proxy), house.lines.swap_remove(proxy)));
            }
        }
    }
    house.lines.iter().for_each(|line| line.cut(false));
    pass(30.0).await;
    // What had no answer is asked again, as the page does.
    for number in 1..=said {
        let reply = house.at(number % 3, &session).say(&format!("m{number}"), &format!("m{number}")).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        for (_, answer) in answers.iter().filter(|(answered, _)| *answered == number) {
            assert_eq!(answer, &reply.body, "m{number}");
        }
    }
    pass(5.0).await;
    let story = house.at(0, &session).story(1).await;
    assert!(story.starts_with(&told), "what was read stays: {told:?} {story:?}");
    let echoed = |number: usize| {
        let echo = format!("echo m{number} ");
        story.iter().filter(|line| line.starts_with(&echo)).count()
    };
    for number in 1..=said {
        assert_eq!(echoed(number), 1, "m{number} {story:?}");
        let id = format!("m{number}");
        let times = house.centre.count(|call| matches!(call, Call::Say { id: said, .. } if *said == id));
        let unconfirmed = story.contains(&format!("echo {id} unconfirmed"));
        assert!(times == 1 || (times == 0 && unconfirmed), "{id} was said {times} times");
    }
    let heard: Vec<usize> =
        story.iter().filter_map(|line| line.strip_prefix("message d")?.parse().ok()).collect();
    assert!(heard.is_sorted_by(|a, b| a < b), "{heard:?}");
    let missing = story.iter().any(|line| line == "notice messages_may_be_missing");
    assert!(heard.len() == down || missing, "{heard:?} of {down}");
}
