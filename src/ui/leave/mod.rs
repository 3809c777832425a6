//! A message for later: a number to call back and what it is about. A part of its own, with the opening hours.

pub mod spans;

#[cfg(target_arch = "wasm32")]
mod form;
#[cfg(target_arch = "wasm32")]
mod hours;

#[cfg(target_arch = "wasm32")]
use crate::{lazy, ui::context::Context, ui::parts};
#[cfg(target_arch = "wasm32")]
use leptos::prelude::*;

/// The form over the panel, while it is open.
#[cfg(target_arch = "wasm32")]
pub fn leave(context: Context) -> AnyView {
    parts::piece(move || {
        if !context.leaving.get() {
            return parts::nothing();
        }
        let form = lazy::later(context, move || Box::pin(form::form_part(context)));
        let label = context.text(crate::ui::text::LEAVE_MESSAGE);
        let sheet = parts::region("fd-sheet fd-leave", "dialog", Some(label), vec![form]);
        parts::block("fd-veil", vec![sheet])
    })
}

/// When the desk is open, where it says so.
#[cfg(target_arch = "wasm32")]
pub fn hours(context: Context) -> AnyView {
    let said = context.desk().offers().is_some_and(|offers| offers.hours.is_some());
    if said { lazy::later(context, move || Box::pin(hours::hours_part(context))) } else { parts::nothing() }
}
