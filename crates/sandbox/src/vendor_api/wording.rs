//! Result codes and texts of `send`, by dialect.

use super::card;
use crate::centre::{Outcome, Request};
use crate::settings::quirks::{BilingualTexts, QueueingCode, RobotChatText, RobotConnectText};
use crate::settings::{Dialect, Settings};

/// What is answered to an uplink message.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The centre dealt with it.
    Outcome(Outcome),
    /// `to` is no configured channel.
    NoChannel,
    /// A CHAT without content.
    Empty,
    /// A text beyond the limit.
    TooLong,
    /// The content is not what its media type asks for.
    Malformed,
    /// A card that cannot be delivered.
    Card(card::Fault),
}

const CONNECTED: &str = "成功";
const QUEUING: &str = "Queuing...";
const SENT: &str = "sendUserMessage successfully.";
const NO_ADDRESS: &str = "No ccucs address available!";

/// Does this answer carry `offlineMsg` when the offline switch is on?
pub(crate) fn tells_offline(request: Request, verdict: &Verdict) -> bool {
    match (request, verdict) {
        (Request::Connect, Verdict::NoChannel) => true,
        (_, Verdict::Outcome(outcome)) => match request {
            Request::Connect => matches!(outcome, Outcome::OutsideHours | Outcome::Full),
            Request::Chat => matches!(outcome, Outcome::NoSession | Outcome::StoredOffline(_)),
            Request::Disconnect => *outcome == Outcome::LeftQueue,
            _ => false,
        },
        _ => false,
    }
}

/// The texts of TRANS2AGENT and INPUT are printed in two languages at once (D39).
pub(crate) fn in_both_languages(request: Request, text: &str, settings: &Settings) -> String {
    let both = matches!(request, Request::TransferToAgent | Request::Input);
    if !both || settings.quirks.bilingual_texts == BilingualTexts::Off {
        return text.to_owned();
    }
    match request {
        Request::TransferToAgent => format!("转人工服务 {text}"),
        _ => format!("发送输入状态 {text}"),
    }
}

/// Code and text of the answer.
pub(crate) fn word(
    request: Request,
    verdict: &Verdict,
    settings: &Settings,
) -> (&'static str, Option<&'static str>) {
    let new = settings.dialect == Dialect::V2_6;
    let queueing = match settings.quirks.queueing_code {
        QueueingCode::ByDialect => new,
        QueueingCode::Shown => true,
        QueueingCode::Hidden => false,
    };
    let by = |v2_6, v2_5| if new { v2_6 } else { v2_5 };
    let outcome = match verdict {
        Verdict::Outcome(outcome) => outcome,
        Verdict::NoChannel => return ("13", Some(no_channel(request, new))),
        Verdict::Empty => {
            return ("13", Some(by("Chat failed because the content is empty.", "sendUserMessage failed")));
        }
        Verdict::TooLong | Verdict::Malformed => {
            return ("13", Some(by("sendUserMessage failed.", "sendUserMessage failed")));
        }
        Verdict::Card(fault) => return ("3", Some(fault.text())),
    };
    match request {
        Request::Connect => connect(outcome, settings, new, queueing),
        Request::Chat => chat(outcome, settings, new, queueing),
        Request::Input => input(outcome, settings, queueing),
        Request::TransferToAgent => transfer(outcome, queueing),
        Request::Read => match outcome {
            Outcome::Noted => ("0", None),
            _ => ("13", None),
        },
        Request::Disconnect => match outcome {
            Outcome::LeftRobot => ("0", Some("Disconnect robot successfully")),
            Outcome::LeftAgent => ("0", Some("disconnect successfully")),
            Outcome::LeftQueue if queueing => ("11", Some(QUEUING)),
            Outcome::LeftQueue => ("0", Some("disconnect successfully")),
            _ => ("13", Some(by("disconnect failed, session keep touch failed.", "disconnect failed"))),
        },
    }
}

fn no_channel(request: Request, new: bool) -> &'static str {
    match request {
        Request::Connect if new => "connect failed, none channel config found.",
        Request::Connect => NO_ADDRESS,
        Request::Chat if new => "chat failed, none channel config found.",
        Request::Disconnect if new => "disconnect failed, none channel config found.",
        Request::Disconnect => "disconnect failed",
        Request::TransferToAgent => "transfer to agent failed, none channel config found.",
        Request::Input => "send inputStatus failed, none channel config found.",
        Request::Chat | Request::Read => "sendUserMessage failed",
    }
}

fn connect(
    outcome: &Outcome,
    settings: &Settings,
    new: bool,
    queueing: bool,
) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::WithRobot => (
            "0",
            Some(match settings.quirks.robot_connect_text {
                RobotConnectText::Sample if new => "connect to robot successfully.",
                RobotConnectText::Sample => "connect to robot success.",
                RobotConnectText::Table => "connect to robot successfully",
                RobotConnectText::Multi => "process robot multi message successfully",
            }),
        ),
        Outcome::Queueing if queueing => ("11", Some(QUEUING)),
        Outcome::WithAgent | Outcome::Queueing => ("0", Some(CONNECTED)),
        Outcome::OutsideHours => {
            ("12", Some("The current time is not within the working time of the service agents"))
        }
        _ => ("13", Some(NO_ADDRESS)),
    }
}

fn chat(
    outcome: &Outcome,
    settings: &Settings,
    new: bool,
    queueing: bool,
) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::ToRobot(_) => (
            "0",
            Some(match settings.quirks.robot_chat_text {
                RobotChatText::Plain => "Send message to robot successfully",
                RobotChatText::Multi => "process robot multi message successfully",
                RobotChatText::Disconnect => "Failed to disconnect robot",
            }),
        ),
        Outcome::ToAgent(_) | Outcome::Repeated => ("0", Some(SENT)),
        Outcome::Queueing if queueing => ("11", Some(QUEUING)),
        Outcome::NoSession | Outcome::TooQuick | Outcome::StoredOffline(_) if new => {
            ("13", Some("chat failed, send too quick or session keep touch failed."))
        }
        _ if new => ("13", Some("sendUserMessage failed.")),
        _ => ("13", Some("sendUserMessage failed")),
    }
}

fn input(outcome: &Outcome, settings: &Settings, queueing: bool) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::Noted => ("0", Some(SENT)),
        Outcome::RobotServes => ("13", Some("This is robot service,this message is prevented!")),
        Outcome::Queueing if queueing && settings.queueing_input == "11" => ("11", Some(QUEUING)),
        Outcome::Queueing if queueing => ("13", Some(QUEUING)),
        _ => ("13", Some("sendUserMessage failed")),
    }
}

fn transfer(outcome: &Outcome, queueing: bool) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::Queueing if queueing => ("11", Some(QUEUING)),
        Outcome::WithAgent | Outcome::Queueing => ("0", Some("transfer from robot to agent success.")),
        Outcome::OutsideHours => {
            ("12", Some("The current time is not within the working time of the service agents."))
        }
        Outcome::AgentServes => {
            ("13", Some("fail to transfer from robot to agent,it has been agent service."))
        }
        Outcome::NoSession => ("13", Some("fail to transfer from robot to agent,session keep touch failed.")),
        _ => ("13", Some("fail to transfer from robot to agent,connect to ccucs failed.")),
    }
}
