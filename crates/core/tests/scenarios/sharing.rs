//! Tabs of one visitor share what is unsent, what is written, and what was seen.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::ErrorCode;
use frontdesk_core::{Effect, Input, MineState, Now, Role};

/// Two tabs with a conversation; the first of the answer leads.
pub(super) fn two_tabs() -> (World, usize, usize) {
    let mut world = World::served();
    world.open_tab();
    world.run(8_000);
    let leader = usize::from(world.tabs.get(1).is_some_and(|tab| tab.tabs.leads()));
    (world, leader, 1 - leader)
}

#[test]
fn each_tab_shows_what_waits_in_the_other() {
    let (mut world, leader, follower) = two_tabs();
    world.network.down = true;
    world.send(follower, "from the follower");
    world.send(leader, "from the leader");
    world.run(1_000);
    for tab in [leader, follower] {
        let mine = world.my_lines(tab);
        assert!(mine.len() == 2 && mine.iter().any(|line| line.contains("from the leader")), "{mine:?}");
    }
    world.network.down = false;
    world.run(40_000);
    assert_eq!(world.desk.received.len(), 2);
    assert_eq!(world.lines(leader), world.journal_lines());
    assert_eq!(world.lines(follower), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn a_text_whose_tab_dies_is_sent_by_the_leader_within_seconds() {
    let (mut world, leader, follower) = two_tabs();
    world.network.down = true;
    world.send(follower, "one");
    world.send(follower, "two");
    world.run(1_000);
    world.crash(follower);
    world.network.down = false;
    world.run(6_000);
    assert_eq!(world.desk.texts(), ["one", "two"]);
    assert_eq!(world.lines(leader), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn a_text_of_a_leader_that_dies_is_sent_by_its_follower() {
    let (mut world, leader, follower) = two_tabs();
    world.network.down = true;
    world.send(leader, "one");
    world.run(1_000);
    world.crash(leader);
    world.network.down = false;
    world.run(12_000);
    assert_eq!(world.desk.texts(), ["one"]);
    assert_eq!(world.lines(follower), world.journal_lines());
}

#[test]
fn a_first_text_whose_tab_dies_before_there_is_a_session_is_sent_by_one_that_never_acted() {
    let mut world = World::new();
    let first = world.open_tab();
    let second = world.open_tab();
    world.network.down = true;
    world.send(first, "hello");
    world.run(1_000);
    world.crash(first);
    world.network.down = false;
    world.run(14_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.lines(second), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn a_frozen_tab_s_text_is_sent_by_another_and_not_again_when_it_thaws() {
    let (mut world, leader, follower) = two_tabs();
    world.network.script(On::Post, Fate::hanging());
    world.send(follower, "one");
    world.run(100);
    world.freeze(follower);
    world.run(60_000);
    assert_eq!(world.desk.texts(), ["one"]);
    world.log.clear();
    world.thaw(follower);
    world.run(3_000);
    assert!(world.requests(On::Post).is_empty(), "{:?}", world.log);
    assert_eq!(world.lines(leader), world.journal_lines());
    assert_eq!(world.lines(follower), world.journal_lines());
}

#[test]
fn a_text_that_is_taken_over_waits_for_a_younger_one_that_is_on_its_way() {
    let (mut world, leader, follower) = two_tabs();
    world.network.down = true;
    world.send(follower, "older");
    world.run(1_000);
    world.crash(follower);
    world.network.down = false;
    world.log.clear();
    world.network.script(On::Post, Fate::slow(8_000, 10));
    world.send(leader, "younger");
    world.run(7_000);
    assert_eq!(world.requests(On::Post).len(), 1, "{:?}", world.log);
    world.run(13_000);
    assert_eq!(world.desk.texts(), ["younger", "older"]);
    assert_eq!(world.requests(On::Post).len(), 2, "{:?}", world.log);
    assert_eq!(world.lines(leader), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn a_tab_that_goes_on_writing_keeps_what_it_cannot_send_yet() {
    let (mut world, leader, follower) = two_tabs();
    world.network.down = true;
    world.log.clear();
    for text in ["one", "two", "three", "four"] {
        world.send(follower, text);
        world.run(3_000);
    }
    let by_the_leader = |world: &World| world.requests(On::Post).iter().any(|sent| sent.tab == leader);
    assert!(!by_the_leader(&world), "{:?}", world.log);
    // Nothing is heard of it from now on.
    world.crash(follower);
    world.run(6_000);
    assert!(by_the_leader(&world), "{:?}", world.log);
    world.network.down = false;
    world.run(40_000);
    assert_eq!(world.desk.texts(), ["one", "two", "three", "four"]);
    world.nothing_left_over();
}

#[test]
fn a_living_tab_s_text_is_left_to_it() {
    let (mut world, _, follower) = two_tabs();
    world.log.clear();
    world.network.script(On::Post, Fate::slow(1_500, 1_500));
    world.send(follower, "slowly");
    world.run(10_000);
    assert_eq!(world.requests(On::Post).len(), 1, "{:?}", world.log);
}

#[test]
fn what_is_discarded_in_one_tab_is_sent_by_none() {
    let (mut world, leader, follower) = two_tabs();
    world.network.down = true;
    world.send(follower, "discarded");
    world.send(follower, "kept");
    world.run(1_000);
    // Also a page that read the record when it was loaded.
    let third = world.open_tab();
    world.run(3_000);
    let id = world.id_of(leader, "discarded");
    world.input(leader, Input::Discard(id));
    assert_eq!(world.tabs.get(leader).map(|tab| tab.returned.clone()), Some(vec!["discarded".to_owned()]));
    world.run(1_000);
    world.network.down = false;
    world.run(60_000);
    assert_eq!(world.desk.texts(), ["kept"]);
    for tab in [leader, follower, third] {
        assert_eq!(world.lines(tab), world.journal_lines());
    }
    world.nothing_left_over();
}

#[test]
fn what_is_discarded_while_a_tab_is_frozen_is_not_sent_when_it_thaws() {
    let (mut world, leader, follower) = two_tabs();
    world.network.down = true;
    world.send(follower, "discarded");
    world.run(1_000);
    world.freeze(follower);
    let id = world.id_of(leader, "discarded");
    world.input(leader, Input::Discard(id));
    world.run(1_000);
    // Not even what was said on the channel reaches it.
    if let Some(tab) = world.tabs.get_mut(follower) {
        tab.missed.clear();
    }
    world.network.down = false;
    world.thaw(follower);
    world.run(60_000);
    assert!(world.desk.texts().is_empty(), "{:?}", world.desk.texts());
    assert!(world.my_lines(follower).is_empty());
}

#[test]
fn what_is_refused_for_good_in_one_tab_stops_that_tab_alone_and_is_decided_in_any() {
    let (mut world, leader, follower) = two_tabs();
    world.desk.refused.insert("bad".into(), ErrorCode::TextTooLong);
    world.send(follower, "bad");
    world.run(500);
    world.send(leader, "good");
    world.run(60_000);
    assert_eq!(world.desk.texts(), ["good"]);
    assert!(world.my_lines(leader).iter().any(|line| line.starts_with("me: bad (Failed")));
    world.desk.refused.clear();
    let id = world.id_of(leader, "bad");
    world.input(leader, Input::Retry(id));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["good", "bad"]);
    assert_eq!(world.lines(follower), world.journal_lines());
    world.nothing_left_over();
}

#[test]
fn what_stands_behind_a_refused_text_is_not_sent_past_it_by_another_tab() {
    let (mut world, leader, follower) = two_tabs();
    world.desk.refused.insert("bad".into(), ErrorCode::TextTooLong);
    world.send(follower, "bad");
    world.send(follower, "behind it");
    world.run(60_000);
    world.crash(follower);
    world.run(60_000);
    assert!(world.desk.texts().is_empty(), "{:?}", world.desk.texts());
    let id = world.id_of(leader, "bad");
    world.input(leader, Input::Discard(id));
    world.run(6_000);
    assert_eq!(world.desk.texts(), ["behind it"]);
    world.nothing_left_over();
}

#[test]
fn what_is_on_its_way_in_another_tab_cannot_be_discarded() {
    let (mut world, leader, follower) = two_tabs();
    world.network.script(On::Post, Fate::slow(2_000, 10));
    world.send(follower, "on its way");
    world.run(1_000);
    let id = world.id_of(leader, "on its way");
    world.input(leader, Input::Discard(id));
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["on its way"]);
    assert_eq!(world.lines(leader), world.journal_lines());
}

#[test]
fn a_storage_that_cannot_be_read_or_was_emptied_takes_no_text_away() {
    for emptied in [true, false] {
        let mut world = World::served();
        world.network.down = true;
        world.send(0, "hello");
        world.run(1_000);
        if emptied {
            world.storage.empty();
        } else {
            world.storage.unreadable = true;
        }
        world.thaw(0);
        world.run(1_000);
        assert_eq!(world.my_lines(0).len(), 1);
        world.network.down = false;
        world.run(40_000);
        assert_eq!(world.desk.texts(), ["hello"]);
    }
}

#[test]
fn a_draft_is_there_after_a_reload_and_in_another_tab_when_that_is_looked_at() {
    let (mut world, leader, follower) = two_tabs();
    world.write(leader, "I would li");
    world.run(1_000);
    world.write(leader, "I would like");
    world.run(1_000);
    let composer = |world: &World, tab: usize| world.tabs.get(tab).map(|tab| tab.composer.clone());
    assert_eq!(composer(&world, follower).as_deref(), Some(""));
    world.input(follower, Input::Woken);
    world.run(100);
    assert_eq!(composer(&world, follower).as_deref(), Some("I would like"));
    world.write(follower, "I would like tea");
    world.run(1_000);
    world.input(leader, Input::Woken);
    world.run(100);
    assert_eq!(composer(&world, leader).as_deref(), Some("I would like tea"));
    world.reload(leader);
    assert_eq!(composer(&world, leader).as_deref(), Some("I would like tea"));
    // Sent in one, gone in all.
    world.write(follower, "");
    world.send(follower, "I would like tea");
    world.run(1_000);
    world.input(leader, Input::Woken);
    world.run(100);
    assert_eq!(composer(&world, leader).as_deref(), Some(""));
}

#[test]
fn a_draft_is_kept_at_once_when_the_visitor_looks_elsewhere() {
    let (mut world, leader, follower) = two_tabs();
    world.write(leader, "half a sen");
    world.input(leader, Input::Seen(false));
    world.input(follower, Input::Woken);
    world.run(20);
    assert_eq!(world.tabs.get(follower).map(|tab| tab.composer.as_str()), Some("half a sen"));
}

#[test]
fn what_is_just_being_written_is_not_replaced_by_an_older_draft() {
    let (mut world, leader, follower) = two_tabs();
    world.write(leader, "old");
    world.run(1_000);
    world.write(follower, "new");
    world.input(follower, Input::Woken);
    world.run(2_000);
    assert_eq!(world.tabs.get(follower).map(|tab| tab.composer.as_str()), Some("new"));
}

#[test]
fn what_is_read_in_one_tab_is_unread_in_none_and_one_tab_sounds() {
    let (mut world, leader, follower) = two_tabs();
    for tab in [leader, follower] {
        world.input(tab, Input::Seen(false));
    }
    world.desk.agent_says("one");
    world.desk.agent_says("two");
    world.run(1_000);
    assert_eq!([leader, follower].map(|tab| world.session(tab).unread()), [2, 2]);
    let sounds = |world: &World| world.tabs.iter().map(|tab| tab.sounds).sum::<u32>();
    assert_eq!(sounds(&world), 1);
    world.input(follower, Input::Seen(true));
    world.run(1_000);
    assert_eq!([leader, follower].map(|tab| world.session(tab).unread()), [0, 0]);
    // One shows it: the other neither counts nor sounds.
    world.desk.agent_says("three");
    world.run(1_000);
    assert_eq!([leader, follower].map(|tab| world.session(tab).unread()), [0, 0]);
    assert_eq!(sounds(&world), 1);
}

#[test]
fn a_hidden_page_whose_timers_do_not_run_sounds_all_the_same() {
    let (mut world, leader, _) = two_tabs();
    for tab in [leader, 1 - leader] {
        world.input(tab, Input::Seen(false));
    }
    world.run(30_000);
    world.tab(leader).no_timers = true;
    world.desk.agent_says("one");
    world.run(2_000);
    assert_eq!(world.tab(leader).sounds, 1);
    let waits: Vec<u32> = world.requests(On::Events).into_iter().map(|sent| sent.wait_s).collect();
    assert_eq!(waits.iter().filter(|wait| **wait == 1).count(), 1, "{waits:?}");
}

#[test]
fn a_rating_whose_tab_dies_is_sent_by_another_when_that_is_looked_at() {
    let (mut world, leader, follower) = two_tabs();
    world.desk.survey_after_end = true;
    world.desk.agent_ends();
    world.run(1_000);
    world.network.down = true;
    let comment = String::new();
    world.input(follower, Input::Rate { level: Some(5), recommend: None, solved: None, comment });
    world.run(100);
    world.crash(follower);
    world.network.down = false;
    world.input(leader, Input::Woken);
    world.run(3_000);
    assert_eq!(world.desk.ratings.len(), 1);
    world.run(30_000);
    world.nothing_left_over();
}

#[test]
fn a_tab_that_comes_to_lead_looks_for_what_the_last_leader_left_unsent() {
    let (mut world, _, follower) = two_tabs();
    world.network.down = true;
    let mute = world.channel;
    world.channel = false;
    world.send(1 - follower, "nobody was told");
    world.run(500);
    world.crash(1 - follower);
    world.channel = mute;
    world.network.down = false;
    world.input(follower, Input::Role(Role::Leader));
    world.run(6_000);
    assert_eq!(world.desk.texts(), ["nobody was told"]);
}

#[test]
fn a_text_that_the_leader_does_not_get_through_is_not_sent_by_its_follower_as_well() {
    let (mut world, leader, follower) = two_tabs();
    world.log.clear();
    world.network.script(On::Post, Fate::hanging());
    world.send(leader, "hello");
    world.run(20_000);
    assert_eq!(world.requests(On::Post).len(), 1, "{:?}", world.log);
    world.run(20_000);
    assert!(world.requests(On::Post).iter().all(|sent| sent.tab == leader), "{:?}", world.log);
    assert_eq!(world.desk.texts(), ["hello"]);
    assert_eq!(world.lines(follower), world.journal_lines());
}

#[test]
fn a_text_that_is_delivered_stays_so_when_the_storage_or_another_tab_speaks_of_it_late() {
    let mut world = World::served();
    world.send(0, "hello");
    let late = world.session(0).snapshot();
    let id = world.id_of(0, "hello");
    world.run(1_000);
    world.log.clear();
    world.input(0, Input::Found(late));
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    let now = Now { ms: world.now, chance: 0 };
    let effects = world.tab(0).handle(now, Input::Told(id, Some(MineState::Sending)));
    assert!(effects.is_empty(), "there is nothing to look for: {effects:?}");
    world.run(30_000);
    assert_eq!(world.my_lines(0), ["me: hello (Sent)"]);
    assert!(world.requests(On::Post).is_empty(), "{:?}", world.log);
}

#[test]
fn a_tab_tells_the_others_what_is_seen_only_when_it_shows_something() {
    let (mut world, leader, _) = two_tabs();
    let tells = |world: &mut World| {
        let after = world.session(leader).cursor();
        world.desk.agent_says("hello");
        let page = world.desk.page(after);
        let now = Now { ms: world.now, chance: 0 };
        let effects = world.tab(leader).handle(now, Input::Heard { after, page });
        let seen = |effect| if let Effect::SeenTo(seq) = effect { Some(seq) } else { None };
        effects.into_iter().filter_map(seen).collect::<Vec<_>>()
    };
    world.input(leader, Input::Seen(true));
    assert_eq!(tells(&mut world), [world.desk.newest()]);
    world.input(leader, Input::Seen(false));
    assert!(tells(&mut world).is_empty());
}
