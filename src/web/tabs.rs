//! What the tabs of one visitor say to each other.

use crate::web::{Listener, json};
use frontdesk_contract::EventPage;
use frontdesk_core::tabs::TabMessage;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{BroadcastChannel, MessageEvent};

/// One message between tabs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// About who leads.
    Tab(TabMessage),
    /// What the leader read.
    Page {
        /// Names the session it belongs to; pages of another are not for us.
        session: u32,
        /// What was asked after.
        after: u64,
        /// What came.
        page: EventPage,
    },
}

/// The channel of one desk; closed on drop.
#[must_use = "dropping the handle closes the channel"]
pub struct Channel {
    channel: BroadcastChannel,
    _heard: Listener,
}

impl Channel {
    /// Opens the channel; `None` where the browser refuses it. What cannot be read, a later version's words, is skipped.
    pub fn open(desk: &str, heard: Box<dyn Fn(Said)>) -> Option<Self> {
        let channel = BroadcastChannel::new(&["frontdesk/", desk].concat()).ok()?;
        let listen = move |event: web_sys::Event| {
            let data = event.dyn_into::<MessageEvent>().ok().map(|event| event.data());
            if let Some(said) = data.and_then(json::from_js) {
                heard(said);
            }
        };
        let listener = Listener::new(&channel, "message", Box::new(listen));
        Some(Self { channel, _heard: listener })
    }

    /// Tells all other tabs.
    pub fn say(&self, said: &Said) {
        if let Some(value) = json::to_js(said) {
            // Fails only on a closed channel.
            let _ = self.channel.post_message(&value);
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
