//! The widget comes in parts; one of them may not be had for a while.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::{In, Options, story, until};

/// Where parts of the widget are.
fn assets() -> Result<String> {
    let folder = frontdesk_e2e::root().join("dist/assets");
    let names: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
    let [only] = names.as_slice() else { anyhow::bail!("{} holds {names:?}", folder.display()) };
    let name = only.file_name().into_string().ok().context("its name is no text")?;
    Ok(format!("/assets/{name}/split_"))
}

/// How many parts have come.
const LOADED: &str = "
    const all = performance.getEntriesByType('resource');
    return all.filter((entry) => entry.name.includes('/split_')).length;";

#[test]
fn whoever_writes_on_while_the_conversation_comes_sends_what_is_meant() -> Result<()> {
    let parts = assets()?;
    story(Options::default(), &Default::default(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        rig.stack.street.break_off(&format!("GET {parts}"));
        panel.say("Hello").await?;
        panel.write(", I ne").await?;
        rig.stack.street.open();
        until("the conversation is there", async || {
            let logs = panel.tab.run(In::Panel, "return deep('[role=log]').length;", Vec::new()).await?;
            ensure!(logs == 1, "there are {logs}");
            Ok(())
        })
        .await?;
        ensure!(panel.draft().await? == "Hello, I ne", "there stands {}", panel.draft().await?);
        panel.say("ed a bowl").await?;
        panel.has_sent("Hello, I need a bowl").await
    })
}

#[test]
fn without_the_conversations_part_nothing_is_lost_and_it_comes_when_it_can() -> Result<()> {
    let question = "How long does delivery take?";
    let parts = assets()?;
    story(Options::default(), &Default::default(), async |rig| {
        let panel = rig.shop("/").await?.open_panel().await?;
        let early = panel.tab.run(In::Panel, LOADED, Vec::new()).await?;
        ensure!(early == 0, "{early} parts came before they were needed");
        rig.stack.street.break_off(&format!("GET {parts}"));
        panel.say(question).await?;
        panel.tells("error_connection").await?;
        panel.offers("try_again").await?;
        rig.stack.street.open();
        // By itself, or by the button: whoever is first.
        panel.has_sent(question).await?;
        panel.hears("one to two working days").await?;
        until("one conversation is there", async || {
            let logs = panel.tab.run(In::Panel, "return deep('[role=log]').length;", Vec::new()).await?;
            ensure!(logs == 1, "there are {logs}");
            Ok(())
        })
        .await
    })
}
