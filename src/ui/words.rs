//! The sentences of one language, and its way to write dates and numbers.

use crate::ui::text::{self, Key};
use crate::web::Locale;
use frontdesk_contract::Sender;
use js_sys::Reflect;
use std::borrow::Cow;
use wasm_bindgen::JsValue;

/// Sentences and formats.
pub struct Words {
    texts: JsValue,
    rtl: bool,
    /// Formats of the same language.
    pub locale: Locale,
}

impl Words {
    /// Takes the object of a locale file.
    pub fn new(texts: JsValue, locale: Locale) -> Self {
        let mut words = Self { texts, rtl: false, locale };
        words.rtl = words.get(text::DIRECTION) == "rtl";
        words
    }

    /// The sentence; its key where the host's texts lack it.
    pub fn get(&self, key: Key) -> String {
        self.find(key).unwrap_or_else(|| key.to_owned())
    }

    fn find(&self, key: &str) -> Option<String> {
        Reflect::get(&self.texts, &key.into()).ok()?.as_string()
    }

    /// The sentence with its places filled. What is written the other way round keeps to itself.
    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, self.isolated(value))).collect();
        let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        text::fill(&self.get(key), &values)
    }

    /// The sentence in the form that goes with a number, which is written into the place of this name.
    pub fn count(&self, key: Key, place: &str, count: u32) -> String {
        let form = |form: &str| self.find(&[key, ".", form].concat());
        let sentence = form(&self.locale.plural(count)).or_else(|| form("other"));
        let number = self.locale.number(count);
        text::fill(sentence.as_deref().unwrap_or(key), &[(place, &number)])
    }

    /// A text from elsewhere, to stand within a sentence of this language.
    pub fn isolated<'a>(&self, value: &'a str) -> Cow<'a, str> {
        text::isolated(value, self.rtl)
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
