//! Microphone, camera and speaker of a call.

use super::Shared;
use crate::web::call::{Media, News, devices, path};
use frontdesk_contract::IceServer;
use frontdesk_core::call::{CallNo, Device, Input, MediaFailure, MediaTrouble};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

impl Shared {
    pub(super) fn acquire(&self, call: CallNo, video: bool, ice_servers: Vec<IceServer>) {
        self.acquiring.set(Some(call));
        let own = self.own.clone();
        let phone = self.own.clone();
        // Meanwhile, so that no agent waits for it.
        spawn_local(async move { drop(Self::softphone(&phone).await) });
        let weak = self.own.clone();
        let told = move |news| {
            if let Some(shared) = weak.upgrade() {
                shared.device_news(call, news);
            }
        };
        spawn_local(async move {
            let mut found = Media::acquire(video, Rc::new(told)).await;
            if found.is_ok() && !path::is_there(&ice_servers).await {
                found = Err(MediaFailure { device: None, trouble: MediaTrouble::NoNetwork });
            }
            let Some(shared) = own.upgrade() else { return };
            if shared.acquiring.get() != Some(call) {
                // Given up meanwhile: what was acquired is let go.
                return;
            }
            shared.acquiring.set(None);
            let result = found.map(|media| {
                shared.screen.mirror(video.then_some(media.stream()));
                *shared.media.borrow_mut() = Some((call, Rc::new(media)));
            });
            shared.input(Input::Media(call, result));
        });
    }

    pub(super) fn release(&self, call: CallNo) {
        if self.acquiring.get() == Some(call) {
            self.acquiring.set(None);
        }
        let mut media = self.media.borrow_mut();
        if let Some((_, ended)) = media.take_if(|(no, _)| *no == call) {
            // Whoever asks for another device holds it as well.
            ended.end();
            self.screen.mirror(None);
            // Also after the other side has hung up: its picture may be in a window of its own.
            self.screen.play(None);
        }
    }

    pub(super) fn media_of(&self, call: CallNo) -> Option<Rc<Media>> {
        let media = self.media.borrow();
        media.as_ref().filter(|(no, _)| *no == call).map(|(_, media)| Rc::clone(media))
    }

    /// The device in use, as the browser names it.
    pub(super) fn in_use(&self, device: Device) -> Option<String> {
        match device {
            Device::Speaker => Some(self.speaker.borrow().clone()),
            _ => self.media.borrow().as_ref().and_then(|(_, media)| media.in_use(device)),
        }
    }

    pub(super) fn exchange(&self, call: CallNo, device: Device, id: Option<String>, silent: bool) {
        let Some(media) = self.media_of(call) else { return };
        let own = self.own.clone();
        spawn_local(async move {
            let found = media.exchange(device, id.as_deref(), silent).await;
            let Some(shared) = own.upgrade() else { return };
            if shared.media_of(call).is_none() {
                return;
            }
            let result = found.map(|track| {
                let kind = if device == Device::Camera { "video" } else { "audio" };
                shared.on_line(call, |line| line.replace(kind, Some(&track)));
                if device == Device::Camera {
                    shared.screen.mirror(Some(media.stream()));
                }
            });
            shared.input(Input::Switched(call, device, result));
        });
    }

    /// Plays through this speaker from now on; `None`: the usual one.
    pub(super) fn play_through(&self, call: CallNo, id: Option<String>) {
        let (own, player, id) = (self.own.clone(), self.screen.player(), id.unwrap_or_default());
        spawn_local(async move {
            let done = match player {
                Some(player) => devices::play_through(&player, &id).await,
                None => false,
            };
            let Some(shared) = own.upgrade() else { return };
            if done {
                shared.speaker.replace(id);
            }
            let result = if done { Ok(()) } else { Err(MediaTrouble::Other) };
            shared.input(Input::Switched(call, Device::Speaker, result));
        });
    }

    fn device_news(&self, call: CallNo, news: News) {
        match news {
            News::Gone(device) => self.input(Input::DeviceGone(call, device)),
            News::Changed => {
                self.screen.plugged();
                self.input(Input::DevicesChanged(call));
                let own = self.own.clone();
                spawn_local(async move {
                    let all = devices::choices().await;
                    let Some(shared) = own.upgrade() else { return };
                    let id = shared.speaker.borrow().clone();
                    // No event tells of a speaker: it is missing from the list.
                    if !id.is_empty() && !all.iter().any(|one| one.device == Device::Speaker && one.id == id)
                    {
                        shared.speaker.take();
                        shared.input(Input::DeviceGone(call, Device::Speaker));
                    }
                });
            }
        }
    }
}
