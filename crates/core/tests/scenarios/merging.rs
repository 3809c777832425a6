//! Messages of the centre's history among those of the journal: what was said once stands once, and in its order.

use super::history::numbers;
use crate::support::network::{Fate, On};
use crate::support::view::words;
use crate::support::{BEGIN_MS, World};
use frontdesk_contract::{Body, Card, ConnectTo, HistoryItem, Location, Sender};
use frontdesk_core::transcript::MAX_ENTRIES;
use frontdesk_core::{EntryKind, HistoryState, Input};

/// A conversation with a desk that has a history. The visitor said "hello", and "before" was answered.
fn talking() -> World {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.open_tab();
    world.send(0, "hello");
    world.run(2_000);
    world.desk.robot_says("before");
    world.run(1_000);
    world
}

/// From now on the page hears nothing, while what it sends gets through.
fn goes_deaf(world: &mut World) {
    world.network.always.push((On::Events, Fate::hanging()));
    world.desk.agent_types();
    world.run(1_000);
}

fn says(world: &mut World, range: std::ops::Range<usize>) {
    for n in range {
        world.desk.robot_says(&n.to_string());
    }
}

/// The visitor says something on another device.
fn sent_elsewhere(world: &mut World) {
    let (id, body) = ("elsewhere".to_owned(), Body::Text("from elsewhere".into()));
    let at_ms = world.desk.newest();
    world.desk.history.push(HistoryItem { id, at_ms, from: None, body, recalled: false });
}

/// What is to be shown: words as they are, and `"2..5"` for what was said by [`says`].
fn row(words: &[&str]) -> Vec<String> {
    let number = |digits: &str| digits.parse().expect("a number");
    let shown = words.iter().flat_map(|word| match word.split_once("..") {
        Some((first, end)) => numbers(number(first)..number(end)),
        None => vec![(*word).to_owned()],
    });
    shown.collect()
}

/// What was said, by whomever, and gaps.
fn said(world: &World) -> Vec<String> {
    let said = world.session(0).transcript().entries().iter().filter_map(|entry| match &entry.kind {
        EntryKind::Mine { body, .. } | EntryKind::Theirs { body, .. } => Some(words(body).to_owned()),
        EntryKind::Gap(_) => Some("gap".to_owned()),
        _ => None,
    });
    said.collect()
}

/// So much happens that nothing of before is shown any more.
fn runs_over(world: &mut World) {
    let after = world.session(0).cursor();
    world.desk.page_size = MAX_ENTRIES;
    (0..MAX_ENTRIES).for_each(|_| world.desk.notice());
    let page = world.desk.page(after);
    world.input(0, Input::Heard { after, page });
    assert_eq!((world.lines(0).len(), said(world)), (MAX_ENTRIES, Vec::new()));
}

#[test]
fn earlier_messages_stand_above_the_beginning_of_the_conversation() {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.desk.system_says("yesterday");
    world.desk.system_says("this morning");
    world.desk.forget_session();
    let tab = world.open_tab();
    world.send(tab, "hello");
    world.run(2_000);
    world.input(tab, Input::Earlier);
    world.run(1_000);
    assert_eq!(
        world.lines(tab),
        ["they: yesterday", "they: this morning", "contact: Robot", "me: hello (Sent)"]
    );
}

#[test]
fn a_gap_at_the_beginning_costs_one_page_of_the_history() {
    let mut world = talking();
    says(&mut world, 0..25);
    world.desk.floor = world.desk.newest() - 5;
    world.reload(0);
    world.run(3_000);
    assert_eq!(said(&world), numbers(15..25));
    assert_eq!(world.requests(On::History).len(), 1);
    assert_eq!(world.session(0).history(), HistoryState::Idle);
}

#[test]
fn a_gap_at_the_beginning_of_a_new_session_is_filled_below_what_the_old_one_showed() {
    let mut world = talking();
    let old = world.lines(0);
    world.desk.forget_session();
    world.desk.history.clear();
    world.run(30_000);
    world.network.always.push((On::Events, Fate::hanging()));
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(1_000);
    says(&mut world, 0..25);
    world.desk.floor = world.desk.newest() - 5;
    world.network.always.clear();
    world.run(40_000);
    let shown: Vec<_> = old.into_iter().chain((15..25).map(|n| format!("they: {n}"))).collect();
    assert_eq!(world.lines(0), shown);
    assert_eq!(world.requests(On::History).len(), 1);
}

