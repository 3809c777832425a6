//! Flow control, which may answer anything, and codes that are empty.

#![allow(clippy::unwrap_used, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, Reply, coded, id, kind, party, rating, text};
use frontdesk_contract::{About, CallMedia};
use frontdesk_proxy::config::Dialect;
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_proxy::vendor::{Centre as _, FileSource, QueueAnswer};

const FLOW: &str = "10010000002";
const BUSY: &str = "refused for now CentreBusy";

/// What each call of the port makes of an answer with this code and nothing else.
async fn each(code: &str) -> Vec<(&'static str, String)> {
    let centre = Centre::start().await;
    let cec = centre.cec();
    let mut found = Vec::new();
    for endpoint in [
        "send CONNECT",
        "send CHAT",
        "send TRANS2AGENT",
        "send DISCONNECT",
        "poll",
        "saveSatisfaction",
        "downloadFileStream",
        "queryPhraseByKeyword",
        "feedbacksatisfaction",
        "doLeaveMessage",
        "queryHistoryChatMessage",
        "checkClickToCallSupport",
        "createClickToCall",
        "dropClickToCall",
    ] {
        centre.always(endpoint, coded(code, ""));
        found.push((endpoint, ask(&cec, endpoint).await));
    }
    found
}

async fn ask(cec: &Cec, endpoint: &str) -> String {
    let party = party();
    match endpoint {
        "send CONNECT" => kind(cec.connect(&party, &About::default()).await),
        "send CHAT" => kind(cec.say(&party, &id(), 1, &text("hello")).await),
        "send TRANS2AGENT" => kind(cec.transfer_to_agent(&party).await),
        "send DISCONNECT" => kind(cec.disconnect(&party).await),
        "poll" => kind(cec.poll(&party).await),
        "saveSatisfaction" => kind(cec.rate(&party, &rating(5, "")).await),
        "downloadFileStream" => {
            let source = FileSource::Library("117".into());
            kind(cec.download(&party, &source, Some("png"), &mut Vec::new(), 100).await)
        }
        "queryPhraseByKeyword" => kind(cec.suggestions(&party, "where").await),
        "feedbacksatisfaction" => kind(cec.feedback(&party, "7", true, "").await),
        "doLeaveMessage" => kind(cec.leave_message(&party, "+8613800138000", "call me").await),
        "queryHistoryChatMessage" => kind(cec.history(&party, 0, u64::MAX).await),
        "checkClickToCallSupport" => kind(cec.call_support(&party).await),
        "createClickToCall" => kind(cec.call_start(&party, CallMedia::Audio).await),
        "dropClickToCall" => kind(cec.call_drop(&party).await),
        other => format!("no call of the port asks {other}"),
    }
}

#[tokio::test]
async fn flow_control_is_busy_for_now_at_every_endpoint() {
    for (endpoint, found) in each(FLOW).await {
        assert_eq!(found, BUSY, "{endpoint}");
    }
    let centre = Centre::start().await;
    let cec = centre.cec();
    for endpoint in ["getClickToCallEvents", "getsatisfactionsurveymode"] {
        centre.once(endpoint, coded(FLOW, ""));
    }
    assert_eq!(kind(cec.call_events(&party()).await), BUSY);
    assert_eq!(kind(cec.survey(&party()).await), BUSY);
    assert!(cec.survey(&party()).await.is_ok(), "it is asked again");
}

#[tokio::test]
async fn flow_control_of_the_token_services_is_busy_for_now() {
    for endpoint in ["tokenByAkSk", "applyToken"] {
        let centre = Centre::start().await;
        let cec = centre.cec();
        centre.once(endpoint, coded(FLOW, ""));
        assert_eq!(kind(cec.poll(&party()).await), BUSY, "{endpoint}");
    }
}

#[tokio::test]
async fn flow_control_says_nothing_about_the_queue() {
    for dialect in [Dialect::V2_5, Dialect::V2_6] {
        let centre = Centre::start().await;
        let cec = centre.cec_with(|config| config.dialect = dialect);
        for code in [FLOW, ""] {
            centre.once("queryQueueInfo", coded(code, ""));
            assert_eq!(cec.queue(&party()).await, Ok(QueueAnswer::NoInformation), "{dialect:?} {code}");
        }
    }
}

#[tokio::test]
async fn an_empty_code_is_no_success() {
    for (endpoint, found) in each("").await {
        assert!(found.starts_with("refused"), "{endpoint}: {found}");
    }
    // An answer that holds what was asked for, beside an empty code.
    let centre = Centre::start().await;
    let cec = centre.cec();
    let file = r#"{"fileStream":"aGVsbG8=","resultCode":""}"#;
    centre.once("downloadFileStream", Reply::json(file));
    centre.once("queryHistoryChatMessage", Reply::json(r#"{"resultCode":"","messageList":[]}"#));
    assert!(ask(&cec, "downloadFileStream").await.starts_with("refused"));
    assert!(ask(&cec, "queryHistoryChatMessage").await.starts_with("refused"));
    // A token is a token, and messages may not come again.
    let centre = Centre::start().await;
    centre.once("applyToken", Reply::json(r#"{"token":"vt-1234%3D","resultCode":""}"#));
    let said = r#"{"resultCode":"","downlinkMessages":[{"sourceType":"AGENT","content":"hello","messageCode":"c"}]}"#;
    centre.once("poll", Reply::json(said));
    assert_eq!(centre.cec().poll(&party()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_robot_that_is_not_let_go_of_yet_is_waited_for() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for endpoint in ["send CONNECT", "send TRANS2AGENT"] {
        centre.once(endpoint, coded("13", "Failed to disconnect robot."));
        assert_eq!(ask(&cec, endpoint).await, BUSY, "{endpoint}");
    }
}
