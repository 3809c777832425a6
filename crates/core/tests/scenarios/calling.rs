//! Whether calls can be asked for.

use crate::support::World;
use crate::support::network::{Fate, On};
use frontdesk_contract::{CallOffer, CallState, CallStatus, CallSupport, ClientId, ErrorCode, EventKind};
use frontdesk_core::Input;

const VOICE: CallOffer = CallOffer { audio: true, video: false };

fn desk(web_rtc: bool) -> World {
    let mut world = World::new();
    world.desk.offers.call = VOICE;
    world.desk.call_support = CallSupport { click_to_call: true, web_rtc, ..CallSupport::default() };
    world
}

fn seen(world: &mut World) -> usize {
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.input(tab, Input::Seen(true));
    world.run(1_000);
    tab
}

#[test]
fn calls_are_offered_where_desk_and_centre_have_them_and_the_centre_is_asked_once() {
    for web_rtc in [false, true] {
        let mut world = desk(web_rtc);
        let tab = seen(&mut world);
        world.input(tab, Input::Seen(false));
        world.input(tab, Input::Seen(true));
        world.run(60_000);
        let expected = if web_rtc { VOICE } else { CallOffer::default() };
        assert_eq!(world.session(tab).calls(), expected);
        assert_eq!(world.requests(On::CallSupport).len(), 1);
    }
}

#[test]
fn a_desk_without_calls_and_a_panel_that_nobody_sees_ask_nothing() {
    let mut world = World::new();
    seen(&mut world);
    assert!(world.requests(On::CallSupport).is_empty());
    let mut world = desk(true);
    let tab = world.open_tab();
    world.input(tab, Input::Open);
    world.run(1_000);
    assert!(world.requests(On::CallSupport).is_empty());
    assert_eq!(world.session(tab).calls(), CallOffer::default());
}

#[test]
fn what_fails_is_asked_again_and_what_is_refused_is_not() {
    let mut world = desk(true);
    world.network.script(On::CallSupport, Fate::refused(ErrorCode::CentreBusy, None));
    let tab = seen(&mut world);
    world.run(60_000);
    assert_eq!(world.session(tab).calls(), VOICE);
    assert_eq!(world.requests(On::CallSupport).len(), 2);
    let mut world = desk(true);
    world.network.script(On::CallSupport, Fate::refused(ErrorCode::NotOffered, None));
    let tab = seen(&mut world);
    world.run(60_000);
    assert_eq!(world.session(tab).calls(), CallOffer::default());
    assert_eq!(world.requests(On::CallSupport).len(), 1);
}

#[test]
fn while_a_call_goes_on_its_events_are_heard_and_for_a_moment_afterwards() {
    let mut world = desk(true);
    let tab = seen(&mut world);
    world.run(60_000);
    let before = world.requests(On::Events).len();
    world.input(tab, Input::Calling(true));
    world.run(1_000);
    let id = Some(ClientId::from_bits(7));
    let queueing = CallStatus { id, state: CallState::Queueing, ..CallStatus::default() };
    world.desk.push(EventKind::Call(queueing.clone()));
    world.run(1_000);
    assert_eq!(world.session(tab).call(), &queueing);
    world.input(tab, Input::Calling(false));
    let ended = CallStatus { state: CallState::Ended, ..queueing };
    world.desk.push(EventKind::Call(ended.clone()));
    world.run(1_000);
    assert_eq!(world.session(tab).call(), &ended);
    world.run(120_000);
    let asked = world.requests(On::Events).len();
    assert!(asked > before);
    world.run(120_000);
    assert_eq!(world.requests(On::Events).len(), asked, "nobody waits for news any more");
}

#[test]
fn a_call_that_goes_on_is_known_after_a_reload_and_events_are_newer() {
    let running =
        CallStatus { id: Some(ClientId::from_bits(7)), state: CallState::Queueing, ..CallStatus::default() };
    let mut world = desk(true);
    world.desk.call_support.call = running.clone();
    let tab = seen(&mut world);
    assert_eq!(world.session(tab).call(), &running);
    let ended = CallStatus { state: CallState::Ended, ..running };
    world.desk.push(EventKind::Call(ended.clone()));
    world.input(tab, Input::Connect(frontdesk_contract::ConnectTo::Robot));
    world.run(30_000);
    assert_eq!(world.session(tab).call(), &ended);
}

#[test]
fn a_page_that_wakes_up_asks_at_once_whether_calls_are_possible() {
    let mut world = desk(true);
    world.network.always.push((On::CallSupport, Fate::lost()));
    let tab = seen(&mut world);
    world.run(120_000);
    world.network.always.clear();
    world.input(tab, Input::Woken);
    world.run(50);
    assert_eq!(world.session(tab).calls(), VOICE);
}

#[test]
fn a_page_that_was_in_no_call_has_nothing_to_hear_of_one() {
    let mut world = desk(true);
    let tab = seen(&mut world);
    world.run(60_000);
    world.log.clear();
    world.input(tab, Input::Calling(false));
    world.run(60_000);
    assert!(world.log.is_empty(), "{:?}", world.log);
}

#[test]
fn what_comes_soon_after_a_call_is_heard_however_much_it_is() {
    let mut world = desk(true);
    let tab = seen(&mut world);
    world.input(tab, Input::Calling(true));
    world.run(60_000);
    world.input(tab, Input::Calling(false));
    for n in 1..=3 {
        world.run(5_000);
        world.desk.agent_says(&format!("{n}"));
    }
    world.run(1_000);
    assert_eq!(world.lines(tab), ["they: 1", "they: 2", "they: 3"]);
}

#[test]
fn a_call_of_a_session_that_is_gone_is_forgotten() {
    let mut world = World::served();
    let call =
        CallStatus { id: Some(ClientId::from_bits(7)), state: CallState::Queueing, ..CallStatus::default() };
    world.desk.push(EventKind::Call(call.clone()));
    world.run(1_000);
    assert_eq!(world.session(0).call(), &call);
    world.desk.forget_session();
    world.run(30_000);
    assert_eq!(world.session(0).call(), &CallStatus::default());
}

#[test]
fn which_calls_can_be_asked_for_is_known_where_the_desk_has_none_or_the_centre_has_answered() {
    let mut world = World::new();
    let tab = world.open_tab();
    assert!(!world.session(tab).knows_calls(), "nothing is known of the desk");
    world.input(tab, Input::Open);
    world.run(1_000);
    assert!(world.session(tab).knows_calls());
    for call in [VOICE, CallOffer { audio: false, video: true }] {
        let mut world = desk(true);
        world.desk.offers.call = call;
        world.network.script(On::CallSupport, Fate::refused(ErrorCode::CentreBusy, Some(5_000)));
        let tab = seen(&mut world);
        world.run(3_900);
        assert!(!world.session(tab).knows_calls());
        assert_eq!(world.requests(On::CallSupport).len(), 1);
        world.run(1_000);
        assert!(world.session(tab).knows_calls());
        assert_eq!(world.session(tab).calls(), call);
    }
}
