//! Canaries: neither secret nor token nor a visitor's word is seen in logs at any level, in `Debug`, or in a failure.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;
mod kept_log;

use cec_support::{Centre, Reply, SECRET, coded, party, rating, settings};
use frontdesk_contract::{About, ClientId};
use frontdesk_proxy::vendor::{Centre as _, Utterance};
use kept_log::Log;

#[tokio::test]
async fn no_canary_is_ever_seen() {
    let log = Log::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).init();

    let centre = Centre::start().await;
    centre.always("tokenByAkSk", Reply::json(r#"{"AccessToken":"canary-access-token","Expires":600}"#));
    centre.always("applyToken", Reply::json(r#"{"token":"canary-visitor-token","resultCode":0}"#));
    let words = Utterance::Text("canary-words 13800138000".into());
    let echo = "canary-echo of the words";
    let (cec, mut seen) = (centre.cec(), String::new());
    let id = ClientId::new("m1");
    for reply in [
        coded("0", echo),
        coded("13", echo),
        coded("77", echo),
        Reply::status(401),
        Reply::status(500),
        Reply::bytes(200, b"canary-echo, no JSON").with("ccmessaging-token", "canary-newer-token"),
    ] {
        for what in
            ["send CONNECT", "send CHAT", "send TRANS2AGENT", "poll", "saveSatisfaction", "queryQueueInfo"]
        {
            centre.always(what, reply.clone());
        }
        let party = party();
        seen += &format!("{:?}", cec.connect(&party, &About::default()).await);
        seen += &format!("{:?}", cec.say(&party, &id, 1, &words).await);
        seen += &format!("{:?}", cec.transfer_to_agent(&party).await);
        seen += &format!("{:?}", cec.poll(&party).await);
        seen += &format!("{:?}", cec.queue(&party).await);
        seen += &format!("{:?}", cec.rate(&party, &rating(1, "canary-comment")).await);
        cec.forget(&party.user_id);
    }
    for what in ["applyToken", "tokenByAkSk"] {
        centre.always(what, Reply::status(403));
        let cec = centre.cec();
        seen += &format!("{:?} {:?}", cec.connect(&party(), &About::default()).await, cec.probe().await);
    }
    let cut = Reply::json(&format!(r#"{{"AccessToken":"{SECRET}"#));
    centre.always("tokenByAkSk", cut);
    seen += &format!(
        "{:?} {:?} {:?}",
        centre.cec().connect(&party(), &About::default()).await,
        cec,
        settings(&centre.address)
    );

    let log = log.text();
    assert!(
        log.contains("TRACE") && log.contains("send CHAT") && log.contains("desk `shop`"),
        "the log was captured"
    );
    for text in [&log, &seen] {
        let canary = text.find("canary").map(|at| text.get(at.saturating_sub(200)..at + 60));
        assert_eq!(canary, None);
        assert!(!text.contains("13800138000"));
    }
}
