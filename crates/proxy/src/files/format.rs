//! The kinds of files that are known, each with one extension, one media type, one way to be shown.

use crate::vendor::FileKind;

/// A kind of file, decided by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// Windows bitmap.
    Bmp,
    /// GIF, animated or not.
    Gif,
    /// WebP.
    Webp,
    /// MPEG audio, layer III.
    Mp3,
    /// AAC in ADTS frames.
    Aac,
    /// ISO media with a picture track.
    Mp4,
    /// ISO media with sound alone.
    M4a,
    /// Plain UTF-8 text.
    Txt,
    /// UTF-8 text in columns. Told from plain text by its name alone.
    Csv,
    /// PDF without anything active.
    Pdf,
    /// Word before 2007, without macros.
    Doc,
    /// Word since 2007, without macros and embedded objects.
    Docx,
    /// A zip archive of harmless files.
    Zip,
}

/// The extensions that a desk can name in its settings.
pub const EXTENSIONS: &[&str] = &[
    "jpg", "jpeg", "png", "bmp", "gif", "webp", "mp3", "aac", "mp4", "txt", "csv", "pdf", "doc", "docx",
    "zip",
];

impl Format {
    /// The extension, lower case. Sound in ISO media is `mp4`, as the centre knows it.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Mp3 => "mp3",
            Self::Aac => "aac",
            Self::Mp4 | Self::M4a => "mp4",
            Self::Txt => "txt",
            Self::Csv => "csv",
            Self::Pdf => "pdf",
            Self::Doc => "doc",
            Self::Docx => "docx",
            Self::Zip => "zip",
        }
    }

    /// The media type that the file is served with.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Bmp => "image/bmp",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Mp3 => "audio/mpeg",
            Self::Aac => "audio/aac",
            Self::Mp4 => "video/mp4",
            Self::M4a => "audio/mp4",
            Self::Txt => "text/plain; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Doc => "application/msword",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Zip => "application/zip",
        }
    }

    /// How it is shown.
    pub const fn kind(self) -> FileKind {
        match self {
            Self::Jpeg | Self::Png | Self::Bmp | Self::Gif | Self::Webp => FileKind::Image,
            Self::Mp3 | Self::Aac | Self::M4a => FileKind::Audio,
            Self::Mp4 => FileKind::Video,
            Self::Txt | Self::Csv | Self::Pdf | Self::Doc | Self::Docx | Self::Zip => FileKind::Document,
        }
    }

    /// Whether a page may show it in place: pictures, sound and video, which cannot run anything.
    pub const fn is_inline(self) -> bool {
        !matches!(self.kind(), FileKind::Document)
    }

    /// The extension by which a desk takes this kind, if it does. `jpeg` and `jpg` are the same kind.
    pub fn taken_as(self, types: &[String]) -> Option<&str> {
        let named = |name: &str| types.iter().find(|known| *known == name).map(String::as_str);
        match self {
            Self::Jpeg => named("jpg").or_else(|| named("jpeg")),
            other => named(other.extension()),
        }
    }
}
