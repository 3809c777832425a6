//! What is certain after each kind of fault: not sent, refused, or unknown. Nothing is ever repeated by itself.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, Reply, id, kind, party, text};
use frontdesk_contract::ErrorCode;
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_proxy::vendor::{Centre as _, Failure};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn each_status_says_what_is_certain() {
    for (status, retry_after, say, poll) in [
        (400, None, "refused CentreRefused", "refused CentreRefused"),
        (403, None, "refused CentreRefused", "refused CentreRefused"),
        (404, None, "refused CentreRefused", "refused CentreRefused"),
        (413, None, "refused CentreRefused", "refused CentreRefused"),
        (408, None, "unknown CentreTimeout", "unknown CentreTimeout"),
        (429, None, "refused for now CentreBusy", "refused for now CentreBusy"),
        (429, Some("5"), "refused for now CentreBusy", "refused for now CentreBusy"),
        (500, None, "unknown CentreUnintelligible", "unknown CentreUnintelligible"),
        (502, None, "unknown CentreUnintelligible", "unknown CentreUnintelligible"),
        (503, None, "unknown CentreBusy", "unknown CentreBusy"),
        (503, Some("5"), "unknown CentreBusy", "refused for now CentreBusy"),
        (504, None, "unknown CentreTimeout", "unknown CentreTimeout"),
        (520, None, "unknown CentreUnintelligible", "unknown CentreUnintelligible"),
        (302, None, "unknown CentreUnintelligible", "unknown CentreUnintelligible"),
        (204, None, "unknown CentreUnintelligible", "unknown CentreUnintelligible"),
    ] {
        let centre = Centre::start().await;
        let reply = Reply::status(status).with("location", "/elsewhere");
        let reply = retry_after.map_or(reply.clone(), |seconds| reply.with("retry-after", seconds));
        centre.always("send CHAT", reply.clone());
        centre.always("poll", reply);
        let cec = centre.cec();
        assert_eq!(kind(cec.say(&party(), &id(), 1, &text("hello")).await), say, "{status}");
        assert_eq!(kind(cec.poll(&party()).await), poll, "{status}");
        assert_eq!((centre.seen("send CHAT").len(), centre.seen("poll").len()), (1, 1));
        assert!(!centre.order().contains(&"elsewhere".into()), "redirects are not followed");
    }
}

#[tokio::test]
async fn the_wait_that_the_gateway_asks_for_is_passed_on() {
    for (header, expected) in [
        ("7", Some(7)),
        ("Thu, 01 Jan 2026 00:00:09 GMT", Some(9)),
        ("Wed, 31 Dec 2025 00:00:00 GMT", Some(0)),
        ("99999999999999999999", Some(3600)),
        ("soon", None),
    ] {
        let centre = Centre::start().await;
        let reply =
            Reply::status(429).with("retry-after", header).with("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        centre.once("poll", reply);
        let Err(Failure::Refused { retry_after, .. }) = centre.cec().poll(&party()).await else {
            panic!("{header}")
        };
        assert_eq!(retry_after, expected.map(Duration::from_secs), "{header}");
    }
}

/// A centre that gives tokens in the ordinary way and answers the call after them with these bytes, then hangs up.
async fn broken(last_words: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            while !whole(&request) {
                let read = stream.read(&mut chunk).await.unwrap();
                assert!(read > 0);
                request.extend_from_slice(chunk.get(..read).unwrap());
            }
            let request = String::from_utf8(request).unwrap();
            let token = r#"{"AccessToken":"at","token":"vt","resultCode":"0"}"#;
            let length = token.len();
            let good =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{token}");
            let is_token = request.contains("tokenByAkSk") || request.contains("applyToken");
            if !is_token && last_words == b"wait" {
                // Keeps the connection open and says nothing.
                tokio::spawn(async move { stream.read(&mut [0; 1]).await });
            } else {
                stream.write_all(if is_token { good.as_bytes() } else { last_words }).await.unwrap();
            }
        }
    });
    address
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

#[tokio::test]
async fn whoever_hangs_up_leaves_us_in_doubt() {
    for (last_words, expected) in [
        (&b""[..], "unknown CentreTimeout"),
        (b"HTTP/1.1 20", "unknown CentreTimeout"),
        (b"nonsense\r\n\r\n", "unknown CentreTimeout"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"resultCode\":\"0\"",
            "unknown CentreUnintelligible",
        ),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"res", "unknown CentreUnintelligible"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd",
            "unknown CentreUnintelligible",
        ),
        (b"wait", "unknown CentreTimeout"),
    ] {
        let address = broken(last_words).await;
        let mut config = cec_support::settings(&address);
        config.timeout = Duration::from_millis(300);
        let cec = Cec::new("shop", &config).unwrap();
        let said = cec.say(&party(), &id(), 1, &text("hello")).await;
        assert_eq!(kind(said), expected, "{}", String::from_utf8_lossy(last_words));
        assert!(kind(cec.poll(&party()).await).starts_with("unknown"));
    }
}

#[tokio::test]
async fn a_centre_that_is_not_there_got_nothing() {
    let cec = Cec::new("shop", &cec_support::settings("http://127.0.0.1:1")).unwrap();
    assert_eq!(kind(cec.say(&party(), &id(), 1, &text("hello")).await), "not sent CentreUnreachable");
    // The name answers, but speaks no TLS.
    let centre = Centre::start().await;
    let cec = centre.cec_with(|config| {
        config.base_url = centre.address.replace("http://", "https://").parse().unwrap();
    });
    assert_eq!(kind(cec.say(&party(), &id(), 1, &text("hello")).await), "not sent CentreUnreachable");
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    let mut body = br#"{"resultCode":"0","more":""#.to_vec();
    body.resize(1 << 21, b'x');
    centre.once("poll", Reply::bytes(200, &body));
    assert_eq!(kind(cec.poll(&party()).await), "unknown CentreUnintelligible");
}

#[tokio::test]
async fn a_detail_names_what_was_tried_and_what_came() {
    let centre = Centre::start().await;
    centre.once("send CHAT", Reply::status(500));
    let said = centre.cec().say(&party(), &id(), 1, &text("hello")).await;
    let (code, detail) = (ErrorCode::CentreUnintelligible, "send CHAT: HTTP 500".into());
    assert_eq!(said, Err(Failure::Unknown { code, detail }));
}
