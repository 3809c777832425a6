//! Loads pictures and players by their tickets, and renews a ticket that has ended.

use super::row::Rows;
use super::view::Surroundings;
use crate::ui::text;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAnchorElement, HtmlMediaElement};

/// A file that fails again so soon fails for another reason than its ticket, in milliseconds.
const AGAIN_MS: f64 = 60_000.0;

/// Files that were asked for anew, and when.
#[derive(Default)]
pub(super) struct Renewed(RefCell<Vec<(String, f64)>>);

impl Renewed {
    /// Whether this file may be asked for anew now; that is noted.
    fn may(&self, file: &str) -> bool {
        let now = js_sys::Date::now();
        let mut all = self.0.borrow_mut();
        all.retain(|(_, at)| now - at < AGAIN_MS);
        let may = all.iter().all(|(other, _)| other != file);
        if may {
            all.push((file.to_owned(), now));
        }
        may
    }
}

/// Loads what the element is to show.
pub(super) fn load(rows: &Rc<Rows>, around: &Rc<dyn Surroundings>, element: &Element, renew: bool) {
    let Some(file) = element.get_attribute("data-file") else { return };
    let (element, rows) = (element.clone(), Rc::clone(rows));
    let come = move |address: Option<String>| match address {
        Some(address) => {
            // A player goes on where it was.
            let player = element.dyn_ref::<HtmlMediaElement>().filter(|_| renew);
            let place = player.map(|player| (player.current_time(), !player.paused()));
            let _ = element.set_attribute("src", &address);
            if let (Some(player), Some((at_s, playing))) = (player, place) {
                player.set_current_time(at_s);
                player.set_autoplay(playing);
            }
        }
        None => fail(&rows, &element),
    };
    around.address(&file, renew, Box::new(come));
}

/// The element could not load: mostly its ticket has ended.
pub(super) fn failed(rows: &Rc<Rows>, around: &Rc<dyn Surroundings>, element: &Element, renewed: &Renewed) {
    match element.get_attribute("data-file") {
        Some(file) if element.has_attribute("src") && renewed.may(&file) => load(rows, around, element, true),
        _ => fail(rows, element),
    }
}

/// Says so, with a way to try again; a face gives way to what stands for it.
fn fail(rows: &Rows, element: &Element) {
    let Ok(Some(bubble)) = element.closest(".fd-bubble") else {
        let _ = element.set_attribute("hidden", "");
        return;
    };
    if bubble.query_selector(".fd-trouble").is_ok_and(|shown| shown.is_some()) {
        return;
    }
    let Some(line) = rows.add(&bubble, "div", "fd-trouble", &rows.words.get(text::FILE_FAILED)) else {
        return;
    };
    if let Some(button) = rows.button(&line, "fd-link", "reload", "") {
        button.set_text_content(Some(&rows.words.get(text::TRY_AGAIN)));
    }
}

/// Hands the file to the browser to be saved.
pub(super) fn save(around: &Rc<dyn Surroundings>, near: &Element, file: &str, name: &str) {
    let (document, name) = (near.owner_document(), name.to_owned());
    let come = move |address: Option<String>| {
        let (Some(address), Some(document)) = (address, document) else { return };
        let Ok(link) = document.create_element("a") else { return };
        let _ = link.set_attribute("href", &address);
        let _ = link.set_attribute("download", &name);
        // Of another origin's a browser may show it instead, and then not in the place of the page.
        let _ = link.set_attribute("target", "_blank");
        let _ = link.set_attribute("rel", "noopener");
        link.unchecked_into::<HtmlAnchorElement>().click();
    };
    around.address(file, false, Box::new(come));
}
