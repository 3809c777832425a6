//! Wakes the machine in time: by the page's timer and, during a call, by a worker that goes on when the page is hidden.
//! Whichever comes first wakes; the other finds nothing to be done.

use super::Shared;
use crate::web::Timer;
use crate::web::call::Ticker;
use frontdesk_core::call::Input;
use std::cell::{Cell, RefCell};
use wasm_bindgen_futures::spawn_local;

/// When the machine wants to be woken, and by what.
#[derive(Default)]
pub(super) struct Waking {
    due: Cell<Option<u64>>,
    timer: RefCell<Option<Timer>>,
    ticker: RefCell<Option<Ticker>>,
    /// A call goes on.
    calling: Cell<bool>,
}

impl Waking {
    /// Wakes nobody any more.
    pub(super) fn stop(&self) {
        self.calling.set(false);
        drop_later((self.timer.take(), self.ticker.take()));
    }
}

impl Shared {
    pub(super) fn wake_at(&self, at: Option<u64>) {
        let waking = &self.waking;
        waking.due.set(at);
        let timer = at.map(|at| {
            let fire = self.sender(|()| Input::Timer);
            Timer::after(at.saturating_sub(self.clock.ms()), Box::new(move || fire(())))
        });
        drop_later(waking.timer.replace(timer));
        self.tell_ticker();
    }

    /// The page is in a call from now on, or no longer.
    pub(super) fn tick_for_call(&self, calling: bool) {
        self.waking.calling.set(calling);
        if !calling {
            return drop_later(self.waking.ticker.take());
        }
        let Some(loader) = self.around.ticker.clone() else { return };
        let (own, fire) = (self.own.clone(), self.sender(|()| Input::Timer));
        spawn_local(async move {
            let ticker = Ticker::start(&loader, Box::new(move || fire(()))).await;
            let Some(shared) = own.upgrade().filter(|shared| shared.waking.calling.get()) else { return };
            drop_later(shared.waking.ticker.replace(ticker));
            shared.tell_ticker();
        });
    }

    fn tell_ticker(&self) {
        if let Some(ticker) = &*self.waking.ticker.borrow() {
            ticker.set(self.waking.due.get().map(|at| at.saturating_sub(self.clock.ms())));
        }
    }
}

/// What is running now must outlive this turn.
pub(super) fn drop_later<T: 'static>(before: T) {
    spawn_local(async move { drop(before) });
}