#[test]
fn a_hole_that_the_history_cannot_fill_is_closed_at_its_end() {
    let mut world = talking();
    goes_deaf(&mut world);
    says(&mut world, 0..45);
    world.desk.floor = world.desk.newest() - 5;
    // What the page shows is known to the history no more.
    world.desk.history.drain(..2);
    world.network.always.clear();
    world.run(60_000);
    let expected = row(&["hello", "before", "0..45"]);
    assert_eq!(said(&world), expected);
    assert_eq!(world.requests(On::History).len(), 5);
    world.nothing_left_over();
}

#[test]
fn whatever_the_visitor_sent_and_the_history_calls_otherwise_is_shown_once() {
    let mut world = talking();
    let place = |label: &str| Location { latitude: 1.0, longitude: 2.0, label: label.into() };
    let card = |title: &str| Card {
        title: title.into(),
        url: "https://x.test/".into(),
        description: String::new(),
        image: None,
    };
    world.input(0, Input::SendLocation(place("place")));
    world.input(0, Input::SendCard(card("card")));
    world.send_files(0, &[("file.png", 10)]);
    world.run(5_000);
    goes_deaf(&mut world);
    let mut expected = said(&world);
    // One that only sounds like the visitor's, and one that was sent from elsewhere at the same time.
    world.desk.robot_says("hello");
    sent_elsewhere(&mut world);
    says(&mut world, 0..25);
    world.desk.floor = world.desk.newest() - 5;
    for (n, item) in world.desk.history.iter_mut().enumerate() {
        item.at_ms += BEGIN_MS;
        if item.from.is_none() {
            item.id = format!("h-{n}");
        }
    }
    world.network.always.clear();
    world.run(60_000);
    expected.extend(["hello".to_owned(), "from elsewhere".to_owned()]);
    expected.extend(numbers(0..25));
    assert_eq!(said(&world), expected);
}

#[test]
fn an_own_text_whose_event_is_dropped_stands_among_what_was_said_around_it() {
    let mut world = talking();
    goes_deaf(&mut world);
    says(&mut world, 0..25);
    world.send(0, "mine");
    world.run(1_000);
    world.desk.floor = world.desk.newest();
    // This one is known by its answer as well, and is not dropped.
    world.send(0, "mine too");
    world.run(1_000);
    says(&mut world, 25..28);
    world.network.always.clear();
    world.run(60_000);
    let expected = row(&["hello", "before", "0..25", "mine", "mine too", "25..28"]);
    assert_eq!(said(&world), expected);
    world.nothing_left_over();
    runs_over(&mut world);
}

#[test]
fn a_hole_costs_the_pages_that_reach_over_it_and_no_more() {
    let mut world = World::new();
    world.desk.offers.history = true;
    for n in 0..100 {
        world.desk.system_says(&format!("past {n}"));
    }
    world.desk.forget_session();
    world.open_tab();
    world.send(0, "hello");
    world.run(2_000);
    goes_deaf(&mut world);
    says(&mut world, 0..25);
    world.desk.floor = world.desk.newest() - 5;
    world.network.always.clear();
    world.run(60_000);
    // The third page reaches over it, and is shown as a whole.
    let mut expected: Vec<_> = (96..100).map(|n| format!("past {n}")).collect();
    expected.push("hello".to_owned());
    expected.extend(numbers(0..25));
    assert_eq!(said(&world), expected);
    assert_eq!(world.requests(On::History).len(), 3);
}

#[test]
fn what_was_said_before_a_new_session_stands_below_what_the_old_one_showed() {
    // Also when nothing was said in it yet.
    for new in [None, Some("new")] {
        let mut world = talking();
        let mut shown = world.lines(0);
        world.desk.history.clear();
        world.desk.system_says("in between");
        world.desk.forget_session();
        world.run(30_000);
        world.input(0, Input::Connect(ConnectTo::Robot));
        world.run(1_000);
        if let Some(new) = new {
            world.desk.robot_says(new);
        }
        world.run(1_000);
        world.input(0, Input::Earlier);
        world.run(1_000);
        shown.extend(["they: in between", "contact: Robot"].map(str::to_owned));
        shown.extend(new.map(|new| format!("they: {new}")));
        assert_eq!(world.lines(0), shown);
    }
}

