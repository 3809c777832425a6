//! Several tabs of one visitor.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ConnectTo, ContactState, ErrorCode};
use frontdesk_core::{Input, Role};

fn two_tabs() -> World {
    let mut world = World::served();
    world.open_tab();
    world.run(8_000);
    world
}

fn leaders(world: &World) -> Vec<usize> {
    world
        .living()
        .into_iter()
        .filter(|tab| world.tabs.get(*tab).is_some_and(|tab| tab.tabs.leads()))
        .collect()
}

#[test]
fn two_tabs_hold_one_long_poll_and_show_the_same() {
    let mut world = two_tabs();
    world.log.clear();
    world.send(0, "from the first");
    world.run(1_000);
    world.send(1, "from the second");
    world.desk.agent_says("to both");
    world.run(120_000);
    assert_eq!(world.lines(0), world.journal_lines());
    assert_eq!(world.lines(1), world.journal_lines());
    let leader = *leaders(&world).first().expect("a leader");
    let long = world.requests(On::Events).into_iter().filter(|sent| sent.wait_s > 0);
    assert!(long.clone().count() > 0);
    assert!(long.into_iter().all(|sent| sent.tab == leader));
    assert!(world.log.len() < 20, "{}", world.log.len());
    world.nothing_left_over();
}

#[test]
fn a_leader_that_leaves_is_followed_at_once() {
    let mut world = two_tabs();
    let leader = *leaders(&world).first().expect("a leader");
    world.close_tab(leader);
    world.run(1_000);
    assert_eq!(leaders(&world), [1 - leader]);
    world.desk.agent_says("still heard");
    world.run(1_000);
    assert_eq!(world.lines(1 - leader), world.journal_lines());
}

#[test]
fn a_leader_that_dies_is_replaced_within_seconds() {
    let mut world = two_tabs();
    let leader = *leaders(&world).first().expect("a leader");
    world.crash(leader);
    world.run(10_000);
    assert_eq!(leaders(&world), [1 - leader]);
    world.desk.agent_says("still heard");
    world.run(1_000);
    assert_eq!(world.lines(1 - leader), world.journal_lines());
}

#[test]
fn a_page_heard_with_a_hole_before_it_is_caught_up() {
    let mut world = two_tabs();
    let follower = 1 - *leaders(&world).first().expect("a leader");
    world.channel = false;
    world.desk.agent_says("not heard");
    world.run(500);
    world.channel = true;
    world.desk.agent_says("heard");
    world.run(500);
    assert_eq!(world.lines(follower), world.journal_lines());
}

#[test]
fn a_page_heard_while_the_session_is_still_being_opened_is_not_missed() {
    let mut world = World::new();
    let first = world.open_tab();
    world.input(first, Input::Open);
    world.run(500);
    // The answer says that there is no conversation; when it arrives there is one.
    world.network.script(On::Open, Fate::slow(10, 2_000));
    let second = world.open_tab();
    world.run(100);
    world.send(first, "in between");
    world.run(4_000);
    assert_eq!(world.session(second).contact().state, ContactState::Robot);
    assert_eq!(world.lines(second), world.journal_lines());
}

