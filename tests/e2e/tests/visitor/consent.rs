//! A website that asks before anything is kept or sent.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage, Side};
use frontdesk_e2e::{In, Options, Rig, Tab, story, until};
use serde_json::json;

/// The ways out of the question.
const QUESTION: [&str; 3] = ["Close chat", "Agree and start", "Not now"];

/// What the page has asked the desk for and keeps, beside the loader.
const TRACES: &str = "
    const asked = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
    return [asked.filter((path) => /^\\/(frame|v1|assets)/.test(path)), Object.keys(localStorage), deep('iframe').length];";

async fn is_asked(tab: &Tab) -> Result<()> {
    until("the question is there", async || {
        let seen = tab.page("return deep('.c button').filter(shown).map(nameOf);").await?;
        ensure!(seen == json!(QUESTION), "there is {seen}");
        Ok(())
    })
    .await
}

/// The shop, whose tag says that visitors are asked, with its panel opened.
async fn asking(rig: &Rig) -> Result<(ShopPage, Tab)> {
    let shop = rig.shop("/").await?;
    let tab = shop.tab.clone();
    tab.before_pages("window.frontdeskSettings = { consent: 'required', privacy: '/privacy/' };").await?;
    shop.reload().await?;
    tab.page(
        "window.told = []; addEventListener('frontdesk:consent', ({ detail }) => told.push(detail.given));",
    )
    .await?;
    shop.click_launcher().await?;
    is_asked(&tab).await?;
    Ok((shop, tab))
}

async fn choose(tab: &Tab, name: &str) -> Result<()> {
    tab.click_found(In::Page, "return find('button', arguments[0]);", vec![json!(name)]).await
}

#[test]
fn nothing_is_kept_or_sent_before_the_visitor_agrees() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let (shop, tab) = asking(rig).await?;
        tab.screenshot("consent/1-question").await?;
        let link = tab.page("return deep('.c a').map((link) => [nameOf(link), link.pathname]);").await?;
        ensure!(link == json!([["Privacy notice", "/privacy/"]]), "the link is {link}");
        let traces = tab.page(TRACES).await?;
        ensure!(traces == json!([[], [], 0]), "before the answer there is {traces}");

        // What was asked for before a no is not said after a yes.
        tab.page("frontdesk.sendMessage('Too early');").await?;
        choose(&tab, "Not now").await?;
        ensure!(!shop.is_open().await?, "it is open");
        let traces = tab.page(TRACES).await?;
        ensure!(traces == json!([[], [], 0]), "after a no there is {traces}");
        shop.click_launcher().await?;
        is_asked(&tab).await?;
        choose(&tab, "Agree and start").await?;
        let panel: Panel = shop.panel();
        panel.is_usable().await?;
        ensure!(tab.page("return told;").await? == json!([false, true]), "the page was told something else");
        panel.say("I agree").await?;
        panel.has_sent("I agree").await?;
        let mine = panel.said().await?.into_iter().filter(|(side, _)| *side == Side::Mine);
        ensure!(mine.map(|(_, text)| text).eq(["I agree"]), "it said {:?}", panel.said().await?);

        // On the next page nobody asks again.
        shop.go_to("/bowl/").await?;
        panel.tab.reads(In::Panel, "I agree").await?;
        // Who erases everything is asked again.
        panel.click("menu").await?;
        panel.click("erase").await?;
        panel.click("erase").await?;
        is_asked(&tab).await?;
        let traces = tab.page("return Object.keys(localStorage);").await?;
        ensure!(traces == json!([]), "there is {traces}");
        Ok(())
    })
}

#[test]
fn a_website_that_has_asked_itself_says_so() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let (shop, tab) = asking(rig).await?;
        // In its own words, and in ours where those cannot be read.
        for (texts, wanted) in [
            ("{ consent_text: 'May we?' }", "May we?"),
            ("'{\"consent_text\":\"May we now?\"}'", "May we now?"),
            ("'{'", "Before we talk"),
        ] {
            tab.page(&format!(
                "frontdesk.close(); frontdesk.update({{ texts: {texts} }}); frontdesk.open();"
            ))
            .await?;
            until("the question is in these words", async || {
                let words = tab.page("return deep('.c p').filter(shown).map(words);").await?;
                ensure!(words.to_string().contains(wanted), "it is {words}");
                Ok(())
            })
            .await?;
        }
        tab.page("frontdesk.update({ consent: 'given', texts: null });").await?;
        shop.panel().is_usable().await
    })
}
