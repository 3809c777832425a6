//! Each call of the port against a scripted centre: what is asked, and what is made of the answer.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail so")]

mod cec_support;

use cec_support::{Centre, DELIVERED, Reply, coded, heard, id, kind, message, party, rating, text};
use frontdesk_contract::{About, Card, ClientId, Location, Person, QueueInfo, Sender};
use frontdesk_proxy::config::{Dialect, PollKind};
use frontdesk_proxy::vendor::{Centre as _, Downlink, QueueAnswer, Said, Serving, Utterance};
use serde_json::json;

const PLACE_2: &str = r#"{"totalWaitTime":3,"resultCode":"0","longestWaitTime":9,"position":2,
    "currentDeviceWaitTime":3,"configMaxcWaitTime":60,"estimateWaitTime":40}"#;

#[tokio::test]
async fn a_send_looks_as_the_manual_prints_it() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    cec.connect(&party(), &About::default()).await.unwrap();
    cec.say(&party(), &id(), 1_760_000_005_000, &text("where is my parcel")).await.unwrap();

    let token = &centre.seen("tokenByAkSk")[0];
    assert_eq!(token.path, "/apigovernance/api/oauth/tokenByAkSk");
    assert_eq!(token.header("x-token-expire"), "600");
    assert_eq!(token.body, json!({"app_key": "ak-demo-0001", "app_secret": cec_support::SECRET}));
    let apply = &centre.seen("applyToken")[0];
    assert_eq!((apply.header("x-app-key"), apply.header("authorization")), ("ak-demo-0001", "Bearer at-1"));
    let expected = json!({"userId": "visitor-7f3a", "userName": "Guest 7f3a", "channelId": "202500000000000042",
        "locale": "zh"});
    assert_eq!(apply.body, expected);

    let connect = &centre.seen("send CONNECT")[0];
    assert_eq!(connect.path, "/apiaccess/ccmessaging/send");
    assert_eq!(connect.body["content"], "");
    assert_eq!(connect.body["messageId"], json!(null));
    let chat = &centre.seen("send CHAT")[0];
    assert_eq!(chat.header("x-app-key"), "ak-demo-0001");
    assert_eq!(chat.header("authorization"), "Bearer at-1");
    assert_eq!(chat.header("ccmessaging-token"), "vt-2%3D");
    let expected = json!({"content": "where is my parcel", "controlType": "CHAT", "from": "visitor-7f3a",
        "mediaType": "TEXT", "senderNickname": "Guest 7f3a", "sourceType": "CUSTOMER", "timestamp": "1760000005000",
        "to": "202500000000000042", "userAgent": null, "senderAvatar": null, "channel": "WEB",
        "messageId": "m0000000000000000000000000000001"});
    assert_eq!(chat.body, expected);
}

