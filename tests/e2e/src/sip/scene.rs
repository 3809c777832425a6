//! One test: a browser that can call, the pages, and what is left of them when it goes wrong.

use std::fs;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use tokio::time::timeout;

use super::{Lab, Phone, Site};
use crate::browser::{Browser, Options};

const SCENE_MAX: Duration = Duration::from_secs(120);

/// Browsers are heavy: one scene at a time.
static ONE: Mutex<()> = Mutex::new(());

/// What a test happens in.
#[derive(Debug)]
pub struct Scene {
    /// The test's name; its logs are called after it.
    pub name: String,
    /// The browser of the caller.
    pub browser: Browser,
    /// The pages.
    pub site: Site,
}

impl Scene {
    /// Starts a lab whose logs are called after this test.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn lab(&self) -> Result<Lab> {
        Lab::start(&self.name).await
    }

    /// Opens the page with the softphone.
    ///
    /// # Errors
    ///
    /// When it does not load.
    pub async fn phone(&self) -> Result<Phone> {
        Phone::open(self.browser.first_tab().await?, &self.site).await
    }

    /// Starts another browser that can call.
    ///
    /// # Errors
    ///
    /// When it does not come up.
    pub async fn other_browser(&self) -> Result<Browser> {
        start(&format!("{}.other", self.name)).await
    }
}

/// Lets it happen. It also fails when anything but the browser itself writes to the console, which then would have
/// learnt of a call.
///
/// # Errors
///
/// What went wrong; logs are in `target/e2e`.
pub fn scene(happens: impl AsyncFnOnce(&Scene) -> Result<()>) -> Result<()> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let name = format!("phone.{}", thread::current().name().unwrap_or("scene").replace("::", "."));
    fs::create_dir_all(crate::output()).context("cannot create target/e2e")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let browser = start(&name).await?;
        let scene = Scene { name, browser, site: Site::open().await? };
        let happened = timeout(SCENE_MAX, happens(&scene)).await;
        let result = happened.unwrap_or_else(|_| Err(anyhow!("the scene does not end")));
        let said = scene.browser.console().await.unwrap_or_default();
        if result.is_err() {
            said.iter().for_each(|line| eprintln!("console: {line}"));
        }
        scene.browser.close().await?;
        result?;
        // The browser reports by itself that an address could not be reached.
        let own: Vec<_> = said.iter().filter(|line| !line.contains("WebSocket connection to")).collect();
        ensure!(own.is_empty(), "the console says {own:?}");
        Ok(())
    })
}

async fn start(name: &str) -> Result<Browser> {
    Browser::start(Options { calls: true, ..Options::default() }, name).await
}
