//! An agent's words never reach the log, whatever the setting `log` says: the libraries that parse them are silent.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod kept_log;

use frontdesk_proxy::config::{CallLinks, PictureOrigins};
use frontdesk_proxy::telemetry;
use frontdesk_proxy::vendor::Downlink;
use frontdesk_proxy::vendor::cec::reading;
use kept_log::Log;
use tracing_subscriber::util::SubscriberInitExt;

/// The settings under which an agent's rich text is read.
const SETTINGS: [&str; 6] = [
    "trace",
    "html5ever=trace",
    "trace,html5ever=trace,html5ever::tree_builder=trace,html5ever::tokenizer=trace",
    "warn,html5ever::tokenizer::char_ref=trace,markup5ever=debug,ammonia=trace,tendril=trace",
    "debug,[{html5ever}]=trace,scraper=trace,selectors::matching=trace",
    "trace,log=trace",
];

/// Reads an agent's rich text, of which every word and every sign is a canary.
fn read_rich_text() {
    let rich = "<p>canary <b>canary</b> canary&amp;canary&canary; <a href='https://shop.example/canary'>canary</a>\
                <canary canary='canary'>canary</canary><table><tr><td>canary";
    let message = serde_json::json!({
        "sourceType": "AGENT", "controlType": "CHAT", "mediaType": "TEXT", "messageCode": "1", "content": rich,
    });
    let body = serde_json::json!({ "resultCode": "0", "downlinkMessages": [message] });
    let read = reading::downlinks(
        &serde_json::to_vec(&body).unwrap(),
        &CallLinks::default(),
        &PictureOrigins::default(),
    )
    .unwrap();
    assert!(matches!(read.as_slice(), [Downlink::Message { .. }]), "{read:?}");
    assert!(format!("{read:?}").contains("canary"), "the text was read");
}

/// One test, since the bridge from `log` belongs to the whole process.
#[test]
fn an_agents_words_are_in_no_line_of_the_log() {
    for setting in SETTINGS {
        let log = Log::default();
        let (subscriber, _filter) = telemetry::subscriber(setting, log.clone()).unwrap();
        let logging = subscriber.set_default();
        tracing::error!("the log is captured");
        read_rich_text();
        drop(logging);
        let text = log.text();
        let captured = text.contains("the log is captured");
        assert!(captured || setting == "html5ever=trace", "{setting}: {text}");
        assert!(!text.contains("canary"), "{setting}: {text}");
        assert!(!text.contains("html5ever"), "{setting}: {text}");
    }
    // What is silenced does speak to others: without this the test would prove nothing.
    let log = Log::default();
    let logging = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish()
        .set_default();
    read_rich_text();
    drop(logging);
    let text = log.text();
    assert!(text.contains("html5ever"), "{text}");
}
