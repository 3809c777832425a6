//! Looking at the storage that all tabs share, and taking over what another has left there.

use super::sharing::two_tabs;
use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::ErrorCode;
use frontdesk_core::session::ORPHAN_AT_REST_MS;
use frontdesk_core::text::MAX_TEXT_BYTES;
use frontdesk_core::{Effect, Input, LeaveState, MineState, Now, Record, RecordKey, Role};

/// A tab without a conversation that shows a text of another, which is gone.
fn orphaned() -> (World, usize) {
    let mut world = World::new();
    let first = world.open_tab();
    let second = world.open_tab();
    world.network.down = true;
    world.send(first, "hello");
    world.run(1_000);
    world.crash(first);
    world.network.down = false;
    assert_eq!(world.my_lines(second), ["me: hello (Queued)"]);
    (world, second)
}

#[test]
fn a_storage_that_takes_what_is_written_is_not_complained_of() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.send(tab, "hello");
    world.run(2_000);
    assert!(!world.session(tab).storage_failed());
    world.storage.refuses = true;
    world.send(tab, "not kept");
    world.run(2_000);
    assert!(world.session(tab).storage_failed());
    // It is told as long as the page is there: what came between may be lost.
    world.storage.refuses = false;
    world.send(tab, "kept");
    world.run(2_000);
    assert!(world.session(tab).storage_failed());
    assert_eq!(world.desk.texts(), ["hello", "not kept", "kept"]);
}

#[test]
fn a_page_that_wakes_up_looks_once_and_what_happens_meanwhile_once_more() {
    let mut world = World::served();
    world.run(5_000);
    for (wakes, looks) in [(1, 1), (4, 2)] {
        world.storage.looks = 0;
        for _ in 0..wakes {
            world.input(0, Input::Woken);
        }
        assert_eq!(world.storage.looks, 1);
        world.run(1_000);
        assert_eq!(world.storage.looks, looks);
    }
}

#[test]
fn an_idle_page_that_wakes_up_sets_no_timer_for_the_storage_s_answer() {
    let mut world = World::new();
    let tab = world.open_tab();
    world.storage.silent = true;
    world.input(tab, Input::Woken);
    assert_eq!(world.storage.looks, 1);
    assert_eq!(world.tab(tab).wake_at, None);
    world.run(60_000);
    assert_eq!(world.storage.looks, 1);
}

#[test]
fn a_storage_that_does_not_answer_holds_a_text_up_for_two_seconds() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::hanging());
    world.send(0, "hello");
    world.run(15_000);
    world.storage.silent = true;
    world.input(0, Input::Woken);
    world.run(1_900);
    assert!(world.desk.texts().is_empty(), "it may have been given up");
    world.run(300);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_look_for_what_others_left_does_not_hold_up_a_text_that_was_just_written() {
    let mut world = World::served();
    world.input(0, Input::Role(Role::Follower));
    world.run(1_000);
    world.storage.silent = true;
    world.storage.looks = 0;
    world.input(0, Input::Role(Role::Leader));
    assert_eq!(world.storage.looks, 1);
    world.send(0, "hello");
    world.run(500);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn a_storage_that_does_not_answer_is_asked_again_before_a_text_is_taken_over() {
    let (mut world, second) = orphaned();
    world.storage.silent = true;
    world.storage.looks = 0;
    world.run(20_000);
    assert!((2..12).contains(&world.storage.looks), "{} looks", world.storage.looks);
    assert!(world.desk.texts().is_empty());
    world.storage.silent = false;
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.lines(second), world.journal_lines());
}

#[test]
fn a_storage_that_cannot_be_read_is_asked_seldom_and_a_text_is_taken_over_once_it_can() {
    let (mut world, second) = orphaned();
    world.storage.unreadable = true;
    world.storage.looks = 0;
    world.run(60_000);
    assert!((1..4).contains(&world.storage.looks), "{} looks", world.storage.looks);
    assert!(world.desk.texts().is_empty());
    world.storage.unreadable = false;
    world.run(31_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.lines(second), world.journal_lines());
}

