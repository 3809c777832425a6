use crate::support::pause;
use frontdesk::web::Timer;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;

fn counting(delay_ms: u64) -> (Timer, Rc<Cell<u32>>) {
    let fired = Rc::new(Cell::new(0));
    let count = Rc::clone(&fired);
    (Timer::after(delay_ms, Box::new(move || count.set(count.get() + 1))), fired)
}

#[wasm_bindgen_test]
async fn it_fires_once() {
    let (_timer, fired) = counting(5);
    assert_eq!(fired.get(), 0);
    pause(60).await;
    assert_eq!(fired.get(), 1);
}

#[wasm_bindgen_test]
async fn dropping_it_cancels() {
    let (timer, fired) = counting(5);
    drop(timer);
    pause(60).await;
    assert_eq!(fired.get(), 0);
}

/// Browsers fire delays beyond 31 bits at once.
#[wasm_bindgen_test]
async fn a_very_long_delay_does_not_fire_at_once() {
    let (_timer, fired) = counting(u64::MAX);
    pause(60).await;
    assert_eq!(fired.get(), 0);
}
