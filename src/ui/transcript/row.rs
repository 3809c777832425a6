//! One entry as nodes: who, what (see `body`), when, and what can be done about it. Text only ever becomes text nodes.

use super::group::Place;
use crate::ui::icon::{self, Icon};
use crate::ui::text::{self, Key};
use crate::ui::words::Words;
use crate::web::Near;
use frontdesk_contract::{Body, Contact, ContactState, Sender};
use frontdesk_core::{Entry, EntryKind, MineState};
use std::rc::Rc;
use web_sys::{Document, Element};

/// For what Tab reaches only from within its message: the conversation is one stop, whatever its length.
pub(super) const FAR: &[(&str, &str)] = &[("tabindex", "-1")];

/// Makes rows.
pub(super) struct Rows {
    pub(super) document: Document,
    pub(super) words: Rc<Words>,
    /// Tells when a picture or a player comes near the screen.
    pub(super) near: Option<Near>,
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

    /// Says which day begins with this entry, seen from now.
    pub(super) fn name_day(&self, line: &Element, entry: &Entry) {
        line.set_text_content(Some(&self.words.locale.day(entry.at_ms, js_sys::Date::now() as u64)));
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
            EntryKind::Mine { body, state, read, sent_again, .. } => {
                let Some(stack) = self.add(row, "div", "fd-stack", "") else { return };
                self.add(&stack, "span", "fd-sr", &self.words.get(text::YOU));
                self.body(&stack, body);
                if place.last || *state != MineState::Sent {
                    self.meta(&stack, entry, Some(self.state(*state, *read)));
                }
                if let MineState::Uploading(_) = state
                    && let Some(bar) = self.add(&stack, "progress", "fd-progress", "")
                {
                    self.set(&bar, &[("max", "1000"), ("aria-hidden", "true")]);
                }
                if !settled && !sent_again {
                    self.deeds(&stack, *state, body);
                }
                self.progress(row, entry);
            }
            EntryKind::Theirs { .. } => self.theirs(row, entry, place),
            kind => {
                let line = self.line(kind);
                let _ = row.toggle_attribute_with_force("hidden", line.is_empty());
                self.note(row, &line);
            }
        }
    }

    /// Shows how far an upload is, in a row that shows one already: what has the focus or the pointer stays. False: it is to
    /// be filled anew.
    pub(super) fn progress(&self, row: &Element, entry: &Entry) -> bool {
        let find = |selector: &str| row.query_selector(selector).ok().flatten();
        let (EntryKind::Mine { state, .. }, Some(bar)) = (&entry.kind, find(".fd-progress")) else {
            return false;
        };
        let MineState::Uploading(sent) = state else { return false };
        self.set(&bar, &[("value", &sent.to_string())]);
        let told = self.state(*state, false).0;
        for element in [".fd-meta > .fd-sr", ".fd-going > p"].into_iter().filter_map(find) {
            element.set_text_content(Some(&told));
        }
        true
    }

    /// A line between the messages, by us or by the centre in whatever language.
    fn note(&self, row: &Element, text: &str) {
        // One without text is not drawn, by the style sheet.
        if let Some(note) = self.add(row, "div", "fd-note-text", "")
            && !text.is_empty()
        {
            self.add(&note, "bdi", "", text);
        }
    }

    fn theirs(&self, row: &Element, entry: &Entry, place: Place) {
        let EntryKind::Theirs { from, body, recalled, choices, judgeable, judged, .. } = &entry.kind else {
            return;
        };
        let name = self.words.name_of(from);
        if matches!(from, Sender::System {} | Sender::Unknown {}) {
            self.note(row, &self.words_of(body));
            return;
        }
        if place.first {
            self.avatar(row, from, &name);
        }
        let Some(stack) = self.add(row, "div", "fd-stack", "") else { return };
        if let Some(line) = self.add(&stack, "div", if place.first { "fd-name" } else { "fd-sr" }, "") {
            self.add(&line, "bdi", "", &name);
        }
        if *recalled {
            self.add(&stack, "div", "fd-bubble fd-recalled", &self.words.get(text::RECALLED));
        } else {
            self.body(&stack, body);
            self.choices(&stack, choices);
            if *judgeable {
                self.judgement(&stack, *judged);
            }
        }
        if place.last {
            self.meta(&stack, entry, None);
        }
    }

    /// Questions that are sent with one tap, while the view says so.
    fn choices(&self, stack: &Element, choices: &[String]) {
        if choices.is_empty() {
            return;
        }
        let Some(group) = self.add(stack, "div", "fd-choices", "") else { return };
        let label = self.words.get(text::CHOICES);
        self.set(&group, &[("role", "group"), ("aria-label", &label), ("aria-disabled", "true")]);
        for choice in choices {
            if let Some(button) = self.button(&group, "fd-chip", "ask", "") {
                button.set_text_content(Some(choice));
                self.set(&button, &[("dir", "auto"), ("tabindex", "-1")]);
            }
        }
    }

    fn judgement(&self, stack: &Element, judged: Option<bool>) {
        let Some(line) = self.add(stack, "div", "fd-judge", "") else { return };
        for (deed, helped, key) in [("up", true, text::HELPED), ("down", false, text::HELPED_NOT)] {
            let Some(button) = self.button(&line, "fd-icon-button", deed, &self.words.get(key)) else {
                return;
            };
            self.set(&button, FAR);
            self.icon(&button, icon::THUMB);
            if let Some(judged) = judged {
                let pressed = if judged == helped { "true" } else { "false" };
                self.set(&button, &[("aria-pressed", pressed), ("aria-disabled", "true")]);
            }
        }
        if judged.is_some() {
            self.add(&line, "span", "", &self.words.get(text::JUDGED));
        }
    }

    fn avatar(&self, row: &Element, from: &Sender, name: &str) {
        let (initial, face) = match from {
            Sender::Agent(person) => (person.name.chars().next(), &person.avatar),
            Sender::Robot(person) => (None, &person.avatar),
            _ => (None, &None),
        };
        let mut text = [0; 4];
        let text = initial.map_or("", |c| c.encode_utf8(&mut text));
        let Some(avatar) = self.add(row, "span", "fd-avatar", text) else { return };
        let _ = avatar.set_attribute("aria-hidden", "true");
        let _ = avatar.set_attribute("title", name);
        if initial.is_none() {
            self.icon(&avatar, if matches!(from, Sender::Robot(_)) { icon::ROBOT } else { icon::PERSON });
        }
        // Over what stands for it, which is to be seen until it is there.
        if let Some(face) = face
            && let Some(image) = self.add(&avatar, "img", "", "")
        {
            self.set(&image, &[("alt", "")]);
            self.await_near(&image, face);
        }
    }

    fn meta(&self, stack: &Element, entry: &Entry, look: Option<(String, Icon)>) {
        let Some(meta) = self.add(stack, "div", "fd-meta", "") else { return };
        self.add(&meta, "time", "", &self.words.locale.time(entry.at_ms));
        if let Some((state, shown)) = look {
            self.add(&meta, "span", "fd-sr", &state);
            self.icon(&meta, shown);
            if shown == icon::TICKS {
                meta.set_class_name("fd-meta fd-read");
            }
        }
    }

    /// What went wrong, and what the visitor can do.
    fn deeds(&self, stack: &Element, state: MineState, body: &Body) {
        const EDIT: (&str, Key) = ("edit", text::EDIT);
        const DELETE: (&str, Key) = ("delete", text::DELETE);
        let file = matches!(body, Body::File(_));
        let (why, deeds): (_, &[(&str, Key)]) = match state {
            MineState::Unconfirmed => (
                self.words.get(text::STATE_UNCONFIRMED),
                &[("again", text::SEND_AGAIN), ("leave", text::LEAVE)],
            ),
            MineState::Failed(code) => {
                let failed = self.words.get(text::STATE_FAILED);
                // Chinese and Japanese leave no blank between sentences.
                let gap = if failed.ends_with('。') { "" } else { " " };
                let why = [&failed, gap, &self.words.get(text::of_error(code))].concat();
                let retry = ("retry", text::TRY_AGAIN);
                (why, if matches!(body, Body::Text(_)) { &[retry, EDIT, DELETE] } else { &[retry, DELETE] })
            }
            MineState::FileGone => (self.words.get(text::STATE_GONE), &[DELETE]),
            MineState::Uploading(_) | MineState::Queued if file => {
                (self.state(state, false).0, &[("delete", text::CANCEL)])
            }
            // Seen only where there is no composer: whom it was meant for may have gone.
            MineState::Queued => (String::new(), &[DELETE]),
            _ => return,
        };
        let quiet = matches!(state, MineState::Uploading(_) | MineState::Queued);
        let class = match quiet {
            true if why.is_empty() => "fd-trouble fd-waits",
            true => "fd-trouble fd-going",
            false => "fd-trouble",
        };
        let Some(trouble) = self.add(stack, "div", class, "") else { return };
        self.add(&trouble, "p", "", &why);
        for (deed, key) in deeds {
            if let Some(button) = self.button(&trouble, "fd-link", deed, "") {
                button.set_text_content(Some(&self.words.get(key)));
            }
        }
    }

    fn line(&self, kind: &EntryKind) -> String {
        match kind {
            EntryKind::Contact(contact) => self.contact_line(contact),
            EntryKind::Notice(notice) => match &notice.text {
                Some(own) if !own.is_empty() => own.clone(),
                _ => self.words.get(text::of_notice(notice.code)),
            },
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

    /// The entry in one sentence, for screen readers.
    pub(super) fn spoken(&self, entry: &Entry) -> String {
        let said = |name: &str, body: &Body| {
            self.words.fill(text::SAID, &[("name", name), ("text", &self.words_of(body))])
        };
        match &entry.kind {
            EntryKind::Mine { body, state, read, .. } => {
                let state = self.state(*state, *read).0;
                let time = self.words.locale.time(entry.at_ms);
                [&said(&self.words.get(text::YOU), body), ", ", &time, ", ", &state].concat()
            }
            EntryKind::Theirs { recalled: true, .. } => self.words.get(text::RECALLED),
            EntryKind::Theirs { from, body, .. } => said(&self.words.name_of(from), body),
            kind => self.line(kind),
        }
    }

    /// How far a message of the visitor is.
    fn state(&self, state: MineState, read: bool) -> (String, Icon) {
        let (key, shown) = match state {
            MineState::Queued => (text::STATE_QUEUED, icon::CLOCK),
            MineState::Sending => (text::STATE_SENDING, icon::CLOCK),
            MineState::Uploading(sent) => {
                let percent = self.words.locale.percent(u32::from(sent / 10));
                return (self.words.fill(text::STATE_UPLOADING, &[("percent", &percent)]), icon::CLOCK);
            }
            MineState::Sent if read => (text::STATE_READ, icon::TICKS),
            MineState::Sent => (text::STATE_SENT, icon::TICK),
            MineState::StoredOffline => (text::STATE_STORED, icon::TICK),
            MineState::Unconfirmed => (text::STATE_UNCONFIRMED, icon::WARNING),
            MineState::Failed(_) => (text::STATE_FAILED, icon::WARNING),
            MineState::FileGone => (text::STATE_GONE, icon::WARNING),
        };
        (self.words.get(key), shown)
    }

    pub(super) fn icon(&self, parent: &Element, shown: Icon) {
        if let Some(icon) = icon::element(&self.document, shown) {
            let _ = parent.append_child(&icon);
        }
    }

    /// A button that does `deed`, see `view`; `label` names one whose content does not.
    pub(super) fn button(&self, parent: &Element, class: &str, deed: &str, label: &str) -> Option<Element> {
        let button = self.add(parent, "button", class, "")?;
        self.set(&button, &[("type", "button"), ("data-do", deed)]);
        if !label.is_empty() {
            self.set(&button, &[("aria-label", label)]);
        }
        Some(button)
    }

    pub(super) fn set(&self, element: &Element, attributes: &[(&str, &str)]) {
        for (name, value) in attributes {
            let _ = element.set_attribute(name, value);
        }
    }

    pub(super) fn add(&self, parent: &Element, tag: &str, class: &str, text: &str) -> Option<Element> {
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
