//! One request and its answer: passed on unchanged, or with a fault.

use crate::chance::{between, mix, mix_text};
use crate::kind::Kind;
use crate::line::{Cut, Weather, wait};
use crate::log::Met;
use crate::plan::Fault;
use crate::proxy::Shared;
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER, UPGRADE};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::task::AbortHandle;

/// A request of at most so many bytes is read before it goes on, so that it can be sent twice.
const WHOLE_MAX: u64 = 64 * 1024;
/// A request that is to be overtaken waits so long at most.
const OVERTAKEN_MAX: Duration = Duration::from_secs(1);
const ERRORS: [u16; 5] = [500, 502, 503, 504, 520];
const RETRY_AFTER_S: [u64; 2] = [1, 2];

/// The connection is to close, or to be reset if that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends here")]
pub(crate) struct Gone;

pub(crate) type Answer = Response<BoxBody<Bytes, Gone>>;
type Question = Request<BoxBody<Bytes, hyper::Error>>;

/// What a request met before it could be answered by its upstream.
enum Failed {
    Refused,
    Broken,
}

/// One exchange on a connection.
pub(crate) struct Exchange<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) cut: &'a Cut,
    pub(crate) weather: Weather,
}

/// A request that can be sent.
enum Asked {
    /// Read to its end: it can be sent again.
    Whole(Request<Bytes>),
    /// On its way.
    Streamed(Request<Incoming>),
}

impl Exchange<'_> {
    pub(crate) async fn run(mut self, request: Request<Incoming>) -> Result<Answer, Gone> {
        let (method, path) = (request.method().as_str(), request.uri().path());
        let class = self.shared.classes.iter().find(|class| class.fits(method, path));
        let class = class.map(|class| class.name.clone());
        self.shared.log.request(class.as_deref().unwrap_or("none"));
        let Some(class) = class.filter(|_| !request.headers().contains_key(UPGRADE)) else {
            return self.ask(Asked::Streamed(request)).await;
        };
        let key = self.key(&class, &request);
        let nth = self.shared.next(key);
        let asked = read(request).await?;
        let plan = Arc::clone(&self.weather.borrow_and_update());
        let fault = plan.for_exchange(key, nth);
        let fault = fault.filter(|fault| asked.is_whole() || fault.kind != Kind::Duplicate);
        let id = asked.id();
        let met = |kind: Kind| Met {
            nth,
            class: &class,
            key,
            kind: kind.word(),
            id: id.clone(),
            may_arrive: kind.may_arrive(),
        };
        if plan.stopped.contains(&class) {
            self.shared.log.add(met(Kind::BlackHole));
            self.until_moving(&class).await;
            return self.ask(asked).await;
        }
        let answer = match fault {
            None => self.ask(asked).await,
            Some(fault) => {
                self.shared.log.add(met(fault.kind));
                self.disturb(fault, asked).await
            }
        };
        self.shared.answered.notify_waiters();
        answer
    }

    /// Exchanges are counted by class, and by the value of a header where the settings name one.
    fn key(&self, class: &str, request: &Request<Incoming>) -> u64 {
        let name = self.shared.key_header.as_ref();
        let value = name.and_then(|name| request.headers().get(name)).map_or(&b""[..], HeaderValue::as_bytes);
        mix(&[mix_text(class.as_bytes()), mix_text(value)])
    }

    async fn until_moving(&mut self, class: &String) {
        if self.weather.wait_for(|plan| !plan.stopped.contains(class)).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    fn reset(&self) -> Result<Answer, Gone> {
        self.cut.reset();
        Err(Gone)
    }

    async fn disturb(&mut self, fault: Fault, asked: Asked) -> Result<Answer, Gone> {
        let Fault { kind, chance, .. } = fault;
        match kind {
            Kind::Refused => {
                let most = self.weather.borrow().burst;
                self.shared.refuse(between(chance, [1, most]));
                self.reset()
            }
            Kind::ResetBefore => self.reset(),
            Kind::ResetAfter => {
                drop(self.ask(asked).await);
                self.reset()
            }
            Kind::Truncated => {
                let (head, body) = self.ask(asked).await?.into_parts();
                let most = body.size_hint().exact().unwrap_or(WHOLE_MAX).max(1);
                Ok(Response::from_parts(head, Truncated { body, left: chance % most, ends: false }.boxed()))
            }
            Kind::Latency => {
                let time = between(chance, self.weather.borrow().latency_ms);
                let before = between(mix(&[chance]), [0, time]);
                wait(Duration::from_millis(before), &mut self.weather).await;
                let answer = self.ask(asked).await;
                wait(Duration::from_millis(time - before), &mut self.weather).await;
                answer
            }
            Kind::Duplicate => match asked {
                Asked::Whole(request) => {
                    let first = self.ask(Asked::Whole(request.clone()));
                    let (first, second) = tokio::join!(first, self.ask(Asked::Whole(request)));
                    if chance & 1 == 0 { first.or(second) } else { second.or(first) }
                }
                asked @ Asked::Streamed(_) => self.ask(asked).await,
            },
            Kind::Reordered => {
                let answered = self.shared.answered.notified();
                tokio::select! {
                    () = answered => {}
                    () = wait(OVERTAKEN_MAX, &mut self.weather) => {}
                }
                self.ask(asked).await
            }
            Kind::Error => {
                let at = usize::try_from(chance % ERRORS.len() as u64).unwrap_or(0);
                Ok(page(ERRORS.get(at).copied().unwrap_or(502)))
            }
            Kind::ErrorAfter => {
                drop(self.ask(asked).await?);
                Ok(page(if chance & 1 == 0 { 500 } else { 504 }))
            }
            Kind::TooMany => {
                let mut answer = page(429);
                if chance & 1 == 0 {
                    let seconds = HeaderValue::from(between(chance >> 1, RETRY_AFTER_S));
                    answer.headers_mut().insert(RETRY_AFTER, seconds);
                }
                Ok(answer)
            }
            Kind::Captive => Ok(page(200)),
            Kind::BlackHole => {
                let time = Duration::from_millis(self.weather.borrow().black_hole_ms);
                wait(time, &mut self.weather).await;
                // The network came back: what was sent is sent again below us.
                if self.weather.borrow().is_healed() { self.ask(asked).await } else { self.reset() }
            }
        }
    }

    /// Passes it on, and the answer back. What fails there fails here in the same way; a balancer has answers of its own.
    async fn ask(&self, asked: Asked) -> Result<Answer, Gone> {
        let several = self.shared.upstreams.are_several();
        match (self.forward(asked).await, several) {
            (Ok(answer), _) => Ok(answer),
            (Err(_), false) => self.reset(),
            (Err(Failed::Refused), true) => Ok(page(503)),
            (Err(Failed::Broken), true) => Ok(page(502)),
        }
    }

    /// On a connection of its own, so that a fault concerns one exchange, and no old connection adds one.
    async fn forward(&self, asked: Asked) -> Result<Answer, Failed> {
        let stream = self.shared.upstreams.connect().await.map_err(|_| Failed::Refused)?;
        let mut builder = hyper::client::conn::http1::Builder::new();
        let handshake = builder.preserve_header_case(true).handshake(TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.map_err(|_| Failed::Broken)?;
        let task = Task(tokio::spawn(async move { drop(connection.with_upgrades().await) }).abort_handle());
        let (near, question) = asked.question();
        let mut answer = sender.send_request(question).await.map_err(|_| Failed::Broken)?;
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS
            && let Some(near) = near
        {
            let far = hyper::upgrade::on(&mut answer);
            tokio::spawn(async move {
                let _task = task;
                if let (Ok(near), Ok(far)) = tokio::join!(near, far) {
                    let (mut near, mut far) = (TokioIo::new(near), TokioIo::new(far));
                    drop(tokio::io::copy_bidirectional(&mut near, &mut far).await);
                }
            });
            return Ok(answer.map(|_| Empty::new().map_err(|never| match never {}).boxed()));
        }
        Ok(answer.map(|body| Passed { body, _task: task }.boxed()))
    }
}

async fn read(request: Request<Incoming>) -> Result<Asked, Gone> {
    let size = request.body().size_hint().exact();
    if size.is_none_or(|size| size > WHOLE_MAX) {
        return Ok(Asked::Streamed(request));
    }
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Gone)?.to_bytes();
    Ok(Asked::Whole(Request::from_parts(head, body)))
}

