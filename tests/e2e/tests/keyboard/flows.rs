//! What is not part of every visit: agreeing and erasing, leaving a message, calling, answers that are judged, earlier messages.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::json;

use crate::{has_focus, has_focus_inside, tab_to};

/// Tabs to the button of this key and presses Enter.
async fn press(shop: &ShopPage, panel: &Panel, key: &str) -> Result<()> {
    tab_to(shop, In::Panel, "button", Some(panel.words.get(key)?)).await?;
    shop.tab.press(In::Panel, &[Key::Enter]).await
}

/// Opens the panel; the composer has the focus then.
async fn opened(shop: &ShopPage) -> Result<Panel> {
    tab_to(shop, In::Page, "button", Some(&shop.launcher_name().await?)).await?;
    shop.tab.press(In::Page, &[Key::Enter]).await?;
    let panel = shop.panel();
    panel.is_usable().await?;
    has_focus(&panel, "composer_label").await?;
    Ok(panel)
}

async fn types(shop: &ShopPage, text: &str) -> Result<()> {
    shop.tab.type_keys(In::Panel, text).await?;
    shop.tab.press(In::Panel, &[Key::Enter]).await
}

#[test]
fn agreeing_and_erasing() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        shop.tab.before_pages("window.frontdeskSettings = { consent: 'required' };").await?;
        shop.reload().await?;
        tab_to(&shop, In::Page, "button", Some(&shop.launcher_name().await?)).await?;
        shop.tab.press(In::Page, &[Key::Enter]).await?;
        let asked = async || {
            until("the question has the focus", async || {
                let name = shop.tab.run(In::Page, "return nameOf(focused());", Vec::new()).await?;
                ensure!(name == json!("Agree and start"), "{name} has it");
                Ok(())
            })
            .await
        };
        asked().await?;
        tab_to(&shop, In::Page, "button", Some("Not now")).await?;
        shop.tab.press(In::Page, &[Key::Enter]).await?;
        shop.has_closed().await?;
        shop.tab.press(In::Page, &[Key::Enter]).await?;
        asked().await?;
        shop.tab.press(In::Page, &[Key::Enter]).await?;

        let panel = shop.panel();
        panel.is_usable().await?;
        has_focus(&panel, "composer_label").await?;
        types(&shop, "Forget me").await?;
        panel.has_sent("Forget me").await?;
        press(&shop, &panel, "menu").await?;
        press(&shop, &panel, "erase").await?;
        has_focus(&panel, "erase_no").await?;
        press(&shop, &panel, "erase").await?;
        asked().await
    })
}

#[test]
fn leaving_a_message() -> Result<()> {
    let setup = Setup { centre: json!({"hours": "closed"}), ..Setup::default() };
    story(Options::default(), &setup, async |rig| {
        let shop = rig.shop("/").await?;
        let panel = opened(&shop).await?;
        press(&shop, &panel, "talk_person").await?;
        panel.tells("error_hours").await?;
        press(&shop, &panel, "leave_message").await?;
        tab_to(&shop, In::Panel, "textbox", Some(panel.words.get("leave_text")?)).await?;
        shop.tab.type_keys(In::Panel, "Please call").await?;
        press(&shop, &panel, "leave_send").await?;
        // What is missing has the focus.
        panel.tells("leave_no_number").await?;
        has_focus(&panel, "leave_number").await?;
        shop.tab.type_keys(In::Panel, "13800138000").await?;
        press(&shop, &panel, "leave_send").await?;
        panel.tells("leave_sent").await?;
        press(&shop, &panel, "leave_done").await?;
        Sandbox::of(&rig.stack).holds("a letter", |record| record.pointer("/letters/0").cloned()).await?;
        has_focus_inside(&panel).await?;
        shop.tab.press(In::Panel, &[Key::Escape]).await?;
        shop.has_closed().await
    })
}

#[test]
fn calling() -> Result<()> {
    let setup = Setup { centre: json!({"gateway": "127.0.0.1:0", "call_waits": true}), ..Setup::default() };
    let options = Options { calls: true, ..Options::default() };
    story(options, &setup, async |rig| {
        let shop = rig.shop("/").await?;
        let panel = opened(&shop).await?;
        let agent = rig.agent_desk("Mei").await?;
        panel.tab.show().await?;
        panel.offers("call_open").await?;
        press(&shop, &panel, "call_open").await?;
        panel.offers("call_voice").await?;
        press(&shop, &panel, "call_voice").await?;
        panel.tells("call_queueing").await?;
        agent.takes_the_call().await?;
        panel.tab.show().await?;
        panel.tells("call_talking").await?;
        for key in ["call_mute", "call_hold", "call_keypad"] {
            press(&shop, &panel, key).await?;
            let on = "return ['aria-pressed', 'aria-expanded'].map((name) => focused().getAttribute(name)).includes('true');";
            until("the switch is on", async || {
                let is = shop.tab.run(In::Panel, on, Vec::new()).await?;
                ensure!(is == json!(true), "{key} is off");
                Ok(())
            })
            .await?;
        }
        shop.tab.type_keys(In::Panel, "5#").await?;
        press(&shop, &panel, "call_hang_up").await?;
        panel.tells("call_ended").await?;
        agent.is_free().await
    })
}

#[test]
fn judging_an_answer_and_reading_what_was_said() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = opened(&shop).await?;
        types(&shop, "How can I pay?").await?;
        panel.hears("We take bank cards").await?;
        // The conversation is one stop; arrows go from message to message, Enter into one.
        let log = panel.words.get("transcript_label")?;
        tab_to(&shop, In::Panel, "log", Some(log)).await?;
        shop.tab.press(In::Panel, &[Key::End]).await?;
        let last = "return words(focused());";
        let text = shop.tab.run(In::Panel, last, Vec::new()).await?;
        ensure!(text.as_str().is_some_and(|text| text.contains("bank cards")), "the last is {text}");
        shop.tab.press(In::Panel, &[Key::Up]).await?;
        let text = shop.tab.run(In::Panel, last, Vec::new()).await?;
        ensure!(text.as_str().is_some_and(|text| text.contains("How can I pay?")), "before it is {text}");
        shop.tab.press(In::Panel, &[Key::Down]).await?;
        shop.tab.press(In::Panel, &[Key::Enter]).await?;
        press(&shop, &panel, "helped_not").await?;
        panel.tells("reason_title").await?;
        until("the field for the reason has the focus", async || {
            let role = shop.tab.run(In::Panel, "return roleOf(focused());", Vec::new()).await?;
            ensure!(role == json!("textbox"), "a {role} has it");
            Ok(())
        })
        .await?;
        shop.tab.type_keys(In::Panel, "I pay in cash").await?;
        press(&shop, &panel, "send").await?;
        panel.tells("judged").await
    })
}
