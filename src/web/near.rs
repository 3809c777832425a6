//! Tells, once, when an element comes near the screen.

use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// So far beyond the screen is near.
const MARGIN: &str = "400px";

type Come = Box<dyn FnMut(Element)>;

/// An observer; stops on drop.
pub struct Near {
    observer: IntersectionObserver,
    come: Rc<RefCell<Option<Come>>>,
    _run: Closure<dyn FnMut(Array, IntersectionObserver)>,
}

impl Near {
    /// `None` where the browser has none.
    pub fn new() -> Option<Self> {
        let come: Rc<RefCell<Option<Come>>> = Rc::default();
        let told = Rc::clone(&come);
        let run = Closure::<dyn FnMut(Array, IntersectionObserver)>::new(
            move |entries: Array, observer: IntersectionObserver| {
                for entry in entries.iter().map(JsCast::unchecked_into::<IntersectionObserverEntry>) {
                    if entry.is_intersecting() {
                        observer.unobserve(&entry.target());
                        if let Some(come) = &mut *told.borrow_mut() {
                            come(entry.target());
                        }
                    }
                }
            },
        );
        let options = IntersectionObserverInit::new();
        options.set_root_margin(MARGIN);
        let observer = IntersectionObserver::new_with_options(run.as_ref().unchecked_ref(), &options).ok()?;
        Some(Self { observer, come, _run: run })
    }

    /// Who is told.
    pub fn listen(&self, come: Come) {
        self.come.replace(Some(come));
    }

    /// From now on this element is looked for.
    pub fn observe(&self, element: &Element) {
        self.observer.observe(element);
    }

    /// This one no longer.
    pub fn forget(&self, element: &Element) {
        self.observer.unobserve(element);
    }
}

impl Drop for Near {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
