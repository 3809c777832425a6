//! Every row of the result table of `send`, as the two manuals print it.

use super::Outcome::{self, Agent, Done, Gone, LinkNotTrusted, PerhapsGone, Queued, Refused, Robot, Stored};
use super::Request::{
    self, CallDrop, CallStart, CallSupport, Chat, Connect, Disconnect, Download, Feedback, History,
    LeaveMessage, PlaceCall, Rate, Read, Suggest, Survey, Transfer, Typing, Upload,
};
use super::{Event, Proof, QueueSign, TABLES, event, for_good, for_now, http, outcome, queue};
use frontdesk_contract::ErrorCode::{
    BodyUnsupported, CardIncomplete, CentreBusy, CentreRefused, CentreTimeout, CentreUnintelligible,
    ChannelNotConfigured, FeedbackClosed, FileTypeRefused, FileUnknown, NoAgents, NotOffered, NumberInvalid,
    OutsideHours, ReasonMissing, RobotUnavailable, SurveyClosed, TextEmpty,
};

fn check(request: Request, code: &str, rows: &[(&str, Outcome)]) {
    for (text, expected) in rows {
        let dressed = format!("会话提示 {}。", text.trim_end_matches('.').to_uppercase());
        for text in [*text, dressed.as_str()] {
            assert_eq!(outcome(request, code, text, false), *expected, "{request:?} {code} {text}");
        }
    }
}

#[test]
fn connect() {
    check(
        Connect,
        "0",
        &[
            ("成功", Done),
            ("", Done),
            ("connect to robot successfully", Robot),
            ("connect to robot success.", Robot),
            ("process robot multi message successfully", Robot),
            ("连接机器人成功", Robot),
        ],
    );
    check(Connect, "11", &[("Queuing...", Queued), ("", Queued)]);
    let hours = "The current time is not within the working time of the service agents";
    check(Connect, "12", &[(hours, Refused(for_good(OutsideHours)))]);
    check(
        Connect,
        "13",
        &[
            ("No ccucs address available!", Refused(for_now(CentreBusy))),
            ("connect failed, none channel config found.", Refused(for_good(ChannelNotConfigured))),
            ("Failed to disconnect robot", Refused(for_now(CentreBusy))),
            ("fail to initialize robot", Refused(for_now(RobotUnavailable))),
            ("fail to initialize robot.", Refused(for_now(RobotUnavailable))),
            ("Queuing...", Queued),
        ],
    );
    check(Connect, "20100100", &[("whatever CCUCS says", Refused(for_good(CentreRefused)))]);
}

#[test]
fn disconnect() {
    check(Disconnect, "0", &[("disconnect successfully", Done), ("Disconnect robot successfully", Done)]);
    check(Disconnect, "11", &[("Queuing...", Done)]);
    check(
        Disconnect,
        "13",
        &[
            ("disconnect failed", PerhapsGone(for_now(CentreRefused))),
            ("disconnect failed.", PerhapsGone(for_now(CentreRefused))),
            ("Failed to disconnect robot", PerhapsGone(for_now(CentreRefused))),
            ("disconnect failed, none channel config found.", Refused(for_good(ChannelNotConfigured))),
            ("disconnect failed, session keep touch failed.", Done),
            ("Queuing...", Done),
        ],
    );
}

