//! What a visitor does in the conversation: keys, clicks, scrolling, the focus on its way.

use super::super::keys::{self, Step};
use super::super::lightbox::{self, Picture};
use super::super::{media, reason};
use super::{Deed, TranscriptView};
use crate::ui::text;
use crate::web::Listener;
use frontdesk_contract::Body;
use frontdesk_core::{Entry, EntryKind, Input};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// So near to the top earlier messages are asked for, in CSS pixels.
const NEAR_TOP: i32 = 120;

impl TranscriptView {
    pub(super) fn listen(view: &Rc<Self>, button: &Element) {
        let own = Rc::downgrade(view);
        let on = |target: &Element, name, run: fn(&Self, web_sys::Event)| {
            let own = own.clone();
            let heard = move |event| {
                if let Some(view) = own.upgrade() {
                    run(&view, event);
                }
            };
            Listener::new(target, name, Box::new(heard))
        };
        *view.listeners.borrow_mut() = vec![
            on(&view.scroller, "keydown", |view, event| {
                if let Ok(event) = event.dyn_into() {
                    view.key(&event);
                }
            }),
            on(&view.scroller, "click", Self::click),
            on(&view.scroller, "scroll", |view, _| view.scrolled()),
            on(&view.scroller, "focusin", |view, event| view.reach(&event, true)),
            on(&view.scroller, "focusout", |view, event| view.reach(&event, false)),
            on(button, "click", |view, _| {
                view.scroll.to_newest();
                view.focus_row(view.keys.borrow().len().wrapping_sub(1));
            }),
        ];
        let failed = own.clone();
        let failed = move |event: web_sys::Event| {
            if let (Some(view), Some(element)) = (failed.upgrade(), target_of(&event)) {
                media::failed(&view.rows, &view.around, &element, &view.renewed);
            }
        };
        let loaded = |event: web_sys::Event| {
            if let Some(element) = target_of(&event) {
                let _ = element.set_attribute("data-shown", "");
            }
        };
        // Of elements these do not bubble.
        view.listeners.borrow_mut().extend([
            Listener::capture(&view.scroller, "error", Box::new(failed)),
            Listener::capture(&view.scroller, "load", Box::new(loaded)),
        ]);
        if let Some(near) = &view.rows.near {
            near.listen(Box::new(move |element| {
                if let Some(view) = own.upgrade() {
                    media::load(&view.rows, &view.around, &element, false);
                }
            }));
        }
    }

    /// At the top there may be more.
    fn scrolled(&self) {
        let hidden = self.scroller.scroll_height() - self.scroller.client_height();
        if self.older.waits() && hidden > 0 && self.scroller.scroll_top() + hidden < NEAR_TOP {
            self.around.scroll_on();
        }
    }

