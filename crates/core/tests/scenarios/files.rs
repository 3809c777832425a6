//! Files, places and cards on their way to the desk.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{Body, Card, ErrorCode, Location};
use frontdesk_core::{Connection, EntryKind, Input, Record};

fn file_ids(world: &World, tab: usize) -> Vec<String> {
    let entries = world.session(tab).transcript().entries().iter();
    let ids = entries.filter_map(|entry| match &entry.kind {
        EntryKind::Mine { body: Body::File(file), .. } => Some(file.file.clone()),
        _ => None,
    });
    ids.collect()
}

fn declined(world: &World) -> Vec<(&str, ErrorCode)> {
    let tab = world.tabs.first().expect("a tab");
    tab.declined.iter().map(|(name, code)| (name.as_str(), *code)).collect()
}

#[test]
fn a_file_is_kept_uploaded_and_posted_in_its_place() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::slow(2_000, 10));
    world.send(0, "before");
    world.send_files(0, &[("a.png", 1_000)]);
    world.send(0, "after");
    assert!(world.requests(On::Upload).is_empty(), "kept before it is uploaded");
    world.run(1_000);
    assert_eq!(world.my_lines(0), ["me: before (Sent)", "me: a.png (Uploading(0))", "me: after (Queued)"]);
    assert_eq!(file_ids(&world, 0), [""], "what is not uploaded has no id yet");
    world.run(3_000);
    assert_eq!(world.desk.texts(), ["before", "a.png", "after"]);
    assert_eq!(world.my_lines(0), ["me: before (Sent)", "me: a.png (Sent)", "me: after (Sent)"]);
    assert_eq!(file_ids(&world, 0), ["f-0"]);
    world.nothing_left_over();
    assert!(world.storage.contents.is_empty(), "the content is forgotten with the record");
}

#[test]
fn an_upload_goes_on_while_a_text_before_it_waits() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(20_000, 10));
    world.send(0, "slow");
    world.send_files(0, &[("a.png", 1_000), ("b.png", 1_000)]);
    world.run(5_000);
    assert_eq!(world.desk.uploads, 2);
    assert!(world.desk.texts().is_empty());
    world.run(20_000);
    assert_eq!(world.desk.texts(), ["slow", "a.png", "b.png"]);
    world.nothing_left_over();
}

#[test]
fn uploads_go_one_after_the_other() {
    let mut world = World::served();
    world.network.always.push((On::Upload, Fate::slow(1_000, 1_000)));
    world.send_files(0, &[("a.png", 1), ("b.png", 1), ("c.png", 1)]);
    world.run(2_500);
    // The world itself asserts that no two are open at a time.
    assert_eq!(world.requests(On::Upload).len(), 2);
    world.run(10_000);
    assert_eq!(world.desk.texts(), ["a.png", "b.png", "c.png"]);
}

#[test]
fn what_the_desk_does_not_take_is_declined_by_name_and_the_rest_goes() {
    let mut world = World::served();
    world.send_files(0, &[("a.png", 0), ("b.exe", 5), ("c.PNG", 5), ("d.png", 5)]);
    world.send_files(0, &[("big.pdf", 1_000_001), ("none", 5), ("just.pdf", 1_000_000)]);
    assert_eq!(
        declined(&world),
        [
            ("a.png", ErrorCode::FileEmpty),
            ("b.exe", ErrorCode::FileTypeRefused),
            ("d.png", ErrorCode::FilesTooMany),
            ("big.pdf", ErrorCode::FileTooLarge),
            ("none", ErrorCode::FileTypeRefused),
        ]
    );
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["c.PNG", "just.pdf"]);
}

#[test]
fn a_desk_without_files_declines_them_all() {
    let mut world = World::new();
    world.desk.offers.files = frontdesk_contract::FileOffer::default();
    let tab = world.open_tab();
    world.send_files(tab, &[("early.png", 5)]);
    world.input(tab, Input::Open);
    world.run(1_000);
    world.send_files(tab, &[("a.png", 5)]);
    assert_eq!(declined(&world), [("early.png", ErrorCode::NotOffered), ("a.png", ErrorCode::NotOffered)]);
    assert!(world.lines(tab).is_empty());
}

