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
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncWrite, AsyncWriteExt};

const ENDPOINT: &str = "downloadFileStream";
/// What an answer may be longer than its file: escapes double it at most, other fields are small.
const OVERHEAD: u64 = 1 << 20;

/// How a file is asked for. Which form a centre takes for which file differs between editions and deployments; for what
/// a visitor handed over no document says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The bare key or id.
    Bare,
    /// With `local/` before it.
    Local,
    /// As a file of the library.
    Library,
}

/// The forms for a file: as the documents have it, then what else a centre may take.
fn forms(source: &FileSource) -> (usize, &str, &'static [Form]) {
    match source {
        FileSource::Local(key) => (0, key, &[Form::Local, Form::Bare]),
        FileSource::Library(id) => (1, id, &[Form::Library, Form::Bare]),
        FileSource::Uploaded(key) => (2, key, &[Form::Bare, Form::Local]),
        FileSource::Plain(key) => (3, key, &[Form::Bare, Form::Local, Form::Library]),
        // It does not lie at the centre.
        FileSource::Picture(address) => (3, address, &[]),
    }
}

/// Which of its forms has worked for each kind of file, as long as this process runs.
#[derive(Default)]
pub(super) struct Worked([AtomicUsize; 4]);

impl Worked {
    fn of(&self, kind: usize) -> usize {
        self.0.get(kind).map_or(0, |first| first.load(Ordering::Relaxed))
    }

    fn learn(&self, kind: usize, form: usize) {
        if let Some(first) = self.0.get(kind) {
            first.store(form, Ordering::Relaxed);
        }
    }
}

/// Why a file did not come.
enum Miss {
    /// Not under this id: nothing was written, another form may find it.
    Form(Failure),
    /// Otherwise.
    Other(Failure),
}

impl From<Failure> for Miss {
    fn from(failure: Failure) -> Self {
        Self::Other(failure)
    }
}

impl Cec {
    pub(super) async fn fetch_file(
        &self,
        party: &Party,
        source: &FileSource,
        extension: Option<&str>,
        into: &mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Result<u64, Failure> {
        // The field must not be missing; a type that is not listed is tried as it is.
        let file_type = extension.unwrap_or("txt").to_ascii_lowercase();
        let (kind, key, forms) = forms(source);
        let worked = self.file_forms.of(kind);
        let mut first = None;
        for at in std::iter::once(worked).chain((0..forms.len()).filter(|at| *at != worked)) {
            let Some(form) = forms.get(at) else { continue };
            let local = format!("local/{key}");
            let body = AskFile {
                file_id: if *form == Form::Local { &local } else { key },
                channel: CHANNEL,
                file_type: &file_type,
                multi_media: (*form == Form::Library).then_some("multiMedia"),
            };
            match self.fetch_as(party, &body, into, max_bytes).await {
                Ok(size_bytes) => {
                    self.file_forms.learn(kind, at);
                    return Ok(size_bytes);
                }
                Err(Miss::Form(failure)) => first = first.or(Some(failure)),
                Err(Miss::Other(failure)) => return Err(first.unwrap_or(failure)),
            }
        }
        // There is a form for every file of the centre, so that there is a failure.
        Err(first.unwrap_or_else(|| status::refused(ENDPOINT, "", ErrorCode::FileUnknown, false)))
    }

    /// Asks for a file in one form.
    async fn fetch_as(
        &self,
        party: &Party,
        body: &AskFile<'_>,
        into: &mut (dyn AsyncWrite + Send + Unpin),
        max_bytes: u64,
    ) -> Result<u64, Miss> {
        let mut call = post(ENDPOINT, "/apiaccess/ccmessaging/downloadFileStream", body, true);
        call.timeout = Some(self.config.file_timeout);
        let mut opened = self.link.open(party, &call).await?;
        if opened.status != 200 {
            let reply = self.link.whole(&call, opened).await?;
            self.link.note(ENDPOINT, &reply, None);
            return Err(Miss::Other(match reply.status {
                404 => status::not_offered(ENDPOINT),
                _ => status::status(ENDPOINT, &reply, true),
            }));
        }
        let mut reader = FileReader::new(max_bytes);
        let mut come = 0_u64;
        let mut bytes = Vec::new();
        while let Some(chunk) = opened.chunk().await.map_err(|lost| self.link.lost(&call, &lost))? {
            come = come.saturating_add(chunk.len() as u64);
            if come > max_bytes.saturating_mul(8) / 3 + OVERHEAD {
                return Err(too_large().into());
            }
            reader.feed(&chunk, &mut bytes).map_err(fault)?;
            write(into, &mut bytes).await?;
        }
        let found = reader.end(&mut bytes).map_err(fault)?;
        write(into, &mut bytes).await?;
        let reply = opened.head();
        let code = match found.code.as_deref() {
            None | Some("0") if found.size_bytes > 0 => return Ok(found.size_bytes),
            None | Some("0") => {
                self.link.note(ENDPOINT, &reply, found.code.as_deref());
                return Err(Miss::Form(status::refused(ENDPOINT, "0", ErrorCode::FileUnknown, false)));
            }
            Some(code) => code,
        };
        self.link.note(ENDPOINT, &reply, Some(code));
        let failure = match outcome(Request::Download, code, &found.text, false) {
            Outcome::Refused(reason) => status::refused(ENDPOINT, code, reason.code, reason.transient),
            _ => status::unintelligible(ENDPOINT),
        };
        // 13 covers all that can be wrong with an id, and a type that is not taken under any.
        let other_form =
            code == "13" && found.size_bytes == 0 && !found.text.to_lowercase().contains("out of range");
        Err(if other_form { Miss::Form(failure) } else { Miss::Other(failure) })
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
        Fault::Broken => status::unintelligible(ENDPOINT),
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
