//! The widget in a page that is written in Leptos. The page is served by the desk, or names its address.
//!
//! ```sh
//! cargo build --example leptos --target wasm32-unknown-unknown
//! ```
//!
//! A page in the browser of the visitor needs what any page of Leptos needs, and beside its own files the style sheet and the
//! sentences of the same version of Frontdesk. The desk serves them under a name that every build changes, so they are copied:
//!
//! ```sh
//! cargo xtask build
//! mkdir -p public/frontdesk && cp -r dist/assets/*/frame.css dist/assets/*/locales public/frontdesk
//! ```

fn main() {
    #[cfg(target_arch = "wasm32")]
    page::show();
}

#[cfg(target_arch = "wasm32")]
mod page {
    use frontdesk::{FrontDesk, Settings};
    use leptos::prelude::*;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::Response;

    const DESK: &str = "https://desk.example";
    /// Where the page has the copied files.
    const FILES: &str = "/frontdesk";

    pub(super) fn show() {
        leptos::mount::mount_to_body(page);
    }

    /// A page with the panel in it, once its sentences are there.
    fn page() -> impl IntoView {
        let sentences = LocalResource::new(|| sentences("en"));
        let panel = move || {
            let texts = sentences.get().flatten()?;
            Some(view! { <FrontDesk settings=Settings::new(DESK, "shop", texts) /> })
        };
        view! {
            <link rel="stylesheet" href=format!("{FILES}/frame.css") />
            <h1>"Leaf & Kiln"</h1>
            <div style="height: 640px">{panel}</div>
        }
    }

    /// The sentences of a language, those of the first view and the others.
    async fn sentences(language: &'static str) -> Option<JsValue> {
        let texts = js_sys::Object::new();
        for part in ["", ".more"] {
            let address = format!("{FILES}/locales/{language}{part}.json");
            let answer = JsFuture::from(web_sys::window()?.fetch_with_str(&address)).await.ok()?;
            let answer = wasm_bindgen::JsCast::dyn_into::<Response>(answer).ok()?;
            let some = JsFuture::from(answer.json().ok()?).await.ok()?;
            js_sys::Object::assign(&texts, &wasm_bindgen::JsCast::unchecked_into(some));
        }
        Some(texts.into())
    }
}
