//! What goes to a centre, in our words.

use super::FileKind;
use frontdesk_contract::{Card, Location};
use std::fmt;
use std::path::Path;

/// What a visitor says, as a centre is handed it.
#[derive(Clone, Debug, PartialEq)]
pub enum Utterance {
    /// Plain text.
    Text(String),
    /// A file that was handed over before, see [`super::Centre::upload`].
    File {
        /// Its key at the centre.
        key: String,
        /// Its type, such as `jpg`.
        extension: String,
        /// What it is.
        kind: FileKind,
        /// Its name.
        name: String,
        /// Its size.
        size_bytes: u64,
    },
    /// A place.
    Location(Location),
    /// A card.
    Card {
        /// The card; its `image` is not looked at.
        card: Card,
        /// Key and type of its picture, which was handed over before.
        image: Option<(String, String)>,
    },
}

/// A file that lies on this machine, checked and typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spooled<'a> {
    /// Where.
    pub path: &'a Path,
    /// Its type by its content, such as `jpg`, in lower case.
    pub extension: &'a str,
    /// Its size.
    pub size_bytes: u64,
}

/// A rating.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    /// One of the levels offered.
    pub level: Option<u8>,
    /// How likely to recommend, 0 to 9.
    pub recommend: Option<u8>,
    /// Whether the matter is solved.
    pub solved: Option<bool>,
    /// What the visitor adds; may be empty.
    pub comment: String,
}

/// A call that staff place, checked by [`crate::number`].
#[derive(Clone, PartialEq, Eq)]
pub struct Placing {
    /// The number to call.
    pub called: String,
    /// The number that the other side is shown; `None`: the centre's own.
    pub caller: Option<String>,
    /// What goes along for whoever reads the centre's records.
    pub data: Option<String>,
}

impl fmt::Debug for Placing {
    /// Without numbers and data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Placing").finish_non_exhaustive()
    }
}
