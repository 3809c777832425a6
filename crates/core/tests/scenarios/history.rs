//! Earlier messages from the centre.

use crate::support::network::{Fate, On};
use crate::support::{BEGIN_MS, World};
use frontdesk_contract::{Body, ErrorCode, HistoryItem, Sender};
use frontdesk_core::{HistoryState, Input};

fn item(n: usize) -> HistoryItem {
    let from = if n.is_multiple_of(2) { None } else { Some(Sender::System {}) };
    HistoryItem {
        id: format!("h-{n}"),
        at_ms: n as u64,
        from,
        body: Body::Text(format!("{n}")),
        recalled: false,
    }
}

/// A world whose centre keeps so many messages of an earlier time.
pub(super) fn with_past(messages: usize) -> World {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.desk.history = (0..messages).map(item).collect();
    let tab = world.open_tab();
    world.input(tab, Input::Seen(true));
    world.send(tab, "hello");
    world.run(2_000);
    world
}

/// What is shown, without the changes of the conversation.
pub(super) fn said(world: &World, tab: usize) -> Vec<String> {
    let lines = world.lines(tab).into_iter().filter(|line| !line.starts_with("contact"));
    lines.map(|line| line.replace("me: ", "").replace("they: ", "").replace(" (Sent)", "")).collect()
}

pub(super) fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

pub(super) fn state(world: &World) -> HistoryState {
    world.session(0).history()
}

#[test]
fn a_desk_without_history_is_not_asked() {
    let mut world = World::served();
    assert_eq!(state(&world), HistoryState::Unavailable);
    world.input(0, Input::Earlier);
    world.run(5_000);
    assert!(world.requests(On::History).is_empty());
}

#[test]
fn page_after_page_comes_above_what_is_there_until_the_end() {
    let mut world = with_past(15);
    assert_eq!(state(&world), HistoryState::Idle);
    assert!(world.requests(On::History).is_empty(), "nothing is asked for without a wish");
    let mut shown = vec!["hello".to_owned()];
    // The newest page of ten has the message of today too: nine are new.
    for (from, to, then) in [(6, 15, HistoryState::Idle), (0, 6, HistoryState::End)] {
        world.input(0, Input::Earlier);
        world.input(0, Input::Earlier);
        assert_eq!(state(&world), HistoryState::Loading);
        world.run(1_000);
        shown.splice(0..0, numbers(from..to));
        assert_eq!(said(&world, 0), shown);
        assert_eq!(state(&world), then);
    }
    world.input(0, Input::Earlier);
    world.run(1_000);
    assert_eq!(world.requests(On::History).len(), 2);
    let earlier = world.session(0).transcript().entries().iter().filter(|entry| entry.earlier);
    assert!(earlier.clone().all(|entry| entry.seq.is_none()) && earlier.count() == 15);
}

#[test]
fn pages_that_bring_nothing_new_are_passed_over_in_one_go() {
    let mut world = with_past(3);
    for n in 0..35 {
        world.desk.robot_says(&format!("today {n}"));
    }
    world.run(2_000);
    world.input(0, Input::Earlier);
    world.run(2_000);
    assert_eq!(world.requests(On::History).len(), 4);
    assert_eq!(said(&world, 0).len(), 39);
    assert_eq!(
        said(&world, 0).get(..4).map(<[_]>::to_vec),
        Some(vec!["0".into(), "1".into(), "2".into(), "hello".into()])
    );
}

#[test]
fn a_failed_page_is_tried_again_and_then_by_the_visitor() {
    let mut world = with_past(5);
    world.network.always.push((On::History, Fate::lost()));
    world.input(0, Input::Earlier);
    world.run(60_000);
    assert_eq!(state(&world), HistoryState::Failed);
    assert_eq!(world.requests(On::History).len(), 3);
    world.network.always.clear();
    world.input(0, Input::Earlier);
    world.run(1_000);
    assert_eq!(state(&world), HistoryState::End);
    world.nothing_left_over();
}

#[test]
fn a_desk_that_refuses_the_history_has_none() {
    let mut world = with_past(5);
    world.network.script(On::History, Fate::refused(ErrorCode::NotOffered, None));
    world.input(0, Input::Earlier);
    world.run(1_000);
    assert_eq!(state(&world), HistoryState::End);
}

#[test]
fn a_journal_that_was_cut_is_continued_above_by_itself() {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.open_tab();
    world.send(0, "hello");
    world.run(2_000);
    for n in 0..25 {
        world.desk.robot_says(&format!("{n}"));
    }
    world.desk.floor = 20;
    world.reload(0);
    world.run(3_000);
    let expected: Vec<_> = world
        .desk
        .history
        .iter()
        .map(|item| match &item.body {
            Body::Text(text) => text.clone(),
            _ => String::new(),
        })
        .collect();
    let shown = said(&world, 0);
    assert!(expected.ends_with(&shown) && shown.len() >= 10, "{shown:?}");
    assert!(!shown.iter().any(|line| line.starts_with("gap")), "{shown:?}");
    while state(&world) == HistoryState::Idle {
        world.input(0, Input::Earlier);
        world.run(1_000);
    }
    assert_eq!(said(&world, 0), expected);
}

