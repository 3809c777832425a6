//! What the visitor does in a call: silence, hold, keys, devices.

use crate::bench::Bench;
use frontdesk_core::call::{Camera, Device, Effect, Held, Input, MediaTrouble, PhoneEvent, Stage};

#[test]
fn mute_silences_the_track_also_before_the_call_is_taken() {
    let mut bench = Bench::ready();
    bench.give(Input::Start { video: false });
    let no = bench.no();
    bench.give(Input::Mute(true));
    assert!(
        bench.observed.machine.is_muted() && !bench.did(&Effect::Silence(no, true)),
        "there is no track yet"
    );
    bench.media(Ok(()));
    assert!(bench.did(&Effect::Silence(no, true)));
    bench.take();
    bench.give(Input::Mute(true));
    assert!(bench.take().is_empty());
    bench.give(Input::Mute(false));
    assert!(bench.did(&Effect::Silence(no, false)) && !bench.observed.machine.is_muted());
}

#[test]
fn holding_silences_the_microphone_as_well() {
    let mut bench = Bench::talking();
    let no = bench.no();
    bench.give(Input::Hold(true));
    assert_eq!(bench.take(), [Effect::Silence(no, true), Effect::Hold(no, true), Effect::Redraw]);
    bench.give(Input::Mute(true));
    bench.give(Input::Hold(false));
    assert_eq!(bench.take(), [Effect::Redraw, Effect::Hold(no, false), Effect::Redraw], "still muted");
    bench.give(Input::Mute(false));
    assert!(bench.did(&Effect::Silence(no, false)));
    bench.phone(PhoneEvent::Held(true));
    assert_eq!(bench.observed.machine.held(), Held { here: false, there: true });
    bench.take();
    bench.phone(PhoneEvent::Held(true));
    assert!(bench.take().is_empty());
    let mut bench = Bench::dialling();
    bench.give(Input::Hold(true));
    assert_eq!(bench.observed.machine.held(), Held::default(), "there is nothing to hold yet");
}

#[test]
fn a_hold_that_the_other_side_refuses_is_not_shown_as_one() {
    let mut bench = Bench::talking();
    let no = bench.no();
    let here = |bench: &Bench| bench.observed.machine.held().here;
    bench.give(Input::Hold(true));
    bench.take();
    bench.phone(PhoneEvent::Agreed { on: true, agreed: false });
    assert_eq!(bench.take(), [Effect::Silence(no, false), Effect::Redraw]);
    assert!(!here(&bench));
    // Agreed to, there is nothing new to show.
    bench.give(Input::Hold(true));
    bench.take();
    bench.phone(PhoneEvent::Agreed { on: true, agreed: true });
    assert!(bench.take().is_empty() && here(&bench));
    // Nor is it taken up again unless the other side agrees.
    bench.give(Input::Hold(false));
    bench.take();
    bench.phone(PhoneEvent::Agreed { on: false, agreed: false });
    assert_eq!(bench.take(), [Effect::Silence(no, true), Effect::Redraw]);
    assert!(here(&bench));
}

#[test]
fn what_was_pressed_last_tells_whether_the_call_is_held() {
    let mut bench = Bench::talking();
    let here = |bench: &Bench| bench.observed.machine.held().here;
    for on in [true, false, true] {
        bench.give(Input::Hold(on));
    }
    bench.take();
    bench.phone(PhoneEvent::Agreed { on: true, agreed: false });
    bench.phone(PhoneEvent::Agreed { on: false, agreed: true });
    assert!(bench.take().is_empty() && here(&bench), "the last one is not answered yet");
    bench.phone(PhoneEvent::Agreed { on: true, agreed: true });
    assert!(bench.take().is_empty() && here(&bench));
    for on in [false, true] {
        bench.give(Input::Hold(on));
    }
    bench.phone(PhoneEvent::Agreed { on: false, agreed: true });
    assert!(here(&bench));
    bench.phone(PhoneEvent::Agreed { on: true, agreed: false });
    assert!(!here(&bench));
    bench.give(Input::HangUp);
    bench.take();
    bench.phone(PhoneEvent::Agreed { on: true, agreed: true });
    assert!(bench.take().is_empty(), "the call is over");
}

#[test]
fn keys_are_sent_in_a_call_and_nothing_else_is() {
    let mut bench = Bench::talking();
    let no = bench.no();
    for key in "0123456789*#ABCDd".chars() {
        bench.take();
        bench.give(Input::Digit(key));
        assert_eq!(bench.take(), [Effect::Digit(no, key.to_ascii_uppercase())]);
    }
    for key in ['E', ' ', '+', '\u{0}', '٣', 'ä'] {
        bench.give(Input::Digit(key));
        assert!(bench.take().is_empty(), "{key}");
    }
    bench.give(Input::Hold(true));
    bench.take();
    bench.give(Input::Digit('1'));
    assert!(bench.take().is_empty(), "nobody would hear it");
}

