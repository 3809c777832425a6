//! What screen readers say. A region of its own, so that the conversation is never read twice: a sentence is put in,
//! and taken out a second later, when it has been read.

use crate::web::Timer;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::Element;

/// Shorter and TalkBack misses it; longer and others read it again.
const STAYS_MS: u64 = 1_000;

/// The region.
pub(super) struct Announcer {
    region: Element,
    clear: Rc<RefCell<Option<Timer>>>,
}

impl Announcer {
    pub(super) fn new(region: Element) -> Self {
        Self { region, clear: Rc::default() }
    }

    /// Has the sentences read, one paragraph each.
    pub(super) fn say(&self, sentences: &[String]) {
        let Some(document) = self.region.owner_document() else { return };
        for sentence in sentences {
            if let Ok(line) = document.create_element("p") {
                line.set_text_content(Some(sentence));
                let _ = self.region.append_child(&line);
            }
        }
        let region = self.region.clone();
        let clear = move || region.set_text_content(None);
        *self.clear.borrow_mut() = Some(Timer::after(STAYS_MS, Box::new(clear)));
    }
}
