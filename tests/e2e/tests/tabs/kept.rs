//! What was accepted survives the browser, for each place where it may be kept.

use std::sync::Arc;

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::process::Folder;
use frontdesk_e2e::{Browser, In, Options, Rig, Sandbox, story, until};
use serde_json::json;

const TEXT: &str = "Said before the browser was killed";
const DRAFT: &str = "Not sent yet";

/// A browser of its own with a conversation, and a text in it that is shown as on its way.
async fn says_and_is_killed(rig: &Rig, options: Options, name: &str) -> Result<()> {
    let profile = Arc::new(Folder::temporary()?);
    let browser = Browser::start_in(&profile, options, name).await?;
    let shop = ShopPage::open(browser.first_tab().await?, &rig.stack, "/").await?;
    let panel = shop.open_panel().await?;
    panel.say("Hello").await?;
    panel.has_sent("Hello").await?;
    rig.stack.street.hold("POST /v1/messages");
    panel.say(TEXT).await?;
    until("it is on its way", async || {
        ensure!(rig.stack.street.standing() == 1, "nothing has left");
        Ok(())
    })
    .await?;
    panel.write(DRAFT).await?;
    until("the draft is kept", async || {
        // The only sign of it is the storage itself.
        let kept = panel.tab.run_async(In::Panel, DRAFT_IS_KEPT, Vec::new()).await?;
        ensure!(kept != json!(false), "it is not");
        Ok(())
    })
    .await?;
    browser.kill();
    rig.stack.street.close();
    rig.stack.street.open();

    let browser = Browser::start_in(&profile, options, name).await?;
    let shop = ShopPage::open(browser.first_tab().await?, &rig.stack, "/bowl/").await?;
    // Whether the panel opens by itself, a flag in the host's `localStorage` says, which a killed browser may lose.
    let panel = shop.panel_opened().await?;
    panel.has_sent(TEXT).await?;
    until("the draft is there", async || {
        let draft = panel.draft().await?;
        ensure!(draft == DRAFT, "there is {draft:?}");
        Ok(())
    })
    .await?;
    let texts = Sandbox::of(&rig.stack).texts().await?;
    ensure!(texts == ["Hello", TEXT], "the centre has {texts:?}");
    nothing_unsent_is_kept(&panel.tab).await?;
    browser.close().await
}

/// Whether the frame's own database has a draft; nothing where it may have none.
const DRAFT_IS_KEPT: &str = "
    const finish = arguments[arguments.length - 1];
    let opening;
    try { opening = indexedDB.open('frontdesk-records'); } catch { return setTimeout(finish, 2000, null); }
    opening.onerror = () => setTimeout(finish, 2000, null);
    opening.onsuccess = () => {
      const keys = opening.result.transaction('records').objectStore('records').getAllKeys();
      keys.onsuccess = () => { opening.result.close(); finish(keys.result.includes('shop/draft')); };
    };";

/// Acknowledged texts are wiped, wherever they were kept.
async fn nothing_unsent_is_kept(tab: &frontdesk_e2e::Tab) -> Result<()> {
    until("what was sent is wiped", async || {
        let kept = tab.kept().await?;
        ensure!(!kept.iter().any(|name| name.contains("outgoing/")), "there is {kept:?}");
        Ok(())
    })
    .await
}

#[test]
fn a_killed_browser_loses_nothing_where_frames_may_keep_something() -> Result<()> {
    let options = Options { third_party_storage: true, ..Options::default() };
    story(Options::default(), &Default::default(), async |rig| {
        says_and_is_killed(rig, options, "killed.database").await
    })
}

#[test]
fn a_killed_browser_loses_nothing_where_the_host_keeps_it() -> Result<()> {
    let options = Options { third_party_storage: false, ..Options::default() };
    story(Options::default(), &Default::default(), async |rig| {
        says_and_is_killed(rig, options, "killed.vault").await
    })
}

#[test]
fn where_nobody_keeps_anything_the_visitor_is_told_and_served_all_the_same() -> Result<()> {
    let options = Options { third_party_storage: false, ..Options::default() };
    story(options, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let refuse = "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('refused', 'SecurityError'); } });";
        shop.tab.run(In::Page, refuse, Vec::new()).await?;
        let panel = shop.open_panel().await?;
        panel.say("Hello").await?;
        panel.tells("notice_memory").await?;
        panel.has_sent("Hello").await
    })
}

#[test]
fn a_rating_given_as_the_tab_closes_arrives() -> Result<()> {
    let options = Options { third_party_storage: true, ..Options::default() };
    for held in [false, true] {
        story(options, &Default::default(), async |rig| {
            let shop = rig.shop("/").await?;
            let panel = shop.open_panel().await?;
            panel.say("Hello").await?;
            panel.has_sent("Hello").await?;
            panel.ask_for_a_person().await?;
            let agent = rig.agent_desk("Mei").await?;
            agent.has("Active", 1).await?;
            agent.open_first().await?;
            agent.reply("Good day").await?;
            panel.hears("Good day").await?;
            agent.tab.show().await?;
            agent.end().await?;
            panel.tells("rating_title").await?;
            if held {
                // It cannot leave in time.
                rig.stack.street.close();
            }
            panel.choose_level(5).await?;
            panel.click("rating_send").await?;
            shop.tab.close().await?;
            agent.tab.show().await?;
            rig.stack.street.open();
            // If it has not left in time, it is sent at the next visit.
            let shop = ShopPage::open(rig.browser.new_tab().await?, &rig.stack, "/bowl/").await?;
            if !shop.is_open().await? {
                shop.click_launcher().await?;
            }
            agent.tab.show().await?;
            let rating = agent.rating().await?;
            ensure!(rating.contains("Rated 5 of 5"), "the rating is {rating}");
            Ok(())
        })?;
    }
    Ok(())
}
