use frontdesk::web::{Clock, clock::chance};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn time_never_goes_back_and_is_the_time_of_day() {
    let clock = Clock::new();
    let mut last = clock.ms();
    assert!(last.abs_diff(js_sys::Date::now() as u64) < 3_000);
    for _ in 0..1_000 {
        let now = clock.ms();
        assert!(now >= last);
        last = now;
    }
}

#[wasm_bindgen_test]
fn chance_is_fresh() {
    assert_ne!(chance(), chance());
}
