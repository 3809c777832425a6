//! Files: uploads, downloads, tickets.

use serde::{Deserialize, Serialize};

/// Request header of `POST /v1/files`: the id of the upload, by the rules of [`crate::ClientId`].
pub const FILE_ID_HEADER: &str = "Frontdesk-Id";
/// Request header of `POST /v1/files`: the file's name, percent-encoded UTF-8.
pub const FILE_NAME_HEADER: &str = "Frontdesk-Name";
/// The longest file name in UTF-8 bytes; a longer one is cut before its extension.
pub const MAX_FILE_NAME_BYTES: usize = 200;

/// Answer to `POST /v1/files`: what to put into a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileStored {
    /// Id of the file.
    pub file: String,
    /// `image`, `audio`, `video` or `document`, by its content.
    pub kind: String,
    /// Its name as cleaned by the proxy.
    pub name: String,
    /// Its size as stored; smaller than what was sent where metadata was removed.
    pub size_bytes: u64,
}

/// Answer to `POST /v1/files/{file}/ticket`: an address that a page can load by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileTicket {
    /// Path and query on the proxy's origin. Good for this file only, for GET and HEAD, with ranges.
    pub url: String,
    /// When it ends: within five minutes.
    pub expires_ms: u64,
}
