//! Opening, resuming, losing and ending.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{About, ConnectTo, ContactState, EndReason, ErrorCode, MAX_PAGE_TITLE_CHARS};
use frontdesk_core::{Effect, Input, Now, Stage};

#[test]
fn a_reload_goes_on_with_the_same_conversation() {
    let mut world = World::served();
    world.send(0, "hello");
    world.desk.agent_says("good day");
    world.run(1_000);
    world.reload(0);
    world.run(1_000);
    assert_eq!(world.lines(0), world.journal_lines());
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.desk.contacts_begun, 1);
    world.nothing_left_over();
}

#[test]
fn a_dead_session_is_opened_anew_with_old_lines_above_and_the_unsent_text_offered() {
    let mut world = World::served();
    world.desk.agent_says("good day");
    world.run(1_000);
    world.desk.forget_session();
    world.send(0, "are you there?");
    world.run(10_000);
    assert_eq!(world.session(0).stage(), Stage::Open);
    // Whether it came before the session was gone, nobody can tell.
    assert_eq!(world.lines(0), ["contact: Agent", "they: good day", "me: are you there? (Unconfirmed)"]);
    let contact = world.session(0).contact();
    assert_eq!((contact.state, contact.reason), (ContactState::Ended, Some(EndReason::Released)));
    assert!(world.desk.texts().is_empty(), "whom the text was meant for is gone: the visitor decides");
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(2_000);
    assert!(world.desk.texts().is_empty());
    world.input(0, Input::SendAgain(world.id_of(0, "are you there?")));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["are you there?"]);
    let lines = world.lines(0);
    assert_eq!(lines.get(..2), Some(&["contact: Agent".to_owned(), "they: good day".to_owned()][..]));
    assert_eq!(lines.get(2..), Some(&world.journal_lines()[..]));
    world.nothing_left_over();
}

#[test]
fn what_was_refused_stays_refused_when_the_session_is_opened_anew() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::refused(ErrorCode::TextTooLong, None));
    world.send(0, "too long");
    world.run(1_000);
    let before = world.my_lines(0);
    assert!(before.iter().any(|line| line.contains("Failed")), "{before:?}");
    world.desk.forget_session();
    world.run(30_000);
    assert_eq!(world.session(0).stage(), Stage::Open);
    assert_eq!(world.my_lines(0), before);
}

#[test]
fn a_text_into_an_idle_panel_whose_session_died_is_sent() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(1_000);
    world.desk.forget_session();
    world.send(tab, "hello");
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    world.nothing_left_over();
}

#[test]
fn sessions_that_die_at_once_are_not_opened_in_a_loop() {
    let mut world = World::served();
    for on in [On::Events, On::Connect, On::Post] {
        world.network.always.push((on, Fate::refused(ErrorCode::SessionUnknown, None)));
    }
    world.run(60_000);
    world.log.clear();
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(60_000);
    assert!(world.log.len() < 60, "{} requests in a minute", world.log.len());
}

#[test]
fn a_desk_without_a_network_is_asked_ever_more_seldom() {
    let mut world = World::new();
    world.network.down = true;
    let tab = world.open_tab();
    world.send(tab, "hello");
    world.run(60_000);
    assert!(world.log.len() < 30, "{}", world.log.len());
    world.log.clear();
    world.run(600_000);
    assert!((10..100).contains(&world.log.len()), "{}", world.log.len());
}

#[test]
fn a_desk_that_refuses_for_good_is_asked_again_only_by_the_visitor() {
    let mut world = World::new();
    world.network.always.push((On::Open, Fate::refused(ErrorCode::DeskUnknown, None)));
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(600_000);
    assert_eq!(world.session(tab).stage(), Stage::Refused(Some(ErrorCode::DeskUnknown)));
    assert_eq!(world.log.len(), 1);
    world.network.always.clear();
    world.input(tab, Input::Open);
    world.run(1_000);
    assert_eq!(world.session(tab).stage(), Stage::Open);
}

#[test]
fn a_doubled_wish_begins_one_conversation() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Connect(ConnectTo::Agent));
    world.input(tab, Input::Connect(ConnectTo::Agent));
    world.network.script(On::Connect, Fate::answer_lost());
    world.run(5_000);
    assert_eq!(world.desk.contacts_begun, 1);
    assert_eq!(world.session(tab).contact().state, ContactState::Agent);
}

