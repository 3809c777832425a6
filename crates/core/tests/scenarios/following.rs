//! Reading what happens.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ContactState, ErrorCode, EventKind, Posted, PostedStatus, Recalled};
use frontdesk_core::{Answer, Change, Connection, Effect, EntryKind, Input, Now};

#[test]
fn one_long_poll_follows_the_conversation_and_an_idle_panel_costs_three_requests_a_minute() {
    let mut world = World::served();
    world.run(30_000);
    world.log.clear();
    world.run(600_000);
    assert!(world.log.len() <= 30, "{} requests in ten minutes", world.log.len());
    assert!(world.log.iter().all(|sent| sent.on == On::Events));
}

#[test]
fn a_panel_without_a_conversation_asks_for_nothing() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.input(tab, Input::Seen(true));
    world.run(1_000);
    world.log.clear();
    world.run(600_000);
    assert!(world.log.is_empty(), "{:?}", world.log);
    world.nothing_left_over();
}

#[test]
fn nothing_is_asked_before_the_visitor_acts() {
    let mut world = World::new();
    world.open_tab();
    world.run(600_000);
    assert!(world.log.is_empty());
}

#[test]
fn a_lost_page_is_asked_for_again() {
    let mut world = World::served();
    world.network.script(On::Events, Fate::answer_lost());
    world.run(26_000);
    world.desk.agent_says("lost on the way");
    world.run(30_000);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_late_and_doubled_page_changes_nothing() {
    let mut world = World::served();
    world.network.script(On::Events, Fate { twice: true, ..Fate::slow(10, 8_000) });
    world.run(26_000);
    world.desk.agent_says("one");
    world.run(1_000);
    world.desk.agent_says("two");
    world.run(30_000);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn ten_thousand_messages_of_backlog_are_read_in_order() {
    let mut world = World::served();
    world.crash(0);
    for n in 0..10_000 {
        world.desk.agent_says(&format!("{n}"));
    }
    let tab = world.open_tab();
    world.run(20_000);
    assert_eq!(world.lines(tab), world.journal_lines());
    assert_eq!(world.session(tab).unread(), 10_000, "nobody has seen them");
}

#[test]
fn a_follower_reads_a_long_backlog_without_a_pause_between_the_pages() {
    let mut world = World::served();
    let second = world.open_tab();
    world.run(10_000);
    assert_eq!(world.lines(second), world.journal_lines());
    // What the leader tells is not heard for a while.
    world.desk.page_size = 10;
    world.channel = false;
    for n in 0..300 {
        world.desk.agent_says(&format!("{n}"));
    }
    world.run(1_000);
    world.channel = true;
    world.desk.agent_says("the last");
    world.run(5_000);
    assert_eq!(world.lines(second), world.journal_lines());
}

#[test]
fn a_cursor_below_the_floor_shows_that_something_is_missing() {
    let mut world = World::served();
    world.crash(0);
    for n in 0..20 {
        world.desk.agent_says(&format!("{n}"));
    }
    world.desk.floor = 15;
    let tab = world.open_tab();
    world.run(2_000);
    assert_eq!(world.lines(tab).first().map(String::as_str), Some("gap: 1-15"));
    assert_eq!(world.lines(tab).len(), 1 + world.journal_lines().len() - 15);
}

#[test]
fn a_hole_without_a_word_is_shown_as_one() {
    let mut world = World::served();
    let after = world.session(0).cursor();
    world.desk.agent_says("swallowed");
    world.desk.agent_says("heard");
    let mut page = world.desk.page(after);
    page.events.remove(0);
    world.input(0, Input::Heard { after, page });
    let hole = format!("gap: {0}-{0}", after + 1);
    assert!(world.lines(0).contains(&hole), "{:?}", world.lines(0));
}

#[test]
fn a_desk_that_knows_less_than_it_said_is_not_asked_in_a_loop() {
    let mut world = World::served();
    let next = world.session(0).cursor() + 50;
    world.log.clear();
    // A number from another time: nothing of it is in the journal.
    let page = frontdesk_contract::EventPage { next, events: Vec::new() };
    world.input(0, Input::Heard { after: next, page });
    world.run(60_000);
    assert!(world.log.len() < 10, "{} requests in a minute", world.log.len());
    world.desk.agent_says("still heard");
    world.run(30_000);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_proxy_that_answers_long_polls_at_once_is_not_asked_in_a_loop() {
    let mut world = World::served();
    let page = frontdesk_contract::EventPage { next: world.session(0).cursor(), events: Vec::new() };
    world.log.clear();
    // Long polls answered at once and empty, for a minute.
    for _ in 0..6_000 {
        let open = world.tabs.first().expect("a tab").open.keys().next().copied();
        if let Some(id) = open {
            world.tabs.first_mut().expect("a tab").open.remove(&id);
            world.input(0, Input::Answered(id, Ok(frontdesk_core::Answer::Events(page.clone()))));
        }
        world.run(10);
    }
    assert!(world.log.len() <= 70, "{} requests in a minute", world.log.len());
}

#[test]
fn a_refused_poll_is_not_repeated_in_a_loop() {
    let mut world = World::served();
    world.network.always.push((On::Events, Fate::refused(ErrorCode::BadRequest, None)));
    world.run(30_000);
    world.log.clear();
    world.run(300_000);
    assert!(world.log.len() <= 11, "{}", world.log.len());
}

#[test]
fn failing_polls_are_told_as_trouble_while_sending_goes_on() {
    let mut world = World::served();
    world.network.always.push((On::Events, Fate::lost()));
    world.run(60_000);
    assert_eq!(world.session(0).connection(), Connection::Trouble);
    world.send(0, "hello");
    world.run(2_000);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    world.network.always.clear();
    world.run(31_000);
    assert_eq!(world.session(0).connection(), Connection::Fine);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn the_agent_types_until_a_message_or_for_some_seconds() {
    let mut world = World::served();
    world.desk.agent_types();
    world.run(500);
    assert!(world.session(0).agent_typing());
    world.desk.agent_says("done");
    world.run(500);
    assert!(!world.session(0).agent_typing());
    world.desk.agent_types();
    world.run(500);
    assert!(world.session(0).agent_typing());
    world.run(9_000);
    assert!(!world.session(0).agent_typing());
}

#[test]
fn the_visitors_typing_is_told_now_and_then_and_only_to_an_agent() {
    let mut world = World::served();
    for _ in 0..100 {
        world.input(0, Input::Typing);
        world.run(100);
    }
    let told = world.requests(On::Typing).len();
    assert!((3..=4).contains(&told), "{told} notices in ten seconds");

    let mut world = World::new();
    let tab = world.open_tab();
    world.send(tab, "hello robot");
    world.run(5_000);
    world.input(tab, Input::Typing);
    world.run(1_000);
    assert!(world.requests(On::Typing).is_empty());
}

#[test]
fn the_place_in_the_queue_is_known_while_queueing_and_forgotten_after() {
    let mut world = World::new();
    world.desk.agent_free = false;
    let tab = world.open_tab();
    world.input(tab, Input::Connect(frontdesk_contract::ConnectTo::Agent));
    world.run(1_000);
    world.desk.queue_place(3);
    world.run(500);
    assert_eq!(world.session(tab).queue().place, Some(3));
    world.desk.agent_serves();
    world.run(500);
    assert_eq!(world.session(tab).queue().place, None);
    assert_eq!(world.session(tab).contact().state, ContactState::Agent);
}

#[test]
fn read_marks_reach_what_was_sent() {
    let mut world = World::served();
    world.send(0, "hello");
    world.run(500);
    world.desk.agent_reads_all();
    world.run(500);
    let read = world
        .session(0)
        .transcript()
        .entries()
        .iter()
        .any(|entry| matches!(&entry.kind, EntryKind::Mine { read: true, .. }));
    assert!(read);
}

#[test]
fn a_read_mark_does_not_cover_what_was_sent_after_it() {
    // The answer to the post came before the older read mark; the new message was shown as read.
    let mut world = World::served();
    world.run(26_000);
    world.network.always.push((On::Events, Fate::slow(10, 1_000)));
    world.run(26_000);
    world.desk.agent_reads_all();
    world.send(0, "hello");
    world.run(5_000);
    let marks: Vec<_> = world
        .session(0)
        .transcript()
        .entries()
        .iter()
        .filter_map(|entry| match &entry.kind {
            EntryKind::Mine { read, .. } => Some(*read),
            _ => None,
        })
        .collect();
    assert_eq!(marks, [false]);
}

#[test]
fn what_is_found_later_stands_where_it_was_said() {
    let mut world = World::served();
    world.desk.agent_says("one");
    world.desk.agent_says("four");
    let four = world.desk.newest();
    world.run(2_000);
    world.desk.agent_had_said("two", four);
    world.desk.agent_had_said("three", four);
    world.desk.agent_says("five");
    world.run(2_000);
    let told = |world: &World, tab: usize| {
        let lines =
            world.lines(tab).into_iter().filter_map(|line| line.strip_prefix("they: ").map(str::to_owned));
        lines.collect::<Vec<_>>()
    };
    assert_eq!(told(&world, 0), ["one", "two", "three", "four", "five"]);
    // A page that reads everything anew shows the same.
    let other = world.open_tab();
    world.input(other, Input::Seen(true));
    world.run(2_000);
    assert_eq!(told(&world, other), told(&world, 0));
}

#[test]
fn a_hole_stands_above_what_was_heard_after_it_and_has_the_number_of_what_is_missing_last() {
    let mut world = World::served();
    world.desk.agent_says("before");
    world.run(1_000);
    let after = world.session(0).cursor();
    world.desk.agent_says("swallowed");
    world.desk.agent_says("swallowed too");
    world.desk.agent_says("heard");
    let mut page = world.desk.page(after);
    page.events.drain(..2);
    world.input(0, Input::Heard { after, page });
    let hole = format!("gap: {}-{}", after + 1, after + 2);
    assert_eq!(world.lines(0), ["contact: Agent", "they: before", &hole, "they: heard"]);
    let numbers: Vec<_> =
        world.session(0).transcript().entries().iter().filter_map(|entry| entry.seq).collect();
    assert_eq!(numbers, [1, after, after + 2, after + 3]);
}

#[test]
fn what_is_taken_back_is_emptied_in_its_place() {
    let mut world = World::served();
    world.desk.robot_says("one");
    let id = world.desk.robot_says("two");
    world.desk.robot_says("three");
    world.run(1_000);
    world.desk.push(EventKind::Recalled(Recalled { id: id.clone() }));
    world.run(1_000);
    assert_eq!(world.lines(0), ["contact: Agent", "they: one", "they: ", "they: three"]);
    let entries = world.session(0).transcript().entries();
    let recalled = entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Theirs { id, recalled: true, .. } => Some(id),
        _ => None,
    });
    assert_eq!(recalled.collect::<Vec<_>>(), [&id]);
}

#[test]
fn a_line_is_found_by_its_place_and_by_its_key() {
    let mut world = World::served();
    world.desk.agent_says("one");
    world.desk.agent_says("two");
    world.run(1_000);
    let transcript = world.session(0).transcript();
    assert_eq!(transcript.entries().len(), 3);
    for (at, entry) in transcript.entries().iter().enumerate() {
        assert_eq!(transcript.get(at), Some(entry));
        assert_eq!(transcript.find(entry.key), Some((at, entry)));
    }
    assert_eq!((transcript.get(3), transcript.find(0)), (None, None));
}

#[test]
fn when_there_are_too_many_lines_the_oldest_make_room_for_the_newest() {
    let mut world = World::served();
    let most = frontdesk_core::transcript::MAX_ENTRIES;
    for n in world.lines(0).len()..most {
        world.desk.agent_says(&n.to_string());
    }
    let hear = |world: &mut World| {
        let after = world.session(0).cursor();
        world.desk.page_size = most;
        let page = world.desk.page(after);
        world.input(0, Input::Heard { after, page });
        world.lines(0)
    };
    let full = hear(&mut world);
    assert_eq!((full.len(), full.first().map(String::as_str)), (most, Some("contact: Agent")));
    world.desk.agent_says("one more");
    world.desk.agent_says("and one more");
    let shown = hear(&mut world);
    assert_eq!(shown.len(), most);
    assert_eq!((shown.first(), shown.last()), (full.get(2), Some(&"they: and one more".to_owned())));
}

#[test]
fn a_text_whose_answer_comes_only_looks_different() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::hanging());
    world.send(0, "hello");
    world.run(100);
    let request = world.open_request(0, On::Post).expect("the text is on its way");
    let key = world.session(0).transcript().entries().last().map(|entry| entry.key);
    let answer = Answer::Posted(Posted { status: PostedStatus::Accepted, seq: world.desk.newest() + 1 });
    let now = Now { ms: world.now, chance: 0 };
    let effects = world.tab(0).handle(now, Input::Answered(request, Ok(answer)));
    let shown = |effect| if let Effect::Show(change) = effect { Some(change) } else { None };
    let shown: Vec<_> = effects.into_iter().filter_map(shown).collect();
    assert_eq!(shown, [Change::Update { key: key.expect("a line") }]);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
}
