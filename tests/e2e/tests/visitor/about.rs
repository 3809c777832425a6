//! What whoever serves is told of the page: its address and title, and what the website adds.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::{In, Options, Rig, Sandbox, story};
use serde_json::{Value, json};

/// What the robot's flow was handed when the conversation was opened.
async fn handed(rig: &Rig) -> Result<Value> {
    let told = |record: &Value| {
        let conversation = record.get("conversations")?.as_array()?.last()?.clone();
        conversation.get("messages")?.as_array()?.first()?;
        Some(conversation.get("transData").and_then(Value::as_str).unwrap_or("{}").to_owned())
    };
    let text = Sandbox::of(&rig.stack).holds("a conversation", told).await?;
    serde_json::from_str(&text).context("it was handed no JSON")
}

async fn says(shop: &ShopPage) -> Result<()> {
    let panel = shop.open_panel().await?;
    panel.say("Hello").await?;
    panel.has_sent("Hello").await
}

#[test]
fn the_page_is_told_without_its_query() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/bowl/?token=secret#part").await?;
        shop.tab.page("frontdesk.setAttributes({ plan: 'gold', orders: 3, gone: 'soon' });").await?;
        let panel = shop.open_panel().await?;
        // An application goes elsewhere without a new page, and the visitor turns to the panel.
        let elsewhere = "
            history.pushState({}, '', '/cup/?token=secret');
            document.title = 'The cup';
            frontdesk.setAttributes({ gone: null });";
        shop.tab.page(elsewhere).await?;
        panel.is_usable().await?;
        shop.tab.page("dispatchEvent(new Event('blur'));").await?;
        panel.say("Hello").await?;
        panel.has_sent("Hello").await?;
        let expected = json!({
            "page_url": format!("{}/cup/", rig.stack.shop.origin),
            "page_title": "The cup",
            "plan": "gold",
            "orders": "3",
        });
        let told = handed(rig).await?;
        ensure!(told == expected, "it was told {told}");
        Ok(())
    })
}

#[test]
fn a_site_that_tells_nothing_tells_nothing() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/bowl/").await?;
        shop.tab.page("frontdesk.update({ page: 'off' });").await?;
        says(&shop).await?;
        let told = handed(rig).await?;
        ensure!(told == json!({}), "it was told {told}");
        Ok(())
    })
}

#[test]
fn a_browser_that_asks_for_privacy_has_it() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let tab = rig.browser.first_tab().await?;
        let source = "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });";
        tab.before_pages(source).await?;
        let shop = rig.shop("/bowl/").await?;
        shop.tab.page("frontdesk.setAttributes({ plan: 'gold' });").await?;
        says(&shop).await?;
        let told = handed(rig).await?;
        ensure!(told == json!({"plan": "gold"}), "it was told {told}");
        Ok(())
    })
}

#[test]
fn attributes_that_the_desk_would_refuse_are_named() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let told = "
            const [finish] = arguments;
            const told = [];
            addEventListener('frontdesk:error', ({ detail }) => told.push(detail.message.split(':')[0]));
            frontdesk.setAttributes({ 'a b': 1 });
            frontdesk.setAttributes({ long: 'x'.repeat(257) });
            frontdesk.setAttributes(Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`n${at}`, at])));
            frontdesk.setAttributes({ fine: 1 });
            frontdesk.update({ page: 'off', attributes: { 'a b': 1 } });
            const wait = () => (told.length < 4 ? setTimeout(wait, 20) : finish(told));
            wait();";
        let told = shop.tab.run_async(In::Page, told, Vec::new()).await?;
        ensure!(
            told == json!(["attributes", "attributes", "attributes", "attributes"]),
            "it was told {told}"
        );
        says(&shop).await?;
        let told = handed(rig).await?;
        ensure!(told.get("fine") == Some(&json!("1")), "what was right is gone: {told}");
        ensure!(told.get("page_url").is_some(), "half of a wrong call was done: {told}");
        drop(rig.browser.complaints().await?);
        Ok(())
    })
}
