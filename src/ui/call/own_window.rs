//! The way to a window of the desk's own, which takes the visitor over before a call.
//!
//! A plain link, so that no popup blocker is in its way. With the click it gets a ticket, of which the proxy is told at the
//! same time; the window redeems it (`docs/decisions/0014-a-ticket-for-another-window.md`).

use crate::ui::context::Context;
use crate::ui::text;
use crate::web::call::asks;
use crate::web::{Transport, clock};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

/// The link.
pub(super) fn own_window(context: Context, class: &'static str) -> AnyView {
    let class = ["fd-own-window ", class].concat();
    let address = context.desk().own_window();
    let label = context.text(text::CALL_OWN_WINDOW);
    let followed = move |_: leptos::ev::MouseEvent| prepare(context);
    // The window tells its opener that it is there, and the proxy who opened it.
    view! { class="fd",
        <a
            class=class
            href=address
            target="_blank"
            rel="opener"
            referrerpolicy="origin"
            on:click=followed
            on:auxclick=followed
            on:contextmenu=followed
        >
            {label}
        </a>
    }
    .into_any()
}

/// The page lies in a frame, which another one surrounds.
pub(super) fn is_framed() -> bool {
    web_sys::window()
        .is_some_and(|window| window.parent().ok().flatten().is_some_and(|parent| parent != window))
}

/// The link is about to be followed. Without a session it leads to the desk and no more.
fn prepare(context: Context) {
    let desk = context.desk();
    let Some((link, credential)) = desk.find(".fd-own-window").zip(desk.credential()) else { return };
    let Some(ticket) = ticket() else { return };
    let address = [&desk.own_window(), "#ticket=", &ticket].concat();
    let _ = link.set_attribute("href", &address);
    register(&desk.transport, &credential, &ticket);
    let weak = Rc::downgrade(&desk);
    let left = Closure::once_into_js(move || -> JsValue {
        if weak.upgrade().is_none() {
            return JsValue::NULL;
        }
        context.close_calls();
        context.take_draft().into()
    });
    desk.host.hand_over(&ticket, left);
}

/// 32 random bytes in base64url without padding.
fn ticket() -> Option<String> {
    let chance = [clock::chance(), clock::chance()];
    // Nothing but zeros is what a browser without a generator answers.
    if chance.contains(&0) {
        return None;
    }
    let bytes: String = chance.iter().flat_map(|bits| bits.to_be_bytes()).map(char::from).collect();
    let text = web_sys::window()?.btoa(&bytes).ok()?;
    Some(text.trim_end_matches('=').replace('+', "-").replace('/', "_"))
}

/// If the request fails, the window is refused and says so.
fn register(transport: &Transport, credential: &str, ticket: &str) {
    // Letters, digits, `-` and `_`: nothing to escape.
    let body = ["{\"ticket\":\"", ticket, "\"}"].concat();
    let parts = ("POST", "session/ticket", Some(JsValue::from(body)));
    asks::outliving(transport, parts, credential);
}
