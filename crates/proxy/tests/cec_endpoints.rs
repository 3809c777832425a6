//! Files, the robot's comforts, messages left, reading, ratings with more questions, calls: what is sent, what is read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, Reply, coded, id, kind, party, text};
use frontdesk_contract::{About, CallGateway, CallMedia, Card, SurveyQuestion};
use frontdesk_proxy::config::{Dialect, ReadContent};
use frontdesk_proxy::vendor::{
    CallAbility, CallNews, Centre as _, FileSource, Rating, Said, Spooled, Utterance,
};
use serde_json::{Value, json};
use std::path::PathBuf;

/// A file for one test.
struct Spool(PathBuf);

impl Spool {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("frontdesk-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }

    fn spooled(&self, extension: &'static str, size_bytes: u64) -> Spooled<'_> {
        Spooled { path: &self.0, extension, size_bytes }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_file_is_streamed_with_its_length_and_again_after_new_tokens() {
    use base64::Engine as _;
    let bytes: Vec<u8> = (0..200_001_u32).map(|number| (number % 251) as u8).collect();
    let spool = Spool::new("upload", &bytes);
    let centre = Centre::start().await;
    let cec = centre.cec();
    centre.once("uploadFileStream", Reply::status(401));
    centre.once("uploadFileStream", Reply::json(r#"{"returnCode":"0","objectKey":"k-1"}"#));
    assert_eq!(cec.upload(&party(), spool.spooled("png", 200_001)).await, Ok("k-1".into()));
    let seen = centre.seen("uploadFileStream");
    assert_eq!(seen.len(), 2);
    for seen in seen {
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        assert_eq!(seen.body, json!({"fileType": "png", "channel": "WEB", "fileStream": text}));
        let length = text.len() + r#"{"fileType":"png","channel":"WEB","fileStream":""}"#.len();
        assert_eq!(seen.header("content-length"), length.to_string());
    }
}

#[tokio::test]
async fn an_upload_is_refused_for_a_reason() {
    let spool = Spool::new("refused", b"abc");
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (extension, size, expected) in [
        ("pdf", 3, "refused FileTypeRefused"),
        ("png", 0, "refused FileEmpty"),
        ("png", 4, "refused Internal"),
    ] {
        assert_eq!(kind(cec.upload(&party(), spool.spooled(extension, size)).await), expected);
    }
    assert!(centre.seen("uploadFileStream").is_empty());
    for (reply, expected) in [
        (
            Reply::json(r#"{"returnCode":"3","resultDesc":"Requested param validate failed"}"#),
            "refused FileTypeRefused",
        ),
        (coded("13", "upload file exception"), "refused for now CentreRefused"),
        (coded("2", "Param is null"), "refused CentreRefused"),
        (Reply::json(r#"{"returnCode":"0"}"#), "unknown CentreUnintelligible"),
        (Reply::json(r#"{"returnCode":"0","objectKey":"two words"}"#), "unknown CentreUnintelligible"),
        (Reply::status(404), "refused NotOffered"),
        (Reply::status(413), "refused FileTooLarge"),
        (Reply::status(429), "refused for now CentreBusy"),
        (Reply::status(500), "unknown CentreUnintelligible"),
    ] {
        centre.once("uploadFileStream", reply);
        assert_eq!(kind(cec.upload(&party(), spool.spooled("png", 3)).await), expected);
    }
}

#[tokio::test]
async fn a_file_is_asked_for_by_where_it_is() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    centre.always("downloadFileStream", Reply::json(r#"{"x":{"y":["}"]},"fileStream":"aGVs\/bG8="}"#));
    for (source, extension, expected) in [
        (
            FileSource::Local("k".into()),
            Some("PNG"),
            json!({"fileId": "local/k", "channel": "WEB", "fileType": "png"}),
        ),
        (
            FileSource::Library("117".into()),
            Some("jpg"),
            json!({"fileId": "117", "channel": "WEB", "fileType": "jpg", "multiMedia": "multiMedia"}),
        ),
        (
            FileSource::Plain("117".into()),
            None,
            json!({"fileId": "117", "channel": "WEB", "fileType": "txt"}),
        ),
        (
            FileSource::Uploaded("k".into()),
            Some("mp4"),
            json!({"fileId": "k", "channel": "WEB", "fileType": "mp4"}),
        ),
    ] {
        centre.clear();
        let mut out = Vec::new();
        assert_eq!(cec.download(&party(), &source, extension, &mut out, 100).await, Ok(6));
        assert_eq!(out, b"hel\xfd\xb1\xbc");
        assert_eq!(centre.seen("downloadFileStream")[0].body, expected);
    }
}

#[tokio::test]
async fn a_file_is_asked_for_in_another_form_where_the_first_finds_nothing() {
    let bare = |key: &str| (key.to_owned(), false);
    let local = |key: &str| (format!("local/{key}"), false);
    let library = |id: &str| (id.to_owned(), true);
    let file = || Reply::json(r#"{"fileStream":"aGVsbG8="}"#);
    let missed = || coded("13", "fsservice downloadFile is failed");
    for (source, forms) in [
        (FileSource::Local("k".into()), vec![local("k"), bare("k")]),
        (FileSource::Library("117".into()), vec![library("117"), bare("117")]),
        (FileSource::Uploaded("k".into()), vec![bare("k"), local("k")]),
        (FileSource::Plain("117".into()), vec![bare("117"), local("117"), library("117")]),
    ] {
        let centre = Centre::start().await;
        let cec = centre.cec();
        let asked = || {
            let seen = centre.seen("downloadFileStream").into_iter().map(|seen| seen.body);
            let form =
                |body: Value| (body["fileId"].as_str().unwrap().to_owned(), body.get("multiMedia").is_some());
            seen.map(form).collect::<Vec<_>>()
        };
        let mut out = Vec::new();
        for _ in 1..forms.len() {
            centre.once("downloadFileStream", missed());
        }
        centre.once("downloadFileStream", file());
        assert_eq!(cec.download(&party(), &source, Some("png"), &mut out, 100).await, Ok(5));
        assert_eq!((asked(), out.as_slice()), (forms.clone(), b"hello".as_slice()));
        // What worked comes first from then on.
        centre.clear();
        centre.once("downloadFileStream", file());
        assert_eq!(cec.download(&party(), &source, Some("png"), &mut out, 100).await, Ok(5));
        assert_eq!(asked(), forms[forms.len() - 1..]);
        // Where none does, the first answer counts.
        centre.clear();
        centre.once("downloadFileStream", coded("13", "empty file!"));
        centre.always("downloadFileStream", missed());
        let answer = cec.download(&party(), &source, Some("png"), &mut out, 100).await;
        assert_eq!((kind(answer), asked().len()), ("refused FileUnknown".into(), forms.len()));
    }
}

#[tokio::test]
async fn what_is_no_question_of_the_id_is_asked_once() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (reply, expected) in [
        (coded("13", "param filetype Out of range!"), "refused FileUnknown"),
        (coded("401", "objectKey is null!"), "refused FileUnknown"),
        (coded("10010000002", ""), "refused for now CentreBusy"),
        (Reply::json(r#"{"fileStream":"aGVsbG8=","resultCode":"13"}"#), "refused for now CentreRefused"),
        (Reply::status(500), "unknown CentreUnintelligible"),
    ] {
        centre.clear();
        centre.once("downloadFileStream", reply);
        let source = FileSource::Plain("117".into());
        let answer = cec.download(&party(), &source, Some("png"), &mut Vec::new(), 100).await;
        assert_eq!((kind(answer), centre.seen("downloadFileStream").len()), (expected.into(), 1));
    }
}

#[tokio::test]
async fn a_download_fails_for_a_reason() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    let source = FileSource::Local("k".into());
    for (reply, expected) in [
        (Reply::json(r#"{"resultCode":"401","resultDesc":"objectKey is null!"}"#), "refused FileUnknown"),
        (Reply::json(r#"{"resultCode":"13","resultDesc":"empty file!"}"#), "refused FileUnknown"),
        (Reply::json(r#"{"fileStream":"eA==","resultCode":"13"}"#), "refused for now CentreRefused"),
        (Reply::json(r#"{"fileStream":"","resultCode":"0"}"#), "refused FileUnknown"),
        (Reply::json(r#"{"fileStream":"AAAAAAAAAAAAAAAAAAAA"}"#), "refused FileTooLarge"),
        (Reply::json(r#"{"fileStream":"eA="#), "unknown CentreUnintelligible"),
        (Reply::bytes(200, b"<html>"), "unknown CentreUnintelligible"),
        (Reply::status(404), "refused NotOffered"),
        (Reply::status(503), "unknown CentreBusy"),
        (Reply::status(503).with("retry-after", "3"), "refused for now CentreBusy"),
    ] {
        centre.once("downloadFileStream", reply);
        let mut out = Vec::new();
        assert_eq!(kind(cec.download(&party(), &source, None, &mut out, 10).await), expected);
    }
    let tokens = centre.order().iter().filter(|what| *what == "applyToken").count();
    assert_eq!(tokens, 1, "a code in the body says nothing about tokens");
}

#[tokio::test]
async fn suggestions_have_two_names_and_no_more_than_five_entries() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (reply, expected) in [
        (r#"{"resultCode":"0","question":["a?","b?"]}"#, vec!["a?", "b?"]),
        (r#"{"resultCode":"0","phrases":["a?"],"question":null}"#, vec!["a?"]),
        (r#"{"resultCode":"0","question":"a?"}"#, vec!["a?"]),
        (r#"{"resultCode":"0","question":["1","2","3","4","5","6"]}"#, vec!["1", "2", "3", "4", "5"]),
        (r#"{"resultCode":"0"}"#, vec![]),
    ] {
        centre.once("queryPhraseByKeyword", Reply::json(reply));
        assert_eq!(cec.suggestions(&party(), "parcel").await.unwrap(), expected, "{reply}");
    }
    let asked = json!({"strContent": "parcel", "locale": "zh", "channel": "WEB"});
    assert_eq!(centre.seen("queryPhraseByKeyword")[0].body, asked);
    centre.once("queryPhraseByKeyword", coded("1", "Robot is no exist"));
    assert_eq!(kind(cec.suggestions(&party(), "x").await), "refused RobotUnavailable");
}

#[tokio::test]
async fn an_answer_is_judged_and_a_message_is_left() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    assert_eq!(cec.feedback(&party(), "7", false, &"谢".repeat(30)).await, Ok(()));
    assert_eq!(cec.feedback(&party(), "7", true, "ignored").await, Ok(()));
    let seen = centre.seen("feedbacksatisfaction");
    let expected =
        json!({"feedback": 0, "feedbackContent": "谢".repeat(21), "from": "visitor-7f3a", "interIdx": "7"});
    assert_eq!(
        (&seen[0].body, seen[0].path.as_str()),
        (&expected, "/apiaccess/ccmessaging/v1/robot/feedbacksatisfaction")
    );
    assert_eq!((&seen[1].body["feedback"], &seen[1].body["feedbackContent"]), (&json!(1), &json!("")));
    for (code, expected) in [
        ("30000000008", "refused ReasonMissing"),
        ("30000000019", "refused FeedbackClosed"),
        ("10010000002", "refused for now CentreBusy"),
        ("10010000001", "refused CentreRefused"),
    ] {
        centre.once("feedbacksatisfaction", coded(code, ""));
        assert_eq!(kind(cec.feedback(&party(), "7", true, "").await), expected);
    }

    assert_eq!(cec.leave_message(&party(), "+8613800138000", "call me").await, Ok(()));
    let expected = json!({"callId": "visitor-7f3a", "caller": "+8613800138000", "leaveMessage": "call me", "channel": "WEB"});
    assert_eq!(centre.seen("doLeaveMessage")[0].body, expected);
    for (reply, expected) in [
        (coded("3", "the leaveMessageParams is error."), "refused NumberInvalid"),
        (coded("13", "Save leaveMessage failed!"), "refused for now CentreRefused"),
        (Reply::bytes(200, b""), "unknown CentreUnintelligible"),
    ] {
        centre.once("doLeaveMessage", reply);
        assert_eq!(kind(cec.leave_message(&party(), "1", "x").await), expected);
    }
}

#[tokio::test]
async fn reading_is_told_as_the_desk_is_set() {
    let centre = Centre::start().await;
    let codes = ["c-1".to_owned(), "c-2".to_owned()];
    for (read_content, dialect, expected) in [
        (ReadContent::List, Dialect::V2_6, Some(r#"["c-1","c-2"]"#)),
        (ReadContent::Empty, Dialect::V2_6, Some("")),
        (ReadContent::Off, Dialect::V2_6, None),
        (ReadContent::List, Dialect::V2_5, None),
    ] {
        centre.clear();
        let cec = centre.cec_with(|config| (config.read_content, config.dialect) = (read_content, dialect));
        assert_eq!(cec.read(&party(), &codes).await, Ok(()));
        let seen = centre.seen("send READ");
        assert_eq!(seen.first().map(|seen| &seen.body["content"]), expected.map(Value::from).as_ref());
    }
    centre.once("send READ", coded("13", "whatever"));
    assert_eq!(centre.cec().read(&party(), &codes).await, Ok(()));
}

#[tokio::test]
async fn a_connect_says_what_the_desk_is_set_to_say() {
    let centre = Centre::start().await;
    let set = |config: &mut frontdesk_proxy::config::CecConfig| {
        config.connect_content = "start".into();
        config.trans_data = Some(r#"{"tier":"gold"}"#.into());
    };
    centre.cec_with(set).connect(&party(), &About::default()).await.unwrap();
    let seen = centre.seen("send CONNECT");
    assert_eq!(
        (&seen[0].body["content"], &seen[0].body["transData"]),
        (&json!("start"), &json!(r#"{"tier":"gold"}"#))
    );
    centre.clear();
    let old = centre.cec_with(|config| {
        set(config);
        config.dialect = Dialect::V2_5;
    });
    old.connect(&party(), &About::default()).await.unwrap();
    old.say(&party(), &id(), 1, &text("hello")).await.unwrap();
    assert!(centre.seen("send CONNECT")[0].body.get("transData").is_none());
    assert_eq!(centre.seen("send CHAT")[0].body["content"], "hello");
}

#[tokio::test]
async fn a_card_whose_link_is_not_trusted_was_delivered() {
    let centre = Centre::start().await;
    centre.once(
        "send CHAT",
        coded("3", "The redirection address is not in the trust list, contact operation staff to add it."),
    );
    let card = Card {
        title: "Order".into(),
        description: String::new(),
        url: "https://shop.example/".into(),
        image: None,
    };
    let said = centre.cec().say(&party(), &id(), 1, &Utterance::Card { card, image: None }).await;
    assert_eq!(said, Ok(Said::Delivered { link_not_trusted: true }));
}

#[tokio::test]
async fn a_rating_asks_and_answers_more_where_the_centre_wants_it() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (questions, expected) in [
        (
            r#"["FCR","NPS","CSAT","NEW"]"#,
            vec![SurveyQuestion::Solved, SurveyQuestion::Recommend, SurveyQuestion::Satisfaction],
        ),
        (r#""NPS,CSAT""#, vec![SurveyQuestion::Recommend, SurveyQuestion::Satisfaction]),
        ("null", vec![]),
    ] {
        let body = format!(
            r#"{{"resultCode":"0","satisfactionSurvey":{{"surveyType":"WEB","satisfactionQuestion":{questions}}}}}"#
        );
        centre.once("getsatisfactionsurveymode", Reply::json(&body));
        assert_eq!(cec.survey(&party()).await.unwrap().questions, expected, "{questions}");
    }
    let rating = Rating { level: None, recommend: Some(9), solved: Some(false), comment: String::new() };
    cec.rate(&party(), &rating).await.unwrap();
    // The field of the level must be there, though no level was asked.
    let expected = json!({"channel": "WEB", "userId": "visitor-7f3a", "evaluation": "3", "npsScore": "9", "fcrValue": "2",
        "comment": "", "channelConfigId": "202500000000000042"});
    assert_eq!(centre.seen("saveSatisfaction")[0].body, expected);
    let level = Rating { level: Some(1), recommend: Some(0), ..Rating::default() };
    cec.rate(&party(), &level).await.unwrap();
    let expected = json!({"channel": "WEB", "userId": "visitor-7f3a", "evaluation": "1", "npsScore": "0",
        "comment": "", "channelConfigId": "202500000000000042"});
    assert_eq!(centre.seen("saveSatisfaction")[1].body, expected);
}

#[tokio::test]
async fn a_call_from_asking_to_its_end() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (body, web_rtc, click_to_call) in [
        (r#"{"resultCode":"0","webRTCSupported":true,"clickToCallSupported":true}"#, true, true),
        (r#"{"resultCode":"0","webRTCsupported":"true","clickToCallSupported":false}"#, true, false),
        (r#"{"resultCode":"0"}"#, false, false),
    ] {
        centre.once("checkClickToCallSupport", Reply::json(body));
        assert_eq!(cec.call_support(&party()).await, Ok(CallAbility { web_rtc, click_to_call }));
    }
    assert_eq!(centre.seen("checkClickToCallSupport")[0].query, "channel=WEB");
    centre.once("checkClickToCallSupport", Reply::status(404));
    assert_eq!(kind(cec.call_support(&party()).await), "refused NotOffered");

    cec.call_start(&party(), CallMedia::Video).await.unwrap();
    cec.call_start(&party(), CallMedia::Audio).await.unwrap();
    let asked: Vec<_> = centre.seen("createClickToCall").iter().map(|seen| seen.body.clone()).collect();
    assert_eq!(
        asked,
        [json!({"channel": "WEB", "mediaAbility": "1"}), json!({"channel": "WEB", "mediaAbility": "0"})]
    );
    for (code, text, expected) in [
        ("7", "", "refused NotOffered"),
        ("12", "", "refused OutsideHours"),
        ("13", "No agents available currently", "refused for now NoAgents"),
        ("13", "connect failed", "refused for now CentreRefused"),
    ] {
        centre.once("createClickToCall", coded(code, text));
        assert_eq!(kind(cec.call_start(&party(), CallMedia::Audio).await), expected);
    }

    let gateway = CallGateway {
        domain: "rtc.example.net".into(),
        addresses: vec!["192.0.2.10:8443".into(), "wss://192.0.2.11:8443/x".into()],
        access_code: "17900000000001".into(),
        caller: "AnonymousCard".into(),
    };
    let connected = r#"{"resultCode":"0","resultDesc":"Call connected","eventId":168101,"content":{"domain":"rtc.example.net",
        "gwAddresses":["192.0.2.10:8443","wss://192.0.2.11:8443/x"],"accessCode":17900000000001,"clickToCallCaller":"AnonymousCard"}}"#;
    for (reply, expected) in [
        (coded("0", "Call in queue"), Some(CallNews::Queueing)),
        (Reply::json(connected), Some(CallNews::Connected(gateway))),
        (coded("0", "Call connected"), None),
        (coded("0", "Call disconnected"), Some(CallNews::Disconnected)),
        (coded("0", "Call queued timeout"), Some(CallNews::QueueTimeout)),
        (coded("0", "Call failed"), Some(CallNews::Failed)),
        (coded("0", "ClickToCall polled without any events"), None),
        (coded("13", "Call failed"), None),
    ] {
        centre.once("getClickToCallEvents", reply);
        assert_eq!(cec.call_events(&party()).await, Ok(expected));
    }
    centre.once("dropClickToCall", coded("13", "disconnect failed"));
    assert_eq!(cec.call_drop(&party()).await, Ok(()));
    assert_eq!(centre.seen("dropClickToCall")[0].body, json!({"channel": "WEB"}));
}

#[tokio::test]
async fn the_history_tells_files_and_what_was_taken_back() {
    let centre = Centre::start().await;
    let page = r#"{"resultCode":"0","messageList":[
        {"id":"3","sourceType":"AGENT","mediaType":"IMAGE","content":"117","sendTime":"2026-01-02 03:04:05","messageCode":"c-3",
         "multiMediaLibraryInfo":{"id":"117","fileName":"a.png","fileSize":"1.5","sizeUnit":"KB","mediaFileType":"png"},"contentDealType":null},
        {"id":"2","sourceType":"AGENT","mediaType":"TEXT","content":"oops","sendTime":1767323000000,"messageCode":"c-2","recallTime":1767323001000},
        {"id":"1","sourceType":"CUSTOMER","mediaType":"FILE","content":"a.txt,12,k-1,txt","sendTime":"1767322000000","messageId":"m-1","sendStatus":3}]}"#;
    centre.once("queryHistoryChatMessage", Reply::json(page));
    let kept = centre.cec().history(&party(), 1_767_000_000_000, 1_768_000_000_000).await.unwrap().unwrap();
    let found: Vec<_> =
        kept.iter().map(|kept| (kept.code.as_deref(), kept.at_ms, kept.recalled, kept.read)).collect();
    assert_eq!(
        found,
        [
            (Some("m-1"), Some(1_767_322_000_000), false, true),
            (Some("c-2"), Some(1_767_323_000_000), true, false),
            (Some("c-3"), Some(1_767_323_045_000), false, false),
        ]
    );
    let told = format!("{:?} {:?}", kept[0].content, kept[2].content);
    for part in [
        "Uploaded(\"k-1\")",
        "Some(\"a.txt\")",
        "Some(12)",
        "Library(\"117\")",
        "Some(\"a.png\")",
        "Some(1536)",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let asked = &centre.seen("queryHistoryChatMessage")[0].body;
    // An hour more: what was taken back later is not shown either.
    assert_eq!((&asked["startTime"], &asked["endTime"]), (&json!("1767000000000"), &json!("1768003600000")));
}
