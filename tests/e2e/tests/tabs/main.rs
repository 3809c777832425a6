//! One visitor with many tabs, with tabs that die, and with browsers that are killed.

mod bfcache;
mod eight;
mod kept;
mod one_way;
mod random;
mod takeover;

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::{In, Rig, Tab, until};
use serde_json::json;

/// One more tab of the shop, in which a conversation goes on.
async fn one_more(rig: &Rig) -> Result<ShopPage> {
    let shop = ShopPage::open(rig.browser.new_tab().await?, &rig.stack, "/bowl/").await?;
    shop.panel().is_usable().await?;
    Ok(shop)
}

/// Waits until so many long polls are held, and no more.
async fn polls_are(rig: &Rig, count: usize) -> Result<()> {
    until(&format!("{count} long polls are held"), async || {
        let held = rig.stack.street.held_polls();
        ensure!(held == count, "there are {held}");
        Ok(())
    })
    .await
}

/// From now on the panel of this tab says no word when its page goes or is frozen, as if it had died.
async fn falls_silent(tab: &Tab) -> Result<()> {
    let script = "for (const name of ['pagehide', 'beforeunload', 'freeze'])
        window.addEventListener(name, (event) => event.stopImmediatePropagation(), true);";
    tab.run(In::Panel, script, Vec::new()).await.map(drop)
}

/// Kills the page; what the browser still does for it is its own affair. The tab is gone afterwards.
async fn crash(tab: &Tab) -> Result<()> {
    // The command is answered by the crash itself.
    if tab.devtools("Page.crash", json!({})).await.is_ok() {
        anyhow::bail!("the page is still there");
    }
    tab.close().await
}

/// Which of the tabs holds the long poll: the one whose loss of it is noticed.
async fn leader_of(panels: &[Panel]) -> Result<usize> {
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
