//! Requests to the visitor API by `fetch`.

use crate::web::clock::chance;
use crate::web::upload::{Content, UploadNews, UploadRequest, UploadTo};
use crate::web::{Timer, json};
use crate::wire::{Read, Write};
use frontdesk_contract::{ApiError, ClientId, ErrorCode, Offers, SESSION_HEADER};
use frontdesk_core::{Answer, Call, Failure, Upload};
use js_sys::{Reflect, SyntaxError};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit, Response};

/// Where a trace begins.
pub(super) const TRACEPARENT: &str = "traceparent";
/// How long to stay away.
pub(super) const RETRY_AFTER: &str = "Retry-After";

/// What comes back from a request.
pub type Outcome = Result<Answer, Failure>;

/// Requests of at most so many bytes outlive their page.
const KEPT_ALIVE_BYTES: usize = 8 * 1024;

/// Erasing is given up after this time, in milliseconds.
const ERASE_MS: u64 = 5_000;
/// What is asked for beside the session is given up after so long, in milliseconds: whoever wants it can ask again.
const ASK_MS: u64 = 10_000;

/// Where the API is. Clones know of each other whether the desk wants traces.
#[derive(Clone)]
pub struct Transport {
    base: Rc<str>,
    traces: Rc<Cell<bool>>,
}

impl Transport {
    /// `endpoint` is the proxy's origin, or empty for the page's own.
    pub fn new(endpoint: &str) -> Self {
        let base = [endpoint.trim_end_matches('/'), "/v1/"].concat();
        Self { base: base.into(), traces: Rc::default() }
    }

    /// What the desk says of its pages, from now on.
    pub fn follow(&self, offers: &Offers) {
        self.traces.set(offers.trace);
    }

    /// Begins a trace with a request and has it kept (W3C Trace Context, version 00); `None`: the desk wants none.
    fn traceparent(&self) -> Option<String> {
        if !self.traces.get() {
            return None;
        }
        let (trace, span) = (ClientId::from_bits(chance()), ClientId::from_bits(chance()));
        // What nothing but zeros are, as of a browser without a generator, the proxy takes for none.
        Some(["00-", trace.as_str(), "-", span.as_str().get(..16)?, "-01"].concat())
    }

    /// Sends, and calls `done` exactly once, at the latest after `timeout_ms`; never, if the handle is dropped before.
    /// With the answer comes what it was read from.
    pub fn send(
        &self,
        call: &Call,
        credential: Option<&str>,
        timeout_ms: u32,
        done: Box<dyn FnOnce(Outcome, JsValue)>,
    ) -> Request {
        let abort = AbortController::new().ok();
        let request = self.build(call, credential, abort.as_ref());
        let read = reader(call);
        let own = self.clone();
        let told = move |body: Result<JsValue, Failure>| match body {
            Ok(body) => {
                let answer = read(body.clone());
                if let Some(Answer::Opened(opened)) = &answer {
                    own.follow(&opened.offers);
                }
                done(answer.ok_or(Failure::Foreign), body);
            }
            Err(failure) => done(Err(failure), JsValue::UNDEFINED),
        };
        Request::begin(request, abort, timeout_ms, Box::new(told))
    }

    /// Asks what any client may ask, with a body of JSON, and calls `done` as [`Request::begin`] does.
    pub fn exchange(
        &self,
        (method, path, body): (&str, &str, Option<String>),
        credential: Option<&str>,
        timeout_ms: u32,
        done: Box<dyn FnOnce(Result<JsValue, Failure>)>,
    ) -> Request {
        let abort = AbortController::new().ok();
        let request = self.finish(method, path, body.map(JsValue::from), credential, abort.as_ref());
        Request::begin(request, abort, timeout_ms, done)
    }

    /// Asks for something beside the session; `None`: it was not to be had.
    pub async fn ask<T: Read>(&self, path: &str, credential: &str) -> Option<T> {
        let body = Some(JsValue::from_str("{}"));
        let abort = AbortController::new().ok();
        let request = self.finish("POST", path, body, Some(credential), abort.as_ref());
        let late = give_up_after(ASK_MS, abort);
        let answer = exchange(request).await;
        drop(late);
        json::from_js(answer.ok()?)
    }

    /// Has the proxy erase the session of this credential. The request goes on when the page is gone.
    ///
    /// # Errors
    /// As of any request.
    pub async fn erase(&self, credential: &str) -> Result<(), Failure> {
        let abort = AbortController::new().ok();
        let request = self.of_call(("DELETE", "session", None), credential, abort.as_ref(), true);
        let late = give_up_after(ERASE_MS, abort);
        let outcome = exchange(request).await;
        drop(late);
        outcome.map(drop)
    }

