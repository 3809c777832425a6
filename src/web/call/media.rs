//! The visitor's microphone and camera.

use super::devices::{has, media_devices};
use super::plain::{call, get, object, quietly, text};
use crate::web::Listener;
use frontdesk_core::call::{Device, MediaFailure, MediaTrouble};
use js_sys::{Array, Promise};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{EventTarget, HtmlMediaElement, MediaStream, MediaStreamTrack};

/// What happens to devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// One in use was taken away.
    Gone(Device),
    /// One was plugged in, or unplugged.
    Changed,
}

/// Told of it.
pub type Told = Rc<dyn Fn(News)>;

/// Microphone and perhaps camera of one call; let go on drop.
#[must_use = "dropping the handle lets the devices go"]
pub struct Media {
    stream: MediaStream,
    told: Told,
    watched: RefCell<Vec<Listener>>,
    /// The call is over: what the browser still gives is let go at once.
    over: Cell<bool>,
    _changes: Option<Listener>,
}

impl Media {
    /// Asks the browser, which may ask the visitor.
    ///
    /// # Errors
    /// Which device failed, where that is known, and why.
    pub async fn acquire(video: bool, told: Told) -> Result<Self, MediaFailure> {
        let picture = if video { camera(None) } else { JsValue::FALSE };
        let asked = ask(object(&[("audio", microphone(None)), ("video", picture)])).await;
        let stream = match asked {
            Ok(stream) => stream,
            Err(thrown) => return Err(failure(&thrown, video).await),
        };
        let changed = Rc::clone(&told);
        let changes = media_devices()
            .dyn_ref::<EventTarget>()
            .map(|devices| Listener::new(devices, "devicechange", Box::new(move |_| changed(News::Changed))));
        let media =
            Self { stream, told, watched: RefCell::default(), over: Cell::default(), _changes: changes };
        media.watch();
        Ok(media)
    }

    /// Sound and picture of the visitor.
    pub fn stream(&self) -> &MediaStream {
        &self.stream
    }

    /// The device in use, as the browser names it.
    pub fn in_use(&self, device: Device) -> Option<String> {
        text(&settings(&self.stream, device), "deviceId")
    }

    /// Lets the microphone carry silence, or sound again.
    pub fn silence(&self, silent: bool) {
        for track in tracks(&self.stream, Device::Microphone) {
            track.set_enabled(!silent);
        }
    }

    /// Lets all devices go, also while the visitor is being asked for another one.
    pub fn end(&self) {
        self.over.set(true);
        self.watched.borrow_mut().clear();
        let_go(&self.stream);
    }

    /// Lets a device go.
    pub fn release(&self, device: Device) {
        for track in tracks(&self.stream, device) {
            self.stream.remove_track(&track);
            track.stop();
        }
        self.watch();
    }

    /// Acquires another microphone or camera in place of the one in use; `None`: any. Answers its track.
    ///
    /// # Errors
    /// Why it does not start; the one before goes on. After [`Media::end`] none starts.
    pub async fn exchange(
        &self,
        device: Device,
        id: Option<&str>,
        silent: bool,
    ) -> Result<MediaStreamTrack, MediaTrouble> {
        let wish = match device {
            Device::Microphone => object(&[("audio", microphone(id))]),
            _ => object(&[("video", camera(id))]),
        };
        let mut found = self.ask(wish.clone()).await;
        let is_busy = |thrown: &JsValue| trouble(thrown, device) == MediaTrouble::Busy;
        if device == Device::Camera && found.as_ref().is_err_and(is_busy) {
            // Telephones turn on one camera at a time.
            self.release(device);
            found = self.ask(wish).await;
        }
        let found = match found {
            Ok(found) => found,
            Err(thrown) => return Err(trouble(&thrown, device)),
        };
        let track = tracks(&found, device).into_iter().next().ok_or(MediaTrouble::Absent)?;
        track.set_enabled(!silent);
        for before in tracks(&self.stream, device) {
            self.stream.remove_track(&before);
            before.stop();
        }
        self.stream.add_track(&track);
        self.watch();
        Ok(track)
    }

    /// Asks the browser, which may ask the visitor, who may answer when the call is over.
    async fn ask(&self, wish: JsValue) -> Result<MediaStream, JsValue> {
        let found = ask(wish).await?;
        if self.over.get() {
            let_go(&found);
            return Err(JsValue::UNDEFINED);
        }
        Ok(found)
    }

    /// Listens to the ends of the tracks in use. Stopping one here is no such end.
    fn watch(&self) {
        let mut watched = Vec::new();
        for device in [Device::Microphone, Device::Camera] {
            for track in tracks(&self.stream, device) {
                let told = Rc::clone(&self.told);
                watched.push(Listener::new(&track, "ended", Box::new(move |_| told(News::Gone(device)))));
            }
        }
        self.watched.replace(watched);
    }
}

