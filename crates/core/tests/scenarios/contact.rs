//! Offline desks, queues that are left, read receipts, calls, and what a later version tells.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{
    CallMedia, CallState, CallStatus, ClientId, ConnectTo, Contact, ContactState, ErrorCode, EventKind,
    Notice, NoticeCode,
};
use frontdesk_core::{EntryKind, Input, Stage};

#[test]
fn an_offline_desk_takes_texts_and_keeps_them() {
    let mut world = World::served();
    world.desk.goes_offline();
    world.run(1_000);
    assert!(world.session(0).contact().offline);
    let notice = world.session(0).transcript().entries().iter().find_map(|entry| match &entry.kind {
        EntryKind::Notice(notice) => Some(notice.clone()),
        _ => None,
    });
    assert_eq!(notice, Some(Notice { code: NoticeCode::OfflineMode, text: Some("Back at nine.".into()) }));
    world.send(0, "hello");
    world.run(2_000);
    assert_eq!(world.my_lines(0), ["me: hello (StoredOffline)"]);
    assert_eq!(world.desk.contacts_begun, 1, "no other conversation is begun");
    world.reload(0);
    world.send(0, "again");
    world.run(3_000);
    assert_eq!(world.my_lines(0), ["me: hello (StoredOffline)", "me: again (StoredOffline)"]);
    assert_eq!(world.desk.contacts_begun, 1);
    world.nothing_left_over();
}

#[test]
fn an_offline_desk_that_takes_nothing_any_more_is_believed() {
    let mut world = World::served();
    world.desk.goes_offline();
    world.run(1_000);
    world.network.always.push((On::Post, Fate::refused(ErrorCode::ContactEnded, None)));
    world.send(0, "hello");
    world.run(60_000);
    assert_eq!(world.requests(On::Post).len(), 1);
    assert_eq!(world.my_lines(0), ["me: hello (Queued)"]);
}

#[test]
fn a_queue_that_is_left_keeps_the_texts_for_the_next_conversation() {
    let mut world = World::new();
    world.desk.agent_free = false;
    world.open_tab();
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    world.send(0, "one");
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(1_000);
    world.input(0, Input::EndContact);
    world.run(60_000);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert_eq!(world.my_lines(0), ["me: one (Queued)", "me: a.png (Queued)"]);
    assert!(world.desk.texts().is_empty());
    world.input(0, Input::Discard(world.id_of(0, "one")));
    assert_eq!(world.tabs.first().expect("a tab").returned, ["one"]);
    world.send(0, "two");
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["a.png", "two"]);
    world.nothing_left_over();
}

#[test]
fn a_robot_that_serves_does_not_hide_that_a_person_was_refused() {
    let mut world = World::new();
    world.open_tab();
    world.network.always.push((On::Connect, Fate::refused(ErrorCode::OutsideHours, None)));
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    world.network.always.clear();
    let told = |state| EventKind::Contact(Contact { state, with: None, reason: None, offline: false });
    world.desk.push(told(ContactState::Robot));
    world.run(1_000);
    assert_eq!(world.session(0).contact().state, ContactState::Robot);
    assert_eq!(world.session(0).connect_error(), Some(ErrorCode::OutsideHours));
    world.desk.push(told(ContactState::Queueing));
    world.run(1_000);
    assert_eq!(world.session(0).connect_error(), None, "a person comes after all");
}

#[test]
fn what_is_seen_of_an_agent_is_told_once_and_what_is_not_seen_is_not() {
    let mut world = World::served();
    world.desk.agent_says("one");
    world.desk.agent_says("two");
    world.run(1_000);
    assert_eq!(world.desk.read_to, world.desk.newest());
    let told = world.requests(On::Read).len();
    world.run(60_000);
    assert_eq!(world.requests(On::Read).len(), told);
    world.input(0, Input::Seen(false));
    world.desk.agent_says("three");
    world.run(10_000);
    assert_eq!(world.desk.read_to, world.desk.newest() - 1);
    world.input(0, Input::Seen(true));
    world.run(1_000);
    assert_eq!(world.desk.read_to, world.desk.newest());
}

#[test]
fn a_long_backlog_is_told_as_seen_once() {
    let mut world = World::served();
    world.crash(0);
    for n in 0..1_000 {
        world.desk.agent_says(&format!("{n}"));
    }
    let tab = world.open_tab();
    world.input(tab, Input::Seen(true));
    world.log.clear();
    world.run(5_000);
    assert_eq!(world.requests(On::Read).len(), 1);
    assert_eq!(world.desk.read_to, world.desk.newest());
}

