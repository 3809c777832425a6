//! The readers of what a centre sends, without a centre: for tests that feed them anything.

use super::downlink::{self, Named};
use super::download::FileReader;
use super::{history, wire};
use crate::config::{CallLinks, PictureOrigins};
use crate::vendor::{Downlink, Kept};

/// Reads an answer of `poll`; `None`: it is no JSON object.
pub fn downlinks(body: &[u8], links: &CallLinks, pictures: &PictureOrigins) -> Option<Vec<Downlink>> {
    let (polled, named): (wire::Polled, _) = (wire::read(body)?, Named { links, pictures });
    let messages = polled.downlink_messages.0.iter().filter_map(|message| wire::read_item(message));
    Some(messages.flat_map(|message| downlink::read(message, named)).collect())
}

/// Reads an answer of `queryHistoryChatMessage`, oldest message first; `None`: it is no JSON object.
pub fn kept(body: &[u8], links: &CallLinks) -> Option<Vec<Kept>> {
    history::read_page(body, links)
}

/// Reads an answer of `downloadFileStream` that comes in these parts; `None`: it cannot be read.
pub fn file(parts: &[&[u8]], max_bytes: u64) -> Option<Vec<u8>> {
    let (mut reader, mut out) = (FileReader::new(max_bytes), Vec::new());
    for part in parts {
        reader.feed(part, &mut out).ok()?;
    }
    reader.end(&mut out).ok()?;
    Some(out)
}