#[test]
fn a_new_conversation_right_after_a_reload_is_believed_while_the_old_one_is_still_being_read() {
    // The old conversation's events were taken for newer than the answer; the new one was never followed.
    let mut world = World::served();
    world.desk.agent_ends();
    world.run(30_000);
    world.reload(0);
    world.run(5);
    world.network.script(On::Open, Fate::slow(1, 1));
    world.network.script(On::Connect, Fate::slow(10, 300));
    world.network.script(On::Events, Fate::slow(1, 100));
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(3_000);
    assert_eq!(world.session(0).contact().state, ContactState::Robot);
    world.desk.agent_says("hello");
    world.run(2_000);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn an_answer_older_than_an_event_does_not_undo_it() {
    let mut world = World::new();
    world.desk.agent_free = false;
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(500);
    // The answer "queueing" travels while the agent serves already.
    world.network.script(On::Connect, Fate::slow(10, 2_000));
    world.input(tab, Input::Connect(ConnectTo::Agent));
    world.run(500);
    world.desk.agent_serves();
    world.run(5_000);
    assert_eq!(world.session(tab).contact().state, ContactState::Agent);
}

#[test]
fn the_visitor_ends_the_conversation() {
    let mut world = World::served();
    world.network.script(On::End, Fate::answer_lost());
    world.input(0, Input::EndContact);
    world.run(3_000);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert_eq!(world.desk.contact.reason, Some(EndReason::Visitor));
    world.run(60_000);
    world.nothing_left_over();
    world.log.clear();
    world.run(600_000);
    assert!(world.log.is_empty(), "a conversation that is over costs nothing");
}

#[test]
fn an_end_that_the_desk_had_already_is_shown_although_its_event_is_lost() {
    let mut world = World::served();
    world.network.always.push((On::Events, Fate::hanging()));
    world.run(30_000);
    world.desk.agent_ends();
    world.input(0, Input::EndContact);
    world.run(1_000);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
}

#[test]
fn ending_without_a_conversation_asks_for_nothing() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(500);
    world.log.clear();
    world.input(tab, Input::EndContact);
    world.run(5_000);
    assert!(world.log.is_empty());
    assert_eq!(world.session(tab).contact().state, ContactState::None);
}

#[test]
fn answers_to_requests_that_are_not_open_are_ignored() {
    let mut world = World::served();
    let before = (world.lines(0), world.session(0).stage());
    for id in 0..40 {
        let open = world.tabs.first().expect("a tab").open.contains_key(&frontdesk_core::RequestId(id));
        if !open {
            let dead = frontdesk_core::Failure::Refused(frontdesk_contract::ApiError {
                code: ErrorCode::SessionUnknown,
                message: String::new(),
                retry_after_ms: None,
                request_id: None,
            });
            world.input(0, Input::Answered(frontdesk_core::RequestId(id), Err(dead)));
        }
    }
    assert_eq!(before, (world.lines(0), world.session(0).stage()));
}

#[test]
fn records_of_another_version_are_not_read() {
    let mut world = World::served();
    world.send(0, "hello");
    let mut saved = world.session(0).snapshot();
    saved.schema += 1;
    let mut later = World::new();
    let tab = later.open_tab();
    later.input(tab, Input::Start(saved));
    assert_eq!(later.session(tab).stage(), Stage::Idle);
}

#[test]
fn a_desk_that_connects_and_then_knows_nothing_of_it_is_not_asked_in_a_loop() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.network.always.push((On::Post, Fate::refused(ErrorCode::NotConnected, None)));
    world.network.always.push((On::Events, Fate::hanging()));
    world.send(tab, "hello");
    world.run(120_000);
    assert!(world.log.len() < 80, "{} requests in two minutes", world.log.len());
}

