//! Pictures in full, one after the other. Zooming is the browser's own.

use super::media;
use super::modal::{Modal, deed_of};
use super::row::Rows;
use super::view::Surroundings;
use crate::ui::icon;
use crate::ui::text;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, KeyboardEvent};

/// A picture of the conversation.
pub(super) struct Picture {
    pub(super) file: String,
    pub(super) name: String,
}

type Caption = Box<dyn Fn(usize, &str) -> String>;

struct Lightbox {
    around: Rc<dyn Surroundings>,
    pictures: Vec<Picture>,
    at: Cell<usize>,
    image: Element,
    caption: Element,
    /// What stands above the picture at a position that has this name.
    told: Caption,
    failed: String,
}

/// Shows the picture at a position, with the others around it.
pub(super) fn open(
    rows: &Rows,
    around: &Rc<dyn Surroundings>,
    place: &Element,
    pictures: Vec<Picture>,
    at: usize,
) -> Option<Modal> {
    let words = Rc::clone(&rows.words);
    let mut modal = Modal::new(rows, place, "fd-lightbox", &pictures.get(at)?.name)?;
    let dialog: &Element = modal.element();
    let bar = rows.add(dialog, "div", "fd-bar", "")?;
    let caption = rows.add(&bar, "p", "", "")?;
    rows.set(&caption, &[("role", "status")]);
    let mut buttons =
        vec![("get", text::DOWNLOAD, icon::DOWN, &bar), ("close", text::CLOSE_PICTURE, icon::CLOSE, &bar)];
    let image = rows.add(dialog, "img", "", "")?;
    if pictures.len() > 1 {
        buttons.push(("back", text::PREVIOUS, icon::BACK, dialog));
        buttons.push(("on", text::NEXT, icon::BACK, dialog));
    }
    for (deed, key, shown, parent) in buttons {
        let button = rows.button(parent, "fd-icon-button", deed, &rows.words.get(key))?;
        rows.icon(&button, shown);
    }
    let all = pictures.len() as u32;
    let told = move |at: usize, name: &str| {
        let name = words.isolated(name);
        if all == 1 {
            return name.into_owned();
        }
        let number = |value| words.locale.number(value);
        let count = words.fill(text::COUNT_OF, &[("at", &number(at as u32 + 1)), ("count", &number(all))]);
        [&name, " · ", count.as_str()].concat()
    };
    let lightbox = Rc::new(Lightbox {
        around: Rc::clone(around),
        pictures,
        at: Cell::new(at),
        image,
        caption,
        told: Box::new(told),
        failed: rows.words.get(text::FILE_FAILED),
    });
    let (clicked, pressed) = (Rc::clone(&lightbox), Rc::clone(&lightbox));
    let dialog = modal.element().clone();
    modal.on("click", move |event| match deed_of(&event).as_deref() {
        Some("back") => clicked.step(-1),
        Some("on") => clicked.step(1),
        Some("get") => clicked.save(),
        // Beside the picture as well.
        Some("close") => dialog.close(),
        _ if event.target().is_some_and(|target| target.dyn_ref::<Element>() == Some(&dialog)) => {
            dialog.close()
        }
        _ => {}
    });
    modal.on("keydown", move |event| pressed.key(&event));
    lightbox.show();
    modal.show();
    Some(modal)
}

impl Lightbox {
    fn key(self: &Rc<Self>, event: &Event) {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        // Where lines run from right to left, so do the pictures.
        let mirrored = self.image.closest("[dir=rtl]").is_ok_and(|found| found.is_some());
        let on = if mirrored { -1 } else { 1 };
        match event.key().as_str() {
            "ArrowLeft" => self.step(-on),
            "ArrowRight" => self.step(on),
            _ => {}
        }
    }

    /// To another picture; round and round.
    fn step(self: &Rc<Self>, by: isize) {
        let all = self.pictures.len();
        self.at.set((self.at.get() + all).wrapping_add_signed(by) % all);
        self.show();
    }

    fn show(self: &Rc<Self>) {
        let at = self.at.get();
        let Some(picture) = self.pictures.get(at) else { return };
        let _ = self.image.remove_attribute("src");
        let _ = self.image.set_attribute("alt", &picture.name);
        self.caption.set_text_content(Some(&(self.told)(at, &picture.name)));
        let own = Rc::clone(self);
        let come = move |address: Option<String>| {
            if own.at.get() == at {
                match address {
                    Some(address) => drop(own.image.set_attribute("src", &address)),
                    None => own.caption.set_text_content(Some(&own.failed)),
                }
            }
        };
        self.around.address(&picture.file, false, Box::new(come));
    }

    fn save(&self) {
        if let Some(picture) = self.pictures.get(self.at.get()) {
            media::save(&self.around, &self.image, &picture.file, &picture.name);
        }
    }
}
