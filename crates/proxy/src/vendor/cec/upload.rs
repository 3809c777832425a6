//! Handing over a file (uploadFileStream): its JSON is written while the file is read.

use super::calls::CHANNEL;
use super::codes::{Outcome, Request, outcome};
use super::link::{Ask, Call};
use super::token::Need;
use super::wire::{self, Uploaded};
use super::{Cec, content, status};
use crate::vendor::{Failure, Party, Spooled};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use frontdesk_contract::ErrorCode;
use futures_util::stream::{self, Stream, StreamExt as _};
use hyper::body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

/// Bytes of the file that are read at a time; a multiple of three, so that their Base64 has no padding.
const PART: usize = 48 * 1024;

impl Cec {
    pub(super) async fn hand_over(&self, party: &Party, file: Spooled<'_>) -> Result<String, Failure> {
        let request = Request::Upload;
        let endpoint = request.endpoint();
        if file.size_bytes == 0 {
            return Err(refused(ErrorCode::FileEmpty, "the file is empty"));
        }
        let Some(file_type) = self.config.upload_type(file.extension) else {
            return Err(refused(ErrorCode::FileTypeRefused, "the centre takes no files of this type"));
        };
        let call = Call {
            endpoint,
            path: "/apiaccess/ccmessaging/uploadFileStream",
            ask: Ask::File(Upload { file, file_type }),
            reads: false,
            need: Need::Any,
            opens: false,
            timeout: Some(self.config.file_timeout),
        };
        let opened = self.link.open(party, &call).await?;
        let reply = self.link.whole(&call, opened).await?;
        if reply.status != 200 {
            self.link.note(endpoint, &reply, None);
            return Err(match reply.status {
                404 => status::not_offered(endpoint),
                413 => refused(ErrorCode::FileTooLarge, "the file is larger than the gateway takes"),
                _ => status::status(endpoint, &reply, false),
            });
        }
        let (uploaded, coded) = wire::read_coded::<Uploaded>(&reply.body).unwrap_or_default();
        let code = coded.code();
        match (code.as_deref(), uploaded.object_key.word()) {
            (None | Some("0"), Some(key)) if content::is_key(key) && !key.contains(',') => Ok(key.to_owned()),
            (Some(code), _) if code != "0" => {
                self.link.note(endpoint, &reply, Some(code));
                match outcome(request, code, coded.text(), false) {
                    Outcome::Refused(reason) => {
                        Err(status::refused(endpoint, code, reason.code, reason.transient))
                    }
                    _ => Err(status::unintelligible(endpoint)),
                }
            }
            _ => {
                self.link.note(endpoint, &reply, None);
                Err(status::unintelligible(endpoint))
            }
        }
    }
}

fn refused(code: ErrorCode, detail: &str) -> Failure {
    let detail = format!("uploadFileStream: {detail}");
    Failure::Refused { code, transient: false, retry_after: None, detail }
}

/// A file as the body of a request; the body can be made again.
pub(super) struct Upload<'a> {
    file: Spooled<'a>,
    file_type: &'a str,
}

impl Upload<'_> {
    /// The body. Its length is known, so that the gateway can judge it before it comes.
    ///
    /// # Errors
    /// When the file cannot be opened, or is not what was said: nothing has been sent.
    pub(super) async fn body(&self) -> Result<reqwest::Body, Failure> {
        let wrong = || refused(ErrorCode::Internal, "the file in the spool is not as it was");
        let file = File::open(self.file.path).await.map_err(|_| wrong())?;
        let size = file.metadata().await.map_err(|_| wrong())?.len();
        if size != self.file.size_bytes {
            return Err(wrong());
        }
        // Letters and digits: the type needs no escapes.
        let head = format!(r#"{{"fileType":"{}","channel":"{CHANNEL}","fileStream":""#, self.file_type);
        let tail = "\"}";
        let length = head.len() as u64 + size.div_ceil(3) * 4 + tail.len() as u64;
        let middle = stream::try_unfold((file, size), |(mut file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let part = usize::try_from(left).unwrap_or(PART).min(PART);
            let mut bytes = vec![0; part];
            file.read_exact(&mut bytes).await?;
            let text = Bytes::from(STANDARD.encode(&bytes));
            Ok::<_, io::Error>(Some((text, (file, left - part as u64))))
        });
        let edge = |text: String| stream::iter([Ok(Bytes::from(text))]);
        let parts = Box::pin(edge(head).chain(middle).chain(edge(tail.to_owned())));
        Ok(reqwest::Body::wrap(Sized { parts, left: length }))
    }
}

/// A body of a known length.
struct Sized {
    parts: Pin<Box<dyn Stream<Item = Result<Bytes, io::Error>> + Send + Sync>>,
    left: u64,
}

impl Body for Sized {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.parts.poll_next_unpin(context).map(|part| {
            part.map(|part| {
                part.map(|bytes| {
                    self.left = self.left.saturating_sub(bytes.len() as u64);
                    Frame::data(bytes)
                })
            })
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
