//! Tabs of a browser, the panel's frame in them, and what can be done there.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use fantoccini::Client;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::wait::until;

const FINDERS: &str = include_str!("page.js");
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// chromedriver's own command for those of the browser's protocol.
#[derive(Debug)]
struct Devtools(Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base_url: &url::Url, session_id: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

/// Where in a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In {
    /// In the page itself.
    Page,
    /// In the frame of the panel.
    Panel,
}

/// The driver's session, and where its commands go at the moment.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    place: Arc<Mutex<Option<(WindowHandle, In)>>>,
}

impl Session {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, place: Arc::default() }
    }

    pub(crate) async fn forget_place(&self) {
        *self.place.lock().await = None;
    }
}

/// One tab. Clones are the same tab.
#[derive(Clone, Debug)]
pub struct Tab {
    session: Session,
    window: WindowHandle,
}

impl PartialEq for Tab {
    fn eq(&self, other: &Self) -> bool {
        self.window == other.window
    }
}

/// A script for this place. A browser whose frame has gone may run what was meant for it in the page around it.
fn script(at: In, body: &str) -> String {
    let here = match at {
        In::Page => "",
        In::Panel => "if (window === top) throw new Error('the frame of the panel has gone');",
    };
    format!("{here}\n{FINDERS}\n{body}")
}

impl Tab {
    pub(crate) fn new(session: Session, window: WindowHandle) -> Self {
        Self { session, window }
    }

    async fn enter(&self, at: In) -> Result<()> {
        let mut place = self.session.place.lock().await;
        if place.as_ref() == Some(&(self.window.clone(), at)) {
            return Ok(());
        }
        *place = None;
        self.session.client.switch_to_window(self.window.clone()).await?;
        if at == In::Panel {
            let script = format!("{FINDERS}\nreturn panelFrame() ?? null;");
            let frame = self.session.client.execute(&script, Vec::new()).await?;
            self.element_of(&frame).context("the panel has no frame")?.enter_frame().await?;
        }
        *place = Some((self.window.clone(), at));
        Ok(())
    }

    fn element_of(&self, value: &Value) -> Result<Element> {
        let id = value.get(ELEMENT).and_then(Value::as_str).context("there is no such element")?;
        Ok(Element::from_element_id(self.session.client.clone(), id.to_owned().into()))
    }

