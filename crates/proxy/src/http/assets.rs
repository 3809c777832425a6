//! The widget's files, read once at start. What is not in memory is not served, so no path of a request reaches the disk.

use super::encoding::{Encoding, choose};
use crate::session::credential::hex;
use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;

/// All files together may take this much memory, in bytes.
const MOST_BYTES: u64 = 20 << 20;
/// Folders inside folders at most.
const DEPTH: u32 = 8;

/// The files by their path below the folder, with `/` between the parts.
#[derive(Default)]
pub struct Assets {
    files: HashMap<String, File>,
}

#[derive(Default)]
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
    content_type: &'static str,
    etag: String,
}

/// How long a file may be kept by browsers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Its address changes with its content.
    ForEver,
    /// Some minutes, then it is asked for again.
    Minutes,
    /// Asked for again each time.
    Never,
}

impl Assets {
    /// No files: the API works, the widget is not served.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads the folder. Without it the API works and the widget is not served; the log says so.
    ///
    /// # Errors
    /// When a file cannot be read, and when the files together are larger than 20 MB.
    pub fn load(folder: &Path) -> std::io::Result<Self> {
        if !folder.is_dir() {
            tracing::warn!(folder = %folder.display(), "the folder of the widget's files is missing: only the API is served");
            return Ok(Self::none());
        }
        let mut found = HashMap::new();
        let mut room = MOST_BYTES;
        read(folder, "", DEPTH, &mut room, &mut found)?;
        let mut files: HashMap<String, File> = HashMap::new();
        for (path, bytes) in &found {
            if is_form_of_another(path, &found) {
                continue;
            }
            let file = File {
                plain: bytes.clone(),
                brotli: found.get(&format!("{path}.br")).cloned(),
                gzip: found.get(&format!("{path}.gz")).cloned(),
                content_type: content_type(path),
                etag: hex(&Sha256::digest(bytes)),
            };
            files.insert(path.clone(), file);
        }
        tracing::info!(folder = %folder.display(), files = files.len(), "the widget's files are loaded");
        Ok(Self { files })
    }

    /// Whether there is a file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The answer with a file; `None` when there is none of this path.
    pub(super) fn answer(&self, path: &str, request: &HeaderMap, keep: Keep) -> Option<Response> {
        let file = self.files.get(path)?;
        let encoding = choose(request, file.brotli.is_some(), file.gzip.is_some());
        // Each form has a tag of its own, as a cache may hold several.
        let etag =
            format!("\"{}{}\"", file.etag, encoding.name().map_or(String::new(), |name| format!("-{name}")));
        let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let fresh =
            known.flat_map(|tags| tags.split(',')).any(|tag| tag.trim().trim_start_matches("W/") == etag);
        let body = match encoding {
            Encoding::Brotli => file.brotli.clone(),
            Encoding::Gzip => file.gzip.clone(),
            Encoding::Identity => None,
        };
        let mut response =
            Response::new(if fresh { Body::empty() } else { Body::from(body.unwrap_or(file.plain.clone())) });
        if fresh {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(ETAG, etag);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep.header()));
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
        if !fresh {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
            if let Some(name) = encoding.name() {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
            }
        }
        Some(response)
    }
}

impl Keep {
    fn header(self) -> &'static str {
        match self {
            Self::ForEver => "public, max-age=31536000, immutable",
            Self::Minutes => "public, max-age=300",
            Self::Never => "no-cache",
        }
    }
}

/// `x.js.br` beside `x.js` is a form of it, not a file of its own.
fn is_form_of_another(path: &str, found: &HashMap<String, Bytes>) -> bool {
    [".br", ".gz"].iter().any(|end| path.strip_suffix(end).is_some_and(|plain| found.contains_key(plain)))
}

fn read(
    folder: &Path,
    prefix: &str,
    depth: u32,
    room: &mut u64,
    found: &mut HashMap<String, Bytes>,
) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 0 {
            read(&entry.path(), &format!("{prefix}{name}/"), depth - 1, room, found)?;
        } else if kind.is_file() {
            let Some(left) = room.checked_sub(entry.metadata()?.len()) else {
                let text = format!("{} holds more than {MOST_BYTES} bytes", folder.display());
                return Err(std::io::Error::other(text));
            };
            *room = left;
            found.insert(format!("{prefix}{name}"), std::fs::read(entry.path())?.into());
        }
    }
    Ok(())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
