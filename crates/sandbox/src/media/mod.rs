//! Small files of our own making, for scenarios and for the robot.

/// A sample by its name, as `photo.png`.
pub(crate) fn sample(name: &str) -> Option<&'static [u8]> {
    SAMPLES.iter().find(|(own, _)| *own == name).map(|(_, bytes)| *bytes)
}

/// Names of all samples.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SAMPLES.iter().map(|(name, _)| *name)
}

static SAMPLES: [(&str, &[u8]); 10] = [
    ("photo.png", include_bytes!("photo.png")),
    ("photo.jpg", include_bytes!("photo.jpg")),
    ("smile.gif", include_bytes!("smile.gif")),
    ("voice.mp3", include_bytes!("voice.mp3")),
    ("voice.aac", include_bytes!("voice.aac")),
    ("clip.mp4", include_bytes!("clip.mp4")),
    ("label.pdf", include_bytes!("label.pdf")),
    ("terms.docx", include_bytes!("terms.docx")),
    ("note.txt", include_bytes!("note.txt")),
    ("prices.csv", include_bytes!("prices.csv")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_begins_as_its_type_does() {
        for (name, start) in [
            ("photo.png", &b"\x89PNG\r\n\x1a\n"[..]),
            ("photo.jpg", b"\xff\xd8\xff"),
            ("smile.gif", b"GIF89a"),
            ("voice.mp3", b"\xff\xfb"),
            ("voice.aac", b"\xff\xf1"),
            ("label.pdf", b"%PDF-"),
            ("terms.docx", b"PK\x03\x04"),
        ] {
            assert!(sample(name).is_some_and(|bytes| bytes.starts_with(start)), "{name}");
        }
        assert!(sample("clip.mp4").and_then(|bytes| bytes.get(4..8)).is_some_and(|kind| kind == b"ftyp"));
        assert!(sample("none.png").is_none());
    }
}
