//! What a message on its way out carries.

use crate::effect::Upload;
use crate::snapshot::Record;
use frontdesk_contract::{Body, ClientId, FileRef, FileStored, MAX_FILE_NAME_BYTES};

/// What a message on its way out carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// Something that can be posted as it is: a text, a place, a card.
    Ready(Body),
    /// A file; it is uploaded before it is posted.
    File(OutFile),
}

/// A file on its way out. Its content is kept by the driver under the id of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Its name, at most [`MAX_FILE_NAME_BYTES`].
    pub name: String,
    /// As the browser told it; may be empty.
    pub media_type: String,
    /// Its size.
    pub size_bytes: u64,
    /// The proxy has it, under this id.
    pub stored: Option<FileStored>,
}

impl OutFile {
    /// What an upload of it is sent with.
    pub fn upload(&self, id: ClientId) -> Upload {
        Upload {
            id,
            name: self.name.clone(),
            media_type: self.media_type.clone(),
            size_bytes: self.size_bytes,
        }
    }

    /// As it is shown and posted; without an id before it is uploaded.
    fn file_ref(&self) -> FileRef {
        match &self.stored {
            Some(stored) => FileRef {
                file: stored.file.clone(),
                kind: stored.kind.clone(),
                name: stored.name.clone(),
                size_bytes: Some(stored.size_bytes),
            },
            None => FileRef {
                file: String::new(),
                kind: kind_of(&self.media_type).to_owned(),
                name: self.name.clone(),
                size_bytes: Some(self.size_bytes),
            },
        }
    }
}

impl Payload {
    /// As it is shown and posted. The file of one that is not uploaded yet has an empty id.
    pub fn body(&self) -> Body {
        match self {
            Self::Ready(body) => body.clone(),
            Self::File(file) => Body::File(file.file_ref()),
        }
    }

    /// The file, as long as it is not uploaded.
    pub fn to_upload(&self) -> Option<&OutFile> {
        match self {
            Self::File(file) if file.stored.is_none() => Some(file),
            Self::File(_) | Self::Ready(_) => None,
        }
    }

    /// The proxy has the file no longer; false if it was not a file that was uploaded from here.
    pub(crate) fn lose_stored(&mut self) -> bool {
        match self {
            Self::File(file) => file.stored.take().is_some(),
            Self::Ready(_) => false,
        }
    }

    /// The record that survives a reload.
    pub fn record(&self, id: ClientId, at_ms: u64) -> Record {
        match self.clone() {
            Self::Ready(Body::Text(text)) => Record::Outgoing { id, text, at_ms },
            Self::Ready(body) => Record::OutgoingBody { id, body, at_ms },
            Self::File(OutFile { name, media_type, size_bytes, stored }) => {
                Record::OutgoingFile { id, name, media_type, size_bytes, stored, at_ms }
            }
        }
    }
}

/// A message that an earlier page or another tab has kept: its id, what it carries, and when it was sent. Other records
/// come back.
#[allow(clippy::result_large_err, reason = "no error: a record of another kind")]
pub(crate) fn of_record(record: Record) -> Result<(ClientId, Payload, u64), Record> {
    Ok(match record {
        Record::Outgoing { id, text, at_ms } => (id, Payload::Ready(Body::Text(text)), at_ms),
        Record::OutgoingBody { id, body, at_ms } => (id, Payload::Ready(body), at_ms),
        Record::OutgoingFile { id, name, media_type, size_bytes, stored, at_ms } => {
            (id, Payload::File(OutFile { name, media_type, size_bytes, stored }), at_ms)
        }
        other => return Err(other),
    })
}

/// `image`, `audio`, `video` or `document`, before the proxy has looked at the content.
fn kind_of(media_type: &str) -> &'static str {
    let own = |kind: &&str| media_type.starts_with(*kind);
    ["image", "audio", "video"].into_iter().find(own).unwrap_or("document")
}

/// The name's extension in lower case; empty when it has none.
pub(crate) fn extension(name: &str) -> String {
    last_dot(name).and_then(|dot| name.get(dot + 1..)).map(str::to_ascii_lowercase).unwrap_or_default()
}

fn last_dot(name: &str) -> Option<usize> {
    name.bytes().rposition(|byte| byte == b'.')
}

/// A name of at most [`MAX_FILE_NAME_BYTES`], cut before its extension.
pub(crate) fn short_name(mut name: String) -> String {
    let over = name.len().saturating_sub(MAX_FILE_NAME_BYTES);
    if over > 0 {
        // An extension that fills the name is none.
        let stem = last_dot(&name).filter(|dot| *dot >= over).unwrap_or(name.len());
        let from = (0..=stem - over).rev().find(|at| name.is_char_boundary(*at)).unwrap_or(0);
        name.drain(from..stem);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_before_its_extension_and_between_characters() {
        assert_eq!(short_name("a.png".into()), "a.png");
        let cut = short_name(["好".repeat(100), ".png".into()].concat());
        assert!(cut.len() <= MAX_FILE_NAME_BYTES && cut.len() > MAX_FILE_NAME_BYTES - 3, "{}", cut.len());
        assert!(cut.starts_with('好') && cut.ends_with("好.png"), "{cut}");
        assert_eq!(short_name("b".repeat(300)).len(), MAX_FILE_NAME_BYTES);
        let silly = short_name([".", &"x".repeat(300)].concat());
        assert!(silly.len() <= MAX_FILE_NAME_BYTES && silly.starts_with(".xx"), "{silly}");
    }

    #[test]
    fn an_extension_is_what_follows_the_last_dot() {
        assert_eq!(extension("a.tar.GZ"), "gz");
        assert_eq!((extension("none"), extension("dot.")), (String::new(), String::new()));
    }
}
