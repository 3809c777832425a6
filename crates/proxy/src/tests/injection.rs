//! CR, LF and their like in everything that a page, a file or the centre may name: no header and no line of the log more.

use super::logs::Log;
use super::server::serve;
use super::smuggling::{answers, impatient, send};
use super::{Bench, Plan, agent};
use crate::files::sniff::samples;
use crate::vendor::{CentreFile, Content, Downlink, FileKind, FileSource};
use frontdesk_contract::FileOffer;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

/// Ends of lines, as they come in JSON and in bytes.
const BREAKS: [&str; 12] = [
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\n\n",
    "\r\n\t",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{b}",
    "\0\r\n",
    "\u{560d}\u{560a}",
];
/// The same in addresses and names of files.
const ESCAPED: [&str; 12] = [
    "%0d%0a",
    "%0a",
    "%0d",
    "%0D%0A%0D%0A",
    "%250d%250a",
    "%c4%8d%c4%8a",
    "%e5%98%8d%e5%98%8a",
    "%00%0d%0a",
    "%0d%0a%09",
    "%u000d%u000a",
    "%5cr%5cn",
    "%c2%85",
];
const MARK: &str = "Injected: 1";

/// Every header that an answer may have.
const HEADERS: [&str; 22] = [
    "accept-ranges",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "allow",
    "cache-control",
    "connection",
    "content-disposition",
    "content-length",
    "content-range",
    "content-security-policy",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "date",
    "etag",
    "permissions-policy",
    "referrer-policy",
    "retry-after",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-request-id",
];