#[test]
fn what_the_history_has_later_than_its_neighbours_stands_between_them() {
    let mut world = talking();
    for (range, late) in [(0..5, false), (5..8, true)] {
        goes_deaf(&mut world);
        says(&mut world, range);
        world.desk.floor = world.desk.newest() - 1;
        if late {
            let (id, from) = ("late".to_owned(), Some(Sender::System {}));
            let item = HistoryItem { id, at_ms: 3, from, body: Body::Text("late".into()), recalled: false };
            world.desk.history.insert(2, item);
        }
        world.network.always.clear();
        world.run(60_000);
    }
    let expected = row(&["hello", "before", "late", "0..8"]);
    assert_eq!(said(&world), expected);
}

#[test]
fn an_own_text_whose_answer_comes_after_the_gap_was_filled_stands_where_the_history_has_it() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..5);
    world.network.script(On::Post, Fate::slow(10, 15_000));
    world.send(0, "mine");
    world.run(100);
    says(&mut world, 5..10);
    world.desk.floor = world.desk.newest();
    world.network.always.clear();
    world.input(0, Input::Woken);
    let mut expected = row(&["hello", "before", "0..5", "mine", "5..10"]);
    world.run(10_000);
    assert_eq!(said(&world), expected, "before it is answered");
    world.run(20_000);
    assert_eq!(said(&world), expected);
    // Nor does it move when the history is read again.
    goes_deaf(&mut world);
    says(&mut world, 10..13);
    world.desk.floor = world.desk.newest() - 1;
    world.network.always.clear();
    world.run(60_000);
    expected.extend(numbers(10..13));
    assert_eq!(said(&world), expected);
    world.nothing_left_over();
    runs_over(&mut world);
}

#[test]
fn the_order_of_the_journal_stands_where_the_history_has_another() {
    let mut world = talking();
    world.send(0, "mine");
    world.run(1_000);
    world.desk.robot_says("after it");
    world.run(1_000);
    let last = world.desk.history.len() - 1;
    world.desk.history.swap(last - 1, last);
    world.input(0, Input::Earlier);
    world.run(1_000);
    assert_eq!(world.session(0).history(), HistoryState::End);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn an_own_text_is_known_by_its_answer_only_after_the_gap_that_swallowed_it_was_filled() {
    let mut world = talking();
    goes_deaf(&mut world);
    says(&mut world, 0..5);
    world.network.always.clear();
    world.network.script(On::Post, Fate::slow(10, 15_000));
    world.network.script(On::History, Fate::slow(10, 15_000));
    world.send(0, "mine");
    world.run(100);
    world.desk.floor = world.desk.newest();
    world.run(60_000);
    let expected = row(&["hello", "before", "0..5", "mine"]);
    assert_eq!(said(&world), expected);
    world.nothing_left_over();
}

#[test]
fn an_own_text_that_was_answered_after_the_gap_stands_before_what_was_said_later() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..5);
    world.network.script(On::Post, Fate::slow(10, 2_000));
    world.send(0, "mine");
    world.run(100);
    says(&mut world, 5..10);
    world.desk.floor = world.desk.newest();
    world.network.always.clear();
    world.network.always.push((On::History, Fate::slow(10, 4_000)));
    world.input(0, Input::Woken);
    world.run(1_000);
    assert_eq!(said(&world), ["hello", "before", "gap", "mine"], "before it is answered");
    world.run(60_000);
    let expected = row(&["hello", "before", "0..5", "mine", "5..10"]);
    assert_eq!(said(&world), expected);
    world.nothing_left_over();
}

#[test]
fn own_texts_in_a_hole_that_nothing_fills_stand_in_it_in_their_order() {
    // Such a message is known by its answer before the hole is, or after it.
    let mut world = talking();
    world.desk.offers.history = false;
    world.reload(0);
    world.run(1_000);
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..5);
    world.send(0, "mine");
    world.run(1_000);
    world.network.script(On::Post, Fate::slow(10, 2_000));
    world.send(0, "mine too");
    world.run(100);
    says(&mut world, 5..7);
    world.desk.floor = world.desk.newest() - 1;
    world.network.always.clear();
    world.input(0, Input::Woken);
    world.run(10_000);
    world.send(0, "last");
    world.run(10_000);
    assert_eq!(said(&world), ["hello", "before", "gap", "mine", "mine too", "6", "last"]);
    world.nothing_left_over();
}