#[tokio::test]
async fn connecting_tells_who_serves() {
    let (robot, agent, queue) = (Ok(Serving::Robot), Ok(Serving::Agent), Ok(Serving::Queue));
    for (robot_set, code, said, place, expected) in [
        (true, "0", "connect to robot successfully.", "1", &robot),
        (false, "0", "process robot multi message successfully", "1", &robot),
        (true, "11", "Queuing...", "1", &queue),
        (true, "0", "成功", PLACE_2, &queue),
        (true, "0", "成功", "160021", &agent),
        (true, "0", "成功", "160023", &queue),
        // An automatic service has the visitor: the robot, where there is one.
        (true, "0", "成功", "160022", &robot),
        (false, "0", "成功", "160022", &queue),
        (true, "0", "成功", "1", &robot),
        (true, "0", "agent connected", "1", &agent),
        (false, "0", "成功", "1", &agent),
        // No place in the queue: this is no queue.
        (true, "0", "", r#"{"resultCode":"0","position":0}"#, &robot),
        // A queue that tells no place is one: all but the code is optional.
        (true, "0", "", r#"{"resultCode":"0"}"#, &queue),
        (true, "0", "", r#"{"resultCode":0,"position":null,"estimateWaitTime":40}"#, &queue),
    ] {
        for dialect in [Dialect::V2_5, Dialect::V2_6] {
            let centre = Centre::start().await;
            centre.always("send CONNECT", coded(code, said));
            let reply = if place.starts_with('{') { Reply::json(place) } else { coded(place, "") };
            centre.always("queryQueueInfo", reply);
            let cec = centre.cec_with(|config| (config.robot, config.dialect) = (robot_set, dialect));
            assert_eq!(&cec.connect(&party(), &About::default()).await, expected, "{code} {said} {place}");
        }
    }
}

#[tokio::test]
async fn connecting_does_not_fail_because_the_queue_query_does() {
    let centre = Centre::start().await;
    centre.always("queryQueueInfo", Reply::status(500));
    assert_eq!(centre.cec().connect(&party(), &About::default()).await, Ok(Serving::Robot));
}

#[tokio::test]
async fn transferring_tells_who_serves() {
    for (code, said, place, expected) in [
        ("0", "transfer from robot to agent success.", "160021", "ok Agent"),
        ("0", "transfer from robot to agent success.", "1", "ok Agent"),
        ("0", "transfer from robot to agent success.", PLACE_2, "ok Queue"),
        ("11", "Queuing...", "1", "ok Queue"),
        ("12", "not within the working time", "1", "refused OutsideHours"),
        ("13", "fail to transfer from robot to agent,it has been agent service.", "1", "ok Agent"),
        ("13", "fail to transfer from robot to agent,session keep touch failed.", "1", "gone"),
        (
            "13",
            "fail to transfer from robot to agent,connect to ccucs failed.",
            "1",
            "refused for now CentreBusy",
        ),
    ] {
        let centre = Centre::start().await;
        centre.always("send TRANS2AGENT", coded(code, said));
        centre.always(
            "queryQueueInfo",
            if place == "1" || place == "160021" { coded(place, "") } else { Reply::json(place) },
        );
        assert_eq!(kind(centre.cec().transfer_to_agent(&party()).await), expected, "{code} {said}");
    }
}

#[tokio::test]
async fn a_message_meets_every_state_of_the_conversation() {
    let quick = "chat failed, send too quick or session keep touch failed.";
    for (code, said, place, expected) in [
        ("0", "sendUserMessage successfully.", "1", "ok Delivered { link_not_trusted: false }"),
        ("0", "Failed to disconnect robot", "1", "ok Delivered { link_not_trusted: false }"),
        ("11", "Queuing...", "1", "refused for now Queueing"),
        ("13", "Queuing...", "1", "refused for now Queueing"),
        ("13", quick, "5", "gone"),
        ("13", quick, "6", "gone"),
        ("13", quick, "160004", "gone"),
        ("13", quick, "160021", "refused for now CentreBusy"),
        ("13", quick, "1", "refused for now CentreBusy"),
        ("13", quick, PLACE_2, "refused for now Queueing"),
        // Waiting without a place, and in no queue.
        ("13", quick, r#"{"resultCode":"0"}"#, "refused for now Queueing"),
        ("13", quick, r#"{"resultCode":"0","position":0}"#, "refused for now CentreBusy"),
        ("13", "sendUserMessage failed", "160021", "refused CentreRefused"),
        ("13", "sendUserMessage failed", "160004", "gone"),
        ("13", "chat failed, none channel config found.", "1", "refused ChannelNotConfigured"),
        ("12", "", "1", "refused OutsideHours"),
    ] {
        let centre = Centre::start().await;
        centre.always("send CHAT", coded(code, said));
        centre.always(
            "queryQueueInfo",
            if place.starts_with('{') { Reply::json(place) } else { coded(place, "") },
        );
        let said_it = centre.cec().say(&party(), &id(), 1, &text("hello")).await;
        assert_eq!(kind(said_it), expected, "{code} {said} {place}");
        assert_eq!(centre.seen("send CHAT").len(), 1);
    }
}

#[tokio::test]
async fn a_message_that_the_centre_keeps_for_later_is_stored() {
    let centre = Centre::start().await;
    let tip = Some("Leave a message.".to_owned());
    for (sign, tip) in [
        (r#"{"isOfflineStatus":true,"tipText":"<p>Leave a message.</p>"}"#, tip),
        ("true", None),
        (r#"{"isOfflineStatus":"true"}"#, None),
    ] {
        centre.once("send CHAT", Reply::json(&format!(r#"{{"resultCode":"13","offlineMsg":{sign}}}"#)));
        assert_eq!(
            centre.cec().say(&party(), &id(), 1, &text("hello")).await,
            Ok(Said::StoredOffline { tip: tip.clone() }),
            "{sign}"
        );
        centre.once("send CONNECT", Reply::json(&format!(r#"{{"resultCode":"12","offlineMsg":{sign}}}"#)));
        assert_eq!(
            centre.cec().connect(&party(), &About::default()).await,
            Ok(Serving::Offline { tip }),
            "{sign}"
        );
    }
}

#[tokio::test]
async fn what_the_centre_does_not_take_is_not_sent() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (body, expected) in [
        (text("  "), "refused TextEmpty"),
        (text(&"字".repeat(342)), "refused TextTooLong"),
        (
            Utterance::Location(Location { latitude: 1.0, longitude: 2.0, label: String::new() }),
            "refused BodyUnsupported",
        ),
    ] {
        assert_eq!(kind(cec.say(&party(), &id(), 1, &body).await), expected);
    }
    assert_eq!(centre.order(), Vec::<String>::new());

    let card = Card {
        title: "Order 42".into(),
        description: String::new(),
        url: "https://shop.example/42".into(),
        image: None,
    };
    assert_eq!(
        cec.say(&party(), &ClientId::new("a,b"), 1, &Utterance::Card { card, image: None }).await,
        Ok(DELIVERED)
    );
    let sent = &centre.seen("send CHAT")[0].body;
    assert_eq!(sent["mediaType"], "WEBCARD");
    assert!(sent.get("messageId").is_none(), "an id with a comma would be refused");
    let card: serde_json::Value = serde_json::from_str(sent["content"].as_str().unwrap()).unwrap();
    let expected = json!({"title": "Order 42", "description": "", "mediaFileId": "", "mediaFileType": "",
        "redirectUrl": "https://shop.example/42"});
    assert_eq!(card, expected);
}

#[tokio::test]
async fn ending_what_has_ended_is_no_failure() {
    for (code, said, place, expected) in [
        ("0", "disconnect successfully", "1", "ok ()"),
        ("11", "Queuing...", "1", "ok ()"),
        ("13", "disconnect failed, session keep touch failed.", "1", "ok ()"),
        ("13", "disconnect failed.", "160004", "ok ()"),
        ("13", "disconnect failed.", "160021", "refused for now CentreRefused"),
        ("13", "disconnect failed, none channel config found.", "1", "refused ChannelNotConfigured"),
    ] {
        let centre = Centre::start().await;
        centre.always("send DISCONNECT", coded(code, said));
        centre.always("queryQueueInfo", coded(place, ""));
        assert_eq!(kind(centre.cec().disconnect(&party()).await), expected, "{code} {said}");
    }
    // The older edition cannot tell: what does not end is left to the centre.
    let centre = Centre::start().await;
    centre.always("send DISCONNECT", coded("13", "disconnect failed"));
    centre.always("queryQueueInfo", coded("1", ""));
    assert_eq!(kind(centre.cec().disconnect(&party()).await), "refused for now CentreRefused");
    let old = centre.cec_with(|config| config.dialect = Dialect::V2_5);
    assert_eq!(old.disconnect(&party()).await, Ok(()));
}

#[tokio::test]
async fn typing_to_a_robot_is_nobodys_trouble() {
    let centre = Centre::start().await;
    centre.once("send INPUT", coded("13", "This is robot service,this message is prevented!"));
    assert_eq!(centre.cec().typing(&party()).await, Ok(()));
}

#[tokio::test]
async fn an_end_that_a_centre_repeats_is_told_from_the_next_one() {
    let centre = Centre::start().await;
    let cec = centre.cec_with(|config| config.poll = PollKind::Repeats);
    let end = |code: &str| {
        Reply::json(&format!(
            r#"{{"resultCode":"0","downlinkMessages":[{{"controlType":"DISCONNECT","messageCode":"{code}"}}]}}"#
        ))
    };
    let mut marks = Vec::new();
    for code in ["e-1", "e-1", "e-2"] {
        centre.once("poll", end(code));
        let said = cec.poll(&party()).await.unwrap();
        let [Downlink::Once { mark, then }] = &said[..] else { panic!("{said:?}") };
        assert_eq!(then[..], [Downlink::Ended { offline: false }]);
        marks.push(mark.clone());
    }
    assert!(marks[0] == marks[1] && marks[1] != marks[2], "{marks:?}");
    // One that is handed out once needs no mark.
    centre.once("poll", end("e-1"));
    assert_eq!(centre.cec().poll(&party()).await, Ok(vec![Downlink::Ended { offline: false }]));
}

#[tokio::test]
async fn polling_asks_alike_in_both_dialects_and_takes_every_form_of_answer() {
    let centre = Centre::start().await;
    let (new, old) = (centre.cec(), centre.cec_with(|config| config.dialect = Dialect::V2_5));
    centre.once(
        "poll",
        Reply::json(
            r#"{"resultCode":"0","downlinkMessages":[
        {"content":"您好","sourceType":"AGENT","senderNickname":"Li","controlType":"CHAT","mediaType":"TEXT",
         "timestamp":"1760000001000","messageCode":"c-1"},
        17, null, {"controlType":"DISCONNECT"}]}"#,
        ),
    );
    let from = Sender::Agent(Person { name: "Li".into(), avatar: None });
    let hello = message(Some("c-1"), from, heard("您好"), Some(1_760_000_001_000));
    assert_eq!(new.poll(&party()).await, Ok(vec![hello, Downlink::Ended { offline: false }]));
    old.poll(&party()).await.unwrap();
    let queries: Vec<_> = centre.seen("poll").into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries, ["receiverId=visitor-7f3a&channel=WEB&isNeedRead=true"; 2]);

    for (reply, expected) in [
        (Reply::json(r#"{"resultCode":0,"downlinkMessages":null}"#), "ok []"),
        (Reply::json(r#"{"resultCode":"0"}"#), "ok []"),
        (Reply::json("{}"), "ok []"),
        (Reply::bytes(200, b""), "ok []"),
        (Reply::bytes(200, b"{\"resultCode\":\"0\"}").with("content-type", "text/html"), "ok []"),
        (Reply::json(r#"{"resultCode":"13"}"#), "refused for now CentreRefused"),
        (Reply::json(r#"{"resultCode":"13","downlinkMessages":[{"controlType":"INPUT"}]}"#), "ok [Typing]"),
        (Reply::bytes(200, b"<html>captive portal</html>"), "unknown CentreUnintelligible"),
        (Reply::json(r#"{"resultCode":"0","downlinkMess"#), "unknown CentreUnintelligible"),
    ] {
        centre.once("poll", reply);
        assert_eq!(kind(new.poll(&party()).await), expected);
    }
}

#[tokio::test]
async fn a_compressed_answer_is_read() {
    const ZIPPED: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 74, 45, 46, 205, 41, 113, 206, 79, 73, 85, 178, 82, 50,
        80, 170, 5, 0, 254, 76, 233, 175, 18, 0, 0, 0,
    ];
    let centre = Centre::start().await;
    centre.once("poll", Reply::bytes(200, ZIPPED).with("content-encoding", "gzip"));
    assert_eq!(centre.cec().poll(&party()).await, Ok(Vec::new()));
}

#[tokio::test]
async fn the_queue_query_tells_ten_things_apart() {
    let waiting = |place, wait_ms| QueueAnswer::Waiting(QueueInfo { place, wait_ms });
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (reply, expected) in [
        (Reply::json(PLACE_2), waiting(Some(2), Some(40_000))),
        (
            Reply::json(r#"{"resultCode":0,"position":"3","estimateWaitTime":"60"}"#),
            waiting(Some(3), Some(60_000)),
        ),
        (Reply::json(r#"{"resultCode":"0","position":0,"estimateWaitTime":-1}"#), QueueAnswer::Elsewhere),
        (Reply::json(r#"{"resultCode":"0","position":"-1"}"#), QueueAnswer::Elsewhere),
        (Reply::json(r#"{"resultCode":"0"}"#), waiting(None, None)),
        (
            Reply::json(r#"{"resultCode":0,"position":null,"estimateWaitTime":40}"#),
            waiting(None, Some(40_000)),
        ),
        (Reply::json(r#"{"resultCode":"0","position":1,"estimateWaitTime":86401}"#), waiting(Some(1), None)),
        (Reply::json(r#"{"position":1}"#), waiting(Some(1), None)),
        (coded("160021", ""), QueueAnswer::Served),
        (coded("160022", ""), QueueAnswer::Elsewhere),
        (coded("160023", ""), QueueAnswer::Elsewhere),
        (coded("160024", ""), QueueAnswer::AgentDidNotAnswer),
        (coded("5", ""), QueueAnswer::Gone),
        (coded("6", ""), QueueAnswer::Gone),
        (coded("160004", ""), QueueAnswer::Gone),
        (coded("160001", ""), QueueAnswer::NoInformation),
        (coded("1", ""), QueueAnswer::NoInformation),
        (coded("99999999999", ""), QueueAnswer::NoInformation),
    ] {
        centre.once("queryQueueInfo", reply);
        assert_eq!(cec.queue(&party()).await, Ok(expected));
    }
    // The older edition says no more than that there is no place.
    let older = centre.cec_with(|config| config.dialect = Dialect::V2_5);
    for (reply, expected) in [
        (Reply::json(PLACE_2), waiting(Some(2), Some(40_000))),
        (coded("1", ""), QueueAnswer::NoInformation),
        (coded("2", ""), QueueAnswer::NoInformation),
        (coded("3", ""), QueueAnswer::NoInformation),
        (coded("4", ""), QueueAnswer::NoInformation),
        (coded("160001", ""), QueueAnswer::NoInformation),
        (coded("99999999999", ""), QueueAnswer::Unlisted),
        (coded("160021", ""), QueueAnswer::Served),
    ] {
        centre.once("queryQueueInfo", reply);
        assert_eq!(older.queue(&party()).await, Ok(expected));
    }
    let asked = json!({"userId": "visitor-7f3a", "channelConfigId": "202500000000000042", "channel": "WEB"});
    assert_eq!(centre.seen("queryQueueInfo")[0].body, asked);
}

#[tokio::test]
async fn the_survey_is_found_under_either_path_and_the_path_is_remembered() {
    let (single, double) = ("getsatisfactionsurveymode", "getsatisfactionssurveymode");
    let form = r#"{"satisfactionSurvey":{"surveyType":"WEB","satisfactionLevel":[
        {"satisfactionLevelDesc":"good","satisfactionLevelKey":"5"},{"satisfactionLevelDesc":"bad","satisfactionLevelKey":1},
        {"satisfactionLevelKey":"9"},null]},"resultCode":"0","resultDesc":"Get satisfaction survey mode success!"}"#;
    let centre = Centre::start().await;
    centre.always(single, Reply::status(404));
    centre.always(double, Reply::json(form));
    let cec = centre.cec();
    for _ in 0..2 {
        let form = cec.survey(&party()).await.unwrap();
        let levels: Vec<_> = form.levels.iter().map(|level| (level.level, level.label.as_deref())).collect();
        assert!(form.open);
        assert_eq!(
            (levels.as_slice(), form.comment_max_chars),
            (&[(1, Some("bad")), (5, Some("good"))][..], 511)
        );
    }
    assert_eq!((centre.seen(single).len(), centre.seen(double).len()), (1, 2));
    assert_eq!(centre.seen(double)[0].body, json!({"language": "zh_CN"}));

    // Neither: the five levels that every centre knows, and no further question for a while.
    centre.always(double, Reply::status(404));
    let cec = centre.cec();
    for _ in 0..2 {
        assert_eq!(cec.survey(&party()).await.unwrap().levels.len(), 5);
    }
    assert_eq!((centre.seen(single).len(), centre.seen(double).len()), (2, 3));
}

#[tokio::test]
async fn no_survey_is_offered_where_the_centre_wants_none() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (survey, open) in [
        (r#"{"surveyType":"NO"}"#, false),
        (r#"{"surveyType":"web"}"#, true),
        (r#"{"surveyType":"WEB","satisfactionQuestion":["NPS"]}"#, true),
        (r#"{"surveyType":"WEB","satisfactionQuestion":["NPS","CSAT"]}"#, true),
        ("null", true),
    ] {
        let body = format!(r#"{{"resultCode":"0","satisfactionSurvey":{survey}}}"#);
        centre.once("getsatisfactionsurveymode", Reply::json(&body));
        assert_eq!(cec.survey(&party()).await.unwrap().open, open, "{survey}");
    }
}

#[tokio::test]
async fn a_rating_is_flat_text_and_its_code_may_have_another_name() {
    let centre = Centre::start().await;
    let cec = centre.cec();
    for (reply, expected) in [
        (Reply::json(r#"{"returnCode":"0"}"#), "ok ()"),
        (coded("0", "Exception appeared!"), "ok ()"),
        (coded("13", "The callIdString obtained failed!"), "refused SurveyClosed"),
        (coded("13", "Save satisfaction failed"), "refused for now CentreRefused"),
        (Reply::json("{}"), "unknown CentreUnintelligible"),
    ] {
        centre.once("saveSatisfaction", reply);
        assert_eq!(kind(cec.rate(&party(), &rating(5, &"谢".repeat(600))).await), expected);
    }
    let expected = json!({"channel": "WEB", "userId": "visitor-7f3a", "evaluation": "5", "comment": "谢".repeat(511),
        "channelConfigId": "202500000000000042"});
    assert_eq!(centre.seen("saveSatisfaction")[0].body, expected);
}
