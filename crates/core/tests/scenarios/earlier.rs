//! Earlier messages when something goes wrong.

use super::history::{numbers, said, state, with_past};
use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{Body, ErrorCode, HistoryItem, HistoryPage};
use frontdesk_core::{Answer, HistoryState, Input};

/// A world whose journal has lost the middle of what was said while the page was away; it comes back now.
fn with_a_hole(messages: usize) -> World {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.open_tab();
    world.send(0, "hello");
    world.run(2_000);
    world.network.down = true;
    world.run(21_000);
    for n in 0..messages {
        world.desk.robot_says(&format!("{n}"));
    }
    world.desk.floor = world.desk.newest() - 5;
    world.network.down = false;
    world
}

/// What is shown once the hole is filled.
fn whole(messages: usize) -> Vec<String> {
    ["hello".to_owned()].into_iter().chain(numbers(0..messages)).collect()
}

#[test]
fn a_page_that_failed_is_asked_for_at_once_when_the_page_wakes() {
    for seed in 0..8 {
        let mut world = with_past(5);
        world.dice.0 = seed;
        world.network.script(On::History, Fate::lost());
        world.input(0, Input::Earlier);
        world.run(20);
        world.input(0, Input::Woken);
        world.run(20);
        assert_eq!(state(&world), HistoryState::End);
        assert_eq!(world.requests(On::History).len(), 2);
    }
}

#[test]
fn another_session_has_a_history_of_its_own() {
    let mut world = with_past(5);
    world.input(0, Input::Earlier);
    world.run(1_000);
    assert_eq!(state(&world), HistoryState::End);
    world.desk.forget_session();
    world.run(30_000);
    assert_eq!(state(&world), HistoryState::Idle);
}

#[test]
fn a_page_that_the_centre_wants_asked_for_later_is_asked_for_later() {
    let mut world = with_past(5);
    world.network.script(On::History, Fate::refused(ErrorCode::CentreBusy, Some(5_000)));
    world.input(0, Input::Earlier);
    world.run(4_900);
    assert_eq!(world.requests(On::History).len(), 1);
    assert_eq!(state(&world), HistoryState::Loading);
    world.run(500);
    assert_eq!(state(&world), HistoryState::End);
}

#[test]
fn a_wish_for_earlier_messages_outlives_the_session_in_which_it_was_made() {
    let mut world = with_past(5);
    world.network.script(On::History, Fate::refused(ErrorCode::SessionUnknown, None));
    world.input(0, Input::Earlier);
    world.run(3_000);
    assert_eq!(state(&world), HistoryState::End);
    assert_eq!(said(&world, 0).len(), 6);
}

#[test]
fn the_history_is_asked_for_once_the_journal_is_read() {
    let mut world = with_past(5);
    world.network.always.push((On::Events, Fate::slow(1_000, 10)));
    world.reload(0);
    world.run(100);
    world.input(0, Input::Earlier);
    world.run(800);
    assert!(world.requests(On::History).is_empty(), "{:?}", world.log);
    world.run(3_000);
    assert_eq!(world.requests(On::History).len(), 1);
    assert_eq!(said(&world, 0).len(), 6);
}

#[test]
fn a_hole_that_cannot_be_filled_is_left_to_the_visitor_who_has_it_filled_first() {
    let mut world = with_a_hole(25);
    world.network.always.push((On::History, Fate::lost()));
    world.run(120_000);
    assert_eq!(state(&world), HistoryState::Failed);
    assert_eq!(world.requests(On::History).len(), 3);
    assert!(world.lines(0).iter().any(|line| line.starts_with("gap")));
    world.network.always.clear();
    world.input(0, Input::Earlier);
    world.run(3_000);
    assert_eq!(said(&world, 0), whole(25));
    world.nothing_left_over();
}

#[test]
fn a_hole_where_the_centre_has_no_history_after_all_is_asked_for_once() {
    let mut world = with_a_hole(25);
    world.network.always.push((On::History, Fate::refused(ErrorCode::NotOffered, None)));
    world.run(120_000);
    assert_eq!(state(&world), HistoryState::End);
    assert_eq!(world.requests(On::History).len(), 1);
}

#[test]
fn a_very_long_hole_is_filled_as_far_as_the_visitor_wants() {
    let mut world = with_a_hole(450);
    world.run(60_000);
    assert_eq!(world.requests(On::History).len(), 20);
    assert_eq!(state(&world), HistoryState::Failed);
    for (pages, then) in [(20, HistoryState::Failed), (6, HistoryState::Idle)] {
        world.log.clear();
        world.input(0, Input::Earlier);
        world.run(60_000);
        assert_eq!((world.requests(On::History).len(), state(&world)), (pages, then));
    }
    assert_eq!(said(&world, 0), whole(450));
}

#[test]
fn a_page_that_comes_while_the_journal_is_behind_is_asked_for_again_once_it_is_not() {
    let mut world = with_past(5);
    world.run(20_000);
    // What waits for news is heard by nobody, and an own message is known to be there.
    world.network.script(On::Events, Fate::hanging());
    world.desk.notice();
    world.run(2_000);
    world.network.script(On::History, Fate::slow(10, 500));
    world.input(0, Input::Earlier);
    world.send(0, "mine");
    world.run(600);
    assert_eq!(state(&world), HistoryState::Loading);
    world.run(10_000);
    assert_eq!(state(&world), HistoryState::End);
    assert_eq!(world.requests(On::History).len(), 2);
    let numbered = world.session(0).transcript().entries().iter().filter(|entry| entry.seq.is_some());
    assert_eq!(numbered.count(), world.journal_lines().len());
}

#[test]
fn a_history_that_always_ends_in_what_the_journal_has_not_told_is_not_asked_for_ever() {
    let mut world = with_past(0);
    world.network.always.push((On::Post, Fate::hanging()));
    world.network.always.push((On::History, Fate::hanging()));
    world.send(0, "on its way");
    world.run(500);
    let id = world.id_of(0, "on its way").as_str().to_owned();
    let body = Body::Text("on its way".into());
    let items = vec![HistoryItem { id, at_ms: 0, from: None, body, recalled: false }];
    let page = HistoryPage { items, before: Some("again".into()) };
    world.input(0, Input::Earlier);
    let mut asked = 0;
    while state(&world) == HistoryState::Loading && asked < 100 {
        if let Some(id) = world.open_request(0, On::History) {
            asked += 1;
            world.tab(0).open.remove(&id);
            world.input(0, Input::Answered(id, Ok(Answer::History(page.clone()))));
        }
        world.run(100);
    }
    assert_eq!(asked, 20);
    assert_eq!(said(&world, 0), ["hello", "on its way (Sending)"]);
}

#[test]
fn what_was_read_to_fill_a_hole_is_not_asked_for_again_by_a_wish_for_more() {
    let mut world = with_a_hole(25);
    world.run(10_000);
    assert_eq!(said(&world, 0), whole(25));
    assert_eq!(state(&world), HistoryState::End);
    let asked = world.requests(On::History).len();
    world.input(0, Input::Earlier);
    world.run(2_000);
    assert_eq!(world.requests(On::History).len(), asked);
}
