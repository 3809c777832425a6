//! Fetching a file (downloadFileStream): its JSON is read while it comes, the file is written at the same time.

mod reader;

use super::Cec;
use super::calls::{CHANNEL, post};
use super::codes::{Outcome, Request, outcome};
use super::status;
use super::wire::AskFile;
use crate::vendor::{Failure, FileSource, Party};
use frontdesk_contract::ErrorCode;
pub(super) use reader::{Fault, FileReader};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// What an answer may be longer than its file: escapes double it at most, other fields are small.
const OVERHEAD: u64 = 1 << 20;

impl Cec {
    pub(super) async fn fetch_file(
        &self,
        party: &Party,
        source: &FileSource,
        extension: Option<&str>,
        into: &mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Result<u64, Failure> {
        let endpoint = Request::Download.endpoint();
        let (file_id, multi_media) = match source {
            FileSource::Local(key) => (format!("local/{key}"), None),
            FileSource::Library(id) => (id.clone(), Some("multiMedia")),
            FileSource::Uploaded(key) | FileSource::Plain(key) => (key.clone(), None),
        };
        // The field must not be missing; a type that is not listed is tried as it is.
        let file_type = extension.unwrap_or("txt").to_ascii_lowercase();
        let body = AskFile { file_id: &file_id, channel: CHANNEL, file_type: &file_type, multi_media };
        let mut call = post(endpoint, "/apiaccess/ccmessaging/downloadFileStream", &body, true);
        call.timeout = Some(self.config.file_timeout);
        let mut opened = self.link.open(party, &call).await?;
        if opened.status != 200 {
            let reply = self.link.whole(&call, opened).await?;
            self.link.note(endpoint, &reply, None);
            return Err(match reply.status {
                404 => status::not_offered(endpoint),
                _ => status::status(endpoint, &reply, true),
            });
        }
        let mut reader = FileReader::new(max_bytes);
        let mut come = 0_u64;
        let mut bytes = Vec::new();
        while let Some(chunk) = opened.chunk().await.map_err(|lost| self.link.lost(&call, &lost))? {
            come = come.saturating_add(chunk.len() as u64);
            if come > max_bytes.saturating_mul(8) / 3 + OVERHEAD {
                return Err(too_large());
            }
            reader.feed(&chunk, &mut bytes).map_err(fault)?;
            write(into, &mut bytes).await?;
        }
        let found = reader.end(&mut bytes).map_err(fault)?;
        write(into, &mut bytes).await?;
        let reply = opened.head();
        match found.code.as_deref() {
            None | Some("0") if found.size_bytes > 0 => Ok(found.size_bytes),
            None | Some("0") => {
                self.link.note(endpoint, &reply, found.code.as_deref());
                Err(status::refused(endpoint, "0", ErrorCode::FileUnknown, false))
            }
            Some(code) => {
                self.link.note(endpoint, &reply, Some(code));
                Err(match outcome(Request::Download, code, &found.text, false) {
                    Outcome::Refused(reason) => {
                        status::refused(endpoint, code, reason.code, reason.transient)
                    }
                    _ => status::unintelligible(endpoint),
                })
            }
        }
    }
}

async fn write(into: &mut (dyn AsyncWrite + Send + Unpin), bytes: &mut Vec<u8>) -> Result<(), Failure> {
    let written = into.write_all(bytes).await;
    bytes.clear();
    written.map_err(|_| Failure::Refused {
        code: ErrorCode::Internal,
        transient: false,
        retry_after: None,
        detail: "downloadFileStream: the file cannot be written here".into(),
    })
}

fn fault(fault: Fault) -> Failure {
    match fault {
        Fault::TooLarge => too_large(),
        Fault::Broken => status::unintelligible(Request::Download.endpoint()),
    }
}

fn too_large() -> Failure {
    Failure::Refused {
        code: ErrorCode::FileTooLarge,
        transient: false,
        retry_after: None,
        detail: "downloadFileStream: the file is larger than is taken".into(),
    }
}