impl Drop for Media {
    fn drop(&mut self) {
        self.end();
    }
}

/// Plays this from now on; `None`: nothing.
pub fn play(player: &HtmlMediaElement, stream: Option<&MediaStream>) {
    if player.src_object().as_ref() != stream {
        player.set_src_object(stream);
    }
    if stream.is_some() {
        // Refused where the visitor did nothing yet; here a click has begun it.
        quietly(call(player, "play", &[]));
    }
}

/// The camera of this stream shows what is before the visitor, not the visitor.
pub fn looks_away(stream: &MediaStream) -> bool {
    text(&settings(stream, Device::Camera), "facingMode").as_deref() == Some("environment")
}

fn settings(stream: &MediaStream, device: Device) -> JsValue {
    let track = tracks(stream, device).into_iter().next();
    track.and_then(|track| call(&track, "getSettings", &[]).ok()).unwrap_or_default()
}

fn tracks(stream: &MediaStream, device: Device) -> Vec<MediaStreamTrack> {
    let all = match device {
        Device::Microphone => stream.get_audio_tracks(),
        _ => stream.get_video_tracks(),
    };
    Array::from(&all).iter().filter_map(|track| track.dyn_into().ok()).collect()
}

fn let_go(stream: &MediaStream) {
    for device in [Device::Microphone, Device::Camera] {
        tracks(stream, device).iter().for_each(MediaStreamTrack::stop);
    }
}

fn microphone(id: Option<&str>) -> JsValue {
    let mut wish = vec![
        ("echoCancellation", JsValue::TRUE),
        ("noiseSuppression", JsValue::TRUE),
        ("autoGainControl", JsValue::TRUE),
    ];
    wish.extend(id.map(exactly));
    object(&wish)
}

fn camera(id: Option<&str>) -> JsValue {
    let ideal = |size: u32| object(&[("ideal", size.into())]);
    let mut wish = vec![("width", ideal(640)), ("height", ideal(480))];
    wish.push(id.map_or_else(|| ("facingMode", "user".into()), exactly));
    object(&wish)
}

fn exactly(id: &str) -> (&'static str, JsValue) {
    ("deviceId", object(&[("exact", id.into())]))
}

async fn ask(wish: JsValue) -> Result<MediaStream, JsValue> {
    let promise: Promise = call(&media_devices(), "getUserMedia", &[wish])?.dyn_into()?;
    JsFuture::from(promise).await?.dyn_into()
}

/// What is wrong, out of what was thrown (W3C Media Capture, `getUserMedia`) and what else the browser tells.
fn trouble(thrown: &JsValue, device: Device) -> MediaTrouble {
    if media_devices().is_undefined() {
        return MediaTrouble::Insecure;
    }
    let said = text(thrown, "message").unwrap_or_default().to_ascii_lowercase();
    match text(thrown, "name").unwrap_or_default().as_str() {
        "NotAllowedError" if !allowed_by_policy(device) => MediaTrouble::Policy,
        // Chromium's words; no other browser tells the two apart.
        "NotAllowedError" if said.contains("dismissed") => MediaTrouble::Dismissed,
        "NotAllowedError" => MediaTrouble::Denied,
        "SecurityError" => MediaTrouble::Policy,
        "NotFoundError" | "OverconstrainedError" => MediaTrouble::Absent,
        "NotReadableError" | "AbortError" => MediaTrouble::Busy,
        _ => MediaTrouble::Other,
    }
}

async fn failure(thrown: &JsValue, video: bool) -> MediaFailure {
    let mut failure =
        MediaFailure { device: Some(Device::Microphone), trouble: trouble(thrown, Device::Microphone) };
    if !video {
        return failure;
    }
    failure.device = match failure.trouble {
        MediaTrouble::Absent => {
            Some(if has(Device::Microphone).await { Device::Camera } else { Device::Microphone })
        }
        MediaTrouble::Policy | MediaTrouble::Insecure => failure.device,
        _ if !allowed_by_policy(Device::Camera) => {
            failure.trouble = MediaTrouble::Policy;
            Some(Device::Camera)
        }
        _ => None,
    };
    failure
}

/// Whether the frame's permissions include the device; where the browser does not tell, they may.
fn allowed_by_policy(device: Device) -> bool {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return true };
    let feature = if device == Device::Camera { "camera" } else { "microphone" };
    let policy = ["permissionsPolicy", "featurePolicy"]
        .into_iter()
        .map(|name| get(&document, name))
        .find(JsValue::is_object)
        .unwrap_or_default();
    let told = call(&policy, "allowsFeature", &[feature.into()]);
    told.ok().and_then(|told| told.as_bool()).unwrap_or(true)
}
