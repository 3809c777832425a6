//! Who is on the other side, and the way out.

use super::Layer;
use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{block, icon as draw, icon_button, line, nothing, piece, text_button, words};
use crate::ui::text;
use crate::ui::view_state::Facing;
use leptos::prelude::*;

pub(super) fn header(context: Context, layer: RwSignal<Layer>) -> AnyView {
    let facing = Memo::new(move |_| {
        let view = context.view();
        (view.facing, view.name.clone())
    });
    let avatar = piece(move || {
        let (facing, name) = facing.get();
        match (facing, name.chars().next()) {
            (Facing::Agent, Some(initial)) => initial.to_string().into_any(),
            (Facing::Agent, None) => draw(icon::PERSON),
            (Facing::Robot, _) => draw(icon::ROBOT),
            _ => draw(icon::DESK),
        }
    });
    let name = words(move || match facing.get() {
        (Facing::Agent, name) if name.is_empty() => context.text(text::AGENT),
        (Facing::Robot, name) if name.is_empty() => context.text(text::ROBOT),
        (Facing::Agent | Facing::Robot, name) => name,
        _ => context.desk().title.clone(),
    });
    let status = words(move || {
        context.text(match facing.get().0 {
            Facing::Desk => text::STATUS_DESK,
            Facing::Connecting => text::STATUS_CONNECTING,
            Facing::Robot => text::STATUS_ROBOT,
            Facing::Queue => text::STATUS_QUEUE,
            Facing::Agent => text::STATUS_AGENT,
            Facing::Ended => text::STATUS_ENDED,
        })
    });
    let host = context.desk().host.clone();
    let close = if host.can_close() {
        icon_button(icon::CLOSE, context.text(text::CLOSE), move || {
            host.close();
        })
    } else {
        nothing()
    };
    view! { class="fd",
        <header class="fd-header">
            <span class="fd-avatar" aria-hidden="true">{avatar}</span>
            <div class="fd-who">
                <h1 class="fd-who-name" dir="auto">{name}</h1>
                {line("fd-who-status", status)}
            </div>
            {menu(context, layer)}
            {close}
        </header>
    }
    .into_any()
}

/// What can be done beside talking; only while there is something.
fn menu(context: Context, layer: RwSignal<Layer>) -> AnyView {
    let shown = Memo::new(move |_| context.view().can_end);
    piece(move || {
        if !shown.get() {
            return nothing();
        }
        let toggle = move |_: leptos::ev::MouseEvent| {
            layer.update(|layer| *layer = if *layer == Layer::Menu { Layer::None } else { Layer::Menu });
        };
        let label = context.text(text::MENU);
        let items = piece(move || {
            if layer.get() != Layer::Menu {
                return nothing();
            }
            let end = move || layer.set(Layer::ConfirmEnd);
            block("fd-menu", vec![text_button("fd-menu-item", context.text(text::END), end)])
        });
        view! { class="fd",
            <div class="fd-menu-place">
                <button
                    type="button"
                    class="fd-icon-button"
                    title=label.clone()
                    aria-label=label
                    aria-expanded=words(move || (layer.get() == Layer::Menu).to_string())
                    on:click=toggle
                >
                    {draw(icon::MORE)}
                </button>
                {items}
            </div>
        }
        .into_any()
    })
}
