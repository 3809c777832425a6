//! The browser's readable streams as Rust's, and back: in place of the crate of this name, see decision 13.
//!
//! Leptos brings `server_fn`, and that brings `wasm-streams`, whose classes are exported to JavaScript: the linker has to
//! keep them, 4 KB of the first load, although nothing here calls a server function. The functions that `server_fn`
//! calls are all that is here; a plain closure takes the place of the classes, and goes where nobody calls it.

use futures_core::Stream;
use js_sys::{Object, Promise, Reflect};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{ReadableStreamDefaultController, ReadableStreamDefaultReader};

/// A readable stream of the browser.
#[derive(Debug)]
pub struct ReadableStream {
    raw: web_sys::ReadableStream,
}

impl ReadableStream {
    /// Takes one of the browser's.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self { raw }
    }

    /// Makes one of the browser's, which asks the stream for each chunk.
    pub fn from_stream<S>(stream: S) -> Self
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        let stream = Rc::new(RefCell::new(Box::pin(stream)));
        let pull = move |controller: ReadableStreamDefaultController| {
            let stream = Rc::clone(&stream);
            future_to_promise(async move {
                match poll_fn(|context| stream.borrow_mut().as_mut().poll_next(context)).await {
                    Some(chunk) => controller.enqueue_with_chunk(&chunk?)?,
                    None => controller.close()?,
                }
                Ok(JsValue::UNDEFINED)
            })
        };
        let pull =
            Closure::<dyn FnMut(ReadableStreamDefaultController) -> Promise>::new(pull).into_js_value();
        let source = Object::new();
        // Fails only on an object that is frozen.
        let _ = Reflect::set(&source, &"pull".into(), &pull);
        let raw = web_sys::ReadableStream::new_with_underlying_source(&source);
        // The browser refuses only a source that is none.
        Self { raw: raw.unwrap_throw() }
    }

    /// The browser's own.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.raw
    }

    /// Its chunks; the stream is locked from then on.
    ///
    /// # Panics
    /// Throws when the stream is locked already, as the crate of this name does.
    pub fn into_stream(self) -> Chunks {
        Chunks { reader: self.raw.get_reader().unchecked_into(), next: None }
    }
}

/// The chunks of a readable stream.
#[derive(Debug)]
pub struct Chunks {
    reader: ReadableStreamDefaultReader,
    next: Option<JsFuture>,
}

impl Stream for Chunks {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let next = this.next.get_or_insert_with(|| JsFuture::from(this.reader.read()));
        let Poll::Ready(read) = Pin::new(next).poll(context) else { return Poll::Pending };
        this.next = None;
        Poll::Ready(match read {
            Ok(read) if Reflect::get(&read, &"done".into()).is_ok_and(|done| done.is_truthy()) => None,
            Ok(read) => Some(Reflect::get(&read, &"value".into())),
            Err(error) => Some(Err(error)),
        })
    }
}
