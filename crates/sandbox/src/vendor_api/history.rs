//! `queryHistoryChatMessage`: what was said before. Sort order and half of the fields are doubtful.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::answer::{Answer, Effect, Refusal};
use super::auth;
use super::fields::Fields;
use crate::centre::{Contact, Entry, Origin, Party};
use crate::settings::quirks::{HistoryFields, HistoryOrder};
use crate::settings::{Dialect, Settings};
use crate::state::Sandbox;

const LIMIT_MAX: usize = 100;
const DAY_MS: u64 = 86_400_000;

pub(crate) async fn query_history(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, Refusal> {
    sandbox.with(|inner, now| {
        if !inner.settings().history || inner.settings().dialect == Dialect::V2_5 {
            return Err(Refusal::not_found());
        }
        let known = auth::visitor(inner, now, &headers)?;
        let fields = Fields::parse(&headers, &body)?;
        if fields.text("userId")? != known.user {
            return Err(Refusal::bad("userId is not the user of ccmessaging-token"));
        }
        let channel = inner.settings().channel_id.clone();
        let number = |name: &str| fields.text(name).map(|text| text.parse::<usize>().ok());
        let time = |name: &str| {
            fields
                .optional(name)
                .map(|text| text.filter(|t| !t.is_empty()).map(str::parse::<u64>).transpose())
        };
        let (limit, offset) = (number("limit")?, number("offset")?);
        let (start, end) = (time("startTime")?, time("endTime")?);
        let right = fields.text("channelId")? == channel;
        let (Some(limit), Some(offset), Ok(start), Ok(end), true) = (limit, offset, start, end, right) else {
            return Ok(Answer::new(json!({"resultCode": "1", "resultDesc": "parameter error"}))
                .renewed(known.renewed));
        };
        let mut entries: Vec<(&Contact, &Entry)> = inner
            .centre
            .contacts_of(&known.user)
            .flat_map(|contact| contact.transcript.iter().map(move |entry| (contact, entry)))
            .filter(|(_, entry)| start.is_none_or(|start| entry.at_ms >= start))
            .filter(|(_, entry)| end.is_none_or(|end| entry.at_ms <= end))
            .collect();
        entries.sort_by_key(|(contact, entry)| (entry.at_ms, contact.id, entry.seq));
        if inner.settings().quirks.history_order == HistoryOrder::Newest {
            entries.reverse();
        }
        let list: Vec<Value> = entries
            .iter()
            .skip(offset)
            .take(limit.min(LIMIT_MAX))
            .map(|(contact, entry)| encode(contact, entry, inner.settings()))
            .collect();
        let effect = Effect { accepted: true, ..Effect::default() };
        Ok(Answer::new(json!({"resultCode": "0", "resultDesc": "success", "messageList": list}))
            .renewed(known.renewed)
            .effect(effect))
    })
}

fn encode(contact: &Contact, entry: &Entry, settings: &Settings) -> Value {
    let source = match entry.from {
        Party::Visitor => "CUSTOMER",
        Party::Robot => "ROBOT",
        Party::Agent => "AGENT",
        Party::System => "SYSTEM",
    };
    // Beyond 2^53 on purpose: the manual types it "big decimal".
    let record = 9_007_199_254_740_993_u64 + contact.id.0 * 1_000_000 + entry.seq;
    let modified = [entry.read_ms, entry.recalled_ms, Some(entry.at_ms)].into_iter().flatten().max();
    let odd = settings.quirks.history_fields == HistoryFields::Odd;
    // A downlink file shows how it was dealt with; an uplink one carries its type in the content.
    let local = entry.file.as_ref().is_some_and(|f| f.origin == Origin::Local).then_some("1");
    json!({
        "id": record.to_string(),
        "partDbId": record,
        "channel": "WEB",
        "channelConfigId": settings.channel_id,
        "userId": contact.user_id,
        "senderNickname": entry.name,
        "senderAvatar": null,
        "sendTime": if odd { json!(entry.at_ms.to_string()) } else { json!(entry.at_ms) },
        "receiveTime": entry.at_ms,
        "controlType": "CHAT",
        "sourceType": source,
        "mediaType": entry.media,
        "content": entry.text,
        "callId": contact.call_id,
        "tenant_id": "sandbox",
        "chat_id": contact.call_id,
        "messageCode": entry.code,
        "associationContentId": null,
        "sendStatus": send_status(entry),
        "recallTime": entry.recalled_ms,
        "modifiedTime": modified,
        // Typed as a time, described as a reason.
        "errorMsg": if odd { json!(0) } else { Value::Null },
        "dayOfYear": day_of_year(entry.at_ms),
        "isForwarded": if odd { Value::Null } else { json!(0) },
        "forwardTime": null,
        "contentDealType": local,
        "multiMediaLibraryInfo": library_info(entry),
        "readTime": entry.read_ms,
    })
}

/// 3 read, 4 sent by the centre and not read yet, 0 sent by the visitor.
fn send_status(entry: &Entry) -> u8 {
    match (entry.read_ms, entry.from) {
        (Some(_), _) => 3,
        (None, Party::Agent) => 4,
        (None, _) => 0,
    }
}

fn library_info(entry: &Entry) -> Value {
    let Some(file) = entry.file.as_ref().filter(|file| file.origin == Origin::Library) else {
        return Value::Null;
    };
    json!({
        "id": file.key,
        "parentTypeId": "0",
        "name": file.name,
        "description": "",
        "mediaType": entry.media,
        "uploadTime": entry.at_ms,
        "mediaUrl": "",
        "latitude": null,
        "longitude": null,
        "duration": null,
        "mediaFileType": file.ext,
        "content": file.key,
        "fileName": file.name,
        "fileSize": file.size.div_ceil(1_024).to_string(),
        "sizeUnit": "KB",
    })
}

/// 1 to 366, in UTC.
fn day_of_year(at_ms: u64) -> u64 {
    let mut days = at_ms / DAY_MS;
    // 400 Gregorian years have 146 097 days, so far future times stay cheap.
    days %= 146_097;
    let mut year = 1970_u64;
    loop {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let length = if leap { 366 } else { 365 };
        if days < length {
            return days + 1;
        }
        days -= length;
        year += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::day_of_year;

    #[test]
    fn the_day_of_the_year_knows_leap_years() {
        let day = |days: u64| day_of_year(days * super::DAY_MS);
        assert_eq!((day(0), day(364), day(365)), (1, 365, 1));
        assert_eq!(day(19_782), 60, "2024-02-29");
        assert_eq!((day(20_088), day(20_089)), (366, 1), "the end of 2024");
    }
}
