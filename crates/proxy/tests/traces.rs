//! Traces, from the page's `traceparent` to the collector and the centre.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;
mod kept_log;
#[cfg(unix)]
mod program;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::post;
use cec_support::{Centre, Reply, SECRET, coded};
use frontdesk_proxy::clock::Clock;
use frontdesk_proxy::config::Config;
use frontdesk_proxy::http::assets::Assets;
use frontdesk_proxy::reload::Centres;
use frontdesk_proxy::settings::Settings;
use frontdesk_proxy::state::{App, AppState};
use frontdesk_proxy::store::memory::MemoryStore;
use frontdesk_proxy::telemetry;
use frontdesk_proxy::traces::Traces;
use http_body_util::BodyExt;
use kept_log::Log;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;
use tower::ServiceExt;
use tracing_subscriber::util::SubscriberInitExt;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PAGE: &str = "00f067aa0ba902b7";
/// Less than a collector has while the proxy serves, and more than at its end.
const PATIENCE: Duration = Duration::from_secs(8);

/// What a collector was sent.
type Taken = Vec<(HeaderMap, ExportTraceServiceRequest)>;

/// A collector that keeps what it gets.
#[derive(Clone)]
struct Collector {
    taken: Arc<Mutex<Taken>>,
    /// Who has come; told before the answer.
    arrived: Arc<watch::Sender<usize>>,
    /// Whether it answers.
    open: Arc<watch::Sender<bool>>,
}

