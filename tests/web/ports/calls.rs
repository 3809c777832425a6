//! What a call needs of the browser, each by itself.

use crate::support::{new_desk, until};
use frontdesk::web::call::{Elsewhere, Tones, figures};
use frontdesk_core::call::{Sample, Tone};
use js_sys::{Function, Map, Object, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

/// Notes what tones begin and end, until the end of the test.
struct Ear {
    prototype: Object,
    own: JsValue,
    heard: js_sys::Array,
}

impl Ear {
    fn open() -> Self {
        let window = web_sys::window().unwrap();
        let context = Reflect::get(&window, &"BaseAudioContext".into()).unwrap();
        let prototype: Object = Reflect::get(&context, &"prototype".into()).unwrap().unchecked_into();
        let own = Reflect::get(&prototype, &"createOscillator".into()).unwrap();
        let heard = js_sys::Array::new();
        let make = Function::new_with_args(
            "own, heard",
            "return function () {
                const made = own.call(this);
                for (const name of ['start', 'stop']) {
                    const real = made[name].bind(made);
                    made[name] = (...when) => {
                        heard.push((when.length ? 'until' : name) + ' ' + made.frequency.value);
                        real(...when);
                    };
                }
                return made;
            };",
        );
        let spy = make.call2(&JsValue::NULL, &own, &heard).unwrap();
        Reflect::set(&prototype, &"createOscillator".into(), &spy).unwrap();
        Self { prototype, own, heard }
    }

    fn heard(&self) -> String {
        self.heard.join(",").into()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        Reflect::set(&self.prototype, &"createOscillator".into(), &self.own).unwrap();
    }
}

#[wasm_bindgen_test]
fn one_tone_sounds_at_a_time_and_none_after_it_is_off() {
    let ear = Ear::open();
    let mut tones = Tones::default();
    tones.play(Tone::Off);
    assert_eq!(ear.heard(), "");
    tones.play(Tone::Ringback);
    // Each knows its end, for what runs on costs as much as a call.
    assert_eq!(ear.heard(), "start 425,until 425");
    tones.play(Tone::Busy);
    assert_eq!(ear.heard(), "start 425,until 425,stop 425,start 425,until 425");
    tones.play(Tone::Off);
    assert_eq!(ear.heard(), "start 425,until 425,stop 425,start 425,until 425,stop 425");
    tones.play(Tone::End);
    drop(tones);
    assert!(ear.heard().ends_with("start 425,until 425,stop 425"), "{}", ear.heard());
    assert_eq!(ear.heard().matches("start").count(), 3);
}

/// A report as a browser makes it.
fn report(entries: &str) -> Map {
    let map = Map::new();
    for entry in js_sys::JSON::parse(entries).unwrap().unchecked_into::<js_sys::Array>().iter() {
        map.set(&Reflect::get(&entry, &"id".into()).unwrap(), &entry);
    }
    map
}

/// As Chromium reports a call with picture.
const CHROMIUM: &str = r#"[
    {"id":"CP1","type":"candidate-pair","nominated":true,"state":"succeeded","currentRoundTripTime":0.021},
    {"id":"CP2","type":"candidate-pair","nominated":false,"state":"failed","currentRoundTripTime":9},
    {"id":"IT01A1","type":"inbound-rtp","kind":"audio","packetsReceived":1503,"packetsLost":4,"jitter":0.003,"audioLevel":0.1},
    {"id":"IT02V2","type":"inbound-rtp","kind":"video","packetsReceived":8000,"packetsLost":700,"jitter":0.2},
    {"id":"RIA1","type":"remote-inbound-rtp","kind":"audio","roundTripTime":0.045,"fractionLost":0.02,"packetsLost":3},
    {"id":"RIV2","type":"remote-inbound-rtp","kind":"video","roundTripTime":0.9,"fractionLost":0.5},
    {"id":"SA1","type":"media-source","kind":"audio","audioLevel":0.25,"totalAudioEnergy":1.5},
    {"id":"SV2","type":"media-source","kind":"video","framesPerSecond":30}]"#;

/// As Firefox does: losses may be negative, there is no level.
const FIREFOX: &str = r#"[
    {"id":"a","type":"inbound-rtp","kind":"audio","packetsReceived":10,"packetsLost":-2,"jitter":0},
    {"id":"b","type":"candidate-pair","nominated":true,"currentRoundTripTime":0.03},
    {"id":"c","type":"outbound-rtp","kind":"audio","packetsSent":12}]"#;

#[wasm_bindgen_test]
fn figures_are_those_of_the_voice() {
    let wanted = Sample {
        received: 1503,
        lost: 4,
        jitter_ms: Some(3.0),
        round_trip_ms: Some(45.0),
        peer_lost: Some(0.02),
        microphone: Some(0.25),
    };
    assert_eq!(figures::sample(&report(CHROMIUM)), wanted);
    let wanted = Sample {
        received: 10,
        lost: 0,
        jitter_ms: Some(0.0),
        round_trip_ms: Some(30.0),
        peer_lost: None,
        microphone: None,
    };
    assert_eq!(figures::sample(&report(FIREFOX)), wanted);
}

/// What a site's own softphone answers may be anything.
#[wasm_bindgen_test]
fn a_report_that_is_none_has_no_figures() {
    for nothing in ["null", "[]", "{}", "7", "\"report\"", r#"{"values":3}"#] {
        let report = js_sys::JSON::parse(nothing).unwrap();
        assert_eq!(figures::sample(&report), Sample::default(), "{nothing}");
    }
    let odd = report(
        r#"[{"id":"a","type":"inbound-rtp","kind":"audio","packetsReceived":"many","jitter":{}},{"id":"b"}]"#,
    );
    assert_eq!(figures::sample(&odd), Sample::default());
    let unheard =
        Function::new_with_args("", "return { values: () => undefined };").call0(&JsValue::NULL).unwrap();
    assert_eq!(figures::sample(&unheard), Sample::default());
}

#[wasm_bindgen_test]
async fn tabs_tell_each_other_of_calls() {
    let desk = new_desk();
    let heard: Rc<RefCell<Vec<bool>>> = Rc::default();
    let note = Rc::clone(&heard);
    let here = Elsewhere::open(&desk, Box::new(|_| {}));
    here.announce(true);
    // One that is opened later asks.
    let other = Elsewhere::open(&desk, Box::new(move |calling| note.borrow_mut().push(calling)));
    until("the call is heard of", || heard.borrow().last() == Some(&true)).await;
    here.announce(false);
    until("its end is heard of", || heard.borrow().last() == Some(&false)).await;
    here.announce(true);
    until("the next is heard of", || heard.borrow().last() == Some(&true)).await;
    drop(here);
    until("a tab that goes away is in no call", || heard.borrow().last() == Some(&false)).await;
    drop(other);
}
