//! A desk to talk to, and the verbs of a visitor.

use frontdesk::web::{Host, Storage};
use frontdesk::{Handle, mount};
use frontdesk_core::Record;
use js_sys::{JSON, Object, Promise, Reflect};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit};

#[wasm_bindgen(module = "/tests/web/centre.js")]
extern "C" {
    fn open();
    fn close();
    pub(crate) fn push(events: &str);
    pub(crate) fn offer(offers: &str);
    pub(crate) fn vouch();
    #[wasm_bindgen(js_name = keepHistory)]
    pub(crate) fn keep_history(pages: &str);
    #[wasm_bindgen(js_name = ticketFor)]
    pub(crate) fn ticket_for(address: &str);
    pub(crate) fn call(more: &str);
    pub(crate) fn flood(count: u32);
    pub(crate) fn refuse(call: &str, status: u32, code: &str);
    #[wasm_bindgen(js_name = answerWith)]
    pub(crate) fn answer_with(kind: &str);
    pub(crate) fn asked(call: &str) -> String;
    pub(crate) fn count(call: &str) -> u32;
    #[wasm_bindgen(js_name = lastCredential)]
    pub(crate) fn last_credential() -> String;
    pub(crate) fn aborted() -> u32;
    pub(crate) fn suggest(questions: &str);
    pub(crate) fn uploaded(bytes: u32);
    #[wasm_bindgen(js_name = storeUpload)]
    pub(crate) fn store_upload(status: u32, code: &str);
    pub(crate) fn header(call: &str, name: &str) -> String;
    #[wasm_bindgen(js_name = refuseStorage)]
    fn refuse_storage(refuse: bool);
    #[wasm_bindgen(js_name = breakWrites)]
    pub(crate) fn break_writes(how: &str);
    #[wasm_bindgen(js_name = loseConnection)]
    pub(crate) fn lose_connection();
    pub(crate) fn tomorrow() -> js_sys::Function;
    #[wasm_bindgen(js_name = replaceDatabase)]
    pub(crate) fn replace_database() -> Promise;
    #[wasm_bindgen(js_name = holdDatabase)]
    pub(crate) fn hold_database() -> Promise;
    #[wasm_bindgen(js_name = vaultHost)]
    pub(crate) fn vault_host() -> JsValue;
}

thread_local! {
    static DESKS: Cell<u32> = const { Cell::new(0) };
}

/// A desk that no other test uses, so that nothing kept by one meets another.
pub(crate) fn new_desk() -> String {
    let number = DESKS.get() + 1;
    DESKS.set(number);
    format!("desk-{number}-{}", js_sys::Math::random())
}

/// A centre behind `fetch` until the end of the test.
pub(crate) struct Centre;

impl Centre {
    pub(crate) fn open() -> Self {
        open();
        Self
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        close();
    }
}

/// A browser that refuses storage until the end of the test.
pub(crate) struct Refusal;

impl Refusal {
    pub(crate) fn of_storage() -> Self {
        refuse_storage(true);
        Self
    }
}

impl Drop for Refusal {
    fn drop(&mut self) {
        refuse_storage(false);
    }
}

/// A mounted widget.
pub(crate) struct Visitor {
    pub(crate) place: HtmlElement,
    pub(crate) handle: Handle,
    pub(crate) desk: String,
    _centre: Centre,
}

/// Settings of a desk; more can be added.
pub(crate) fn settings(desk: &str) -> Object {
    let texts = JSON::parse(include_str!("../../www/locales/en.json")).unwrap();
    let settings = Object::new();
    for (name, value) in
        [("desk", desk.into()), ("locale", "en".into()), ("texts", texts), ("open", JsValue::TRUE)]
    {
        Reflect::set(&settings, &name.into(), &value).unwrap();
    }
    settings
}

/// An element on the page.
pub(crate) fn place() -> HtmlElement {
    let document = web_sys::window().unwrap().document().unwrap();
    let place: HtmlElement = document.create_element("div").unwrap().unchecked_into();
    // On the screen, however much the runner has written above.
    for (name, value) in [("position", "fixed"), ("top", "0"), ("height", "600px")] {
        place.style().set_property(name, value).unwrap();
    }
    document.body().unwrap().append_child(&place).unwrap();
    place
}

impl Visitor {
    /// Opens the panel of a new desk and waits for the greeting.
    pub(crate) async fn comes() -> Self {
        Self::comes_to("{}").await
    }

    /// The same at a desk that offers this as well.
    pub(crate) async fn comes_to(offers: &str) -> Self {
        Self::comes_with(offers, JsValue::UNDEFINED).await
    }

