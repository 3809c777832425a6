//! One entry as nodes. Text only ever becomes text nodes.

use super::group::Place;
use super::link::{Part, only_emoji, parts};
use crate::ui::icon::{self, Icon};
use crate::ui::text::{self, Key};
use crate::ui::words::Words;
use frontdesk_contract::{Body, Contact, ContactState, Sender};
use frontdesk_core::{Entry, EntryKind, MineState};
use std::rc::Rc;
use web_sys::{Document, Element};

/// Makes rows.
pub(super) struct Rows {
    pub(super) document: Document,
    pub(super) words: Rc<Words>,
}

impl Rows {
    /// An empty row, to be filled.
    pub(super) fn create(&self) -> Option<Element> {
        let row = self.document.create_element("div").ok()?;
        for (name, value) in [("tabindex", "-1"), ("role", "article")] {
            row.set_attribute(name, value).ok()?;
        }
        Some(row)
    }

    /// The classes of a row; equal classes need no second look.
    pub(super) fn class(entry: &Entry, place: Place) -> String {
        let side = match &entry.kind {
            EntryKind::Mine { .. } => "fd-row fd-mine",
            EntryKind::Theirs { from: Sender::Agent(_) | Sender::Robot(_), .. } => "fd-row fd-theirs",
            _ => "fd-row fd-note",
        };
        let mut class = side.to_owned();
        for (on, name) in
            [(place.opens_day, " fd-opens"), (place.first, " fd-first"), (place.last, " fd-last")]
        {
            if on {
                class.push_str(name);
            }
        }
        class
    }

    /// Draws the entry into its row. `settled`: the visitor has left this message as it is.
    pub(super) fn fill(&self, row: &Element, entry: &Entry, place: Place, now_ms: u64, settled: bool) {
        row.set_text_content(None);
        let _ = row.remove_attribute("aria-label");
        row.set_class_name(&Self::class(entry, place));
        if place.opens_day {
            self.add(row, "div", "fd-day", &self.words.locale.day(entry.at_ms, now_ms));
        }
        match &entry.kind {
            EntryKind::Mine { body, state, read, .. } => {
                let Some(stack) = self.add(row, "div", "fd-stack", "") else { return };
                self.add(&stack, "span", "fd-sr", &self.words.get(text::YOU));
                self.body(&stack, body);
                if place.last || *state != MineState::Sent {
                    self.meta(&stack, entry, Some(look_of(*state, *read)));
                }
                if !settled {
                    self.deeds(&stack, *state);
                }
            }
            EntryKind::Theirs { from, body, recalled, .. } => {
                self.theirs(row, entry, place, from, body, *recalled)
            }
            kind => {
                let line = self.line(kind);
                let _ = row.toggle_attribute_with_force("hidden", line.is_empty());
                self.add(row, "div", "fd-note-text", &line);
            }
        }
    }

    fn theirs(&self, row: &Element, entry: &Entry, place: Place, from: &Sender, body: &Body, recalled: bool) {
        let name = self.words.name_of(from);
        if matches!(from, Sender::System {} | Sender::Unknown {}) {
            self.add(row, "div", "fd-note-text", &self.words_of(body));
            return;
        }
        if place.first {
            self.avatar(row, from, &name);
        }
        let Some(stack) = self.add(row, "div", "fd-stack", "") else { return };
        self.add(&stack, "div", if place.first { "fd-name" } else { "fd-sr" }, &name);
        if recalled {
            self.add(&stack, "div", "fd-bubble fd-recalled", &self.words.get(text::RECALLED));
        } else {
            self.body(&stack, body);
        }
        if place.last {
            self.meta(&stack, entry, None);
        }
    }

    fn avatar(&self, row: &Element, from: &Sender, name: &str) {
        let initial = match from {
            Sender::Agent(person) => person.name.chars().next(),
            _ => None,
        };
        let mut text = [0; 4];
        let text = initial.map_or("", |c| c.encode_utf8(&mut text));
        let Some(avatar) = self.add(row, "span", "fd-avatar", text) else { return };
        let _ = avatar.set_attribute("aria-hidden", "true");
        let _ = avatar.set_attribute("title", name);
        if initial.is_none() {
            self.icon(&avatar, if matches!(from, Sender::Robot(_)) { icon::ROBOT } else { icon::PERSON });
        }
    }

    fn body(&self, stack: &Element, body: &Body) {
        let class = match body {
            Body::Text(text) if only_emoji(text) => "fd-bubble fd-emoji",
            Body::Unsupported {} => "fd-bubble fd-recalled",
            _ => "fd-bubble",
        };
        let Some(bubble) = self.add(stack, "div", class, "") else { return };
        let _ = bubble.set_attribute("dir", "auto");
        match body {
            Body::Text(text) => self.linked(&bubble, text),
            Body::File(_) => {
                self.icon(&bubble, icon::FILE);
                self.add(&bubble, "span", "", &self.words_of(body));
            }
            Body::Card(card) => {
                self.add(&bubble, "strong", "fd-card-title", &card.title);
                self.add(&bubble, "div", "", &card.description);
                self.linked(&bubble, &card.url);
            }
            Body::Location(_) | Body::Unsupported {} => bubble.set_text_content(Some(&self.words_of(body))),
        }
    }

