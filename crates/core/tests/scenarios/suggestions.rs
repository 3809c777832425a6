//! Suggestions while the visitor types.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ConnectTo, ErrorCode};
use frontdesk_core::Input;

fn opened() -> World {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(1_000);
    world
}

fn draft(world: &mut World, text: &str) {
    world.input(0, Input::Draft(text.into()));
}

#[test]
fn when_the_keys_rest_the_draft_is_asked_for_once() {
    let mut world = opened();
    for end in 1..=8 {
        draft(&mut world, &"delivery".chars().take(end).collect::<String>());
        world.run(100);
    }
    assert!(world.desk.queries.is_empty());
    world.run(500);
    draft(&mut world, " delivery ");
    world.run(500);
    assert_eq!(world.desk.queries, ["delivery"]);
    let shown = world.session(0).suggestions();
    assert_eq!((shown.len(), shown.first().map(String::as_str)), (5, Some("delivery 0?")));
    world.nothing_left_over();
}

#[test]
fn a_letter_a_novel_and_an_agent_are_not_asked_for() {
    let mut world = opened();
    draft(&mut world, "a");
    world.run(500);
    draft(&mut world, &"a".repeat(300));
    world.run(500);
    assert!(world.desk.queries.is_empty());
    draft(&mut world, "是");
    world.run(500);
    assert_eq!(world.desk.queries, ["是"]);
    assert!(!world.session(0).suggestions().is_empty());
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(500);
    assert!(world.session(0).suggestions().is_empty(), "an agent is not a robot");
    draft(&mut world, "delivery");
    world.run(500);
    assert_eq!(world.desk.queries.len(), 1);
}

#[test]
fn a_desk_without_suggestions_or_robot_is_not_asked() {
    for (suggestions, robot) in [(false, true), (true, false)] {
        let mut world = World::new();
        world.desk.offers.suggestions = suggestions;
        world.desk.offers.robot = robot;
        let tab = world.open_tab();
        world.input(tab, Input::Open);
        world.run(1_000);
        draft(&mut world, "delivery");
        world.run(1_000);
        assert!(world.requests(On::Suggestions).is_empty());
    }
}

#[test]
fn an_answer_to_an_older_draft_is_not_shown() {
    let mut world = opened();
    world.network.script(On::Suggestions, Fate::slow(10, 2_000));
    draft(&mut world, "delivery");
    world.run(500);
    draft(&mut world, "return");
    world.run(5_000);
    assert_eq!(world.session(0).suggestions().first().map(String::as_str), Some("return 0?"));
}

#[test]
fn sending_and_emptying_clear_the_suggestions() {
    let mut world = opened();
    draft(&mut world, "delivery");
    world.run(500);
    draft(&mut world, "");
    assert!(world.session(0).suggestions().is_empty());
    draft(&mut world, "delivery");
    world.run(500);
    assert!(!world.session(0).suggestions().is_empty());
    world.send(0, "delivery");
    assert!(world.session(0).suggestions().is_empty());
    draft(&mut world, "return");
    world.send(0, "return");
    draft(&mut world, "");
    world.run(2_000);
    assert!(!world.desk.queries.iter().any(|query| query == "return"), "what was sent is not asked for");
    world.nothing_left_over();
}

#[test]
fn failures_are_silent_and_asked_for_less_and_less() {
    let mut world = opened();
    world.network.always.push((On::Suggestions, Fate::refused(ErrorCode::CentreBusy, None)));
    for n in 0..300 {
        draft(&mut world, &format!("draft {n}"));
        world.run(200);
    }
    let asked = world.requests(On::Suggestions).len();
    assert!((2..30).contains(&asked), "{asked} requests in a minute");
    assert!(world.session(0).suggestions().is_empty());
    assert_eq!(world.session(0).connection(), frontdesk_core::Connection::Fine);
    world.network.always.clear();
    world.run(31_000);
    draft(&mut world, "delivery");
    world.run(31_000);
    assert!(!world.session(0).suggestions().is_empty());
}

#[test]
fn a_desk_that_has_none_after_all_is_not_asked_again() {
    let mut world = opened();
    world.network.script(On::Suggestions, Fate::refused(ErrorCode::NotOffered, None));
    for n in 0..20 {
        draft(&mut world, &format!("draft {n}"));
        world.run(10_000);
    }
    assert_eq!(world.requests(On::Suggestions).len(), 1);
}

#[test]
fn after_a_conversation_it_is_suggested_what_a_robot_may_be_asked_but_not_where_nobody_is_there() {
    let mut world = World::served();
    world.desk.agent_ends();
    world.run(1_000);
    draft(&mut world, "delivery");
    world.run(500);
    assert_eq!(world.session(0).suggestions().len(), 5);
    let mut world = World::served();
    world.desk.goes_offline();
    world.run(1_000);
    draft(&mut world, "delivery");
    world.run(500);
    assert!(world.desk.queries.is_empty());
}

#[test]
fn who_is_told_to_wait_asks_no_sooner() {
    let mut world = opened();
    world.network.script(On::Suggestions, Fate::refused(ErrorCode::RateLimited, Some(40_000)));
    draft(&mut world, "delivery");
    world.run(1_000);
    assert_eq!(world.requests(On::Suggestions).len(), 1);
    draft(&mut world, "delivery to");
    world.run(38_000);
    assert_eq!(world.requests(On::Suggestions).len(), 1);
    world.run(3_000);
    assert_eq!(world.desk.queries, ["delivery to"]);
}
