//! The few pieces that views are made of. Their closures are boxed and their results erased, so that each is compiled
//! once: what a view adds to the bundle is little more than its own lines.

use crate::ui::icon::Icon;
use leptos::prelude::*;

/// A sentence that may change.
pub type Words = Box<dyn FnMut() -> String + Send>;
/// Something that may hold.
pub type Flag = Box<dyn FnMut() -> bool + Send>;
/// A piece that may change.
pub type Piece = Box<dyn FnMut() -> AnyView + Send>;
type Click = Box<dyn FnMut(leptos::ev::MouseEvent)>;

/// A piece that is drawn anew when what it reads has changed.
pub fn piece(draw: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let draw: Piece = Box::new(draw);
    draw.into_any()
}

/// A sentence that is written anew when what it reads has changed.
pub fn words(write: impl FnMut() -> String + Send + 'static) -> Words {
    Box::new(write)
}

/// Nothing.
pub fn nothing() -> AnyView {
    ().into_any()
}

/// An icon.
pub fn icon(path: Icon) -> AnyView {
    view! { class="fd",
        <svg class="fd-icon" viewBox="0 0 24 24" aria-hidden="true"><path d=path></path></svg>
    }
    .into_any()
}

/// A button with these things in it.
pub fn button(class: &'static str, label: Option<String>, content: AnyView, run: impl FnMut() + 'static) -> AnyView {
    let mut run = run;
    let click: Click = Box::new(move |_| run());
    view! { class="fd",
        <button type="button" class=class aria-label=label.clone() title=label on:click=click>{content}</button>
    }
    .into_any()
}

/// A button with a sentence on it.
pub fn text_button(class: &'static str, text: String, run: impl FnMut() + 'static) -> AnyView {
    button(class, None, text.into_any(), run)
}

/// A button with an icon on it and a name for those who do not see it.
pub fn icon_button(path: Icon, label: String, run: impl FnMut() + 'static) -> AnyView {
    button("fd-icon-button", Some(label), icon(path), run)
}

/// A block of one class.
pub fn block(class: &'static str, content: Vec<AnyView>) -> AnyView {
    view! { class="fd", <div class=class>{content}</div> }.into_any()
}

/// A line of text.
pub fn line(class: &'static str, text: Words) -> AnyView {
    view! { class="fd", <p class=class>{text}</p> }.into_any()
}

/// A heading that does not change.
pub fn heading(text: String) -> AnyView {
    view! { class="fd", <h2 class="fd-title">{text}</h2> }.into_any()
}
