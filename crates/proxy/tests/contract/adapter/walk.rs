//! A centre that answers each printed code verbatim, and what the adapter makes of it.

use super::documented::Printed;
use super::stub::{Centre, Reply, id, kind, party};
use frontdesk_contract::{About, CallMedia, ErrorCode};
use frontdesk_proxy::config::Dialect;
use frontdesk_proxy::vendor::cec::Cec;
use frontdesk_proxy::vendor::{Centre as _, FileSource, Placing, Rating, Spooled, Utterance};
use serde_json::json;
use std::path::Path;

/// How an answer was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// It was done; how, in a word.
    Done(String),
    /// The conversation is over.
    Gone,
    /// Not done, for now or for good.
    Refused { code: ErrorCode, transient: bool },
    /// The request never left.
    NotSent(ErrorCode),
    /// It may have been done.
    Unknown(ErrorCode),
    /// The queue query decides: over, or this.
    PerhapsGone(Box<Read>),
}

/// What the adapter makes of a printed answer in this dialect.
pub(crate) async fn read(printed: &Printed, dialect: Dialect) -> Read {
    let alive = through(printed.endpoint, &answer(printed), "160021", dialect).await;
    if !matches!(printed.endpoint, "send CHAT" | "send DISCONNECT") {
        return alive;
    }
    let over = through(printed.endpoint, &answer(printed), "160004", dialect).await;
    if alive == over { alive } else { Read::PerhapsGone(Box::new(alive)) }
}

/// What the adapter makes of a status. `wait`: with `Retry-After`.
pub(crate) async fn read_status(endpoint: &str, status: u16, wait: bool) -> Read {
    let reply = Reply::status(status);
    let reply = if wait { reply.with("retry-after", "7") } else { reply };
    through(endpoint, &reply, "160021", Dialect::V2_6).await
}

/// The printed answer with what a success brings along.
fn answer(printed: &Printed) -> Reply {
    let Printed { endpoint, code, text, .. } = *printed;
    let name = if endpoint == "uploadFileStream" { "returnCode" } else { "resultCode" };
    let mut body = json!({name: code});
    if !text.is_empty() {
        body["resultDesc"] = json!(text);
    }
    let more = match (endpoint, code) {
        ("applyToken", "0") => json!({"token": "vt%3D"}),
        ("uploadFileStream", "0") => json!({"objectKey": "key-1"}),
        ("downloadFileStream", "0") => json!({"fileStream": "AAAA"}),
        ("queryQueueInfo", "0") => json!({"position": 2, "estimateWaitTime": 40}),
        ("queryPhraseByKeyword", "0") => json!({"question": ["Where is my parcel?"]}),
        ("getsatisfactionsurveymode", "0") => json!({"satisfactionSurvey": {"surveyType": "NO"}}),
        ("queryHistoryChatMessage", "0") => json!({"messageList": []}),
        ("checkClickToCallSupport", "0") => json!({"webRTCSupported": true, "clickToCallSupported": true}),
        ("createcall", "0") => {
            json!({"resultData": {"sipServiceAddress": "192.0.2.20:5060", "accesscode": "17900001"}})
        }
        ("getClickToCallEvents", "0") if text == "Call connected" => json!({"eventId": 168_101, "content": {
            "domain": "rtc.example.net", "gwAddresses": ["192.0.2.10:8443"], "accessCode": "179",
            "clickToCallCaller": "AnonymousCard"}}),
        _ => json!({}),
    };
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    Reply::json(&body.to_string())
}

/// Asks a centre that answers so; `place` is what the queue query says beside it.
async fn through(endpoint: &str, reply: &Reply, place: &str, dialect: Dialect) -> Read {
    let centre = Centre::start().await;
    if endpoint != "queryQueueInfo" {
        centre.always("queryQueueInfo", Reply::json(&json!({"resultCode": place}).to_string()));
    }
    centre.always(endpoint, reply.clone());
    let cec = centre.cec_with(|config| config.dialect = dialect);
    read_word(&ask(&cec, endpoint).await)
}

/// The call of the port that asks this endpoint, as the stub's `kind` words its answer.
async fn ask(cec: &Cec, endpoint: &str) -> String {
    let party = party();
    match endpoint {
        "tokenByAkSk" => kind(cec.ready().await),
        "applyToken" | "poll" => kind(cec.poll(&party).await),
        "send CONNECT" => kind(cec.connect(&party, &About::default()).await),
        "send CHAT" => kind(cec.say(&party, &id(), 1, &Utterance::Text("hello".into())).await),
        "send TRANS2AGENT" => kind(cec.transfer_to_agent(&party).await),
        "send INPUT" => kind(cec.typing(&party).await),
        "send READ" => kind(cec.read(&party, &["m-1".into()]).await),
        "send DISCONNECT" => kind(cec.disconnect(&party).await),
        "queryQueueInfo" => kind(cec.queue(&party).await),
        "saveSatisfaction" => kind(cec.rate(&party, &Rating { level: Some(5), ..Rating::default() }).await),
        "getsatisfactionsurveymode" => kind(cec.survey(&party).await.map(|form| form.open)),
        "queryHistoryChatMessage" => {
            kind(cec.history(&party, 0, u64::MAX / 2).await.map(|kept| kept.is_some()))
        }
        "uploadFileStream" => {
            // Any text will do.
            let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
            let size_bytes = path.metadata().map_or(0, |data| data.len());
            kind(cec.upload(&party, Spooled { path, extension: "txt", size_bytes }).await)
        }
        "downloadFileStream" => {
            let (source, mut into) = (FileSource::Local("key-1".into()), Vec::new());
            kind(cec.download(&party, &source, Some("png"), &mut into, 1_000).await)
        }
        "queryPhraseByKeyword" => kind(cec.suggestions(&party, "where").await.map(|found| found.len())),
        "feedbacksatisfaction" => kind(cec.feedback(&party, "1", false, "wrong").await),
        "doLeaveMessage" => kind(cec.leave_message(&party, "+12025550123", "hello").await),
        "checkClickToCallSupport" => kind(cec.call_support(&party).await),
        "createClickToCall" => kind(cec.call_start(&party, CallMedia::Audio).await),
        "getClickToCallEvents" => kind(cec.call_events(&party).await),
        "createcall" => {
            let wish = Placing { called: "+12025550123".into(), caller: None, data: None };
            kind(cec.place_call(&wish).await)
        }
        "dropClickToCall" => kind(cec.call_drop(&party).await),
        other => format!("no call of the port asks {other}"),
    }
}

fn read_word(word: &str) -> Read {
    let code = |name: &str| {
        let found = ErrorCode::ALL.iter().find(|code| format!("{code:?}") == name);
        found.copied().unwrap_or(ErrorCode::Unknown)
    };
    if let Some(name) = word.strip_prefix("refused for now ") {
        return Read::Refused { code: code(name), transient: true };
    }
    if let Some(name) = word.strip_prefix("refused ") {
        return Read::Refused { code: code(name), transient: false };
    }
    if let Some(name) = word.strip_prefix("unknown ") {
        return Read::Unknown(code(name));
    }
    if let Some(name) = word.strip_prefix("not sent ") {
        return Read::NotSent(code(name));
    }
    match word {
        "gone" => Read::Gone,
        other => Read::Done(other.strip_prefix("ok ").unwrap_or(other).to_owned()),
    }
}

/// The code's word in the visitor API.
pub(crate) fn code_word(code: ErrorCode) -> String {
    json!(code).as_str().map(str::to_owned).unwrap_or_default()
}
