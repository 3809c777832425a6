//! Where the call machine meets the views: it is looked at here, and what the visitor does goes to it.

use super::{CallSide, told};
use crate::calls::{Around, CallScreen, Calls};
use crate::ui::context::{Context, Desk};
use crate::ui::order::Order;
use crate::ui::parts::Flag;
use crate::web::call::devices::{self, Choice};
use crate::web::call::media::{looks_away, play};
use crate::web::call::{Loud, small_window};
use frontdesk_contract::{CallMedia, CallOffer, CallStatus};
use frontdesk_core::call::{
    Camera, Device, Held, Input, Machine, MediaTrouble, NotPlaced, Quality, Stage, Warnings, Wish,
};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlMediaElement, MediaStream};

/// What of a call is seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CallView {
    pub(super) stage: Stage,
    pub(super) may_call: CallOffer,
    pub(super) may_fall_back: bool,
    pub(super) video: bool,
    pub(super) muted: bool,
    pub(super) held: Held,
    pub(super) camera: Camera,
    pub(super) device_trouble: Option<(Device, MediaTrouble)>,
    pub(super) replaced: Option<Device>,
    pub(super) awaits_sound: bool,
    pub(super) recovering: bool,
    pub(super) quality: Option<Quality>,
    pub(super) warnings: Warnings,
    /// Whom a member of staff calls, or called last.
    pub(super) placed: Option<Wish>,
    pub(super) may_redial: bool,
}

impl CallView {
    /// Microphone, and camera, are in use.
    pub(super) fn has_begun(&self) -> bool {
        use Stage::{Dialling, Queueing, Requesting, Ringing, Talking};
        matches!(self.stage, Requesting | Queueing | Dialling | Ringing | Talking)
    }

    fn of(machine: &Machine) -> Self {
        Self {
            stage: machine.stage(),
            may_call: machine.may_call(),
            may_fall_back: machine.may_fall_back(),
            video: machine.media() == Some(CallMedia::Video),
            muted: machine.is_muted(),
            held: machine.held(),
            camera: machine.camera(),
            device_trouble: machine.device_trouble(),
            replaced: machine.replaced(),
            awaits_sound: machine.awaits_sound(),
            recovering: machine.is_recovering(),
            quality: machine.quality(),
            warnings: machine.warnings(),
            placed: machine.placed().cloned(),
            may_redial: machine.may_redial(),
        }
    }
}

/// The calls of one widget.
#[derive(Clone, Copy)]
pub(super) struct Side {
    pub(super) context: Context,
    pub(super) view: RwSignal<CallView>,
    pub(super) keypad: Flag,
    pub(super) devices: Flag,
    /// Counts the lists of what can be chosen.
    listed: RwSignal<u32>,
    /// Counts the devices that came and went.
    pub(super) plugged: RwSignal<u32>,
    held: StoredValue<Rc<Kept>, LocalStorage>,
}

/// What lives as long as the widget.
struct Kept {
    calls: RefCell<Option<Calls>>,
    /// What can be chosen, once a call has begun.
    choices: RefCell<Rc<Vec<Choice>>>,
    desk: Weak<Desk>,
}

impl Side {
    /// The calls of this widget; they begin with the first view.
    pub(super) fn new(context: Context) -> Self {
        let desk = context.desk();
        let held = Rc::new(Kept {
            calls: RefCell::default(),
            choices: RefCell::default(),
            desk: Rc::downgrade(&desk),
        });
        let view = RwSignal::new(CallView::of(&Machine::new()));
        let side = Self {
            context,
            view,
            keypad: Flag::new(),
            devices: Flag::new(),
            listed: RwSignal::new(0),
            plugged: RwSignal::new(0),
            held: StoredValue::new_local(Rc::clone(&held)),
        };
        let weak = Rc::downgrade(&desk);
        let calling = move |calling| {
            if let Some(desk) = weak.upgrade() {
                // Not in this turn: the session may be the one that this was heard from.
                spawn_local(async move {
                    if let Some(engine) = desk.engine() {
                        engine.input(frontdesk_core::Input::Calling(calling));
                    }
                });
            }
        };
        let weak = Rc::downgrade(&desk);
        let around = Around {
            desk: desk.name.clone(),
            transport: desk.transport.clone(),
            credential: Box::new(move || weak.upgrade()?.credential()),
            calling: Box::new(calling),
            softphone: desk.host.softphone(),
            ticker: desk.host.ticker(),
        };
        let screen = Rc::new(Sight { desk: Rc::downgrade(&desk), view, plugged: side.plugged });
        *held.calls.borrow_mut() = Some(Calls::new(around, screen));
        desk.set_call_side(Rc::new(Told { side }));
        side
    }

