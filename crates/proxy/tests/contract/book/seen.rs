//! What the visitor sees of an answer, and can do then.

use crate::adapter::walk::Read;
use frontdesk::ui::text;
use frontdesk_contract::ErrorCode;

/// What is shown and what comes next.
pub(super) struct Seen {
    pub(super) shows: String,
    pub(super) next: String,
}

fn seen(shows: impl Into<String>, next: impl Into<String>) -> Seen {
    Seen { shows: shows.into(), next: next.into() }
}

/// Who notices the outcome of a call.
enum Audience {
    /// The visitor asked for it and is told.
    Visitor,
    /// A message: it shows its own state.
    Message,
    /// Nobody: it is asked in the background.
    Nobody(&'static str),
}

fn audience(endpoint: &str, read: &Read) -> Audience {
    let for_good = matches!(read, Read::Refused { transient: false, .. });
    match endpoint {
        "send DISCONNECT" if for_good => {
            Audience::Nobody("ended here at once; the centre lets go when nobody polls")
        }
        "send CHAT" => Audience::Message,
        "send INPUT" | "send READ" => Audience::Nobody("not told again"),
        "send DISCONNECT" => Audience::Nobody("ended here at once; the centre is told again"),
        "queryQueueInfo" => Audience::Nobody("the last figure stays; asked again"),
        "poll" => Audience::Nobody("polled again, more slowly; a line tells of it when it lasts"),
        "getsatisfactionsurveymode" => Audience::Nobody("the usual five levels"),
        "queryPhraseByKeyword" => Audience::Nobody("no suggestions"),
        "checkClickToCallSupport" => Audience::Nobody("no call is offered"),
        "getClickToCallEvents" => Audience::Nobody("asked again"),
        "createcall" => Audience::Nobody("whoever asked is told our code"),
        "dropClickToCall" => Audience::Nobody("the call is over here in any case"),
        _ => Audience::Visitor,
    }
}

/// What follows for whoever asked for it.
pub(super) fn of(endpoint: &str, read: &Read) -> Seen {
    match (read, audience(endpoint, read)) {
        (Read::Done(_), _) => done(endpoint, read),
        (Read::PerhapsGone(other), audience) => {
            let alive = of(endpoint, other);
            match audience {
                Audience::Nobody(_) => alive,
                _ => seen(alive.shows, format!("if over: a new conversation; else {}", alive.next)),
            }
        }
        (_, Audience::Nobody(next)) => seen("nothing", next),
        (Read::Gone, _) => seen(format!("`{}`", text::ENDED_RELEASED), "begins a new conversation"),
        (Read::Refused { code: ErrorCode::Queueing, .. }, Audience::Message) => {
            seen(format!("`{}`", text::STATE_QUEUED), "waits: it is sent once an agent serves")
        }
        (Read::Refused { code, transient: false }, Audience::Message) => {
            seen(sentence(*code), "edits, tries again or deletes it")
        }
        (Read::Refused { code, .. } | Read::NotSent(code), Audience::Message) => {
            seen(sentence(*code), "waits: it is tried again, or does so at once")
        }
        (Read::Unknown(_), Audience::Message) => seen(
            format!("`{}`", text::STATE_UNCONFIRMED),
            "decides: sends again or leaves it, unless the desk's settings let the proxy find out",
        ),
        (Read::Refused { code: ErrorCode::RobotUnavailable, .. }, _) => {
            seen(sentence(ErrorCode::RobotUnavailable), "asks for a person, or tries again")
        }
        // It may be mended soon, but not by whoever waits for it.
        (Read::Refused { code, .. }, _) if endpoint == "applyToken" => {
            seen(sentence(*code), way_on(endpoint, *code))
        }
        (Read::Refused { code, transient: false }, _) => seen(sentence(*code), way_on(endpoint, *code)),
        (Read::Refused { code, .. } | Read::NotSent(code) | Read::Unknown(code), _) => {
            seen(sentence(*code), "tries again")
        }
    }
}

/// What can be done when something was refused for good.
fn way_on(endpoint: &str, code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::OutsideHours if endpoint == "send TRANS2AGENT" => {
            "stays with the robot, or leaves a message"
        }
        ErrorCode::OutsideHours => "leaves a message, or comes back",
        ErrorCode::SurveyClosed => "begins a new conversation",
        ErrorCode::NumberInvalid => "corrects the number",
        ErrorCode::ReasonMissing => "gives a reason",
        ErrorCode::FileTypeRefused => "sends another file",
        ErrorCode::FileUnknown => "asks for the file again in the conversation",
        ErrorCode::FeedbackClosed => "goes on",
        ErrorCode::NotOffered => "writes instead",
        _ => "leaves a message or comes back; the operator finds a line in the log",
    }
}

