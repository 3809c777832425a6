//! Keeps the rows equal to the transcript, touching only what changed.

use super::announce::Announcer;
use super::blocks::Blocks;
use super::group::{self, Place};
use super::keys::{self, Step};
use super::row::Rows;
use super::scroll::Scroll;
use crate::ui::text;
use crate::ui::words::Words;
use crate::web::Listener;
use crate::web::locale::local_day;
use frontdesk_contract::ClientId;
use frontdesk_core::{Change, Entry, EntryKind, Transcript};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// More new messages at once are history rather than news.
const MAX_SPOKEN: usize = 5;

/// What a visitor does with a message that did not get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Try a refused one again.
    Retry,
    /// Send an unconfirmed one again.
    Again,
    /// Take the text back to the composer.
    Edit,
    /// Give it up.
    Delete,
}

/// What the transcript asks of its surroundings.
pub trait Surroundings {
    /// The visitor does something with a message.
    fn deed(&self, deed: Deed, id: &ClientId);
    /// Looks at the transcript.
    fn look(&self, look: &mut dyn FnMut(&Transcript));
    /// The visitor leaves the transcript for the composer.
    fn leave(&self);
}

/// The conversation on screen.
pub struct TranscriptView {
    rows: Rows,
    keys: RefCell<Vec<u32>>,
    blocks: RefCell<Blocks>,
    settled: RefCell<Vec<u32>>,
    scroller: Element,
    scroll: Scroll,
    typing: Element,
    announcer: Announcer,
    around: Box<dyn Surroundings>,
    listeners: RefCell<Vec<Listener>>,
}

impl TranscriptView {
    /// Builds the empty conversation in `parent`.
    pub fn new(parent: &Element, words: Rc<Words>, around: Box<dyn Surroundings>) -> Option<Rc<Self>> {
        let document = parent.owner_document()?;
        let make = |tag: &str, parent: &Element, attributes: &[(&str, &str)]| {
            let element = document.create_element(tag).ok()?;
            for (name, value) in attributes {
                element.set_attribute(name, value).ok()?;
            }
            parent.append_child(&element).ok()?;
            Some(element)
        };
        let label = words.get(text::TRANSCRIPT_LABEL);
        let log = [
            ("class", "fd-scroll"),
            ("role", "log"),
            ("aria-live", "off"),
            ("tabindex", "0"),
            ("aria-label", &label),
        ];
        let scroller = make("div", parent, &log)?;
        let lines = make("div", &scroller, &[("class", "fd-lines")])?;
        let blocks = make("div", &lines, &[])?;
        let typing = make("div", &lines, &[("class", "fd-typing"), ("hidden", "")])?;
        for _ in 0..3 {
            make("i", &typing, &[("aria-hidden", "true")])?;
        }
        let who = make("span", &typing, &[("class", "fd-sr")])?;
        who.set_text_content(None);
        let region = make("div", parent, &[("class", "fd-sr"), ("aria-live", "polite")])?;
        let rows = Rows { document: document.clone(), words: Rc::clone(&words) };
        let button = make("button", parent, &[("class", "fd-news"), ("type", "button"), ("hidden", "")])?;
        button.set_text_content(Some(&words.get(text::NEW_MESSAGES)));
        rows.icon(&button, crate::ui::icon::DOWN);
        let view = Rc::new(Self {
            rows,
            keys: RefCell::default(),
            blocks: RefCell::new(Blocks::new(document, blocks)),
            settled: RefCell::default(),
            scroll: Scroll::new(scroller.clone(), lines, button.clone()),
            scroller,
            typing,
            announcer: Announcer::new(region),
            around,
            listeners: RefCell::default(),
        });
        Self::listen(&view, &button);
        Some(view)
    }

