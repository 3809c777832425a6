//! A page of the shop with the launcher on it.

use anyhow::{Result, ensure};
use serde_json::Value;

use super::{Panel, Words};
use crate::stack::Stack;
use crate::tab::{In, Tab};
use crate::wait::until;

/// The button, whatever it is called at the moment.
const LAUNCHER: &str = "frontdesk-launcher, [aria-haspopup=dialog]";

/// A tab that shows the shop.
#[derive(Clone, Debug)]
pub struct ShopPage {
    /// Its tab.
    pub tab: Tab,
    origin: String,
    words: Words,
}

impl ShopPage {
    /// Opens a page by its path; those below `/zh/` are Chinese, `?rtl` is Arabic.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn open(tab: Tab, stack: &Stack, path: &str) -> Result<Self> {
        Self::open_at(tab, &stack.shop.origin, path).await
    }

    /// The same at the shop of this origin.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn open_at(tab: Tab, origin: &str, path: &str) -> Result<Self> {
        let words = Words::of(match path {
            _ if path.starts_with("/zh/") => "zh-CN",
            _ if path.ends_with("?rtl") => "ar",
            _ => "en",
        })?;
        let page = Self { tab, origin: origin.to_owned(), words };
        page.go_to(path).await?;
        Ok(page)
    }

    /// Goes to another page of the shop and waits for the launcher there.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn go_to(&self, path: &str) -> Result<()> {
        self.tab.open(&format!("{}{path}", self.origin)).await?;
        self.launcher_is_there().await
    }

    /// Loads the page again and waits for the launcher.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn reload(&self) -> Result<()> {
        self.tab.reload().await?;
        self.launcher_is_there().await
    }

    async fn launcher_is_there(&self) -> Result<()> {
        until("the launcher is there", async || {
            let script = "return deep(arguments[0]).some((e) => e.tagName === 'BUTTON' && shown(e));";
            let there = self.tab.run(In::Page, script, vec![LAUNCHER.into()]).await?;
            ensure!(there == Value::Bool(true), "there is none");
            Ok(())
        })
        .await
    }

    /// Clicks the launcher.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn click_launcher(&self) -> Result<()> {
        self.tab.click_on(In::Page, "[aria-haspopup=dialog]").await
    }

    /// What the launcher is called to those who do not see it.
    ///
    /// # Errors
    ///
    /// When it is not there.
    pub async fn launcher_name(&self) -> Result<String> {
        let script = "return nameOf(deep('[aria-haspopup=dialog]')[0]);";
        let name = self.tab.run(In::Page, script, Vec::new()).await?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// Whether the panel is open.
    ///
    /// # Errors
    ///
    /// When the launcher is not there.
    pub async fn is_open(&self) -> Result<bool> {
        let script = "return deep('[aria-haspopup=dialog]')[0].getAttribute('aria-expanded') === 'true';";
        Ok(self.tab.run(In::Page, script, Vec::new()).await? == Value::Bool(true))
    }

    /// Waits until the panel is closed and the launcher has the focus again.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn has_closed(&self) -> Result<()> {
        until("the panel is closed and the launcher has the focus", async || {
            ensure!(!self.is_open().await?, "the panel is open");
            let script = "return focused().getAttribute('aria-haspopup') === 'dialog';";
            let focused = self.tab.run(In::Page, script, Vec::new()).await?;
            ensure!(focused == Value::Bool(true), "something else has it");
            Ok(())
        })
        .await
    }

    /// Clicks the launcher and waits until the panel can be used.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn open_panel(&self) -> Result<Panel> {
        self.click_launcher().await?;
        let panel = self.panel();
        panel.is_usable().await?;
        Ok(panel)
    }

    /// Opens the panel by the page's own script: it may be open, or about to open by itself, and a click would close it then.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn panel_opened(&self) -> Result<Panel> {
        self.tab.run(In::Page, "frontdesk.open();", Vec::new()).await?;
        let panel = self.panel();
        panel.is_usable().await?;
        Ok(panel)
    }

    /// The panel, whether it is open or not.
    #[must_use]
    pub fn panel(&self) -> Panel {
        Panel::new(self.tab.clone(), self.words.clone())
    }
}