    /// Makes it the tab that is seen.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub async fn show(&self) -> Result<()> {
        self.session.forget_place().await;
        self.enter(In::Page).await
    }

    /// Opens an address.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn open(&self, address: &str) -> Result<()> {
        self.show().await?;
        self.session.client.goto(address).await.with_context(|| format!("cannot open {address}"))?;
        self.session.forget_place().await;
        Ok(())
    }

    /// Closes it, as a visitor does who is not asked whether that is meant.
    ///
    /// # Errors
    ///
    /// When it is gone already.
    pub async fn close(&self) -> Result<()> {
        self.show().await?;
        self.session.client.close_window().await?;
        self.session.forget_place().await;
        Ok(())
    }

    /// Loads the page again.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn reload(&self) -> Result<()> {
        self.show().await?;
        self.session.client.refresh().await?;
        self.session.forget_place().await;
        Ok(())
    }

    /// Goes back to the page before.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn back(&self) -> Result<()> {
        self.show().await?;
        self.session.client.back().await?;
        self.session.forget_place().await;
        Ok(())
    }

    /// Runs the body of a function, which may use what `page.js` offers.
    ///
    /// # Errors
    ///
    /// When it throws, or there is no such place now.
    pub async fn run(&self, at: In, body: &str, arguments: Vec<Value>) -> Result<Value> {
        self.enter(at).await?;
        let answer = self.session.client.execute(&script(at, body), arguments).await;
        if answer.is_err() {
            self.session.forget_place().await;
        }
        Ok(answer?)
    }

    /// Runs the body of a function in the page itself.
    ///
    /// # Errors
    ///
    /// As [`Tab::run`].
    pub async fn page(&self, body: &str) -> Result<Value> {
        self.run(In::Page, body, Vec::new()).await
    }

    /// Runs this in every page from the next one on, before anything of the page's own does. Answers what takes it back, by the
    /// command `Page.removeScriptToEvaluateOnNewDocument`.
    ///
    /// # Errors
    ///
    /// When the browser is no Chromium, or the page is gone.
    pub async fn before_pages(&self, source: &str) -> Result<Value> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": source})).await
    }

    /// As [`Tab::run`], for a function that calls its last argument when it has finished.
    ///
    /// # Errors
    ///
    /// When it throws, or there is no such place now.
    pub async fn run_async(&self, at: In, body: &str, arguments: Vec<Value>) -> Result<Value> {
        self.enter(at).await?;
        let answer = self.session.client.execute_async(&script(at, body), arguments).await;
        if answer.is_err() {
            self.session.forget_place().await;
        }
        Ok(answer?)
    }

    /// Under which names this browser keeps something for the desk: in the frame's storage, in what the page keeps for a frame
    /// that may keep nothing, and as flags of the page.
    ///
    /// # Errors
    ///
    /// When there is no panel now.
    pub async fn kept(&self) -> Result<Vec<String>> {
        let keys = "
            const finish = arguments[arguments.length - 1];
            const [name, store] = arguments;
            let opening;
            try { opening = indexedDB.open(name); } catch { return finish([]); }
            opening.onerror = () => finish([]);
            opening.onupgradeneeded = () => opening.transaction.abort();
            opening.onsuccess = () => {
              const keys = opening.result.transaction(store).objectStore(store).getAllKeys();
              keys.onsuccess = () => { opening.result.close(); finish(keys.result.map(String)); };
            };";
        let mut all = Vec::new();
        for (at, name, store) in
            [(In::Panel, "frontdesk-records", "records"), (In::Page, "frontdesk", "vault")]
        {
            all.push(self.run_async(at, keys, vec![json!(name), json!(store)]).await?);
        }
        all.push(self.run(In::Page, "return Object.keys(localStorage);", Vec::new()).await?);
        let names = all.iter().filter_map(Value::as_array).flatten();
        Ok(names.filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    async fn look_up(&self, at: In, body: &str, arguments: Vec<Value>) -> Result<Element> {
        self.element_of(&self.run(at, body, arguments).await?)
    }

    /// A command of Chromium's own protocol, to the page.
    ///
    /// # Errors
    ///
    /// When the browser is no Chromium, or the page is gone.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        self.enter(In::Page).await?;
        let command = Devtools(json!({"cmd": command, "params": parameters}));
        let answer = self.session.client.issue_cmd(command).await;
        if answer.is_err() {
            self.session.forget_place().await;
        }
        Ok(answer?)
    }

    /// Stops all that happens in it, as a browser does with a tab that was hidden for long; or lets it go on.
    ///
    /// # Errors
    ///
    /// When the browser is no Chromium, or the page is gone.
    pub async fn freeze(&self, frozen: bool) -> Result<()> {
        let state = if frozen { "frozen" } else { "active" };
        self.devtools("Page.setWebLifecycleState", json!({"state": state})).await.map(drop)
    }

    /// Waits until something of this role and name can be used, and clicks it.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn click(&self, at: In, role: &str, name: &str) -> Result<()> {
        until(&format!("the {role} \"{name}\" can be clicked"), async || {
            let script = "const found = find(...arguments); return found && !found.disabled ? found : null;";
            let element = self.look_up(at, script, vec![json!(role), json!(name)]).await?;
            Ok(element.click().await?)
        })
        .await
    }

    /// Waits until the body of a function finds something, and clicks it.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn click_found(&self, at: In, body: &str, arguments: Vec<Value>) -> Result<()> {
        until("what is looked for can be clicked", async || {
            Ok(self.look_up(at, body, arguments.clone()).await?.click().await?)
        })
        .await
    }

    /// Waits until there is something for this selector, and clicks it.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn click_on(&self, at: In, selector: &str) -> Result<()> {
        until(&format!("{selector} can be clicked"), async || {
            let script = "return deep(arguments[0]).find(shown) ?? null;";
            Ok(self.look_up(at, script, vec![json!(selector)]).await?.click().await?)
        })
        .await
    }

    /// Waits until something visible with exactly this text can be clicked, among what a selector means.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn click_text(&self, at: In, selector: &str, text: &str) -> Result<()> {
        until(&format!("\"{text}\" can be clicked"), async || {
            let script =
                "return deep(arguments[0]).find((e) => words(e) === arguments[1] && shown(e)) ?? null;";
            let element = self.look_up(at, script, vec![json!(selector), json!(text)]).await?;
            Ok(element.click().await?)
        })
        .await
    }

    /// Chooses these files in a field for files, which may be hidden behind a button.
    ///
    /// # Errors
    ///
    /// When there is no such field, or it takes fewer files.
    pub async fn choose(&self, at: In, selector: &str, files: &[PathBuf]) -> Result<()> {
        let field = self.look_up(at, "return deep(arguments[0])[0] ?? null;", vec![json!(selector)]).await?;
        let paths: Vec<_> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        Ok(field.send_keys(&paths.join("\n")).await?)
    }

    /// Waits for a field and types into it, after what is there.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn type_into(&self, at: In, name: &str, text: &str) -> Result<()> {
        let field = until(&format!("the field \"{name}\" is there"), async || {
            let script = "const found = find('textbox', arguments[0]); return found && !found.disabled && !found.readOnly ? found : null;";
            self.look_up(at, script, vec![json!(name)]).await
        })
        .await?;
        // WebKitGTK gives a field in a frame the focus only by a click.
        field.click().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Whether something of this role and name can be seen.
    ///
    /// # Errors
    ///
    /// When there is no such place now.
    pub async fn has(&self, at: In, role: &str, name: &str) -> Result<bool> {
        let script = "return Boolean(find(...arguments));";
        Ok(self.run(at, script, vec![json!(role), json!(name)]).await? == json!(true))
    }

    /// Waits until something of this role and name can be seen.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn sees(&self, at: In, role: &str, name: &str) -> Result<()> {
        until(&format!("the {role} \"{name}\" is seen"), async || {
            ensure!(self.has(at, role, name).await?, "it is not there; there is: {}", self.text(at).await?);
            Ok(())
        })
        .await
    }

    /// The visible text.
    ///
    /// # Errors
    ///
    /// When there is no such place now.
    pub async fn text(&self, at: In) -> Result<String> {
        let script = "return [document.body, ...deep('*').flatMap((e) => e.shadowRoot ? [...e.shadowRoot.children] : [])]
            .map((e) => e.innerText ?? '').join(' ');";
        let text = self.run(at, script, Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Waits until a text can be seen.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn reads(&self, at: In, text: &str) -> Result<()> {
        until(&format!("\"{text}\" is read"), async || {
            let all = self.text(at).await?;
            ensure!(all.contains(text), "there is: {all}");
            Ok(())
        })
        .await
    }

    /// Presses keys together, on whatever has the focus: the last one while the others are held.
    ///
    /// # Errors
    ///
    /// When there is no such place now.
    pub async fn press(&self, at: In, keys: &[Key]) -> Result<()> {
        self.enter(at).await?;
        let mut actions = KeyActions::new("keyboard".into());
        for key in keys {
            actions = actions.then(KeyAction::Down { value: char::from(*key) });
        }
        for key in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value: char::from(*key) });
        }
        Ok(self.session.client.perform_actions(actions).await?)
    }

    /// Types on whatever has the focus.
    ///
    /// # Errors
    ///
    /// When there is no such place now.
    pub async fn type_keys(&self, at: In, text: &str) -> Result<()> {
        self.enter(at).await?;
        let mut actions = KeyActions::new("keyboard".into());
        for value in text.chars() {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        Ok(self.session.client.perform_actions(actions).await?)
    }

    /// What it shows, as PNG.
    ///
    /// # Errors
    ///
    /// When it is gone.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        self.show().await?;
        Ok(self.session.client.screenshot().await?)
    }

    /// Writes what is seen to a file below `target/e2e`.
    ///
    /// # Errors
    ///
    /// When the browser refuses, or the file cannot be written.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let picture = self.picture().await?;
        let path = crate::output().join(format!("{name}.png"));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, picture).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}
