//! A text on its way to the desk.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{ClientId, ConnectTo, ContactState, ErrorCode};
use frontdesk_core::outbox::MAX_WAITING;
use frontdesk_core::text::MAX_TEXT_BYTES;
use frontdesk_core::{EntryKind, Input, MineState};

fn ids(world: &World, on: On) -> Vec<ClientId> {
    world.requests(on).iter().filter_map(|sent| sent.id.clone()).collect()
}

/// The id of the visitor's message with this text.
fn id_of(world: &World, tab: usize, text: &str) -> ClientId {
    let entries = world.session(tab).transcript().entries();
    let mut mine = entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Mine { id, body: frontdesk_contract::Body::Text(said), .. } if said == text => Some(id),
        _ => None,
    });
    mine.next_back().expect("a message with this text").clone()
}

#[test]
fn the_first_text_begins_a_conversation_and_is_sent() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.send(tab, "hello");
    assert_eq!(world.lines(tab), ["me: hello (Queued)"]);
    world.run(2_000);
    assert_eq!(world.lines(tab), ["contact: Robot", "me: hello (Sent)"]);
    assert_eq!(world.desk.texts(), ["hello"]);
    world.nothing_left_over();
}

#[test]
fn a_text_is_kept_before_it_is_sent() {
    let mut world = World::served();
    world.send(0, "hello");
    assert!(world.requests(On::Post).is_empty());
    world.run(500);
    assert_eq!(world.requests(On::Post).len(), 1);
}

#[test]
fn the_echo_before_the_reply_shows_one_copy() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(10, 5_000));
    world.send(0, "hello");
    world.run(1_000);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    world.run(10_000);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    assert_eq!(world.requests(On::Post).len(), 1);
    world.nothing_left_over();
}

#[test]
fn the_echo_before_a_reply_that_never_comes_does_not_hold_up_the_next_text() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(10, 39_000));
    world.send(0, "one");
    world.run(1_000);
    world.send(0, "two");
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["one", "two"]);
    world.run(60_000);
    assert_eq!(world.my_lines(0), ["me: one (Sent)", "me: two (Sent)"]);
    world.nothing_left_over();
}

#[test]
fn a_lost_reply_is_repeated_under_the_same_id_and_makes_one_copy() {
    let mut world = World::served();
    // No echo either: the long poll hangs.
    world.network.always.push((On::Events, Fate::hanging()));
    world.network.script(On::Post, Fate::answer_lost());
    world.run(30_000);
    world.send(0, "hello");
    world.run(5_000);
    let ids = ids(&world, On::Post);
    assert_eq!(ids.len(), 2);
    assert_eq!(ids.first(), ids.last());
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
}

#[test]
fn a_failure_does_not_let_the_next_text_overtake() {
    let mut world = World::served();
    for _ in 0..3 {
        world.network.script(On::Post, Fate::lost());
    }
    world.send(0, "one");
    world.send(0, "two");
    world.run(20_000);
    assert_eq!(world.desk.texts(), ["one", "two"]);
    world.nothing_left_over();
}

#[test]
fn a_reload_while_sending_sends_the_same_message_once() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(10, 20_000));
    world.send(0, "hello");
    world.run(15);
    assert_eq!(world.my_lines(0), ["me: hello (Sending)"]);
    world.reload(0);
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    world.nothing_left_over();
}

#[test]
fn a_reload_keeps_the_order_of_waiting_texts_on_screen_and_at_the_desk() {
    let mut world = World::served();
    world.network.down = true;
    for text in ["one", "two", "three", "four", "five"] {
        world.send(0, text);
        world.run(50);
    }
    world.reload(0);
    let queued: Vec<_> =
        ["one", "two", "three", "four", "five"].map(|text| format!("me: {text} (Queued)")).into();
    assert_eq!(world.my_lines(0), queued);
    world.network.down = false;
    world.run(40_000);
    assert_eq!(world.desk.texts(), ["one", "two", "three", "four", "five"]);
    world.nothing_left_over();
}

#[test]
fn a_reload_before_the_record_is_written_never_shows_the_text_as_sent() {
    for seed in 0..8 {
        let mut world = World::served();
        world.dice.0 = seed;
        world.send(0, "hello");
        world.reload(0);
        let kept = world.my_lines(0);
        world.run(5_000);
        // Written or not, screen and desk agree.
        assert_eq!(world.desk.texts().len(), kept.len());
        assert_eq!(world.my_lines(0).len(), kept.len());
    }
}