#[test]
fn progress_is_shown_in_whole_percents_only() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::slow(60_000, 10));
    world.send_files(0, &[("a.png", 1_000_000)]);
    world.run(100);
    let id = world.open_request(0, On::Upload).expect("an upload");
    let mut shown = std::collections::BTreeSet::new();
    for sent_bytes in (0..=1_000_000).step_by(1_000) {
        world.input(0, Input::Progress { id, sent_bytes });
        shown.extend(world.my_lines(0));
    }
    assert_eq!(shown.len(), 101, "{shown:?}");
    assert_eq!(world.my_lines(0), ["me: a.png (Uploading(1000))"]);
    world.input(0, Input::Progress { id, sent_bytes: u64::MAX });
    assert_eq!(world.my_lines(0), ["me: a.png (Uploading(1000))"]);
}

#[test]
fn an_upload_that_moves_may_take_long_and_one_that_stands_still_is_tried_again() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::hanging());
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(1_000);
    let id = world.open_request(0, On::Upload).expect("an upload");
    for sent_bytes in 1..=10 {
        world.run(50_000);
        world.input(0, Input::Progress { id, sent_bytes });
    }
    assert_eq!(world.requests(On::Upload).len(), 1);
    world.run(100_000);
    assert_eq!(world.requests(On::Upload).len(), 2);
    assert_eq!(world.desk.texts(), ["a.png"]);
    world.nothing_left_over();
}

#[test]
fn an_upload_whose_answer_is_lost_is_repeated_under_its_id_and_makes_one_file() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::answer_lost());
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(5_000);
    let ids: Vec<_> = world.requests(On::Upload).iter().map(|sent| sent.id.clone()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids.first(), ids.last());
    assert_eq!(world.desk.files.len(), 1);
    assert_eq!(world.desk.texts(), ["a.png"]);
}

#[test]
fn a_discarded_upload_is_stopped_and_nothing_comes_back_to_the_composer() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::slow(60_000, 10));
    world.send_files(0, &[("a.png", 1_000)]);
    world.send(0, "after");
    world.run(1_000);
    world.input(0, Input::Discard(world.id_of(0, "a.png")));
    world.run(1_000);
    assert_eq!(world.my_lines(0), ["me: after (Sent)"]);
    assert!(world.tabs.first().expect("a tab").returned.is_empty());
    world.nothing_left_over();
    assert!(world.storage.contents.is_empty());
}

#[test]
fn a_file_refused_for_good_says_why_and_stops_those_behind_it_until_the_visitor_decides() {
    let mut world = World::served();
    world.send_files(0, &[("evil.png", 1_000), ("good.png", 1_000)]);
    world.run(30_000);
    assert_eq!(world.my_lines(0), ["me: evil.png (Failed(Some(FileTypeRefused)))", "me: good.png (Queued)"]);
    assert_eq!(world.requests(On::Upload).len(), 2, "the next one is uploaded meanwhile");
    world.input(0, Input::Retry(world.id_of(0, "evil.png")));
    world.run(5_000);
    assert_eq!(world.requests(On::Upload).len(), 3);
    world.input(0, Input::Discard(world.id_of(0, "evil.png")));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["good.png"]);
    world.nothing_left_over();
}

#[test]
fn a_reload_does_not_upload_again_what_is_uploaded() {
    let mut world = World::served();
    world.network.always.push((On::Post, Fate::lost()));
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(2_000);
    assert_eq!(world.desk.uploads, 1);
    world.reload(0);
    world.network.always.clear();
    world.run(5_000);
    assert_eq!(world.desk.uploads, 1);
    assert_eq!(world.desk.texts(), ["a.png"]);
    world.nothing_left_over();
}

#[test]
fn a_reload_in_the_middle_of_an_upload_uploads_from_what_is_kept() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::hanging());
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(1_000);
    world.reload(0);
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["a.png"]);
    world.nothing_left_over();
}

