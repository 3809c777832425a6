//! Keeps the rows equal to the transcript, touching only what changed.

use super::announce::Announcer;
use super::blocks::Blocks;
use super::group::{self, Place};
use super::keys::{self, Step};
use super::lightbox::{self, Picture};
use super::media::{self, Renewed};
use super::modal::Modal;
use super::older::Older;
use super::reason;
use super::row::Rows;
use super::scroll::Scroll;
use crate::ui::text;
use crate::ui::words::Words;
use crate::web::locale::local_day;
use crate::web::{Listener, Near};
use frontdesk_contract::{Body, ClientId, ContactState, ErrorCode};
use frontdesk_core::{Change, Entry, EntryKind, HistoryState, Input, Transcript};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// More new messages at once are history rather than news.
const MAX_SPOKEN: usize = 5;
/// So near to the top earlier messages are asked for, in CSS pixels.
const NEAR_TOP: i32 = 120;
/// So far from the newest message are questions looked for that can still be sent with one tap.
const MAX_CHOICE_AGE: usize = 50;

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
    /// Emits an input.
    fn emit(&self, input: Input);
    /// Where a file can be loaded from for some minutes, see [`crate::web::Files::address`].
    fn address(&self, file: &str, renew: bool, done: Box<dyn FnOnce(Option<String>)>);
    /// The visitor takes up an invitation to a call. False: calls are not possible here.
    fn call(&self, video: bool) -> bool;
    /// Looks at the transcript.
    fn look(&self, look: &mut dyn FnMut(&Transcript));
    /// The visitor leaves the transcript for the composer.
    fn leave(&self);
}

/// The conversation, as what is around it knows it.
pub trait Conversation {
    /// Takes the changes over. Their positions hold one after the other, while `transcript` is what all of them
    /// led to; so they only tell where to look.
    fn apply(&self, transcript: &Transcript, changes: &[Change]);
    /// Shows where the earlier messages stand.
    fn set_history(&self, state: HistoryState);
    /// Shows below the answer of this id why its judgement was refused.
    fn set_judge_refused(&self, transcript: &Transcript, refused: Option<(&str, Option<ErrorCode>)>);
    /// Shows or hides that somebody is typing.
    fn set_typing(&self, who: Option<&str>);
}

/// The conversation on screen.
pub struct TranscriptView {
    rows: Rc<Rows>,
    place: Element,
    keys: RefCell<Vec<u32>>,
    blocks: RefCell<Blocks>,
    settled: RefCell<Vec<u32>>,
    scroller: Element,
    scroll: Scroll,
    typing: Element,
    announcer: Announcer,
    older: Older,
    renewed: Renewed,
    /// Key of the entry whose questions can be sent; 0: none.
    choosing: Cell<u32>,
    /// The last judgement that was refused: id of the message, and why.
    judge_refused: RefCell<Option<(String, Option<ErrorCode>)>>,
    over: RefCell<Option<Modal>>,
    around: Rc<dyn Surroundings>,
    listeners: RefCell<Vec<Listener>>,
}

impl Conversation for TranscriptView {
    fn apply(&self, transcript: &Transcript, changes: &[Change]) {
        self.scroll.keep(|| self.reconcile(transcript, changes));
    }

    fn set_history(&self, state: HistoryState) {
        if let Some(said) = self.older.show(&self.rows, state, &self.scroller) {
            self.announcer.say(&[said]);
        }
    }

    fn set_judge_refused(&self, transcript: &Transcript, refused: Option<(&str, Option<ErrorCode>)>) {
        let refused = refused.map(|(id, code)| (id.to_owned(), code));
        let before = self.judge_refused.replace(refused.clone());
        if before == refused {
            return;
        }
        for (id, _) in before.iter().chain(&refused) {
            let entries = transcript.entries();
            let judged =
                |entry: &Entry| matches!(&entry.kind, EntryKind::Theirs { id: own, .. } if own == id);
            if let Some(at) = entries.iter().rposition(judged) {
                self.draw(entries, at, true);
            }
        }
        if let Some((_, code)) = refused {
            self.announcer.say(&[self.rows.words.get(text::of_error(code))]);
        }
    }

    fn set_typing(&self, who: Option<&str>) {
        let hidden = self.typing.toggle_attribute_with_force("hidden", who.is_none());
        let name = self.typing.last_element_child();
        if let (Ok(_), Some(name)) = (hidden, name) {
            let sentence = who.map(|who| self.rows.words.fill(text::TYPING, &[("name", who)]));
            name.set_text_content(sentence.as_deref());
        }
    }
}

