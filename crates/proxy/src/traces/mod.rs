//! Traces of requests for whoever operates the proxy, sent to a collector by OTLP (protobuf over HTTP).
//!
//! A request is a span; each call of the centre or of the store that is made for it is a child. What a span says comes of closed
//! sets (routes, methods, desks of the settings, calls of the ports, words of outcomes) and the id of the request: nothing of
//! a visitor. That is why spans are made here by hand and not of what is logged.
//!
//! # Layout
//! - [`collector`]: the way to the collector

pub mod collector;

use crate::config;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use collector::Collector;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{FutureExt, SpanBuilder, SpanKind, Status, TraceContextExt, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider,
};
use secrecy::ExposeSecret as _;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Where a trace begins or goes on (W3C Trace Context).
pub const TRACEPARENT: &str = "traceparent";

/// The most spans that wait to be sent; what comes beyond is dropped.
const QUEUE: usize = 2_048;
/// The most spans of one request to the collector.
const BATCH: usize = 512;
/// So often they are sent.
const PAUSE: Duration = Duration::from_secs(5);
/// The collector may take so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// And so long at the end of the process, which others wait for.
const LAST: Duration = Duration::from_secs(2);

/// Why no traces can be sent.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// No client for HTTP.
    #[error("cannot set up a client for the collector of traces: {0}")]
    Client(#[from] reqwest::Error),
    /// No exporter.
    #[error("cannot set up what sends traces: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// What makes spans and sends them.
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// What makes the children of a request's span.
struct Maker(SdkTracer);

/// What came of a call.
pub(crate) struct Outcome {
    /// In a word of a closed set.
    pub(crate) word: &'static str,
    /// The code of the API, if there is one.
    pub(crate) code: Option<String>,
    /// Whether it is trouble and not part of the game.
    pub(crate) failed: bool,
}

impl Traces {
    /// Begins; nothing is sent yet. Call it within the runtime that shall carry what is sent.
    ///
    /// # Errors
    /// When the client cannot be set up.
    pub fn begin(settings: &config::Traces) -> Result<Self, TracesError> {
        let token = settings.token.as_ref().map(|token| format!("Bearer {}", token.expose_secret()));
        let headers = token.map(|token| HashMap::from([("authorization".to_owned(), token)]));
        let address = format!("{}/v1/traces", settings.endpoint.as_str().trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(&settings.endpoint, PATIENCE)?)
            .with_endpoint(address)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .with_headers(headers.unwrap_or_default())
            .build()?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(PAUSE)
            .build();
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder_empty().with_service_name("frontdesk").with_attribute(version);
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.sample)));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .with_sampler(sampler)
            .with_resource(resource.build())
            .build();
        let tracer = provider.tracer("frontdesk");
        Ok(Self { provider, tracer })
    }

    /// The span of a request, as the context in which it is answered.
    pub(crate) fn request(
        &self,
        method: &'static str,
        route: Option<&str>,
        request_id: &str,
        headers: &HeaderMap,
    ) -> Context {
        let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &Parent(headers));
        let name = route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
        let mut attributes = vec![
            KeyValue::new("http.request.method", method),
            KeyValue::new("frontdesk.request_id", request_id.to_owned()),
        ];
        attributes.extend(route.map(|route| KeyValue::new("http.route", route.to_owned())));
        let span = SpanBuilder::from_name(name).with_kind(SpanKind::Server).with_attributes(attributes);
        let span = span.start_with_context(&self.tracer, &parent);
        parent.with_span(span).with_value(Maker(self.tracer.clone()))
    }

    /// Sends what waits.
    pub async fn flush(&self) {
        let provider = self.provider.clone();
        // That of a collector which is down is in the log.
        let _sent = tokio::task::spawn_blocking(move || provider.force_flush()).await;
    }

    /// Sends what waits, and ends; what is not taken until then is lost.
    pub async fn end(&self, until: Instant) {
        let provider = self.provider.clone();
        let patience = until.saturating_duration_since(Instant::now()).min(LAST);
        let sent = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(patience)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the collector did not take the last traces in time; they are lost");
        }
    }
}

/// Ends the span of a request.
pub(crate) fn answered(context: &Context, status: StatusCode) {
    let span = context.span();
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
    span.end();
}

/// Does `work` as a child of the request that it is done for, if there is one whose trace is kept. `what`: which port.
pub(crate) async fn child<T>(
    what: &'static str,
    call: &'static str,
    desk: Option<&str>,
    work: impl Future<Output = T>,
    outcome: impl FnOnce(&T) -> Outcome,
) -> T {
    let parent = Context::current();
    let maker = parent.get::<Maker>().filter(|_| parent.span().span_context().is_sampled());
    let Some(Maker(tracer)) = maker else { return work.await };
    let mut attributes = vec![KeyValue::new("frontdesk.call", call)];
    attributes.extend(desk.map(|desk| KeyValue::new("frontdesk.desk", desk.to_owned())));
    let span = SpanBuilder::from_name(format!("{what} {call}"))
        .with_kind(SpanKind::Client)
        .with_attributes(attributes)
        .start_with_context(tracer, &parent);
    let context = parent.with_span(span);
    let done = work.with_context(context.clone()).await;
    let outcome = outcome(&done);
    let span = context.span();
    span.set_attribute(KeyValue::new("frontdesk.outcome", outcome.word));
    if let Some(code) = outcome.code {
        span.set_attribute(KeyValue::new("frontdesk.code", code));
    }
    if outcome.failed {
        span.set_status(Status::error(""));
    }
    span.end();
    done
}

/// The value of [`TRACEPARENT`] for what is asked of others now; `None` outside of any trace.
pub(crate) fn traceparent() -> Option<HeaderValue> {
    Context::map_current(|context| {
        let span = context.span();
        let context = span.span_context();
        let flags = u8::from(context.is_sampled());
        let text = || format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id());
        context.is_valid().then(text).and_then(|text| HeaderValue::from_str(&text).ok())
    })
}

/// Where a page says that its trace goes on. Its `tracestate` is not taken: it is free text.
struct Parent<'a>(&'a HeaderMap);

impl Extractor for Parent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let mut values = self.0.get_all(TRACEPARENT).iter();
        let only = values.next().filter(|_| key == TRACEPARENT && values.next().is_none());
        only.and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}
