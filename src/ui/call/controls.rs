//! What the visitor does in a call.

use super::side::Side;
use crate::ui::icon::{self, Icon};
use crate::ui::parts::{Flag, block, icon as draw, icon_button, nothing, number, piece};
use crate::ui::text::{self, Key};
use crate::web::call::devices::other_camera;
use crate::web::call::small_window;
use frontdesk_core::call::{Camera, Device, Input};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlSelectElement};

/// The keys of a telephone, line by line.
const KEYS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

pub(super) fn controls(side: Side) -> AnyView {
    let video = number(move || side.view.get().video.into());
    let muted = number(move || side.view.get().muted.into());
    let held = number(move || side.view.get().held.here.into());
    let seen = number(move || matches!(side.view.get().camera, Camera::On | Camera::Starting).into());
    let keypad = number(move || side.keypad.get().into());
    let devices = number(move || side.devices.get().into());
    let camera = piece(move || {
        if video.get() == 0 {
            return nothing();
        }
        let turn = move || side.input(Input::Camera(seen.get_untracked() == 0));
        toggle(side, seen, icon::VIDEO, text::CALL_CAMERA, turn)
    });
    let row = vec![
        toggle(side, muted, icon::MUTE, text::CALL_MUTE, move || {
            side.input(Input::Mute(muted.get_untracked() == 0));
        }),
        camera,
        toggle(side, held, icon::PAUSE, text::CALL_HOLD, move || {
            side.input(Input::Hold(held.get_untracked() == 0));
        }),
        unfold(side, keypad, icon::KEYPAD, text::CALL_KEYPAD, move || {
            side.keypad.set(keypad.get_untracked() == 0);
        }),
        unfold(side, devices, icon::SETTINGS, text::CALL_DEVICES, move || {
            side.devices.set(devices.get_untracked() == 0);
        }),
        hang_up(side),
    ];
    let content = vec![
        levels(side),
        piece(move || if keypad.get() == 0 { nothing() } else { pad(side) }),
        piece(move || if devices.get() == 0 { nothing() } else { chooser(side) }),
        block("fd-call-row", row),
    ];
    // With the keypad open, the keys of the keyboard are keys of the telephone.
    let types = move |event: web_sys::KeyboardEvent| {
        let key = event.key();
        let chooses = event.target().is_some_and(|target| target.has_type::<HtmlSelectElement>());
        if keypad.get_untracked() == 0 || chooses || event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        if KEYS.contains(&key.as_str()) {
            event.prevent_default();
            // A key that is held is one key.
            if event.repeat() {
                return;
            }
            side.input(Input::Digit(key.chars().next().unwrap_or('0')));
        }
    };
    view! { class="fd", <div class="fd-call-talk" on:keydown=types>{content}</div> }.into_any()
}

/// A button that is pressed or not.
fn toggle(side: Side, on: Memo<u32>, path: Icon, key: Key, run: impl FnMut() + 'static) -> AnyView {
    two_ways(side, on, (path, key), true, Box::new(run))
}

/// A button below which something is open or not.
fn unfold(side: Side, on: Memo<u32>, path: Icon, key: Key, run: impl FnMut() + 'static) -> AnyView {
    two_ways(side, on, (path, key), false, Box::new(run))
}

fn two_ways(
    side: Side,
    on: Memo<u32>,
    (path, key): (Icon, Key),
    presses: bool,
    mut run: Box<dyn FnMut()>,
) -> AnyView {
    let label = side.context.text(key);
    let state = move |wanted: bool| (presses == wanted).then(|| if on.get() == 0 { "false" } else { "true" });
    view! { class="fd",
        <button
            type="button"
            class="fd-call-key"
            aria-pressed=move || state(true)
            aria-expanded=move || state(false)
            aria-label=label.clone()
            title=label
            on:click=move |event| {
                // WebKit on a Mac gives a button that is clicked no focus, and what is typed then goes elsewhere.
                if let Some(button) = event.current_target().and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                    let _ = button.focus();
                }
                run();
            }
        >
            {draw(path)}
        </button>
    }
    .into_any()
}