#[test]
fn a_file_whose_content_is_gone_says_so_and_can_only_be_discarded() {
    let mut world = World::served();
    world.network.down = true;
    world.send_files(0, &[("a.png", 1_000)]);
    world.send(0, "after");
    world.run(500);
    world.storage.contents.clear();
    world.reload(0);
    world.network.down = false;
    world.run(30_000);
    assert_eq!(world.my_lines(0), ["me: a.png (FileGone)", "me: after (Queued)"]);
    world.input(0, Input::Retry(world.id_of(0, "a.png")));
    world.run(1_000);
    assert_eq!(world.my_lines(0), ["me: a.png (FileGone)", "me: after (Queued)"]);
    world.input(0, Input::Discard(world.id_of(0, "a.png")));
    world.run(1_000);
    assert_eq!(world.desk.texts(), ["after"]);
    world.nothing_left_over();
}

#[test]
fn a_file_that_the_proxy_has_lost_is_uploaded_once_more() {
    let mut world = World::served();
    world.network.script(On::Post, Fate::slow(10_000, 10));
    world.send(0, "slow");
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(5_000);
    assert_eq!(world.desk.uploads, 1);
    world.desk.files.clear();
    world.run(20_000);
    assert_eq!(world.desk.uploads, 2);
    assert_eq!(world.desk.texts(), ["slow", "a.png"]);
}

#[test]
fn nothing_is_uploaded_for_a_conversation_that_is_over() {
    let mut world = World::served();
    world.desk.agent_ends();
    world.run(1_000);
    world.network.script(On::Connect, Fate::refused(ErrorCode::OutsideHours, None));
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(30_000);
    assert_eq!(world.my_lines(0), ["me: a.png (Queued)"]);
    assert!(world.requests(On::Upload).is_empty());
    world.input(0, Input::Connect(frontdesk_contract::ConnectTo::Robot));
    world.run(5_000);
    assert_eq!(world.desk.texts(), ["a.png"]);
}

#[test]
fn two_tabs_with_the_same_file_waiting_send_it_once() {
    let mut world = World::served();
    world.network.down = true;
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(100);
    world.open_tab();
    world.run(100);
    world.network.down = false;
    world.run(60_000);
    assert_eq!(world.desk.texts(), ["a.png"]);
    assert_eq!((world.desk.files.len(), world.my_lines(0).len(), world.my_lines(1).len()), (1, 1, 1));
    world.nothing_left_over();
}

#[test]
fn places_and_cards_go_like_texts_and_survive_a_reload() {
    let mut world = World::served();
    world.network.down = true;
    let place = Location { latitude: 31.23, longitude: 121.47, label: "Shanghai".into() };
    let (url, description) = ("https://shop.example/1".to_owned(), String::new());
    let card = Card { title: "Order 1".into(), description, url, image: None };
    world.input(0, Input::SendLocation(place));
    world.input(0, Input::SendCard(card));
    world.run(500);
    world.reload(0);
    world.network.down = false;
    world.run(40_000);
    assert_eq!(world.desk.texts(), ["Shanghai", "Order 1"]);
    world.nothing_left_over();
}

#[test]
fn a_place_that_is_not_on_earth_and_an_empty_card_are_declined() {
    let mut world = World::served();
    for (latitude, longitude) in [(90.5, 0.0), (0.0, -180.5), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
        world.input(0, Input::SendLocation(Location { latitude, longitude, label: "there".into() }));
    }
    let card = |title: &str, url: &str, image: Option<&str>| Card {
        title: title.into(),
        description: String::new(),
        url: url.into(),
        image: image.map(str::to_owned),
    };
    world.input(0, Input::SendCard(card("no link", "", None)));
    world.input(0, Input::SendCard(card(" ", "https://shop.example", None)));
    world.input(0, Input::SendCard(card("picture", "", Some("f-1"))));
    let there = ("there", ErrorCode::BadRequest);
    let incomplete = ErrorCode::CardIncomplete;
    assert_eq!(declined(&world), [there, there, there, there, ("no link", incomplete), ("", incomplete)]);
    world.run(1_000);
    assert_eq!(world.desk.texts(), ["picture"]);
}

