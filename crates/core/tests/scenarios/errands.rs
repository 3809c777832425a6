//! Messages left for later and judgements: they arrive though nobody waits.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{Body, EndReason, ErrorCode, Event, EventKind, EventPage, Feedback};
use frontdesk_core::{EntryKind, Input, LeaveState};

fn leave(world: &mut World, number: &str, text: &str) {
    let (number, text) = (number.to_owned(), text.to_owned());
    world.input(0, Input::LeaveMessage { number, country: Some("CN".into()), text });
}

fn judge(world: &mut World, message: &str, helpful: bool, reason: &str) {
    let (message, reason) = (message.to_owned(), reason.to_owned());
    world.input(0, Input::Judge { message, helpful, reason });
}

/// The judgements that are shown.
fn judged(world: &World, tab: usize) -> Vec<Option<bool>> {
    let entries = world.session(tab).transcript().entries().iter();
    let judged = entries.filter_map(|entry| match &entry.kind {
        EntryKind::Theirs { judged, judgeable: true, .. } => Some(*judged),
        _ => None,
    });
    judged.collect()
}

fn ids(world: &World, on: On) -> usize {
    let ids: std::collections::BTreeSet<_> = world.requests(on).iter().map(|sent| sent.id.clone()).collect();
    ids.len()
}

#[test]
fn a_message_left_is_kept_sent_and_thanked_for() {
    let mut world = World::new();
    world.open_tab();
    assert_eq!(world.session(0).leaving(), LeaveState::Idle);
    leave(&mut world, " +8613800138000 ", "call me");
    leave(&mut world, "1", "a second click");
    assert_eq!(world.session(0).leaving(), LeaveState::Sending);
    assert!(world.requests(On::Leave).is_empty(), "kept before it is sent");
    world.run(2_000);
    assert_eq!(world.session(0).leaving(), LeaveState::Sent);
    let left: Vec<_> =
        world.desk.left.values().map(|left| (left.number.as_str(), left.text.as_str())).collect();
    assert_eq!(left, [("+8613800138000", "call me")]);
    world.input(0, Input::LeaveSeen);
    assert_eq!(world.session(0).leaving(), LeaveState::Idle);
    assert!(world.requests(On::Connect).is_empty(), "no conversation is begun for it");
    world.nothing_left_over();
}

#[test]
fn a_message_left_survives_lost_answers_a_reload_and_a_dead_session() {
    let mut world = World::new();
    world.open_tab();
    world.input(0, Input::Open);
    world.run(1_000);
    world.network.script(On::Leave, Fate::answer_lost());
    leave(&mut world, "123", "call me");
    world.run(30);
    world.network.down = true;
    world.run(5_000);
    world.desk.forget_session();
    world.reload(0);
    assert_eq!(world.session(0).leaving(), LeaveState::Sending);
    world.input(0, Input::LeaveSeen);
    world.network.down = false;
    world.run(60_000);
    assert_eq!(world.session(0).leaving(), LeaveState::Sent);
    assert_eq!((world.desk.left.len(), ids(&world, On::Leave)), (1, 1));
    world.nothing_left_over();
}

#[test]
fn a_message_left_that_cannot_be_taken_says_why() {
    let mut world = World::new();
    world.open_tab();
    let long = "x".repeat(1_001);
    for (number, text, code) in [
        ("", "call me", ErrorCode::NumberInvalid),
        ("123456789012345678901234567890123", "call me", ErrorCode::NumberInvalid),
        ("123", " ", ErrorCode::TextEmpty),
        ("123", &long, ErrorCode::TextTooLong),
    ] {
        leave(&mut world, number, text);
        assert_eq!(world.session(0).leaving(), LeaveState::Failed(Some(code)));
    }
    world.run(1_000);
    assert!(world.log.is_empty(), "nothing is sent");
    world.network.script(On::Leave, Fate::refused(ErrorCode::NumberInvalid, None));
    leave(&mut world, "12", "call me");
    world.run(2_000);
    assert_eq!(world.session(0).leaving(), LeaveState::Failed(Some(ErrorCode::NumberInvalid)));
    leave(&mut world, "123", "call me");
    world.run(2_000);
    assert_eq!(world.session(0).leaving(), LeaveState::Sent);
    world.nothing_left_over();
}

/// Number and text of the message that was refused.
fn refused(world: &World, tab: usize) -> Option<(&str, &str)> {
    world.session(tab).refused_message().map(|left| (left.number.as_str(), left.text.as_str()))
}