#[test]
fn a_hole_in_the_middle_is_filled_in_its_place() {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.open_tab();
    world.send(0, "hello");
    world.run(2_000);
    world.desk.robot_says("before");
    world.run(1_000);
    world.network.down = true;
    world.run(1_000);
    for n in 0..45 {
        world.desk.robot_says(&format!("{n}"));
    }
    world.desk.floor = world.desk.newest() - 5;
    world.send(0, "waiting");
    world.network.down = false;
    world.run(60_000);
    let mut expected: Vec<_> = vec!["hello".to_owned(), "before".to_owned()];
    expected.extend(numbers(0..45));
    expected.push("waiting".to_owned());
    assert_eq!(said(&world, 0), expected);
    world.nothing_left_over();
}

#[test]
fn own_texts_that_the_history_calls_otherwise_are_shown_once() {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.open_tab();
    for text in ["ok", "hello", "ok"] {
        world.send(0, text);
        world.run(2_000);
    }
    world.network.down = true;
    world.run(1_000);
    for n in 0..25 {
        world.desk.robot_says(&format!("{n}"));
    }
    world.desk.floor = world.desk.newest() - 5;
    // No event tells their own ids any more.
    for (n, item) in world.desk.history.iter_mut().filter(|item| item.from.is_none()).enumerate() {
        item.id = format!("h-{n}");
        item.at_ms += BEGIN_MS;
    }
    world.network.down = false;
    world.run(60_000);
    let mut expected: Vec<_> = ["ok", "hello", "ok"].map(str::to_owned).into();
    expected.extend(numbers(0..25));
    assert_eq!(said(&world, 0), expected);
    assert_eq!(world.requests(On::History).len(), 3, "no page is asked for twice");
    world.nothing_left_over();
}

#[test]
fn a_hole_stays_a_gap_where_there_is_no_history() {
    let mut world = World::served();
    world.network.down = true;
    world.run(1_000);
    for n in 0..10 {
        world.desk.agent_says(&format!("{n}"));
    }
    world.desk.floor = world.desk.newest() - 2;
    world.network.down = false;
    world.run(60_000);
    assert!(world.lines(0).iter().any(|line| line.starts_with("gap")));
    assert!(world.requests(On::History).is_empty());
}

#[test]
fn the_newest_of_the_history_wait_for_a_journal_that_cannot_be_read() {
    let mut world = with_past(3);
    world.desk.robot_says("late");
    world.network.always.push((On::Events, Fate::lost()));
    world.reload(0);
    world.run(1_000);
    world.input(0, Input::Earlier);
    world.run(30_000);
    assert!(world.requests(On::History).is_empty(), "where they belong the journal says");
    assert_eq!(world.session(0).history(), HistoryState::Loading);
    world.network.always.clear();
    world.run(60_000);
    assert_eq!(said(&world, 0), ["0", "1", "2", "hello", "late"]);
    world.nothing_left_over();
}

#[test]
fn a_message_that_is_not_heard_yet_is_left_to_the_journal() {
    let mut world = with_past(0);
    world.network.always.push((On::Events, Fate::hanging()));
    world.run(40_000);
    world.desk.robot_says("late");
    world.input(0, Input::Earlier);
    world.run(1_000);
    assert_eq!((said(&world, 0), state(&world)), (vec!["hello".to_owned()], HistoryState::End));
    world.network.always.clear();
    world.run(60_000);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_message_on_its_way_that_the_history_knows_is_shown_once() {
    let mut world = with_past(0);
    world.network.always.push((On::Events, Fate::hanging()));
    world.run(40_000);
    world.network.script(On::Post, Fate::slow(10, 5_000));
    world.send(0, "mine");
    world.run(500);
    world.input(0, Input::Earlier);
    world.run(500);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)", "me: mine (Sending)"]);
    world.run(10_000);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)", "me: mine (Sent)"]);
}

#[test]
fn what_was_taken_back_is_not_shown_again() {
    let mut world = with_past(2);
    if let Some(item) = world.desk.history.get_mut(1) {
        item.recalled = true;
    }
    world.input(0, Input::Earlier);
    world.run(1_000);
    assert_eq!(said(&world, 0), ["0", "", "hello"]);
}

#[test]
fn a_history_that_turns_in_a_circle_is_not_asked_for_ever() {
    let mut world = with_past(0);
    let page =
        |before: &str| frontdesk_contract::HistoryPage { items: Vec::new(), before: Some(before.into()) };
    world.input(0, Input::Earlier);
    let mut asked = 0;
    while let Some(id) = world.open_request(0, On::History) {
        asked += 1;
        world.tabs.first_mut().expect("a tab").open.remove(&id);
        let answer = frontdesk_core::Answer::History(page("again"));
        world.input(0, Input::Answered(id, Ok(answer)));
    }
    assert_eq!(asked, 20);
    assert_eq!(state(&world), HistoryState::Idle);
}