    fn reach(&self, event: &web_sys::Event, reach: bool) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let row = target.and_then(|target| keys::row_of(&target));
        if let Some(row) = row {
            keys::reach_inside(&row, reach);
        }
    }

    fn key(&self, event: &KeyboardEvent) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        // A player has keys of its own.
        if target.has_attribute("controls") && event.key() != "Escape" {
            return;
        }
        let Some(step) = keys::step(event) else { return };
        let row = keys::row_of(&target);
        let at = row.as_ref().and_then(|row| self.index_of(row));
        let last = self.keys.borrow().len().wrapping_sub(1);
        let inside = row.as_ref().is_some_and(|row| *row != target);
        match (step, at) {
            (Step::Into, _) if inside => return,
            (Step::By(by), Some(at)) => self.focus_row(at.saturating_add_signed(by as isize).min(last)),
            (Step::By(_) | Step::Last, _) => self.focus_row(last),
            (Step::First, _) => self.focus_row(0),
            (Step::Into, _) => {
                let Some(row) = row else { return };
                match row.query_selector("a, button, [controls]") {
                    Ok(Some(first)) => {
                        let _ = first.unchecked_into::<HtmlElement>().focus();
                    }
                    _ => return,
                }
            }
            (Step::Out, Some(at)) if inside => self.focus_row(at),
            (Step::Out, Some(_)) => self.around.leave(),
            // From the conversation as a whole, Escape closes the panel.
            (Step::Out, None) => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    fn click(&self, event: web_sys::Event) {
        let Some(target) = target_of(&event) else { return };
        let Some(button) = target.closest("[data-do]").ok().flatten() else { return };
        if button.closest("[aria-disabled=true]").is_ok_and(|found| found.is_some()) {
            return;
        }
        let Some(deed) = button.get_attribute("data-do") else { return };
        if deed == "older" {
            return self.around.emit(Input::Earlier);
        }
        let at = keys::row_of(&button).and_then(|row| self.index_of(&row));
        let Some(at) = at else { return };
        let mut found = None;
        self.around.look(&mut |transcript| found = transcript.get(at).cloned());
        let Some(Entry { key, kind, .. }) = found else { return };
        match (deed.as_str(), kind) {
            ("ask", _) => self.around.emit(Input::Send(button.text_content().unwrap_or_default())),
            ("call" | "video", _) if self.around.call(deed == "video") => {}
            ("call" | "video", _) => self.refuse_call(&button),
            ("up", EntryKind::Theirs { id, .. }) => {
                self.around.emit(Input::Judge { message: id, helpful: true, reason: String::new() });
            }
            ("down", EntryKind::Theirs { id, .. }) => {
                let around = Rc::clone(&self.around);
                let done = move |reason| {
                    around.emit(Input::Judge { message: id.clone(), helpful: false, reason });
                };
                self.over.replace(reason::open(&self.rows, &self.place, done));
            }
            ("view", _) => self.view(&button),
            (
                "get",
                EntryKind::Mine { body: Body::File(file), .. }
                | EntryKind::Theirs { body: Body::File(file), .. },
            ) => media::save(&self.around, &button, &file.file, &file.name),
            ("reload", _) => {
                let bubble = button.closest(".fd-bubble").ok().flatten();
                let element = bubble.and_then(|bubble| bubble.query_selector(".fd-media").ok().flatten());
                if let (Some(element), Some(line)) = (element, button.parent_element()) {
                    line.remove();
                    media::load(&self.rows, &self.around, &element, true);
                }
            }
            (deed, EntryKind::Mine { id, .. }) => {
                if deed == "leave" {
                    self.settle(at, key);
                }
                let deed = match deed {
                    "retry" => Deed::Retry,
                    "again" => Deed::Again,
                    "edit" => Deed::Edit,
                    _ => Deed::Delete,
                };
                self.around.deed(deed, &id);
            }
            _ => {}
        }
    }

    /// Shows a picture large, with all others of the conversation beside it.
    fn view(&self, button: &Element) {
        let Ok(all) = self.scroller.query_selector_all(".fd-picture > .fd-media") else { return };
        let mut pictures = Vec::new();
        let mut at = 0;
        for image in (0..all.length()).filter_map(|at| all.item(at)?.dyn_into::<Element>().ok()) {
            if button.contains(Some(&image)) {
                at = pictures.len();
            }
            let get = |name| image.get_attribute(name).unwrap_or_default();
            pictures.push(Picture { file: get("data-file"), name: get("alt") });
        }
        self.over.replace(lightbox::open(&self.rows, &self.around, &self.place, pictures, at));
    }

    fn refuse_call(&self, button: &Element) {
        let sentence = self.rows.words.get(text::CALL_NOT_HERE);
        let Some(parent) = button.parent_element() else { return };
        if parent.query_selector(".fd-trouble").is_ok_and(|shown| shown.is_none()) {
            self.rows.add(&parent, "div", "fd-trouble", &sentence);
        }
        self.announcer.say(&[sentence]);
    }

    /// An unconfirmed message stays as it is; it is not asked about again.
    fn settle(&self, at: usize, key: u32) {
        self.settled.borrow_mut().push(key);
        self.around.look(&mut |transcript| self.draw(transcript.entries(), at, true));
        self.focus_row(at);
    }

    fn index_of(&self, row: &Element) -> Option<usize> {
        let blocks = self.blocks.borrow();
        (0..self.keys.borrow().len()).rev().find(|at| blocks.row(*at).as_ref() == Some(row))
    }

    pub(super) fn focus_row(&self, at: usize) {
        let Some(row) = self.blocks.borrow().row(at) else { return };
        let mut spoken = String::new();
        self.around.look(&mut |transcript| {
            spoken = transcript.get(at).map(|entry| self.rows.spoken(entry)).unwrap_or_default();
        });
        keys::focus(&row, &spoken);
    }
}

fn target_of(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
