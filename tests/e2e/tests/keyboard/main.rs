//! The whole journey without a mouse, and what software that reads the screen is told on the way.

mod flows;

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::{In, Options, story, until};
use serde_json::{Value, json};

const STOPS_MAX: usize = 40;

#[test]
fn everything_can_be_done_by_keyboard() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        tab_to(&shop, In::Page, "button", Some(&shop.launcher_name().await?)).await?;
        shop.tab.press(In::Page, &[Key::Enter]).await?;
        let panel = shop.panel();
        panel.is_usable().await?;
        has_focus(&panel, "composer_label").await?;

        shop.tab.type_keys(In::Panel, "How can I pay?").await?;
        shop.tab.press(In::Panel, &[Key::Enter]).await?;
        panel.hears("We take bank cards").await?;

        tab_to(&shop, In::Panel, "button", Some(panel.words.get("talk_person")?)).await?;
        shop.tab.press(In::Panel, &[Key::Enter]).await?;
        panel.tells("queue_next").await?;
        let agent = rig.agent_desk("Zhang").await?;
        agent.has("Active", 1).await?;
        agent.open_first().await?;
        agent.reply("At the till, or by card").await?;
        shop.tab.show().await?;
        panel.hears("At the till").await?;

        tab_to(&shop, In::Panel, "button", Some(panel.words.get("menu")?)).await?;
        shop.tab.press(In::Panel, &[Key::Enter]).await?;
        tab_to(&shop, In::Panel, "button", Some(panel.words.get("end")?)).await?;
        shop.tab.press(In::Panel, &[Key::Enter]).await?;
        // The way back has the focus, so that nothing ends by accident.
        has_focus(&panel, "end_no").await?;
        tab_to(&shop, In::Panel, "button", Some(panel.words.get("end")?)).await?;
        shop.tab.press(In::Panel, &[Key::Enter]).await?;

        panel.tells("rating_title").await?;
        tab_to(&shop, In::Panel, "radio", None).await?;
        shop.tab.press(In::Panel, &[Key::Space]).await?;
        tab_to(&shop, In::Panel, "textbox", Some(panel.words.get("rating_comment")?)).await?;
        shop.tab.type_keys(In::Panel, "All by hand").await?;
        tab_to(&shop, In::Panel, "button", Some(panel.words.get("rating_send")?)).await?;
        shop.tab.press(In::Panel, &[Key::Enter]).await?;
        panel.tells("rating_thanks").await?;
        let rating = agent.rating().await?;
        ensure!(rating.contains("All by hand"), "the rating is {rating}");

        shop.tab.show().await?;
        has_focus_inside(&panel).await?;
        shop.tab.press(In::Panel, &[Key::Escape]).await?;
        shop.has_closed().await
    })
}

#[test]
fn enter_sends_only_what_is_finished() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/zh/").await?;
        let panel = shop.open_panel().await?;
        has_focus(&panel, "composer_label").await?;
        shop.tab.type_keys(In::Panel, "first").await?;
        shop.tab.press(In::Panel, &[Key::Shift, Key::Enter]).await?;
        shop.tab.type_keys(In::Panel, "second").await?;
        ensure!(panel.draft().await? == "first\nsecond", "the draft is {:?}", panel.draft().await?);

        // Both orders in which browsers end a composition with Enter.
        for order in ["key first", "end first"] {
            let script = "
                const field = focused();
                const key = (name, more) => field.dispatchEvent(
                  new KeyboardEvent(name, { key: 'Enter', bubbles: true, composed: true, cancelable: true, ...more }));
                const compose = (name) => field.dispatchEvent(
                  new CompositionEvent(name, { data: '你好', bubbles: true, composed: true }));
                compose('compositionstart');
                if (arguments[0] === 'key first') {
                  key('keydown', { isComposing: true });
                  compose('compositionend');
                } else {
                  compose('compositionend');
                  key('keydown', { keyCode: 229 });
                }";
            shop.tab.run(In::Panel, script, vec![order.into()]).await?;
            ensure!(panel.draft().await? == "first\nsecond", "{order}: the draft was sent");
        }
        ensure!(panel.transcript().await?.is_empty(), "something was sent: {:?}", panel.transcript().await?);
        shop.tab.press(In::Panel, &[Key::Enter]).await?;
        panel.has_sent("first\nsecond").await?;
        ensure!(panel.draft().await?.is_empty(), "the draft is still there");
        Ok(())
    })
}

