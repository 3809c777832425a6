use crate::support::{new_desk, pause, until};
use frontdesk::web::Channel;
use frontdesk::web::tabs::Said;
use frontdesk_contract::{ClientId, ErrorCode};
use frontdesk_core::MineState;
use frontdesk_core::tabs::{TabKind, TabMessage};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

fn tab(desk: &str) -> (Channel, Rc<RefCell<Vec<Said>>>) {
    let heard: Rc<RefCell<Vec<Said>>> = Rc::default();
    let note = Rc::clone(&heard);
    let channel = Channel::open(desk, Box::new(move |said| note.borrow_mut().push(said)));
    (channel.expect("this browser has channels"), heard)
}

#[wasm_bindgen_test]
async fn two_tabs_of_a_desk_hear_each_other_and_not_themselves() {
    let desk = new_desk();
    let (first, first_heard) = tab(&desk);
    let (_second, second_heard) = tab(&desk);
    let message = TabMessage { from: (1 << 53) - 1, kind: TabKind::Claim };
    first.say(message);
    until("the message", || !second_heard.borrow().is_empty()).await;
    assert_eq!(*second_heard.borrow(), [Said::Tab(message)]);
    assert!(first_heard.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn an_event_page_arrives_as_it_was_read() {
    let desk = new_desk();
    let (first, _) = tab(&desk);
    let (_second, heard) = tab(&desk);
    let page =
        js_sys::JSON::parse(r#"{"next":3,"events":[{"seq":3,"at_ms":1,"typing":{"active":true}}]}"#).unwrap();
    first.pass(7, 2, &page);
    until("the page", || !heard.borrow().is_empty()).await;
    let Said::Page { session: 7, after: 2, page } = &heard.borrow()[0] else { panic!("another message") };
    assert_eq!((page.next, page.events.len()), (3, 1));
}

#[wasm_bindgen_test]
async fn the_state_of_a_message_and_what_was_seen_arrive() {
    let desk = new_desk();
    let (first, _) = tab(&desk);
    let (_second, heard) = tab(&desk);
    let id = ClientId::from_bits(7);
    let states = [
        None,
        Some(MineState::Queued),
        Some(MineState::Sending),
        Some(MineState::Uploading(0)),
        Some(MineState::Uploading(1_000)),
        // Why, only the tab knows that was told.
        Some(MineState::Failed(Some(ErrorCode::Unknown))),
    ];
    for state in states {
        first.message(&id, state);
    }
    first.seen(9, 1 << 40);
    until("all", || heard.borrow().len() > states.len()).await;
    let mut wanted: Vec<_> = states.map(|state| Said::Message(id.clone(), state)).into();
    wanted.push(Said::Seen { session: 9, seq: 1 << 40 });
    assert_eq!(*heard.borrow(), wanted);
}

#[wasm_bindgen_test]
async fn other_desks_and_unreadable_words_are_not_heard() {
    let desk = new_desk();
    let (_listener, heard) = tab(&desk);
    let (other, _) = tab(&new_desk());
    other.say(TabMessage { from: 1, kind: TabKind::Beat });
    let (same, _) = tab(&desk);
    same.pass(1, 1, &"no page".into());
    let plain = web_sys::BroadcastChannel::new(&format!("frontdesk/{desk}")).unwrap();
    plain.post_message(&"hello".into()).unwrap();
    pause(100).await;
    assert!(heard.borrow().is_empty());
    plain.close();
}

#[wasm_bindgen_test]
async fn dropping_it_closes_the_channel() {
    let desk = new_desk();
    let (closed, heard) = tab(&desk);
    drop(closed);
    let (other, _) = tab(&desk);
    other.say(TabMessage { from: 1, kind: TabKind::Bye });
    pause(60).await;
    assert!(heard.borrow().is_empty());
}
