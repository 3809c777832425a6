//! Every row of the result table of `send`, as the two manuals print it.

use super::Outcome::{self, Agent, Done, Gone, PerhapsGone, Queued, Refused, Robot, Stored};
use super::Request::{self, Chat, Connect, Disconnect, Transfer, Typing};
use super::{for_good, for_now, outcome};
use frontdesk_contract::ErrorCode::{
    BodyUnsupported, CentreBusy, CentreRefused, OutsideHours, RobotUnavailable, TextEmpty,
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
            ("connect failed, none channel config found.", Refused(for_good(CentreRefused))),
            ("Failed to disconnect robot", Refused(for_good(CentreRefused))),
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
            ("disconnect failed, none channel config found.", Refused(for_good(CentreRefused))),
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
                Refused(for_good(BodyUnsupported)),
            ),
            ("the content Json String must contains title", Refused(for_good(BodyUnsupported))),
            ("Incorrect mediaFileType", Refused(for_good(BodyUnsupported))),
            ("The redirection address is not in the trust list, contact operation staff to add it.", Done),
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
            ("chat failed, none channel config found.", Refused(for_good(CentreRefused))),
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
            ("transfer to agent failed, none channel config found.", Refused(for_good(CentreRefused))),
            ("fail to transfer from robot to agent,session keep touch failed.", Gone),
            ("fail to transfer from robot to agent,it has been agent service.", Agent),
            ("fail to transfer from robot to agent,connect to ccucs failed.", Refused(for_now(CentreBusy))),
            ("Failed to disconnect robot", Refused(for_good(CentreRefused))),
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
    assert_eq!(outcome(Connect, "13", "connect failed", true), Refused(for_good(OutsideHours)));
    assert_eq!(outcome(Disconnect, "11", "Queuing...", true), Done);
}

#[test]
fn a_code_that_nobody_printed_is_a_refusal() {
    for request in [Connect, Chat, Transfer, Disconnect] {
        assert_eq!(outcome(request, "30010009999", "", false), Refused(for_good(CentreRefused)));
    }
}