#[test]
fn a_refusing_storage_does_not_stop_sending_and_is_told() {
    let mut world = World::new();
    world.storage.refuses = true;
    let tab = world.open_tab();
    assert!(!world.session(tab).storage_failed());
    world.send(tab, "hello");
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert!(world.session(tab).storage_failed());
}

#[test]
fn a_text_waits_in_the_queue_until_an_agent_serves() {
    let mut world = World::new();
    world.desk.agent_free = false;
    let tab = world.open_tab();
    world.input(tab, Input::Connect(ConnectTo::Agent));
    world.run(1_000);
    world.send(tab, "hello");
    world.run(60_000);
    assert_eq!(world.my_lines(tab), ["me: hello (Queued)"]);
    assert!(world.requests(On::Post).is_empty());
    world.desk.agent_serves();
    world.run(1_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    world.nothing_left_over();
}

#[test]
fn a_transfer_that_the_tab_has_not_heard_of_holds_the_text_and_then_sends_it() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::refused(ErrorCode::Queueing, None));
    world.send(0, "hello");
    world.run(1_000);
    assert_eq!(world.my_lines(0), ["me: hello (Queued)"]);
    world.run(10_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn an_agent_who_ends_during_a_send_leaves_the_text_here_and_a_new_conversation_sends_it() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(200, 10));
    world.send(0, "hello");
    world.run(100);
    world.desk.agent_ends();
    world.run(5_000);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert_eq!(world.my_lines(0), ["me: hello (Queued)"]);
    world.run(60_000);
    assert!(world.desk.texts().is_empty());
    world.input(0, Input::Connect(ConnectTo::Robot));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    world.nothing_left_over();
}

#[test]
fn an_end_that_only_the_refusal_tells_is_believed() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::refused(ErrorCode::ContactEnded, None));
    world.send(0, "hello");
    world.run(200);
    assert_eq!(world.session(0).contact().state, ContactState::Ended);
    assert_eq!(world.my_lines(0), ["me: hello (Queued)"]);
}

#[test]
fn a_text_typed_while_a_session_is_resumed_begins_a_new_conversation() {
    let mut world = World::served();
    world.desk.agent_ends();
    world.run(1_000);
    world.reload(0);
    // The visitor is faster than the answer that the old conversation is over.
    world.send(0, "hello again");
    world.run(3_000);
    assert_eq!(world.desk.texts(), ["hello again"]);
    assert_eq!(world.desk.contacts_begun, 2);
    world.nothing_left_over();
}

#[test]
fn a_text_refused_for_good_stops_those_behind_it_until_the_visitor_retries() {
    let mut world = World::served();
    world.desk.refused.insert("bad".into(), ErrorCode::TextTooLong);
    world.send(0, "bad");
    world.send(0, "good");
    world.run(60_000);
    assert_eq!(world.my_lines(0), ["me: bad (Failed(Some(TextTooLong)))", "me: good (Queued)"]);
    assert_eq!(world.requests(On::Post).len(), 1);
    world.desk.refused.clear();
    world.input(0, Input::Retry(id_of(&world, 0, "bad")));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["bad", "good"]);
    world.nothing_left_over();
}

#[test]
fn a_discarded_text_goes_back_to_the_composer_and_lets_the_next_go() {
    let mut world = World::served();
    world.desk.refused.insert("bad".into(), ErrorCode::TextTooLong);
    world.send(0, "bad");
    world.send(0, "good");
    world.run(1_000);
    world.input(0, Input::Discard(id_of(&world, 0, "bad")));
    world.run(1_000);
    assert_eq!(world.tabs.first().expect("a tab").returned, ["bad"]);
    assert_eq!(world.my_lines(0), ["me: good (Sent)"]);
    world.nothing_left_over();
}

#[test]
fn a_text_on_its_way_cannot_be_discarded() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(1_000, 1_000));
    world.send(0, "hello");
    world.run(500);
    world.input(0, Input::Discard(id_of(&world, 0, "hello")));
    world.run(5_000);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
}

#[test]
fn an_unconfirmed_text_is_sent_again_only_by_the_visitor_and_under_a_new_id() {
    let mut world = World::served();
    world.desk.uncertain.insert("hello".into());
    world.send(0, "hello");
    world.run(60_000);
    assert_eq!(world.my_lines(0), ["me: hello (Unconfirmed)"]);
    assert_eq!(world.requests(On::Post).len(), 1);
    world.desk.uncertain.clear();
    world.input(0, Input::SendAgain(id_of(&world, 0, "hello")));
    world.run(2_000);
    assert_eq!(world.my_lines(0), ["me: hello (Unconfirmed)", "me: hello (Sent)"]);
    let ids = ids(&world, On::Post);
    assert_ne!(ids.first(), ids.last());
    world.nothing_left_over();
}

