//! The softphone, which is a module of its own (`www/call/softphone.d.ts` describes it), or a site's own adapter.

use super::figures::sample;
use super::levels::{Loud, loud};
use super::plain::{call, get, number, object, quietly, text};
use frontdesk_contract::IceServer;
use frontdesk_core::call::{Dial, IceState, PhoneCause, PhoneEnd, PhoneEvent, Sample};
use js_sys::{Array, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{MediaStream, MediaStreamTrack};

/// What a softphone that fails to do its part has ended with.
const FAILED: PhoneEvent =
    PhoneEvent::Ended(PhoneEnd { here: true, cause: PhoneCause::Failed, status: None });

/// The module, once it was loaded.
#[derive(Clone)]
pub struct Module(JsValue);

impl Module {
    /// Loads it by the host's function, which answers a promise of it. `None`: it could not be loaded.
    pub async fn load(loader: &Function) -> Option<Self> {
        let promise = Promise::resolve(&loader.call0(&JsValue::NULL).ok()?);
        let module = JsFuture::from(promise).await.ok()?;
        get(&module, "create").is_function().then_some(Self(module))
    }
}

/// One call at the softphone.
pub struct Line {
    call: JsValue,
    _on: Closure<dyn Fn(JsValue)>,
}

impl Line {
    /// Calls. `told` hears what happens, `Ended` as the last; `media` gets what is to be played.
    ///
    /// # Errors
    /// What to report instead, where the softphone does not even begin.
    pub fn dial(
        module: &Module,
        dial: &Dial,
        stream: &MediaStream,
        told: Box<dyn Fn(PhoneEvent)>,
        media: Box<dyn Fn(MediaStream)>,
    ) -> Result<Self, PhoneEvent> {
        let on = move |event: JsValue| {
            if let Ok(stream) = get(&event, "stream").dyn_into() {
                media(stream);
            }
            if let Some(event) = read(&event) {
                told(event);
            }
        };
        let on: Closure<dyn Fn(JsValue)> = Closure::new(on);
        let begun = call(&module.0, "create", &[])
            .and_then(|phone| call(&phone, "call", &[options(dial, stream), on.as_ref().clone()]));
        match begun {
            Ok(call) if call.is_object() => Ok(Self { call, _on: on }),
            _ => Err(FAILED),
        }
    }

    /// Ends the call.
    pub fn hang_up(&self) {
        quietly(call(&self.call, "hang_up", &[]));
    }

    /// Holds the call, or takes it up again. `told` hears whether the other side agreed: a softphone that says nothing
    /// has nothing against it.
    pub fn hold(&self, on: bool, told: Box<dyn Fn(PhoneEvent)>) {
        let asked = call(&self.call, "hold", &[on.into()]);
        spawn_local(async move {
            let answer = match asked {
                Ok(promise) => JsFuture::from(Promise::resolve(&promise)).await,
                refused => refused,
            };
            let agreed = answer.is_ok_and(|answer| answer != JsValue::FALSE);
            told(PhoneEvent::Agreed { on, agreed });
        });
    }

    /// Sends a key's tone.
    pub fn digit(&self, key: char) {
        quietly(call(&self.call, "digit", &[key.to_string().into()]));
    }

    /// Finds gateway and way of the media anew.
    pub fn restart(&self) {
        quietly(call(&self.call, "restart", &[]));
    }

    /// Sends this track from now on, or nothing.
    pub fn replace(&self, kind: &str, track: Option<&MediaStreamTrack>) {
        let track = track.map_or(JsValue::NULL, JsValue::from);
        quietly(call(&self.call, "replace", &[kind.into(), track]));
    }

    /// Takes the figures.
    pub fn measure(&self, done: Box<dyn FnOnce(Sample)>) {
        self.report(Box::new(move |report| done(sample(report))));
    }

    /// Takes the levels.
    pub fn listen(&self, done: Box<dyn FnOnce(Loud)>) {
        self.report(Box::new(move |report| done(loud(report))));
    }

    fn report(&self, done: Box<dyn FnOnce(&JsValue)>) {
        let Ok(promise) = call(&self.call, "stats", &[]) else { return };
        spawn_local(async move {
            if let Ok(report) = JsFuture::from(Promise::resolve(&promise)).await {
                done(&report);
            }
        });
    }
}

/// STUN and TURN servers, as `RTCPeerConnection` takes them.
pub(super) fn servers(ice_servers: &[IceServer]) -> JsValue {
    let servers = ice_servers.iter().map(|server| {
        let urls: Array = server.urls.iter().map(JsValue::from).collect();
        let mut fields = vec![("urls", urls.into())];
        fields.extend(server.username.as_ref().map(|name| ("username", name.into())));
        fields.extend(server.credential.as_ref().map(|credential| ("credential", credential.into())));
        object(&fields)
    });
    servers.collect::<Array>().into()
}

fn options(dial: &Dial, stream: &MediaStream) -> JsValue {
    object(&[
        ("addresses", dial.addresses.iter().map(JsValue::from).collect::<Array>().into()),
        ("target", (&dial.target).into()),
        ("from", (&dial.from).into()),
        ("ice_servers", servers(&dial.ice_servers)),
        ("stream", stream.into()),
        ("video", dial.video.into()),
    ])
}

/// An event; `None`: of a later version, or not for the machine.
fn read(event: &JsValue) -> Option<PhoneEvent> {
    let on = |name| get(event, name).is_truthy();
    Some(match text(event, "type")?.as_str() {
        "connecting" => PhoneEvent::Connecting,
        "refused" => PhoneEvent::Refused,
        "sent" => PhoneEvent::Sent,
        "ringing" => PhoneEvent::Ringing { early: on("early") },
        "answered" => PhoneEvent::Answered,
        "media" => PhoneEvent::Media,
        "held" => PhoneEvent::Held(on("on")),
        "socket" => PhoneEvent::Socket(on("up")),
        "ice" => PhoneEvent::Ice(IceState::of_word(&text(event, "state")?)?),
        "ended" => PhoneEvent::Ended(PhoneEnd {
            here: text(event, "by").as_deref() == Some("here"),
            cause: PhoneCause::of_word(&text(event, "cause").unwrap_or_default()),
            status: number(event, "status").map(|status| status as u16),
        }),
        _ => return None,
    })
}
