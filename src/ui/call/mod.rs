//! Calls: the button that opens the call view, and the view itself, a part of its own.

mod card;
mod controls;
mod own_window;
mod side;
mod stages;
mod told;

use crate::{lazy, ui::context::Context, ui::icon, ui::parts, ui::text};
use frontdesk_contract::CallStatus;
use leptos::prelude::*;

/// What the widget tells its calls.
pub trait CallSide {
    /// How the centre says that the call stands.
    fn status(&self, status: &CallStatus);
    /// The visitor wants the call view.
    fn open(&self);
    /// The host wants the call to end.
    fn hang_up(&self);
    /// The widget is taken away.
    fn leave(&self);
}

/// Opens the call view, where calls can be asked for.
pub fn opener(context: Context) -> AnyView {
    let possible = context.key(|view| (view.calls.audio || view.calls.video).into());
    let has_phone = context.desk().host.softphone().is_some();
    parts::piece(move || {
        if possible.get() == 0 || !has_phone {
            return parts::nothing();
        }
        let label = context.text(text::CALL_OPEN);
        parts::icon_button("fd-icon-button fd-call-open", icon::PHONE, label, move || context.open_calls())
    })
}

/// The call view, once it was opened.
pub fn call(context: Context) -> AnyView {
    parts::piece(move || {
        if context.calling.get() {
            lazy::later(context, move || Box::pin(card::call_part(context)))
        } else {
            parts::nothing()
        }
    })
}
