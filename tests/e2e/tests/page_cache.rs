//! A page with the launcher on it is kept by the browser when it is left, as long as there is no conversation: in the browser that
//! `FRONTDESK_BROWSER` names.

use anyhow::{Result, ensure};
use frontdesk_e2e::{In, Options, Rig, Tab, story, until};
use serde_json::json;

#[test]
fn a_page_without_a_conversation_comes_back_as_it_was_left() -> Result<()> {
    let options = Options::chosen()?;
    story(options, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        // The panel was opened and looked at; nothing was said.
        let panel = shop.panel_opened().await?;
        let mark =
            "window.left = 'as it was'; window.onpageshow = (event) => (window.kept = event.persisted);";
        shop.tab.page(mark).await?;
        leave(rig, &shop.tab).await?;
        shop.tab.back().await?;
        until("the page is back", async || {
            let seen = shop.tab.page("return [window.left, window.kept];").await?;
            ensure!(seen == json!(["as it was", true]), "it was loaded anew: {seen}");
            Ok(())
        })
        .await?;
        // And it works.
        panel.say("I am back").await?;
        panel.has_sent("I am back").await
    })
}

/// The page goes elsewhere while the driver is busy with another tab: Firefox's driver listens for the end of a page that it does
/// something in (after a click of its own for good), and a page with such a listener is not kept.
async fn leave(rig: &Rig, tab: &Tab) -> Result<()> {
    let other = rig.browser.new_tab().await?;
    other.open(&format!("{}/bowl/", rig.stack.shop.origin)).await?;
    tab.page(
        "addEventListener('storage', ({ key }) => key === 'go' && document.querySelector('a[href*=returns]').click());
         addEventListener('pagehide', () => localStorage.setItem('gone', '1'));",
    )
    .await?;
    let script = "const done = arguments[arguments.length - 1];
        addEventListener('storage', ({ key }) => key === 'gone' && done(true));
        localStorage.setItem('go', '1');";
    ensure!(other.run_async(In::Page, script, Vec::new()).await? == json!(true), "it has not left");
    until("the page has been left", async || {
        let path = tab.page("return document.readyState === 'complete' && location.pathname;").await?;
        ensure!(path == json!("/returns/"), "it is at {path}");
        Ok(())
    })
    .await
}
