use frontdesk::web::call::Ticker;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/www/call/ticker.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn start() -> Result<JsValue, JsValue>;
}

/// What the host would answer with.
fn loader() -> Function {
    let module = Object::new();
    let begin = Closure::<dyn Fn() -> JsValue>::new(|| start().unwrap()).into_js_value();
    Reflect::set(&module, &"start".into(), &begin).unwrap();
    Closure::<dyn Fn() -> Object>::new(move || module.clone()).into_js_value().unchecked_into()
}

/// A ticker, and a promise of its next ring.
async fn ticker() -> (Ticker, impl Fn() -> JsFuture) {
    let waiting: Rc<RefCell<Option<Function>>> = Rc::default();
    let rings = Rc::clone(&waiting);
    let ring = move || {
        let done = rings.take().expect("it rings once for each time");
        done.call0(&JsValue::NULL).unwrap();
    };
    let ticker = Ticker::start(&loader(), Box::new(ring)).await.expect("there are workers here");
    let next = move || {
        let promise = Promise::new(&mut |done, _| drop(waiting.replace(Some(done))));
        JsFuture::from(promise)
    };
    (ticker, next)
}

/// The page's timers do not fire meanwhile, as in a tab that has been hidden for long.
#[wasm_bindgen_test]
async fn it_rings_when_the_timers_of_the_page_do_not() {
    let (ticker, next) = ticker().await;
    let window = web_sys::window().unwrap();
    let timers = Reflect::get(&window, &"setTimeout".into()).unwrap();
    Reflect::set(&window, &"setTimeout".into(), &Function::new_with_args("", "return 0;")).unwrap();
    for delay in [5, 1] {
        let rung = next();
        ticker.set(Some(delay));
        rung.await.unwrap();
    }
    Reflect::set(&window, &"setTimeout".into(), &timers).unwrap();
}

#[wasm_bindgen_test]
async fn only_the_last_time_counts_and_none_rings_not() {
    let (ticker, next) = ticker().await;
    let rung = next();
    ticker.set(Some(1));
    ticker.set(None);
    // Nobody waits for these: they would fail.
    ticker.set(Some(600_000));
    ticker.set(Some(3));
    rung.await.unwrap();
    drop(ticker);
}

#[wasm_bindgen_test]
async fn without_a_worker_there_is_none() {
    for says in [
        "throw new Error('none');",
        "return {};",
        "return Promise.reject(1);",
        "return { start() { throw 1; } };",
    ] {
        let loader = Function::new_with_args("", says);
        assert!(Ticker::start(&loader, Box::new(|| {})).await.is_none(), "{says}");
    }
}
