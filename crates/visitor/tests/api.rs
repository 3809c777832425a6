//! Everything that a session asks of the visitor API, carried out by the native visitor: with the real proxy and the real
//! sandbox, both in process. What arrived is looked up at the centre.

mod stack;

use bytes::Bytes;
use frontdesk_contract::{Body, Card, ConnectTo, ContactState, ErrorCode, Location};
use frontdesk_core::{EntryKind, HistoryState, Input, LeaveState, MineState, Settings};
use frontdesk_visitor::clock::Clock;
use frontdesk_visitor::replay::Switches;
use frontdesk_visitor::replay::centre::Centre;
use frontdesk_visitor::replay::desk::AgentApi;
use frontdesk_visitor::replay::processes::config;
use frontdesk_visitor::replay::switches::{Dialect, MessageId, Poll};
use frontdesk_visitor::{FaultLog, FaultPlan, Link, Picked, Setup, Storage, View, Visitor};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// For what never comes; nothing here takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A visitor at a desk, with an agent on the other side.
struct House {
    centre: Centre,
    agent: AgentApi,
    visitor: Visitor,
    storage: Storage,
    _proxy: stack::Proxy,
    _sandbox: frontdesk_sandbox::Running,
}

impl House {
    async fn open(faults: FaultPlan) -> Self {
        let sandbox =
            frontdesk_sandbox::spawn(frontdesk_sandbox::Settings::default()).await.expect("a sandbox");
        let switches = Switches {
            message_id: MessageId::Deduplicated,
            poll: Poll::Destructive,
            history: None,
            dialect: Dialect::V2_6,
            poll_interval_ms: vec![100, 1_000],
            desk: "shop".into(),
        };
        let centre = Centre::new(&sandbox.base_url).expect("a client");
        centre.set_up(&switches, 1, FaultPlan::default()).await.expect("a centre");
        let settings = centre.settings().await.expect("settings");
        let (listener, proxy) = stack::listen().await;
        let mut text = config(&switches, &proxy, &sandbox.base_url, "memory", &settings);
        text.push_str("locations = true\n[desks.leave_message]\ncountries = [\"DE\"]\n");
        let serving = stack::serve(listener, &text).await;
        let carrier = frontdesk_visitor::link::HttpCarrier::new(&proxy).expect("a client");
        let storage = Storage::default();
        let visitor = Visitor::start(Setup {
            settings: Settings::new("shop", "en"),
            link: Link::new(Arc::new(carrier), faults, FaultLog::default(), 0),
            storage: storage.clone(),
            clock: Clock::start(),
            seed: 7,
        });
        let agent = AgentApi::sign_in(&sandbox.base_url, "Li").await.expect("an agent");
        let mut house = Self { centre, agent, visitor, storage, _proxy: serving, _sandbox: sandbox };
        house.visitor.open().await.expect("alive");
        house.until("a session", |view| view.offers.clone()).await;
        house
    }

    /// Waits until the visitor sees something.
    async fn until<T>(&mut self, what: &str, seen: impl FnMut(&View) -> Option<T>) -> T {
        let found = tokio::time::timeout(PATIENCE, self.visitor.until(seen)).await;
        found.unwrap_or_else(|_| unreachable!("{what} never came")).expect("alive")
    }

    async fn input(&self, input: Input) {
        self.visitor.input(input).await.expect("alive");
    }

    async fn connect(&mut self, to: ConnectTo, state: ContactState) {
        self.visitor.connect(to).await.expect("alive");
        self.until("a conversation", |view| (view.contact.state == state).then_some(())).await;
    }

    /// All messages of the visitor, as many as were sent, are at the centre.
    async fn sent(&mut self, count: usize) {
        let sent = |view: &View| {
            let sent = view.my_lines(0).filter(|(_, state)| *state == MineState::Sent).count();
            (sent == count).then_some(())
        };
        self.until("that all is sent", sent).await;
    }

    /// Everything that the centre holds about the visitor.
    async fn record(&self) -> Value {
        let users: Value = self.centre.get("/sandbox/record").await.expect("a record");
        let user = users.pointer("/users/0").and_then(Value::as_str).expect("a visitor");
        self.centre.get(&format!("/sandbox/record?userId={user}")).await.expect("a record")
    }

    /// Types until the agent sees it; answers the number of the conversation.
    async fn seen_typing(&self) -> u64 {
        let looking = async {
            let mut after = 0;
            loop {
                // Told every few seconds at most, and forgotten a few seconds later.
                self.input(Input::Typing).await;
                let changes = self.agent.changes(after, 2).await.expect("changes");
                if let Some(found) = changes.conversations.iter().find(|one| one.visitor_typing) {
                    return found.id;
                }
                after = changes.next;
            }
        };
        tokio::time::timeout(PATIENCE, looking).await.expect("the agent sees the visitor typing")
    }

    /// Waits until the agents' desk changes so that the record shows something.
    async fn recorded<T>(&self, what: &str, found: impl Fn(&Value) -> Option<T>) -> T {
        let looking = async {
            let mut after = 0;
            loop {
                let next = self.agent.changes(after, 5).await.expect("changes").next;
                if let Some(found) = found(&self.record().await) {
                    return found;
                }
                // Not every entry of the record is a change at the desk: what was changed is asked for in any case.
                after = next;
            }
        };
        let looked = tokio::time::timeout(PATIENCE, looking).await;
        looked.unwrap_or_else(|_| unreachable!("{what} is not recorded"))
    }
}

fn lines(record: &Value) -> Vec<&Value> {
    let all = record.pointer("/conversations").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|one| one.get("messages")?.as_array()).flatten().collect()
}

