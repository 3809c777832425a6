//! Where the panel covers the page, the page is out of reach of keys and of screen readers, and is back afterwards.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::{In, Kind, Options, story, until};
use serde_json::json;

/// More than there are stops in the panel.
const TABS: usize = 40;

/// A button of the page's own, and a screen whose size the test decides.
const PAGE: &str = "
    const behind = document.createElement('button');
    behind.id = 'behind';
    behind.textContent = 'Buy';
    document.body.prepend(behind);
    window.rigScreen = { matches: true };
    const real = window.matchMedia.bind(window);
    window.matchMedia = (query) => query.includes('max-width:480px') ? window.rigScreen : real(query);";

/// Whether the page's button can take the focus, which is given back then.
async fn can_be_reached(shop: &ShopPage) -> Result<bool> {
    let script = "
        const held = document.activeElement;
        const behind = document.getElementById('behind');
        behind.focus();
        const took = document.activeElement === behind;
        if (took) (held.shadowRoot?.activeElement ?? held).focus();
        return took;";
    Ok(shop.tab.run(In::Page, script, Vec::new()).await? == json!(true))
}

async fn has_focus(shop: &ShopPage) -> Result<()> {
    until("the panel has the focus", async || {
        let inside = shop.tab.run(In::Panel, "return document.hasFocus();", Vec::new()).await?;
        ensure!(inside == json!(true), "the page has it");
        Ok(())
    })
    .await
}

async fn is_now(shop: &ShopPage, small: bool) -> Result<()> {
    let script = "window.rigScreen.matches = arguments[0]; dispatchEvent(new Event('resize'));";
    shop.tab.run(In::Page, script, vec![small.into()]).await?;
    until("the panel follows the size of the screen", async || {
        let modal = shop.tab.run(In::Page, "return deep('dialog')[0].matches(':modal');", Vec::new()).await?;
        ensure!(modal == json!(small), "small: {small}, modal: {modal}");
        Ok(())
    })
    .await
}

#[test]
fn what_the_panel_covers_is_out_of_reach() -> Result<()> {
    story(Options { kind: Kind::chosen()?, ..Options::default() }, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let tab = &shop.tab;
        tab.run(In::Page, PAGE, Vec::new()).await?;
        ensure!(can_be_reached(&shop).await?, "the page is out of reach before the panel is opened");
        let panel = shop.open_panel().await?;
        has_focus(&shop).await?;
        // In WebKit the first key is the first thing that may move the focus in the frame.
        tab.type_keys(In::Panel, "zero ").await?;
        ensure!(panel.draft().await? == "zero ", "the draft is {:?}", panel.draft().await?);
        ensure!(!can_be_reached(&shop).await?, "the page behind the panel can be reached");

        for _ in 0..TABS {
            tab.press(In::Panel, &[Key::Tab]).await?;
            let script = "return document.activeElement.id === 'behind';";
            ensure!(
                tab.run(In::Page, script, Vec::new()).await? == json!(false),
                "Tab leads to the page behind"
            );
        }
        let name = tab.run(In::Page, "return deep('dialog').map(nameOf);", Vec::new()).await?;
        ensure!(name == json!([shop.launcher_name().await?]), "the dialogs are {name}");

        // The window grows and shrinks while the visitor writes.
        let write = "deep('textarea')[0].focus();";
        tab.run(In::Panel, write, Vec::new()).await?;
        for (small, typed) in [(false, "one"), (true, " two"), (false, " three"), (true, " four")] {
            is_now(&shop, small).await?;
            tab.type_keys(In::Panel, typed).await?;
        }
        let draft = panel.draft().await?;
        // Where in the text a field goes on that was left for a while is the browser's.
        ensure!(draft.contains("zero ") && draft.contains("one two three four"), "the draft is {draft:?}");
        is_now(&shop, false).await?;
        ensure!(can_be_reached(&shop).await?, "the page beside the panel is out of reach");
        is_now(&shop, true).await?;
        ensure!(!can_be_reached(&shop).await?, "the page behind the panel can be reached");

        // Whoever copies something writes nothing.
        let copy = "
            focused().blur();
            const key = { key: 'c', ctrlKey: true, bubbles: true };
            document.body.dispatchEvent(new KeyboardEvent('keydown', key));
            return focused() === document.body;";
        ensure!(
            tab.run(In::Panel, copy, Vec::new()).await? == json!(true),
            "the composer has taken the focus"
        );

        tab.run(In::Panel, write, Vec::new()).await?;
        tab.press(In::Panel, &[Key::Escape]).await?;
        shop.has_closed().await?;
        ensure!(can_be_reached(&shop).await?, "the page is out of reach after the panel was closed");

        // The browser's own way to close a dialog: the way back of a phone.
        shop.panel_opened().await?;
        has_focus(&shop).await?;
        let cancel = "
            const dialog = deep('dialog')[0];
            if (dialog.dispatchEvent(new Event('cancel', { cancelable: true }))) dialog.close();";
        tab.run(In::Page, cancel, Vec::new()).await?;
        shop.has_closed().await?;
        ensure!(can_be_reached(&shop).await?, "the page is out of reach after the panel was dismissed");
        Ok(())
    })
}

#[test]
fn an_application_that_takes_the_panel_away_and_back_gets_its_page_back() -> Result<()> {
    story(Options { kind: Kind::chosen()?, ..Options::default() }, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        shop.tab.run(In::Page, PAGE, Vec::new()).await?;
        shop.open_panel().await?;
        ensure!(!can_be_reached(&shop).await?, "the page behind the panel can be reached");
        shop.tab.run(In::Page, "document.querySelector('frontdesk-launcher').remove();", Vec::new()).await?;
        until("the panel is back and covers the page", async || {
            shop.panel().is_usable().await?;
            ensure!(!can_be_reached(&shop).await?, "the page behind the panel can be reached");
            Ok(())
        })
        .await?;
        shop.tab.run(In::Page, "frontdesk.close();", Vec::new()).await?;
        until("the page is back", async || {
            ensure!(can_be_reached(&shop).await?, "the page is out of reach");
            Ok(())
        })
        .await
    })
}
