use frontdesk::web::Wake;
use frontdesk::web::wake::Sign;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event;

fn listening() -> (Wake, Rc<RefCell<Vec<Sign>>>) {
    let heard: Rc<RefCell<Vec<Sign>>> = Rc::default();
    let note = Rc::clone(&heard);
    (Wake::new(Rc::new(move |sign| note.borrow_mut().push(sign))), heard)
}

fn happens(name: &str) {
    web_sys::window().unwrap().dispatch_event(&Event::new(name).unwrap()).unwrap();
}

#[wasm_bindgen_test]
fn online_focus_and_return_wake() {
    let (_wake, heard) = listening();
    for name in ["online", "focus", "pageshow"] {
        happens(name);
    }
    assert_eq!(*heard.borrow(), [Sign::Woken; 3]);
}

#[wasm_bindgen_test]
fn hiding_and_leaving_are_told() {
    let (_wake, heard) = listening();
    let document = web_sys::window().unwrap().document().unwrap();
    document.dispatch_event(&Event::new("visibilitychange").unwrap()).unwrap();
    happens("pagehide");
    assert!(matches!(heard.borrow()[..], [Sign::Visible(_), Sign::Leaving]));
}

#[wasm_bindgen_test]
fn a_page_that_is_frozen_rests_and_one_that_is_thawed_wakes() {
    let (_wake, heard) = listening();
    let document = web_sys::window().unwrap().document().unwrap();
    for name in ["freeze", "resume"] {
        document.dispatch_event(&Event::new(name).unwrap()).unwrap();
    }
    happens("beforeunload");
    assert_eq!(*heard.borrow(), [Sign::Resting, Sign::Woken, Sign::Resting]);
}

#[wasm_bindgen_test]
fn dropping_it_stops_listening() {
    let (wake, heard) = listening();
    drop(wake);
    happens("online");
    assert!(heard.borrow().is_empty());
}
