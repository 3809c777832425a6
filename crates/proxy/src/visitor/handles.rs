//! What the page names by our ids and the centre by its own. Pure.
//!
//! The id of a file follows from where it is: the same file has the same id in the journal and in the history.

use super::draft::Draft;
use crate::files::{format, name};
use crate::store::Handle;
use crate::vendor::{CentreFile, Content, FileKind};
use frontdesk_contract::{Body, Card, FileRef};

/// The key of a robot's answer, by the id of its message. Ids of files begin otherwise.
pub fn answer_id(message: &str) -> String {
    format!("a:{message}")
}

/// What the visitor is shown of a message.
pub fn shown(content: &Content) -> Body {
    match content {
        Content::Body(body) => body.clone(),
        Content::File(file) => Body::File(reference(file)),
        Content::Card { card, image } => Body::Card(Card { image: Some(image.source.id()), ..card.clone() }),
    }
}

/// Records the files of a message, so that they can be asked for.
pub fn adopt(draft: &mut Draft, content: &Content) {
    if let Content::File(file) | Content::Card { image: file, .. } = content {
        adopt_file(draft, file);
    }
}

/// Records a file, so that it can be asked for.
pub fn adopt_file(draft: &mut Draft, file: &CentreFile) {
    let handle = Handle::File {
        source: file.source.clone(),
        extension: file.extension.clone(),
        kind: file.kind,
        name: name_of(file),
        size_bytes: file.size_bytes,
        at_ms: draft.now_ms,
    };
    draft.handle(file.source.id(), handle);
}

/// How a file of the centre stands in a message.
fn reference(file: &CentreFile) -> FileRef {
    FileRef {
        file: file.source.id(),
        kind: file.kind.word().into(),
        name: name_of(file),
        size_bytes: file.size_bytes,
    }
}

/// A clean name. The centre's word for the type is believed only where it is one of ours; the content decides when the
/// file is served.
fn name_of(file: &CentreFile) -> String {
    let told = file.extension.as_deref().map(str::to_ascii_lowercase);
    let from_name = || file.name.as_deref().and_then(name::extension);
    let known = |extension: &String| format::EXTENSIONS.contains(&extension.as_str());
    let plain = match file.kind {
        FileKind::Image => "jpg",
        FileKind::Audio => "mp3",
        FileKind::Video => "mp4",
        FileKind::Document => "bin",
    };
    let extension = told.filter(known).or_else(|| from_name().filter(known)).unwrap_or_else(|| plain.into());
    name::clean(file.name.as_deref().unwrap_or_default(), &extension, file.kind.word())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::FileSource;

    fn file(extension: Option<&str>, kind: FileKind, name: Option<&str>) -> CentreFile {
        let source = FileSource::Local("k".into());
        CentreFile {
            source,
            extension: extension.map(Into::into),
            kind,
            name: name.map(Into::into),
            size_bytes: None,
        }
    }

    #[test]
    fn a_file_is_named_after_what_it_is() {
        for (given, expected) in [
            (file(Some("png"), FileKind::Image, Some("../a.png")), "a.png"),
            (file(None, FileKind::Image, None), "image.jpg"),
            (file(Some("exe"), FileKind::Document, Some("setup.exe")), "setup.bin"),
            (file(None, FileKind::Document, Some("bill.PDF")), "bill.pdf"),
            (file(Some("richtext"), FileKind::Document, None), "document.bin"),
        ] {
            assert_eq!(name_of(&given), expected);
        }
    }

    #[test]
    fn an_id_follows_from_the_place_and_from_nothing_else() {
        let (local, library) = (FileSource::Local("1".into()), FileSource::Library("1".into()));
        assert_eq!(local.id(), FileSource::Local("1".into()).id());
        assert_ne!(local.id(), library.id());
        assert_eq!(local.id().len(), 34);
    }
}
