//! A page whose policy refuses frames, and permits all else: the panel lives in a document of the page's own.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::hosts::visit;
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::{In, Options, Tab, story, until};
use serde_json::json;

const PAGE: &str = "/hosts/policies/no-frames-but-all-else";
const LINK: &str = "return deep('a').filter(shown).map((link) => link.href).find((href) => href.includes('/frame?desk=shop')) ?? null;";

async fn leads(tab: &Tab, desk: &str) -> Result<()> {
    let href = until("there is a link", async || {
        tab.page(LINK).await?.as_str().map(str::to_owned).context("there is none")
    })
    .await?;
    ensure!(href.starts_with(desk), "it leads to {href}");
    Ok(())
}

#[test]
fn the_panel_in_a_document_of_the_page_converses_and_is_there_again() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop(PAGE).await?;
        let panel = shop.open_panel().await?;
        let place = shop
            .tab
            .run(In::Panel, "return [location.href, document.compatMode, origin];", Vec::new())
            .await?;
        ensure!(place == json!(["about:srcdoc", "CSS1Compat", rig.stack.shop.origin]), "it is in {place}");
        panel.say("How can I pay?").await?;
        panel.hears("We take bank cards").await?;
        shop.tab.screenshot("inside/1-conversation").await?;

        // It is open on the next page, with what was said.
        shop.reload().await?;
        panel.is_usable().await?;
        panel.has_sent("How can I pay?").await?;
        panel.hears("We take bank cards").await?;
        // The same after it began anew by itself, as it does when it cannot go on.
        shop.tab.run(In::Panel, "location.reload();", Vec::new()).await?;
        panel.is_usable().await?;
        panel.hears("We take bank cards").await?;
        panel.say("And by invoice?").await?;
        panel.has_sent("And by invoice?").await?;
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

/// The strictest policy under which it works is kept, also by what comes later: a file, its picture, what the agent sends.
#[test]
fn files_are_sent_and_seen_and_nothing_but_the_frame_is_refused() -> Result<()> {
    let picture = frontdesk_e2e::root().join("crates/sandbox/src/media/photo.png");
    story(Options::default(), &Default::default(), async |rig| {
        let policy = "policies/no-frames-and-all-else-named";
        let shop =
            ShopPage::open(rig.browser.first_tab().await?, &rig.stack, &format!("/hosts/{policy}")).await?;
        let panel = shop.open_panel().await?;
        panel.say("Good morning").await?;
        panel.hears("What can I do for you").await?;
        panel.tab.choose(In::Panel, ".fd-pick", std::slice::from_ref(&picture)).await?;
        until("it lies ready", async || {
            let tiles = panel.tab.run(In::Panel, "return deep('.fd-tile').length;", Vec::new()).await?;
            ensure!(tiles == json!(1), "there are {tiles}");
            Ok(())
        })
        .await?;
        panel.send().await?;
        until("the picture is seen", async || {
            let seen =
                "return deep('.fd-bubble img').map((image) => image.complete && image.naturalWidth > 0);";
            let seen = panel.tab.run(In::Panel, seen, Vec::new()).await?;
            ensure!(seen == json!([true]), "there is {seen}");
            Ok(())
        })
        .await?;
        shop.tab.screenshot("inside/2-picture").await?;
        let mut violated = visit::violations(rig, policy).await?;
        violated.retain(|directive| directive != "frame-src");
        ensure!(violated.is_empty(), "{violated:?} were violated");
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}

/// A desk that does not know the page, and a page that names the sum of all that may run in it.
#[test]
fn who_may_not_have_it_gets_a_link() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let tab = rig.browser.new_tab().await?;
        let stranger = rig.stack.shop.origin.replace("localhost", "127.0.0.1");
        ensure!(stranger != rig.stack.shop.origin, "it is no stranger");
        let shop = ShopPage::open_at(tab, &stranger, PAGE).await?;
        shop.click_launcher().await?;
        leads(&shop.tab, &rig.stack.desk).await?;

        let shop = rig.shop(PAGE).await?;
        let pinned = format!("{}/frontdesk-{}.js", rig.stack.desk, env!("CARGO_PKG_VERSION"));
        let load = format!(
            "frontdesk.destroy();
             const script = document.createElement('script');
             script.dataset.desk = 'shop';
             script.src = '{pinned}';
             document.querySelectorAll('script[data-desk]').forEach((old) => old.remove());
             document.head.append(script);"
        );
        shop.tab.page(&load).await?;
        until("it is there again", async || {
            ensure!(
                shop.tab.page("return typeof window.frontdesk;").await? == json!("function"),
                "it is not"
            );
            Ok(())
        })
        .await?;
        shop.tab.page("frontdesk.open();").await?;
        leads(&shop.tab, &rig.stack.desk).await?;
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}