    fn listen(view: &Rc<Self>, button: &Element) {
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
            on(&view.scroller, "focusin", |view, event| view.reach(&event, true)),
            on(&view.scroller, "focusout", |view, event| view.reach(&event, false)),
            on(button, "click", |view, _| {
                view.scroll.to_newest();
                view.focus_row(view.keys.borrow().len().wrapping_sub(1));
            }),
        ];
    }

    /// Takes the changes over. Their positions hold one after the other, while `transcript` is what all of them
    /// led to; so they only tell where to look.
    pub fn apply(&self, transcript: &Transcript, changes: &[Change]) {
        self.scroll.keep(|| self.reconcile(transcript, changes));
    }

    fn reconcile(&self, transcript: &Transcript, changes: &[Change]) {
        let entries = transcript.entries();
        let mut look = Vec::new();
        let mut removed = 0;
        let mut from = None;
        for change in changes {
            match *change {
                Change::Remove { key } => {
                    removed += 1;
                    if let Some(at) = self.position(key) {
                        self.remove(at);
                        look.extend([at.saturating_sub(1), at]);
                    }
                }
                Change::Insert { at } => from = Some(from.map_or(at, |from: usize| from.min(at))),
                Change::Update { .. } => {}
            }
        }
        if let Some(from) = from {
            let (first, count) = self.insert_missing(entries, from.saturating_sub(removed));
            look.extend(first.saturating_sub(1)..=first + count);
            self.tell(entries, first, count);
        }
        for change in changes {
            if let Change::Update { key } = change
                && let Some(at) = self.position(*key)
            {
                self.draw(entries, at, true);
                self.tell_failure(entries.get(at));
            }
        }
        for at in look {
            self.draw(entries, at, false);
        }
    }

    /// Makes the rows from `from` on equal to the entries; answers which are new.
    fn insert_missing(&self, entries: &[Entry], from: usize) -> (usize, usize) {
        let mut first = from.min(self.keys.borrow().len());
        let mut same_end = 0;
        {
            let keys = self.keys.borrow();
            while keys.get(first).is_some() && keys.get(first) == entries.get(first).map(|entry| &entry.key) {
                first += 1;
            }
            let ends = keys.iter().rev().zip(entries.iter().rev().map(|entry| &entry.key));
            let room = keys.len().min(entries.len()) - first.min(entries.len());
            same_end += ends.take(room).take_while(|(shown, wanted)| shown == wanted).count();
        }
        while self.keys.borrow().len() > first + same_end {
            self.remove(first);
        }
        let count = entries.len().saturating_sub(first + same_end);
        for at in first..first + count {
            let (Some(entry), Some(row)) = (entries.get(at), self.rows.create()) else { break };
            self.keys.borrow_mut().insert(at, entry.key);
            self.blocks.borrow_mut().insert(at, &row);
        }
        for at in first..first + count {
            self.draw(entries, at, true);
        }
        (first, count)
    }

    fn remove(&self, at: usize) {
        self.keys.borrow_mut().remove(at);
        self.blocks.borrow_mut().remove(at);
    }

    fn position(&self, key: u32) -> Option<usize> {
        self.keys.borrow().iter().rposition(|other| *other == key)
    }

    fn place(entries: &[Entry], at: usize) -> Option<(&Entry, Place)> {
        let entry = entries.get(at)?;
        let before = at.checked_sub(1).and_then(|before| entries.get(before));
        Some((entry, group::place(before, entry, entries.get(at + 1), local_day)))
    }

    /// Draws a row; one that only may stand differently among its neighbours is left alone if it does not.
    fn draw(&self, entries: &[Entry], at: usize, anyway: bool) {
        let Some((entry, place)) = Self::place(entries, at) else { return };
        let Some(row) = self.blocks.borrow().row(at) else { return };
        if anyway || row.class_name() != Rows::class(entry, place) {
            let settled = self.settled.borrow().contains(&entry.key);
            self.rows.fill(&row, entry, place, js_sys::Date::now() as u64, settled);
        }
    }

    /// Tells of new entries at the end: to the eyes of a visitor who reads further up, and to screen readers.
    fn tell(&self, entries: &[Entry], first: usize, count: usize) {
        if first + count != entries.len() {
            return;
        }
        let Some(new) = entries.get(first..) else { return };
        if new.iter().any(|entry| matches!(&entry.kind, EntryKind::Mine { .. } if entry.seq.is_none())) {
            return self.scroll.to_newest();
        }
        let sentences: Vec<String> = new
            .iter()
            .filter(|entry| !matches!(entry.kind, EntryKind::Mine { .. }))
            .map(|entry| self.rows.spoken(entry))
            .filter(|sentence| !sentence.is_empty())
            .collect();
        if !sentences.is_empty() {
            self.scroll.news();
            if sentences.len() <= MAX_SPOKEN {
                self.announcer.say(&sentences);
            }
        }
    }

    fn tell_failure(&self, entry: Option<&Entry>) {
        use frontdesk_core::MineState::{Failed, Unconfirmed};
        if let Some(entry) = entry
            && let EntryKind::Mine { state: Failed(_) | Unconfirmed, .. } = entry.kind
        {
            self.announcer.say(&[self.rows.spoken(entry)]);
        }
    }

    /// Shows or hides that somebody is typing.
    pub fn set_typing(&self, who: Option<&str>) {
        let hidden = self.typing.toggle_attribute_with_force("hidden", who.is_none());
        let name = self.typing.last_element_child();
        if let (Ok(_), Some(name)) = (hidden, name) {
            let sentence = who.map(|who| self.rows.words.fill(text::TYPING, &[("name", who)]));
            name.set_text_content(sentence.as_deref());
        }
    }

    fn key(&self, event: &KeyboardEvent) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
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
                match row.query_selector("a, button") {
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

    fn index_of(&self, row: &Element) -> Option<usize> {
        let blocks = self.blocks.borrow();
        (0..self.keys.borrow().len()).rev().find(|at| blocks.row(*at).as_ref() == Some(row))
    }

    fn focus_row(&self, at: usize) {
        let Some(row) = self.blocks.borrow().row(at) else { return };
        let mut spoken = String::new();
        self.around.look(&mut |transcript| {
            spoken = transcript.get(at).map(|entry| self.rows.spoken(entry)).unwrap_or_default();
        });
        keys::focus(&row, &spoken);
    }

    fn reach(&self, event: &web_sys::Event, reach: bool) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let row = target.and_then(|target| keys::row_of(&target));
        if let Some(row) = row {
            keys::reach_links(&row, reach);
        }
    }

    fn click(&self, event: web_sys::Event) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let Some(button) = target.closest("[data-do]").ok().flatten() else { return };
        let at = keys::row_of(&button).and_then(|row| self.index_of(&row));
        let (Some(at), Some(deed)) = (at, button.get_attribute("data-do")) else { return };
        let mut message = None;
        self.around.look(&mut |transcript| {
            if let Some(Entry { key, kind: EntryKind::Mine { id, .. }, .. }) = transcript.get(at) {
                message = Some((*key, id.clone()));
            }
        });
        let Some((key, id)) = message else { return };
        let deed = match deed.as_str() {
            "retry" => Deed::Retry,
            "again" => Deed::Again,
            "edit" => Deed::Edit,
            "delete" => Deed::Delete,
            _ => return self.settle(at, key),
        };
        if deed == Deed::Again {
            self.settle(at, key);
        }
        self.around.deed(deed, &id);
    }

    /// An unconfirmed message stays as it is; it is not asked about again.
    fn settle(&self, at: usize, key: u32) {
        self.settled.borrow_mut().push(key);
        self.around.look(&mut |transcript| self.draw(transcript.entries(), at, true));
        self.focus_row(at);
    }
}
