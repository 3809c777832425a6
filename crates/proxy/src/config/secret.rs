//! Secrets and keys: given as they are, or by the name of a file.

use super::section::Section;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;

/// The longest file that is taken, in bytes.
const MAX_BYTES: u64 = 65_536;

/// A secret of the settings. It can be compared with another, to see whether it was changed; nothing shows it by accident.
#[derive(Clone, Debug)]
pub struct Secret(SecretString);

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose_secret() == other.expose_secret()
    }
}

impl Eq for Secret {}

impl ExposeSecret<str> for Secret {
    fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// Reads the secret `key` or the file that `file_key` names, if one of them is there.
pub(super) fn may(
    section: &mut Section<'_>,
    key: &'static str,
    file_key: &'static str,
    beside: &Path,
) -> Option<Option<Secret>> {
    if section.has(key) || section.has(file_key) {
        must(section, key, file_key, beside).map(Some)
    } else {
        Some(None)
    }
}

/// Reads the secret `key` or the file that `file_key` names; exactly one of them must be there.
pub(super) fn must(
    section: &mut Section<'_>,
    key: &'static str,
    file_key: &'static str,
    beside: &Path,
) -> Option<Secret> {
    given(section, (key, "a text in quotes"), file_key, beside, filled)
}

/// Reads the text `key`, of which something is expected, or the file that `file_key` names; exactly one of them must be there.
/// Blanks and line breaks around what a file holds do not count.
pub(super) fn given<T>(
    section: &mut Section<'_>,
    (key, wanted): (&'static str, &str),
    file_key: &'static str,
    beside: &Path,
    take: impl Fn(String) -> Result<T, String>,
) -> Option<T> {
    let given = (section.has(key), section.has(file_key));
    let expected = format!("exactly one of `{key}` and `{file_key}`");
    let plain = section.get(key, wanted, &take);
    let file = section.get(file_key, "the name of a file that can be read", |name: String| {
        let path = beside.join(&name);
        read(&path).and_then(&take).map_err(|problem| format!("{}: {problem}", path.display()))
    });
    match given {
        (true, true) => section.wrong(key, format!("`{file_key}` is given as well"), &expected),
        (false, false) => section.wrong(key, "missing", &expected),
        (true, false) => return plain?,
        (false, true) => return file?,
    }
    None
}

/// Reads the secret that a file holds.
pub(super) fn of_file(path: &Path) -> Result<Secret, String> {
    read(path).and_then(filled).map_err(|problem| format!("{}: {problem}", path.display()))
}

pub(super) fn filled(text: String) -> Result<Secret, String> {
    if text.trim().is_empty() {
        Err("empty".into())
    } else if text.chars().any(char::is_control) {
        Err("holds a line break or another control character".into())
    } else {
        Ok(text.into())
    }
}

fn read(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > MAX_BYTES {
        return Err(format!("longer than {MAX_BYTES} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Ok(text.trim().to_owned())
}
