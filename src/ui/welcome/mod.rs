//! Before a conversation: a greeting, what can be done, and the way to a person. Also the sentence of a desk that
//! cannot be used.

use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{block, button, fixed, heading, icon as draw, line, nothing, piece};
use crate::ui::text;
use frontdesk_contract::ConnectTo;
use frontdesk_core::Input;
use leptos::prelude::*;

/// The greeting, while there is nothing to read.
pub fn welcome(context: Context) -> AnyView {
    let shown = context.key(|view| {
        let refused = u32::from(view.refused.is_some());
        refused
            | u32::from(view.welcome) << 1
            | u32::from(view.has_robot) << 2
            | u32::from(view.can_ask_person) << 3
    });
    piece(move || {
        shown.get();
        let view = context.view_once();
        match view.refused {
            Some(code) => refusal(context, text::of_error(code)),
            None if view.welcome => greeting(context, view.has_robot, view.can_ask_person),
            None => nothing(),
        }
    })
}

fn greeting(context: Context, robot: bool, person: bool) -> AnyView {
    let offer = match (robot, person) {
        (true, true) => [context.text(text::WELCOME_ROBOT), context.text(text::WELCOME_PERSON)].concat(),
        (true, false) => context.text(text::WELCOME_ROBOT),
        (false, true) => context.text(text::WELCOME_AGENT),
        // Not known before the desk has answered.
        (false, false) => String::new(),
    };
    let ask = move || context.act(Input::Connect(ConnectTo::Agent));
    block(
        "fd-welcome",
        vec![
            block("fd-mark", vec![draw(icon::DESK)]),
            heading(context.text(text::WELCOME_TITLE)),
            line("fd-text", fixed(offer)),
            if person {
                button("fd-button fd-quiet", context.text(text::TALK_PERSON), ask)
            } else {
                nothing()
            },
        ],
    )
}

fn refusal(context: Context, why: text::Key) -> AnyView {
    block(
        "fd-welcome",
        vec![
            block("fd-mark fd-mark-quiet", vec![draw(icon::WARNING)]),
            line("fd-text", fixed(context.text(why))),
            button("fd-button fd-quiet", context.text(text::TRY_AGAIN), move || context.act(Input::Open)),
        ],
    )
}