#[test]
fn an_own_text_whose_answer_comes_when_the_gap_above_everything_is_closed_is_older_than_what_was_read() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.network.script(On::Post, Fate::slow(10, 5_000));
    world.network.script(On::Post, Fate::slow(10, 5_000));
    world.send(0, "mine");
    world.run(100);
    let mut expected = row(&["mine"]);
    says(&mut world, 0..25);
    world.desk.floor = world.desk.newest() - 5;
    world.network.always.clear();
    world.reload(0);
    world.run(3_000);
    expected.extend(numbers(15..25));
    let mut waiting = expected.clone();
    waiting.rotate_left(1);
    assert_eq!(said(&world), waiting, "before it is answered");
    world.run(10_000);
    assert_eq!(said(&world), expected);
    while world.session(0).history() == HistoryState::Idle {
        world.input(0, Input::Earlier);
        world.run(1_000);
    }
    let expected = row(&["hello", "before", "mine", "0..25"]);
    assert_eq!(said(&world), expected);
}

#[test]
fn an_own_text_that_was_swallowed_at_the_beginning_of_a_new_session_stands_below_what_the_old_one_showed() {
    let mut world = talking();
    let mut shown = said(&world);
    world.desk.forget_session();
    world.desk.history.clear();
    world.run(30_000);
    world.network.always.push((On::Events, Fate::hanging()));
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(5_000);
    world.network.script(On::Post, Fate::slow(10, 8_000));
    world.send(0, "mine");
    world.run(100);
    says(&mut world, 0..25);
    world.desk.floor = world.desk.newest() - 5;
    world.network.always.clear();
    world.input(0, Input::Woken);
    world.run(3_000);
    let read = numbers(15..25);
    assert_eq!(said(&world), [&shown[..], &read, &["mine".to_owned()]].concat(), "before it is answered");
    world.run(10_000);
    shown.push("mine".to_owned());
    shown.extend(read);
    assert_eq!(said(&world), shown);
}

#[test]
fn an_own_text_that_the_history_has_before_what_the_journal_told_waits_for_the_journal() {
    let mut world = talking();
    world.desk.robot_says("later in the history");
    world.run(1_000);
    goes_deaf(&mut world);
    world.network.script(On::Post, Fate::slow(10, 5_000));
    world.send(0, "mine");
    world.run(500);
    let last = world.desk.history.len() - 1;
    world.desk.history.swap(last - 1, last);
    world.input(0, Input::Earlier);
    for _ in 0..2 {
        world.run(1_000);
        assert_eq!(said(&world), ["hello", "before", "later in the history", "mine"]);
        world.run(10_000);
    }
}

#[test]
fn an_own_text_that_the_history_has_in_a_hole_moves_to_where_the_journal_tells_it() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..6);
    world.desk.floor = world.desk.newest() - 1;
    world.network.always.clear();
    world.network.always.push((On::Events, Fate::slow(10, 3_000)));
    world.network.always.push((On::Post, Fate::slow(10, 5_000)));
    world.network.always.push((On::History, Fate::slow(500, 10)));
    world.input(0, Input::Woken);
    world.run(3_100);
    world.send(0, "mine");
    world.run(100);
    // "4" and "5" were said after it, as the history has it.
    let last = world.desk.history.len() - 1;
    world.desk.history.swap(last - 1, last);
    world.desk.history.swap(last - 2, last - 1);
    world.run(700);
    assert_eq!(said(&world), ["hello", "before", "0", "1", "2", "3", "mine", "4", "5"]);
    world.run(20_000);
    assert_eq!(said(&world), ["hello", "before", "0", "1", "2", "3", "4", "5", "mine"]);
}

#[test]
fn a_message_that_the_history_knows_before_the_journal_tells_it_is_shown_once() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..5);
    world.desk.floor = world.desk.newest();
    world.network.always.clear();
    world.network.always.push((On::Events, Fate::slow(10, 2_000)));
    world.network.always.push((On::History, Fate::slow(500, 10)));
    world.network.script(On::Post, Fate::slow(10, 1_000));
    world.input(0, Input::Woken);
    world.run(2_300);
    world.send(0, "mine");
    world.run(100);
    says(&mut world, 5..7);
    world.run(300);
    let expected = row(&["hello", "before", "0..5", "mine", "5..7"]);
    // From the history, then with the answer, then by the journal.
    for _ in 0..20 {
        assert_eq!(said(&world), expected);
        world.run(500);
    }
    let numbered = world.session(0).transcript().entries().iter().filter(|entry| entry.seq.is_some());
    assert_eq!(numbered.count(), 6, "the journal's copy stays, of all that it told late");
}

