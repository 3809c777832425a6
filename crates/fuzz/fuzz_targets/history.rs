//! Any bytes as an answer of `queryHistoryChatMessage`; or as the fields of messages in one, when the first byte is even.
#![no_main]

use frontdesk_fuzz::{LINKS, content, json};
use frontdesk_proxy::vendor::cec::reading;
use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;

const KEYS: [&str; 16] = [
    "content",
    "mediaType",
    "sourceType",
    "controlType",
    "senderNickname",
    "messageCode",
    "messageId",
    "contentDealType",
    "mediaFileType",
    "multiMediaLibraryInfo",
    "sendTime",
    "receiveTime",
    "readTime",
    "recallTime",
    "sendStatus",
    "id",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((mode, bytes)) = bytes.split_first() else { return };
    let body = match mode % 2 {
        0 => Cow::Owned(json::answer(bytes, "messageList", &KEYS)),
        _ => Cow::Borrowed(bytes),
    };
    let Some(kept) = reading::kept(&body, &LINKS) else {
        assert!(mode % 2 == 1, "what is an answer is not read as one");
        return;
    };
    assert!(kept.len() <= body.len());
    let mut latest = 0;
    for message in &kept {
        content::code(message.code.as_ref());
        if let Some(from) = &message.from {
            content::sender(from);
        }
        content::check(&message.content, body.len());
        content::time(message.at_ms);
        if let Some(at) = message.at_ms {
            assert!(at >= latest, "oldest first");
            latest = at;
        }
    }
});