#[test]
fn what_failed_on_the_way_holds_nothing_up_once_there_is_a_conversation_again() {
    let mut world = World::served();
    // For minutes nothing is heard, and the tries have become rare.
    world.network.always.push((On::Events, Fate::hanging()));
    world.network.always.push((On::Post, Fate::lost()));
    world.send(0, "hello");
    world.run(180_000);
    world.network.always.clear();
    world.network.script(On::Post, Fate::refused(ErrorCode::ContactEnded, None));
    let before = world.requests(On::Post).len();
    while world.requests(On::Post).len() == before {
        world.run(100);
    }
    world.run(100);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn an_end_that_is_answered_late_does_not_undo_a_conversation_begun_since() {
    let mut world = World::served();
    world.network.script(On::End, Fate::slow(10, 3_000));
    world.input(0, Input::EndContact);
    world.run(500);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    // In another tab, which the desk serves at once.
    let second = world.open_tab();
    world.run(500);
    world.input(second, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    world.run(5_000);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_text_refused_by_the_old_conversation_goes_to_the_one_begun_since() {
    let mut world = World::served();
    let second = world.open_tab();
    world.run(500);
    world.network.script(On::Post, Fate { down_ms: 3_000, ..Fate::refused(ErrorCode::ContactEnded, None) });
    world.send(0, "hello");
    world.run(100);
    world.desk.agent_ends();
    world.run(100);
    world.input(second, Input::Connect(ConnectTo::Agent));
    world.run(6_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn a_first_text_that_waits_for_a_session_is_sent_after_a_reload() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.network.down = true;
    world.send(tab, "hello");
    world.run(1_000);
    world.reload(tab);
    world.network.down = false;
    world.run(40_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    world.nothing_left_over();
}

#[test]
fn a_new_conversation_is_told_of_the_visit_what_the_desk_takes() {
    let mut world = World::new();
    let tab = world.open_tab();
    let about = |title: &str| About { title: Some(title.into()), ..About::default() };
    world.input(tab, Input::About(about("Shoes")));
    world.input(tab, Input::About(about(&"x".repeat(MAX_PAGE_TITLE_CHARS + 1))));
    world.send(tab, "hello");
    world.run(2_000);
    assert_eq!(world.desk.about, about("Shoes"));
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn whom_the_visitor_is_being_connected_to_is_shown_until_somebody_serves() {
    let mut world = World::new();
    let tab = world.open_tab();
    assert_eq!(world.session(tab).connecting(), None);
    world.input(tab, Input::Connect(ConnectTo::Agent));
    assert_eq!(world.session(tab).connecting(), Some(ConnectTo::Agent));
    world.run(1_000);
    assert_eq!(world.session(tab).connecting(), None);
}

#[test]
fn whom_the_visitor_wanted_is_known_when_that_is_refused() {
    let mut world = World::new();
    let tab = world.open_tab();
    for to in [ConnectTo::Robot, ConnectTo::Agent] {
        world.network.script(On::Connect, Fate::refused(ErrorCode::OutsideHours, None));
        world.input(tab, Input::Connect(to));
        world.run(1_000);
        let refused = (world.session(tab).connect_error(), world.session(tab).refused_wish());
        assert_eq!(refused, (Some(ErrorCode::OutsideHours), Some(to)));
    }
    world.input(tab, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    assert_eq!(world.session(tab).refused_wish(), None);
}

#[test]
fn a_centre_in_trouble_is_told_until_it_takes_what_waits() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::refused(ErrorCode::CentreBusy, Some(5_000)));
    world.send(0, "hello");
    world.run(1_000);
    assert_eq!(world.session(0).centre_trouble(), Some(ErrorCode::CentreBusy));
    world.run(5_000);
    assert_eq!(world.session(0).centre_trouble(), None);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_panel_that_is_closed_once_more_keeps_count_of_what_is_unread() {
    let mut world = World::served();
    world.input(0, Input::Seen(false));
    world.desk.agent_says("hello");
    world.run(1_000);
    world.input(0, Input::Seen(false));
    assert_eq!(world.session(0).unread(), 1);
    world.input(0, Input::Seen(true));
    assert_eq!(world.session(0).unread(), 0);
}

#[test]
fn a_panel_that_is_looked_at_without_news_has_no_count_to_tell() {
    let mut world = World::served();
    world.run(5_000);
    for seen in [true, false, true] {
        let now = Now { ms: world.now, chance: 7 };
        let effects = world.tab(0).handle(now, Input::Seen(seen));
        let told = |effect: &Effect| matches!(effect, Effect::Unread(_));
        assert!(!effects.iter().any(told), "{effects:?}");
    }
}