#[test]
fn a_leader_that_hands_over_while_a_page_travels_does_not_miss_it() {
    let mut world = World::served();
    world.run(30_000);
    world.desk.agent_says("travels");
    world.run(5);
    world.input(0, Input::Role(Role::Follower));
    world.run(2_000);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn the_same_role_told_again_and_again_does_not_put_off_asking() {
    let mut world = World::served();
    world.input(0, Input::Role(Role::Follower));
    world.run(2_000);
    world.desk.agent_says("nobody tells");
    for _ in 0..60 {
        world.input(0, Input::Role(Role::Follower));
        world.run(1_000);
    }
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn tabs_that_cannot_hear_each_other_ask_by_themselves_without_waiting() {
    let mut world = World::new();
    world.channel = false;
    let first = world.open_tab();
    world.send(first, "hello");
    world.run(5_000);
    let second = world.open_tab();
    world.desk.agent_says("to both");
    world.run(5_000);
    assert_eq!(world.lines(first), world.journal_lines());
    assert_eq!(world.lines(second), world.journal_lines());
    assert!(world.log.iter().all(|sent| sent.wait_s == 0));
}

#[test]
fn a_seen_tab_that_cannot_hear_others_finds_a_conversation_begun_elsewhere() {
    let mut world = World::new();
    world.channel = false;
    let first = world.open_tab();
    world.input(first, Input::Open);
    world.run(1_000);
    let second = world.open_tab();
    world.input(second, Input::Seen(true));
    world.run(1_000);
    world.send(first, "hello");
    world.run(15_000);
    assert_eq!(world.session(second).contact().state, ContactState::Robot);
    assert_eq!(world.lines(second), world.journal_lines());
}

#[test]
fn a_text_that_waits_is_taken_along_by_a_second_tab_and_still_arrives_once() {
    let mut world = World::served();
    world.network.down = true;
    world.send(0, "one");
    world.send(0, "two");
    world.run(1_000);
    let second = world.open_tab();
    assert_eq!(world.my_lines(second).len(), 2);
    world.network.down = false;
    world.run(40_000);
    assert_eq!(world.desk.texts(), ["one", "two"]);
    assert_eq!(world.lines(0), world.journal_lines());
    assert_eq!(world.lines(second), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn two_tabs_that_opened_a_session_each_become_one_visitor() {
    let mut world = World::new();
    let first = world.open_tab();
    let second = world.open_tab();
    world.input(first, Input::Open);
    world.input(second, Input::Open);
    world.run(500);
    let kept = world.session(first).credential().map(str::to_owned);
    assert_ne!(world.session(second).credential(), kept.as_deref());
    world.input(second, Input::Join(kept.unwrap_or_default()));
    world.send(first, "from the first");
    world.send(second, "from the second");
    world.run(5_000);
    assert_eq!(world.desk.contacts_begun, 1);
    assert_eq!(world.desk.received.len(), 2);
    assert_eq!(world.lines(first), world.journal_lines());
    assert_eq!(world.lines(second), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn a_conversation_begun_in_one_tab_is_shown_by_one_that_was_idle() {
    // The tab that begins it is a follower still when its first page comes; nobody told the others.
    let mut world = World::new();
    let first = world.open_tab();
    world.input(first, Input::Open);
    world.run(500);
    let second = world.open_tab();
    world.run(500);
    world.input(first, Input::Role(Role::Follower));
    world.run(60_000);
    world.send(first, "hello");
    world.run(3_000);
    assert_eq!(world.lines(second), world.journal_lines());
    assert_eq!(world.session(second).contact().state, ContactState::Robot);
}

#[test]
fn an_old_end_read_after_the_answer_of_a_new_beginning_does_not_hide_what_follows_it() {
    // The tab followed nobody; it took the old end for the newest state and asked no further.
    let mut world = World::served();
    world.run(30_000);
    world.input(0, Input::Role(Role::Follower));
    world.run(1_000);
    let after = world.session(0).cursor();
    world.desk.agent_ends();
    let page = world.desk.page(after);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(100);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    world.tabs_input(0, frontdesk_core::tabs::TabInput::Leaving);
    world.input(0, Input::Heard { after, page });
    world.run(1_000);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.lines(0), world.journal_lines());
}

/// The requests for news that this tab has sent.
fn asked_by(world: &World, tab: usize) -> usize {
    world.requests(On::Events).into_iter().filter(|sent| sent.tab == tab).count()
}

#[test]
fn a_follower_hears_its_own_texts_from_the_leader_and_asks_for_nothing() {
    let mut world = two_tabs();
    let follower = 1 - *leaders(&world).first().expect("a leader");
    world.log.clear();
    // For the first nothing has happened since the page was loaded, for the second something has.
    for text in ["one", "two"] {
        world.send(follower, text);
        world.run(30_000);
        assert_eq!(world.lines(follower), world.journal_lines());
    }
    assert_eq!(asked_by(&world, follower), 0, "{:?}", world.log);
}

#[test]
fn a_follower_that_is_loaded_anew_shows_at_once_what_there_is() {
    let mut world = two_tabs();
    let follower = 1 - *leaders(&world).first().expect("a leader");
    world.desk.agent_says("hello");
    world.run(1_000);
    world.reload(follower);
    // That it follows is known before the session is open.
    world.input(follower, Input::Role(Role::Follower));
    world.run(100);
    assert_eq!(world.lines(follower), world.journal_lines());
}

#[test]
fn a_follower_whose_session_was_in_doubt_shows_at_once_what_was_said_meanwhile() {
    let mut world = World::served();
    world.run(30_000);
    world.input(0, Input::Role(Role::Follower));
    world.run(2_000);
    world.desk.agent_says("nobody tells");
    world.network.script(On::Post, Fate::refused(ErrorCode::SessionUnknown, None));
    world.send(0, "hello");
    world.run(200);
    assert_eq!(world.requests(On::Open).len(), 2);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn what_a_follower_learns_of_while_it_asks_it_asks_for_a_second_later() {
    let mut world = World::served();
    world.run(30_000);
    world.input(0, Input::Role(Role::Follower));
    world.run(2_000);
    world.log.clear();
    // The page that is on its way does not have it yet.
    world.network.script(On::Events, Fate::slow(1, 500));
    world.input(0, Input::Woken);
    world.run(10);
    world.desk.agent_says("nobody tells");
    world.send(0, "hello");
    world.run(940);
    assert_eq!((asked_by(&world, 0), world.lines(0) == world.journal_lines()), (1, false));
    world.run(150);
    assert_eq!((asked_by(&world, 0), world.lines(0)), (2, world.journal_lines()));
}

#[test]
fn a_follower_that_wakes_up_asks_at_once() {
    let mut world = World::served();
    world.run(30_000);
    world.input(0, Input::Role(Role::Follower));
    world.run(5_000);
    world.desk.agent_says("nobody tells");
    world.input(0, Input::Woken);
    world.run(100);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_new_beginning_that_crosses_the_end_of_the_old_conversation_is_shown_soon() {
    // Which of the two was newer was left open, and the tab followed nobody who would have told.
    let mut world = World::served();
    world.run(30_000);
    world.input(0, Input::Role(Role::Follower));
    world.run(1_000);
    let after = world.session(0).cursor();
    world.network.script(On::Connect, Fate::slow(2_000, 10));
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(100);
    world.desk.agent_ends();
    let page = world.desk.page(after);
    world.input(0, Input::Heard { after, page });
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    world.run(3_500);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_tab_that_hears_nobody_asks_every_two_seconds_in_a_conversation_and_every_ten_without() {
    let mut world = World::new();
    world.channel = false;
    let tab = world.open_tab();
    world.input(tab, Input::Seen(true));
    world.input(tab, Input::Open);
    world.run(1_000);
    world.log.clear();
    world.run(60_000);
    assert_eq!(world.log.len(), 6, "{:?}", world.log);
    world.send(tab, "hello");
    world.run(10_000);
    world.log.clear();
    world.run(60_000);
    assert!((29..=30).contains(&world.log.len()), "{} requests in a minute", world.log.len());
}

#[test]
fn a_tab_that_can_hear_others_again_leaves_asking_to_them_until_it_has_heard_nothing_for_long() {
    let mut world = World::served();
    world.input(0, Input::Role(Role::Alone));
    world.run(10_000);
    while world.open_request(0, On::Events).is_some() {
        world.run(10);
    }
    world.log.clear();
    world.input(0, Input::Role(Role::Follower));
    world.run(21_000);
    assert_eq!(asked_by(&world, 0), 0);
    world.run(1_500);
    assert_eq!(asked_by(&world, 0), 1);
}

#[test]
fn what_is_read_in_a_tab_that_is_opened_later_is_unread_in_none() {
    for seen_at_once in [true, false] {
        let mut world = World::served();
        world.input(0, Input::Seen(false));
        world.desk.agent_says("hello");
        world.run(1_000);
        assert_eq!(world.session(0).unread(), 1);
        let second = world.open_tab();
        if seen_at_once {
            world.input(second, Input::Seen(true));
        }
        world.run(5_000);
        assert_eq!(world.lines(second), world.journal_lines());
        assert_eq!(world.session(0).unread(), u32::from(!seen_at_once));
        world.input(second, Input::Seen(true));
        world.run(1_000);
        assert_eq!(world.session(0).unread(), 0);
    }
}

#[test]
fn a_tab_that_is_hidden_once_more_has_seen_nothing_for_the_others() {
    let mut world = World::served();
    let second = world.open_tab();
    world.run(5_000);
    world.input(0, Input::Seen(false));
    world.desk.agent_says("hello");
    world.run(1_000);
    world.input(0, Input::Seen(false));
    world.run(1_000);
    assert_eq!([0, second].map(|tab| world.session(tab).unread()), [1, 1]);
}
