//! Microphone, camera and speaker of a call.

use super::Shared;
use crate::web::call::Media;
use frontdesk_core::call::{CallNo, Device, Input};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

impl Shared {
    pub(super) fn acquire(&self, call: CallNo, video: bool) {
        self.acquiring.set(Some(call));
        let own = self.own.clone();
        let gone = self.sender(move |device| Input::DeviceGone(call, device));
        spawn_local(async move {
            let found = Media::acquire(video, Rc::from(gone)).await;
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
        if media.as_ref().is_some_and(|(no, _)| *no == call) {
            *media = None;
            self.screen.mirror(None);
        }
    }

    pub(super) fn media_of(&self, call: CallNo) -> Option<Rc<Media>> {
        let media = self.media.borrow();
        media.as_ref().filter(|(no, _)| *no == call).map(|(_, media)| Rc::clone(media))
    }

    pub(super) fn exchange(&self, call: CallNo, device: Device, id: Option<String>, silent: bool) {
        let Some(media) = self.media_of(call) else { return };
        let own = self.own.clone();
        spawn_local(async move {
            let found = media.exchange(device, id.as_deref(), silent).await;
            let Some(shared) = own.upgrade() else { return };
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
}
