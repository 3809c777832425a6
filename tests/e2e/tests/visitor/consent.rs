//! A website that asks before anything is kept or sent.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::{In, Options, Tab, story, until};
use serde_json::{Value, json};

async fn page(tab: &Tab, script: &str) -> Result<Value> {
    tab.run(In::Page, script, Vec::new()).await
}

/// What the page has asked the desk for and keeps, beside the loader.
const TRACES: &str = "
    const asked = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
    return [asked.filter((path) => /^\\/(frame|v1|assets)/.test(path)), Object.keys(localStorage), deep('iframe').length];";

async fn question(tab: &Tab, wanted: Value) -> Result<()> {
    until("the question is there, or is not", async || {
        let seen = page(tab, "return deep('.c button').filter(shown).map(nameOf);").await?;
        ensure!(seen == wanted, "there is {seen}");
        Ok(())
    })
    .await
}

/// The shop, whose tag says that visitors are asked.
async fn asking(tab: &Tab, shop: &ShopPage) -> Result<()> {
    let source = "window.frontdeskSettings = { consent: 'required', privacy: '/privacy/' };";
    tab.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": source})).await?;
    shop.reload().await?;
    page(
        tab,
        "window.told = []; addEventListener('frontdesk:consent', ({ detail }) => told.push(detail.given));",
    )
    .await
    .map(drop)
}

async fn choose(tab: &Tab, name: &str) -> Result<()> {
    tab.click_found(In::Page, "return find('button', arguments[0]);", vec![json!(name)]).await
}

#[test]
fn nothing_is_kept_or_sent_before_the_visitor_agrees() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let tab = shop.tab.clone();
        asking(&tab, &shop).await?;
        shop.click_launcher().await?;
        question(&tab, json!(["Close chat", "Agree and start", "Not now"])).await?;
        tab.screenshot("consent/1-question").await?;
        let link = page(&tab, "return deep('.c a').map((link) => [nameOf(link), link.pathname]);").await?;
        ensure!(link == json!([["Privacy notice", "/privacy/"]]), "the link is {link}");
        let traces = page(&tab, TRACES).await?;
        ensure!(traces == json!([[], [], 0]), "before the answer there is {traces}");

        choose(&tab, "Not now").await?;
        ensure!(!shop.is_open().await?, "it is open");
        let traces = page(&tab, TRACES).await?;
        ensure!(traces == json!([[], [], 0]), "after a no there is {traces}");
        shop.click_launcher().await?;
        question(&tab, json!(["Close chat", "Agree and start", "Not now"])).await?;
        choose(&tab, "Agree and start").await?;
        let panel: Panel = shop.panel();
        panel.is_usable().await?;
        ensure!(
            page(&tab, "return told;").await? == json!([false, true]),
            "the page was told something else"
        );
        panel.say("I agree").await?;
        panel.has_sent("I agree").await?;

        // On the next page nobody asks again.
        shop.go_to("/bowl/").await?;
        panel.tab.reads(In::Panel, "I agree").await?;
        // Who erases everything is asked again.
        panel.click("menu").await?;
        panel.click("erase").await?;
        panel.click("erase").await?;
        question(&tab, json!(["Close chat", "Agree and start", "Not now"])).await?;
        let traces = page(&tab, "return Object.keys(localStorage);").await?;
        ensure!(traces == json!([]), "there is {traces}");
        Ok(())
    })
}

#[test]
fn a_website_that_has_asked_itself_says_so() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let tab = shop.tab.clone();
        asking(&tab, &shop).await?;
        shop.click_launcher().await?;
        question(&tab, json!(["Close chat", "Agree and start", "Not now"])).await?;
        // In its own words, and in ours where those cannot be read.
        for (texts, wanted) in [
            ("{ consent_text: 'May we?' }", "May we?"),
            ("'{\"consent_text\":\"May we now?\"}'", "May we now?"),
            ("'{'", "Before we talk"),
        ] {
            page(
                &tab,
                &format!("frontdesk.close(); frontdesk.update({{ texts: {texts} }}); frontdesk.open();"),
            )
            .await?;
            until("the question is in these words", async || {
                let words = page(&tab, "return deep('.c p').filter(shown).map(words);").await?;
                ensure!(words.to_string().contains(wanted), "it is {words}");
                Ok(())
            })
            .await?;
        }
        page(&tab, "frontdesk.update({ consent: 'given', texts: null });").await?;
        shop.panel().is_usable().await
    })
}