#[test]
fn receipts_that_fail_are_silent_and_not_asked_in_a_loop() {
    for code in [ErrorCode::CentreBusy, ErrorCode::NotOffered, ErrorCode::SessionUnknown] {
        let mut world = World::served();
        world.network.always.push((On::Read, Fate::refused(code, None)));
        world.desk.agent_says("hello");
        world.run(60_000);
        let asked = world.requests(On::Read).len();
        assert!((1..15).contains(&asked), "{asked} requests in a minute");
        assert_eq!(world.lines(0), world.journal_lines());
        assert_eq!(world.session(0).connection(), frontdesk_core::Connection::Fine);
    }
}

#[test]
fn the_call_is_as_the_centre_last_told_also_after_a_reload() {
    let mut world = World::served();
    assert_eq!(world.session(0).call(), &CallStatus::default());
    let mut call =
        CallStatus { id: Some(ClientId::new("c1")), media: CallMedia::Video, ..CallStatus::default() };
    for state in [CallState::Setup, CallState::Queueing] {
        call.state = state;
        world.desk.push(EventKind::Call(call.clone()));
    }
    world.run(1_000);
    assert_eq!(world.session(0).call(), &call);
    world.reload(0);
    world.run(2_000);
    assert_eq!(world.session(0).call(), &call);
}

#[test]
fn what_a_later_version_tells_is_passed_over_without_a_hole() {
    let mut world = World::served();
    world.desk.agent_says("before");
    for _ in 0..3 {
        world.desk.push(EventKind::Unknown {});
    }
    world.desk.agent_says("after");
    world.run(2_000);
    assert_eq!(world.lines(0), world.journal_lines());
    assert_eq!(world.session(0).cursor(), world.desk.newest());
}

#[test]
fn a_wish_for_a_person_takes_the_place_of_one_for_the_robot() {
    let mut world = World::new();
    world.open_tab();
    world.input(0, Input::Open);
    world.run(1_000);
    world.network.script(On::Connect, Fate::hanging());
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(1_000);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.requests(On::Connect).len(), 2, "the same wish again is the same");
}

#[test]
fn a_desk_that_says_not_now_is_asked_six_times_more_and_then_the_visitor() {
    let mut world = World::new();
    world.open_tab();
    world.network.always.push((On::Connect, Fate::refused(ErrorCode::CentreBusy, None)));
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(600_000);
    assert_eq!(world.requests(On::Connect).len(), 7);
    assert_eq!(world.session(0).connect_error(), Some(ErrorCode::CentreBusy));
    assert_eq!(world.session(0).connecting(), None);
}

#[test]
fn a_text_is_sent_when_the_centre_is_back_though_the_visitor_was_asked_meanwhile() {
    let mut world = World::new();
    world.open_tab();
    world.network.always.push((On::Connect, Fate::refused(ErrorCode::CentreUnreachable, Some(2_000))));
    world.send(0, "hello");
    world.run(120_000);
    assert_eq!(world.session(0).connect_error(), Some(ErrorCode::CentreUnreachable));
    assert_eq!(world.session(0).connecting(), None);
    world.network.always.clear();
    world.run(31_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.session(0).connect_error(), None);
    world.nothing_left_over();
}

#[test]
fn a_wish_that_does_not_get_through_is_no_refusal_and_waits_between_its_tries() {
    let mut world = World::new();
    world.open_tab();
    world.input(0, Input::Open);
    world.run(1_000);
    world.network.down = true;
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(300_000);
    let asked = world.requests(On::Connect).len();
    assert!((8..60).contains(&asked), "{asked} requests in five minutes");
    assert_eq!(world.session(0).connecting(), Some(ConnectTo::Agent));
    assert_eq!(world.session(0).connect_error(), None);
    world.network.down = false;
    world.run(31_000);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
}

#[test]
fn a_wish_outlives_the_session_in_which_it_was_made() {
    let mut world = World::new();
    world.open_tab();
    world.network.script(On::Connect, Fate::refused(ErrorCode::SessionUnknown, None));
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(3_000);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.session(0).connect_error(), None);
    assert_eq!(world.requests(On::Open).len(), 2);
}

#[test]
fn an_end_that_the_desk_wants_later_is_asked_for_later() {
    let mut world = World::served();
    world.network.script(On::End, Fate::refused(ErrorCode::CentreBusy, Some(5_000)));
    world.input(0, Input::EndContact);
    world.run(4_900);
    assert_eq!(world.requests(On::End).len(), 1);
    world.run(1_000);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert_eq!(world.requests(On::End).len(), 2);
}

#[test]
fn a_conversation_that_the_desk_does_not_end_goes_on_after_seven_tries() {
    let mut world = World::served();
    world.network.always.push((On::End, Fate::refused(ErrorCode::CentreBusy, None)));
    world.input(0, Input::EndContact);
    world.run(600_000);
    assert_eq!(world.requests(On::End).len(), 7);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    world.send(0, "still there?");
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["still there?"]);
}

