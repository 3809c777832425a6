//! Asks why an answer did not help. The centre takes few bytes, so they are counted before anything is sent.

use super::modal::{Modal, deed_of};
use super::row::Rows;
use crate::ui::composer::TELL_FROM_PERCENT;
use crate::ui::text;
use frontdesk_contract::MAX_REASON_BYTES;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};

/// Asks; `done` gets a reason that can be sent.
pub(super) fn open(rows: &Rows, place: &Element, done: impl Fn(String) + 'static) -> Option<Modal> {
    let words = &rows.words;
    let title = words.get(text::REASON_TITLE);
    let mut modal = Modal::new(rows, place, "fd-sheet fd-reason", &title)?;
    let dialog: &Element = modal.element();
    rows.add(dialog, "h2", "fd-title", &title)?;
    let max = words.locale.number(MAX_REASON_BYTES as u32);
    rows.add(dialog, "p", "fd-text", &words.fill(text::REASON_HINT, &[("max", &max)]))?;
    let field: HtmlTextAreaElement = rows.add(dialog, "textarea", "fd-comment", "")?.dyn_into().ok()?;
    rows.set(&field, &[("rows", "2"), ("dir", "auto"), ("autofocus", ""), ("aria-label", &title)]);
    let count = rows.add(dialog, "p", "fd-limit", "")?;
    let heard = rows.add(dialog, "p", "fd-sr", "")?;
    rows.set(&heard, &[("role", "status")]);
    let send = rows.button(dialog, "fd-button", "send", "")?;
    send.set_text_content(Some(&words.get(text::SEND)));
    let cancel = rows.button(dialog, "fd-button fd-quiet", "cancel", "")?;
    cancel.set_text_content(Some(&words.get(text::CANCEL)));

    let words = words.clone();
    let written = field.clone();
    let level = Cell::new(0);
    let measure = move || {
        let used = written.value().trim().len();
        let over = used > MAX_REASON_BYTES;
        let number = words.locale.number(used as u32);
        let told = words.fill(text::BYTES_USED, &[("used", &number), ("max", &max)]);
        count.set_text_content(Some(&told));
        // Not at every key.
        let now = u32::from(used * 100 >= MAX_REASON_BYTES * TELL_FROM_PERCENT) + u32::from(over);
        if level.replace(now) != now {
            heard.set_text_content(Some(&told));
        }
        let _ = count.toggle_attribute_with_force("data-over", over);
        let _ = send.set_attribute("aria-disabled", if over || used == 0 { "true" } else { "false" });
    };
    measure();
    modal.on("input", move |_| measure());
    let dialog = modal.element().clone();
    modal.on("click", move |event| match deed_of(&event).as_deref() {
        Some("send") => {
            let reason = field.value().trim().to_owned();
            if !reason.is_empty() && reason.len() <= MAX_REASON_BYTES {
                dialog.close();
                done(reason);
            }
        }
        Some(_) => dialog.close(),
        None => {}
    });
    modal.show();
    Some(modal)
}
