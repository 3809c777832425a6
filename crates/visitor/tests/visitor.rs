//! The native visitor against a proxy in process, in virtual time.

mod support;

use frontdesk_contract::{Body, ConnectTo, ContactState, ErrorCode};
use frontdesk_core::{EntryKind, MineState, RatingState, Settings, Stage};
use frontdesk_visitor::checker::{Verdict, compare};
use frontdesk_visitor::clock::Clock;
use frontdesk_visitor::{FaultLog, FaultPlan, Link, Picked, Setup, Storage, View, Visitor};
use std::sync::Arc;
use std::time::Duration;
use support::FakeProxy;

const MESSAGES: usize = 12;
/// Of virtual time, for what would otherwise wait for ever.
const HOUR: Duration = Duration::from_secs(3_600);

fn start(proxy: &FakeProxy, plan: FaultPlan, storage: &Storage) -> (Visitor, FaultLog) {
    let log = FaultLog::default();
    let setup = Setup {
        settings: Settings::new("shop", "en"),
        link: Link::new(Arc::new(proxy.clone()), plan, log.clone(), 0),
        storage: storage.clone(),
        clock: Clock::start(),
        seed: plan.seed,
    };
    (Visitor::start(setup), log)
}

fn texts(view: &View) -> Vec<String> {
    let text = |body: &Body| if let Body::Text(text) = body { text.clone() } else { String::new() };
    view.agent_lines(0)
        .filter_map(|line| match &line.entry.kind {
            EntryKind::Theirs { body, .. } => Some(text(body)),
            _ => None,
        })
        .collect()
}

/// One conversation; answers what the agent heard of the visitor, and the visitor of the agent.
async fn converse(proxy: &FakeProxy, plan: FaultPlan, reload: bool) -> (Verdict, Verdict, FaultLog) {
    let storage = Storage::default();
    let (mut visitor, log) = start(proxy, plan, &storage);
    visitor.open().await.expect("alive");
    visitor.connect(ConnectTo::Agent).await.expect("alive");
    let served = |view: &View| (view.contact.state == ContactState::Agent).then_some(());
    visitor.until(served).await.expect("alive");
    let said: Vec<String> = (0..MESSAGES).map(|at| format!("text {}", at / 2)).collect();
    for (at, text) in said.iter().enumerate() {
        visitor.send(text.clone()).await.expect("alive");
        if reload && at % 4 == 1 {
            visitor.reload().await.expect("alive");
        }
        if at % 3 == 2 {
            visitor.until(|view| (texts(view).len() > at).then_some(())).await.expect("alive");
        }
    }
    visitor.until(|view| (texts(view).len() >= MESSAGES).then_some(())).await.expect("alive");
    // Counted too: answers given twice bring the line above before the last message has been taken.
    let sent = |view: &View| {
        let sent = view.my_lines(0).filter(|(_, state)| *state == MineState::Sent).count();
        (sent == MESSAGES).then_some(())
    };
    visitor.until(sent).await.expect("alive");
    visitor.end().await.expect("alive");
    visitor.until(|view| matches!(view.rating, RatingState::Asked(_)).then_some(())).await.expect("alive");
    visitor.rate(5, "").await.expect("alive");
    visitor.until(|view| (view.rating == RatingState::Thanked).then_some(())).await.expect("alive");
    let shown = visitor.look(texts);
    assert_eq!(visitor.look(|view| view.divergences), 0);
    (compare(&said, &proxy.heard()), compare(&proxy.said(), &shown), log)
}

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_or_doubled_whatever_happens_on_the_way() {
    let mut faults = 0;
    for seed in 0..32 {
        let plan = FaultPlan { seed, percent: 20.0 };
        let (up, down, log) = converse(&FakeProxy::new(true), plan, false).await;
        assert!(up.is_clean() && down.is_clean(), "seed {seed}: {up:?} {down:?}");
        faults += log.total();
    }
    assert!(faults > 100, "{faults}");
}

#[tokio::test(start_paused = true)]
async fn reloads_in_the_middle_change_nothing() {
    for seed in 0..16 {
        let plan = FaultPlan { seed, percent: 10.0 };
        let (up, down, _) = converse(&FakeProxy::new(true), plan, true).await;
        assert!(up.is_clean() && down.is_clean(), "seed {seed}: {up:?} {down:?}");
    }
}

