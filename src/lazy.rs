//! Parts of the widget that most visitors never open, loaded when they are first needed.
//!
//! With the feature `split` each part becomes a WASM file of its own, made by the splitting step of `cargo xtask build`.
//! Without it, in `pkg/` and in tests, the same functions are called directly.

use crate::ui::context::Context;
use crate::ui::parts::{block, button, fixed, line, nothing, piece};
use crate::ui::text;
use crate::web::Timer;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll, Waker};
use wasm_bindgen_futures::spawn_local;

/// A part could not be loaded: the network is away, or the proxy was updated since this page was opened.
#[derive(Clone, Copy, Debug)]
pub struct Missing;

#[cfg(feature = "split")]
impl From<wasm_split_helpers::SplitLoaderError> for Missing {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// Puts a function, and all that only it needs, into the named part. It becomes `async` and answers a `Result`, as the
/// part may have to be fetched first.
macro_rules! part {
    ($part:ident: $(#[$attr:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $result:ty $body:block) => {
        $(#[$attr])*
        #[cfg(feature = "split")]
        #[allow(unsafe_code, reason = "by the macro: calls across the border of two WASM files")]
        #[wasm_split_helpers::wasm_split($part, fallible)]
        $vis fn $name($($arg: $type),*) -> Result<$result, $crate::lazy::Missing> {
            Ok($body)
        }

        $(#[$attr])*
        #[cfg(not(feature = "split"))]
        $vis async fn $name($($arg: $type),*) -> Result<$result, $crate::lazy::Missing> {
            Ok($body)
        }
    };
}
pub(crate) use part;

/// A view on its way.
pub type Coming = Pin<Box<dyn Future<Output = Result<AnyView, Missing>>>>;

const COMING: u32 = 0;
const HERE: u32 = 1;
const FAILED: u32 = 2;

/// After the first failure the part is asked for again after this time, then after twice as long, and so on, in
/// milliseconds.
const AGAIN_MS: u64 = 1_000;
/// No wait is longer.
const LONGEST_MS: u64 = 30_000;

/// A view of another part: a sentence until it is there. When it cannot be loaded it is asked for again from time to
/// time, and as soon as the visitor wants. One that has been loaded before is there at once.
pub fn later(context: Context, load: impl Fn() -> Coming + 'static) -> AnyView {
    later_now(context, Box::new(load))
}

/// Waits for the sentences that parts need.
///
/// # Errors
/// They cannot be had now.
pub async fn words(context: Context) -> Result<(), Missing> {
    let coming = context.try_desk().and_then(|desk| desk.host.more_texts());
    match coming {
        Some(coming) => coming.await.map(drop).map_err(|_| Missing),
        None => Ok(()),
    }
}

fn later_now(context: Context, load: Box<dyn Fn() -> Coming>) -> AnyView {
    let load = Rc::new(load);
    let state = RwSignal::new(COMING);
    let view = StoredValue::new_local(None::<AnyView>);
    let timer = StoredValue::new_local(None::<Timer>);
    let mut wait_ms = AGAIN_MS;
    let begin = move || {
        // What the view makes belongs to who asked for it, and goes with it.
        let load = Rc::clone(&load);
        let mut coming = Box::pin(ScopedFuture::new_untracked(async move {
            words(context).await?;
            load().await
        }));
        let come = move |result: Result<AnyView, Missing>| {
            let now = if result.is_ok() { HERE } else { FAILED };
            // Whoever asked may be gone by now.
            view.try_set_value(result.ok());
            state.try_set(now);
        };
        match coming.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => come(result),
            Poll::Pending => spawn_local(async move { come(coming.await) }),
        }
    };
    begin();
    let begin = StoredValue::new_local(begin);
    // By the visitor or by the timer, whoever is first.
    let again = move || {
        if state.try_get_untracked() == Some(FAILED) {
            state.set(COMING);
            begin.with_value(|begin| begin());
        }
    };
    piece(move || match state.get() {
        HERE => view.try_update_value(Option::take).flatten().unwrap_or_else(nothing),
        FAILED => {
            timer.set_value(Some(Timer::after(wait_ms, Box::new(again))));
            wait_ms = (wait_ms * 2).min(LONGEST_MS);
            block(
                "fd-card",
                vec![
                    line("fd-text", fixed(context.text(text::ERROR_CONNECTION))),
                    button("fd-button fd-quiet", context.text(text::TRY_AGAIN), again),
                ],
            )
        }
        _ => line("fd-text fd-coming", fixed(context.text(text::STARTING))),
    })
}
