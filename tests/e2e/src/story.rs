//! One test: start everything, let it happen, and keep the evidence when it goes wrong.

use std::fs;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use tokio::time::timeout;

use crate::browser::{Browser, Options};
use crate::pages::{AgentPage, ShopPage};
use crate::sandbox::Sandbox;
use crate::stack::{Setup, Stack};

/// What a story happens in.
#[derive(Debug)]
pub struct Rig {
    /// Shop, proxy and centre.
    pub stack: Stack,
    /// The browser.
    pub browser: Browser,
}

impl Rig {
    /// A visitor's tab with a page of the shop.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded.
    pub async fn shop(&self, path: &str) -> Result<ShopPage> {
        ShopPage::open(self.browser.first_tab().await?, &self.stack, path).await
    }

    /// A new tab with the agents' page, where an agent of this name has signed in.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded, or the sandbox refuses.
    pub async fn agent_desk(&self, name: &str) -> Result<AgentPage> {
        let agent = AgentPage::open(self.browser.new_tab().await?, &self.stack).await?;
        agent.sign_in(name).await?;
        Ok(agent)
    }
}

/// No story takes that long; a driver that hangs would.
pub(crate) const STORY_MAX: Duration = Duration::from_secs(150);
const EVIDENCE_MAX: Duration = Duration::from_secs(20);

/// Bytes of a text that is searched for, at least.
const LONG: usize = 12;

/// Browsers are heavy: one story at a time.
static ONE: Mutex<()> = Mutex::new(());

/// Lets a story happen. It also fails when a script or a policy complained in the browser's console, or when the
/// proxy has logged a secret or sent one to the browser.
///
/// # Errors
///
/// What went wrong; screenshots and logs are in `target/e2e` then.
pub fn story(options: Options, setup: &Setup, happens: impl AsyncFnOnce(&Rig) -> Result<()>) -> Result<()> {
    story_of(STORY_MAX, options, setup, happens)
}

/// The same for one that may take so long.
///
/// # Errors
///
/// What went wrong; screenshots and logs are in `target/e2e` then.
pub fn story_of(
    time: Duration,
    options: Options,
    setup: &Setup,
    happens: impl AsyncFnOnce(&Rig) -> Result<()>,
) -> Result<()> {
    alone(async |name| {
        let stack = Stack::start(setup, name).await?;
        let browser = Browser::start(options, name).await?;
        let rig = Rig { stack, browser };
        let happened = happens(&rig);
        play(&rig, name, time, happened).await.and(rig.browser.close().await)
    })
}

/// Runs one story at a time; gives it the test's name, after which its logs are called.
pub(crate) fn alone(happens: impl AsyncFnOnce(&str) -> Result<()>) -> Result<()> {
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let name = thread::current().name().unwrap_or("story").replace("::", ".");
    fs::create_dir_all(crate::output()).context("cannot create target/e2e")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(happens(&name))
}

/// What happens on this rig, and what must not have happened; keeps the evidence when it goes wrong.
pub(crate) async fn play(
    rig: &Rig,
    name: &str,
    time: Duration,
    happens: impl Future<Output = Result<()>>,
) -> Result<()> {
    let happened = timeout(time, happens).await;
    let result = match happened.unwrap_or_else(|_| Err(anyhow!("the story does not end"))) {
        Ok(()) => is_quiet(rig).await,
        Err(error) => Err(error),
    };
    if result.is_err() && timeout(EVIDENCE_MAX, keep_evidence(rig, name)).await.is_err() {
        eprintln!("the browser does not answer any more");
    }
    result
}

async fn is_quiet(rig: &Rig) -> Result<()> {
    let complaints = rig.browser.complaints().await?;
    ensure!(complaints.is_empty(), "the console complains: {}", complaints.join("; "));
    let log = fs::read_to_string(&rig.stack.log)?;
    let figures = rig.stack.figures().await?;
    // Words of visitors as well, but for those that a line of the log may hold by chance.
    let said = Sandbox::of(&rig.stack).texts_of_all().await?;
    let private =
        || rig.stack.secrets().into_iter().chain(said.iter().filter(|text| text.len() > LONG).cloned());
    let leaked = private().filter(|word| log.contains(word)).count();
    ensure!(leaked == 0, "the proxy has logged {leaked} secrets or texts: {}", rig.stack.log.display());
    let counted = private().filter(|word| figures.contains(word)).count();
    ensure!(counted == 0, "{counted} secrets or texts are in the figures: {figures}");
    let sent = rig.stack.secrets().iter().filter(|secret| rig.stack.street.has_carried(secret)).count();
    ensure!(sent == 0, "{sent} secrets were sent to the browser");
    Ok(())
}

async fn keep_evidence(rig: &Rig, name: &str) {
    eprintln!("long polls that wait now: {}", rig.stack.street.held_polls());
    match rig.stack.way.last_poll() {
        Some(ago) => eprintln!("the centre was polled {} ms ago", ago.as_millis()),
        None => eprintln!("the centre was never polled"),
    }
    for (number, tab) in (1..).zip(rig.browser.tabs().await.unwrap_or_default()) {
        match tab.screenshot(&format!("{name}.{number}")).await {
            Ok(path) => eprintln!("screenshot: {}", path.display()),
            Err(error) => eprintln!("no screenshot of tab {number}: {error:#}"),
        }
    }
    for complaint in rig.browser.complaints().await.unwrap_or_default() {
        eprintln!("console: {complaint}");
    }
    eprintln!("log of the proxy: {}", rig.stack.log.display());
}
