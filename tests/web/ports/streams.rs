//! The streams that `server_fn` would use, in place of a crate of that name.

use futures_core::Stream;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_streams::ReadableStream;

struct Given(VecDeque<Result<JsValue, JsValue>>);

impl Stream for Given {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.pop_front())
    }
}

async fn through_the_browser(chunks: Vec<Result<JsValue, JsValue>>) -> Vec<Result<JsValue, JsValue>> {
    let there = ReadableStream::from_stream(Given(chunks.into())).into_raw();
    let mut back = pin!(ReadableStream::from_raw(there).into_stream());
    let mut come = Vec::new();
    while let Some(chunk) = poll_fn(|context| back.as_mut().poll_next(context)).await {
        let over = chunk.is_err();
        come.push(chunk);
        if over {
            break;
        }
    }
    come
}

#[wasm_bindgen_test]
async fn chunks_go_through_the_browser_and_end() {
    let chunks: Vec<_> = ["a", "", "b"].map(|chunk| Ok(JsValue::from_str(chunk))).into();
    assert_eq!(through_the_browser(chunks.clone()).await, chunks);
    assert_eq!(through_the_browser(Vec::new()).await, []);
}

#[wasm_bindgen_test]
async fn an_error_is_the_last_that_comes() {
    let chunks = vec![Ok(JsValue::from(1)), Err(JsValue::from_str("broken")), Ok(JsValue::from(2))];
    assert_eq!(through_the_browser(chunks.clone()).await, chunks[..2]);
}
