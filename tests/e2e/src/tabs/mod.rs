//! One visitor with many tabs of a shop, and with tabs that die.
//!
//! # Layout
//! - [`walk`]: whatever happens to tabs, at random from a seed
//! - [`takeover`]: the tab that leads comes to its end, and another one goes on
//! - [`tones`]: which tabs make a sound

pub mod takeover;
pub mod tones;
pub mod walk;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::pages::{Panel, ShopPage};
use crate::story::Rig;
use crate::tab::{In, Tab};
use crate::wait::until;

/// One more tab of the shop, with the page of this path, in which a conversation goes on.
///
/// # Errors
///
/// When it cannot be loaded, or its panel does not open by itself.
pub async fn one_more(rig: &Rig, path: &str) -> Result<ShopPage> {
    let shop = ShopPage::open(rig.browser.new_tab().await?, &rig.stack, path).await?;
    shop.panel().is_usable().await?;
    Ok(shop)
}

/// Waits until so many long polls are held, and no more.
///
/// # Errors
///
/// When that takes too long.
pub async fn polls_are(rig: &Rig, count: usize) -> Result<()> {
    until(&format!("{count} long polls are held"), async || {
        let held = rig.stack.street.held_polls();
        ensure!(held == count, "there are {held}");
        Ok(())
    })
    .await
}

/// From now on the panel of this tab says no word when its page goes or is frozen, as if it had died.
///
/// # Errors
///
/// When it has no panel.
pub async fn falls_silent(tab: &Tab) -> Result<()> {
    let script = "for (const name of ['pagehide', 'beforeunload', 'freeze'])
        window.addEventListener(name, (event) => event.stopImmediatePropagation(), true);";
    tab.run(In::Panel, script, Vec::new()).await.map(drop)
}

/// Kills the page; what the browser still does for it is its own affair. The tab is gone afterwards.
///
/// # Errors
///
/// When the page lives on. Chromium only.
pub async fn crash(tab: &Tab) -> Result<()> {
    // The command is answered by the crash itself.
    if tab.devtools("Page.crash", json!({})).await.is_ok() {
        anyhow::bail!("the page is still there");
    }
    tab.close().await
}

/// Which of the tabs holds the long poll: the one whose loss of it is noticed.
///
/// # Errors
///
/// When none does, or their frames have no locks.
pub async fn leader_of(panels: &[Panel]) -> Result<usize> {
    let script = "
        const finish = arguments[arguments.length - 1];
        navigator.locks.query().then(
          ({ held }) => navigator.locks.request('rig', async () =>
            finish(held.filter(({ name }) => name.startsWith('frontdesk/')).map(({ clientId }) => clientId))),
          () => finish([]));";
    let own = "
        const finish = arguments[arguments.length - 1];
        navigator.locks.request('rig', { steal: true }, async () =>
          finish((await navigator.locks.query()).held.find(({ name }) => name === 'rig').clientId));";
    let first = panels.first().context("there is no tab")?;
    let held = first.tab.run_async(In::Panel, script, Vec::new()).await?;
    for (at, panel) in panels.iter().enumerate() {
        let id = panel.tab.run_async(In::Panel, own, Vec::new()).await?;
        if held.as_array().is_some_and(|held| held.contains(&id)) {
            return Ok(at);
        }
    }
    anyhow::bail!("no tab leads: {held}")
}