fn request(method: &str, target: &str, session: &str, headers: &str, body: &str) -> String {
    format!(
        "{method} {target} HTTP/1.1\r\nhost: desk.example\r\nconnection: close\r\nfrontdesk-session: {session}\r\n{headers}\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Asks, and looks at the head of the answer: one answer, each header known and there once.
async fn ask(address: SocketAddr, request: &str) -> Vec<String> {
    let bytes = send(address, request.as_bytes()).await;
    let (answers, _) = answers(&bytes);
    let [answer] = answers.as_slice() else { panic!("{} answers to {request}", answers.len()) };
    assert!(answer.status < 500, "{} to {request}", answer.status);
    let mut names: Vec<_> =
        answer.head.iter().map(|line| line.split(':').next().unwrap().to_lowercase()).collect();
    for name in &names {
        assert!(HEADERS.contains(&name.as_str()), "{name} in the answer to {request}");
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "{:?}", answer.head);
    answer.head.clone()
}

fn json_post(path: &str, session: &str, body: &Value) -> String {
    request("POST", path, session, "content-type: application/json\r\n", &body.to_string())
}

async fn bench() -> Bench {
    let mut plan = Plan::default();
    plan.desk.offers.files = FileOffer { types: vec!["png".into()], max_bytes: 100_000, max_count: 500 };
    plan.desk.offers.history = true;
    plan.desk.offers.suggestions = true;
    plan.desk.offers.leave_message = true;
    plan.desk.pauses.busy = Duration::from_millis(5);
    plan.desk.pauses.idle = Duration::from_millis(10);
    let limits = &mut plan.settings.limits;
    limits.messages_per_visitor_per_minute = 100_000;
    limits.files_per_visitor_per_minute = 100_000;
    limits.suggestions_per_visitor_per_minute = 100_000;
    limits.connects_per_visitor_per_minute = 100_000;
    limits.history_per_visitor_per_minute = 100_000;
    limits.left_messages_per_visitor_per_hour = 100_000;
    limits.calls_per_visitor_per_hour = 100_000;
    impatient(plan).await
}

#[tokio::test]
async fn nothing_that_is_sent_makes_a_header_or_a_line_of_the_log() {
    let (log, _guard) = Log::begin();
    let bench = bench().await;
    let session = bench.connected().await.session.clone();
    let (address, stop, server) = serve(&bench).await;
    let mut asked = 0;
    for end in ESCAPED {
        let bad = format!("a{end}Injected:%201");
        for target in [
            format!("/{bad}"),
            format!("/v1/{bad}"),
            format!("/v1/files/{bad}"),
            format!("/v1/files/x?ticket={bad}"),
            format!("/v1/events?after={bad}"),
            format!("/v1/history?before={bad}"),
            format!("/v1/suggestions?q={bad}"),
            format!("/frame?desk={bad}"),
            format!("/assets/{bad}"),
            format!("/frontdesk-{bad}"),
        ] {
            ask(address, &request("GET", &target, &session, "", "")).await;
            asked += 1;
        }
        ask(address, &request("DELETE", &format!("/v1/call?id={bad}"), &session, "", "")).await;
        // Headers of which something comes back, or might.
        for name in [
            "frontdesk-name",
            "frontdesk-id",
            "x-request-id",
            "origin",
            "range",
            "if-range",
            "if-none-match",
            "traceparent",
        ] {
            let headers = format!("{name}: {bad}\r\ncontent-type: image/png\r\n");
            ask(address, &request("POST", "/v1/files", &session, &headers, "no picture")).await;
            ask(address, &request("GET", "/v1/files/f-1", &session, &headers, "")).await;
            asked += 2;
        }
    }
    for (number, end) in BREAKS.iter().enumerate() {
        let bad = format!("a{end}{MARK}");
        for (path, body) in [
            ("/v1/session", json!({"protocol": 1, "desk": bad})),
            ("/v1/session", json!({"protocol": 1, "desk": "shop", "locale": bad, "resume": bad, "id": bad})),
            ("/v1/session", json!({"protocol": 1, "desk": "shop", "identity": bad, "id": "i"})),
            ("/v1/session/redeem", json!({"desk": "shop", "ticket": bad, "opened_by": bad})),
            ("/v1/session/ticket", json!({"ticket": bad})),
            ("/v1/contact", json!({"id": bad, "to": "robot"})),
            ("/v1/contact", json!({"id": format!("c{number}"), "to": bad})),
            (
                "/v1/contact",
                json!({"id": format!("c{number}"), "to": "robot",
                "about": {"url": format!("https://a.example/{bad}"), "title": bad, "attributes": [{"name": bad, "value": bad}]}}),
            ),
            ("/v1/messages", json!({"id": format!("m{number}"), "body": {"text": bad}})),
            ("/v1/messages", json!({"id": "m", "body": {bad.clone(): bad}})),
            ("/v1/messages", json!({"id": "m", "body": {"file": {"file": bad, "kind": bad, "name": bad}}})),
            (
                "/v1/messages",
                json!({"id": "m", "body": {"card": {"title": bad, "description": bad, "url": bad}}}),
            ),
            (
                "/v1/leave-message",
                json!({"id": format!("l{number}"), "number": bad, "country": bad, "text": bad}),
            ),
            (
                "/v1/feedback",
                json!({"id": format!("f{number}"), "message": bad, "helpful": false, "reason": bad}),
            ),
            ("/v1/survey", json!({"id": format!("s{number}"), "level": 1, "comment": bad})),
            ("/v1/call", json!({"id": bad, "media": bad})),
        ] {
            ask(address, &json_post(path, &session, &body)).await;
            asked += 1;
        }
    }
    assert!(asked > 300, "{asked}");
    let text = log.text();
    let mut requests = 0;
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no line of ours: {line}"));
        requests += usize::from(line["message"] == "request");
    }
    assert!(requests >= asked, "{requests}");
    assert!(!text.to_lowercase().contains("injected"), "what was sent is in the log");
    stop.send(()).unwrap();
    server.await.unwrap();
}

/// The disposition of an answer, without what may be in every name.
fn disposition(head: &[String]) -> &str {
    let mut lines = head.iter().filter_map(|line| line.strip_prefix("content-disposition: "));
    let (Some(line), None) = (lines.next(), lines.next()) else { panic!("{head:?}") };
    assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
    assert_eq!(line.matches('"').count(), 2, "{line}");
    line
}

#[tokio::test]
async fn no_name_of_a_file_breaks_out_of_its_header() {
    let bench = bench().await;
    let session = bench.connected().await.session.clone();
    let (address, stop, server) = serve(&bench).await;
    let get = |file: &str| request("GET", &format!("/v1/files/{file}"), &session, "", "");
    let mut names = 0;
    // Names that the visitor gives.
    let picture = samples::png();
    for (number, end) in ESCAPED.iter().enumerate() {
        for tail in [
            "Injected:%201",
            "%22;%20filename=%22evil.html",
            "%22%0d%0aContent-Type:%20text/html%0d%0a%0d%0a<script>",
        ] {
            let head = format!(
                "POST /v1/files HTTP/1.1\r\nhost: x\r\nconnection: close\r\nfrontdesk-session: {session}\r\n\
                 frontdesk-id: u{number}-{names}\r\nfrontdesk-name: a{end}{tail}.png\r\ncontent-length: {}\r\n\r\n",
                picture.len()
            );
            let answer = send(address, &[head.as_bytes(), &picture].concat()).await;
            let text = String::from_utf8_lossy(&answer).into_owned();
            // What is no percent-encoded UTF-8 is refused, all else is cleaned.
            if text.starts_with("HTTP/1.1 400") {
                continue;
            }
            assert!(text.starts_with("HTTP/1.1 200"), "{text}");
            let stored: Value = serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap()).unwrap();
            let name = stored["name"].as_str().unwrap();
            assert!(!name.contains(char::is_control) && name.ends_with(".png"), "{name:?}");
            bench.centre.script().download.push_back((picture.clone(), Ok(())));
            let head = ask(address, &get(stored["file"].as_str().unwrap())).await;
            assert!(disposition(&head).ends_with(".png"), "{head:?}");
            names += 1;
        }
    }
    // Names that the centre gives.
    let mut file = 0;
    for end in BREAKS {
        for tail in [MARK, "\"; filename=\"evil.html", "\"\r\nContent-Type: text/html\r\n\r\n<script>"] {
            file += 1;
            let source = FileSource::Local(format!("k{file}"));
            let name = Some(format!("a{end}{tail}.png"));
            let extension = Some("png".into());
            let content = Content::File(CentreFile {
                source: source.clone(),
                extension,
                kind: FileKind::Image,
                name,
                size_bytes: None,
            });
            let before =
                bench.call("GET", "/v1/events", Some(&session), None).await.body["next"].as_u64().unwrap();
            bench.down(vec![Downlink::Message {
                code: Some(format!("n{file}")),
                from: agent("Li"),
                content,
                choices: Vec::new(),
                inter_idx: None,
                at_ms: Some(1),
            }]);
            bench.centre.script().download.push_back((picture.clone(), Ok(())));
            let path = format!("/v1/events?after={before}&wait=25");
            let page = bench.call("GET", &path, Some(&session), None).await.body;
            let told = page["events"]
                .as_array()
                .unwrap()
                .iter()
                .find_map(|event| event.pointer("/message/body/file"));
            let told = told.unwrap_or_else(|| panic!("{page}"));
            assert!(!told["name"].as_str().unwrap().contains(char::is_control), "{told}");
            let head = ask(address, &get(told["file"].as_str().unwrap())).await;
            assert!(disposition(&head).ends_with(".png"), "{head:?}");
            names += 1;
        }
    }
    assert!(names > 60, "{names}");
    stop.send(()).unwrap();
    server.await.unwrap();
}
