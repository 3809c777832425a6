//! The place where the visitor reads. The scroller runs from bottom to top (`column-reverse`), so its zero is the
//! newest message and it stays there by itself.

use crate::web::Listener;
use std::cell::Cell;
use std::rc::Rc;
use web_sys::Element;

/// So near to the newest message counts as being there, in CSS pixels.
const NEAR: i32 = 40;

/// The scroller.
pub(super) struct Scroll {
    scroller: Element,
    lines: Element,
    button: Element,
    away: Rc<Cell<bool>>,
    _listener: Listener,
}

impl Scroll {
    /// `button` brings the visitor back to the newest message.
    pub(super) fn new(scroller: Element, lines: Element, button: Element) -> Self {
        let away = Rc::new(Cell::new(false));
        let listen = {
            let (scroller, button, away) = (scroller.clone(), button.clone(), Rc::clone(&away));
            move |_| {
                away.set(scroller.scroll_top() < -NEAR);
                if !away.get() {
                    hide(&button, true);
                }
            }
        };
        let listener = Listener::new(&scroller, "scroll", Box::new(listen));
        Self { scroller, lines, button, away, _listener: listener }
    }

    /// Changes the rows. A visitor who reads further up keeps the place; nothing is measured for one who does not.
    /// `change` answers whether what it changed may be below: what is above moves nothing, as the scroller counts from
    /// the bottom.
    pub(super) fn keep(&self, change: impl FnOnce() -> bool) {
        if !self.away.get() {
            change();
            return;
        }
        let before = self.lines.client_height();
        if change() {
            let grown = self.lines.client_height() - before;
            self.scroller.set_scroll_top(self.scroller.scroll_top() - grown);
        }
    }

    /// Something new came at the end.
    pub(super) fn news(&self) {
        if self.away.get() {
            hide(&self.button, false);
        }
    }

    /// Goes to the newest message.
    pub(super) fn to_newest(&self) {
        self.scroller.set_scroll_top(0);
        self.away.set(false);
        hide(&self.button, true);
    }
}

fn hide(element: &Element, hidden: bool) {
    let _ = element.toggle_attribute_with_force("hidden", hidden);
}