    fn linked(&self, bubble: &Element, text: &str) {
        for part in parts(text) {
            match part {
                Part::Text(text) => {
                    let _ = bubble.append_child(&self.document.create_text_node(text));
                }
                Part::Link(address) => {
                    let Some(link) = self.add(bubble, "a", "", address) else { continue };
                    for (name, value) in [
                        ("href", address),
                        ("target", "_blank"),
                        ("rel", "noopener noreferrer nofollow"),
                        ("tabindex", "-1"),
                        ("dir", "ltr"),
                    ] {
                        let _ = link.set_attribute(name, value);
                    }
                }
            }
        }
    }

    fn meta(&self, stack: &Element, entry: &Entry, look: Option<(Key, Icon)>) {
        let Some(meta) = self.add(stack, "div", "fd-meta", "") else { return };
        self.add(&meta, "time", "", &self.words.locale.time(entry.at_ms));
        if let Some((key, shown)) = look {
            self.add(&meta, "span", "fd-sr", &self.words.get(key));
            self.icon(&meta, shown);
            if key == text::STATE_READ {
                let _ = meta.set_attribute("class", "fd-meta fd-read");
            }
        }
    }

    /// What went wrong, and what the visitor can do.
    fn deeds(&self, stack: &Element, state: MineState) {
        let (why, deeds): (_, &[(&str, Key)]) = match state {
            MineState::Unconfirmed => (
                self.words.get(text::STATE_UNCONFIRMED),
                &[("again", text::SEND_AGAIN), ("leave", text::LEAVE)],
            ),
            MineState::Failed(code) => {
                let why = [&self.words.get(text::STATE_FAILED), " ", &self.words.get(text::of_error(code))]
                    .concat();
                (why, &[("retry", text::TRY_AGAIN), ("edit", text::EDIT), ("delete", text::DELETE)])
            }
            _ => return,
        };
        let Some(trouble) = self.add(stack, "div", "fd-trouble", "") else { return };
        self.add(&trouble, "p", "", &why);
        for (deed, key) in deeds {
            if let Some(button) = self.add(&trouble, "button", "fd-link", &self.words.get(key)) {
                let _ = button.set_attribute("type", "button");
                let _ = button.set_attribute("data-do", deed);
            }
        }
    }

    fn line(&self, kind: &EntryKind) -> String {
        match kind {
            EntryKind::Contact(contact) => self.contact_line(contact),
            EntryKind::Notice(code) => self.words.get(text::of_notice(*code)),
            EntryKind::Gap(_) => self.words.get(text::LINE_GAP),
            EntryKind::Mine { .. } | EntryKind::Theirs { .. } => String::new(),
        }
    }

    fn contact_line(&self, contact: &Contact) -> String {
        // Who it is often comes a moment after that somebody is there; only the name is worth a line.
        let named = |key| match &contact.with {
            Some(person) if !person.name.is_empty() => self.words.fill(key, &[("name", &person.name)]),
            _ => String::new(),
        };
        match contact.state {
            ContactState::Robot => named(text::LINE_ROBOT),
            ContactState::Agent => named(text::LINE_JOINED),
            ContactState::Queueing => self.words.get(text::LINE_QUEUE),
            ContactState::Ended => self.words.get(text::LINE_ENDED),
            ContactState::None | ContactState::Unknown => String::new(),
        }
    }

    fn words_of(&self, body: &Body) -> String {
        match body {
            Body::Text(text) => text.clone(),
            Body::File(file) => self.words.fill(text::FILE, &[("name", &file.name)]),
            Body::Location(place) => self.words.fill(text::LOCATION, &[("name", &place.label)]),
            Body::Card(card) => card.title.clone(),
            Body::Unsupported {} => self.words.get(text::UNSUPPORTED),
        }
    }

    /// The entry in one sentence, for screen readers.
    pub(super) fn spoken(&self, entry: &Entry) -> String {
        let said = |name: &str, body: &Body| {
            self.words.fill(text::SAID, &[("name", name), ("text", &self.words_of(body))])
        };
        match &entry.kind {
            EntryKind::Mine { body, state, read, .. } => {
                let state = self.words.get(look_of(*state, *read).0);
                let time = self.words.locale.time(entry.at_ms);
                [&said(&self.words.get(text::YOU), body), ", ", &time, ", ", &state].concat()
            }
            EntryKind::Theirs { recalled: true, .. } => self.words.get(text::RECALLED),
            EntryKind::Theirs { from, body, .. } => said(&self.words.name_of(from), body),
            kind => self.line(kind),
        }
    }

    pub(super) fn icon(&self, parent: &Element, shown: Icon) {
        if let Some(icon) = icon::element(&self.document, shown) {
            let _ = parent.append_child(&icon);
        }
    }

    fn add(&self, parent: &Element, tag: &str, class: &str, text: &str) -> Option<Element> {
        let element = self.document.create_element(tag).ok()?;
        if !class.is_empty() {
            element.set_class_name(class);
        }
        if !text.is_empty() {
            element.set_text_content(Some(text));
        }
        parent.append_child(&element).ok()?;
        Some(element)
    }
}

fn look_of(state: MineState, read: bool) -> (Key, Icon) {
    match state {
        MineState::Queued => (text::STATE_QUEUED, icon::CLOCK),
        MineState::Sending => (text::STATE_SENDING, icon::CLOCK),
        MineState::Sent if read => (text::STATE_READ, icon::TICKS),
        MineState::Sent => (text::STATE_SENT, icon::TICK),
        MineState::StoredOffline => (text::STATE_STORED, icon::TICK),
        MineState::Unconfirmed => (text::STATE_UNCONFIRMED, icon::WARNING),
        MineState::Failed(_) => (text::STATE_FAILED, icon::WARNING),
    }
}
