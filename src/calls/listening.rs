//! Listens how loud both sides are while they talk.

use super::Shared;
use crate::web::call::Levels;
use frontdesk_core::call::Stage;
use std::rc::Rc;
use web_sys::MediaStream;

impl Shared {
    /// Begins or stops, as the call stands.
    pub(super) fn listen(&self) {
        if self.machine.borrow().stage() != Stage::Talking {
            self.levels.take();
            return;
        }
        if self.levels.borrow().is_some() {
            return;
        }
        let screen = Rc::clone(&self.screen);
        let levels = Levels::listen(Box::new(move |loud| screen.loud(loud)));
        if let (Some(levels), Some(other)) = (&levels, &*self.heard.borrow()) {
            levels.other(other);
        }
        self.levels.replace(levels);
        self.listen_here();
    }

    /// The visitor's microphone is another.
    pub(super) fn listen_here(&self) {
        if let (Some(levels), Some((_, media))) = (&*self.levels.borrow(), &*self.media.borrow()) {
            levels.own(media.stream());
        }
    }

    /// The other side is heard in this stream.
    pub(super) fn hear(&self, stream: &MediaStream) {
        self.screen.play(Some(stream));
        if let Some(levels) = &*self.levels.borrow() {
            levels.other(stream);
        }
        self.heard.replace(Some(stream.clone()));
    }
}
