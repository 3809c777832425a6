//! The line that an operator finds when no conversation can be opened.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;
mod kept_log;

use cec_support::{Centre, Reply, party};
use frontdesk_contract::About;
use frontdesk_proxy::vendor::Centre as _;
use kept_log::Log;
use std::time::Duration;

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
        let text = log.take();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("ERROR") && text.contains("desk `shop`, section [desks.cec]: "), "{text}");
        assert!(text.contains(expected), "{text}");
    }
}