/// How loud both are. It is no news for those who do not see it, but can be looked up.
fn levels(side: Side) -> AnyView {
    let meter = |class: &'static str, path: Icon, key: Key| {
        let label = side.context.text(key);
        view! { class="fd",
            <div class="fd-call-level">
                {draw(path)}
                <div
                    class=class
                    role="meter"
                    aria-label=label
                    aria-valuemin="0"
                    aria-valuemax="100"
                ></div>
            </div>
        }
        .into_any()
    };
    block(
        "fd-call-levels",
        vec![
            meter("fd-call-meter fd-call-level-own", icon::MICROPHONE, text::CALL_DEVICE_MICROPHONE),
            meter("fd-call-meter fd-call-level-other", icon::SPEAKER, text::CALL_DEVICE_SPEAKER),
        ],
    )
}

/// What can be done with the pictures, above them: turning the camera round, a window of its own for the other side's.
pub(super) fn above_pictures(side: Side) -> AnyView {
    let cameras =
        number(move || side.choices().iter().filter(|one| one.device == Device::Camera).count() as u32);
    let floats = Flag::new();
    let watched = StoredValue::new_local(None);
    let turn = move || {
        spawn_local(async move {
            let now = side.in_use(Device::Camera).unwrap_or_default();
            if let Some(id) = other_camera(&now).await {
                side.input(Input::Choose { device: Device::Camera, id });
            }
        });
    };
    let turns = piece(move || {
        if cameras.get() < 2 {
            return nothing();
        }
        icon_button("fd-call-key", icon::TURN, side.context.text(text::CALL_TURN), turn)
    });
    let player = side.player().filter(small_window::is_possible);
    let small = player.map(|player| {
        let told = Rc::new(move |on| floats.set(on));
        watched.set_value(Some(small_window::watch(&player, told)));
        let is_open = number(move || floats.get().into());
        let turn = move || small_window::open(&player, !floats.get_untracked());
        toggle(side, is_open, icon::SMALL_WINDOW, text::CALL_SMALL_WINDOW, turn)
    });
    block("fd-call-above", vec![turns, small.unwrap_or_else(nothing)])
}

fn hang_up(side: Side) -> AnyView {
    let label = side.context.text(text::CALL_HANG_UP);
    view! { class="fd",
        <button
            type="button"
            class="fd-call-key fd-call-hang-up"
            aria-label=label.clone()
            title=label
            on:click=move |_| side.input(Input::HangUp)
        >
            {draw(icon::PHONE)}
        </button>
    }
    .into_any()
}

fn pad(side: Side) -> AnyView {
    let key = |key: &'static str| {
        let digit = key.chars().next().unwrap_or('0');
        view! { class="fd",
            <button type="button" class="fd-call-digit" on:click=move |_| side.input(Input::Digit(digit))>{key}</button>
        }
        .into_any()
    };
    let label = side.context.text(text::CALL_KEYPAD);
    let keys: Vec<_> = KEYS.into_iter().map(key).collect();
    view! { class="fd", <div class="fd-call-pad" role="group" aria-label=label dir="ltr">{keys}</div> }
        .into_any()
}

/// The devices, once the browser has told them.
fn chooser(side: Side) -> AnyView {
    let video = side.view.get_untracked().video;
    let list = move |device: Device, key: Key| {
        let all = side.choices();
        let in_use = side.in_use(device);
        let options: Vec<_> = all
            .iter()
            .filter(|choice| choice.device == device)
            .map(|choice| {
                let name = if choice.label.is_empty() { &choice.id } else { &choice.label };
                let chosen = in_use.as_ref() == Some(&choice.id);
                view! { class="fd", <option value=choice.id.clone() selected=chosen>{name.clone()}</option> }
                    .into_any()
            })
            .collect();
        if options.len() < 2 {
            return nothing();
        }
        let choose = move |event: web_sys::Event| {
            let Some(list) = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok())
            else {
                return;
            };
            side.input(Input::Choose { device, id: list.value() });
        };
        let label = side.context.text(key);
        view! { class="fd",
            <label class="fd-call-device">
                <span>{label}</span>
                <select class="fd-field fd-box" on:change=choose>{options}</select>
            </label>
        }
        .into_any()
    };
    let lists = StoredValue::new_local(list);
    view! { class="fd",
        <div class="fd-call-devices">
            {move || lists.with_value(|list| list(Device::Microphone, text::CALL_DEVICE_MICROPHONE))}
            {move || lists.with_value(|list| list(Device::Speaker, text::CALL_DEVICE_SPEAKER))}
            {move || if video { lists.with_value(|list| list(Device::Camera, text::CALL_DEVICE_CAMERA)) } else { nothing() }}
        </div>
    }
    .into_any()
}