#[test]
fn where_no_tab_leads_a_text_is_left_to_its_tab_for_six_seconds_at_least() {
    for seed in 0..8 {
        let mut world = World::seeded(seed);
        let first = world.open_tab();
        let second = world.open_tab();
        world.network.down = true;
        world.send(first, "hello");
        world.run(10);
        world.crash(first);
        world.network.down = false;
        world.log.clear();
        world.run(ORPHAN_AT_REST_MS - 10);
        assert!(world.log.is_empty(), "{:?}", world.log);
        world.run(ORPHAN_AT_REST_MS + 2_000);
        assert_eq!(world.desk.texts(), ["hello"]);
        assert_eq!(world.lines(second), world.journal_lines());
    }
}

#[test]
fn a_text_of_a_living_tab_is_not_looked_for_again_and_again() {
    let (mut world, leader, follower) = two_tabs();
    world.network.script(On::Post, Fate::slow(3_000, 10));
    world.storage.looks = 0;
    world.send(follower, "slowly");
    world.run(3_500);
    assert!(world.storage.looks <= 2, "{} looks", world.storage.looks);
    assert_eq!(world.lines(leader), world.journal_lines());
}

#[test]
fn a_text_that_is_taken_over_is_looked_for_once_whatever_happens_meanwhile() {
    let (mut world, second) = orphaned();
    world.storage.looks = 0;
    while world.storage.looks == 0 {
        world.run(1);
    }
    world.input(second, Input::Seen(true));
    world.run(10);
    assert_eq!(world.storage.looks, 1);
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["hello"]);
}

#[test]
fn of_two_tabs_that_show_the_text_of_a_dead_one_only_the_leader_sends_it() {
    let (mut world, leader, follower) = two_tabs();
    let third = world.open_tab();
    world.run(2_000);
    world.network.down = true;
    world.send(third, "hello");
    world.run(1_000);
    world.crash(third);
    world.network.down = false;
    world.log.clear();
    world.run(10_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert!(world.requests(On::Post).iter().all(|sent| sent.tab == leader), "{:?}", world.log);
    assert_eq!(world.lines(follower), world.journal_lines());
}

#[test]
fn a_message_left_in_the_leader_is_not_sent_by_a_follower_that_finds_it() {
    let (mut world, leader, follower) = two_tabs();
    world.network.script(On::Leave, Fate::slow(3_000, 10));
    let (number, text) = ("123".to_owned(), "call me".to_owned());
    world.input(leader, Input::LeaveMessage { number, country: None, text });
    world.run(1_000);
    world.input(follower, Input::Woken);
    world.run(1_000);
    assert_eq!(world.session(follower).leaving(), LeaveState::Idle);
    world.run(5_000);
    assert_eq!(world.session(leader).leaving(), LeaveState::Sent);
    assert!(world.requests(On::Leave).iter().all(|sent| sent.tab == leader));
}

#[test]
fn an_upload_that_is_given_up_in_another_tab_is_stopped_and_makes_room_for_the_next() {
    let (mut world, leader, follower) = two_tabs();
    world.network.script(On::Upload, Fate::slow(60_000, 10));
    world.send_files(follower, &[("a.png", 1_000)]);
    world.run(1_000);
    let id = world.id_of(leader, "a.png");
    world.input(leader, Input::Discard(id));
    world.run(100);
    assert_eq!(world.open_request(follower, On::Upload), None);
    world.send_files(follower, &[("b.png", 1_000)]);
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["b.png"]);
    assert_eq!(world.lines(follower), world.journal_lines());
}

#[test]
fn a_text_that_was_given_up_in_another_tab_just_before_it_left_is_stopped() {
    let (mut world, _, follower) = two_tabs();
    world.network.script(On::Post, Fate::hanging());
    world.send(follower, "given up");
    world.run(100);
    world.input(follower, Input::Told(world.id_of(follower, "given up"), None));
    assert_eq!(world.open_request(follower, On::Post), None);
    assert!(world.my_lines(follower).is_empty());
}

#[test]
fn what_the_storage_had_before_a_text_was_delivered_does_not_bring_it_back() {
    let (mut world, leader, follower) = two_tabs();
    world.network.script(On::Post, Fate::slow(500, 10));
    world.send(follower, "hello");
    world.run(200);
    let before = world.storage.read();
    let id = world.id_of(follower, "hello");
    world.run(2_000);
    world.storage.looks = 0;
    // The answer of a look, and a word of its tab, that come too late.
    world.input(leader, Input::Found(before));
    world.input(leader, Input::Told(id, Some(MineState::Sending)));
    assert_eq!(world.lines(leader), world.journal_lines());
    assert_eq!(world.storage.looks, 0, "it is known what became of it");
    world.run(20_000);
    assert_eq!(world.requests(On::Post).len(), 1);
    world.nothing_left_over();
}