#[test]
fn a_session_that_died_is_noticed_when_the_conversation_is_ended() {
    let mut world = World::served();
    let opened = world.requests(On::Open).len();
    world.network.script(On::End, Fate::refused(ErrorCode::SessionUnknown, None));
    world.input(0, Input::EndContact);
    world.run(1_000);
    assert_eq!(world.requests(On::Open).len(), opened + 1);
}

#[test]
fn a_late_word_that_the_old_conversation_was_over_does_not_undo_one_begun_since() {
    let mut world = World::served();
    let second = world.open_tab();
    world.run(500);
    world.network.script(On::End, Fate { down_ms: 3_000, ..Fate::refused(ErrorCode::ContactEnded, None) });
    world.input(0, Input::EndContact);
    world.run(100);
    world.desk.agent_ends();
    world.run(100);
    world.input(second, Input::Connect(ConnectTo::Agent));
    world.run(2_800);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    // The refusal comes: what it says holds for nobody any more, not even for a moment.
    while world.open_request(0, On::End).is_some() {
        world.run(1);
    }
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
    assert_eq!(world.lines(0), world.journal_lines());
}

#[test]
fn the_visitor_s_typing_is_told_to_an_agent_every_three_seconds_and_to_no_robot() {
    for (to, told) in [(ConnectTo::Agent, 4), (ConnectTo::Robot, 0)] {
        let mut world = World::new();
        world.open_tab();
        world.input(0, Input::Connect(to));
        world.run(1_000);
        for _ in 0..100 {
            world.input(0, Input::Typing);
            world.run(100);
        }
        assert_eq!(world.requests(On::Typing).len(), told, "{to:?}");
    }
}

#[test]
fn one_word_of_the_visitor_s_typing_is_on_its_way_at_a_time() {
    let mut world = World::served();
    world.network.script(On::Typing, Fate::hanging());
    for _ in 0..140 {
        world.input(0, Input::Typing);
        world.run(100);
    }
    assert_eq!(world.requests(On::Typing).len(), 1);
    world.run(2_000);
    world.input(0, Input::Typing);
    assert_eq!(world.requests(On::Typing).len(), 2);
}

#[test]
fn an_agent_who_types_is_shown_for_eight_seconds_or_until_something_is_said() {
    let mut world = World::served();
    world.run(5_000);
    world.desk.agent_types();
    world.run(100);
    assert!(world.session(0).agent_typing());
    world.run(7_800);
    assert!(world.session(0).agent_typing());
    world.run(200);
    assert!(!world.session(0).agent_typing());
    world.desk.agent_types();
    world.run(100);
    world.desk.agent_says("hello");
    world.run(100);
    assert!(!world.session(0).agent_typing());
    world.desk.agent_types();
    world.run(100);
    world.desk.agent_ends();
    world.run(100);
    assert!(!world.session(0).agent_typing(), "whoever has left does not type");
}

#[test]
fn what_an_agent_said_who_has_left_is_not_told_as_seen() {
    let mut world = World::served();
    world.input(0, Input::Seen(false));
    world.desk.agent_says("goodbye");
    world.desk.agent_ends();
    world.run(1_000);
    world.input(0, Input::Seen(true));
    world.run(5_000);
    assert!(world.requests(On::Read).is_empty());
}

#[test]
fn a_conversation_that_is_ended_while_its_session_is_resumed_is_ended_all_the_same() {
    let mut world = World::served();
    world.open_tab();
    world.network.script(On::Open, Fate::slow(10, 2_000));
    let credential = world.session(0).credential().unwrap_or_default().to_owned();
    world.input(0, Input::Join(format!("{credential}x")));
    world.input(0, Input::Join(credential));
    assert_eq!(world.session(0).stage(), Stage::Opening);
    world.input(0, Input::EndContact);
    world.run(30_000);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert_eq!(world.requests(On::End).len(), 1);
}

#[test]
fn a_conversation_that_is_found_ended_with_its_session_is_not_ended_again() {
    let mut world = World::served();
    world.open_tab();
    world.network.always.push((On::Events, Fate::hanging()));
    world.desk.agent_types();
    world.run(1_000);
    world.network.script(On::Open, Fate::slow(1_000, 10));
    let credential = world.session(0).credential().unwrap_or_default().to_owned();
    world.input(0, Input::Join(format!("{credential}x")));
    world.input(0, Input::Join(credential));
    world.input(0, Input::EndContact);
    world.desk.agent_ends();
    world.run(30_000);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert!(world.requests(On::End).is_empty());
}

#[test]
fn another_wish_waits_as_long_as_the_first_was_told_to() {
    let mut world = World::new();
    world.open_tab();
    world.network.script(On::Connect, Fate::refused(ErrorCode::RateLimited, Some(20_000)));
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(1_000);
    world.input(0, Input::Connect(ConnectTo::Agent));
    world.run(15_000);
    assert_eq!(world.requests(On::Connect).len(), 1);
    world.run(6_000);
    assert_eq!(world.session(0).contact().state, ContactState::Agent);
}
