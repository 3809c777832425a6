//! The line that an operator finds when no conversation can be opened.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, Reply, party};
use frontdesk_contract::About;
use frontdesk_proxy::vendor::Centre as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_connect_that_keeps_failing_names_desk_and_setting_once() {
    let log = Log::default();
    tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone()).init();
    for (reply, expected) in [
        (Some(Reply::status(403)), "refuses send CONNECT (HTTP 403); look at `app_key`"),
        (
            Some(Reply::status(404)),
            "send CONNECT (HTTP 404) is not that of a contact centre; look at `base_url`",
        ),
        (Some(Reply::status(500)), "HTTP 500 to send CONNECT; if it goes on, look at `base_url`"),
        (Some(Reply::bytes(200, b"<html>")), "send CONNECT (HTTP 200) is not that of a contact centre"),
        (None, "send CONNECT (no answer in time); if it goes on, look at `base_url` and `timeout_s`"),
    ] {
        let centre = Centre::start().await;
        let cec = centre.cec_with(|config| {
            if reply.is_none() {
                config.timeout = Duration::from_millis(300);
            }
        });
        cec.ready().await.unwrap();
        match reply {
            Some(reply) => centre.always("send CONNECT", reply),
            None => centre.hold("send CONNECT"),
        }
        for _ in 0..3 {
            assert!(cec.connect(&party(), &About::default()).await.is_err(), "{expected}");
        }
        let text = String::from_utf8(std::mem::take(&mut *log.0.lock().unwrap())).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("ERROR") && text.contains("desk `shop`, section [desks.cec]: "), "{text}");
        assert!(text.contains(expected), "{text}");
    }
}
