//! Keeps the rows equal to the transcript, touching only what changed.

mod events;

use super::announce::Announcer;
use super::blocks::Blocks;
use super::group::{self, Place};
use super::keys;
use super::media::Renewed;
use super::modal::Modal;
use super::older::Older;
use super::row::Rows;
use super::scroll::Scroll;
use crate::ui::text;
use crate::ui::words::Words;
use crate::web::locale::local_day;
use crate::web::{Listener, Near};
use frontdesk_contract::{ClientId, ContactState, ErrorCode};
use frontdesk_core::{Change, Entry, EntryKind, HistoryState, Input, Transcript};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// More new messages at once are history rather than news.
const MAX_SPOKEN: usize = 5;
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
    /// The visitor scrolls, and comes to the earliest message that is here.
    fn scroll_on(&self);
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
        let name = self.typing.query_selector(".fd-sr");
        if let (Ok(_), Ok(Some(name))) = (hidden, name) {
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
        if (first..first + count).any(|at| Self::place(entries, at).is_some_and(|(_, place)| place.opens_day))
        {
            self.name_days(entries);
        }
        (first, count)
    }

    /// What was today when it was drawn may be yesterday now.
    fn name_days(&self, entries: &[Entry]) {
        for (at, entry) in entries.iter().enumerate() {
            let row = self.blocks.borrow().row(at);
            if let Some(Ok(Some(day))) = row.map(|row| row.query_selector(":scope > .fd-day")) {
                self.rows.name_day(&day, entry);
            }
        }
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
}