    /// Uploads a file; see [`UploadRequest::send`].
    pub fn upload(
        &self,
        upload: Upload,
        credential: Option<String>,
        timeout_ms: u32,
        content: Content,
        tell: Rc<dyn Fn(UploadNews)>,
    ) -> UploadRequest {
        let url = [&*self.base, "files"].concat();
        let traceparent = self.traceparent();
        UploadRequest::send(UploadTo { url, credential, traceparent, timeout_ms }, upload, content, tell)
    }

    /// Asks for something of a call; `None`: the browser makes no such request. With `outlives` the request goes on when
    /// the page is gone.
    pub(crate) fn of_call(
        &self,
        (method, path, body): (&str, &str, Option<JsValue>),
        credential: &str,
        abort: Option<&AbortController>,
        outlives: bool,
    ) -> Option<web_sys::Request> {
        let request = self.finish(method, path, body, Some(credential), abort)?;
        if !outlives {
            return Some(request);
        }
        let init = RequestInit::new();
        outlive(&init)?;
        web_sys::Request::new_with_request_and_init(&request, &init).ok()
    }

    fn build(
        &self,
        call: &Call,
        credential: Option<&str>,
        abort: Option<&AbortController>,
    ) -> Option<web_sys::Request> {
        let (method, path, body) = match call {
            Call::OpenSession(open) => ("POST", "session", Some(text(open)?)),
            Call::Connect(connect) => ("POST", "contact", Some(text(connect)?)),
            Call::EndContact => ("DELETE", "contact", None),
            Call::PostMessage(message) => ("POST", "messages", Some(text(message)?)),
            Call::Typing => ("POST", "typing", Some(JsValue::from_str("{}"))),
            Call::PostSurvey(survey) => ("POST", "survey", Some(text(survey)?)),
            Call::PostFeedback(feedback) => ("POST", "feedback", Some(text(feedback)?)),
            Call::LeaveMessage(left) => ("POST", "leave-message", Some(text(left)?)),
            Call::Read { up_to } => {
                let body = ["{\"up_to\":", &up_to.to_string(), "}"].concat();
                ("POST", "read", Some(JsValue::from(body)))
            }
            Call::History { before } => {
                let before = before.as_ref().map(|before| escape(before));
                let query = ["history?before=", before.as_deref().unwrap_or_default()].concat();
                let query = if before.is_some() { query.as_str() } else { "history" };
                return self.finish("GET", query, None, credential, abort);
            }
            Call::Suggestions { query } => {
                let query = ["suggestions?q=", &escape(query)].concat();
                return self.finish("GET", &query, None, credential, abort);
            }
            Call::CallSupport => return self.finish("GET", "call", None, credential, abort),
            // Goes by `Transport::upload`.
            Call::Upload(_) => return None,
            Call::Events { after, wait_s } => {
                let query = ["events?after=", &after.to_string(), "&wait=", &wait_s.to_string()].concat();
                return self.finish("GET", &query, None, credential, abort);
            }
        };
        self.finish(method, path, body, credential, abort)
    }

    fn finish(
        &self,
        method: &str,
        path: &str,
        body: Option<JsValue>,
        credential: Option<&str>,
        abort: Option<&AbortController>,
    ) -> Option<web_sys::Request> {
        let init = RequestInit::new();
        init.set_method(method);
        init.set_cache(RequestCache::NoStore);
        init.set_credentials(RequestCredentials::Omit);
        if let Some(abort) = abort {
            init.set_signal(Some(&abort.signal()));
        }
        let headers = Headers::new().ok()?;
        if let Some(credential) = credential {
            headers.set(SESSION_HEADER, credential).ok()?;
        }
        if let Some(traceparent) = self.traceparent() {
            headers.set(TRACEPARENT, &traceparent).ok()?;
        }
        if let Some(body) = body {
            headers.set("Content-Type", "application/json").ok()?;
            // What the visitor gives arrives although the page is closed. All such requests together may have 64 KiB.
            if body.as_string().is_some_and(|body| body.len() <= KEPT_ALIVE_BYTES) {
                outlive(&init)?;
            }
            init.set_body(&body);
        }
        init.set_headers(&headers);
        web_sys::Request::new_with_str_and_init(&[&*self.base, path].concat(), &init).ok()
    }
}

/// The request goes on when its page is gone: a setting of the Fetch standard that the bindings do not name.
fn outlive(init: &RequestInit) -> Option<()> {
    Reflect::set(init, &"keepalive".into(), &JsValue::TRUE).ok().map(drop)
}

