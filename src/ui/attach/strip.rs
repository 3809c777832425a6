//! The strip: a picture or a name for each file, a way to take it out again, and what could not be taken.

use crate::engine::Chosen;
use crate::lazy;
use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{block, fixed, icon as draw, icon_button, isolated, line, nothing, piece, region};
use crate::ui::text;
use leptos::prelude::*;
use web_sys::{Blob, Url};

lazy::part! { attach:
    /// Draws the strip.
    pub(super) fn strip_part(context: Context) -> AnyView {
        strip(context)
    }
}

fn strip(context: Context) -> AnyView {
    let files = piece(move || {
        context.tray_version();
        let tray = &context.desk().tray;
        let mut shown: Vec<AnyView> =
            tray.files().into_iter().enumerate().map(|(at, file)| tile(context, at, &file)).collect();
        shown.extend((0..tray.preparing()).map(|_| block("fd-tile fd-tile-coming", Vec::new())));
        if shown.is_empty() { nothing() } else { list(context, shown) }
    });
    let problems = piece(move || {
        context.tray_version();
        let problems = context.desk().tray.problems();
        if problems.is_empty() {
            return nothing();
        }
        let dismiss = move || {
            context.desk().tray.dismiss();
            context.tray_changed();
            context.settle_focus();
        };
        let lines = problems.into_iter().map(|problem| line("", fixed(problem))).collect();
        let close = icon_button("fd-icon-button", icon::CLOSE, context.text(text::DISMISS), dismiss);
        block("fd-problem", vec![block("fd-problem-lines", lines), close])
    });
    block("fd-tray", vec![region("", "alert", None, vec![problems]), region("", "status", None, vec![files])])
}

fn list(context: Context, tiles: Vec<AnyView>) -> AnyView {
    let label = context.text(text::ATTACHED);
    view! { class="fd", <ul class="fd-tiles" aria-label=label>{tiles}</ul> }.into_any()
}

fn tile(context: Context, at: usize, file: &Chosen) -> AnyView {
    let desk = context.desk();
    let size = desk.words.locale.bytes(file.content.size() as u64);
    let picture_of = |content: &Blob| Url::create_object_url_with_blob(content).ok();
    let address =
        Some(&file.content).filter(|content| content.type_().starts_with("image/")).and_then(picture_of);
    let shown = match address {
        Some(address) => picture(address, file.name.clone()),
        None => block("fd-tile-name", vec![draw(icon::FILE), line("", isolated(fixed(file.name.clone())))]),
    };
    let remove = move || {
        let desk = context.desk();
        desk.tray.remove(at);
        context.tray_changed();
        context.settle_focus();
    };
    let label = desk.words.fill(text::REMOVE_FILE, &[("name", &file.name)]);
    let remove = icon_button("fd-tile-remove", icon::CLOSE, label, remove);
    let title = [&desk.words.isolated(&file.name), ", ", size.as_str()].concat();
    view! { class="fd", <li class="fd-tile" title=title>{shown}{remove}</li> }.into_any()
}

/// A picture of the page's own, let go once it is drawn or cannot be.
fn picture(address: String, name: String) -> AnyView {
    let drawn = address.clone();
    let let_go = move || {
        let _ = Url::revoke_object_url(&drawn);
    };
    let fail = let_go.clone();
    view! { class="fd",
        <img
            class="fd-tile-picture"
            src=address
            alt=name
            on:load=move |_: leptos::ev::Event| let_go()
            on:error=move |_: leptos::ev::ErrorEvent| fail()
        />
    }
    .into_any()
}
