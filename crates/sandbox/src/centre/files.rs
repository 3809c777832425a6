//! Files: what visitors and agents send, and the tenant's media library.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::Serialize;

use super::{Centre, Ms};

/// Where a file came from; the documents fetch each kind in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// A visitor's upload.
    Upload,
    /// A file of an agent's machine.
    Local,
    /// A file of the media library, named by digits.
    Library,
}

/// A file the centre keeps.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) key: String,
    /// The visitor who sent it or whom it was sent to; library files belong to nobody.
    pub(crate) user: Option<String>,
    pub(crate) origin: Origin,
    /// The type as uploads and messages write it, as `png`.
    pub(crate) ext: String,
    /// What an agent's file is called.
    pub(crate) name: Option<String>,
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) at_ms: Ms,
}

/// The file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) key: String,
    pub(crate) ext: String,
    pub(crate) name: Option<String>,
    pub(crate) size: usize,
    pub(crate) origin: Origin,
}

impl From<&StoredFile> for Attachment {
    fn from(file: &StoredFile) -> Attachment {
        Attachment {
            key: file.key.clone(),
            ext: file.ext.clone(),
            name: file.name.clone(),
            size: file.bytes.len(),
            origin: file.origin,
        }
    }
}

/// All files; the oldest make room.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    by_key: BTreeMap<String, StoredFile>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Files {
    pub(crate) fn get(&self, key: &str) -> Option<&StoredFile> {
        self.by_key.get(key)
    }

    /// Every file of this visitor, oldest first.
    pub(crate) fn of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a StoredFile> {
        self.order
            .iter()
            .filter_map(|key| self.by_key.get(key))
            .filter(move |file| file.user.as_deref() == Some(user))
    }

    fn insert(&mut self, file: StoredFile, max_bytes: usize) {
        self.bytes += file.bytes.len();
        self.order.push_back(file.key.clone());
        if let Some(before) = self.by_key.insert(file.key.clone(), file) {
            self.bytes -= before.bytes.len();
        }
        while self.bytes > max_bytes && self.order.len() > 1 {
            let Some(oldest) = self.order.pop_front().and_then(|key| self.by_key.remove(&key)) else { break };
            self.bytes -= oldest.bytes.len();
        }
    }
}

impl Centre {
    /// A file by its key.
    pub(crate) fn file(&self, key: &str) -> Option<&StoredFile> {
        self.files.get(key)
    }

    /// Files that a visitor sent or was sent, oldest first.
    pub(crate) fn files_of<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a StoredFile> {
        self.files.of(user)
    }

    /// Keeps a file and answers its key. The caller has checked its size.
    pub(crate) fn keep_file(
        &mut self,
        now: Ms,
        user: Option<&str>,
        origin: Origin,
        ext: &str,
        name: Option<String>,
        bytes: Arc<[u8]>,
    ) -> Attachment {
        let key = match origin {
            Origin::Library => format!("117{:016}", self.ids.next() % 10_000_000_000_000_000),
            _ => self.ids.uuid(),
        };
        let user = user.filter(|_| origin != Origin::Library).map(str::to_owned);
        let file = StoredFile { key, user, origin, ext: ext.to_owned(), name, bytes, at_ms: now };
        let attachment = Attachment::from(&file);
        self.files.insert(file, self.settings.files_max_bytes);
        attachment
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_file_makes_room_for_a_new_one() {
        let mut files = Files::default();
        for key in ["a", "b", "c"] {
            let bytes: Arc<[u8]> = vec![0; 40].into();
            let (user, ext) = (Some("v".to_owned()), "png".to_owned());
            let file = StoredFile {
                key: key.into(),
                user,
                origin: Origin::Upload,
                ext,
                name: None,
                bytes,
                at_ms: 0,
            };
            files.insert(file, 100);
        }
        assert_eq!(files.of("v").map(|file| file.key.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert!(files.get("a").is_none());
        assert_eq!(files.bytes, 80);
    }
}