fn sentence(code: ErrorCode) -> String {
    format!("`{}`", text::of_error(Some(code)))
}

fn done(endpoint: &str, read: &Read) -> Seen {
    let Read::Done(how) = read else { return seen("", "") };
    let (shows, next) = match endpoint {
        "send CHAT" if how.contains("StoredOffline") => (format!("`{}`", text::STATE_STORED), "writes on"),
        "send CHAT" if how.contains("link_not_trusted: true") => (
            format!("`{}` and `{}`", text::STATE_SENT, text::LINE_NOT_TRUSTED),
            "writes on; it is not sent again",
        ),
        "send CHAT" => (format!("`{}`", text::STATE_SENT), "writes on"),
        "send CONNECT" | "send TRANS2AGENT" => match how.split(' ').next() {
            Some("Robot") => (format!("`{}`", text::STATUS_ROBOT), "writes"),
            Some("Agent") => (format!("`{}`", text::STATUS_AGENT), "writes"),
            Some("Queue") => (format!("`{}`", text::STATUS_QUEUE), "waits or leaves"),
            _ => (format!("`{}`", text::LINE_OFFLINE), "writes; it is kept"),
        },
        "queryQueueInfo" => match how.split(['(', ' ']).next() {
            Some("Waiting") => (format!("`{}`", text::QUEUE_PLACE), "waits or leaves"),
            Some("Served") => (format!("`{}`", text::STATUS_AGENT), "writes"),
            Some("Gone") => {
                (format!("`{}`", text::ENDED_QUEUE), "begins a new conversation, or leaves a message")
            }
            Some("AgentDidNotAnswer") => (format!("`{}`", text::LINE_NO_ANSWER), "waits or leaves"),
            Some("Elsewhere") => (format!("`{}`", text::QUEUE_UNKNOWN), "waits or leaves"),
            _ => ("the last figure".to_owned(), "waits or leaves"),
        },
        "saveSatisfaction" => (format!("`{}`", text::RATING_THANKS), "begins a new conversation"),
        _ => return quiet(endpoint, how),
    };
    seen(shows, next)
}

/// Answers that are shown as what they bring.
fn quiet(endpoint: &str, how: &str) -> Seen {
    match endpoint {
        "getClickToCallEvents" => match how {
            "None" => seen("nothing", "waits: asked again"),
            "Some(Queueing)" => seen("the call waits", "waits or hangs up"),
            connected if connected.starts_with("Some(Connected") => {
                seen("the call connects", "talks or hangs up")
            }
            _ => seen("the call has ended, and why", "calls again or writes"),
        },
        "createClickToCall" => seen("the call is being set up", "waits or hangs up"),
        "createcall" => seen("nothing: staff called", "connects at the gateway"),
        "dropClickToCall" => seen("the call has ended", "goes on"),
        "checkClickToCallSupport" => seen("a call is offered", "calls"),
        "uploadFileStream" => seen("the file is sent", "goes on"),
        "downloadFileStream" => seen("the file", "goes on"),
        "queryPhraseByKeyword" => seen("the suggestions", "takes one or writes on"),
        "feedbacksatisfaction" => seen("the thumb", "goes on"),
        "doLeaveMessage" => seen("thanks", "goes on"),
        "queryHistoryChatMessage" => seen("the earlier messages", "reads on"),
        "getsatisfactionsurveymode" => seen("what the centre asks, if anything", "rates or skips"),
        "poll" => seen("what came", "goes on"),
        _ => seen("nothing", "goes on"),
    }
}
