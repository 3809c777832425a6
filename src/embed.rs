//! The exported API: one call mounts the widget into an element, its handle takes it away again.

use crate::entrance;
use crate::farewell;
use crate::ui::context::Context;
use crate::ui::order::Order;
use crate::ui::panel::panel;
use crate::ui::text;
use crate::ui::words::Words;
use crate::web::{Host, Locale, clock, locale};
use frontdesk_contract::{ClientId, MAX_IDENTITY_BYTES};
use frontdesk_core::Identity;
use frontdesk_core::call::Wish;
use js_sys::{Function, Reflect};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlElement, ShadowRootInit, ShadowRootMode};

/// What the host decides.
#[derive(Clone)]
pub struct Settings {
    /// Origin of the proxy; empty: the page's own.
    pub endpoint: String,
    /// Id of the desk.
    pub desk: String,
    /// The visitor's language, a BCP 47 tag; `None`: the page's, else the browser's.
    pub locale: Option<String>,
    /// The sentences, as in `www/locales/en.json`; those of `www/first-texts.json` are enough where the host's function
    /// `moreTexts` adds the others.
    pub texts: JsValue,
    /// The title; `None`: that of the language.
    pub title: Option<String>,
    /// `light` or `dark`; `None`, which the host calls `auto`: what the visitor's system says.
    pub theme: Option<String>,
    /// Address of the style sheet. With it the widget lives in a shadow root of its own.
    pub stylesheet: Option<String>,
    /// Functions of the host: `close`, `unread`, `conversation`, `ready`, `softphone`, `ticker`, `handOver`, `call`,
    /// `vault`, `lead`, `sound`, `moreTexts`, `told`, `renew`.
    pub host: JsValue,
    /// The panel is open from the start.
    pub open: bool,
    /// Credential of a session to go on with, instead of the one that is kept: this window was handed it.
    pub session: Option<String>,
    /// What stands in the composer at first.
    pub draft: Option<String>,
    /// Who the visitor is, where the site says so.
    pub identity: Option<Identity>,
    /// What the site tells of the visit, see [`Handle::set_about`].
    pub about: JsValue,
}

impl Settings {
    /// The desk of this id at `endpoint`, with these sentences, and all else as it comes.
    pub fn new(endpoint: &str, desk: &str, texts: JsValue) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            desk: desk.to_owned(),
            locale: None,
            texts,
            title: None,
            theme: None,
            stylesheet: None,
            host: JsValue::UNDEFINED,
            open: true,
            session: None,
            draft: None,
            identity: None,
            about: JsValue::UNDEFINED,
        }
    }

    /// Reads and checks a plain object.
    ///
    /// # Errors
    /// Names the setting and what is wrong with it.
    pub fn read(from: &JsValue) -> Result<Self, String> {
        if !from.is_object() {
            return Err("settings: an object is needed".to_owned());
        }
        let get = |name: &str| Reflect::get(from, &name.into()).unwrap_or_default();
        let text = |name: &str| {
            let value = get(name);
            match value.as_string() {
                Some(text) => Ok(Some(text)),
                None if value.is_null() || value.is_undefined() => Ok(None),
                None => Err(["settings.", name, ": a text is needed"].concat()),
            }
        };
        let desk = text("desk")?.filter(|desk| !desk.is_empty());
        let theme = text("theme")?.filter(|theme| !theme.is_empty() && theme != "auto");
        if theme.as_ref().is_some_and(|theme| theme != "light" && theme != "dark") {
            return Err("settings.theme: must be light, dark or auto".to_owned());
        }
        let identity = identity(&get("identity"))?;
        let texts = get("texts");
        if !texts.is_object() {
            return Err("settings.texts: the sentences of a language are needed".to_owned());
        }
        Ok(Self {
            endpoint: text("endpoint")?.unwrap_or_default(),
            desk: desk.ok_or("settings.desk: the id of the desk is needed")?,
            locale: text("locale")?,
            texts,
            title: text("title")?.filter(|title| !title.is_empty()),
            theme,
            stylesheet: text("stylesheet")?,
            host: get("host"),
            open: get("open").is_truthy(),
            session: get("session").as_string(),
            draft: get("draft").as_string(),
            identity,
            about: get("about"),
        })
    }
}