/// The draft that is written for good.
fn kept_draft(world: &World) -> Option<String> {
    let mut records = world.storage.read().records.into_iter();
    records.find_map(|record| if let Record::Draft { text } = record { Some(text) } else { None })
}

#[test]
fn a_draft_is_kept_when_the_keys_have_rested_for_half_a_second() {
    let mut world = World::served();
    for text in ["g", "go", "goo", "good"] {
        world.write(0, text);
        world.run(400);
        assert_eq!(kept_draft(&world), None);
    }
    world.run(200);
    assert_eq!(kept_draft(&world).as_deref(), Some("good"));
    world.write(0, "");
    world.run(10);
    assert_eq!(kept_draft(&world), None, "what was sent or deleted is gone at once");
}

#[test]
fn a_text_that_comes_back_is_kept_at_once_before_what_was_written_since() {
    let mut world = World::served();
    world.desk.refused.insert("bad".into(), ErrorCode::TextEmpty);
    world.send(0, "bad");
    world.run(1_000);
    world.write(0, "and more");
    let id = world.id_of(0, "bad");
    world.input(0, Input::Discard(id));
    world.run(20);
    assert_eq!(kept_draft(&world).as_deref(), Some("bad\nand more"));
    assert_eq!(world.tab(0).composer, "bad\nand more");
    // The tab is gone before another key is pressed.
    world.reload(0);
    world.run(1_000);
    assert_eq!(world.tab(0).composer, "bad\nand more");
    // One that is too long.
    world.write(0, "");
    let long = "a".repeat(2_000);
    world.send(0, &long);
    world.run(20);
    assert!(kept_draft(&world) == Some(long), "it is kept as well");
}

#[test]
fn a_text_comes_back_before_the_record_of_its_message_goes() {
    let mut world = World::served();
    world.desk.refused.insert("bad".into(), ErrorCode::TextEmpty);
    world.send(0, "bad");
    world.run(1_000);
    let (id, now) = (world.id_of(0, "bad"), Now { ms: world.now, chance: 7 });
    let effects = world.tab(0).handle(now, Input::Discard(id.clone()));
    let at = |wanted: &Effect| effects.iter().position(|effect| effect == wanted);
    let kept = at(&Effect::Keep(Record::Draft { text: "bad".into() }));
    let gone = at(&Effect::Forget(RecordKey::Outgoing(id)));
    assert!(kept.is_some() && kept < gone, "{effects:?}");
}

#[test]
fn a_text_that_is_deleted_does_not_come_back() {
    let mut world = World::served();
    world.desk.refused.insert("bad".into(), ErrorCode::TextEmpty);
    world.send(0, "bad");
    world.run(1_000);
    let id = world.id_of(0, "bad");
    world.input(0, Input::Delete(id));
    world.run(1_000);
    assert!(world.my_lines(0).is_empty() && world.tab(0).returned.is_empty());
    assert_eq!(kept_draft(&world), None);
    world.nothing_left_over();
}

#[test]
fn a_draft_that_no_desk_would_take_is_not_kept() {
    let mut world = World::served();
    world.write(0, &"a".repeat(MAX_TEXT_BYTES));
    world.run(1_000);
    assert_eq!(kept_draft(&world).map(|text| text.len()), Some(MAX_TEXT_BYTES));
    world.write(0, &"a".repeat(MAX_TEXT_BYTES + 1));
    world.run(1_000);
    assert_eq!(kept_draft(&world).map(|text| text.len()), Some(MAX_TEXT_BYTES));
}

#[test]
fn a_draft_that_is_as_it_was_before_is_not_written_again() {
    let mut world = World::served();
    world.write(0, "good");
    world.run(1_000);
    world.storage.empty();
    world.write(0, "good day");
    world.write(0, "good");
    world.run(1_000);
    assert_eq!(kept_draft(&world), None);
}
