//! Every turn of the guard, at a scripted centre and in time that only moves when it may.

use super::Guarded;
use crate::config::Guard;
use crate::vendor::fake::{Fake, not_sent, refused, unknown};
use crate::vendor::{Centre as _, Downlink, Failure, Party, Said, Utterance};
use frontdesk_contract::{ClientId, ErrorCode};
use futures_util::FutureExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

const PAUSE: Duration = Duration::from_secs(5);

struct Desk {
    fake: Arc<Fake>,
    guarded: Guarded,
    party: Party,
}

fn desk() -> Desk {
    desk_with(&Guard { failures: 3, pause: PAUSE, ..Guard::default() })
}

fn desk_with(guard: &Guard) -> Desk {
    let fake = Arc::new(Fake::default());
    let guarded = Guarded::new(fake.clone(), "shop".into(), guard, Arc::default());
    let party = Party { user_id: "u1".into(), user_name: "Guest".into(), language: "en".into() };
    Desk { fake, guarded, party }
}

impl Desk {
    async fn poll(&self) -> Result<Vec<Downlink>, Failure> {
        self.guarded.poll(&self.party).await
    }

    async fn say(&self) -> Result<Said, Failure> {
        let id: ClientId = serde_json::from_str("\"m1\"").unwrap();
        self.guarded.say(&self.party, &id, 1, &Utterance::Text("hello".into())).await
    }

    async fn fail(&self, times: usize, failure: Failure) {
        for _ in 0..times {
            self.fake.script().poll.push_back(Err(failure.clone()));
            assert_eq!(self.poll().await, Err(failure.clone()));
        }
    }

    async fn opened() -> Self {
        let desk = desk();
        desk.fail(3, not_sent()).await;
        desk
    }

    fn polls(&self) -> usize {
        self.fake.script().polls
    }
}

fn code<T>(answer: Result<T, Failure>) -> Option<ErrorCode> {
    match answer {
        Err(Failure::NotSent { code, .. }) => Some(code),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_cannot_be_reached_is_not_asked_and_the_answer_is_safe_to_repeat() {
    // The last as where the centre hangs over a token: the call itself did not leave.
    let no_token = Failure::NotSent { code: ErrorCode::CentreTimeout, detail: "applyToken: late".into() };
    for failure in [not_sent(), unknown(), no_token] {
        let desk = desk();
        desk.fail(3, failure).await;
        let began = Instant::now();
        assert_eq!(code(desk.poll().await), Some(ErrorCode::CentreUnreachable));
        assert_eq!(code(desk.say().await), Some(ErrorCode::CentreUnreachable));
        assert_eq!((began.elapsed(), desk.polls(), desk.fake.said()), (Duration::ZERO, 3, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_centre_that_answers_is_asked_however_bad_its_answers_are() {
    let desk = desk();
    let nonsense = Failure::Unknown { code: ErrorCode::CentreUnintelligible, detail: "500".into() };
    for failure in [refused(ErrorCode::CentreBusy, true), nonsense, Failure::Gone] {
        desk.fail(5, failure).await;
    }
    desk.fail(2, not_sent()).await;
    desk.fail(1, refused(ErrorCode::CentreRefused, false)).await;
    desk.fail(2, not_sent()).await;
    assert_eq!(desk.poll().await, Ok(Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn messages_of_unknown_outcome_do_not_open_it_and_those_that_did_not_leave_do() {
    let desk = desk();
    desk.fake.script().say.extend([(); 9].map(|()| Err(unknown())));
    for _ in 0..9 {
        assert_eq!(desk.say().await, Err(unknown()));
    }
    assert_eq!(desk.poll().await, Ok(Vec::new()));
    desk.fake.script().say.extend([not_sent(), not_sent(), not_sent()].map(Err));
    for _ in 0..3 {
        desk.say().await.unwrap_err();
    }
    assert_eq!(code(desk.poll().await), Some(ErrorCode::CentreUnreachable));
    assert_eq!(desk.polls(), 1);
}

#[tokio::test(start_paused = true)]
async fn after_the_pause_a_poll_tries_and_no_message_does() {
    let desk = Desk::opened().await;
    sleep(PAUSE).await;
    assert_eq!(code(desk.say().await), Some(ErrorCode::CentreUnreachable));
    desk.fail(1, unknown()).await;
    assert_eq!((code(desk.poll().await), desk.polls()), (Some(ErrorCode::CentreUnreachable), 4));
    sleep(PAUSE).await;
    desk.fake.script().poll.push_back(Ok(vec![Downlink::Typing]));
    assert_eq!(desk.poll().await.unwrap().len(), 1);
    assert!(desk.say().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn while_one_tries_nobody_else_does_and_one_that_is_abandoned_makes_way() {
    let desk = Desk::opened().await;
    desk.fake.script().form_gate = Some(Arc::new(Semaphore::new(0)));
    sleep(PAUSE).await;
    let mut tries = desk.guarded.survey(&desk.party);
    assert!(tries.as_mut().now_or_never().is_none());
    assert_eq!(code(desk.poll().await), Some(ErrorCode::CentreUnreachable));
    drop(tries);
    assert_eq!(desk.poll().await, Ok(Vec::new()));
    assert!(desk.say().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn so_many_ask_at_one_time_and_the_others_wait_or_are_turned_away() {
    let guard = Guard { requests_at_once: 2, requests_waiting: 1, ..Guard::default() };
    let desk = desk_with(&guard);
    let gate = Arc::new(Semaphore::new(0));
    desk.fake.script().gate = Some(Arc::clone(&gate));
    let [mut one, mut two, mut waits] = [(); 3].map(|()| Box::pin(desk.say()));
    for call in [&mut one, &mut two, &mut waits] {
        assert!(call.as_mut().now_or_never().is_none());
    }
    assert_eq!(desk.fake.said(), 2);
    assert_eq!(code(desk.say().await), Some(ErrorCode::CentreBusy));
    // Polls have places of their own.
    assert_eq!(desk.poll().await, Ok(Vec::new()));
    let began = Instant::now();
    assert_eq!(code(waits.await), Some(ErrorCode::CentreBusy));
    assert_eq!((began.elapsed(), desk.fake.said()), (guard.patience, 2));
    gate.add_permits(3);
    assert!(one.await.is_ok() && two.await.is_ok());
    assert!(desk.say().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_place_is_told_at_once_that_the_centre_is_away() {
    let guard = Guard { requests_at_once: 1, failures: 1, ..Guard::default() };
    let desk = desk_with(&guard);
    desk.fake.script().gate = Some(Arc::new(Semaphore::new(0)));
    let mut first = Box::pin(desk.say());
    let mut waits = Box::pin(desk.say());
    assert!(first.as_mut().now_or_never().is_none() && waits.as_mut().now_or_never().is_none());
    desk.fail(1, not_sent()).await;
    let began = Instant::now();
    assert_eq!((code(waits.await), began.elapsed()), (Some(ErrorCode::CentreUnreachable), Duration::ZERO));
    // What has left is waited for.
    assert!(first.as_mut().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn messages_that_wait_for_a_token_in_vain_open_it_as_they_have_not_left() {
    let desk = desk();
    let no_token = || Failure::NotSent { code: ErrorCode::CentreTimeout, detail: "applyToken: late".into() };
    desk.fake.script().say.extend([(); 3].map(|()| Err(no_token())));
    for _ in 0..3 {
        assert_eq!(desk.say().await, Err(no_token()));
    }
    assert_eq!(code(desk.poll().await), Some(ErrorCode::CentreUnreachable));
}
