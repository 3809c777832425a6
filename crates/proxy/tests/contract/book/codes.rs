//! The tables of codes.

use super::seen;
use crate::adapter::documented::{PRINTED, Printed, STATUSES, UNPRINTED};
use crate::adapter::walk::{Read, code_word, read, read_status};
use frontdesk_proxy::config::Dialect;
use frontdesk_proxy::vendor::cec::codes;
use libtest_mimic::Failed;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- made by `book::the_tables_of_codes_are_what_the_adapter_does` -->\n";
const END: &str = "<!-- end of what is made -->";

/// Makes the tables and compares them with the document.
pub(super) async fn are_what_the_adapter_does() -> Result<(), Failed> {
    let made = format!("{BEGIN}{}\n{}{END}", codes().await?, statuses().await);
    let document = super::document()?;
    let range = document.find(BEGIN).zip(document.find(END).map(|end| end + END.len()));
    let Some((from, to)) = range else { return Err("docs/contract.md has no place for the codes".into()) };
    if document[from..to] == made {
        return Ok(());
    }
    if std::env::var_os("FRONTDESK_CONTRACT_WRITE").is_some() {
        std::fs::write(super::path(), format!("{}{made}{}", &document[..from], &document[to..]))?;
        return Ok(());
    }
    let differs = document[from..to].lines().zip(made.lines()).find(|(old, new)| old != new);
    Err(format!("docs/contract.md says other than the adapter does: {differs:?}").into())
}

async fn codes() -> Result<String, Failed> {
    let mut table = String::from(
        "| asked | edition | code | text | our code | certainty | the visitor sees | and then |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for printed in PRINTED {
        for (dialects, read) in by_dialect(printed).await {
            let shown = seen::of(printed.endpoint, &read);
            let code =
                if printed.code == UNPRINTED { "any other".into() } else { format!("`{}`", printed.code) };
            let text = if printed.text.is_empty() { "any".into() } else { format!("`{}`", printed.text) };
            let (ours, certainty) = words(printed.endpoint, &read);
            writeln!(
                table,
                "| {} | {dialects} | {code} | {text} | {ours} | {certainty} | {} | {} |",
                printed.endpoint, shown.shows, shown.next
            )?;
        }
    }
    Ok(table)
}

/// How the answer is read in each of its dialects; one entry where they agree.
async fn by_dialect(printed: &Printed) -> Vec<(String, Read)> {
    let mut found: Vec<(String, Read)> = Vec::new();
    for (word, dialect) in [("2.5", Dialect::V2_5), ("2.6", Dialect::V2_6)] {
        if !printed.dialects.contains(word) {
            continue;
        }
        let read = read(printed, dialect).await;
        match found.last_mut() {
            Some((words, before)) if *before == read => *words = format!("{words} {word}"),
            _ => found.push((word.into(), read)),
        }
    }
    found
}

/// Our code, and what is certain.
fn words(endpoint: &str, read: &Read) -> (String, String) {
    let code = |code| format!("`{}`", code_word(code));
    match read {
        Read::Done(how) => ("–".into(), format!("done{}", detail(endpoint, how))),
        Read::Gone => ("`contact_ended`".into(), "not done: the conversation is over".into()),
        Read::Refused { code: ours, transient: true } => (code(*ours), "not done, for now".into()),
        Read::Refused { code: ours, transient: false } => (code(*ours), "not done, for good".into()),
        Read::NotSent(ours) => (code(*ours), "not done: it did not leave".into()),
        Read::Unknown(ours) => (code(*ours), "unknown".into()),
        Read::PerhapsGone(alive) => {
            let (ours, certainty) = words(endpoint, alive);
            if endpoint == "send DISCONNECT" {
                (ours, format!("{certainty}; done if the queue query says that it is over"))
            } else {
                (format!("{ours} or `contact_ended`"), format!("{certainty}; the queue query tells which"))
            }
        }
    }
}

