//! What `content` of an uplink message must look like, by its media type.

use super::files::can_upload;
use crate::centre::{Attachment, Origin, StoredFile};
use crate::settings::Settings;
use crate::settings::quirks::{FileContent, Locate, MediaContent};

/// The content is not what the documents say; the message is not delivered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Finds the file that the content names. `known` looks up an upload of this visitor.
///
/// # Errors
/// When the content has another form than the settings ask for, or names no file of this visitor.
pub(super) fn attachment<'a>(
    media: &str,
    content: &str,
    settings: &Settings,
    known: impl Fn(&str) -> Option<&'a StoredFile>,
) -> Result<Option<Attachment>, Malformed> {
    let parts: Vec<&str> = content.split(',').collect();
    let quirks = &settings.quirks;
    let named = match media {
        "IMAGE" | "AUDIO" | "VIDEO" => match (parts.as_slice(), quirks.media_content) {
            ([key, ext], MediaContent::KeyExt | MediaContent::Either) => named(key, Some(ext)),
            ([key], MediaContent::Key | MediaContent::Either) => named(key, None),
            _ => return Err(Malformed),
        },
        "FILE" => match (parts.as_slice(), quirks.file_content) {
            ([key, ext], FileContent::KeyExt | FileContent::Either) => named(key, Some(ext)),
            ([name, size, key, ext], FileContent::Full | FileContent::Either) => {
                let size = size.parse::<usize>().map_err(|_| Malformed)?;
                if name.is_empty() {
                    return Err(Malformed);
                }
                Named { name: Some(name), size: Some(size), ..named(key, Some(ext)) }
            }
            _ => return Err(Malformed),
        },
        "FILE_IMAGE" | "FILE_VIDEO" => match parts.as_slice() {
            [key, ext] => named(key, Some(ext)),
            _ => return Err(Malformed),
        },
        "LOCATE" => match (parts.as_slice(), quirks.locate) {
            (_, Locate::Slashes | Locate::Either) if is_place(content) => return Ok(None),
            ([key, ext], Locate::KeyExt | Locate::Either) => named(key, Some(ext)),
            _ => return Err(Malformed),
        },
        _ => return Ok(None),
    };
    resolve(&named, settings, known).map(Some)
}

struct Named<'a> {
    key: &'a str,
    ext: Option<&'a str>,
    name: Option<&'a str>,
    size: Option<usize>,
}

fn named<'a>(key: &'a str, ext: Option<&'a str>) -> Named<'a> {
    Named { key, ext, name: None, size: None }
}

fn resolve<'a>(
    named: &Named,
    settings: &Settings,
    known: impl Fn(&str) -> Option<&'a StoredFile>,
) -> Result<Attachment, Malformed> {
    if named.key.is_empty() || named.ext.is_some_and(|ext| !can_upload(ext, settings)) {
        return Err(Malformed);
    }
    let file = match known(named.key) {
        Some(file) => Attachment::from(file),
        None if settings.check_object_keys => return Err(Malformed),
        None => Attachment {
            key: named.key.to_owned(),
            ext: named.ext.unwrap_or_default().to_owned(),
            name: None,
            size: 0,
            origin: Origin::Upload,
        },
    };
    if settings.check_object_keys
        && (named.ext.is_some_and(|ext| ext != file.ext) || named.size.is_some_and(|size| size != file.size))
    {
        return Err(Malformed);
    }
    Ok(Attachment { name: named.name.map(str::to_owned), ..file })
}

/// `latitude/longitude/description`
fn is_place(content: &str) -> bool {
    let mut parts = content.splitn(3, '/');
    let mut degrees = |max: f64| {
        parts.next().and_then(|part| part.parse::<f64>().ok()).is_some_and(|value| value.abs() <= max)
    };
    degrees(90.0) && degrees(180.0) && parts.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn file() -> StoredFile {
        StoredFile {
            key: "k".into(),
            user: Some("v".into()),
            origin: Origin::Upload,
            ext: "png".into(),
            name: None,
            bytes: vec![1, 2, 3].into(),
            at_ms: 0,
        }
    }

    fn check(media: &str, content: &str, quirks: serde_json::Value) -> Result<Option<Attachment>, Malformed> {
        let settings = Settings::default().patched(&json!({"quirks": quirks})).expect("valid");
        let file = file();
        let found = attachment(media, content, &settings, |key| (key == "k").then_some(&file));
        found.map(|found| found.map(|attachment| Attachment { size: 0, ..attachment }))
    }

    #[test]
    fn pictures_name_key_and_type_or_the_key_alone_as_set() {
        for (form, with_type, alone) in
            [("either", true, true), ("key_ext", true, false), ("key", false, true)]
        {
            let quirks = json!({"media_content": form});
            assert_eq!(check("IMAGE", "k,png", quirks.clone()).is_ok(), with_type, "{form}");
            assert_eq!(check("IMAGE", "k", quirks.clone()).is_ok(), alone, "{form}");
            for wrong in ["k.png", "k, png", "other,png", "k,exe", "k,jpg", ",png", ""] {
                assert_eq!(check("IMAGE", wrong, quirks.clone()), Err(Malformed), "{wrong}");
            }
        }
    }

    #[test]
    fn a_file_may_carry_its_name_and_size() {
        let full = check("FILE", "a.png,3,k,png", json!({})).expect("well formed").expect("a file");
        assert_eq!(full.name.as_deref(), Some("a.png"));
        for wrong in ["a,b.png,3,k,png", "a.png,4,k,png", "a.png,x,k,png", ",3,k,png"] {
            assert_eq!(check("FILE", wrong, json!({})), Err(Malformed), "{wrong}");
        }
        assert!(check("FILE", "k,png", json!({"file_content": "name_size_key_ext"})).is_err());
        assert!(check("FILE", "a.png,3,k,png", json!({"file_content": "key_ext"})).is_err());
        assert!(
            check("FILE_IMAGE", "k,png", json!({})).is_ok() && check("FILE_IMAGE", "k", json!({})).is_err()
        );
    }

    #[test]
    fn a_place_is_degrees_and_words_or_a_file() {
        assert_eq!(check("LOCATE", "52.5/13.4/Berlin, Mitte", json!({})), Ok(None));
        assert!(check("LOCATE", "k,png", json!({})).is_ok());
        assert_eq!(check("LOCATE", "91/13.4/x", json!({})), Err(Malformed));
        assert_eq!(check("LOCATE", "52.5/13.4/x", json!({"locate": "key_ext"})), Err(Malformed));
        assert_eq!(check("LOCATE", "k,png", json!({"locate": "slashes"})), Err(Malformed));
        assert_eq!(check("TEXT", "anything, really", json!({})), Ok(None));
    }
}
