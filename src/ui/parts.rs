//! The few pieces that views are made of. Their closures are boxed and their results erased, so that each is compiled
//! once: what a view adds to the bundle is little more than its own lines.

use crate::ui::icon::Icon;
use leptos::prelude::*;

type Words = Box<dyn FnMut() -> String + Send>;
type Piece = Box<dyn FnMut() -> AnyView + Send>;
/// What a press of a button does.
pub type Click = Box<dyn FnMut(leptos::ev::MouseEvent)>;

/// A number that follows from others; whoever reads it hears only of another number.
pub fn number(of: impl Fn() -> u32 + Send + Sync + 'static) -> Memo<u32> {
    let of: Box<dyn Fn() -> u32 + Send + Sync> = Box::new(of);
    Memo::new(move |_| of())
}

/// Runs, and again whenever what it reads has changed.
pub fn effect(run: impl FnMut() + 'static) {
    let mut run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(move |_: Option<()>| run());
}

/// Yes or no, kept as a number: signals of one type are compiled once.
#[derive(Clone, Copy)]
pub struct Flag(RwSignal<u32>);

impl Flag {
    /// No.
    pub fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// Whether it is so; whoever asks is asked again when it changes.
    pub fn get(self) -> bool {
        self.0.get() != 0
    }

    /// Whether it is so now.
    pub fn get_untracked(self) -> bool {
        self.0.get_untracked() != 0
    }

    /// It is so from now on, or not; nothing, once what it belongs to is gone.
    pub fn set(self, value: bool) {
        self.0.try_set(value.into());
    }
}

impl Default for Flag {
    fn default() -> Self {
        Self::new()
    }
}

/// A piece that is drawn anew when what it reads has changed.
pub fn piece(draw: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let draw: Piece = Box::new(draw);
    draw.into_any()
}

/// A sentence that is written anew when what it reads has changed.
pub fn words(write: impl FnMut() -> String + Send + 'static) -> AnyView {
    let write: Words = Box::new(write);
    write.into_any()
}

/// A sentence that stays.
pub fn fixed(text: String) -> AnyView {
    text.into_any()
}

/// A name or a text from elsewhere within a line: whatever its direction, it does not mix with what stands around it.
pub fn isolated(content: AnyView) -> AnyView {
    view! { class="fd", <bdi>{content}</bdi> }.into_any()
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

/// A button with a sentence on it.
pub fn button(class: &'static str, text: String, run: impl FnMut() + 'static) -> AnyView {
    bare_button(class, None, fixed(text), Box::new(run))
}

/// A button with an icon on it and a name for those who do not see it.
pub fn icon_button(class: &'static str, path: Icon, label: String, run: impl FnMut() + 'static) -> AnyView {
    bare_button(class, Some(label), icon(path), Box::new(run))
}

fn bare_button(
    class: &'static str,
    label: Option<String>,
    content: AnyView,
    mut run: Box<dyn FnMut()>,
) -> AnyView {
    let click: Click = Box::new(move |_| run());
    view! { class="fd",
        <button type="button" class=class aria-label=label.clone() title=label on:click=click>{content}</button>
    }
    .into_any()
}

/// A block of one class.
pub fn block(class: &'static str, content: Vec<AnyView>) -> AnyView {
    view! { class="fd", <div class=class>{content}</div> }.into_any()
}

/// A block with a role, for what screen readers should know or hear of: of a status only what has changed.
pub fn region(
    class: &'static str,
    role: &'static str,
    label: Option<String>,
    content: Vec<AnyView>,
) -> AnyView {
    view! { class="fd", <div class=class role=role aria-atomic="false" aria-label=label>{content}</div> }
        .into_any()
}

/// A line of text.
pub fn line(class: &'static str, content: AnyView) -> AnyView {
    view! { class="fd", <p class=class>{content}</p> }.into_any()
}

/// A heading that does not change.
pub fn heading(text: String) -> AnyView {
    view! { class="fd", <h2 class="fd-title">{text}</h2> }.into_any()
}
