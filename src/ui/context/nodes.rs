//! The elements of one widget, and which of them has the focus.

use super::Desk;
use crate::ui::view_state::ViewState;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement, ShadowRoot};

impl Desk {
    /// Focuses the composer, or what can be used instead.
    pub fn focus_first(&self) {
        for wanted in [
            ".fd-leave .fd-field",
            ".fd-sheet .fd-quiet",
            ".fd-input",
            ".fd-dock button",
            // No button of a message: it may be far up, and then the conversation would go there.
            ".fd-welcome button",
            ".fd-header button",
        ] {
            if let Some(element) = self.find(wanted) {
                let _ = element.unchecked_into::<HtmlElement>().focus();
                return;
            }
        }
    }

    /// The visitor has opened the panel: the composer gets the focus, now or when it appears. Once closed, no longer.
    pub fn focus_composer(&self, wanted: bool) {
        self.awaits_field.set(wanted && self.field().is_none());
        if wanted {
            self.focus_first();
        }
    }

    /// Whether the composer, which has appeared, is to have the focus.
    pub fn takes_focus(&self) -> bool {
        self.awaits_field.take()
    }

    /// The field where the visitor writes.
    pub fn field(&self) -> Option<HtmlTextAreaElement> {
        self.find(".fd-input").map(JsCast::unchecked_into)
    }

    /// The text in a field.
    pub fn value_of(&self, selector: &str) -> String {
        self.find(selector)
            .map(|field| field.unchecked_into::<HtmlTextAreaElement>().value())
            .unwrap_or_default()
    }

    /// The first element of the widget that matches.
    pub fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).ok().flatten()
    }

    /// While a question lies over the panel, nothing behind it can be reached.
    pub fn cover(&self, covered: bool) {
        let Some(panel) = self.find(".fd-panel") else { return };
        let behind = panel.children();
        for element in (0..).map_while(|at| behind.item(at)) {
            let veil = element.matches(".fd-veil").unwrap_or(true);
            let _ = element.toggle_attribute_with_force("inert", covered && !veil);
        }
    }

    pub(super) fn quieten(&self, state: &ViewState) {
        if let Some(body) = self.find(".fd-body") {
            let quiet = state.welcome || state.refused.is_some();
            let _ = body.toggle_attribute_with_force("data-quiet", quiet);
        }
    }

    /// Whether the focus is in the website or another window, and so not ours to move. With frame or shadow root of its own, the
    /// widget sees nothing of what has it there.
    pub(super) fn focus_is_elsewhere(&self) -> bool {
        let Some(document) = self.root.owner_document() else { return true };
        if !document.has_focus().unwrap_or(true) {
            return true;
        }
        let Some(active) = document.active_element() else { return false };
        let nobody = document.body().is_some_and(|body| *body == active);
        let root = self.root.get_root_node();
        let host = root.dyn_ref::<ShadowRoot>().is_some_and(|shadow| shadow.host() == active);
        !nobody && !host && !self.root.contains(Some(&active))
    }

    pub(super) fn has_focus(&self) -> bool {
        let inside = if self.find(".fd-sheet").is_some() { ".fd-sheet :focus" } else { ":focus" };
        self.find(inside).is_some()
    }
}
