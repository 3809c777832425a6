//! The other side's picture in a window above all others (W3C Picture-in-Picture).

use super::plain::{call, get, quietly};
use crate::web::Listener;
use std::rc::Rc;
use web_sys::HtmlMediaElement;

/// Whether this browser has it, and the frame may use it.
pub fn is_possible(player: &HtmlMediaElement) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| get(&document, "pictureInPictureEnabled").is_truthy())
        && get(player, "requestPictureInPicture").is_function()
}

/// Opens or closes it. Refused as long as there is no picture, and then nothing happens.
pub fn open(player: &HtmlMediaElement, open: bool) {
    let asked = match web_sys::window().and_then(|window| window.document()) {
        Some(_) if open => call(player, "requestPictureInPicture", &[]),
        Some(document) if get(&document, "pictureInPictureElement").is_object() => {
            call(&document, "exitPictureInPicture", &[])
        }
        _ => return,
    };
    quietly(asked);
}

/// Tells when it opens and when it closes, whoever closed it.
#[must_use = "dropping the handles stops listening"]
pub fn watch(player: &HtmlMediaElement, told: Rc<dyn Fn(bool)>) -> [Listener; 2] {
    [("enterpictureinpicture", true), ("leavepictureinpicture", false)].map(|(name, is_open)| {
        let told = Rc::clone(&told);
        Listener::new(player, name, Box::new(move |_| told(is_open)))
    })
}
