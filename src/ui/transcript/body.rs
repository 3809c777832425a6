//! What a message says, as nodes, for every kind of body.

use super::link::{Part, is_safe, only_emoji, parts};
use super::plain::plain;
use super::row::{FAR, Rows};
use crate::ui::icon;
use crate::ui::text::{self, Key};
use frontdesk_contract::{Body, Card, FileRef, Location};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAnchorElement};

impl Rows {
    /// Draws what is said below its sender.
    pub(super) fn body(&self, stack: &Element, body: &Body) {
        let class = match body {
            Body::Text(text) if only_emoji(text) => "fd-bubble fd-emoji",
            Body::Unsupported {} => "fd-bubble fd-recalled",
            Body::Rich(_) => "fd-bubble fd-rich",
            Body::File(_) => "fd-bubble fd-file",
            _ => "fd-bubble",
        };
        let Some(bubble) = self.add(stack, "div", class, "") else { return };
        if let Body::Text(_) | Body::Rich(_) = body {
            self.set(&bubble, &[("dir", "auto")]);
        }
        match body {
            Body::Text(text) => self.linked(&bubble, text),
            Body::Rich(nodes) => self.rich(&bubble, nodes),
            Body::File(file) => self.file(&bubble, file),
            Body::Location(place) => self.location(&bubble, place),
            Body::Card(card) => self.card(&bubble, card),
            Body::Unsupported {} => bubble.set_text_content(Some(&self.words_of(body))),
        }
    }

    fn linked(&self, bubble: &Element, text: &str) {
        for part in parts(text) {
            match part {
                Part::Text(text) => {
                    let _ = bubble.append_child(&self.document.create_text_node(text));
                }
                Part::Link(address) => {
                    if let Some(link) = self.anchor(bubble, address) {
                        self.set(&link, &[("dir", "ltr")]);
                        link.set_text_content(Some(address));
                    }
                }
            }
        }
    }

    fn file(&self, bubble: &Element, file: &FileRef) {
        let kind = file.kind.as_str();
        // Before it is uploaded only its name can be shown.
        if !file.file.is_empty() {
            match kind {
                "image" => {
                    let label = self.words.fill(text::OPEN_IMAGE, &[("name", &file.name)]);
                    if let Some(open) = self.button(bubble, "fd-picture", "view", &label)
                        && let Some(image) = self.media(&open, "img", &file.file)
                    {
                        self.set(&open, FAR);
                        self.set(&image, &[("alt", &file.name)]);
                    }
                    return;
                }
                "audio" | "video" => {
                    if let Some(player) = self.media(bubble, kind, &file.file) {
                        self.set(&player, FAR);
                        let attributes = [
                            ("controls", ""),
                            ("preload", "metadata"),
                            ("playsinline", ""),
                            ("aria-label", &file.name),
                        ];
                        self.set(&player, &attributes);
                    }
                }
                _ => {}
            }
        }
        let label = self.words.fill(text::DOWNLOAD_FILE, &[("name", &file.name)]);
        let line = if file.file.is_empty() {
            self.add(bubble, "div", "fd-document", "")
        } else {
            let button = self.button(bubble, "fd-document", "get", "");
            // Its name is what it does, with the file's, and then the size that can be seen.
            if let Some(button) = &button {
                self.add(button, "span", "fd-sr", &label);
            }
            button
        };
        let Some(line) = line else { return };
        self.set(&line, FAR);
        self.icon(
            &line,
            match kind {
                "image" => icon::PICTURE,
                "audio" | "video" => icon::PLAY,
                _ => icon::FILE,
            },
        );
        // However long the name, its extension stays to be seen.
        let (stem, extension) = match file.name.rfind('.') {
            Some(dot) if dot > 0 && file.name.len() - dot <= 8 => file.name.split_at(dot),
            _ => (file.name.as_str(), ""),
        };
        if let Some(name) = self.add(&line, "bdi", "fd-file-name", "") {
            self.set(&name, &[("dir", "auto")]);
            if !file.file.is_empty() {
                self.set(&name, &[("aria-hidden", "true")]);
            }
            self.add(&name, "span", "", stem);
            self.add(&name, "span", "", extension);
        }
        if let Some(size) = file.size_bytes {
            self.add(&line, "bdi", "fd-size", &self.words.locale.bytes(size));
        }
    }

    /// An element that shows a file. It is loaded when it comes near the screen.
    fn media(&self, parent: &Element, tag: &str, file: &str) -> Option<Element> {
        let element = self.add(parent, tag, "fd-media", "")?;
        self.await_near(&element, file);
        Some(element)
    }

    /// The element is to show this file once it comes near the screen.
    pub(super) fn await_near(&self, element: &Element, file: &str) {
        self.set(element, &[("data-file", file)]);
        if let Some(near) = &self.near {
            near.observe(element);
        }
    }

    fn location(&self, bubble: &Element, place: &Location) {
        self.icon(bubble, icon::PIN);
        self.add(bubble, "bdi", "", &place.label);
        let degrees = |value: f64| js_sys::Number::from(value).to_fixed(5).ok().map(String::from);
        let (Some(north), Some(east)) = (degrees(place.latitude), degrees(place.longitude)) else { return };
        if place.latitude.abs() > 90.0 || place.longitude.abs() > 180.0 || north == "NaN" || east == "NaN" {
            return;
        }
        let point = ["https://www.openstreetmap.org/?mlat=", &north, "&mlon=", &east].concat();
        let map = [&point, "#map=16/", &north, "/", &east].concat();
        if let Some(line) = self.add(bubble, "div", "", "")
            && let Some(link) = self.anchor(&line, &map)
        {
            link.set_text_content(Some(&self.words.get(text::OPEN_MAP)));
        }
    }

    fn card(&self, bubble: &Element, card: &Card) {
        if let Some(image) = &card.image
            && let Some(image) = self.media(bubble, "img", image)
        {
            self.set(&image, &[("alt", "")]);
        }
        let link = if is_safe(&card.url) { self.anchor(bubble, &card.url) } else { None };
        let title = self.add(link.as_ref().unwrap_or(bubble), "strong", "fd-card-title", &card.title);
        let words = self.add(bubble, "div", "", &card.description);
        for own in [title, words].iter().flatten() {
            self.set(own, &[("dir", "auto")]);
        }
        if let Some(link) = link {
            self.add(bubble, "bdi", "fd-host", &link.unchecked_into::<HtmlAnchorElement>().hostname());
        }
    }

    /// What is said, in words.
    pub(super) fn words_of(&self, body: &Body) -> String {
        let named = |key: Key, name: &str| self.words.fill(key, &[("name", name)]);
        match body {
            Body::Text(text) => text.clone(),
            Body::Rich(nodes) => plain(nodes),
            Body::File(file) => named(
                match file.kind.as_str() {
                    "image" => text::IMAGE,
                    "audio" => text::AUDIO,
                    "video" => text::VIDEO,
                    _ => text::FILE,
                },
                &file.name,
            ),
            Body::Location(place) => named(text::LOCATION, &place.label),
            Body::Card(card) if card.title.is_empty() => card.url.clone(),
            Body::Card(card) => card.title.clone(),
            Body::Unsupported {} => self.words.get(text::UNSUPPORTED),
        }
    }
}