#[test]
fn a_text_that_was_sent_is_not_sent_again_by_a_stray_wish() {
    let mut world = World::served();
    world.send(0, "hello");
    world.run(1_000);
    world.input(0, Input::SendAgain(id_of(&world, 0, "hello")));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn the_same_text_sent_twice_on_purpose_arrives_twice() {
    let mut world = World::served();
    world.send(0, "yes");
    world.send(0, "yes");
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["yes", "yes"]);
    assert_eq!(world.my_lines(0).len(), 2);
}

#[test]
fn a_server_that_asks_for_patience_gets_it_even_when_the_page_wakes() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::refused(ErrorCode::RateLimited, Some(60_000)));
    world.send(0, "hello");
    world.run(1_000);
    for _ in 0..50 {
        world.input(0, Input::Woken);
        world.run(1_000);
    }
    assert_eq!(world.requests(On::Post).len(), 1);
    world.run(20_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_server_that_asks_for_patience_gets_it_although_the_text_is_discarded() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::refused(ErrorCode::RateLimited, Some(60_000)));
    world.send(0, "one");
    world.send(0, "two");
    world.run(1_000);
    world.input(0, Input::Discard(id_of(&world, 0, "one")));
    world.run(50_000);
    assert_eq!(world.requests(On::Post).len(), 1);
    world.run(20_000);
    assert_eq!(world.desk.texts(), ["two"]);
}

#[test]
fn waking_cuts_a_wait_of_our_own_short() {
    let mut world = World::served();
    world.network.down = true;
    world.send(0, "hello");
    world.run(120_000);
    world.network.down = false;
    world.input(0, Input::Woken);
    world.run(200);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_full_outbox_gives_the_text_back() {
    let mut world = World::served();
    world.network.down = true;
    for n in 0..MAX_WAITING {
        world.send(0, &format!("{n}"));
    }
    world.send(0, "too much");
    assert_eq!(world.tabs.first().expect("a tab").returned, ["too much"]);
    world.network.down = false;
    world.run(60_000);
    assert_eq!(world.desk.received.len(), MAX_WAITING);
}

#[test]
fn a_text_of_nothing_that_can_be_read_is_not_sent_and_nothing_is_said_about_it() {
    let mut world = World::served();
    for text in ["", " \n\t ", "\0", "\0\0 \0", "\u{202e}\u{7}"] {
        world.log.clear();
        world.send(0, text);
        world.run(1_000);
        assert!(world.my_lines(0).is_empty(), "{text:?}");
        assert!(world.requests(On::Post).is_empty(), "{text:?}");
        let tab = world.tabs.first().expect("a tab");
        assert!(tab.returned.is_empty() && tab.declined.is_empty(), "{text:?}");
    }
}

#[test]
fn what_no_reader_can_show_is_left_out_of_a_text_and_joiners_and_marks_stay() {
    let mut world = World::served();
    for text in ["a\0b", "\0\0\0c\r\nd", "👩\u{200d}👩\u{200d}👧", "مرحبا\u{200f}!", "x\u{202e}gpj.exe"]
    {
        world.send(0, text);
    }
    world.run(5_000);
    let sent = ["ab", "c\nd", "👩\u{200d}👩\u{200d}👧", "مرحبا\u{200f}!", "xgpj.exe"];
    assert_eq!(world.desk.texts(), sent);
    assert_eq!(world.my_lines(0), sent.map(|text| format!("me: {text} (Sent)")));
}

#[test]
fn a_text_as_long_as_the_desk_takes_is_sent_and_a_byte_more_comes_back() {
    let mut world = World::served();
    let (fits, over) = (["是".repeat(341), "b".into()].concat(), ["是".repeat(341), "bc".into()].concat());
    assert_eq!((fits.len(), over.len()), (1_024, 1_025));
    let paste = "line of a paste\n".repeat(4_096);
    world.send(0, &over);
    world.send(0, &paste);
    world.send(0, &fits);
    // What is left out does not count.
    world.send(0, &[&fits, "\0\0 "].concat());
    world.run(5_000);
    assert_eq!(world.desk.texts(), [fits.as_str(), &fits]);
    assert_eq!(world.requests(On::Post).len(), 2, "what is too long is not even asked");
    let returned = &world.tabs.first().expect("a tab").returned;
    assert_eq!(returned, &[over.as_str(), paste.trim_end()], "nothing of it is lost");
    world.nothing_left_over();
}

#[test]
fn before_the_desk_has_told_its_limit_a_long_text_waits_and_a_huge_one_comes_back() {
    let mut world = World::new();
    let tab = world.open_tab();
    let (long, huge) = ("a".repeat(MAX_TEXT_BYTES), "b".repeat(MAX_TEXT_BYTES + 1));
    world.send(tab, &huge);
    assert_eq!(world.tabs.first().expect("a tab").returned, [huge.as_str()]);
    world.run(1_000);
    assert_eq!(world.session(tab).offers().map(|offers| offers.text_max_bytes), Some(1_024));
    assert!(world.lines(tab).is_empty(), "nobody is asked for because of it");

    let mut world = World::new();
    let tab = world.open_tab();
    world.desk.refused.insert(long.clone(), ErrorCode::TextTooLong);
    world.send(tab, &long);
    world.run(5_000);
    let told = format!("me: {long} (Failed(Some(TextTooLong)))");
    assert_eq!(world.my_lines(tab), [told.as_str()]);
    let id = id_of(&world, tab, &long);
    world.input(tab, Input::Discard(id));
    assert_eq!(world.tabs.first().expect("a tab").returned, [long.as_str()]);
    assert!(world.desk.texts().is_empty());
}

#[test]
fn an_offline_quarter_of_an_hour_before_the_first_text_is_through_ends_by_itself() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(1_000);
    world.network.down = true;
    world.send(tab, "hello");
    world.run(900_000);
    assert_eq!(world.session(tab).connection(), frontdesk_core::Connection::Trouble);
    world.network.down = false;
    world.run(31_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.session(tab).connection(), frontdesk_core::Connection::Fine);
}