#[test]
fn own_texts_known_by_their_answers_only_are_shown_once_though_the_history_calls_them_otherwise() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..5);
    world.send(0, "mine");
    world.run(1_000);
    world.send(0, "mine too");
    world.run(1_000);
    says(&mut world, 5..20);
    world.desk.floor = world.desk.newest();
    for (n, item) in world.desk.history.iter_mut().enumerate().filter(|(_, item)| item.from.is_none()) {
        item.id = format!("h-{n}");
        item.at_ms += BEGIN_MS;
    }
    world.network.always.clear();
    world.input(0, Input::Woken);
    world.run(60_000);
    let expected = row(&["hello", "before", "0..5", "mine", "mine too", "5..20"]);
    assert_eq!(said(&world), expected);
    world.nothing_left_over();
}

#[test]
fn what_the_visitor_said_again_is_shown_again_though_the_history_calls_it_otherwise() {
    let mut world = talking();
    world.send(0, "yes");
    world.run(1_000);
    for range in [0..12, 12..24] {
        says(&mut world, range);
        world.send(0, "yes");
        world.run(1_000);
    }
    world.desk.floor = world.desk.newest() - 1;
    let last = world.desk.history.len() - 1;
    for (n, item) in world.desk.history.iter_mut().enumerate().filter(|(_, item)| item.from.is_none()) {
        item.at_ms += BEGIN_MS;
        if n < last {
            item.id = format!("h-{n}");
        }
    }
    world.reload(0);
    world.run(3_000);
    while world.session(0).history() == HistoryState::Idle {
        world.input(0, Input::Earlier);
        world.run(1_000);
    }
    let mut expected = row(&["hello", "before", "yes"]);
    for range in [0..12, 12..24] {
        expected.extend(numbers(range));
        expected.push("yes".to_owned());
    }
    assert_eq!(said(&world), expected);
}

#[test]
fn an_own_text_that_was_answered_while_a_hole_is_read_to_stands_before_what_was_sent_elsewhere_later() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..5);
    world.network.script(On::Post, Fate::slow(10, 2_000));
    world.send(0, "mine");
    world.run(100);
    sent_elsewhere(&mut world);
    says(&mut world, 5..14);
    world.desk.floor = world.desk.newest();
    world.network.always.clear();
    world.network.script(On::History, Fate::good());
    world.network.script(On::History, Fate::slow(10, 4_000));
    world.input(0, Input::Woken);
    world.run(20_000);
    let expected = row(&["hello", "before", "0..5", "mine", "from elsewhere", "5..14"]);
    assert_eq!(said(&world), expected);
    world.nothing_left_over();
}

#[test]
fn what_the_history_has_before_a_text_on_its_way_is_not_passed_over() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..3);
    world.desk.floor = world.desk.newest() - 2;
    world.desk.history_page = 2;
    world.network.always.clear();
    world.network.script(On::Events, Fate::good());
    world.network.always.push((On::Events, Fate::slow(10, 3_000)));
    world.network.always.push((On::Post, Fate::slow(10, 3_000)));
    world.network.always.push((On::History, Fate::slow(500, 10)));
    world.input(0, Input::Woken);
    world.run(100);
    assert_eq!(said(&world), ["hello", "before", "gap", "1", "2"]);
    world.send(0, "mine");
    world.run(100);
    // The history has "1" before "0", which is missing, and "2" after what is on its way.
    world.desk.history.swap(2, 3);
    world.desk.history.swap(4, 5);
    world.run(20_000);
    assert_eq!(said(&world), ["hello", "before", "0", "1", "2", "mine"]);
    world.nothing_left_over();
}

#[test]
fn what_was_sent_elsewhere_after_the_last_event_of_a_hole_stands_below_it() {
    let mut world = talking();
    goes_deaf(&mut world);
    world.run(5_000);
    says(&mut world, 0..5);
    world.network.script(On::Post, Fate::slow(10, 2_000));
    world.send(0, "mine");
    world.run(100);
    world.desk.floor = world.desk.newest();
    sent_elsewhere(&mut world);
    world.network.always.clear();
    world.network.always.push((On::History, Fate::slow(3_000, 10)));
    world.input(0, Input::Woken);
    world.run(20_000);
    let expected = row(&["hello", "before", "0..5", "mine", "from elsewhere"]);
    assert_eq!(said(&world), expected);
    world.nothing_left_over();
}
