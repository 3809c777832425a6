//! Calls from the panel, through the sandbox's own gateway.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{AgentPage, Panel, ShopPage};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{In, Options, Rig, story, until};
use serde_json::{Value, json};

fn setup() -> Setup {
    Setup { centre: json!({"gateway": "127.0.0.1:0", "call_waits": true}), ..Setup::default() }
}

async fn panel_of(rig: &Rig, path: &str) -> Result<(ShopPage, Panel)> {
    let shop = rig.shop(path).await?;
    let panel = shop.open_panel().await?;
    Ok((shop, panel))
}

/// The calls that the centre knows, oldest first.
async fn calls(rig: &Rig) -> Result<Vec<Value>> {
    let record = frontdesk_e2e::Sandbox::of(&rig.stack).record().await?;
    Ok(record.get("calls").and_then(Value::as_array).context("the record has no calls")?.clone())
}

/// So many seconds of sound have been played in the panel.
async fn hears(panel: &Panel) -> Result<()> {
    until("sound is played", async || {
        let script = "return deep('.fd-call-other')[0].currentTime;";
        let played = panel.tab.run(In::Panel, script, Vec::new()).await?.as_f64().unwrap_or(0.0);
        ensure!(played > 1.0, "{played} s were played");
        Ok(())
    })
    .await
}

async fn agent_hears(agent: &AgentPage) -> Result<()> {
    until("the agent hears the visitor", async || {
        let script = "return document.getElementById('talk-sound').currentTime;";
        let played = agent.tab.run(In::Page, script, Vec::new()).await?.as_f64().unwrap_or(0.0);
        ensure!(played > 1.0, "{played} s were played");
        Ok(())
    })
    .await
}

async fn answers(agent: &AgentPage) -> Result<()> {
    agent.tab.show().await?;
    agent.tab.click_on(In::Page, "[data-key^=accept-]").await
}

async fn agent_is_free(agent: &AgentPage) -> Result<()> {
    until("the agent's call is over", async || {
        let script = "return document.getElementById('talk').hidden;";
        ensure!(agent.tab.run(In::Page, script, Vec::new()).await? == json!(true), "it goes on");
        Ok(())
    })
    .await
}

#[test]
fn visitor_and_agent_hear_each_other_and_either_hangs_up() -> Result<()> {
    story(Options { calls: true, ..Options::default() }, &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/").await?;
        let agent = rig.agent_desk().await?;
        agent.sign_in("Mei").await?;
        panel.tab.show().await?;
        panel.offers("call_open").await?;
        let script = "
            const names = performance.getEntriesByType('resource').map((entry) => entry.name);
            return names.filter((name) => /split_call|softphone/.test(name));";
        let fetched = panel.tab.run(In::Panel, script, Vec::new()).await?;
        ensure!(fetched == json!([]), "before the call view was opened, {fetched} was fetched");
        panel.click("call_open").await?;
        panel.click("call_voice").await?;
        panel.tells("call_queueing").await?;
        answers(&agent).await?;
        panel.tab.show().await?;
        panel.tells("call_talking").await?;
        hears(&panel).await?;
        agent.tab.show().await?;
        agent_hears(&agent).await?;
        panel.tab.show().await?;
        // The conversation goes on beside it.
        panel.say("Can you hear me?").await?;
        panel.has_sent("Can you hear me?").await?;
        panel.click("call_hang_up").await?;
        panel.tells("call_ended").await?;
        agent_is_free(&agent).await?;
        // What was it like? The centre has the answer.
        panel.rate(5, "Quick and kind").await?;
        let all = until("the rating is at the centre", async || {
            let all = calls(rig).await?;
            let level = all.last().and_then(|call| call.pointer("/rating/level")).cloned();
            ensure!(level == Some(json!(5)), "the centre has {all:?}");
            Ok(all)
        })
        .await?;
        let end = all.last().and_then(|call| call.get("cause"));
        ensure!(all.len() == 1 && end == Some(&json!("visitor")), "the centre has {all:?}");
        Ok(())
    })
}