    /// Something happened.
    pub(super) fn input(self, input: Input) {
        self.held.with_value(|held| {
            if let Some(calls) = &*held.calls.borrow() {
                calls.input(input);
            }
        });
    }

    /// The view is open: what is possible?
    pub(super) fn open(self) {
        let offered = self.context.view_once().calls;
        self.input(Input::Open { offered, browser: devices::browser() });
        if let Some(order) = self.context.desk().take_order() {
            self.place(order);
        }
    }

    /// The page has a number called.
    fn place(self, mut order: Order) {
        let wish = order.wish.clone();
        let placed = move |outcome: Result<(), NotPlaced>| order.settle(outcome.err().map(told::why));
        self.held.with_value(|held| {
            if let Some(calls) = &*held.calls.borrow() {
                calls.place(wish, Box::new(placed));
            }
        });
    }

    /// Asks anew what can be chosen.
    pub(super) fn look_for_devices(self) {
        spawn_local(async move {
            let all = devices::choices().await;
            if self.held.try_with_value(|held| drop(held.choices.replace(Rc::new(all)))).is_some() {
                self.listed.try_update(|count| *count += 1);
            }
        });
    }

    /// What can be chosen, once a call has begun; whoever asks is asked again when that changes.
    pub(super) fn choices(self) -> Rc<Vec<Choice>> {
        self.listed.track();
        self.held.with_value(|held| held.choices.borrow().clone())
    }

    /// What plays the other side.
    pub(super) fn player(self) -> Option<HtmlMediaElement> {
        self.context.desk().find(".fd-call-other").map(JsCast::unchecked_into)
    }

    /// The device in use, as the browser names it.
    pub(super) fn in_use(self, device: Device) -> Option<String> {
        self.held.with_value(|held| held.calls.borrow().as_ref()?.in_use(device))
    }

    /// For how long they talk, in seconds.
    pub(super) fn talking_s(self) -> Option<u64> {
        self.held.with_value(|held| {
            let calls = held.calls.borrow();
            calls.as_ref()?.look(|machine, now| machine.talking_ms(now)).map(|ms| ms / 1_000)
        })
    }
}

struct Told {
    side: Side,
}

impl CallSide for Told {
    fn status(&self, status: &CallStatus) {
        self.side.held.with_value(|held| {
            if let Some(calls) = &*held.calls.borrow() {
                calls.status(status);
            }
        });
    }

    fn open(&self) {
        self.side.open();
    }

    fn hang_up(&self) {
        self.side.input(Input::HangUp);
    }

    fn leave(&self) {
        self.side.input(Input::Leaving);
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(desk) = self.desk.upgrade() {
            desk.forget_call_side();
        }
    }
}

/// Draws the call, and plays it.
struct Sight {
    desk: Weak<Desk>,
    view: RwSignal<CallView>,
    plugged: RwSignal<u32>,
}

impl Sight {
    fn find<T: JsCast>(&self, selector: &str) -> Option<T> {
        self.desk.upgrade()?.find(selector).map(JsCast::unchecked_into)
    }
}

impl CallScreen for Sight {
    fn redraw(&self, machine: &Machine) {
        let view = CallView::of(machine);
        let Some(before) = self.view.try_get_untracked().filter(|before| *before != view) else { return };
        if before.stage != view.stage
            && let Some(desk) = self.desk.upgrade()
        {
            desk.host.call_told(&told::detail(&view));
        }
        self.view.try_set(view);
    }

    fn play(&self, other: Option<&MediaStream>) {
        let Some(player) = self.player() else { return };
        if other.is_none() {
            small_window::open(&player, false);
        }
        play(&player, other);
    }

    fn mirror(&self, own: Option<&MediaStream>) {
        if let Some(player) = self.find::<HtmlMediaElement>(".fd-call-own") {
            let away = own.is_some_and(looks_away);
            let _ = player.toggle_attribute_with_force("data-away", away);
            play(&player, own);
        }
    }

    fn player(&self) -> Option<HtmlMediaElement> {
        self.find(".fd-call-other")
    }

    fn loud(&self, loud: Loud) {
        for (place, percent) in [(".fd-call-level-own", loud.own), (".fd-call-level-other", loud.other)] {
            let meter = self.find::<HtmlElement>(place);
            let Some((meter, percent)) = meter.zip(percent) else { continue };
            let _ = meter.style().set_property("--level", &percent.to_string());
            // Coarse, so that it changes seldom.
            let coarse = ((percent + 5) / 10 * 10).to_string();
            if meter.get_attribute("aria-valuenow").as_ref() != Some(&coarse) {
                let _ = meter.set_attribute("aria-valuenow", &coarse);
            }
        }
    }

    fn plugged(&self) {
        self.plugged.try_update(|count| *count += 1);
    }
}