#[test]
fn a_centre_that_takes_nobody_is_told_and_the_text_waits() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.network.script(On::Connect, Fate::refused(ErrorCode::OutsideHours, None));
    world.send(tab, "hello");
    world.run(60_000);
    assert_eq!(world.session(tab).connect_error(), Some(ErrorCode::OutsideHours));
    assert_eq!(world.my_lines(tab), ["me: hello (Queued)"]);
    assert_eq!(world.requests(On::Connect).len(), 1);
    world.input(tab, Input::Retry(id_of(&world, tab, "hello")));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn an_answer_of_another_kind_is_not_taken_as_success() {
    use frontdesk_core::{Answer, Call, Effect, Now, RecordKey, Session, Settings};
    let mut session = Session::new(Settings::new("shop", "en"));
    let mut desk = crate::support::desk::Desk::new();
    let mut ms = crate::support::BEGIN_MS;
    let mut posted = 0;
    let mut inputs = std::collections::VecDeque::from([Input::Send("hello".into())]);
    while let Some(input) = inputs.pop_front() {
        ms += 60_000;
        for effect in session.handle(Now { ms, chance: u128::from(ms) << 64 | 7 }, input) {
            match effect {
                Effect::Keep(record) => inputs.push_back(Input::Kept(record.key(), true)),
                Effect::Request { id, call: Call::PostMessage(_), .. } => {
                    posted += 1;
                    if posted < 4 {
                        inputs.push_back(Input::Answered(id, Ok(Answer::Done)));
                        inputs.push_back(Input::Timer);
                    }
                }
                Effect::Request { id, call, credential, .. } if !matches!(call, Call::Events { .. }) => {
                    inputs.push_back(Input::Answered(id, desk.handle(&call, credential.as_deref())));
                }
                Effect::Forget(key) => assert_ne!(key, RecordKey::Session),
                _ => {}
            }
        }
    }
    assert_eq!(posted, 4);
    let states: Vec<_> = session.transcript().entries().iter().map(|entry| entry.kind.clone()).collect();
    let sending = |kind: &EntryKind| matches!(kind, EntryKind::Mine { state: MineState::Sending, .. });
    assert!(states.iter().any(sending));
}

#[test]
fn a_refusal_that_names_a_time_is_none_for_good() {
    for code in [ErrorCode::BadRequest, ErrorCode::FilesTooMany] {
        let mut world = World::served();
        world.network.script(On::Post, Fate::refused(code, Some(2_000)));
        world.send(0, "hello");
        world.run(1_000);
        assert_eq!(world.my_lines(0), ["me: hello (Queued)"]);
        world.run(5_000);
        assert_eq!(world.desk.texts(), ["hello"]);
        world.network.script(On::Post, Fate::refused(code, None));
        world.send(0, "again");
        world.run(10_000);
        assert_eq!(world.desk.texts(), ["hello"]);
    }
}