/// Texts and files in turn, as fast as they can be sent; answers what the agent heard of them.
async fn send_mixed(proxy: &FakeProxy, plan: FaultPlan, reload: bool) -> (Verdict, FaultLog) {
    let storage = Storage::default();
    let (mut visitor, log) = start(proxy, plan, &storage);
    visitor.open().await.expect("alive");
    visitor.until(|view| view.offers.clone()).await.expect("alive");
    visitor.connect(ConnectTo::Agent).await.expect("alive");
    let mut said = Vec::new();
    for at in 0..MESSAGES {
        if at % 3 == 0 {
            let (name, content) = (format!("{at} a.txt"), format!("content {at}"));
            said.push(format!("{name}: {content}"));
            let picked = Picked { name, media_type: "text/plain".into(), content: content.into() };
            visitor.send_files(vec![picked]).await.expect("alive");
        } else {
            said.push(format!("text {at}"));
            // Nothing but NUL is no message, and is in nobody's way.
            visitor.send("\0\0").await.expect("alive");
            visitor.send(format!("\0text\0 {at}")).await.expect("alive");
        }
        if reload && at % 5 == 4 {
            let reloads = visitor.look(|view| view.reloads);
            visitor.reload().await.expect("alive");
            // Files can be sent once it is known which are taken.
            let ready = |view: &View| view.offers.as_ref().filter(|_| view.reloads > reloads).map(drop);
            visitor.until(ready).await.expect("alive");
        }
    }
    visitor.until(|view| (texts(view).len() >= MESSAGES).then_some(())).await.expect("alive");
    let sent = |view: &View| view.my_lines(0).all(|(_, state)| state == MineState::Sent).then_some(());
    visitor.until(sent).await.expect("alive");
    assert_eq!(storage.contents(), 0, "a content is forgotten once its message is there");
    assert_eq!(visitor.look(|view| (view.declined.clone(), view.returned.clone())), (Vec::new(), None));
    (compare(&said, &proxy.heard()), log)
}

#[tokio::test(start_paused = true)]
async fn files_and_texts_arrive_once_and_in_order_whatever_happens_on_the_way() {
    for percent in [5.0, 20.0] {
        let mut uploads = 0;
        for seed in 1..=32 {
            let plan = FaultPlan { seed, percent };
            let proxy = FakeProxy::new(true);
            let sent = tokio::time::timeout(HOUR, send_mixed(&proxy, plan, seed % 4 == 0)).await;
            let (up, log) = sent.unwrap_or_else(|_| panic!("seed {seed}, {percent} %: {:?}", proxy.heard()));
            assert!(up.is_clean(), "seed {seed}, {percent} %: {up:?}");
            uploads += log.all().iter().filter(|injected| injected.call == "upload").count();
        }
        assert!(uploads > 0, "faults met uploads too");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_desk_does_not_take_is_told_by_name() {
    let (mut visitor, _) = start(&FakeProxy::new(true), FaultPlan::default(), &Storage::default());
    visitor.open().await.expect("alive");
    visitor.until(|view| view.offers.clone()).await.expect("alive");
    let picked = |name: &str, content: &str| Picked {
        name: name.into(),
        media_type: String::new(),
        content: content.to_owned().into(),
    };
    let files = vec![picked("a.txt", ""), picked("b.exe", "x"), picked("c.txt", &"x".repeat(1_001))];
    visitor.send_files(files).await.expect("alive");
    visitor.send("x".repeat(1_025)).await.expect("alive");
    let returned = visitor.until(|view| view.returned.clone()).await.expect("alive");
    assert_eq!(returned.len(), 1_025);
    let reasons = [ErrorCode::FileEmpty, ErrorCode::FileTypeRefused, ErrorCode::FileTooLarge];
    let names = ["a.txt", "b.exe", "c.txt"].map(str::to_owned);
    let expected: Vec<_> = names.into_iter().zip(reasons).collect();
    assert_eq!(visitor.look(|view| view.declined.clone()), expected);
    assert_eq!(visitor.look(|view| view.lines.len()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_forgets_ids_is_found_out() {
    let mut doubled = 0;
    for seed in 0..8 {
        let plan = FaultPlan { seed, percent: 20.0 };
        let (up, _, _) = converse(&FakeProxy::new(false), plan, false).await;
        assert!(up.lost.is_empty(), "seed {seed}: {up:?}");
        doubled += up.duplicated.len();
    }
    assert!(doubled > 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_before_the_visitor_acts() {
    let (visitor, _) = start(&FakeProxy::new(true), FaultPlan::default(), &Storage::default());
    tokio::task::yield_now().await;
    assert_eq!((visitor.requests(), visitor.look(|view| view.stage)), (0, Stage::Idle));
}

#[tokio::test(start_paused = true)]
async fn another_page_goes_on_with_what_storage_holds() {
    let (proxy, storage) = (FakeProxy::new(true), Storage::default());
    let (mut first, _) = start(&proxy, FaultPlan::default(), &storage);
    first.connect(ConnectTo::Agent).await.expect("alive");
    first.send("hello").await.expect("alive");
    first.until(|view| (texts(view).len() == 1).then_some(())).await.expect("alive");
    drop(first);
    let (mut second, _) = start(&proxy, FaultPlan::default(), &storage);
    second.until(|view| (texts(view).len() == 1).then_some(())).await.expect("alive");
    let mine = second.look(|view| view.my_lines(0).map(|(_, state)| state).collect::<Vec<_>>());
    assert_eq!(mine, [MineState::Sent]);
    assert_eq!(proxy.heard(), ["hello"]);
}
