//! What the answer to a text says, whatever else is told of it.

use crate::support::World;
use crate::support::desk::refusal;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ConnectTo, Contact, ContactState, ErrorCode, EventKind};
use frontdesk_core::{Connection, Failure, Input, Role};

/// The desk takes it, its echo comes at once, and half a second later this is heard of it.
fn late(heard: Failure) -> Fate {
    Fate { garbled: Some(heard), ..Fate::slow(10, 500) }
}

#[test]
fn the_next_text_waits_a_moment_for_an_answer_that_its_echo_has_overtaken() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(10, 500));
    world.send(0, "one");
    world.send(0, "two");
    world.run(400);
    assert_eq!(world.my_lines(0), ["me: one (Sent)", "me: two (Queued)"]);
    assert_eq!(world.requests(On::Post).len(), 1);
    world.run(200);
    assert_eq!(world.desk.texts(), ["one", "two"]);
    world.nothing_left_over();
}

#[test]
fn a_wish_for_patience_that_comes_after_the_echo_holds_for_the_next_text() {
    let mut world = World::served();
    world.network.script(On::Post, late(refusal(ErrorCode::RateLimited, Some(30_000))));
    world.send(0, "one");
    world.send(0, "two");
    world.run(30_000);
    assert_eq!(world.my_lines(0), ["me: one (Sent)", "me: two (Queued)"]);
    world.run(1_000);
    assert_eq!(world.desk.texts(), ["one", "two"]);
    world.nothing_left_over();
}

#[test]
fn an_answer_that_is_lost_after_the_echo_is_no_trouble() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(10, 60_000));
    world.send(0, "hello");
    world.run(40_000);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    assert_eq!(world.session(0).connection(), Connection::Fine);
    world.nothing_left_over();
}

#[test]
fn a_session_that_died_is_noticed_by_an_answer_that_comes_after_the_echo() {
    let mut world = World::served();
    world.network.script(On::Post, late(refusal(ErrorCode::SessionUnknown, None)));
    world.send(0, "hello");
    world.run(400);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    let opened = world.requests(On::Open).len();
    world.run(1_000);
    assert_eq!(world.requests(On::Open).len(), opened + 1);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_text_that_fails_while_news_may_come_goes_again_within_a_second() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::lost());
    world.send(0, "hello");
    world.run(1_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn while_no_news_comes_either_a_text_leaves_it_to_the_polls_to_find_the_desk() {
    let mut world = World::served();
    world.network.down = true;
    world.run(60_000);
    world.log.clear();
    world.send(0, "hello");
    world.run(20_000);
    let posts = world.requests(On::Post).len();
    assert!(posts <= 6, "{posts} tries in twenty seconds");
    world.network.down = false;
    world.run(31_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_transfer_that_a_refusal_tells_is_asked_for_at_once() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.send(tab, "hello");
    world.run(5_000);
    // It hears nobody any more, and does not wait for news itself.
    world.input(tab, Input::Role(Role::Follower));
    world.run(1_000);
    let queueing = Contact { state: ContactState::Queueing, ..Contact::default() };
    world.desk.contact = queueing.clone();
    world.desk.push(EventKind::Contact(queueing));
    world.send(tab, "a person, please");
    world.run(1_000);
    assert_eq!(world.session(tab).contact().state, ContactState::Queueing);
    assert_eq!(world.lines(tab).last().map(String::as_str), Some("me: a person, please (Queued)"));
}

#[test]
fn a_conversation_of_which_the_desk_knows_nothing_is_begun_anew_for_the_first_text() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.network.always.push((On::Events, Fate::hanging()));
    world.network.script(On::Post, Fate::refused(ErrorCode::NotConnected, None));
    world.send(tab, "hello");
    world.run(5_000);
    assert_eq!(world.requests(On::Connect).len(), 2);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_conversation_that_ended_before_the_first_text_is_not_begun_anew_by_itself() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.network.always.push((On::Events, Fate::hanging()));
    world.network.script(On::Post, Fate::refused(ErrorCode::ContactEnded, None));
    world.send(tab, "hello");
    world.run(5_000);
    assert_eq!(world.session(tab).contact().state, ContactState::Ended);
    assert_eq!(world.requests(On::Connect).len(), 1);
    world.input(tab, Input::Connect(ConnectTo::Robot));
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_desk_that_tells_no_limit_gets_texts_all_the_same() {
    let mut world = World::new();
    world.desk.offers.text_max_bytes = 0;
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(1_000);
    world.send(tab, "hello");
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert!(world.tabs.first().expect("a tab").returned.is_empty());
}
