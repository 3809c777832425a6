//! Who is on the other side, and the way out.

use super::{CONFIRM_END, CONFIRM_ERASE, MENU, NO_LAYER};
use crate::ui::call::opener;
use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{
    block, button, effect, fixed, icon as draw, icon_button, isolated, line, nothing, piece, words,
};
use crate::ui::text;
use crate::ui::view_state::Facing;
use leptos::prelude::*;

pub(super) fn header(context: Context, layer: RwSignal<u32>) -> AnyView {
    let shown = context.key(|view| view.facing as u32 | view.name.chars().next().map_or(0, u32::from) << 3);
    let avatar = piece(move || {
        shown.get();
        let view = context.view_once();
        match (view.facing, view.name.chars().next()) {
            (Facing::Agent, Some(initial)) => fixed(initial.into()),
            (Facing::Agent, None) => draw(icon::PERSON),
            (Facing::Robot, _) => draw(icon::ROBOT),
            _ => draw(icon::DESK),
        }
    });
    let name = words(move || {
        let view = context.view();
        match view.facing {
            Facing::Agent | Facing::Robot if !view.name.is_empty() => view.name.clone(),
            Facing::Agent => context.text(text::AGENT),
            Facing::Robot => context.text(text::ROBOT),
            _ => context.desk().title(),
        }
    });
    let status = words(move || {
        context.text(match context.view().facing {
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
        icon_button("fd-icon-button", icon::CLOSE, context.text(text::CLOSE), move || {
            host.close();
        })
    } else {
        nothing()
    };
    view! { class="fd",
        <header class="fd-header">
            <span class="fd-avatar" aria-hidden="true">{avatar}</span>
            <div class="fd-who">
                <h1 class="fd-who-name">{isolated(name)}</h1>
                {line("fd-who-status", status)}
            </div>
            {opener(context)}
            {menu(context, layer)}
            {close}
        </header>
    }
    .into_any()
}

/// What can be done beside talking; only while there is something.
fn menu(context: Context, layer: RwSignal<u32>) -> AnyView {
    let shown = context.key(|view| u32::from(view.can_end) | u32::from(view.can_erase) << 1);
    piece(move || {
        let can = shown.get();
        if can == 0 {
            return nothing();
        }
        let toggle = move || layer.update(|layer| *layer = if *layer == MENU { NO_LAYER } else { MENU });
        let items = piece(move || {
            if layer.get() != MENU {
                return nothing();
            }
            let item = |name, question| {
                let ask = move || {
                    layer.set(question);
                    context.settle_focus();
                };
                button("fd-menu-item", context.text(name), ask)
            };
            let mut items = Vec::new();
            if can & 1 != 0 {
                items.push(item(text::END, CONFIRM_END));
            }
            if can & 2 != 0 {
                items.push(item(text::ERASE, CONFIRM_ERASE));
            }
            block("fd-menu", items)
        });
        let opener = icon_button("fd-icon-button", icon::MORE, context.text(text::MENU), toggle);
        effect(move || {
            let open = if layer.get() == MENU { "true" } else { "false" };
            if let Some(opener) = context.desk().find(".fd-menu-place > button") {
                let _ = opener.set_attribute("aria-expanded", open);
            }
        });
        block("fd-menu-place", vec![opener, items])
    })
}
