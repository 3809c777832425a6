//! The ways in: a button for files, one for the camera on devices that are touched, and the panel as a target.

use super::prepare;
use crate::lazy;
use crate::ui::context::Context;
use crate::ui::icon;
use crate::ui::parts::{block, icon_button, nothing, piece};
use crate::ui::text;
use frontdesk_contract::FileOffer;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DataTransfer, DragEvent, File, FileList, HtmlInputElement};

/// The buttons, where the desk takes files.
pub fn buttons(context: Context) -> AnyView {
    let shown = context.key(|view| view.can_attach.into());
    piece(move || {
        if shown.get() == 0 {
            return nothing();
        }
        let offer = offer(context);
        let accept: Vec<String> = offer.types.iter().map(|name| [".", name].concat()).collect();
        let takes_pictures = offer.types.iter().any(|name| name == "jpg" || name == "jpeg");
        let files = way(context, "fd-pick", icon::ATTACH, text::ATTACH, accept.join(","), false);
        let camera = if takes_pictures {
            way(context, "fd-shoot", icon::CAMERA, text::TAKE_PHOTO, "image/*".to_owned(), true)
        } else {
            nothing()
        };
        block("fd-ways-in", vec![files, camera])
    })
}

fn way(
    context: Context,
    class: &'static str,
    sign: icon::Icon,
    label: text::Key,
    accept: String,
    camera: bool,
) -> AnyView {
    let open = move || {
        let field = context.desk().find(if camera { ".fd-shoot" } else { ".fd-pick" });
        if let Some(field) = field {
            field.unchecked_into::<HtmlInputElement>().click();
        }
    };
    let chosen = move |event: leptos::ev::Event| {
        let Some(field) = event.target().and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        pick(context, list(field.files()));
        // The same file may be chosen again.
        field.set_value("");
        context.desk().focus_first();
    };
    let input = view! { class="fd",
        <input
            type="file"
            class=class
            hidden
            multiple=!camera
            accept=accept
            capture=camera.then_some("environment")
            on:change=chosen
        />
    };
    let button = icon_button("fd-icon-button", sign, context.text(label), open);
    block(if camera { "fd-way fd-way-camera" } else { "fd-way" }, vec![input.into_any(), button])
}

pub(super) fn offer(context: Context) -> FileOffer {
    context.desk().offers().map(|offers| offers.files).unwrap_or_default()
}

fn list(files: Option<FileList>) -> Vec<File> {
    let count = files.as_ref().map_or(0, FileList::length);
    (0..count).filter_map(|at| files.as_ref()?.item(at)).collect()
}

/// Looks at these files and puts them on the tray. True: there were some, and the desk takes files.
pub fn pick(context: Context, files: Vec<File>) -> bool {
    if files.is_empty() || !context.view_once().can_attach {
        return false;
    }
    spawn_local(async move {
        let here = lazy::words(context).await.is_ok();
        if !(here && prepare::take_part(context, files).await.is_ok())
            && let Some(desk) = context.try_desk()
        {
            desk.tray.complain(desk.words.get(text::ERROR_CONNECTION));
            context.tray_changed();
        }
    });
    true
}

/// What the panel does while files are over it. Without this the browser would leave the page for a file that is let go.
#[derive(Clone, Copy)]
pub struct Target {
    context: Context,
}

/// The panel as a target for files.
pub fn target(context: Context) -> Target {
    Target { context }
}

impl Target {
    /// Files are over the panel, or are so still.
    pub fn over(self, event: &DragEvent) {
        let Some(carried) = event.data_transfer().filter(carries_files) else { return };
        event.prevent_default();
        let takes = self.context.view_once().can_attach;
        carried.set_drop_effect(if takes { "copy" } else { "none" });
        self.mark(takes);
    }

    /// They have left.
    pub fn gone(self, event: &DragEvent) {
        // Leaving for something inside the panel is not leaving.
        let inside = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        let panel = self.context.desk().find(".fd-panel");
        if !panel.is_some_and(|panel| inside.is_some() && panel.contains(inside.as_ref())) {
            self.mark(false);
        }
    }

    /// They were let go here.
    pub fn dropped(self, event: &DragEvent) {
        let Some(carried) = event.data_transfer().filter(carries_files) else { return };
        event.prevent_default();
        self.mark(false);
        pick(self.context, list(carried.files()));
        self.context.desk().focus_first();
    }

    /// Pictures and files from the clipboard; text with them stays text.
    pub fn pasted(self, event: &web_sys::ClipboardEvent) {
        let Some(carried) = event.clipboard_data().filter(carries_files) else { return };
        let has_text = carried.get_data("text/plain").is_ok_and(|text| !text.is_empty());
        if !has_text && pick(self.context, list(carried.files())) {
            event.prevent_default();
        }
    }

    fn mark(self, over: bool) {
        if let Some(panel) = self.context.desk().find(".fd-panel") {
            let _ = panel.toggle_attribute_with_force("data-drop", over);
        }
    }
}

fn carries_files(carried: &DataTransfer) -> bool {
    carried.types().includes(&"Files".into(), 0)
}
