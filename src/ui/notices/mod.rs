//! One line each about the connection and the storage. The region stays, so that screen readers hear what enters it.

use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{block, icon_button, line, nothing, piece, words};
use crate::ui::text;
use leptos::prelude::*;

/// The notices below the header.
pub fn notices(context: Context) -> AnyView {
    let dismissed = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let view = context.view();
        (view.trouble, view.memory_only && !dismissed.get())
    });
    let content = piece(move || {
        let (trouble, memory) = shown.get();
        let mut lines = Vec::new();
        if trouble {
            let sentence = line("", words(move || context.text(text::NOTICE_TROUBLE)));
            lines.push(block("fd-notice fd-notice-trouble", vec![sentence]));
        }
        if memory {
            let sentence = line("", words(move || context.text(text::NOTICE_MEMORY)));
            let dismiss = icon_button(icon::CLOSE, context.text(text::DISMISS), move || {
                dismissed.set(true);
                context.settle_focus();
            });
            lines.push(block("fd-notice", vec![sentence, dismiss]));
        }
        if lines.is_empty() { nothing() } else { block("", lines) }
    });
    view! { class="fd", <div class="fd-notices" role="status">{content}</div> }.into_any()
}