fn escape(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

fn text<T: Write>(body: &T) -> Option<JsValue> {
    json::to_text(body).map(JsValue::from)
}

pub(crate) type Reader = fn(JsValue) -> Option<Answer>;

/// How the answer to this call reads.
pub(crate) fn reader(call: &Call) -> Reader {
    match call {
        Call::OpenSession(_) => |value| read(value, Answer::Opened),
        Call::Connect(_) | Call::EndContact => |value| read(value, Answer::Contact),
        Call::PostMessage(_) => |value| read(value, Answer::Posted),
        Call::Events { .. } => |value| read(value, Answer::Events),
        Call::PostSurvey(_) => |value| read(value, Answer::Rated),
        Call::History { .. } => |value| read(value, Answer::History),
        Call::Suggestions { .. } => |value| read(value, Answer::Suggestions),
        Call::PostFeedback(_) => |value| read(value, Answer::Judged),
        Call::LeaveMessage(_) => |value| read(value, Answer::Left),
        Call::CallSupport => |value| read(value, Answer::CallSupport),
        Call::Upload(_) => |value| read(value, Answer::Stored),
        Call::Typing | Call::Read { .. } => |_| Some(Answer::Done),
    }
}

fn read<T: Read>(value: JsValue, wrap: fn(T) -> Answer) -> Option<Answer> {
    json::from_js(value).map(wrap)
}

/// What a request is answered with: JSON, nothing (204), or a refusal.
async fn exchange(request: Option<web_sys::Request>) -> Result<JsValue, Failure> {
    let (window, request) = web_sys::window().zip(request).ok_or(Failure::Network)?;
    let response = JsFuture::from(window.fetch_with_request(&request)).await.map_err(|_| Failure::Network)?;
    let response: Response = response.dyn_into().map_err(|_| Failure::Network)?;
    let told = match response.status() {
        204 => Ok(JsValue::NULL),
        _ => body_of(&response).await,
    };
    if response.ok() {
        return told;
    }
    Err(match told {
        Ok(body) => json::from_js(body)
            .map_or_else(|| turned_away(response.status(), told_to_wait(&response)), Failure::Refused),
        Err(Failure::Foreign) => turned_away(response.status(), told_to_wait(&response)),
        Err(failure) => failure,
    })
}

fn told_to_wait(response: &Response) -> Option<String> {
    response.headers().get(RETRY_AFTER).ok().flatten()
}

/// A box on the way refuses in its own words. Only how long to stay away is understood, in seconds (RFC 9110, 10.2.3).
pub(super) fn turned_away(status: u16, wait: Option<String>) -> Failure {
    match (status, wait.and_then(|wait| wait.parse::<u32>().ok())) {
        (429 | 503, Some(seconds)) => Failure::Refused(ApiError {
            code: ErrorCode::Overloaded,
            message: String::new(),
            retry_after_ms: Some(u64::from(seconds) * 1_000),
            request_id: None,
        }),
        _ => Failure::Foreign,
    }
}

/// The body as the browser reads it: what is no JSON is not the proxy's, what breaks off is the network's.
async fn body_of(response: &Response) -> Result<JsValue, Failure> {
    let promise = response.json().map_err(|_| Failure::Network)?;
    JsFuture::from(promise).await.map_err(|error| match error.is_instance_of::<SyntaxError>() {
        true => Failure::Foreign,
        false => Failure::Network,
    })
}

/// Aborts what this belongs to after so many milliseconds, unless the timer is dropped before.
fn give_up_after(ms: u64, abort: Option<AbortController>) -> Timer {
    let give_up = move || {
        if let Some(abort) = &abort {
            abort.abort();
        }
    };
    Timer::after(ms, Box::new(give_up))
}

/// A request on its way; aborted on drop.
#[must_use = "dropping the handle aborts the request"]
pub struct Request {
    abort: Option<AbortController>,
    wanted: Rc<Cell<bool>>,
    _timeout: Timer,
}

impl Request {
    /// Sends what was built with this `abort`, if it could be built, and calls `done` exactly once, at the latest after
    /// `timeout_ms`; never, if the handle is dropped before.
    pub(crate) fn begin(
        request: Option<web_sys::Request>,
        abort: Option<AbortController>,
        timeout_ms: u32,
        done: Box<dyn FnOnce(Result<JsValue, Failure>)>,
    ) -> Self {
        let wanted = Rc::new(Cell::new(true));
        let still_wanted = Rc::clone(&wanted);
        spawn_local(async move {
            if !still_wanted.get() {
                return;
            }
            let outcome = exchange(request).await;
            if still_wanted.replace(false) {
                done(outcome);
            }
        });
        let timeout = give_up_after(timeout_ms.into(), abort.clone());
        Self { abort, wanted, _timeout: timeout }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if self.wanted.replace(false)
            && let Some(abort) = &self.abort
        {
            abort.abort();
        }
    }
}