#[test]
fn chat() {
    check(
        Chat,
        "0",
        &[
            ("sendUserMessage successfully.", Done),
            ("Send message to robot successfully", Done),
            ("process robot multi message successfully", Done),
            ("Failed to disconnect robot", Done),
        ],
    );
    check(
        Chat,
        "3",
        &[
            ("Incorrect JSON format", Refused(for_good(BodyUnsupported))),
            ("content can not be empty", Refused(for_good(BodyUnsupported))),
            (
                "the content Json String must contains mediaFileId or redirectUrl",
                Refused(for_good(CardIncomplete)),
            ),
            ("the content Json String must contains title", Refused(for_good(CardIncomplete))),
            ("Incorrect mediaFileType", Refused(for_good(BodyUnsupported))),
            (
                "The redirection address is not in the trust list, contact operation staff to add it.",
                LinkNotTrusted,
            ),
        ],
    );
    check(Chat, "11", &[("Queuing...", Queued)]);
    check(Chat, "12", &[("not within the working time", Refused(for_good(OutsideHours)))]);
    check(
        Chat,
        "13",
        &[
            ("sendUserMessage failed", PerhapsGone(for_good(CentreRefused))),
            ("sendUserMessage failed.", PerhapsGone(for_good(CentreRefused))),
            ("connect failed", PerhapsGone(for_good(CentreRefused))),
            ("Chat failed because the content is empty.", Refused(for_good(TextEmpty))),
            ("chat failed, none channel config found.", Refused(for_good(ChannelNotConfigured))),
            ("chat failed, send too quick or session keep touch failed.", PerhapsGone(for_now(CentreBusy))),
            ("Queuing...", Queued),
        ],
    );
}

#[test]
fn transfer() {
    check(Transfer, "0", &[("transfer from robot to agent success.", Done)]);
    check(Transfer, "11", &[("Queuing...", Queued)]);
    let hours = "The current time is not within the working time of the service agents.";
    check(Transfer, "12", &[(hours, Refused(for_good(OutsideHours)))]);
    check(
        Transfer,
        "13",
        &[
            ("transfer to agent failed, none channel config found.", Refused(for_good(ChannelNotConfigured))),
            ("fail to transfer from robot to agent,session keep touch failed.", Gone),
            ("fail to transfer from robot to agent,it has been agent service.", Agent),
            ("fail to transfer from robot to agent,connect to ccucs failed.", Refused(for_now(CentreBusy))),
            ("Failed to disconnect robot", Refused(for_now(CentreBusy))),
        ],
    );
}

#[test]
fn typing_is_never_worth_a_word() {
    check(Typing, "0", &[("sendUserMessage successfully.", Done)]);
    check(Typing, "11", &[("Queuing...", Done)]);
    check(
        Typing,
        "13",
        &[
            ("send inputStatus failed, none channel config found.", Done),
            ("This is robot service,this message is prevented!", Done),
            ("sendUserMessage failed", Done),
            ("Queuing...", Done),
        ],
    );
}

#[test]
fn a_message_that_is_kept_for_later_counts_as_stored_whatever_the_code() {
    for code in ["3", "11", "12", "13", "99999999999"] {
        assert_eq!(outcome(Chat, code, "chat failed", true), Stored, "{code}");
    }
    assert_eq!(outcome(Chat, "0", "sendUserMessage successfully.", true), Done);
    assert_eq!(outcome(Connect, "13", "connect failed", true), Stored);
    assert_eq!(outcome(Connect, "12", "", true), Stored);
    assert_eq!(outcome(Disconnect, "11", "Queuing...", true), Done);
}

#[test]
fn a_code_that_nobody_printed_is_a_refusal() {
    for request in [Connect, Chat, Transfer, Disconnect] {
        assert_eq!(outcome(request, "30010009999", "", false), Refused(for_good(CentreRefused)));
    }
}

