//! The sentences of one language, and its way to write dates and numbers.

use crate::ui::text::{self, Key};
use crate::web::Locale;
use frontdesk_contract::Sender;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Sentences and formats.
pub struct Words {
    texts: JsValue,
    /// Formats of the same language.
    pub locale: Locale,
}

impl Words {
    /// Takes the object of a locale file.
    pub fn new(texts: JsValue, locale: Locale) -> Self {
        Self { texts, locale }
    }

    /// The sentence; its key where the host's texts lack it.
    pub fn get(&self, key: Key) -> String {
        Reflect::get(&self.texts, &key.into())
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_else(|| key.to_owned())
    }

    /// The sentence with its places filled.
    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        text::fill(&self.get(key), values)
    }

    /// The name to show for a sender.
    pub fn name_of(&self, sender: &Sender) -> String {
        let (person, instead) = match sender {
            Sender::Agent(person) => (Some(person), text::AGENT),
            Sender::Robot(person) => (Some(person), text::ROBOT),
            Sender::System {} | Sender::Unknown {} => (None, text::CENTRE),
        };
        match person {
            Some(person) if !person.name.is_empty() => person.name.clone(),
            _ => self.get(instead),
        }
    }
}
