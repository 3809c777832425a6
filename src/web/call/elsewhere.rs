//! Whether another tab of this visitor is in a call. A message is `true`, `false`, or the question `null`.

use crate::web::Listener;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// The channel for one desk; closed on drop.
#[must_use = "dropping the handle closes the channel"]
pub struct Elsewhere {
    channel: Option<BroadcastChannel>,
    here: Rc<Cell<bool>>,
    _heard: Option<Listener>,
}

impl Elsewhere {
    /// Opens the channel and asks; `told` hears of every change. Where the browser refuses, nothing is ever heard.
    pub fn open(desk: &str, told: Box<dyn Fn(bool)>) -> Self {
        let here = Rc::new(Cell::new(false));
        let channel = BroadcastChannel::new(&["frontdesk-call/", desk].concat()).ok();
        let heard = channel.as_ref().map(|channel| {
            let (own, back) = (Rc::clone(&here), channel.clone());
            let listen = move |event: web_sys::Event| {
                let said = event.unchecked_into::<MessageEvent>().data();
                match said.as_bool() {
                    Some(calling) => told(calling),
                    None if own.get() => {
                        let _ = back.post_message(&JsValue::TRUE);
                    }
                    None => {}
                }
            };
            Listener::new(channel, "message", Box::new(listen))
        });
        let elsewhere = Self { channel, here, _heard: heard };
        elsewhere.post(&JsValue::NULL);
        elsewhere
    }

    /// Tells whether this tab is in a call.
    pub fn announce(&self, calling: bool) {
        self.here.set(calling);
        self.post(&calling.into());
    }

    fn post(&self, message: &JsValue) {
        if let Some(channel) = &self.channel {
            // Fails only on a closed channel.
            let _ = channel.post_message(message);
        }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        if self.here.get() {
            self.post(&JsValue::FALSE);
        }
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}
