//! What the tabs of one visitor say to each other. A message is an array: its kind, then its values. Event pages pass
//! as they came from the proxy, so that nothing is written anew.

use crate::web::{Listener, json};
use frontdesk_contract::{ClientId, ErrorCode, EventPage};
use frontdesk_core::MineState;
use frontdesk_core::tabs::{TabKind, TabMessage};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

const CLAIM: u32 = 0;
const BEAT: u32 = 1;
const BYE: u32 = 2;
const PAGE: u32 = 3;
const OPENED: u32 = 4;
const MESSAGE: u32 = 5;
const SEEN: u32 = 6;
const LEFT: u32 = 7;

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
    /// A session was opened, or is another person's now.
    Opened(Opened),
    /// The visitor has left for good, from another tab.
    Left,
    /// How far a message of the visitor is; `None`: it was given up.
    Message(ClientId, Option<MineState>),
    /// The visitor has seen all events of a session.
    Seen {
        /// Names the session.
        session: u32,
        /// Up to this number.
        seq: u64,
    },
}

/// A session that another tab has opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Its credential.
    pub credential: String,
    /// To whom it belongs, where that is known.
    pub person: Option<String>,
    /// When that tab was told who the visitor is, in epoch milliseconds; 0: it was not.
    pub since_ms: u64,
}

/// A state as a number: what a file's upload has reached is told beyond [`UPLOADING`]. Why something was refused, only the
/// tab knows that was told.
const UPLOADING: u32 = 100;

fn number_of(state: Option<MineState>) -> u32 {
    match state {
        None => 0,
        Some(MineState::Sending) => 2,
        Some(MineState::Failed(_) | MineState::FileGone) => 3,
        Some(MineState::Uploading(done)) => UPLOADING + u32::from(done),
        Some(_) => 1,
    }
}

fn state_of(number: u32) -> Option<MineState> {
    match number {
        0 => None,
        2 => Some(MineState::Sending),
        3 => Some(MineState::Failed(Some(ErrorCode::Unknown))),
        UPLOADING.. => Some(MineState::Uploading((number - UPLOADING).min(1_000) as u16)),
        _ => Some(MineState::Queued),
    }
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
        let channel = channel(desk)?;
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

    /// Tells that a session was opened, and whose it is.
    pub fn opened(&self, opened: &Opened) {
        let person = opened.person.as_deref().map_or(JsValue::NULL, JsValue::from_str);
        let since = (opened.since_ms as f64).into();
        self.post(&Array::of4(&OPENED.into(), &opened.credential.as_str().into(), &person, &since));
    }

    /// Tells how far a message of the visitor is.
    pub fn message(&self, id: &ClientId, state: Option<MineState>) {
        self.post(&Array::of3(&MESSAGE.into(), &id.as_str().into(), &number_of(state).into()));
    }

    /// Tells what the visitor has seen of a session.
    pub fn seen(&self, session: u32, seq: u64) {
        self.post(&Array::of3(&SEEN.into(), &session.into(), &(seq as f64).into()));
    }

    fn post(&self, message: &Array) {
        // Fails only on a closed channel.
        let _ = self.channel.post_message(message);
    }
}

/// Tells the other tabs of the desk that the visitor has left for good.
pub fn tell_left(desk: &str) {
    if let Some(channel) = channel(desk) {
        let _ = channel.post_message(&Array::of1(&LEFT.into()));
        channel.close();
    }
}

fn opened(data: &Array) -> Option<Opened> {
    Some(Opened {
        credential: data.get(1).as_string()?,
        person: data.get(2).as_string(),
        since_ms: data.get(3).as_f64().unwrap_or_default() as u64,
    })
}

/// Hears that another tab has a session; stops on drop.
#[must_use = "dropping the handle closes the channel"]
pub struct Overheard {
    channel: BroadcastChannel,
    _heard: Listener,
}

/// Calls `heard` whenever another tab of the desk speaks, with the session that it has just opened. `None` where the browser
/// refuses the channel.
pub fn overhear(desk: &str, heard: Box<dyn Fn(Option<Opened>)>) -> Option<Overheard> {
    let channel = channel(desk)?;
    let listen = move |event: web_sys::Event| {
        let data = event.unchecked_into::<MessageEvent>().data();
        let Some(data) = data.dyn_ref::<Array>() else { return };
        match data.get(0).as_f64().unwrap_or_default() as u32 {
            OPENED => heard(opened(data)),
            // Nothing of whoever has left is here.
            LEFT => {}
            _ => heard(None),
        }
    };
    let listener = Listener::new(&channel, "message", Box::new(listen));
    Some(Overheard { channel, _heard: listener })
}

impl Drop for Overheard {
    fn drop(&mut self) {
        self.channel.close();
    }
}

fn channel(desk: &str) -> Option<BroadcastChannel> {
    BroadcastChannel::new(&["frontdesk/", desk].concat()).ok()
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
        MESSAGE => {
            let id = ClientId::new(data.get(1).as_string()?);
            return Some(Said::Message(id, state_of(number(2)? as u32)));
        }
        SEEN => return Some(Said::Seen { session: number(1)? as u32, seq: number(2)? as u64 }),
        OPENED => return Some(Said::Opened(opened(data)?)),
        LEFT => return Some(Said::Left),
        _ => return None,
    };
    Some(Said::Tab(TabMessage { from: number(1)? as u64, kind }))
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}
