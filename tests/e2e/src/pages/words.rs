//! The widget's sentences, by which its parts are found.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use anyhow::{Context as _, Result};

/// The sentences of one language.
#[derive(Clone, Debug)]
pub struct Words(Arc<BTreeMap<String, String>>);

impl Words {
    /// Those of a file in `www/locales`.
    ///
    /// # Errors
    ///
    /// When there is no such language.
    pub fn of(language: &str) -> Result<Self> {
        let file = crate::root().join("www/locales").join(format!("{language}.json"));
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self(Arc::new(serde_json::from_str(&text)?)))
    }

    /// The sentence of a key.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn get(&self, key: &str) -> Result<&str> {
        self.0.get(key).map(String::as_str).with_context(|| format!("no sentence \"{key}\""))
    }

    /// The sentence of a key with a place filled.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn fill(&self, key: &str, place: &str, value: &str) -> Result<String> {
        Ok(self.get(key)?.replace(&format!("{{{place}}}"), value))
    }

    /// The sentence of a key that has plural forms, with the number in its place: the form for one thing where the
    /// language has one, as English does, else the only other.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn count(&self, key: &str, place: &str, number: &str) -> Result<String> {
        let one = format!("{key}.one");
        let form = if number == "1" && self.0.contains_key(&one) { one } else { format!("{key}.other") };
        self.fill(&form, place, number)
    }
}
