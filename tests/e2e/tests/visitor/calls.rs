//! Calls from the panel, through the sandbox's own gateway.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{AgentPage, Panel, ShopPage};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{Devices, In, Options, Rig, Sandbox, story, until};
use serde_json::json;

/// With a gateway; calls wait until an agent is there.
pub(crate) fn setup() -> Setup {
    Setup { centre: json!({"gateway": "127.0.0.1:0", "call_waits": true}), ..Setup::default() }
}

/// With microphone and camera.
pub(crate) fn options() -> Options {
    Options { calls: true, ..Options::default() }
}

async fn panel_of(rig: &Rig, path: &str) -> Result<(ShopPage, Panel)> {
    let shop = rig.shop(path).await?;
    let panel = shop.open_panel().await?;
    Ok((shop, panel))
}

/// The visitor calls by the button of this key, and the agent takes the call.
async fn talk(panel: &Panel, agent: &AgentPage, key: &str) -> Result<()> {
    panel.tab.show().await?;
    panel.call(key).await?;
    panel.tells("call_queueing").await?;
    agent.takes_the_call().await?;
    panel.tab.show().await?;
    panel.tells("call_talking").await
}

async fn nobody_was_called(rig: &Rig) -> Result<()> {
    let calls = Sandbox::of(&rig.stack).calls().await?;
    ensure!(calls.is_empty(), "somebody was called: {calls:?}");
    Ok(())
}

#[test]
fn visitor_and_agent_hear_each_other_and_either_hangs_up() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/").await?;
        let agent = rig.agent_desk("Mei").await?;
        panel.tab.show().await?;
        panel.offers("call_open").await?;
        let script = "
            const names = performance.getEntriesByType('resource').map((entry) => entry.name);
            return names.filter((name) => /split_call|softphone/.test(name));";
        let fetched = panel.tab.run(In::Panel, script, Vec::new()).await?;
        ensure!(fetched == json!([]), "before the call view was opened, {fetched} was fetched");
        talk(&panel, &agent, "call_voice").await?;
        panel.hears_the_call().await?;
        agent.hears_the_call().await?;
        panel.tab.show().await?;
        // The conversation goes on beside it.
        panel.say("Can you hear me?").await?;
        panel.has_sent("Can you hear me?").await?;
        panel.click("call_hang_up").await?;
        panel.tells("call_ended").await?;
        agent.is_free().await?;
        panel.tab.show().await?;
        // What was it like? The centre has the answer.
        panel.rate(5, "Quick and kind").await?;
        let all = until("the rating is at the centre", async || {
            let all = Sandbox::of(&rig.stack).calls().await?;
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
fn a_call_that_waits_on_the_line_hears_the_announcement_until_an_agent_answers() -> Result<()> {
    let mut setup = setup();
    setup.centre["call_waits_on_line"] = json!(true);
    story(options(), &setup, async |rig| {
        let (_, panel) = panel_of(rig, "/").await?;
        panel.call("call_voice").await?;
        panel.tells("call_ringing").await?;
        panel.hears_the_call().await?;
        let agent = rig.agent_desk("Mei").await?;
        agent.takes_the_call().await?;
        agent.hears_the_call().await?;
        panel.tab.show().await?;
        panel.tells("call_talking").await?;
        panel.hears_the_call().await?;
        // The sound of the agent's machine comes where the announcement was, without a gap that it would be lost in.
        panel.tells("call_good").await?;
        agent.hangs_up().await?;
        panel.tab.show().await?;
        panel.tells("call_end_centre").await
    })
}

#[test]
fn both_see_each_other_and_the_agent_hangs_up() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/").await?;
        let agent = rig.agent_desk("Mei").await?;
        talk(&panel, &agent, "call_picture").await?;
        agent.sees_the_visitor().await?;
        panel.tab.show().await?;
        panel.sees_the_agent().await?;
        agent.hangs_up().await?;
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
    story(options(), &setup(), async |rig| {
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
        nobody_was_called(rig).await
    })
}

/// What the browser itself says, for a voice and for a video call.
fn real_refusal(devices: Devices, voice: &'static str, picture: &'static str) -> Result<()> {
    story(Options { devices, ..options() }, &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/").await?;
        panel.call("call_voice").await?;
        panel.tells(voice).await?;
        panel.click("call_close").await?;
        panel.call("call_picture").await?;
        panel.tells(picture).await?;
        // Writing is always a way on.
        panel.say("Then I write").await?;
        panel.has_sent("Then I write").await?;
        nobody_was_called(rig).await
    })
}

#[test]
fn a_forbidden_microphone_calls_nobody() -> Result<()> {
    real_refusal(Devices::Forbidden, "call_denied", "call_camera_denied")
}

#[test]
fn a_machine_without_a_microphone_calls_nobody() -> Result<()> {
    real_refusal(Devices::Absent, "call_absent", "call_absent")
}

#[test]
fn a_page_that_allows_no_microphone_leads_to_a_window_of_its_own() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let (_, panel) = panel_of(rig, "/?no-calls").await?;
        panel.call("call_voice").await?;
        panel.tells("call_policy").await?;
        panel.tab.sees(In::Panel, "link", panel.words.get("call_own_window")?).await?;
        nobody_was_called(rig).await
    })
}
