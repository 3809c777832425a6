//! What lies over the panel for a moment: the browser's own dialog, which holds the focus, closes with Escape and gives
//! the focus back.

use super::row::Rows;
use crate::web::Listener;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, HtmlDialogElement};

/// A dialog; gone on drop.
pub(super) struct Modal {
    dialog: HtmlDialogElement,
    listeners: Vec<Listener>,
}

impl Modal {
    /// An empty dialog below `place`, to be filled and shown.
    pub(super) fn new(rows: &Rows, place: &Element, class: &str, label: &str) -> Option<Self> {
        let dialog: HtmlDialogElement = rows.add(place, "dialog", class, "")?.dyn_into().ok()?;
        rows.set(&dialog, &[("aria-label", label)]);
        let mut modal = Self { dialog, listeners: Vec::new() };
        // The panel behind must not take its keys, Escape first of all.
        modal.on("keydown", |event| event.stop_propagation());
        let dialog = modal.dialog.clone();
        // Not dropped here: this listener is among what would go.
        modal.on("close", move |_| dialog.remove());
        Some(modal)
    }

    pub(super) fn element(&self) -> &HtmlDialogElement {
        &self.dialog
    }

    /// Hears of an event in it.
    pub(super) fn on(&mut self, name: &'static str, run: impl FnMut(Event) + 'static) {
        let target: &EventTarget = &self.dialog;
        self.listeners.push(Listener::new(target, name, Box::new(run)));
    }

    pub(super) fn show(&self) {
        let _ = self.dialog.show_modal();
    }
}

impl Drop for Modal {
    fn drop(&mut self) {
        self.dialog.remove();
    }
}

/// What the button under an event does.
pub(super) fn deed_of(event: &Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-do]").ok()??.get_attribute("data-do")
}