#[test]
fn each_message_is_announced_once() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        // Every live region as it is at any time: what is added to it is read.
        let listen = "
            window.rigHeard = [];
            new MutationObserver((changes) => {
              for (const { target, addedNodes } of changes) {
                const element = target.nodeType === 1 ? target : target.parentElement;
                const region = element?.closest('[aria-live], [role=status], [role=alert], [role=log]');
                if (!region || region.getAttribute('aria-live') === 'off') continue;
                for (const node of addedNodes) window.rigHeard.push(node.textContent);
              }
            }).observe(document.body, { subtree: true, childList: true });";
        shop.tab.run(In::Panel, listen, Vec::new()).await?;
        panel.say("How can I pay?").await?;
        let answer = panel.hears("We take bank cards").await?;
        let logs = "return deep('[role=log]').map((log) => [nameOf(log), log.getAttribute('aria-live')]);";
        let logs = shop.tab.run(In::Panel, logs, Vec::new()).await?;
        let label = panel.words.get("transcript_label")?;
        ensure!(logs == json!([[label, "off"]]), "the logs are {logs}");
        panel.say("Do you ship abroad?").await?;
        let second = panel.hears("We ship to 32 countries").await?;
        for line in [answer, second] {
            until("the answer is announced", async || {
                let heard = shop.tab.run(In::Panel, "return window.rigHeard;", Vec::<Value>::new()).await?;
                let heard: Vec<String> = serde_json::from_value(heard)?;
                let times = heard.iter().filter(|text| text.contains(&line.text)).count();
                ensure!(times == 1, "{times} times: {heard:?}");
                Ok(())
            })
            .await?;
        }
        Ok(())
    })
}

/// Presses Tab until something of this role and name has the focus.
pub(crate) async fn tab_to(shop: &ShopPage, at: In, role: &str, name: Option<&str>) -> Result<()> {
    let script = "
        const own = focused();
        return [roleOf(own), nameOf(own)];";
    let mut stops = Vec::new();
    for _ in 0..STOPS_MAX {
        let stop = shop.tab.run(at, script, Vec::new()).await?;
        if stop.get(0) == Some(&json!(role)) && name.is_none_or(|name| stop.get(1) == Some(&json!(name))) {
            return Ok(());
        }
        stops.push(stop.to_string());
        shop.tab.press(at, &[Key::Tab]).await?;
    }
    anyhow::bail!("the Tab key does not lead to the {role} {name:?}; it leads to {stops:?}")
}

/// Waits until the part with the sentence of this key has the focus.
pub(crate) async fn has_focus(panel: &Panel, key: &str) -> Result<()> {
    let name = panel.words.get(key)?;
    until(&format!("\"{name}\" has the focus"), async || {
        let own =
            panel.tab.run(In::Panel, "return document.hasFocus() && nameOf(focused());", Vec::new()).await?;
        ensure!(own == json!(name), "{own} has it");
        Ok(())
    })
    .await
}

/// A control that went away with what it did has handed the focus on.
pub(crate) async fn has_focus_inside(panel: &Panel) -> Result<()> {
    until("the focus is in the panel", async || {
        let script = "return document.hasFocus() && focused() !== document.body;";
        let inside = panel.tab.run(In::Panel, script, Vec::new()).await?;
        ensure!(inside == json!(true), "nothing has it");
        Ok(())
    })
    .await
}
