//! What an operator reads.

use super::{Bench, pass};
use crate::vendor::fake::{not_sent, refused};
use frontdesk_contract::ErrorCode;
use serde_json::Value;
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Once};

#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<u8>>>);

thread_local! {
    /// Where this thread's log goes while a test looks at it.
    static OPEN: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// One subscriber for the whole process, which writes where the thread says. Were each test to set its own for its
/// thread, then a line that another thread comes to first, which has none, could be switched off for all.
static SUBSCRIBER: Once = Once::new();

/// Writes to the log that its thread has open, if any.
struct ToThread;

impl Write for ToThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        OPEN.with_borrow(|log| {
            if let Some(Log(text)) = log {
                text.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Ends what [`Log::begin`] began.
pub(super) struct LogGuard;

impl Drop for LogGuard {
    fn drop(&mut self) {
        OPEN.set(None);
    }
}

impl Log {
    /// What this thread logs until the guard goes.
    pub(super) fn begin() -> (Self, LogGuard) {
        SUBSCRIBER.call_once(|| {
            let format = tracing_subscriber::fmt().json().flatten_event(true).with_writer(|| ToThread);
            tracing::subscriber::set_global_default(format.finish()).unwrap();
        });
        // A line whose first use met the setting of the subscriber may have missed it.
        tracing::callsite::rebuild_interest_cache();
        let log = Self::default();
        OPEN.set(Some(log.clone()));
        (log, LogGuard)
    }

    /// Everything that was logged and not looked at.
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines about the centre since the last look.
    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["message"].as_str().unwrap().starts_with("the centre")).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_logged_once_a_minute_in_the_words_of_the_api() {
    let (log, _guard) = Log::begin();
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    let refuse = || bench.centre.script().connect.push_back(Err(refused(ErrorCode::CentreRefused, false)));
    for id in ["c1", "c2", "c3"] {
        refuse();
        visitor.connect(id, "robot").await;
    }
    bench.centre.script().connect.push_back(Err(not_sent()));
    visitor.connect("c4", "robot").await;
    let lines = log.lines();
    let short = |line: &Value| {
        let text = |name: &str| line[name].as_str().unwrap_or("?").to_owned();
        format!("{} {} {} {}", text("level"), text("certain"), text("code"), line["suppressed"])
    };
    let lines: Vec<_> = lines.iter().map(short).collect();
    assert_eq!(lines, ["WARN refused centre_refused 0", "WARN not_sent centre_unreachable 0"]);
    pass(61.0).await;
    refuse();
    visitor.connect("c5", "robot").await;
    assert_eq!(log.lines().iter().map(short).collect::<Vec<_>>(), ["WARN refused centre_refused 2"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_part_of_the_game_is_no_warning() {
    let (log, _guard) = Log::begin();
    let bench = Bench::new().await;
    let visitor = bench.visitor().await;
    bench.centre.script().connect.push_back(Err(refused(ErrorCode::OutsideHours, false)));
    visitor.connect("c1", "robot").await;
    visitor.connect("c1", "robot").await;
    bench.centre.script().say.push_back(Err(refused(ErrorCode::Queueing, true)));
    visitor.say("m1", "hello").await;
    let lines = log.lines();
    let lines: Vec<_> = lines.iter().map(|line| (line["level"].as_str(), line["code"].as_str())).collect();
    assert_eq!(lines, [(Some("INFO"), Some("outside_hours")), (Some("INFO"), Some("queueing"))]);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_the_desk_does_not_take_is_no_failure_of_the_centre() {
    let (log, _guard) = Log::begin();
    let bench = Bench::new().await;
    let visitor = bench.connected().await;
    bench.centre.script().no_places = true;
    log.lines();
    let place = serde_json::json!({"location": {"latitude": 1.0, "longitude": 2.0, "label": ""}});
    let message = serde_json::json!({"id": "m1", "body": place});
    for _ in 0..2 {
        let reply = visitor.call("POST", "/v1/messages", Some(message.clone())).await;
        assert_eq!((reply.status.as_u16(), reply.body["code"].as_str()), (422, Some("body_unsupported")));
    }
    assert_eq!(log.lines(), Vec::<Value>::new());
    assert_eq!(bench.centre.said(), 0, "it was not asked");
    // Nothing is left of it that would stand in the way.
    bench.centre.script().no_places = false;
    assert_eq!(visitor.call("POST", "/v1/messages", Some(message)).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn no_ticket_no_name_and_no_number_is_logged() {
    let (log, _guard) = Log::begin();
    let mut plan = super::Plan::default();
    plan.desk.offers.leave_message = true;
    let types = vec!["png".to_owned()];
    plan.desk.offers.files = frontdesk_contract::FileOffer { types, max_bytes: 9_999, max_count: 1 };
    let bench = Bench::with(plan).await;
    let visitor = bench.visitor().await;
    let request = axum::http::Request::post("/v1/files")
        .header("frontdesk-session", &visitor.session)
        .header("frontdesk-id", "u1")
        .header("frontdesk-name", "diagnosis.png");
    let body = axum::body::Body::from(crate::files::sniff::samples::png());
    let stored = bench.request(request.body(body).unwrap()).await.body;
    let path = format!("/v1/files/{}/ticket", stored["file"].as_str().unwrap());
    let ticket = visitor.call("POST", &path, None).await.body;
    bench.centre.script().download.push_back((Vec::new(), Err(not_sent())));
    bench.call("GET", ticket["url"].as_str().unwrap(), None, None).await;
    bench.centre.script().leave_message.push_back(Err(not_sent()));
    let left = serde_json::json!({"id": "l1", "number": "+8613800138000", "text": "a secret wish"});
    visitor.call("POST", "/v1/leave-message", Some(left)).await;
    let text = log.text();
    assert!(text.contains("/v1/files/{file}") && text.contains("the centre failed"), "{text}");
    let secret = ticket["url"].as_str().unwrap().rsplit('=').next().unwrap();
    for word in [secret, "diagnosis", "13800138000", "secret wish", &visitor.session] {
        assert!(!text.contains(word), "{word} is in the log");
    }
}
