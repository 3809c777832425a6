//! One direction works and the other does not; and pages that wake up.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ContactState, ErrorCode};
use frontdesk_core::{Connection, Input};

#[test]
fn polls_into_a_black_hole_are_told_within_half_a_minute_and_cleared_when_they_heal() {
    let mut world = World::served();
    world.run(30_000);
    world.network.always.push((On::Events, Fate::hanging()));
    // The poll that was asked before brings one page more.
    world.desk.agent_types();
    world.run(1_000);
    let lost_at = world.now;
    world.run(29_000);
    assert_ne!(world.session(0).connection(), Connection::Fine);
    world.send(0, "is anybody there?");
    world.run(1_000);
    assert_eq!(world.session(0).connection(), Connection::NotReceiving, "what is sent gets through");
    assert!(world.now - lost_at <= 30_000);
    assert_eq!(world.desk.texts(), ["is anybody there?"]);

    world.desk.agent_says("yes");
    world.network.always.clear();
    world.run(30_000);
    assert_eq!(world.session(0).connection(), Connection::Fine);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn an_own_text_whose_echo_does_not_come_shows_within_fifteen_seconds_that_nothing_is_received() {
    let mut world = World::served();
    world.run(30_000);
    world.network.always.push((On::Events, Fate::hanging()));
    world.desk.agent_types();
    world.run(2_000);
    world.send(0, "hello?");
    world.run(15_000);
    assert_eq!(world.session(0).connection(), Connection::NotReceiving);
}

#[test]
fn posts_into_a_black_hole_are_told_within_half_a_minute_and_arrive_once() {
    let mut world = World::served();
    world.run(30_000);
    world.network.always.push((On::Post, Fate::hanging()));
    world.send(0, "hello");
    world.run(20_000);
    world.desk.agent_says("I am here");
    world.run(10_000);
    assert_eq!(world.session(0).connection(), Connection::NotSending);
    world.network.always.clear();
    world.run(30_000);
    assert_eq!(world.session(0).connection(), Connection::Fine);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_network_that_is_away_altogether_is_no_loss_in_one_direction() {
    let mut world = World::served();
    world.network.down = true;
    world.send(0, "hello");
    world.run(30_000);
    assert_eq!(world.session(0).connection(), Connection::Trouble);
}

#[test]
fn a_follower_that_hears_nobody_says_so_within_half_a_minute() {
    let mut world = World::served();
    world.input(0, Input::Role(frontdesk_core::Role::Follower));
    world.run(30_000);
    world.network.always.push((On::Events, Fate::hanging()));
    world.run(3_000);
    world.input(0, Input::Heard { after: 0, page: world.desk.page(0) });
    world.run(30_100);
    assert_ne!(world.session(0).connection(), Connection::Fine);
}

#[test]
fn a_page_that_wakes_up_does_not_wait_for_a_poll_from_before_its_sleep() {
    let mut world = World::served();
    world.run(30_000);
    // The connection is dead, and the page sleeps: no answer comes, and no timer.
    world.network.script(On::Events, Fate::hanging());
    world.desk.agent_types();
    world.run(4_000);
    world.desk.agent_says("good morning");
    world.desk.agent_ends();
    world.log.clear();
    for _ in 0..4 {
        // Focus, visibility, network and page cache all say so.
        world.input(0, Input::Woken);
    }
    world.run(3_000);
    assert_eq!(world.lines(0), world.journal_lines());
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert_eq!(world.session(0).connection(), Connection::Fine);
    assert!(world.log.len() <= 3, "no burst: {:?}", world.log);
}

#[test]
fn a_text_that_was_on_its_way_when_the_page_fell_asleep_goes_at_once_and_once() {
    let mut world = World::served();
    world.run(30_000);
    world.network.script(On::Post, Fate::hanging());
    world.send(0, "hello");
    world.run(12_000);
    assert!(world.desk.texts().is_empty());
    world.input(0, Input::Woken);
    world.run(1_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_page_without_a_conversation_looks_once_after_a_long_sleep() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(600_000);
    world.log.clear();
    for _ in 0..30 {
        world.input(tab, Input::Woken);
        world.run(1_000);
    }
    assert_eq!(world.requests(On::Events).len(), 1);
    world.nothing_left_over();
}

#[test]
fn waking_up_does_not_go_below_what_the_server_asks_for() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::refused(ErrorCode::RateLimited, Some(20_000)));
    world.send(0, "hello");
    world.run(500);
    for _ in 0..19 {
        world.input(0, Input::Woken);
        world.run(1_000);
    }
    assert!(world.desk.texts().is_empty());
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_page_without_a_conversation_looks_again_after_every_long_sleep() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    for _ in 0..3 {
        world.run(600_000);
        world.log.clear();
        world.input(tab, Input::Woken);
        world.run(1_000);
        assert_eq!(world.requests(On::Events).len(), 1);
    }
}

#[test]
fn an_own_text_costs_one_poll_and_stops_none() {
    let mut world = World::served();
    world.run(30_000);
    world.log.clear();
    world.send(0, "hello");
    world.run(3_000);
    assert_eq!(world.requests(On::Events).len(), 1, "{:?}", world.log);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_poll_that_does_not_bring_an_own_text_is_given_up_after_five_seconds() {
    let mut world = World::served();
    world.run(30_000);
    world.network.script(On::Events, Fate::hanging());
    world.desk.system_says("brought by the poll before");
    world.run(2_000);
    world.log.clear();
    world.desk.system_says("not brought");
    world.send(0, "hello?");
    world.run(4_900);
    assert!(world.requests(On::Events).is_empty(), "{:?}", world.log);
    world.run(200);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_text_that_gets_through_has_news_asked_for_within_a_second() {
    let mut world = World::served();
    world.network.always.push((On::Events, Fate::lost()));
    // By now a failed poll is repeated after half a minute, or less by chance.
    world.run(600_000);
    for round in 0..5 {
        world.desk.agent_says("not heard yet");
        while world.open_request(0, On::Events).is_some() {
            world.run(10);
        }
        world.log.clear();
        world.send(0, "hello");
        world.run(1_050);
        assert!(!world.requests(On::Events).is_empty(), "in round {round}");
        world.run(60_000);
    }
}

#[test]
fn a_loss_is_blamed_on_no_direction_while_it_is_not_known_that_the_other_works() {
    // Reply and news of the last text come at the same moment, or the reply after the news.
    for (lost, reply_ms) in [(On::Post, 10), (On::Post, 100), (On::Events, 10)] {
        let mut world = World::served();
        world.run(5_000);
        world.network.script(On::Post, Fate::slow(10, reply_ms));
        world.send(0, "one");
        world.run(20);
        assert_eq!(world.desk.texts(), ["one"]);
        world.network.always.push((lost, Fate::lost()));
        if lost == On::Post {
            world.send(0, "two");
        }
        world.run(10_000);
        assert_eq!(world.session(0).connection(), Connection::Trouble, "{lost:?} after {reply_ms} ms");
    }
}
