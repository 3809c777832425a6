//! The shortest useful journey, in the browser that `FRONTDESK_BROWSER` names: chromium, firefox or webkit.

use anyhow::{Result, ensure};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{Kind, Options, story, until};
use serde_json::json;

const QUESTION: &str = "How can I pay?";

#[test]
fn a_visitor_gets_answers_and_finds_them_again() -> Result<()> {
    let options = Options::chosen()?;
    story(options, &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say(QUESTION).await?;
        panel.hears("We take bank cards").await?;
        panel.ask_for_a_person().await?;
        panel.tells("queue_next").await?;
        let agent = rig.agent_desk("Wang").await?;
        agent.has("Active", 1).await?;
        agent.open_first().await?;
        agent.hears("visitor", QUESTION).await?;
        agent.reply("By card, please").await?;
        panel.hears("By card, please").await?;
        let before = panel.said().await?;
        shop.reload().await?;
        panel.is_usable().await?;
        until("the conversation is found again", async || {
            let now = panel.said().await?;
            ensure!(now == before, "it was {before:?} and is {now:?}");
            Ok(())
        })
        .await
    })
}

#[test]
fn a_visitor_calls_where_the_browser_can() -> Result<()> {
    let options = Options { calls: true, ..Options::chosen()? };
    let setup = Setup { centre: json!({"gateway": "127.0.0.1:0", "call_waits": true}), ..Setup::default() };
    story(options, &setup, async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        if options.kind == Kind::Webkit {
            // Debian builds it without WebRTC.
            panel.click("call_open").await?;
            return panel.tells("call_browser").await;
        }
        panel.call("call_picture").await?;
        panel.tells("call_queueing").await?;
        let agent = rig.agent_desk("Wang").await?;
        agent.takes_the_call().await?;
        agent.hears_the_call().await?;
        agent.sees_the_visitor().await?;
        panel.tab.show().await?;
        panel.tells("call_talking").await?;
        panel.hears_the_call().await?;
        panel.sees_the_agent().await?;
        panel.click("call_hang_up").await?;
        panel.tells("call_end_visitor").await?;
        agent.is_free().await
    })
}
