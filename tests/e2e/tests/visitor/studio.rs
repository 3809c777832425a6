//! The studio of the demo: a web team chooses, sees it, and takes a tag along that works.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{Panel, Words};
use frontdesk_e2e::{In, Options, Tab, story, until};
use serde_json::{Value, json};

/// Chooses a value as a person does: it is there, and the form hears of it.
const CHOOSE: &str = "
    const field = document.getElementById('form').elements[arguments[0]];
    field.value = arguments[1];
    field.dispatchEvent(new Event('input', { bubbles: true }));";

async fn choose(tab: &Tab, name: &str, value: &str) -> Result<()> {
    tab.run(In::Page, CHOOSE, vec![name.into(), value.into()]).await.map(drop)
}

async fn text_of(tab: &Tab, id: &str) -> Result<String> {
    let text = tab
        .run(In::Page, "return document.getElementById(arguments[0]).textContent;", vec![id.into()])
        .await?;
    text.as_str().map(str::to_owned).context("there is no text")
}

#[test]
fn what_is_chosen_is_seen_and_is_in_the_tag() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let tab = rig.browser.first_tab().await?;
        let studio = format!("{}/studio/", rig.stack.shop.origin);
        tab.open(&studio).await?;
        until("the studio is ready", async || {
            let tag = text_of(&tab, "tag").await?;
            ensure!(tag.contains("data-desk=\"shop\""), "the tag is {tag}");
            Ok(())
        })
        .await?;
        tab.screenshot("studio/1-first").await?;
        choose(&tab, "locale", "de").await?;
        choose(&tab, "color", "rebeccapurple").await?;
        choose(&tab, "title", "Frag \"Mia\"").await?;
        choose(&tab, "welcome_title", "Guten Tag & willkommen").await?;
        choose(&tab, "position", "left").await?;
        choose(&tab, "theme", "dark").await?;
        ensure!(
            text_of(&tab, "contrast").await? == "White text on it: 8.4 to 1.",
            "contrast: {}",
            text_of(&tab, "contrast").await?
        );

        let button = "return deep('[aria-haspopup=dialog]').filter(shown).map((e) => [nameOf(e), e.getBoundingClientRect().left < innerWidth / 2]);";
        until("the button is as it was chosen", async || {
            let seen = tab.run(In::Page, button, Vec::new()).await?;
            ensure!(seen == json!([["Frag \"Mia\"", true]]), "it is {seen}");
            Ok(())
        })
        .await?;
        tab.click_found(In::Page, "return document.getElementById('open');", Vec::new()).await?;
        let panel = Panel::new(tab.clone(), Words::of("de")?);
        panel.is_usable().await?;
        tab.reads(In::Panel, "Guten Tag & willkommen").await?;
        tab.screenshot("studio/2-chosen").await?;
        choose(&tab, "color", "#0a7d32").await?;
        until("the panel takes the colour at once", async || {
            let accent = "return document.documentElement.style.getPropertyValue('--frontdesk-accent');";
            let accent = tab.run(In::Panel, accent, Vec::new()).await?;
            ensure!(accent == json!("#0a7d32"), "it has {accent}");
            Ok(())
        })
        .await?;
        ensure!(
            text_of(&tab, "problem").await?.is_empty(),
            "there is a problem: {}",
            text_of(&tab, "problem").await?
        );

        // The tag means what was chosen.
        let read = "
            const script = new DOMParser().parseFromString(document.getElementById('tag').textContent, 'text/html').querySelector('script');
            return { ...script.dataset, src: script.src };";
        // A page that demands Trusted Types parses nothing: elsewhere.
        let tag = text_of(&tab, "tag").await?;
        let shop = rig.shop("/packages/plain.html").await?;
        let read = read.replace("document.getElementById('tag').textContent", "arguments[0]");
        let said = shop.tab.run(In::Page, &read, vec![tag.into()]).await?;
        let texts: Value =
            serde_json::from_str(said.get("texts").and_then(Value::as_str).context("no texts")?)?;
        ensure!(texts == json!({"welcome_title": "Guten Tag & willkommen"}), "texts are {texts}");
        for (name, value) in [
            ("locale", "de"),
            ("color", "#0a7d32"),
            ("title", "Frag \"Mia\""),
            ("position", "left"),
            ("theme", "dark"),
        ] {
            ensure!(said.get(name) == Some(&json!(value)), "{name} is {said}");
        }
        ensure!(said.get("src") == Some(&json!(format!("{}/frontdesk.js", rig.stack.desk))), "{said}");
        Ok(())
    })
}