#[test]
fn both_see_each_other_and_the_agent_hangs_up() -> Result<()> {
    story(Options { calls: true, ..Options::default() }, &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/").await?;
        let agent = rig.agent_desk().await?;
        agent.sign_in("Mei").await?;
        panel.tab.show().await?;
        panel.click("call_open").await?;
        panel.click("call_picture").await?;
        panel.tells("call_queueing").await?;
        answers(&agent).await?;
        let seen = "return document.getElementById('talk-there').videoWidth;";
        until("the agent sees the visitor", async || {
            let width = agent.tab.run(In::Page, seen, Vec::new()).await?.as_u64().unwrap_or(0);
            ensure!(width > 0, "there is no picture");
            Ok(())
        })
        .await?;
        panel.tab.show().await?;
        until("the visitor sees the agent", async || {
            let script = "return deep('.fd-call-other')[0].videoWidth;";
            let width = panel.tab.run(In::Panel, script, Vec::new()).await?.as_u64().unwrap_or(0);
            ensure!(width > 0, "there is no picture");
            Ok(())
        })
        .await?;
        agent.tab.show().await?;
        agent.tab.click_on(In::Page, "#talk-end").await?;
        panel.tab.show().await?;
        panel.tells("call_end_centre").await
    })
}

/// What the browser throws, and what the visitor reads.
const REFUSALS: [(&str, &str, &str); 5] = [
    ("NotAllowedError", "Permission denied", "call_denied"),
    ("NotAllowedError", "Permission dismissed", "call_dismissed"),
    ("NotFoundError", "Requested device not found", "call_absent"),
    ("NotReadableError", "Could not start audio source", "call_device_busy"),
    ("TypeError", "Something else", "call_device_failed"),
];

#[test]
fn without_a_microphone_nobody_is_called_and_each_reason_has_its_sentence() -> Result<()> {
    story(Options { calls: true, ..Options::default() }, &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/").await?;
        panel.click("call_open").await?;
        panel.offers("call_voice").await?;
        let mut button = "call_voice";
        for (name, message, key) in REFUSALS {
            let script = "
                navigator.mediaDevices.getUserMedia = async () => { throw new DOMException(arguments[1], arguments[0]); };";
            panel.tab.run(In::Panel, script, vec![json!(name), json!(message)]).await?;
            panel.click(button).await?;
            panel.tells(key).await?;
            button = "call_again";
        }
        ensure!(calls(rig).await?.is_empty(), "somebody was called");
        Ok(())
    })
}

#[test]
fn a_page_that_allows_no_microphone_leads_to_a_window_of_its_own() -> Result<()> {
    story(Options { calls: true, ..Options::default() }, &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/?no-calls").await?;
        panel.click("call_open").await?;
        panel.click("call_voice").await?;
        panel.tells("call_policy").await?;
        panel.tab.sees(In::Panel, "link", panel.words.get("call_own_window")?).await?;
        ensure!(calls(rig).await?.is_empty(), "somebody was called");
        Ok(())
    })
}

#[test]
fn a_page_that_goes_away_in_a_call_leaves_none_behind() -> Result<()> {
    story(Options { calls: true, ..Options::default() }, &setup(), async |rig| {
        let (shop, panel) = panel_of(rig, "/").await?;
        let agent = rig.agent_desk().await?;
        agent.sign_in("Mei").await?;
        panel.tab.show().await?;
        panel.click("call_open").await?;
        panel.click("call_voice").await?;
        panel.tells("call_queueing").await?;
        answers(&agent).await?;
        panel.tab.show().await?;
        panel.tells("call_talking").await?;
        hears(&panel).await?;
        // As a crash would: without a word of the page.
        let script = "
            window.addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true);
            window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true);";
        panel.tab.run(In::Panel, script, Vec::new()).await?;
        shop.tab.open("about:blank").await?;
        agent.tab.show().await?;
        agent_is_free(&agent).await?;
        let open = calls(rig).await?.iter().filter(|call| call.get("state") != Some(&json!("ended"))).count();
        ensure!(open == 0, "{open} calls are open at the centre");
        Ok(())
    })
}
