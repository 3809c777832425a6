//! One line each about the connection and the storage. The region stays, so that screen readers hear what enters it.

use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{block, button, fixed, icon_button, line, nothing, piece, region};
use crate::ui::text;
use frontdesk_core::{Connection, Input};
use leptos::prelude::*;

const TROUBLE: u32 = 1;
const MEMORY: u32 = 2;
const CENTRE: u32 = 4;
const NOT_RECEIVING: u32 = 8;
const NOT_SENDING: u32 = 16;

/// The notices below the header.
pub fn notices(context: Context) -> AnyView {
    let dismissed = RwSignal::new(0);
    let shown = context.key(|view| {
        let line = match (view.connection, view.centre_away) {
            (Connection::NotReceiving, _) => NOT_RECEIVING,
            (_, true) => CENTRE,
            (Connection::NotSending, _) => NOT_SENDING,
            (Connection::Trouble, _) => TROUBLE,
            (Connection::Fine, _) => 0,
        };
        line | (if view.memory_only { MEMORY } else { 0 })
    });
    let content = piece(move || {
        let shown = shown.get() & !dismissed.get();
        let mut lines = Vec::new();
        for (line_of, sentence) in [
            (TROUBLE, text::NOTICE_TROUBLE),
            (NOT_RECEIVING, text::NOTICE_NOT_RECEIVING),
            (NOT_SENDING, text::NOTICE_NOT_SENDING),
        ] {
            if shown & line_of != 0 {
                let sentence = line("", fixed(context.text(sentence)));
                lines.push(block("fd-notice fd-notice-trouble", vec![sentence]));
            }
        }
        if shown & CENTRE != 0 {
            let sentence = line("", fixed(context.text(text::NOTICE_CENTRE)));
            let again = button("fd-link", context.text(text::TRY_AGAIN), move || context.act(Input::Woken));
            lines.push(block("fd-notice fd-notice-trouble", vec![sentence, again]));
        }
        if shown & MEMORY != 0 {
            let sentence = line("", fixed(context.text(text::NOTICE_MEMORY)));
            let dismiss =
                icon_button("fd-icon-button", icon::CLOSE, context.text(text::DISMISS), move || {
                    dismissed.set(MEMORY);
                    context.settle_focus();
                });
            lines.push(block("fd-notice", vec![sentence, dismiss]));
        }
        if lines.is_empty() { nothing() } else { block("", lines) }
    });
    region("fd-notices", "status", None, vec![content])
}