/// A token, alone or in an object with an id that it has had in this page before.
fn identity(from: &JsValue) -> Result<Option<Identity>, String> {
    if from.is_null() || from.is_undefined() {
        return Ok(None);
    }
    let get = |name: &str| Reflect::get(from, &name.into()).unwrap_or_default().as_string();
    let token = from.as_string().or_else(|| get("token")).filter(|token| !token.is_empty());
    let token = token.filter(|token| token.len() <= MAX_IDENTITY_BYTES);
    let token = token.ok_or("settings.identity: a token of the site's server is needed")?;
    let known = get("id").map(ClientId::new).filter(|id| id.check().is_ok());
    Ok(Some(Identity { token, id: known.unwrap_or_else(|| ClientId::from_bits(clock::chance())) }))
}

/// A mounted widget.
#[wasm_bindgen]
pub struct Handle {
    inner: Rc<RefCell<Option<Mounted>>>,
}

thread_local! {
    /// Where widgets are, so that a second one in the same element takes the place of the first. A widget stays also
    /// when the page has let go of its handle.
    static MOUNTED: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

type Place = (Element, Rc<RefCell<Option<Mounted>>>);

struct Mounted {
    context: Context,
    root: Element,
    _view: Box<dyn std::any::Any>,
    _owner: Owner,
}

/// Mounts the widget into an element. Mounting again into the same element replaces the first.
///
/// # Errors
/// A `TypeError` that names the setting.
#[wasm_bindgen]
pub fn mount(element: HtmlElement, settings: JsValue) -> Result<Handle, JsValue> {
    let settings = Settings::read(&settings).map_err(|why| JsValue::from(js_sys::TypeError::new(&why)))?;
    mount_with(&element, settings)
}

/// [`mount`] for Rust.
///
/// # Errors
/// What the browser says when it cannot make elements.
pub fn mount_with(element: &HtmlElement, settings: Settings) -> Result<Handle, JsValue> {
    let before = MOUNTED.with_borrow(|all| {
        all.iter().find(|(place, _)| *place == **element).map(|(_, inner)| Rc::clone(inner))
    });
    if let Some(inner) = before {
        Handle { inner }.destroy();
    }
    let root = place(element, settings.stylesheet.as_deref())?;
    // Whatever owns the place, as a component does, goes in its own time and order: what is here goes by its handle alone.
    let around = Owner::current();
    let owner = Owner::new_root(None);
    if let Some(around) = around {
        around.set();
    }
    let (view, context) = owner.with(|| {
        let made: Rc<RefCell<Option<Context>>> = Rc::default();
        let kept = Rc::clone(&made);
        let inside = root.clone();
        let view = leptos::mount::mount_to(root.clone(), move || {
            let context = begin(&inside, &settings);
            *kept.borrow_mut() = Some(context);
            panel(context)
        });
        let context = made.take().ok_or("the widget was not drawn")?;
        Ok::<_, JsValue>((view, context))
    })?;
    let mounted = Mounted { context, root: root.into(), _view: Box::new(view), _owner: owner };
    let inner = Rc::new(RefCell::new(Some(mounted)));
    MOUNTED.with_borrow_mut(|all| all.push((Element::clone(element), Rc::clone(&inner))));
    Ok(Handle { inner })
}

#[wasm_bindgen]
impl Handle {
    /// Takes the widget away: no node, listener, timer or request stays behind.
    pub fn destroy(&self) {
        MOUNTED.with_borrow_mut(|all| all.retain(|(_, inner)| !Rc::ptr_eq(inner, &self.inner)));
        if let Some(mounted) = self.inner.take() {
            mounted.context.desk().stop();
            let root = mounted.root.clone();
            drop(mounted);
            root.remove();
        }
    }

    /// The panel was opened or closed; with `focus` the visitor is taken to the composer.
    #[wasm_bindgen(js_name = setOpen)]
    pub fn set_open(&self, open: bool, focus: bool) {
        self.with(|mounted| {
            let desk = mounted.context.desk();
            entrance::set_open(mounted.context, open);
            desk.focus_composer(open && focus);
        });
    }

    /// Opens the call view, where a click starts the call; with `video` the way to a video call comes first.
    #[wasm_bindgen(js_name = startCall)]
    pub fn start_call(&self, video: bool) {
        self.with(|mounted| mounted.context.wish_call(video));
    }

    /// Has this number called, for a member of staff, with what goes along for the centre's records. `told` is called once:
    /// with nothing, when the gateway is being called, or with the code of what is in the way.
    #[wasm_bindgen(js_name = placeCall)]
    pub fn place_call(&self, called: String, data: Option<String>, told: Function) {
        let order = Order::new(Wish { called, data }, told);
        self.with(|mounted| mounted.context.place_call(order));
    }

    /// Ends the call, if there is one.
    #[wasm_bindgen(js_name = hangUp)]
    pub fn hang_up(&self) {
        self.with(|mounted| mounted.context.desk().hang_up());
    }

    /// Whether the panel covers a small screen.
    #[wasm_bindgen(js_name = setPhone)]
    pub fn set_phone(&self, phone: bool) {
        self.with(|mounted| {
            let _ = mounted.root.toggle_attribute_with_force("data-phone", phone);
        });
    }

    /// Writes this into the composer, unless the visitor has begun to write. Nothing is kept or sent for that.
    pub fn prefill(&self, text: &str) {
        self.with(|mounted| mounted.context.suggest_draft(text));
    }

    /// Says this in the visitor's name, as if it had been written and sent.
    pub fn say(&self, text: &str) {
        self.with(|mounted| mounted.context.say(text));
    }

    /// What the site tells of the visit from now on: `url`, `title` and `attributes`, a list of `name` and `value`. What the
    /// desk would refuse is passed over.
    #[wasm_bindgen(js_name = setAbout)]
    pub fn set_about(&self, about: JsValue) {
        self.with(|mounted| entrance::tell_about(mounted.context, about));
    }

    /// Ends what there is, and erases it here and at the proxy: the visitor signs out, or wants it so.
    #[wasm_bindgen(js_name = logOut)]
    pub fn log_out(&self) {
        self.with(|mounted| farewell::leave(mounted.context));
    }

    /// `light`, `dark`, or anything else for what the visitor's system says.
    #[wasm_bindgen(js_name = setTheme)]
    pub fn set_theme(&self, theme: &str) {
        self.with(|mounted| {
            let _ = mounted.root.set_attribute("data-theme", theme);
        });
    }
}

impl Handle {
    fn with(&self, run: impl FnOnce(&Mounted)) {
        if let Some(mounted) = &*self.inner.borrow() {
            run(mounted);
        }
    }
}

/// The element that the widget fills, in a shadow root if it brings its own style sheet.
fn place(element: &HtmlElement, stylesheet: Option<&str>) -> Result<HtmlElement, JsValue> {
    let document = element.owner_document().ok_or("the element belongs to no document")?;
    let root: HtmlElement = document.create_element("div")?.dyn_into()?;
    root.set_class_name("fd-root");
    let Some(stylesheet) = stylesheet else {
        element.replace_children_with_node_1(&root);
        return Ok(root);
    };
    let shadow = match element.shadow_root() {
        Some(shadow) => shadow,
        None => element.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?,
    };
    let link = document.create_element("link")?;
    link.set_attribute("rel", "stylesheet")?;
    link.set_attribute("href", stylesheet)?;
    shadow.set_text_content(None);
    shadow.append_child(&link)?;
    shadow.append_child(&root)?;
    Ok(root)
}

/// Sets up a widget below `root` and lets its session begin once the storage has been read.
fn begin(root: &HtmlElement, settings: &Settings) -> Context {
    let tag = locale::choose(settings.locale.as_deref());
    let words = Rc::new(Words::new(settings.texts.clone(), Locale::new(&tag)));
    let host = Host::new(settings.host.clone());
    let _ = root.set_attribute("lang", &tag);
    let _ = root.set_attribute("dir", &words.get(text::DIRECTION));
    if let Some(theme) = &settings.theme {
        let _ = root.set_attribute("data-theme", theme);
    }
    let name = (settings.desk.as_str(), settings.title.clone());
    let context = Context::new(words, host.clone(), name, root.clone().into(), &settings.endpoint);
    entrance::set_open(context, settings.open);
    entrance::tell_about(context, settings.about.clone());
    if let Some(draft) = settings.draft.clone().filter(|draft| !draft.is_empty()) {
        // Nobody else keeps it any more.
        context.write(draft);
    }
    let session = settings.session.clone();
    let identity = settings.identity.clone();
    let settings = frontdesk_core::Settings { desk: settings.desk.clone(), locale: tag, identity };
    spawn_local(async move {
        host.ready();
        entrance::begin(context, settings, session).await;
    });
    context
}

/// The widget as a Leptos component: fills its parent. The page brings the style sheet `frame.css`.
#[component]
pub fn FrontDesk(
    /// What the host decides.
    settings: Settings,
) -> impl IntoView {
    let place: NodeRef<leptos::html::Div> = NodeRef::new();
    let mounted = StoredValue::new_local(None::<Handle>);
    place.on_load(move |element| mounted.set_value(mount_with(&element, settings).ok()));
    on_cleanup(move || {
        if let Some(Some(handle)) = mounted.try_update_value(Option::take) {
            handle.destroy();
        }
    });
    view! { class="fd", <div node_ref=place></div> }
}
