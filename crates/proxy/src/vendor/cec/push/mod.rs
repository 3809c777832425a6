//! What the centre sends by itself (later pages of the vendor, push): a list of messages for any visitors of the channel.
//!
//! # Layout
//! - `gate`: whether it is the centre; `signature`: whether it signed

mod gate;
mod signature;
#[cfg(test)]
mod tests;

pub(super) use gate::Gate;

use super::Cec;
use super::lax::List;
use super::wire::{self, Addressed, PushedBody};
use crate::vendor::{Pushed, PushedList};
use serde_json::value::RawValue;

/// What the centre wants to hear once it need not send the same again. Anything else counts as failed.
pub const TAKEN: &str = r#"{"resultCode":"0"}"#;

/// The longest id of a user (2.6 manual, applyToken).
const MAX_USER: usize = 32;

impl Cec {
    /// Reads what was sent; `None`: it is no list of messages, and is to be sent again. What stands among messages and is none is
    /// counted, so that the others do not wait for it for ever.
    pub(super) fn pushed(&self, body: &[u8]) -> Option<PushedList> {
        let body: PushedBody = wire::read(body)?;
        let messages = List::of(body.messages.as_deref()?)?;
        let mut list = PushedList::default();
        for message in messages.0 {
            match addressee(&message) {
                Some(user_id) => list.messages.push(Pushed { user_id, items: self.read_downlink(&message) }),
                None => list.malformed += 1,
            }
        }
        Some(list)
    }
}

fn addressee(message: &RawValue) -> Option<String> {
    let message: Addressed = wire::read_item(message)?;
    message.to.word().filter(|user| user.len() <= MAX_USER).map(String::from)
}