#[test]
fn records_of_texts_and_ratings_keep_their_form() {
    let read = |text: &str| serde_json::from_str::<Record>(text).expect("a record");
    let text = r#"{"outgoing":{"id":"a","text":"hello","at_ms":7}}"#;
    assert_eq!(serde_json::to_string(&read(text)).expect("written"), text);
    let rating = read(r#"{"rating":{"id":"a","level":5,"comment":"thanks"}}"#);
    assert!(matches!(rating, Record::Rating { level: Some(5), recommend: None, solved: None, .. }));
}

#[test]
fn a_double_click_on_send_again_sends_once() {
    let mut world = World::served();
    world.desk.uncertain.insert("hello".into());
    world.send(0, "hello");
    world.run(2_000);
    world.desk.uncertain.clear();
    let id = world.id_of(0, "hello");
    world.input(0, Input::SendAgain(id.clone()));
    world.input(0, Input::SendAgain(id.clone()));
    world.run(2_000);
    world.input(0, Input::SendAgain(id));
    world.run(2_000);
    assert_eq!(world.desk.texts(), ["hello"]);
    let again = world.session(0).transcript().entries().iter().filter_map(|entry| match entry.kind {
        EntryKind::Mine { sent_again, .. } => Some(sent_again),
        _ => None,
    });
    assert_eq!(again.collect::<Vec<_>>(), [true, false]);
}

#[test]
fn an_unconfirmed_file_is_sent_again_without_another_upload() {
    let mut world = World::served();
    world.desk.uncertain.insert("a.png".into());
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(2_000);
    assert_eq!(world.my_lines(0), ["me: a.png (Unconfirmed)"]);
    world.desk.uncertain.clear();
    world.input(0, Input::SendAgain(world.id_of(0, "a.png")));
    world.run(2_000);
    assert_eq!(world.my_lines(0), ["me: a.png (Unconfirmed)", "me: a.png (Sent)"]);
    assert_eq!(world.desk.uploads, 1);
    world.nothing_left_over();
}

#[test]
fn an_upload_that_moves_goes_on_when_the_page_wakes() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::slow(30_000, 10));
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(20_000);
    world.input(0, Input::Woken);
    world.run(20_000);
    assert_eq!(world.requests(On::Upload).len(), 1);
    assert_eq!(world.desk.texts(), ["a.png"]);
    world.nothing_left_over();
}

#[test]
fn an_upload_that_does_not_get_through_is_told_and_tried_seldom_and_at_once_when_the_page_wakes() {
    let mut world = World::served();
    world.network.always.push((On::Upload, Fate::lost()));
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(120_000);
    let asked = world.requests(On::Upload).len();
    assert!((4..40).contains(&asked), "{asked} uploads in two minutes");
    assert_ne!(world.session(0).connection(), Connection::Fine);
    world.network.always.clear();
    world.input(0, Input::Woken);
    world.run(100);
    assert_eq!(world.desk.texts(), ["a.png"]);
    world.run(1_000);
    assert_eq!(world.session(0).connection(), Connection::Fine);
}

#[test]
fn an_upload_of_which_nothing_is_heard_is_tried_again_after_a_minute() {
    let mut world = World::served();
    world.network.script(On::Upload, Fate::hanging());
    world.send_files(0, &[("a.png", 1_000)]);
    world.run(59_900);
    assert_eq!(world.requests(On::Upload).len(), 1);
    world.run(1_000);
    assert_eq!(world.requests(On::Upload).len(), 2);
    assert_eq!(world.desk.texts(), ["a.png"]);
}

#[test]
fn a_desk_that_takes_no_files_at_a_time_has_none_to_offer() {
    let mut world = World::new();
    world.desk.offers.files.max_count = 0;
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(1_000);
    world.send_files(tab, &[("a.png", 5)]);
    assert_eq!(declined(&world), [("a.png", ErrorCode::NotOffered)]);
}