#[test]
fn the_camera_is_let_go_and_taken_again() {
    let mut bench = Bench::talking_with(true);
    let (no, camera) = (bench.no(), |bench: &Bench| bench.observed.machine.camera());
    assert_eq!(camera(&bench), Camera::On);
    bench.give(Input::Camera(false));
    assert!(bench.did(&Effect::Camera(no, false)) && camera(&bench) == Camera::Off);
    bench.give(Input::Camera(true));
    assert!(bench.did(&Effect::Camera(no, true)) && camera(&bench) == Camera::Starting);
    // Turned off while it starts: it is let go when it comes.
    bench.give(Input::Camera(false));
    bench.take();
    bench.give(Input::Switched(no, Device::Camera, Ok(())));
    assert!(bench.did(&Effect::Camera(no, false)) && camera(&bench) == Camera::Off);
    bench.give(Input::Camera(true));
    bench.give(Input::Switched(no, Device::Camera, Err(MediaTrouble::Busy)));
    assert_eq!(camera(&bench), Camera::Failed(MediaTrouble::Busy));
    bench.give(Input::Camera(true));
    bench.give(Input::Switched(no, Device::Camera, Ok(())));
    assert_eq!(camera(&bench), Camera::On);
    let mut bench = Bench::talking();
    bench.give(Input::Camera(true));
    bench.give(Input::Choose { device: Device::Camera, id: "c".into() });
    assert!(bench.take().is_empty(), "a call without picture stays one");
}

#[test]
fn another_microphone_begins_as_silent_as_the_one_before() {
    let mut bench = Bench::talking();
    let no = bench.no();
    bench.give(Input::Mute(true));
    bench.take();
    bench.give(Input::Choose { device: Device::Microphone, id: "m2".into() });
    let switch = Effect::Switch { call: no, device: Device::Microphone, id: Some("m2".into()), silent: true };
    assert_eq!(bench.take(), [switch]);
    bench.give(Input::Mute(false));
    bench.take();
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert!(bench.did(&Effect::Silence(no, false)), "what was pressed meanwhile holds");
    bench.give(Input::Switched(no, Device::Speaker, Err(MediaTrouble::Absent)));
    assert_eq!(bench.observed.machine.device_trouble(), Some((Device::Speaker, MediaTrouble::Absent)));
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert!(bench.observed.machine.device_trouble().is_some(), "the trouble of the other");
    bench.give(Input::Switched(no, Device::Speaker, Ok(())));
    assert_eq!(bench.observed.machine.device_trouble(), None);
    bench.give(Input::HangUp);
    bench.take();
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert_eq!(bench.take(), [Effect::ReleaseMedia(no)], "it came after the end");
}

#[test]
fn another_microphone_takes_the_place_of_one_that_is_unplugged() {
    let mut bench = Bench::talking();
    let no = bench.no();
    bench.give(Input::Mute(true));
    let trouble = |bench: &Bench| bench.observed.machine.device_trouble();
    let any = |device| Effect::Switch { call: no, device, id: None, silent: true };
    bench.take();
    bench.give(Input::DeviceGone(no, Device::Microphone));
    assert_eq!(bench.take(), [any(Device::Microphone), Effect::Redraw]);
    assert_eq!(trouble(&bench), Some((Device::Microphone, MediaTrouble::Absent)));
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert_eq!((trouble(&bench), bench.observed.machine.replaced()), (None, Some(Device::Microphone)));
    assert_eq!(bench.stage(), Stage::Talking);
    bench.pass(10_000);
    assert_eq!(bench.observed.machine.replaced(), None, "said for a while");
    bench.give(Input::Choose { device: Device::Microphone, id: "m".into() });
    bench.give(Input::Switched(no, Device::Microphone, Ok(())));
    assert_eq!(bench.observed.machine.replaced(), None, "the visitor knows");
}

#[test]
fn where_there_is_no_other_device_the_next_one_that_is_plugged_in_is_taken() {
    let mut bench = Bench::talking_with(true);
    let no = bench.no();
    let switches = |bench: &mut Bench, device| {
        let switch = Effect::Switch { call: no, device, id: None, silent: false };
        bench.take().iter().filter(|effect| **effect == switch).count()
    };
    bench.give(Input::DevicesChanged(no));
    for device in [Device::Microphone, Device::Camera, Device::Speaker] {
        assert_eq!(switches(&mut bench, device), 0, "nothing is missing");
        bench.give(Input::DeviceGone(no, device));
        assert_eq!(switches(&mut bench, device), 1);
        bench.give(Input::DevicesChanged(no));
        assert_eq!(switches(&mut bench, device), 0, "one is being asked for");
        bench.give(Input::Switched(no, device, Err(MediaTrouble::Absent)));
        let machine = &bench.observed.machine;
        assert_eq!(machine.replaced(), None);
        match device {
            Device::Camera => assert_eq!(machine.camera(), Camera::Failed(MediaTrouble::Absent)),
            _ => assert_eq!(machine.device_trouble(), Some((device, MediaTrouble::Absent))),
        }
        bench.take();
        bench.give(Input::DevicesChanged(no));
        assert_eq!(switches(&mut bench, device), 1);
        bench.give(Input::Switched(no, device, Ok(())));
        assert_eq!(bench.observed.machine.replaced(), Some(device));
        bench.pass(10_000);
        bench.take();
    }
    assert_eq!(
        (bench.observed.machine.camera(), bench.observed.machine.device_trouble()),
        (Camera::On, None)
    );
    // A camera that was turned off meanwhile stays off.
    bench.give(Input::DeviceGone(no, Device::Camera));
    bench.give(Input::Camera(false));
    bench.give(Input::Switched(no, Device::Camera, Err(MediaTrouble::Absent)));
    bench.take();
    bench.give(Input::DevicesChanged(no));
    assert_eq!(switches(&mut bench, Device::Camera), 0);
    bench.give(Input::DeviceGone(no, Device::Camera));
    assert!(bench.take().is_empty());
}