#[test]
fn a_message_left_that_is_refused_on_another_page_is_kept_until_that_is_seen() {
    let mut world = World::new();
    world.open_tab();
    world.input(0, Input::Open);
    world.run(1_000);
    world.network.down = true;
    leave(&mut world, "12", "call me");
    world.run(1_000);
    world.network.down = false;
    world.network.always.push((On::Leave, Fate::refused(ErrorCode::NumberInvalid, None)));
    // Refused on this page, and on the next one again, as nobody has seen it.
    for _ in 0..2 {
        world.reload(0);
        assert_eq!((world.session(0).leaving(), refused(&world, 0)), (LeaveState::Sending, None));
        world.run(30_000);
        assert_eq!(world.session(0).leaving(), LeaveState::Failed(Some(ErrorCode::NumberInvalid)));
        assert_eq!(refused(&world, 0), Some(("12", "call me")));
    }
    // It is not sent again by itself, nor by what the storage has.
    let sent = world.requests(On::Leave).len();
    world.input(0, Input::Woken);
    world.run(60_000);
    assert_eq!((world.requests(On::Leave).len(), ids(&world, On::Leave)), (sent, 1));
    world.input(0, Input::LeaveSeen);
    world.run(100);
    assert_eq!((world.session(0).leaving(), refused(&world, 0)), (LeaveState::Idle, None));
    world.nothing_left_over();
    world.reload(0);
    assert_eq!(world.session(0).leaving(), LeaveState::Idle);
}

#[test]
fn a_message_left_takes_the_place_of_one_that_was_refused() {
    let mut world = World::new();
    world.open_tab();
    world.network.script(On::Leave, Fate::refused(ErrorCode::NumberInvalid, None));
    leave(&mut world, "12", "call me");
    world.run(2_000);
    assert_eq!(refused(&world, 0), Some(("12", "call me")));
    // What is wrong with the next one is noticed here: that one is not sent, and the other not forgotten.
    leave(&mut world, "", "call me");
    assert_eq!(refused(&world, 0), Some(("12", "call me")));
    world.network.down = true;
    leave(&mut world, "123", "call me");
    assert_eq!(refused(&world, 0), None);
    world.run(1_000);
    world.reload(0);
    world.network.down = false;
    world.run(30_000);
    let left: Vec<_> = world.desk.left.values().map(|left| left.number.as_str()).collect();
    assert_eq!((world.session(0).leaving(), left), (LeaveState::Sent, vec!["123"]));
    world.nothing_left_over();
}

fn answered() -> (World, String) {
    let mut world = World::new();
    world.open_tab();
    world.send(0, "hello");
    world.run(2_000);
    let message = world.desk.robot_says("good day");
    world.run(1_000);
    assert_eq!(judged(&world, 0), [None]);
    (world, message)
}

#[test]
fn a_judgement_is_shown_at_once_sent_once_and_known_after_a_reload() {
    let (mut world, message) = answered();
    world.network.script(On::Feedback, Fate::answer_lost());
    judge(&mut world, &message, false, "too long");
    judge(&mut world, &message, true, "");
    assert_eq!(judged(&world, 0), [Some(false)]);
    world.run(5_000);
    let got: Vec<_> = world.desk.judged.values().map(|got| (got.helpful, got.reason.as_str())).collect();
    assert_eq!(got, [(false, "too long")]);
    assert_eq!(ids(&world, On::Feedback), 1);
    world.reload(0);
    world.run(2_000);
    assert_eq!(judged(&world, 0), [Some(false)]);
    world.nothing_left_over();
}

#[test]
fn a_judgement_on_its_way_is_shown_after_a_reload() {
    let (mut world, message) = answered();
    world.network.always.push((On::Feedback, Fate::lost()));
    judge(&mut world, &message, true, "");
    world.run(1_000);
    world.reload(0);
    world.run(1_000);
    assert_eq!(judged(&world, 0), [Some(true)]);
    assert!(world.desk.judged.is_empty());
    world.network.always.clear();
    world.run(31_000);
    assert_eq!(world.desk.judged.len(), 1);
    world.nothing_left_over();
}

#[test]
fn a_judgement_of_another_tab_is_shown() {
    let (mut world, message) = answered();
    let other = world.open_tab();
    world.run(2_000);
    judge(&mut world, &message, true, "");
    world.run(5_000);
    assert_eq!(judged(&world, other), [Some(true)]);
}

#[test]
fn a_refused_judgement_goes_back_and_says_why() {
    let (mut world, message) = answered();
    for (reason, code) in [("", ErrorCode::ReasonMissing), (&*"x".repeat(65), ErrorCode::ReasonTooLong)] {
        judge(&mut world, &message, false, reason);
        assert_eq!(world.session(0).judge_refused(), Some((&*message, Some(code))));
        assert_eq!(judged(&world, 0), [None]);
    }
    world.network.script(On::Feedback, Fate::refused(ErrorCode::FeedbackClosed, None));
    judge(&mut world, &message, true, "");
    assert_eq!(world.session(0).judge_refused(), None);
    world.run(1_000);
    assert_eq!(judged(&world, 0), [None]);
    assert_eq!(world.session(0).judge_refused(), Some((&*message, Some(ErrorCode::FeedbackClosed))));
    judge(&mut world, &message, true, "");
    world.run(1_000);
    assert_eq!(judged(&world, 0), [Some(true)]);
    world.nothing_left_over();
}

