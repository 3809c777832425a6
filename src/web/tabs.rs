//! What the tabs of one visitor say to each other. A message is an array: its kind, then its values. Event pages pass
//! as they came from the proxy, so that nothing is written anew.

use crate::web::{Listener, json};
use frontdesk_contract::EventPage;
use frontdesk_core::tabs::{TabKind, TabMessage};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

const CLAIM: u32 = 0;
const BEAT: u32 = 1;
const BYE: u32 = 2;
const PAGE: u32 = 3;
const OPENED: u32 = 4;

/// What another tab said.
#[derive(Clone, Debug, PartialEq)]
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
    /// A new session was opened, with this credential.
    Opened(String),
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
            if let Some(said) = read(&event.unchecked_into::<MessageEvent>().data()) {
                heard(said);
            }
        };
        let listener = Listener::new(&channel, "message", Box::new(listen));
        Some(Self { channel, _heard: listener })
    }

    /// Tells all other tabs about who leads.
    pub fn say(&self, message: TabMessage) {
        let kind = match message.kind {
            TabKind::Claim => CLAIM,
            TabKind::Beat => BEAT,
            TabKind::Bye => BYE,
        };
        self.post(&Array::of2(&kind.into(), &(message.from as f64).into()));
    }

    /// Passes an event page on.
    pub fn pass(&self, session: u32, after: u64, page: &JsValue) {
        self.post(&Array::of4(&PAGE.into(), &session.into(), &(after as f64).into(), page));
    }

    /// Tells that a new session was opened.
    pub fn opened(&self, credential: &str) {
        self.post(&Array::of2(&OPENED.into(), &credential.into()));
    }

    fn post(&self, message: &Array) {
        // Fails only on a closed channel.
        let _ = self.channel.post_message(message);
    }
}

fn read(data: &JsValue) -> Option<Said> {
    let data = data.dyn_ref::<Array>()?;
    let number = |at| data.get(at).as_f64();
    let kind = match number(0)? as u32 {
        CLAIM => TabKind::Claim,
        BEAT => TabKind::Beat,
        BYE => TabKind::Bye,
        PAGE => {
            let page = json::from_js(data.get(3))?;
            return Some(Said::Page { session: number(1)? as u32, after: number(2)? as u64, page });
        }
        OPENED => return Some(Said::Opened(data.get(1).as_string()?)),
        _ => return None,
    };
    Some(Said::Tab(TabMessage { from: number(1)? as u64, kind }))
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