impl Collector {
    async fn start() -> (Self, String) {
        let collector =
            Self { taken: Arc::default(), arrived: Arc::default(), open: Arc::new(watch::Sender::new(true)) };
        let take = |State(collector): State<Self>, headers: HeaderMap, body: Bytes| async move {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            collector.arrived.send_modify(|arrived| *arrived += 1);
            collector.open.subscribe().wait_for(|open| *open).await.unwrap();
            collector.taken.lock().unwrap().push((headers, request));
        };
        let router = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, address)
    }

    fn spans(&self) -> Vec<Span> {
        let taken = self.taken.lock().unwrap();
        let resources = taken.iter().flat_map(|(_, request)| &request.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| scope.spans.clone()).collect()
    }

    fn text(&self) -> String {
        format!("{:?}", self.taken.lock().unwrap())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> String {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let found = span.attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|found| found.value.clone()).and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// The only span of this name.
fn only(spans: &[Span], name: &str) -> Span {
    let found: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    assert_eq!(found.len(), 1, "{name} in {names:?}");
    found[0].clone()
}

/// A proxy with a desk at this centre; `more`: what the settings have beside, of the proxy and of the centre.
fn proxy(centre: &Centre, more: &str, of_centre: &str) -> AppState {
    proxy_with(centre, more, of_centre, "")
}

/// The same; `of_desk`: what the settings of the desk have beside.
fn proxy_with(centre: &Centre, more: &str, of_centre: &str, of_desk: &str) -> AppState {
    let text = format!(
        "public_url = \"https://desk.example\"\nstore = \"memory\"\n{more}\n[[desks]]\nid = \"shop\"\n{of_desk}\n[desks.cec]\n\
         base_url = \"{}\"\napp_key = \"ak-demo-0001\"\napp_secret = \"{SECRET}\"\nchannel_id = \"202500000000000042\"\n{of_centre}\n",
        centre.address
    );
    let config = Config::read(&text, Path::new(""), []).unwrap();
    let desks = Centres::new(&config, None).unwrap().desks(&config);
    let store = Arc::new(MemoryStore::new());
    let app = App::new(Settings::from(&config), desks, store, Assets::none(), Clock::system());
    if let Some(settings) = &config.traces {
        let traces = Traces::begin(settings).unwrap();
        app.shared.traces.get_or_init(|| traces);
    }
    app
}

fn traces(address: &str, sample: f64) -> String {
    format!("[traces]\nendpoint = \"{address}\"\nsample = {sample}\ntoken = \"canary-collector-token\"")
}

async fn call(app: &AppState, path: &str, headers: &[(&str, &str)], body: Value) -> (StatusCode, Value) {
    let mut request = Request::post(path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = frontdesk_proxy::http::app(app.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

async fn open(app: &AppState) -> String {
    let wish = json!({"protocol": 1, "desk": "shop"});
    call(app, "/v1/session", &[], wish).await.1["session"].as_str().unwrap().to_owned()
}

async fn flush(app: &AppState) {
    app.shared.traces.get().unwrap().flush().await;
}

async fn end(app: &AppState) {
    app.shared.traces.get().unwrap().end(Instant::now() + PATIENCE).await;
}

/// A centre whose answers are full of what nobody else may see.
async fn centre() -> Centre {
    let centre = Centre::start().await;
    centre.always("tokenByAkSk", Reply::json(r#"{"AccessToken":"canary-access-token","Expires":600}"#));
    centre.always("applyToken", Reply::json(r#"{"token":"canary-visitor-token","resultCode":0}"#));
    centre.always("send CHAT", coded("77", "canary-echo of the words"));
    centre.always("queryQueueInfo", coded("160004", "canary-nobody waits"));
    centre
}

#[tokio::test]
async fn a_trace_goes_from_the_page_through_the_proxy_and_nothing_of_the_visitor_is_in_it() {
    let (centre, (collector, address)) = (centre().await, Collector::start().await);
    let app = proxy(&centre, &traces(&address, 0.0), "");
    let session = open(&app).await;
    let parent = format!("00-{TRACE}-{PAGE}-01");
    let headers = [
        ("frontdesk-session", session.as_str()),
        ("traceparent", parent.as_str()),
        ("tracestate", "canary=state"),
        ("baggage", "canary=baggage"),
    ];
    let (status, body) = call(&app, "/v1/contact", &headers, json!({"id": "canary-c1", "to": "robot"})).await;
    assert_eq!((status.as_u16(), &body["state"]), (200, &json!("robot")), "{body}");
    let words = json!({"id": "canary-m1", "body": {"text": "canary-words 13800138000"}});
    call(&app, "/v1/messages?canary=query", &headers, words).await;
    call(&app, "/v1/canary-path", &headers, json!({})).await;
    flush(&app).await;

    let spans = collector.spans();
    let request = only(&spans, "POST /v1/messages");
    let child = only(&spans, "centre say");
    assert_eq!((hex(&request.trace_id).as_str(), hex(&request.parent_span_id).as_str()), (TRACE, PAGE));
    assert_eq!((&child.trace_id, &child.parent_span_id), (&request.trace_id, &request.span_id));
    let told = ["http.request.method", "http.route"].map(|key| attribute(&request, key));
    assert_eq!(told, ["POST", "/v1/messages"]);
    assert_eq!(attribute(&request, "frontdesk.request_id").len(), 16);
    let told = ["frontdesk.desk", "frontdesk.call", "frontdesk.outcome"].map(|key| attribute(&child, key));
    assert_eq!(told, ["shop", "say", "refused"]);
    let status: u16 = attribute(&request, "http.response.status_code").parse().unwrap();
    assert!(status >= 400, "the centre refused: {status}");
    assert!(
        spans.iter().any(|span| span.name.starts_with("store ") && span.parent_span_id == request.span_id)
    );
    // All are of the page's trace: what it does not ask for is not kept with `sample = 0`.
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE));
    let text = collector.text();
    let (taken, _) = collector.taken.lock().unwrap()[0].clone();
    assert_eq!(taken["authorization"], "Bearer canary-collector-token");
    let text = text.replace("canary-collector-token", "");
    for secret in ["canary", "13800138000", &session, "ak-demo", &centre.address, "202500000000000042"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    assert!(centre.order().len() >= 4);
    for what in ["tokenByAkSk", "applyToken", "send CONNECT", "send CHAT"] {
        assert!(centre.seen(what).iter().all(|seen| !seen.headers.contains_key("traceparent")), "{what}");
    }
}

#[tokio::test]
async fn a_page_is_asked_for_traces_where_the_desk_says_so() {
    let (centre, (_collector, address)) = (centre().await, Collector::start().await);
    let asked = async |app: &AppState| {
        let opened = call(app, "/v1/session", &[], json!({"protocol": 1, "desk": "shop"})).await.1;
        let resume = json!({"protocol": 1, "desk": "shop", "resume": opened["session"]});
        let resumed = call(app, "/v1/session", &[], resume).await.1;
        [&opened, &resumed].map(|told| told["offers"].get("trace").cloned())
    };
    let traced = |more: &str, share: &str| proxy_with(&centre, more, "", &format!("trace_pages = {share}"));
    assert_eq!(asked(&traced(&traces(&address, 0.0), "1")).await, [Some(json!(true)), Some(json!(true))]);
    assert_eq!(asked(&traced(&traces(&address, 1.0), "0")).await, [None, None], "no byte of it");
    assert_eq!(asked(&traced("", "1")).await, [None, None], "there is no collector");
    // In a page of two some are, and some are not.
    let half = traced(&traces(&address, 0.0), "0.5");
    let mut told = Vec::new();
    while !(told.contains(&None) && told.contains(&Some(json!(true)))) {
        told.extend(asked(&half).await);
    }
}

#[tokio::test]
async fn the_centre_is_told_where_the_desk_says_so() {
    let (centre, (collector, address)) = (centre().await, Collector::start().await);
    let app = proxy(&centre, &traces(&address, 1.0), "trace_header = true");
    let session = open(&app).await;
    let headers = [("frontdesk-session", session.as_str())];
    call(&app, "/v1/contact", &headers, json!({"id": "c1", "to": "robot"})).await;
    flush(&app).await;
    let spans = collector.spans();
    let child = only(&spans, "centre connect");
    let told = centre.seen("send CONNECT")[0].header("traceparent").to_owned();
    assert_eq!(told, format!("00-{}-{}-01", hex(&child.trace_id), hex(&child.span_id)));
    let request = only(&spans, "POST /v1/contact");
    assert_eq!((request.parent_span_id.len(), &request.trace_id), (0, &child.trace_id), "it begins here");
    assert_ne!(hex(&request.trace_id), TRACE);
}

#[tokio::test]
async fn what_a_page_says_decides_where_it_is_valid_and_the_share_otherwise() {
    let (centre, (collector, address)) = (centre().await, Collector::start().await);
    let (all, none) =
        (proxy(&centre, &traces(&address, 1.0), ""), proxy(&centre, &traces(&address, 0.0), ""));
    let wish = || json!({"protocol": 1, "desk": "shop"});
    let ask = async |app: &AppState, parent: &str| {
        let before = collector.spans().len();
        call(app, "/v1/session", &[("traceparent", parent)], wish()).await;
        flush(app).await;
        let spans = collector.spans();
        spans.iter().skip(before).find(|span| span.name == "POST /v1/session").cloned()
    };
    let kept = ask(&none, &format!("00-{TRACE}-{PAGE}-01")).await.unwrap();
    assert_eq!((hex(&kept.trace_id).as_str(), hex(&kept.parent_span_id).as_str()), (TRACE, PAGE));
    assert_eq!(ask(&all, &format!("00-{TRACE}-{PAGE}-00")).await, None, "the page wants none");
    for wrong in [
        "",
        "canary",
        &format!("00-{}-{PAGE}-01", "0".repeat(32)),
        &format!("00-{TRACE}-{}-01", "0".repeat(16)),
        &format!("ff-{TRACE}-{PAGE}-01"),
        &format!("00-{}-{PAGE}-01", TRACE.to_uppercase()),
        &format!("00-{TRACE}-{PAGE}-01").repeat(40),
    ] {
        assert_eq!(ask(&none, wrong).await, None, "{wrong}");
        let root = ask(&all, wrong).await.unwrap();
        assert_eq!((root.parent_span_id.len(), hex(&root.trace_id) == TRACE), (0, false), "{wrong}");
    }
    // How the proxy is, is asked for all day long.
    let alive = Request::get("/livez").body(Body::empty()).unwrap();
    let before = collector.spans().len();
    assert_eq!(frontdesk_proxy::http::app(all.clone()).oneshot(alive).await.unwrap().status(), 200);
    flush(&all).await;
    assert_eq!(collector.spans().len(), before);
}

#[tokio::test]
async fn nothing_is_sent_when_it_is_off_and_all_when_the_proxy_goes_down() {
    let (centre, (collector, address)) = (centre().await, Collector::start().await);
    let off = proxy(&centre, "", "trace_header = true");
    let session = open(&off).await;
    let parent = format!("00-{TRACE}-{PAGE}-01");
    let headers = [("frontdesk-session", session.as_str()), ("traceparent", parent.as_str())];
    call(&off, "/v1/contact", &headers, json!({"id": "c1", "to": "robot"})).await;
    assert!(off.shared.traces.get().is_none());
    assert!(!centre.seen("send CONNECT")[0].headers.contains_key("traceparent"));

    let on = proxy(&centre, &traces(&address, 1.0), "");
    open(&on).await;
    assert_eq!(collector.spans().len(), 0);
    end(&on).await;
    only(&collector.spans(), "POST /v1/session");
}

#[tokio::test]
async fn a_collector_that_does_not_answer_holds_nobody_up_and_the_queue_has_an_end() {
    const REQUESTS: usize = 2_600;
    let (centre, (collector, address)) = (centre().await, Collector::start().await);
    let limits = "[limits]\nrequests_per_address_per_minute = 1000000";
    let app = proxy(&centre, &format!("{}\n{limits}", traces(&address, 1.0)), "");
    collector.open.send_replace(false);
    let ask = async || call(&app, "/v1/nothing", &[], json!({})).await.0;
    assert_eq!(ask().await, 404);
    let waiting = tokio::spawn({
        let app = app.clone();
        async move { flush(&app).await }
    });
    collector.arrived.subscribe().wait_for(|arrived| *arrived == 1).await.unwrap();
    for _ in 0..REQUESTS {
        assert_eq!(ask().await, 404);
    }
    assert!(!waiting.is_finished() && collector.spans().is_empty());
    collector.open.send_replace(true);
    waiting.await.unwrap();
    end(&app).await;
    let kept = collector.spans().len();
    assert!((1..=2_049).contains(&kept), "{kept} of {}", REQUESTS + 1);
}

/// The program with traces to this collector, and one request that it has answered.
#[cfg(unix)]
async fn program(address: &str) -> program::Program {
    let settings = format!(
        "listen = \"127.0.0.1:0\"\npublic_url = \"https://desk.example\"\nstore = \"memory\"\nassets = \"assets\"\n\
         [traces]\nendpoint = \"{address}\"\nsample = 1.0\ntoken_file = \"token\"\n[[desks]]\nid = \"shop\"\n\
         [desks.cec]\nbase_url = \"http://127.0.0.1:1\"\napp_key = \"k\"\napp_secret = \"s\"\nchannel_id = \"1\"\n"
    );
    let folder = program::folder(&[("frontdesk.toml", &settings), ("token", "of-a-file\n")]);
    let program = program::Program::start(folder).await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let page = format!("http://{}/v1/openapi.json", program.address);
    assert_eq!(client.get(page).send().await.unwrap().status(), 200);
    program
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_sends_what_is_left_when_it_is_told_to_end() {
    let (collector, address) = Collector::start().await;
    assert!(program(&address).await.end().await);
    only(&collector.spans(), "GET /v1/openapi.json");
    assert_eq!(collector.taken.lock().unwrap()[0].0["authorization"], "Bearer of-a-file");
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_ends_though_its_collector_does_not_answer() {
    let (collector, address) = Collector::start().await;
    collector.open.send_replace(false);
    assert!(program(&address).await.end().await);
    assert_eq!((*collector.arrived.borrow(), collector.spans().len()), (1, 0), "it was asked");
}

/// The only test here that looks at the log, which belongs to the whole process; the collectors of the others are well.
#[tokio::test]
async fn a_collector_that_is_down_costs_a_line_in_the_log_and_no_request() {
    let log = Log::default();
    telemetry::subscriber("info", log.clone()).unwrap().0.try_init().unwrap();
    let centre = centre().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let app = proxy(&centre, &traces(&format!("http://{closed}"), 1.0), "");
    for _ in 0..3 {
        open(&app).await;
        flush(&app).await;
    }
    end(&app).await;
    let text = log.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("it cannot be reached")).collect();
    assert!(matches!(lines.as_slice(), [one] if one.contains("the collector takes no traces")), "{text}");
    assert!(!text.contains("canary"), "{text}");
}
