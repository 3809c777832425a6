//! Uploads by `XMLHttpRequest`: `fetch` does not tell how much has left.

use crate::lazy::{self, Missing};
use crate::web::transport::{Outcome, RETRY_AFTER, TRACEPARENT, turned_away};
use crate::web::{Listener, json};
use frontdesk_contract::{ApiError, FILE_ID_HEADER, FILE_NAME_HEADER, SESSION_HEADER};
use frontdesk_core::{Answer, Failure, Upload};
use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

/// What a file is sent as when the browser does not know what it is.
const ANY_TYPE: &str = "application/octet-stream";

/// Where the content comes from; `None`: it is not kept here any more.
pub type Content = Pin<Box<dyn Future<Output = Option<Blob>>>>;

/// What an upload tells.
#[derive(Debug, PartialEq)]
pub enum UploadNews {
    /// So many bytes have left.
    Sent(u64),
    /// Over, exactly once.
    Done(Outcome),
}

/// How an upload is to be sent.
pub struct UploadTo {
    /// The address.
    pub url: String,
    /// For the header.
    pub credential: Option<String>,
    /// Begins a trace, where the desk wants one.
    pub traceparent: Option<String>,
    /// Give up after this many milliseconds; 0: never.
    pub timeout_ms: u32,
}

/// An upload on its way; aborted on drop.
#[must_use = "dropping the handle aborts the upload"]
pub struct UploadRequest {
    _sending: Rc<RefCell<Option<Box<dyn Any>>>>,
}

impl UploadRequest {
    /// Sends the content once it is there, and tells how it goes; nothing, once the handle is dropped.
    pub fn send(to: UploadTo, upload: Upload, content: Content, tell: Rc<dyn Fn(UploadNews)>) -> Self {
        let sending = Rc::default();
        let wanted: Weak<RefCell<_>> = Rc::downgrade(&sending);
        spawn_local(async move {
            let begun = send_part(to, upload, content, Rc::clone(&tell)).await;
            let Some(sending) = wanted.upgrade() else { return };
            match begun {
                Ok(begun) => drop(sending.replace(Some(begun))),
                Err(Missing) => tell(UploadNews::Done(Err(Failure::Network))),
            }
        });
        Self { _sending: sending }
    }
}

lazy::part! { attach:
    fn send_part(to: UploadTo, upload: Upload, content: Content, tell: Rc<dyn Fn(UploadNews)>) -> Box<dyn Any> {
        Box::new(Sending::begin(&to, &upload, content, tell))
    }
}

struct Sending {
    running: Rc<RefCell<Option<Running>>>,
}

/// Nothing in here once it is over or not wanted any more.
struct Running {
    request: XmlHttpRequest,
    /// What is sent.
    content: Option<Blob>,
    _listeners: [Listener; 2],
}

impl Sending {
    fn begin(to: &UploadTo, upload: &Upload, content: Content, tell: Rc<dyn Fn(UploadNews)>) -> Self {
        let running: Rc<RefCell<Option<Running>>> = Rc::default();
        match begin(to, upload, &running, &tell) {
            Some(begun) => *running.borrow_mut() = Some(begun),
            None => {
                let tell = Rc::clone(&tell);
                spawn_local(async move { tell(UploadNews::Done(Err(Failure::Network))) });
                return Self { running };
            }
        }
        let weak = Rc::downgrade(&running);
        spawn_local(async move {
            let content = content.await;
            let Some(running) = weak.upgrade() else { return };
            let request = running.borrow_mut().as_mut().map(|running| {
                running.content.clone_from(&content);
                running.request.clone()
            });
            let Some(request) = request else { return };
            let failure = match content {
                Some(content) if request.send_with_opt_blob(Some(&content)).is_ok() => return,
                Some(_) => Failure::Network,
                None => Failure::FileGone,
            };
            running.take();
            tell(UploadNews::Done(Err(failure)));
        });
        Self { running }
    }
}

fn begin(
    to: &UploadTo,
    upload: &Upload,
    running: &Rc<RefCell<Option<Running>>>,
    tell: &Rc<dyn Fn(UploadNews)>,
) -> Option<Running> {
    let request = XmlHttpRequest::new().ok()?;
    request.open("POST", &to.url).ok()?;
    request.set_timeout(to.timeout_ms);
    let media_type = if upload.media_type.is_empty() { ANY_TYPE } else { &upload.media_type };
    let id = upload.request_id();
    let name = String::from(js_sys::encode_uri_component(&upload.name));
    for (header, value) in [
        ("Content-Type", media_type),
        (FILE_ID_HEADER, id.as_str()),
        (FILE_NAME_HEADER, &name),
        (SESSION_HEADER, to.credential.as_deref().unwrap_or_default()),
    ] {
        request.set_request_header(header, value).ok()?;
    }
    if let Some(traceparent) = &to.traceparent {
        request.set_request_header(TRACEPARENT, traceparent).ok()?;
    }
    let moves = Rc::clone(tell);
    let progress = move |event: web_sys::Event| {
        moves(UploadNews::Sent(event.unchecked_into::<ProgressEvent>().loaded() as u64));
    };
    let (weak, over) = (Rc::downgrade(running), Rc::clone(tell));
    let end = move |_| finish(&weak, &over);
    let listeners = [
        Listener::new(request.upload().ok()?.as_ref(), "progress", Box::new(progress)),
        Listener::new(&request, "loadend", Box::new(end)),
    ];
    Some(Running { request, content: None, _listeners: listeners })
}

fn finish(running: &Weak<RefCell<Option<Running>>>, tell: &Rc<dyn Fn(UploadNews)>) {
    let Some(running) = running.upgrade() else { return };
    let Some(over) = running.take() else { return };
    let (wanted, tell) = (Rc::downgrade(&running), Rc::clone(tell));
    // Not in this call: its listener is running now.
    spawn_local(async move {
        let (mut outcome, content) = (outcome(&over.request), over.content.clone());
        drop(over);
        if let (Err(Failure::Network), Some(content)) = (&outcome, content)
            && !is_readable(&content).await
        {
            outcome = Err(Failure::FileGone);
        }
        if wanted.strong_count() > 0 {
            tell(UploadNews::Done(outcome));
        }
    });
}

/// Whether the file is still what the visitor chose: browsers hand out nothing of one that was changed or moved since.
async fn is_readable(content: &Blob) -> bool {
    match content.slice_with_i32_and_i32(0, 1) {
        Ok(head) => JsFuture::from(head.array_buffer()).await.is_ok(),
        Err(_) => false,
    }
}

fn outcome(request: &XmlHttpRequest) -> Outcome {
    let status = request.status().unwrap_or(0);
    if status == 0 {
        return Err(Failure::Network);
    }
    let text = request.response_text().ok().flatten().unwrap_or_default();
    if (200..300).contains(&status) {
        return json::from_text(&text).map(Answer::Stored).ok_or(Failure::Foreign);
    }
    match json::from_text::<ApiError>(&text) {
        Some(error) => Err(Failure::Refused(error)),
        None => Err(turned_away(status, request.get_response_header(RETRY_AFTER).ok().flatten())),
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // The listeners go first, so that nobody hears of the end.
            let Running { request, _listeners, .. } = running;
            drop(_listeners);
            let _ = request.abort();
        }
    }
}