impl TranscriptView {
    /// Builds the empty conversation in `parent`.
    pub fn new(parent: &Element, words: Rc<Words>, around: Rc<dyn Surroundings>) -> Option<Rc<Self>> {
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
        let near = Near::new();
        let rows = Rc::new(Rows { document: document.clone(), words: Rc::clone(&words), near });
        let older = Older::new(&rows, &lines)?;
        let blocks = make("div", &lines, &[])?;
        let typing = make("div", &lines, &[("class", "fd-typing"), ("hidden", "")])?;
        for _ in 0..3 {
            make("i", &typing, &[("aria-hidden", "true")])?;
        }
        let who = make("span", &typing, &[("class", "fd-sr")])?;
        who.set_text_content(None);
        let region = make("div", parent, &[("class", "fd-sr"), ("aria-live", "polite")])?;
        let button = make("button", parent, &[("class", "fd-news"), ("type", "button"), ("hidden", "")])?;
        button.set_text_content(Some(&words.get(text::NEW_MESSAGES)));
        rows.icon(&button, crate::ui::icon::DOWN);
        let view = Rc::new(Self {
            rows,
            place: parent.clone(),
            keys: RefCell::default(),
            blocks: RefCell::new(Blocks::new(document, blocks)),
            settled: RefCell::default(),
            scroll: Scroll::new(scroller.clone(), lines, button.clone()),
            scroller,
            typing,
            announcer: Announcer::new(region),
            older,
            renewed: Renewed::default(),
            choosing: Cell::default(),
            judge_refused: RefCell::default(),
            over: RefCell::default(),
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

    /// Answers whether what changed may be below what the visitor reads.
    fn reconcile(&self, transcript: &Transcript, changes: &[Change]) -> bool {
        let entries = transcript.entries();
        let mut look = Vec::new();
        let mut removed = 0;
        let mut from = None;
        let mut below = true;
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
            below = count == 0 || first + count == entries.len();
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
        self.choose(entries);
        below
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
        let same_place = row.class_name() == Rows::class(entry, place);
        if same_place && (!anyway || self.rows.progress(&row, entry)) {
            return;
        }
        let within = |selector: &str| row.query_selector(selector).ok().flatten();
        let kept = [".fd-media", ".fd-avatar > img"].map(|selector| (selector, within(selector)));
        let focused = within(":focus");
        let settled = self.settled.borrow().contains(&entry.key);
        self.rows.fill(&row, entry, place, js_sys::Date::now() as u64, settled);
        if let Some((id, code)) = &*self.judge_refused.borrow()
            && matches!(&entry.kind, EntryKind::Theirs { id: own, .. } if own == id)
            && let Some(stack) = within(".fd-judge").and_then(|thumbs| thumbs.parent_element())
        {
            self.rows.add(&stack, "div", "fd-trouble", &self.rows.words.get(text::of_error(*code)));
        }
        // What plays goes on playing, what is loaded stays.
        for (selector, old) in kept {
            if let (Some(old), Some(new)) = (old, within(selector))
                && old.get_attribute("data-file") == new.get_attribute("data-file")
            {
                if let Some(near) = &self.rows.near {
                    near.forget(&new);
                }
                let _ = new.replace_with_with_node_1(&old);
            }
        }
        if entry.key == self.choosing.get() {
            self.offer(at, true);
        }
        if let Some(focused) = focused {
            let deed = focused.get_attribute("data-do").unwrap_or_default();
            match within(&["[data-do='", &deed, "']"].concat()).and_then(|again| again.dyn_into().ok()) {
                Some(again) => drop(HtmlElement::focus(&again)),
                None => self.focus_row(at),
            }
        }
    }

    /// The questions of the newest answer can be sent as long as nothing came of them.
    fn choose(&self, entries: &[Entry]) {
        let mut chosen = 0;
        for entry in entries.iter().rev().take(MAX_CHOICE_AGE) {
            match &entry.kind {
                EntryKind::Theirs { choices, recalled: false, .. } if !choices.is_empty() => {
                    chosen = entry.key
                }
                EntryKind::Contact(contact) if contact.state != ContactState::Robot => {}
                EntryKind::Mine { .. } => {}
                _ => continue,
            }
            break;
        }
        let before = self.choosing.replace(chosen);
        for (key, open) in [(before, false), (chosen, true)] {
            if before != chosen
                && let Some(at) = self.position(key)
            {
                self.offer(at, open);
            }
        }
    }

    fn offer(&self, at: usize, open: bool) {
        let row = self.blocks.borrow().row(at);
        if let Some(choices) = row.and_then(|row| row.query_selector(".fd-choices").ok().flatten()) {
            let disable = |value| self.rows.set(&choices, &[("aria-disabled", value)]);
            disable("true");
            keys::reach_inside(&choices, open);
            if open {
                disable("false");
            }
        }
    }

    /// At the top there may be more.
    fn scrolled(&self) {
        let hidden = self.scroller.scroll_height() - self.scroller.client_height();
        if self.older.waits() && hidden > 0 && self.scroller.scroll_top() + hidden < NEAR_TOP {
            self.around.emit(Input::Earlier);
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
        use frontdesk_core::MineState::{Failed, FileGone, Unconfirmed};
        if let Some(entry) = entry
            && let EntryKind::Mine { state: Failed(_) | FileGone | Unconfirmed, .. } = entry.kind
        {
            self.announcer.say(&[self.rows.spoken(entry)]);
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
            keys::reach_inside(&row, reach);
        }
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
            ("leave", _) => self.settle(at, key),
            (deed, EntryKind::Mine { id, .. }) => {
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
}

fn target_of(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