/// What was done, where that differs.
fn detail(endpoint: &str, how: &str) -> String {
    let word = how.split(['(', ' ', '{']).next().unwrap_or_default();
    match endpoint {
        "send CONNECT" | "send TRANS2AGENT" => match word {
            "Robot" => ": a robot serves".into(),
            "Agent" => ": an agent serves".into(),
            "Queue" => ": waits".into(),
            _ => ": away, messages are kept".into(),
        },
        "send CHAT" if how.contains("true") => ": agents cannot follow the link".into(),
        "queryQueueInfo" => match word {
            "Waiting" => ": waits".into(),
            "Served" => ": an agent serves".into(),
            "Elsewhere" => ": waits where there is no place".into(),
            "AgentDidNotAnswer" => ": waits on".into(),
            "Gone" => ": over".into(),
            "Unlisted" => ": nothing about a queue; again and again it means that an agent serves".into(),
            _ => ": nothing is known".into(),
        },
        "getClickToCallEvents" => match how {
            "None" => ": nothing new".into(),
            _ => {
                format!(": {}", how.trim_start_matches("Some(").split(['(', ')']).next().unwrap_or_default())
            }
        },
        _ => String::new(),
    }
}

async fn statuses() -> String {
    let mut table = String::from(
        "| HTTP status | a message: our code | certainty | a question, as `poll`: our code | certainty |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for status in STATUSES {
        for wait in [false, true] {
            if wait && !matches!(status, 429 | 503) {
                continue;
            }
            let (say, say_sure) = words("send CHAT", &read_status("send CHAT", *status, wait).await);
            let (ask, ask_sure) = words("poll", &read_status("poll", *status, wait).await);
            let wait = if wait { " with `Retry-After`" } else { "" };
            table.push_str(&format!("| {status}{wait} | {say} | {say_sure} | {ask} | {ask_sure} |\n"));
        }
    }
    table
}

/// Every row of the adapter's own tables is met by a printed code, and every printed code by a row that names it.
pub(super) fn cover_the_adapters_tables() -> Result<(), Failed> {
    let mut wrong = Vec::new();
    for row in codes::TABLES.iter().copied().flatten() {
        // Rows for any code stand for the open set; the others must be printed, or say why not.
        let met = row.requests.iter().any(|request| {
            PRINTED.iter().any(|printed| {
                asks(printed, *request)
                    && (row.code.is_empty() || row.code == printed.code)
                    && printed.text.to_lowercase().contains(row.text)
            })
        });
        if !met && !UNPRINTED_ROWS.contains(&(row.code, row.text)) {
            wrong.push(format!("no printed code meets the row {:?} {:?}", row.code, row.text));
        }
    }
    for printed in PRINTED.iter().filter(|printed| printed.code != UNPRINTED) {
        let named = codes::TABLES.iter().copied().flatten().any(|row| {
            let asked = row.requests.iter().any(|request| asks(printed, *request));
            let listed = row.code == printed.code || row.code.is_empty() && row.requests.len() < 6;
            asked && listed && printed.text.to_lowercase().contains(row.text)
        });
        let elsewhere =
            matches!(printed.endpoint, "applyToken" | "poll" | "queryQueueInfo" | "getClickToCallEvents");
        if !named && !elsewhere {
            wrong.push(format!("no row names {} {} {:?}", printed.endpoint, printed.code, printed.text));
        }
    }
    for (code, _) in codes::QUEUE {
        if !PRINTED.iter().any(|printed| printed.endpoint == "queryQueueInfo" && printed.code == *code) {
            wrong.push(format!("the code {code} of the queue is nowhere printed"));
        }
    }
    for (text, _) in codes::EVENTS {
        let is_it = |printed: &&Printed| {
            printed.endpoint == "getClickToCallEvents" && printed.text.to_lowercase().contains(text)
        };
        if !PRINTED.iter().any(|printed| is_it(&printed)) && *text != "queue timeout" {
            wrong.push(format!("the event {text:?} is nowhere printed"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Rows for what no document prints for their requests: the robot in Chinese (D39), the queue under code 13 for others
/// than typing (D34), flow control for others than feedback.
const UNPRINTED_ROWS: &[(&str, &str)] = &[("0", "机器人"), ("13", "queuing"), (codes::FLOW_CONTROL, "")];

fn asks(printed: &Printed, request: codes::Request) -> bool {
    match request.endpoint() {
        "survey query" => printed.endpoint == "getsatisfactionsurveymode",
        endpoint => printed.endpoint == endpoint,
    }
}
