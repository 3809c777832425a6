//! The rating.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ConnectTo, ContactState, ErrorCode, EventKind, SurveyForm};
use frontdesk_core::{Input, RatingState};

fn asked() -> World {
    let mut world = World::served();
    world.desk.survey_after_end = true;
    world.desk.agent_ends();
    world.run(2_000);
    assert!(matches!(world.session(0).rating(), RatingState::Asked(form) if form.levels.len() == 5));
    world
}

fn rate(world: &mut World) {
    world.input(
        0,
        Input::Rate { level: Some(5), recommend: Some(9), solved: Some(true), comment: "thanks".into() },
    );
}

#[test]
fn a_rating_survives_a_reload_and_is_counted_once() {
    let mut world = asked();
    world.network.script(On::Survey, Fate::answer_lost());
    rate(&mut world);
    world.run(12);
    assert_eq!(world.requests(On::Survey).len(), 1);
    world.reload(0);
    assert_eq!(world.session(0).rating(), &RatingState::Sending);
    world.run(5_000);
    let [rating] = world.desk.ratings.as_slice() else { panic!("one rating") };
    assert_eq!((rating.level, rating.recommend, rating.solved), (Some(5), Some(9), Some(true)));
    assert_eq!(rating.comment, "thanks");
    assert_eq!(world.session(0).rating(), &RatingState::Thanked);
    let ids: Vec<_> = world.requests(On::Survey).iter().map(|sent| sent.id.clone()).collect();
    assert!(ids.windows(2).all(|pair| pair.first() == pair.last()));
    world.run(60_000);
    world.nothing_left_over();
}

#[test]
fn a_rating_that_was_given_is_not_asked_for_after_a_reload() {
    let mut world = asked();
    rate(&mut world);
    world.run(5_000);
    world.reload(0);
    world.run(5_000);
    assert_eq!(world.session(0).rating(), &RatingState::None);
    rate(&mut world);
    world.run(5_000);
    assert_eq!(world.desk.ratings.len(), 1);
}

#[test]
fn a_second_click_rates_once() {
    let mut world = asked();
    rate(&mut world);
    rate(&mut world);
    world.run(5_000);
    assert_eq!(world.desk.ratings.len(), 1);
    assert_eq!(world.requests(On::Survey).len(), 1);
}

#[test]
fn a_new_conversation_takes_the_old_question_away() {
    let mut world = asked();
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(2_000);
    assert_eq!(world.session(0).rating(), &RatingState::None);
}

#[test]
fn a_reload_in_a_new_conversation_does_not_bring_the_old_question_back() {
    let mut world = asked();
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(2_000);
    world.reload(0);
    world.run(5_000);
    assert_eq!(world.session(0).rating(), &RatingState::None);
}

#[test]
fn a_refused_rating_says_why_and_may_be_given_again() {
    let mut world = asked();
    world.network.script(On::Survey, Fate::refused(ErrorCode::CommentTooLong, None));
    rate(&mut world);
    world.run(2_000);
    assert_eq!(world.session(0).rating(), &RatingState::Failed(Some(ErrorCode::CommentTooLong)));
    rate(&mut world);
    world.run(2_000);
    assert_eq!(world.desk.ratings.len(), 1);
}

#[test]
fn a_rating_of_a_session_that_died_is_dropped() {
    let mut world = asked();
    world.network.down = true;
    rate(&mut world);
    world.run(1_000);
    world.desk.forget_session();
    world.reload(0);
    world.network.down = false;
    world.run(30_000);
    assert_eq!(world.session(0).rating(), &RatingState::None);
    world.nothing_left_over();
}

#[test]
fn a_declined_question_goes_away() {
    let mut world = asked();
    world.input(0, Input::SkipRating);
    assert_eq!(world.session(0).rating(), &RatingState::None);
    world.run(60_000);
    world.nothing_left_over();
}

#[test]
fn a_rating_is_kept_before_it_is_sent() {
    let mut world = asked();
    rate(&mut world);
    assert!(world.requests(On::Survey).is_empty());
    world.run(500);
    assert_eq!(world.requests(On::Survey).len(), 1);
}

#[test]
fn a_question_stays_when_no_other_conversation_begins() {
    // The one that was asked goes from hand to hand.
    let mut world = World::new();
    world.desk.agent_free = false;
    let tab = world.open_tab();
    world.input(tab, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    world.desk.push(EventKind::Survey(SurveyForm { open: true, ..SurveyForm::default() }));
    world.desk.agent_serves();
    world.run(1_000);
    assert_eq!(world.session(tab).contact().state, ContactState::Agent);
    assert!(matches!(world.session(tab).rating(), RatingState::Asked(_)));
    // One that is over is told to be over once more.
    let mut world = asked();
    world.desk.goes_offline();
    world.run(1_000);
    assert!(world.session(0).contact().offline);
    assert!(matches!(world.session(0).rating(), RatingState::Asked(_)));
}

#[test]
fn a_rating_that_does_not_get_through_is_tried_seldom_and_at_once_when_the_page_wakes() {
    let mut world = asked();
    world.network.always.push((On::Survey, Fate::lost()));
    rate(&mut world);
    world.run(120_000);
    let tried = world.requests(On::Survey).len();
    assert!((4..40).contains(&tried), "{tried} requests in two minutes");
    world.network.always.clear();
    world.input(0, Input::Woken);
    world.run(50);
    assert_eq!(world.session(0).rating(), &RatingState::Thanked);
}

#[test]
fn a_rating_on_its_way_goes_on_in_the_next_conversation() {
    let mut world = asked();
    world.network.script(On::Survey, Fate::refused(ErrorCode::CentreBusy, Some(5_000)));
    rate(&mut world);
    world.run(100);
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(2_000);
    assert_eq!(world.session(0).rating(), &RatingState::Sending);
    world.desk.survey_open = true;
    world.run(5_000);
    assert_eq!(world.desk.ratings.len(), 1);
}

#[test]
fn thanks_for_a_rating_end_with_the_next_conversation() {
    let mut world = asked();
    rate(&mut world);
    world.run(2_000);
    assert_eq!(world.session(0).rating(), &RatingState::Thanked);
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(2_000);
    assert_eq!(world.session(0).rating(), &RatingState::None);
}

#[test]
fn what_the_storage_had_before_a_rating_was_given_does_not_bring_it_back() {
    let mut world = asked();
    world.network.script(On::Survey, Fate::slow(1_000, 10));
    rate(&mut world);
    world.run(500);
    let before = world.storage.read();
    world.run(2_000);
    assert_eq!(world.session(0).rating(), &RatingState::Thanked);
    world.input(0, Input::Found(before));
    assert_eq!(world.session(0).rating(), &RatingState::Thanked);
    world.run(2_000);
    assert_eq!(world.requests(On::Survey).len(), 1);
}

#[test]
fn a_question_that_is_told_again_does_not_ask_for_a_rating_on_its_way() {
    let mut world = asked();
    let asked_for = world.desk.journal.iter().rev().find_map(|event| match &event.kind {
        EventKind::Survey(form) => Some(form.clone()),
        _ => None,
    });
    world.network.script(On::Survey, Fate::slow(3_000, 10));
    rate(&mut world);
    world.desk.push(EventKind::Survey(asked_for.expect("a question")));
    world.run(2_000);
    assert_eq!(world.session(0).rating(), &RatingState::Sending);
}
