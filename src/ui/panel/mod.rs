//! The whole: header, notices, conversation or greeting, card, composer.

mod header;

use crate::ui::composer::composer;
use crate::ui::context::Context;
use crate::ui::dock::dock;
use crate::ui::notices::notices;
use crate::ui::parts::{block, heading, nothing, piece, text_button};
use crate::ui::text;
use crate::ui::transcript::{Deed, Surroundings, TranscriptView};
use crate::ui::welcome::welcome;
use frontdesk_core::Input;
use leptos::html::Div;
use leptos::prelude::*;
use std::rc::Rc;
use web_sys::wasm_bindgen::JsCast;

/// What lies over the panel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layer {
    None,
    Menu,
    ConfirmEnd,
}

/// The panel.
pub fn panel(context: Context) -> AnyView {
    let layer = RwSignal::new(Layer::None);
    let desk = context.desk();
    let (title, host) = (desk.title.clone(), desk.host.clone());
    let body: NodeRef<Div> = NodeRef::new();
    body.on_load(move |body| {
        let desk = context.desk();
        desk.set_transcript(TranscriptView::new(&body, Rc::clone(&desk.words), surroundings(context)));
    });
    let escape = move |event: leptos::ev::KeyboardEvent| {
        if event.key() != "Escape" || event.is_composing() {
            return;
        }
        event.stop_propagation();
        if layer.get_untracked() != Layer::None {
            layer.set(Layer::None);
            context.settle_focus();
        } else {
            host.close();
        }
    };
    let quiet = Memo::new(move |_| {
        let view = context.view();
        view.welcome || view.refused.is_some()
    });
    view! { class="fd",
        <section class="fd-panel" role="dialog" aria-label=title on:keydown=escape>
            {header::header(context, layer)}
            {notices(context)}
            <div class="fd-body" class:fd-quiet-body=move || quiet.get() node_ref=body>
                {welcome(context)}
            </div>
            {dock(context)}
            {composer(context)}
            {confirm_end(context, layer)}
        </section>
    }
    .into_any()
}

fn surroundings(context: Context) -> Surroundings {
    Surroundings {
        deed: Box::new(move |deed, id| match deed {
            Deed::Retry => context.act(Input::Retry(id.clone())),
            Deed::Again => context.send(Input::SendAgain(id.clone())),
            Deed::Edit => context.act(Input::Discard(id.clone())),
            Deed::Delete => context.discard(id.clone()),
        }),
        look: Box::new(move |look| {
            context.desk().with_driver(|driver| driver.look(|session| look(session.transcript())));
        }),
        now_ms: Box::new(|| js_sys::Date::now() as u64),
        leave: Box::new(move || context.desk().focus_first()),
    }
}

/// Asks once more before a conversation ends.
fn confirm_end(context: Context, layer: RwSignal<Layer>) -> AnyView {
    let shown = Memo::new(move |_| layer.get() == Layer::ConfirmEnd && context.view().can_end);
    piece(move || {
        if !shown.get() {
            return nothing();
        }
        let keep = move || {
            layer.set(Layer::None);
            context.settle_focus();
        };
        let end = move || {
            layer.set(Layer::None);
            context.act(Input::EndContact);
        };
        let question = context.text(text::END_QUESTION);
        let title = heading(question.clone());
        let buttons = block(
            "fd-stacked",
            vec![
                text_button("fd-button fd-danger", context.text(text::END), end),
                text_button("fd-button fd-quiet", context.text(text::END_NO), keep),
            ],
        );
        let first: NodeRef<Div> = NodeRef::new();
        first.on_load(|dialog| {
            let button = dialog.query_selector(".fd-quiet").ok().flatten();
            if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
                let _ = button.focus();
            }
        });
        let detail = context.text(text::END_DETAIL);
        view! { class="fd",
            <div class="fd-veil">
                <div class="fd-sheet" role="alertdialog" aria-modal="true" aria-label=question node_ref=first>
                    {title}
                    <p class="fd-text">{detail}</p>
                    {buttons}
                </div>
            </div>
        }
        .into_any()
    })
}
