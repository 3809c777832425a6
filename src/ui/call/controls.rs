//! What the visitor does in a call.

use super::side::Side;
use crate::ui::icon::{self, Icon};
use crate::ui::parts::{block, icon as draw, nothing, number, piece};
use crate::ui::text::{self, Key};
use crate::web::call::devices::{Choice, choices};
use frontdesk_core::call::{Camera, Device, Input};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlSelectElement;

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
        toggle(side, keypad, icon::KEYPAD, text::CALL_KEYPAD, move || {
            side.keypad.set(keypad.get_untracked() == 0);
        }),
        toggle(side, devices, icon::SETTINGS, text::CALL_DEVICES, move || {
            side.devices.set(devices.get_untracked() == 0);
        }),
        hang_up(side),
    ];
    block(
        "fd-call-talk",
        vec![
            piece(move || if keypad.get() == 0 { nothing() } else { pad(side) }),
            piece(move || if devices.get() == 0 { nothing() } else { chooser(side) }),
            block("fd-call-row", row),
        ],
    )
}

/// A button that is pressed or not.
fn toggle(side: Side, on: Memo<u32>, path: Icon, key: Key, run: impl FnMut() + 'static) -> AnyView {
    let mut run: Box<dyn FnMut()> = Box::new(run);
    let label = side.context.text(key);
    let pressed = move || if on.get() == 0 { "false" } else { "true" };
    view! { class="fd",
        <button
            type="button"
            class="fd-call-key"
            aria-pressed=pressed
            aria-label=label.clone()
            title=label
            on:click=move |_| run()
        >
            {draw(path)}
        </button>
    }
    .into_any()
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
    let found = RwSignal::new_local(Vec::<Choice>::new());
    spawn_local(async move {
        let all = choices().await;
        found.try_set(all);
    });
    let video = side.view.get_untracked().video;
    let list = move |device: Device, key: Key| {
        let all = found.get();
        let options: Vec<_> = all
            .iter()
            .filter(|choice| choice.device == device)
            .map(|choice| {
                let name = if choice.label.is_empty() { &choice.id } else { &choice.label };
                view! { class="fd", <option value=choice.id.clone()>{name.clone()}</option> }.into_any()
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
                <select class="fd-field" on:change=choose>{options}</select>
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
