//! Virtual time, and questions that are counted.

use super::{Fresh, Lease, Need, TokenCell};
use crate::vendor::Failure;
use frontdesk_contract::ErrorCode;
use reqwest::header::HeaderValue;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::{advance, sleep};

fn fresh(text: &str, seconds: u64) -> Fresh {
    Fresh { value: HeaderValue::from_str(text).unwrap(), lifetime: Duration::from_secs(seconds) }
}

fn down() -> Failure {
    Failure::NotSent { code: ErrorCode::CentreUnreachable, detail: "tokenByAkSk: down".into() }
}

fn text(lease: &Lease) -> &str {
    lease.value.to_str().unwrap()
}

/// A token service that numbers its tokens, takes a moment, and can be down.
#[derive(Default)]
struct Service {
    asked: AtomicU32,
    down: std::sync::atomic::AtomicBool,
}

impl Service {
    async fn ask(&self) -> Result<Fresh, Failure> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        sleep(Duration::from_millis(50)).await;
        if self.down.load(Ordering::SeqCst) { Err(down()) } else { Ok(fresh(&format!("t{number}"), 600)) }
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn two_hundred_callers_cause_one_question() {
    let (cell, service) = (Arc::new(TokenCell::default()), Arc::new(Service::default()));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (cell, service) = (Arc::clone(&cell), Arc::clone(&service));
        callers.spawn(async move { text(&cell.get(Need::Lasting, service.ask()).await.unwrap()).to_owned() });
    }
    assert!(callers.join_all().await.iter().all(|token| token == "t1"));
    assert_eq!(service.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_at_four_fifths_of_its_life_and_not_before() {
    let (cell, service) = (TokenCell::default(), Service::default());
    cell.get(Need::Lasting, service.ask()).await.unwrap();
    // The life counts from the question, not from the answer 50 ms later.
    advance(Duration::from_millis(479_949)).await;
    assert_eq!(text(&cell.get(Need::Lasting, service.ask()).await.unwrap()), "t1");
    advance(Duration::from_millis(1)).await;
    assert_eq!(text(&cell.get(Need::Lasting, service.ask()).await.unwrap()), "t2");
    assert_eq!(service.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_only_needs_any_token_gets_an_old_one_too() {
    let (cell, service) = (TokenCell::default(), Service::default());
    cell.get(Need::Any, service.ask()).await.unwrap();
    advance(Duration::from_secs(10_000)).await;
    assert_eq!(text(&cell.get(Need::Any, service.ask()).await.unwrap()), "t1");
    assert_eq!(text(&cell.get(Need::Lasting, service.ask()).await.unwrap()), "t2");
}

#[tokio::test(start_paused = true)]
async fn an_old_token_serves_while_a_new_one_is_on_its_way_or_cannot_be_had() {
    let (cell, service) = (Arc::new(TokenCell::default()), Arc::new(Service::default()));
    cell.get(Need::Lasting, service.ask()).await.unwrap();
    advance(Duration::from_secs(500)).await;
    let renewal = tokio::spawn({
        let (cell, service) = (Arc::clone(&cell), Arc::clone(&service));
        async move { text(&cell.get(Need::Lasting, service.ask()).await.unwrap()).to_owned() }
    });
    tokio::task::yield_now().await;
    assert_eq!(text(&cell.get(Need::Lasting, service.ask()).await.unwrap()), "t1");
    assert_eq!(renewal.await.unwrap(), "t2");

    service.set_down(true);
    advance(Duration::from_secs(590)).await;
    assert_eq!(text(&cell.get(Need::Lasting, service.ask()).await.unwrap()), "t2");
    advance(Duration::from_secs(20)).await;
    assert_eq!(cell.get(Need::Lasting, service.ask()).await.unwrap_err(), down());
}

#[tokio::test(start_paused = true)]
async fn a_dead_service_is_asked_seldom_by_however_many() {
    let (cell, service) = (TokenCell::default(), Service::default());
    service.set_down(true);
    for _ in 0..6_000 {
        assert_eq!(cell.get(Need::Lasting, service.ask()).await.unwrap_err(), down());
        advance(Duration::from_millis(50)).await;
    }
    // Five minutes: a pause of one second, then of two.
    assert!((146..=152).contains(&service.asked()), "{}", service.asked());
    service.set_down(false);
    advance(Duration::from_secs(2)).await;
    assert!(cell.get(Need::Lasting, service.ask()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_by_all_who_wait() {
    let (cell, service) = (Arc::new(TokenCell::default()), Arc::new(Service::default()));
    service.set_down(true);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (cell, service) = (Arc::clone(&cell), Arc::clone(&service));
        callers.spawn(async move { cell.get(Need::Lasting, service.ask()).await.is_err() });
    }
    assert!(callers.join_all().await.into_iter().all(|failed| failed));
    assert_eq!(service.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_refusals_of_one_token_cause_one_renewal() {
    let (cell, service) = (Arc::new(TokenCell::default()), Arc::new(Service::default()));
    let old = cell.get(Need::Lasting, service.ask()).await.unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let (cell, service, old) = (Arc::clone(&cell), Arc::clone(&service), old.clone());
        callers.spawn(async move { text(&cell.renew(&old, service.ask()).await.unwrap()).to_owned() });
    }
    assert!(callers.join_all().await.iter().all(|token| token == "t2"));
    assert_eq!(service.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_does_not_hold_up_the_others() {
    let (cell, service) = (TokenCell::default(), Service::default());
    let given_up =
        tokio::time::timeout(Duration::from_millis(10), cell.get(Need::Lasting, service.ask())).await;
    assert!(given_up.is_err());
    assert_eq!(text(&cell.get(Need::Lasting, service.ask()).await.unwrap()), "t2");
}

#[tokio::test(start_paused = true)]
async fn of_two_answers_that_overtake_each_other_the_newer_token_stays() {
    let (cell, service) = (TokenCell::default(), Service::default());
    cell.get(Need::Any, service.ask()).await.unwrap();
    let (first, second) = (cell.ticket(), cell.ticket());
    cell.offer(fresh("second%3D", 3600), second);
    cell.offer(fresh("first%3D", 3600), first);
    assert_eq!(text(&cell.get(Need::Any, service.ask()).await.unwrap()), "second%3D");
    assert_eq!(service.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn renewing_in_vain_is_remembered_for_a_moment() {
    let cell = TokenCell::default();
    cell.note_futile();
    assert!(cell.is_futile());
    advance(Duration::from_secs(1)).await;
    assert!(!cell.is_futile());
    cell.note_futile();
    advance(Duration::from_millis(1_500)).await;
    assert!(cell.is_futile());
    cell.note_good();
    assert!(!cell.is_futile());
}

#[test]
fn a_token_is_never_shown() {
    let cell = TokenCell::default();
    cell.offer(fresh("canary-token", 60), cell.ticket());
    let lease = cell.state().usable(Need::Any).unwrap();
    assert!(!format!("{lease:?}").contains("canary"));
}
