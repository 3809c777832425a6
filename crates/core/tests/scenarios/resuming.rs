//! While a session is being resumed, and what outlives it.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ConnectTo, ContactState, EndReason, ErrorCode};
use frontdesk_core::{Connection, Input, Stage};

#[test]
fn what_was_on_its_way_when_the_session_died_goes_at_once_in_the_next() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::hanging());
    world.send(0, "hello");
    world.run(100);
    // News wakes the poll; the next one is told.
    world.network.script(On::Events, Fate::refused(ErrorCode::SessionUnknown, None));
    world.desk.agent_types();
    world.run(3_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.lines(0), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn a_conversation_whose_session_died_is_over_and_an_idle_panel_knows_of_none() {
    for (served, state) in [(true, ContactState::Ended), (false, ContactState::None)] {
        let mut world = if served { World::served() } else { World::new() };
        if !served {
            world.open_tab();
            world.input(0, Input::Open);
            world.run(1_000);
        }
        world.desk.forget_session();
        if !served {
            world.reload(0);
        }
        world.run(30_000);
        assert_eq!(world.session(0).stage(), Stage::Open);
        assert_eq!(world.requests(On::Open).len(), 2);
        assert_eq!(world.session(0).contact().state, state);
    }
}

/// A text whose session is gone, on the next page.
fn outlived() -> World {
    outlived_with_clock_back(0)
}

/// The same, with the clock set back by so many milliseconds in between.
fn outlived_with_clock_back(back_ms: u64) -> World {
    let mut world = World::served();
    world.network.down = true;
    world.send(0, "for Li alone");
    world.run(1_000);
    world.desk.forget_session();
    world.now -= back_ms;
    world.reload(0);
    world.network.down = false;
    world.run(60_000);
    world
}

#[test]
fn a_text_that_outlived_its_session_is_never_sent_again_by_itself() {
    let mut world = outlived();
    let contact = world.session(0).contact();
    assert_eq!((contact.state, contact.reason), (ContactState::Ended, Some(EndReason::Released)));
    assert_eq!(
        world.my_lines(0),
        ["me: for Li alone (Unconfirmed)"],
        "it may have come before the page went"
    );
    world.reload(0);
    world.send(0, "to whoever is there");
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(60_000);
    assert_eq!(world.desk.texts(), ["to whoever is there"]);
    let id = world.id_of(0, "for Li alone");
    world.input(0, Input::SendAgain(id.clone()));
    world.input(0, Input::SendAgain(id));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["to whoever is there", "for Li alone"]);
    world.reload(0);
    world.run(5_000);
    assert_eq!(world.desk.texts().len(), 2);
    world.nothing_left_over();
}

#[test]
fn a_text_is_as_old_as_its_session_also_when_the_clock_was_set_back_since() {
    let mut world = outlived_with_clock_back(600_000);
    assert_eq!(world.my_lines(0), ["me: for Li alone (Unconfirmed)"]);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(60_000);
    assert_eq!(world.desk.texts(), [""; 0]);
}

#[test]
fn what_may_have_come_to_a_session_that_is_gone_can_be_left() {
    let mut world = outlived();
    world.input(0, Input::Delete(world.id_of(0, "for Li alone")));
    world.run(1_000);
    world.reload(0);
    world.run(5_000);
    assert_eq!(world.my_lines(0), [""; 0]);
    world.nothing_left_over();
}

#[test]
fn a_file_that_outlived_its_session_begins_anew() {
    let mut world = World::served();
    world.network.down = true;
    world.send_files(0, &[("a.png", 10)]);
    world.run(1_000);
    world.desk.forget_session();
    world.reload(0);
    world.network.down = false;
    world.run(10_000);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(10_000);
    assert_eq!(world.desk.texts().len(), 1);
    world.nothing_left_over();
}

#[test]
fn a_tab_whose_session_died_takes_the_one_that_another_tab_opened() {
    let mut world = World::served();
    world.open_tab();
    world.run(8_000);
    world.input(0, Input::EndContact);
    world.run(60_000);
    world.desk.forget_session();
    world.freeze(1);
    world.send(0, "once more");
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["once more"]);
    world.thaw(1);
    world.run(10_000);
    assert_eq!(world.session(1).credential(), world.session(0).credential());
    world.desk.agent_says("to both");
    world.run(30_000);
    assert_eq!(
        world.requests(On::Open).len(),
        4,
        "one is opened, then another, and each is taken by the other tab"
    );
    assert!(world.lines(1).contains(&"they: to both".to_owned()), "{:?}", world.lines(1));
    world.nothing_left_over();
}

