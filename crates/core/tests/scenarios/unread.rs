//! What the visitor has not seen yet.

use crate::support::World;
use frontdesk_core::{Effect, Input, Now, Record};

fn unread(world: &World) -> u32 {
    world.session(0).unread()
}

/// The visitor closes the panel; then an agent says two lines.
fn with_two_unread() -> World {
    let mut world = World::served();
    world.desk.agent_says("seen");
    world.run(1_000);
    world.input(0, Input::Seen(false));
    world.desk.agent_says("one");
    world.desk.agent_says("two");
    world.run(1_000);
    world
}

#[test]
fn only_what_a_person_or_robot_says_counts() {
    let mut world = World::served();
    world.desk.agent_says("seen");
    world.run(1_000);
    assert_eq!(unread(&world), 0);
    world.input(0, Input::Seen(false));
    world.desk.agent_says("one");
    world.desk.robot_says("two");
    world.desk.system_says("of no weight");
    world.desk.notice();
    world.send(0, "mine");
    world.run(1_000);
    assert_eq!(unread(&world), 2);
    world.input(0, Input::Seen(true));
    assert_eq!(unread(&world), 0);
}

#[test]
fn what_is_unread_stays_so_on_the_next_page_and_makes_no_sound_again() {
    let mut world = with_two_unread();
    for _ in 0..2 {
        world.reload(0);
        world.run(10_000);
        assert_eq!((unread(&world), world.tab(0).sounds), (2, 0));
    }
    world.desk.agent_says("three");
    world.run(10_000);
    assert_eq!((unread(&world), world.tab(0).sounds), (3, 1));
    world.input(0, Input::Seen(true));
    world.run(1_000);
    world.reload(0);
    world.run(10_000);
    assert_eq!(unread(&world), 0, "it was seen");
}

#[test]
fn what_came_while_the_panel_was_seen_is_not_unread_on_the_next_page() {
    let mut world = World::served();
    world.desk.agent_says("hello");
    world.run(1_000);
    world.reload(0);
    world.run(10_000);
    assert_eq!(unread(&world), 0);
}

#[test]
fn a_panel_that_is_closed_before_the_first_answer_has_seen_what_was_there() {
    for ms in [0, 1_000] {
        let mut world = World::new();
        world.open_tab();
        world.input(0, Input::Seen(true));
        world.send(0, "hello");
        world.run(ms);
        world.input(0, Input::Seen(false));
        world.run(1_000);
        world.desk.robot_says("answer");
        world.run(1_000);
        assert_eq!(unread(&world), 1);
        world.reload(0);
        world.run(10_000);
        assert_eq!(unread(&world), 1, "closed after {ms} ms");
    }
}

#[test]
fn of_whom_nobody_knows_what_they_saw_nothing_old_is_unread() {
    let mut world = with_two_unread();
    world.storage.edit(|record| {
        if let Record::Session { seen, .. } = record {
            assert!(seen.take() > Some(0));
        }
    });
    world.reload(0);
    world.run(10_000);
    assert_eq!(unread(&world), 0);
    world.desk.agent_says("three");
    world.run(1_000);
    assert_eq!(unread(&world), 1);
}

#[test]
fn what_was_seen_of_a_session_says_nothing_about_the_next() {
    let mut world = with_two_unread();
    world.desk.forget_session();
    world.reload(0);
    world.run(10_000);
    world.send(0, "anybody?");
    world.run(1_000);
    world.desk.robot_says("yes");
    world.run(1_000);
    assert_eq!(unread(&world), 1);
    assert!(world.session(0).cursor() < 6, "its numbers do not begin anew: the test shows nothing");
}

#[test]
fn a_tab_that_hears_no_other_learns_from_the_storage_what_was_seen() {
    let mut world = with_two_unread();
    world.channel = false;
    let second = world.open_tab();
    world.run(10_000);
    assert_eq!(world.session(second).unread(), 2);
    world.input(second, Input::Seen(true));
    world.run(1_000);
    assert_eq!([0, second].map(|tab| world.session(tab).unread()), [2, 0]);
    world.input(0, Input::Woken);
    world.run(1_000);
    assert_eq!(unread(&world), 0);
}

#[test]
fn the_storage_is_written_only_when_more_was_seen() {
    let mut world = with_two_unread();
    let now = Now { ms: world.now, chance: 7 };
    let mut kept = |seen| {
        let effects = world.tab(0).handle(now, Input::Seen(seen));
        effects.into_iter().filter(|effect| matches!(effect, Effect::Keep(_))).count()
    };
    assert_eq!([true, true, false, false, true].map(&mut kept), [1, 0, 0, 0, 0]);
}

#[test]
fn only_what_another_tab_has_shown_up_to_the_end_is_no_longer_unread() {
    let mut world = with_two_unread();
    let last = world.session(0).cursor();
    let now = Now { ms: world.now, chance: 7 };
    let mut told = |seq| {
        let effects = world.tab(0).handle(now, Input::SeenElsewhere(seq));
        effects.into_iter().filter(|effect| matches!(effect, Effect::Unread(_))).collect::<Vec<_>>()
    };
    assert_eq!(told(last - 1), []);
    assert_eq!(told(last), [Effect::Unread(0)]);
    assert_eq!(told(last), [], "it is told once");
}
