//! HTTP to the centre's API gateway: one request, one answer, no redirects, no repeats.

use super::CecError;
use super::carrier::{Carrier, Lost, Network, cause};
use crate::clock::Clock;
use crate::config::CecConfig;
use crate::outgoing;
use crate::traces;
use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, RETRY_AFTER,
};
use reqwest::{Certificate, RequestBuilder, Response, Url};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

mod date;

/// The longest answer that is read, in bytes, after decompression.
pub(super) const MAX_BODY: usize = 1 << 20;
/// The longest `Retry-After` that is believed.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// Name of the header that carries the visitor's token, both ways.
const VISITOR_TOKEN: &str = "ccmessaging-token";
/// The longest token that is taken from an answer, in bytes.
const MAX_TOKEN: usize = 8192;

/// The connection to one gateway.
pub(super) struct Client {
    http: reqwest::Client,
    carrier: Arc<dyn Carrier>,
    clock: Clock,
    base: Url,
    timeout: Duration,
    /// Whether the gateway is told the trace.
    trace_header: bool,
}

/// What goes with a request beside its body.
#[derive(Default)]
pub(super) struct Tokens<'a> {
    /// The app key.
    pub(super) app_key: Option<&'a HeaderValue>,
    /// `Bearer …`.
    pub(super) gateway: Option<&'a HeaderValue>,
    /// The visitor's token, verbatim.
    pub(super) visitor: Option<&'a HeaderValue>,
}

/// An answer of which the body has not been read yet.
pub(super) struct Opened {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    /// A newer visitor token, verbatim.
    pub(super) visitor_token: Option<HeaderValue>,
    response: Response,
    started: Instant,
}

/// A whole answer, whatever its status.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
    /// How long it took.
    pub(super) took: Duration,
}

impl Client {
    pub(super) fn new(config: &CecConfig) -> Result<Self, CecError> {
        let found = authorities(config)?;
        let plain = found.is_none() && config.base_url.scheme() == "http";
        let mut builder = outgoing::client(plain)
            .default_headers(usual_headers())
            .gzip(true)
            .tcp_nodelay(true)
            .tcp_keepalive(Duration::from_secs(30))
            .timeout(config.timeout)
            .connect_timeout(config.timeout.min(Duration::from_secs(5)))
            .pool_idle_timeout(Duration::from_secs(30));
        if let Some(found) = found {
            builder = builder.tls_certs_only(found);
        }
        let http = builder.build().map_err(|error| CecError::Client(cause(&error)))?;
        let carrier = Arc::new(Network(http.clone()));
        let (base, timeout) = (config.base_url.clone(), config.timeout);
        let trace_header = config.trace_header;
        Ok(Self { http, carrier, clock: Clock::system(), base, timeout, trace_header })
    }

    /// The same over something else than the network, in another time.
    pub(super) fn over(self, carrier: Arc<dyn Carrier>, clock: Clock) -> Self {
        Self { carrier, clock, ..self }
    }

    /// The time that the desk's records know.
    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Posts JSON. `expire`: the value of `X-Token-Expire`, for the token service alone.
    pub(super) async fn post(
        &self,
        path: &str,
        tokens: Tokens<'_>,
        expire: Option<Duration>,
        body: Vec<u8>,
    ) -> Result<Reply, Lost> {
        let mut request = self.posting(path).body(body);
        if let Some(expire) = expire {
            request = request.header("x-token-expire", expire.as_secs());
        }
        self.open(request, tokens).await?.whole().await
    }

    /// Posts JSON and answers as soon as an answer begins. `timeout`: until its end, instead of the usual one.
    pub(super) async fn open_post(
        &self,
        path: &str,
        tokens: Tokens<'_>,
        timeout: Option<Duration>,
        body: impl Into<reqwest::Body>,
    ) -> Result<Opened, Lost> {
        self.open(limited(self.posting(path).body(body), timeout), tokens).await
    }

    /// Gets with a query and answers as soon as an answer begins. `timeout`: until its end, instead of the usual one.
    pub(super) async fn open_get(
        &self,
        path: &str,
        query: &[(&str, &str)],
        tokens: Tokens<'_>,
        timeout: Option<Duration>,
    ) -> Result<Opened, Lost> {
        self.open(limited(self.http.get(self.url(path, query)), timeout), tokens).await
    }

    fn posting(&self, path: &str) -> RequestBuilder {
        self.http.post(self.url(path, &[])).header(CONTENT_TYPE, "application/json;charset=UTF-8")
    }

    async fn open(&self, mut request: RequestBuilder, tokens: Tokens<'_>) -> Result<Opened, Lost> {
        for (name, value) in [
            ("x-app-key", tokens.app_key),
            (AUTHORIZATION.as_str(), tokens.gateway),
            (VISITOR_TOKEN, tokens.visitor),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        if let Some(trace) = self.trace_header.then(traces::traceparent).flatten() {
            request = request.header(traces::TRACEPARENT, trace);
        }
        let mut request = request.build().map_err(|error| Lost::NotSent(cause(&error)))?;
        request.timeout_mut().get_or_insert(self.timeout);
        let started = Instant::now();
        let response = self.carrier.carry(request).await?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), &self.clock);
        let visitor_token = response.headers().get(VISITOR_TOKEN).filter(|token| is_token(token)).cloned();
        Ok(Opened { status, retry_after, visitor_token, response, started })
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

/// The authorities of the settings; `None`: they name none.
pub(super) fn authorities(config: &CecConfig) -> Result<Option<Vec<Certificate>>, CecError> {
    let Some(path) = &config.ca_file else { return Ok(None) };
    let problem = |problem: String| CecError::Authorities { path: path.clone(), problem };
    let pem = std::fs::read(path).map_err(|error| problem(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| problem(cause(&error)))?;
    if found.is_empty() { Err(problem("no certificate in it".into())) } else { Ok(Some(found)) }
}

/// As the 2.5 manual lists them. English, since texts beside codes are told apart by their English words.
fn usual_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json;version=1.0"));
    headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en_US"));
    headers
}

fn limited(request: RequestBuilder, timeout: Option<Duration>) -> RequestBuilder {
    match timeout {
        Some(timeout) => request.timeout(timeout),
        None => request,
    }
}

impl Opened {
    /// The next part of the body; `None`: it is over.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Lost> {
        self.response
            .chunk()
            .await
            .map_err(|error| if error.is_timeout() { Lost::Late } else { Lost::Cut(cause(&error)) })
    }

    /// The whole answer.
    pub(super) async fn whole(mut self) -> Result<Reply, Lost> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Lost::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(self.with(body))
    }

    /// The answer without its body.
    pub(super) fn head(self) -> Reply {
        self.with(Vec::new())
    }

    fn with(self, body: Vec<u8>) -> Reply {
        let Self { status, retry_after, started, .. } = self;
        Reply { status, retry_after, body, took: started.elapsed() }
    }
}

fn is_token(token: &HeaderValue) -> bool {
    (1..=MAX_TOKEN).contains(&token.len()) && token.as_bytes().iter().all(u8::is_ascii_graphic)
}

/// `Retry-After` in seconds or as a date; a date is measured by the gateway's own clock where it tells it.
fn retry_after(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let now = headers.get(DATE).and_then(|date| date::parse(date.to_str().ok()?));
        let now = now.unwrap_or_else(|| clock.now_ms() / 1000);
        Duration::from_secs(date::parse(text)?.saturating_sub(now))
    };
    Some(wait.min(MAX_RETRY_AFTER))
}