#[test]
fn ratings_files_comforts_and_calls() {
    check(Rate, "0", &[("Save satisfaction success!", Done), ("Exception appeared!", Done)]);
    check(
        Rate,
        "13",
        &[
            ("The callIdString obtained failed!", Refused(for_good(SurveyClosed))),
            ("Save satisfaction failed", Refused(for_now(CentreRefused))),
        ],
    );
    check(Survey, "13", &[("", Refused(for_now(CentreRefused)))]);
    check(Upload, "0", &[("", Done)]);
    check(Upload, "2", &[("Param is null", Refused(for_good(CentreRefused)))]);
    check(Upload, "3", &[("Requested param validate failed", Refused(for_good(FileTypeRefused)))]);
    check(
        Upload,
        "13",
        &[
            ("decode file failed", Refused(for_good(CentreRefused))),
            ("upload file exception", Refused(for_now(CentreRefused))),
        ],
    );
    let param = "param channelId or userId or tenantId is null";
    check(Download, "2", &[(param, Refused(for_good(CentreRefused)))]);
    check(Download, "401", &[("objectKey is null!", Refused(for_good(FileUnknown)))]);
    check(
        Download,
        "13",
        &[
            ("param filetype Out of range!", Refused(for_good(FileUnknown))),
            ("empty file!", Refused(for_good(FileUnknown))),
            ("downloadFileStream IOException", Refused(for_now(CentreRefused))),
            ("fsservice downloadFile is failed", Refused(for_now(CentreRefused))),
            ("downloadFileStream exception", Refused(for_now(CentreRefused))),
        ],
    );
    check(
        Suggest,
        "1",
        &[
            ("request is no exist", Refused(for_good(CentreRefused))),
            ("locale is error", Refused(for_good(CentreRefused))),
            ("Robot is no exist", Refused(for_good(RobotUnavailable))),
            ("authToken is no exist", Refused(for_now(RobotUnavailable))),
            ("doNMSRequest is error", Refused(for_now(RobotUnavailable))),
            ("Exception appeared!", Refused(for_now(RobotUnavailable))),
        ],
    );
    check(Feedback, "0", &[("Send message to robot successfully", Done)]);
    check(Feedback, "30000000008", &[("", Refused(for_good(ReasonMissing)))]);
    check(Feedback, "30000000019", &[("", Refused(for_good(FeedbackClosed)))]);
    check(Feedback, "10010000001", &[("", Refused(for_good(CentreRefused)))]);
    check(Feedback, "10010000002", &[("", Refused(for_now(CentreBusy)))]);
    check(Feedback, "30010009999", &[("", Refused(for_good(CentreRefused)))]);
    check(LeaveMessage, "0", &[("Save leaveMessage success!", Done)]);
    check(LeaveMessage, "2", &[("", Refused(for_good(NumberInvalid)))]);
    check(LeaveMessage, "3", &[("the leaveMessageParams is error.", Refused(for_good(NumberInvalid)))]);
    let exception = ("Exception appeared!", Refused(for_now(CentreRefused)));
    check(LeaveMessage, "13", &[exception, ("Save leaveMessage failed!", Refused(for_now(CentreRefused)))]);
    check(History, "1", &[("", Refused(for_now(CentreRefused)))]);
    check(CallSupport, "1", &[("", Refused(for_now(CentreRefused)))]);
    check(CallStart, "7", &[("", Refused(for_good(NotOffered)))]);
    check(CallStart, "12", &[("", Refused(for_good(OutsideHours)))]);
    check(
        CallStart,
        "13",
        &[
            ("connect failed", Refused(for_now(CentreRefused))),
            ("No agents available currently", Refused(for_now(NoAgents))),
        ],
    );
    check(CallDrop, "13", &[("disconnect failed", Done)]);
    check(Read, "13", &[("whatever", Done)]);
}

#[test]
fn calls_of_staff() {
    check(PlaceCall, "0", &[("Success", Done), ("", Done)]);
    for (codes, expected) in [
        (["30010000001", "3001000001"], Refused(for_good(NotOffered))),
        (["30010000002", "3001000002"], Refused(for_good(CentreRefused))),
        (["30010000003", "3001000003"], Refused(for_good(NumberInvalid))),
        (["30010010001", "30010010002"], Refused(for_now(CentreRefused))),
        (["30010010003", "77"], Refused(for_good(CentreRefused))),
        (["30010019999", "30011010001"], Refused(for_now(CentreRefused))),
        (["30011019999", "30010009999"], Refused(for_now(CentreRefused))),
    ] {
        for code in codes {
            check(PlaceCall, code, &[("", expected), ("whatever it says", expected)]);
        }
    }
}