fn text_of<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn texts_files_places_and_cards_reach_the_agent_in_order_also_under_faults() {
    let mut house = House::open(FaultPlan { seed: 1, percent: 5.0 }).await;
    house.connect(ConnectTo::Agent, ContactState::Agent).await;
    house.visitor.send("one").await.expect("alive");
    let content = Bytes::from_static(b"a,b\n1,2\n");
    let picked = |name: &str, media_type: &str| Picked {
        name: name.into(),
        media_type: media_type.into(),
        content: content.clone(),
    };
    let files = vec![picked("a list.csv", "text/csv"), picked("notes.txt", ""), picked("tool.exe", "")];
    house.visitor.send_files(files).await.expect("alive");
    let place = Location { latitude: 52.5, longitude: 13.4, label: "here".into() };
    house.input(Input::SendLocation(place)).await;
    let (title, url) = ("A mug".to_owned(), "https://shop.example/mug".to_owned());
    let card = Card { title, description: "blue".into(), url, image: None };
    house.input(Input::SendCard(card)).await;
    house.visitor.send("two").await.expect("alive");
    house.sent(6).await;

    let record = house.record().await;
    let own: Vec<&Value> =
        lines(&record).into_iter().filter(|line| text_of(line, "from") == "visitor").collect();
    let media: Vec<&str> = own.iter().map(|line| text_of(line, "media")).collect();
    assert_eq!(media, ["TEXT", "FILE", "FILE", "LOCATE", "WEBCARD", "TEXT"], "{record}");
    let sizes: Vec<u64> = own.iter().filter_map(|line| line.pointer("/file/size")?.as_u64()).collect();
    assert_eq!(sizes, [8, 8], "{record}");
    assert_eq!(
        house.visitor.look(|view| view.declined.clone()),
        [("tool.exe".to_owned(), ErrorCode::FileTypeRefused)]
    );
    assert_eq!(house.storage.contents(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_robot_suggests_answers_and_is_judged() {
    let mut house = House::open(FaultPlan::default()).await;
    house.connect(ConnectTo::Robot, ContactState::Robot).await;
    house.input(Input::Draft("order".into())).await;
    let question = house.until("a suggestion", |view| view.suggestions.first().cloned()).await;
    house.visitor.send(question).await.expect("alive");
    let answer = |view: &View| {
        view.lines.iter().find_map(|line| match &line.entry.kind {
            EntryKind::Theirs { id, judgeable: true, judged: None, .. } => Some(id.clone()),
            _ => None,
        })
    };
    let message = house.until("an answer", answer).await;
    house
        .input(Input::Judge { message: message.clone(), helpful: false, reason: "too\0 short".into() })
        .await;
    let feedback = |record: &Value| {
        let judged = lines(record).into_iter().find(|line| !line.get("feedback").is_none_or(Value::is_null));
        judged.map(|line| line.get("feedback").cloned().unwrap_or_default())
    };
    let feedback = house.recorded("a judgement", feedback).await;
    assert!(feedback.to_string().contains("too short"), "{feedback}");
    let judged = |view: &View| {
        view.lines.iter().find_map(|line| match &line.entry.kind {
            EntryKind::Theirs { id, judged: Some(helpful), .. } if *id == message => Some(*helpful),
            _ => None,
        })
    };
    assert!(!house.until("the judgement", judged).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agent_learns_that_the_visitor_types_and_what_was_read() {
    let mut house = House::open(FaultPlan::default()).await;
    house.connect(ConnectTo::Agent, ContactState::Agent).await;
    let conversation = house.seen_typing().await;
    house.agent.reply(conversation, "good day").await.expect("an answer");
    house.until("the agent's text", |view| view.agent_lines(0).next().map(drop)).await;
    let read = |record: &Value| {
        let said = lines(record).into_iter().find(|line| text_of(line, "text") == "good day")?;
        said.get("read_ms")?.as_u64()
    };
    assert!(house.recorded("that it was read", read).await > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_earlier_can_be_read_from_the_centre_s_history() {
    let mut house = House::open(FaultPlan::default()).await;
    house.connect(ConnectTo::Agent, ContactState::Agent).await;
    for text in ["one", "two"] {
        house.visitor.send(text).await.expect("alive");
    }
    house.sent(2).await;
    assert_eq!(house.visitor.look(|view| view.history), HistoryState::Idle);
    house.input(Input::Earlier).await;
    house.until("the end of the history", |view| (view.history == HistoryState::End).then_some(())).await;
    let texts = |view: &View| {
        let bodies = view.my_lines(0).filter_map(|(line, _)| match &line.entry.kind {
            EntryKind::Mine { body: Body::Text(text), .. } => Some(text.clone()),
            _ => None,
        });
        bodies.collect::<Vec<_>>()
    };
    assert_eq!(house.visitor.look(texts), ["one", "two"], "what the journal has is not shown twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_left_for_later_and_a_wrong_number_is_told() {
    let mut house = House::open(FaultPlan::default()).await;
    let leave = |number: &str| Input::LeaveMessage {
        number: number.into(),
        country: Some("DE".into()),
        text: "call\0 me".into(),
    };
    house.input(leave("12")).await;
    let failed = LeaveState::Failed(Some(ErrorCode::NumberInvalid));
    house.until("the proxy's no", |view| (view.leaving == failed).then_some(())).await;
    house.input(leave("030 1234567")).await;
    house.until("that it is there", |view| (view.leaving == LeaveState::Sent).then_some(())).await;
    let letters = house.record().await;
    let letter = letters.pointer("/letters/0").cloned().unwrap_or_default();
    assert!(letter.to_string().contains("call me"), "{letters}");
    assert!(letters.pointer("/letters/1").is_none(), "{letters}");
}