    /// The same with these functions of the host.
    pub(crate) async fn comes_with(offers: &str, host: JsValue) -> Self {
        Self::comes_by(offers, |settings| {
            Reflect::set(settings, &"host".into(), &host).unwrap();
        })
        .await
    }

    /// The same with settings that are changed in this way.
    pub(crate) async fn comes_by(offers: &str, change: impl FnOnce(&Object)) -> Self {
        let centre = Centre::open();
        offer(offers);
        let place = place();
        let desk = new_desk();
        let settings = settings(&desk);
        change(&settings);
        let handle = mount(place.clone(), settings.into()).unwrap();
        let visitor = Self { place, handle, desk, _centre: centre };
        visitor.sees(".fd-welcome .fd-button").await;
        visitor
    }

    /// The same, and a conversation with an agent.
    pub(crate) async fn talks_with_li() -> Self {
        Self::talks_at("{}").await
    }

    /// The same at a desk that offers this as well.
    pub(crate) async fn talks_at(offers: &str) -> Self {
        let visitor = Self::comes_to(offers).await;
        visitor.writes("hello");
        visitor.presses("Enter");
        visitor.reads(".fd-mine .fd-meta .fd-sr", "Sent").await;
        push(r#"[{"contact":{"state":"agent","with":{"name":"Li","avatar":null}}}]"#);
        visitor.reads(".fd-who-name", "Li").await;
        visitor
    }

    /// Waits until what is kept for the next page is so; at most five seconds.
    pub(crate) async fn keeps(&self, what: &str, holds: impl Fn(&[Record]) -> bool) {
        let (storage, mut saved) = Storage::open(&self.desk, &Host::default()).await;
        for _ in 0..250 {
            if holds(&saved.records) {
                return;
            }
            pause(20).await;
            saved = storage.look().await;
        }
        panic!("waited in vain until it is kept: {what}; kept: {:#?}", saved.records);
    }

    pub(crate) fn find(&self, selector: &str) -> Option<Element> {
        self.place.query_selector(selector).unwrap()
    }

    pub(crate) fn count(&self, selector: &str) -> u32 {
        self.place.query_selector_all(selector).unwrap().length()
    }

    pub(crate) fn text(&self, selector: &str) -> String {
        self.find(selector).and_then(|element| element.text_content()).unwrap_or_default()
    }

    /// Waits for an element.
    pub(crate) async fn sees(&self, selector: &str) -> Element {
        until(selector, || self.find(selector).is_some()).await;
        self.find(selector).unwrap()
    }

    /// Waits until an element is gone.
    pub(crate) async fn sees_no(&self, selector: &str) {
        until(selector, || self.find(selector).is_none()).await;
    }

    /// Waits for a text in an element.
    pub(crate) async fn reads(&self, selector: &str, wanted: &str) {
        until(wanted, || self.text(selector).contains(wanted)).await;
    }

    pub(crate) fn field(&self) -> HtmlTextAreaElement {
        self.find(".fd-input").expect("there is a composer").unchecked_into()
    }

    pub(crate) fn writes(&self, text: &str) {
        let field = self.field();
        field.focus().unwrap();
        field.set_value(text);
        let init = web_sys::EventInit::new();
        init.set_bubbles(true);
        field.dispatch_event(&web_sys::Event::new_with_event_init_dict("input", &init).unwrap()).unwrap();
    }

    pub(crate) fn presses(&self, key: &str) {
        self.presses_with(key, |_| {});
    }

    /// A key with more to it.
    pub(crate) fn presses_with(&self, key: &str, more: impl FnOnce(&KeyboardEventInit)) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        more(&init);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        let document = web_sys::window().unwrap().document().unwrap();
        document.active_element().unwrap().dispatch_event(&event).unwrap();
    }

    pub(crate) fn clicks(&self, selector: &str) {
        let element = self.find(selector).unwrap_or_else(|| panic!("nothing to click: {selector}"));
        element.unchecked_into::<HtmlElement>().click();
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.handle.destroy();
        self.place.remove();
    }
}

/// Lets the browser go on.
pub(crate) async fn pause(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        web_sys::window()
            .unwrap()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms)
            .unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

/// Waits until something holds; at most five seconds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..250 {
        if holds() {
            return;
        }
        pause(20).await;
    }
    let shown = web_sys::window().unwrap().document().unwrap().query_selector_all(".fd-root").unwrap();
    let shown: Vec<String> = (0..shown.length()).filter_map(|at| shown.item(at)?.text_content()).collect();
    panic!("waited in vain: {what}; shown: {shown:#?}");
}
