//! What runs a session, as the views see it.

use frontdesk_contract::ClientId;
use frontdesk_core::{Input, Session};
use std::pin::Pin;
use wasm_bindgen::JsValue;
use web_sys::Blob;

/// A file that the visitor has chosen, ready to be sent.
#[derive(Clone)]
pub struct Chosen {
    /// Its name, with the extension that its content has.
    pub name: String,
    /// What is in it.
    pub content: Blob,
}

/// What is in a file; `None`: it is not at hand any more.
pub type Content = Pin<Box<dyn Future<Output = Option<Blob>>>>;

/// Runs one session; stops everything on drop. The only one is [`crate::driver::Driver`], which comes with the
/// conversation: whoever needs it before asks [`crate::entrance`].
pub trait Engine {
    /// Something happened.
    fn input(&self, input: Input);
    /// The visitor sends these files.
    fn send_files(&self, files: Vec<Chosen>);
    /// What is in the file of a message that is on its way.
    fn content(&self, id: ClientId) -> Content;
    /// The website tells of the visit: an object of the shape of [`frontdesk_contract::About`]. Another one is passed over.
    fn tell_about(&self, about: JsValue);
    /// The panel was opened or closed.
    fn set_open(&self, open: bool);
    /// The time that the session goes by, in epoch milliseconds.
    fn now_ms(&self) -> u64;
    /// Looks at the session.
    fn look(&self, look: &mut dyn FnMut(&Session));
}