#[test]
fn flow_control_is_over_soon_whatever_was_asked() {
    for request in TABLES.iter().copied().flatten().flat_map(|row| row.requests.iter().copied()) {
        let expected = match request {
            Typing | Read => Done,
            _ => Refused(for_now(CentreBusy)),
        };
        for text in ["", "flow control", "Queuing...", "session keep touch failed"] {
            assert_eq!(outcome(request, super::FLOW_CONTROL, text, false), expected, "{request:?} {text}");
        }
    }
}

#[test]
fn an_empty_code_is_no_success() {
    for request in TABLES.iter().copied().flatten().flat_map(|row| row.requests.iter().copied()) {
        let found = outcome(request, "", "", false);
        assert!(matches!(found, Refused(_)) || matches!(request, Typing | Read), "{request:?} {found:?}");
    }
}

#[test]
fn events_of_a_call_are_told_apart_by_their_texts() {
    for (text, expected) in [
        ("Call in queue", Event::Queueing),
        ("Call connected", Event::Connected),
        ("CALL DISCONNECTED.", Event::Disconnected),
        ("Call queued timeout", Event::QueueTimeout),
        ("Call failed", Event::Failed),
        ("Call continue to poll events with unknown events", Event::Nothing),
        ("ClickToCall polled without any events", Event::Nothing),
        ("something new", Event::Nothing),
        ("", Event::Nothing),
    ] {
        assert_eq!(event(Some("0"), text, None), expected, "{text}");
        assert_eq!(event(Some("13"), text, None), Event::Nothing, "{text}");
    }
    assert_eq!(event(Some("0"), "", Some("168101")), Event::Connected);
    assert_eq!(event(None, "Call connected", None), Event::Connected);
}

#[test]
fn codes_of_the_queue() {
    for (code, expected) in [
        ("0", QueueSign::Waits),
        ("1", QueueSign::NoInformation),
        ("4", QueueSign::NoInformation),
        ("5", QueueSign::Gone),
        ("6", QueueSign::Gone),
        ("160001", QueueSign::NoInformation),
        ("160004", QueueSign::Gone),
        ("160021", QueueSign::Served),
        ("160022", QueueSign::Automatic),
        ("160023", QueueSign::Elsewhere),
        ("160024", QueueSign::AgentDidNotAnswer),
        ("2", QueueSign::NoInformation),
        ("3", QueueSign::NoInformation),
        (super::FLOW_CONTROL, QueueSign::NoInformation),
        ("", QueueSign::NoInformation),
        ("7", QueueSign::Unlisted),
        ("99999999999", QueueSign::Unlisted),
    ] {
        assert_eq!(queue(Some(code)), expected, "{code}");
    }
    assert_eq!(queue(None), QueueSign::NoInformation);
}

#[test]
fn statuses_prove_what_they_prove() {
    for (status, harmless, expected) in [
        (400, false, (Proof::Refused(false), CentreRefused)),
        (401, false, (Proof::Refused(false), CentreRefused)),
        (403, false, (Proof::Refused(false), CentreRefused)),
        (404, false, (Proof::Refused(false), CentreRefused)),
        (429, false, (Proof::Refused(true), CentreBusy)),
        (500, false, (Proof::Unknown, CentreUnintelligible)),
        (503, false, (Proof::Unknown, CentreBusy)),
        (503, true, (Proof::Refused(true), CentreBusy)),
        (504, true, (Proof::Unknown, CentreTimeout)),
        (302, true, (Proof::Unknown, CentreUnintelligible)),
    ] {
        assert_eq!(http(status, harmless), expected, "{status}");
    }
}

#[test]
fn every_row_can_be_reached_and_every_request_has_an_end() {
    for row in TABLES.iter().copied().flatten() {
        assert_eq!(row.text, row.text.to_lowercase(), "texts are compared in lower case");
        let code = if row.code.is_empty() { "70000" } else { row.code };
        let reached =
            row.requests.iter().any(|request| outcome(*request, code, row.text, false) == row.outcome);
        assert!(reached, "{row:?}");
    }
}