#[test]
fn only_an_answer_of_the_robot_can_be_judged() {
    let (mut world, _) = answered();
    world.desk.agent_says("I am a person");
    world.run(1_000);
    let person = world.session(0).transcript().entries().iter().find_map(|entry| match &entry.kind {
        EntryKind::Theirs { id, judgeable: false, body: Body::Text(_), .. } => Some(id.clone()),
        _ => None,
    });
    judge(&mut world, &person.expect("a message"), true, "");
    judge(&mut world, "no such message", true, "");
    world.run(1_000);
    assert!(world.requests(On::Feedback).is_empty());
}

#[test]
fn a_judgement_of_something_unknown_does_no_harm() {
    let (mut world, _) = answered();
    let after = world.session(0).cursor();
    let kind = EventKind::Feedback(Feedback { message: "m-99".into(), helpful: true });
    let page = EventPage { next: after + 1, events: vec![Event { seq: after + 1, at_ms: 0, kind }] };
    world.input(0, Input::Heard { after, page });
    assert_eq!(judged(&world, 0), [None]);
    assert_eq!(world.session(0).contact().reason, None::<EndReason>);
}

#[test]
fn the_longest_number_text_and_reason_are_taken() {
    let (mut world, message) = answered();
    leave(&mut world, &"1".repeat(32), &"是".repeat(1_000));
    judge(&mut world, &message, false, &"x".repeat(64));
    assert_eq!(world.session(0).judge_refused(), None);
    world.run(2_000);
    assert_eq!(world.session(0).leaving(), LeaveState::Sent);
    assert_eq!((world.desk.left.len(), world.desk.judged.len()), (1, 1));
}

#[test]
fn each_answer_of_the_robot_has_its_own_judgement_also_after_a_reload() {
    let (mut world, first) = answered();
    world.desk.robot_says("and good night");
    world.run(1_000);
    world.network.always.push((On::Feedback, Fate::lost()));
    judge(&mut world, &first, true, "");
    world.run(1_000);
    assert_eq!(judged(&world, 0), [Some(true), None]);
    world.reload(0);
    world.run(1_000);
    assert_eq!(judged(&world, 0), [Some(true), None]);
}

#[test]
fn a_message_left_that_does_not_get_through_is_tried_seldom_and_at_once_when_the_page_wakes() {
    let mut world = World::new();
    world.open_tab();
    world.network.always.push((On::Leave, Fate::lost()));
    leave(&mut world, "123", "call me");
    world.run(120_000);
    let asked = world.requests(On::Leave).len();
    assert!((4..40).contains(&asked), "{asked} requests in two minutes");
    world.network.always.clear();
    world.input(0, Input::Woken);
    world.run(50);
    assert_eq!(world.session(0).leaving(), LeaveState::Sent);
}

#[test]
fn a_message_left_that_was_on_its_way_when_the_session_died_does_not_take_the_answer_of_a_judgement() {
    let (mut world, message) = answered();
    world.network.script(On::Leave, Fate::lost());
    world.network.script(On::Leave, Fate::hanging());
    leave(&mut world, "123", "call me");
    world.run(2_000);
    assert_eq!(world.requests(On::Leave).len(), 2);
    judge(&mut world, &message, true, "");
    world.run(100);
    world.network.script(On::Events, Fate::refused(ErrorCode::SessionUnknown, None));
    world.desk.agent_types();
    world.run(5_000);
    assert_eq!(world.session(0).leaving(), LeaveState::Sent);
    assert_eq!((world.desk.left.len(), world.desk.judged.len()), (1, 1));
    assert_eq!(world.requests(On::Feedback).len(), 1);
    assert_eq!(world.requests(On::Leave).len(), 3);
    world.nothing_left_over();
}

#[test]
fn a_judgement_of_a_session_that_died_is_dropped_and_a_message_left_is_not() {
    let (mut world, message) = answered();
    world.network.down = true;
    judge(&mut world, &message, true, "");
    leave(&mut world, "123", "call me");
    world.run(1_000);
    world.desk.forget_session();
    world.network.down = false;
    world.log.clear();
    world.network.script(On::Leave, Fate::refused(ErrorCode::SessionUnknown, None));
    world.network.script(On::Feedback, Fate::refused(ErrorCode::SessionUnknown, None));
    world.run(40_000);
    assert_eq!((world.desk.left.len(), world.desk.judged.len()), (1, 0));
    assert!(world.requests(On::Feedback).len() <= 1, "{:?}", world.log);
    world.nothing_left_over();
}

#[test]
fn who_is_told_to_wait_waits_with_all_errands() {
    let (mut world, message) = answered();
    world.network.script(On::Leave, Fate::refused(ErrorCode::RateLimited, Some(20_000)));
    leave(&mut world, "12345", "call me");
    judge(&mut world, &message, true, "");
    world.run(15_000);
    assert_eq!((ids(&world, On::Leave), ids(&world, On::Feedback)), (1, 0));
    world.run(10_000);
    assert_eq!(ids(&world, On::Feedback), 1);
    world.nothing_left_over();
}
