//! Whether the document is complete.

use crate::adapter::documented::PRINTED;
use libtest_mimic::Failed;
use serde_json::Value;
use std::collections::BTreeSet;

/// Every address that the documents print.
const ENDPOINTS: &[&str] = &[
    "/apigovernance/api/oauth/tokenByAkSk",
    "/apiaccess/ccmessaging/applyToken",
    "/apiaccess/ccmessaging/queryQueueInfo",
    "/apiaccess/ccmessaging/poll",
    "/apiaccess/ccmessaging/saveSatisfaction",
    "/apiaccess/ccmessaging/send",
    "/apiaccess/ccmessaging/sendAsync",
    "/apiaccess/ccmessaging/uploadFileStream",
    "/apiaccess/ccmessaging/downloadFileStream",
    "/apiaccess/ccmessaging/queryPhraseByKeyword",
    "/apiaccess/ccmessaging/v1/checkClickToCallSupport",
    "/apiaccess/ccmessaging/v1/createClickToCall",
    "/apiaccess/ccmessaging/v1/getClickToCallEvents",
    "/apiaccess/ccmessaging/v1/dropClickToCall",
    "/apiaccess/ccmessaging/v1/mobileagent/createcall",
    "/apiaccess/ccmessaging/doLeaveMessage",
    "/apiaccess/ccmessaging/v1/robot/feedbacksatisfaction",
    "/apiaccess/ccmessaging/getsatisfactionssurveymode",
    "/apiaccess/ccmessaging/getsatisfactionsurveymode",
    "/apiaccess/ccmessaging/queryHistoryChatMessage",
    "/apiaccess/rest/ccmessaging/v1/emailchannel/dropMail",
    "/apiaccess/rest/ccmessaging/omni/1/advanced",
    "/apiaccess/rest/workbench/v1/getUserInfoBycallId",
    "/apiaccess/CC-Management/v1/mobileAgent/createCall",
    "/webhooks/v1/messages",
];

const UP: &[&str] = &[
    "CONNECT",
    "CHAT TEXT",
    "CHAT IMAGE",
    "CHAT AUDIO",
    "CHAT VIDEO",
    "CHAT FILE",
    "CHAT FILE_IMAGE",
    "CHAT FILE_VIDEO",
    "CHAT LOCATE",
    "CHAT WEBCARD",
    "TRANS2AGENT",
    "INPUT",
    "READ",
    "DISCONNECT",
];

const DOWN: &[&str] = &[
    "TEXT",
    "IMAGE",
    "AUDIO",
    "VIDEO",
    "LOCATE",
    "DOCUMENT",
    "FILE",
    "EMOTICONS",
    "CARD",
    "MULTICARD",
    "EMAIL",
    "WHATSAPPTEMPLATE",
    "RICHTEXT",
    "WEBCARD",
    "SMSTEMPLATE",
    "LOCATION",
    "COBROWSESITE",
    "CHAT",
    "CONNECT",
    "DISCONNECT",
    "READ",
    "TRANS2AGENT",
    "INPUT",
    "taken back",
    "anything else",
];

/// The first cells of the tables of a section, without quotes.
fn firsts(document: &str, heading: &str) -> Result<Vec<String>, Failed> {
    let rows = super::table_rows(super::section(document, heading)?);
    Ok(rows.into_iter().filter_map(|row| row.into_iter().next()).map(|cell| cell.replace('`', "")).collect())
}

pub(super) fn are_complete() -> Result<(), Failed> {
    let document = super::document()?;
    let contradictions: Vec<String> =
        (1..=79).map(|n| format!("D{n}")).chain((1..=19).map(|n| format!("B{n}"))).collect();
    let wanted: [(&str, Vec<String>); 4] = [
        ("Endpoints", ENDPOINTS.iter().map(|path| (*path).to_owned()).collect()),
        ("Kinds of messages, up", UP.iter().map(|kind| (*kind).to_owned()).collect()),
        ("Kinds of messages, down", DOWN.iter().map(|kind| (*kind).to_owned()).collect()),
        ("Contradictions", contradictions),
    ];
    let mut missing = Vec::new();
    for (heading, names) in wanted {
        let found = firsts(&document, heading)?;
        for name in names {
            match found.iter().filter(|cell| **cell == name).count() {
                1 => {}
                count => missing.push(format!("{heading}: {name} has {count} rows")),
            }
        }
    }
    let codes = super::table_rows(super::section(&document, "Codes")?);
    for printed in PRINTED {
        let code = format!("`{}`", printed.code);
        let text = format!("`{}`", printed.text);
        let here = |row: &&Vec<String>| {
            row.first().is_some_and(|cell| cell == printed.endpoint)
                && row.get(2).is_some_and(|cell| *cell == code || cell == "any other")
                && row.get(3).is_some_and(|cell| *cell == text || printed.text.is_empty())
        };
        if codes.iter().find(here).is_none() {
            missing.push(format!("{} {} {:?} has no row", printed.endpoint, printed.code, printed.text));
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n").into()) }
}

/// Every number that the sandbox has a switch for names that switch.
pub(super) async fn name_the_switches() -> Result<(), Failed> {
    let document = super::document()?;
    let rows = super::table_rows(super::section(&document, "Contradictions")?);
    let table = crate::run::quirks().await?;
    let mut missing = Vec::new();
    let mut named = BTreeSet::new();
    for quirk in &table {
        let name = quirk["name"].as_str().unwrap_or_default();
        let ids = quirk["ids"].as_str().unwrap_or_default();
        for id in ids.split(' ').filter(|id| id.starts_with(['D', 'B'])) {
            let row = rows.iter().find(|row| row.first().is_some_and(|cell| cell == id));
            let has = row.is_some_and(|row| row.iter().any(|cell| cell.contains(&format!("`{name}`"))));
            named.insert(name.to_owned());
            if !has {
                missing.push(format!("{id} must name the switch `{name}`"));
            }
        }
    }
    let known = |name: &str| table.iter().any(|quirk: &Value| quirk["name"] == name);
    for row in rows.iter().skip(1).filter(|row| row.len() >= 5) {
        for switch in row[3].split(' ').map(|word| word.trim_matches('`')).filter(|word| *word != "–") {
            if !known(switch) {
                missing.push(format!("{}: the sandbox has no switch `{switch}`", row[0]));
            }
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n").into()) }
}
