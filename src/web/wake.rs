//! Signs that waiting is no longer called for, and whether the page is seen.

use crate::web::Listener;
use std::rc::Rc;
use web_sys::VisibilityState;

/// What the page may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Online again, focused, thawed, or back from the page cache. No proof of a connection; it only shortens a wait.
    Woken,
    /// Shown or hidden.
    Visible(bool),
    /// The page is being left.
    Leaving,
    /// It is about to be left, or frozen: it may stay after all, or go on.
    Resting,
}

/// Listens for the signs; stops on drop.
#[must_use = "dropping the handle stops listening"]
pub struct Wake {
    _listeners: Vec<Listener>,
}

impl Wake {
    /// Calls `run` for every sign.
    pub fn new(run: Rc<dyn Fn(Sign)>) -> Self {
        let mut listeners = Vec::new();
        let Some(window) = web_sys::window() else { return Self { _listeners: listeners } };
        for (name, sign) in [
            ("online", Sign::Woken),
            ("focus", Sign::Woken),
            ("pageshow", Sign::Woken),
            ("pagehide", Sign::Leaving),
            // Firefox decides before `pagehide` whether it keeps the page.
            ("beforeunload", Sign::Resting),
        ] {
            let run = Rc::clone(&run);
            listeners.push(Listener::new(&window, name, Box::new(move |_| run(sign))));
        }
        if let Some(document) = window.document() {
            for (name, sign) in [("freeze", Sign::Resting), ("resume", Sign::Woken)] {
                let run = Rc::clone(&run);
                listeners.push(Listener::new(&document, name, Box::new(move |_| run(sign))));
            }
            let shown = move |_| run(Sign::Visible(is_visible()));
            listeners.push(Listener::new(&document, "visibilitychange", Box::new(shown)));
        }
        Self { _listeners: listeners }
    }
}

/// Whether the page is on screen.
pub fn is_visible() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}