#[test]
fn what_is_still_to_be_sent_is_known_before_there_is_a_conversation() {
    let mut world = World::new();
    world.open_tab();
    assert!(!world.session(0).is_sending());
    world.network.always.push((On::Connect, Fate::hanging()));
    world.send(0, "hello");
    world.run(2_000);
    assert!(world.session(0).is_sending() && !world.session(0).is_following());
    world.network.always.clear();
    world.run(60_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert!(!world.session(0).is_sending() && world.session(0).is_following());
}

#[test]
fn the_place_in_the_queue_outlives_a_session_that_is_resumed() {
    let mut world = World::new();
    world.desk.agent_free = false;
    world.open_tab();
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    world.desk.queue_place(3);
    world.run(3_000);
    assert_eq!(world.session(0).queue().place, Some(3));
    world.network.script(On::Events, Fate::refused(ErrorCode::SessionUnknown, None));
    world.desk.notice();
    world.run(3_000);
    assert_eq!(world.requests(On::Open).len(), 2);
    assert_eq!(world.session(0).contact().state, ContactState::Queueing);
    assert_eq!(world.session(0).queue().place, Some(3));
}

#[test]
fn two_sessions_that_die_at_once_are_no_trouble_yet() {
    for seed in 0..8 {
        let mut world = World::seeded(seed);
        world.open_tab();
        world.network.always.push((On::Events, Fate::hanging()));
        for _ in 0..2 {
            world.network.script(On::Connect, Fate::refused(ErrorCode::SessionUnknown, None));
        }
        world.input(0, Input::Connect(ConnectTo::Agent));
        for _ in 0..1_500 {
            world.run(1);
            assert_eq!(world.session(0).connection(), Connection::Fine);
        }
        assert_eq!(world.requests(On::Open).len(), 3);
        assert_eq!(world.session(0).contact().state, ContactState::Agent);
    }
}

/// The session is dead, and no other can be opened.
fn session_is_gone(world: &mut World) {
    world.network.always.push((On::Open, Fate::lost()));
    world.network.script(On::Events, Fate::refused(ErrorCode::SessionUnknown, None));
    world.desk.agent_types();
    world.run(2_000);
    assert_eq!(world.session(0).stage(), Stage::Opening);
    world.log.clear();
}

#[test]
fn while_there_is_no_session_nothing_else_is_asked_for() {
    let mut world = World::new();
    world.desk.offers.history = true;
    world.desk.offers.call.audio = true;
    world.open_tab();
    world.send(0, "hello");
    world.run(2_000);
    let message = world.desk.robot_says("good day");
    world.desk.agent_serves();
    world.desk.agent_says("I am here");
    world.run(2_000);
    session_is_gone(&mut world);
    world.input(0, Input::Seen(true));
    world.send(0, "are you there?");
    world.send_files(0, &[("a.png", 1_000)]);
    let (number, text) = ("123".to_owned(), "call me".to_owned());
    world.input(0, Input::LeaveMessage { number, country: None, text });
    world.input(0, Input::Judge { message, helpful: true, reason: String::new() });
    world.input(0, Input::Earlier);
    world.run(5_000);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(5_000);
    assert!(world.log.iter().all(|sent| sent.on == On::Open), "{:?}", world.log);
    world.network.always.clear();
    world.run(31_000);
    assert_eq!(world.desk.texts(), ["hello", "are you there?", "a.png"]);
    assert_eq!((world.desk.left.len(), world.desk.judged.len()), (1, 1));
    assert_eq!(world.desk.read_to, 5, "what the agent said was seen");
    assert!(!world.requests(On::History).is_empty() && !world.requests(On::CallSupport).is_empty());
}

#[test]
fn while_there_is_no_session_nothing_is_suggested_and_nothing_is_ended() {
    let mut world = World::new();
    world.open_tab();
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(2_000);
    session_is_gone(&mut world);
    world.write(0, "delivery");
    world.input(0, Input::EndContact);
    world.run(5_000);
    assert!(world.log.iter().all(|sent| sent.on == On::Open), "{:?}", world.log);
    world.network.always.clear();
    world.run(31_000);
    assert_eq!(world.session(0).suggestions().first().map(String::as_str), Some("delivery 0?"));
}

#[test]
fn what_is_seen_in_the_next_session_is_told_from_its_beginning() {
    let mut world = World::served();
    for n in 0..5 {
        world.desk.agent_says(&format!("{n}"));
    }
    world.run(2_000);
    assert_eq!(world.desk.read_to, world.desk.newest());
    world.desk.forget_session();
    world.desk.read_to = 0;
    world.run(30_000);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(2_000);
    world.desk.agent_says("good morning");
    world.run(2_000);
    assert_eq!(world.desk.read_to, world.desk.newest());
}

type Act = dyn Fn(&mut World);

#[test]
fn whatever_is_still_to_be_sent_counts_also_alone() {
    let nothing = |_: &mut World| {};
    let text = |world: &mut World| world.send(0, "hello");
    let rating = |world: &mut World| {
        world.input(0, Input::Rate { level: Some(5), recommend: None, solved: None, comment: String::new() });
    };
    let left = |world: &mut World| {
        world.input(0, Input::LeaveMessage { number: "123".into(), country: None, text: "call me".into() });
    };
    let wish = |world: &mut World| world.input(0, Input::Connect(ConnectTo::Agent));
    let cases: [(bool, &Act, bool); 5] = [
        (false, &nothing, false),
        (false, &text, true),
        (true, &rating, true),
        (true, &left, true),
        (true, &wish, true),
    ];
    for (at, (ended, act, sends)) in cases.into_iter().enumerate() {
        let mut world = World::served();
        if ended {
            world.desk.survey_after_end = true;
            world.desk.agent_ends();
            world.run(5_000);
        }
        world.network.down = true;
        act(&mut world);
        world.run(3_000);
        assert_eq!(world.session(0).is_sending(), sends, "case {at}");
        world.network.down = false;
        world.run(60_000);
        assert!(!world.session(0).is_sending(), "case {at}");
    }
}
