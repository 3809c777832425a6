//! Looks how loud both sides are while they talk.

use super::Shared;
use super::waking::drop_later;
use crate::web::Timer;
use crate::web::call::levels;
use crate::web::wake::is_visible;
use frontdesk_core::call::Stage;

impl Shared {
    /// Begins or stops, as the call stands.
    pub(super) fn listen(&self) {
        if self.machine.borrow().stage() != Stage::Talking {
            drop_later(self.levels.take());
        } else if self.levels.borrow().is_none() {
            self.listen_again(levels::every_ms());
        }
    }

    fn listen_again(&self, every_ms: u64) {
        let own = self.own.clone();
        let look = move || {
            let Some(shared) = own.upgrade() else { return };
            if is_visible() {
                let number = shared.machine.borrow().number();
                let screen = std::rc::Rc::clone(&shared.screen);
                shared.on_line(number, |line| line.listen(Box::new(move |loud| screen.loud(loud))));
            }
            shared.listen_again(every_ms);
        };
        drop_later(self.levels.replace(Some(Timer::after(every_ms, Box::new(look)))));
    }
}