impl Asked {
    fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    /// The id of what it asks for: a header of an upload, or a field of what it says.
    fn id(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Named {
            #[serde(alias = "messageId")]
            id: Option<String>,
        }
        let headers = match self {
            Self::Whole(request) => request.headers(),
            Self::Streamed(request) => request.headers(),
        };
        if let Some(id) = headers.get("frontdesk-id") {
            return id.to_str().ok().map(str::to_owned);
        }
        match self {
            Self::Whole(request) => serde_json::from_slice::<Named>(request.body()).ok()?.id,
            Self::Streamed(_) => None,
        }
    }

    fn question(self) -> (Option<hyper::upgrade::OnUpgrade>, Question) {
        match self {
            Self::Whole(request) => {
                let full = |body: Bytes| Full::new(body).map_err(|never| match never {}).boxed();
                let empty = |_| Empty::new().map_err(|never| match never {}).boxed();
                // Without a length there was no body.
                let sized = request.headers().contains_key(CONTENT_LENGTH);
                (None, if sized { request.map(full) } else { request.map(empty) })
            }
            Self::Streamed(mut request) => {
                let upgrades = request.headers().contains_key(UPGRADE);
                let near = upgrades.then(|| hyper::upgrade::on(&mut request));
                (near, request.map(|body| body.boxed()))
            }
        }
    }
}

/// What a box on the way answers, that knows nothing of either side.
fn page(status: u16) -> Answer {
    let body = Full::new(Bytes::from_static(b"<!doctype html><title>Network</title><p>Please sign in.</p>"));
    let mut answer = Response::new(body.map_err(|never| match never {}).boxed());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// A connection to an upstream, which ends with the exchange.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The body of an answer, as it comes.
struct Passed {
    body: Incoming,
    _task: Task,
}

impl Body for Passed {
    type Data = Bytes;
    type Error = Gone;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Gone>>> {
        Pin::new(&mut self.body).poll_frame(context).map_err(|_| Gone)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer that ends too early.
struct Truncated {
    body: BoxBody<Bytes, Gone>,
    left: u64,
    ends: bool,
}

impl Body for Truncated {
    type Data = Bytes;
    type Error = Gone;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Gone>>> {
        if self.left == 0 {
            if !self.ends {
                // What was said before is sent before the connection closes.
                self.ends = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(Gone)));
        }
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        let Some(Ok(frame)) = frame else { return Poll::Ready(Some(Err(Gone))) };
        let Ok(mut data) = frame.into_data() else { return Poll::Ready(Some(Err(Gone))) };
        data.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= data.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
