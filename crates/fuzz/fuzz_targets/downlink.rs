//! Any bytes as an answer of `poll`; or as the fields of messages in one, when the first byte is even.
#![no_main]

use frontdesk_fuzz::{LINKS, PICTURES, content, json};
use frontdesk_proxy::vendor::Downlink;
use frontdesk_proxy::vendor::cec::reading;
use libfuzzer_sys::fuzz_target;
use std::borrow::Cow;

const KEYS: [&str; 14] = [
    "content",
    "mediaType",
    "sourceType",
    "controlType",
    "senderNickname",
    "messageCode",
    "contentType",
    "mediaFileType",
    "simQuestions",
    "interIdx",
    "timestamp",
    "isOfflineStatus",
    "queueFlag",
    "senderAvatar",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((mode, bytes)) = bytes.split_first() else { return };
    let body = match mode % 2 {
        0 => Cow::Owned(json::answer(bytes, "downlinkMessages", &KEYS)),
        _ => Cow::Borrowed(bytes),
    };
    let Some(items) = reading::downlinks(&body, &LINKS, &PICTURES) else {
        assert!(mode % 2 == 1, "what is an answer is not read as one");
        return;
    };
    assert!(items.len() <= body.len(), "{} of {} bytes", items.len(), body.len());
    for item in &items {
        match item {
            Downlink::Message { code, from, content, choices, inter_idx, at_ms } => {
                content::code(code.as_ref());
                content::sender(from);
                content::check(content, body.len());
                assert!(choices.len() <= 10);
                for choice in choices {
                    assert!((1..=1024).contains(&choice.len()), "{choice}");
                    assert!(!choice.contains(char::is_control) && choice.trim() == choice, "{choice:?}");
                }
                content::code(inter_idx.as_ref());
                content::time(*at_ms);
            }
            Downlink::Read(ids) => assert!(ids.iter().all(|id| id.check().is_ok())),
            Downlink::Recalled(code) => content::code(Some(code)),
            Downlink::Face(file) => content::face(file),
            Downlink::Connected(from) => content::sender(from),
            // Signs hold nothing.
            _ => {}
        }
    }
});
