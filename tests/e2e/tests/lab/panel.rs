//! Every way a call from the panel goes.

use anyhow::{Result, ensure};
use frontdesk_e2e::process::free_port;
use frontdesk_e2e::sip::{AgentPage, Asked, CallPanel, Desk, Lab, Site, desk};
use frontdesk_e2e::street::Street;
use frontdesk_e2e::{Browser, In, Options, until};
use serde_json::{Value, json};

use crate::AGENT_HZ;

#[expect(clippy::unnecessary_wraps, reason = "others look for a port first")]
fn one(lab: &Lab) -> Result<Vec<String>> {
    Ok(vec![lab.address()])
}

/// A call in which both are heard; and the INVITE that began it.
async fn both_are_heard(desk: &Desk) -> Result<(CallPanel, Asked)> {
    let panel = desk.opens_calls("1000").await?;
    panel.talks().await?;
    panel.hears(AGENT_HZ).await?;
    panel.grows("/in/audio/packets", 50.0).await?;
    panel.grows("/out/audio/packets", 50.0).await?;
    desk.lab.agent_hears(Desk::VISITOR_HZ, 1.0).await?;
    Ok((panel, desk.lab.is_asked("for a call", |asked| asked.method == "INVITE").await?))
}

async fn hangs_up(desk: &Desk, panel: &CallPanel, begun: &Asked) -> Result<()> {
    panel.panel.click("call_hang_up").await?;
    panel.panel.tells("call_ended").await?;
    panel.panel.tells("call_end_visitor").await?;
    let bye = desk.lab.is_asked("to hang up", |asked| asked.method == "BYE").await?;
    ensure!(bye.call == begun.call, "it hangs up another call: {bye:?}");
    desk.lab.is_answered(&bye, 200).await?;
    ended(desk, 1, "visitor").await
}

async fn ended(desk: &Desk, count: usize, cause: &str) -> Result<()> {
    let call = desk.call_is(count, "ended").await?;
    ensure!(call.get("cause") == Some(&json!(cause)), "{call}");
    Ok(())
}

#[test]
fn both_are_heard_and_the_visitor_hangs_up() -> Result<()> {
    desk(one, async |desk| {
        let (panel, begun) = both_are_heard(desk).await?;
        hangs_up(desk, &panel, &begun).await?;
        desk.lab.agent_reports(&["session closed"]).await
    })
}

#[test]
fn the_other_side_hangs_up() -> Result<()> {
    desk(one, async |desk| {
        let (panel, _) = both_are_heard(desk).await?;
        desk.lab.agent("hangup").await?;
        panel.panel.tells("call_end_centre").await?;
        // The centre would hold its agent until it is told.
        ended(desk, 1, "visitor").await
    })
}

#[test]
fn each_refusal_has_its_sentence_and_leaves_no_call() -> Result<()> {
    desk(one, async |desk| {
        let panel = desk.opens_calls("1486").await?;
        let mut button = "call_voice";
        for (count, (code, key)) in (1..).zip([
            ("1486", "call_end_busy"),
            ("1404", "call_end_failed"),
            ("1503", "call_end_failed"),
            ("1603", "call_end_busy"),
        ]) {
            desk.answers_at(code)?;
            panel.panel.click(button).await?;
            panel.panel.tells(key).await?;
            ended(desk, count, "visitor").await?;
            button = "call_again";
        }
        // And one that is given up while it rings.
        desk.answers_at("1487")?;
        panel.panel.click(button).await?;
        panel.panel.tells("call_ringing").await?;
        panel.panel.click("call_hang_up").await?;
        panel.panel.tells("call_end_visitor").await?;
        desk.lab.is_asked("to cancel", |asked| asked.method == "CANCEL").await?;
        ended(desk, 5, "visitor").await?;
        // After all of it one is taken.
        desk.answers_at("1000")?;
        panel.panel.click(button).await?;
        panel.hears(AGENT_HZ).await?;
        panel.panel.click("call_hang_up").await?;
        ended(desk, 6, "visitor").await
    })
}

#[test]
fn either_side_holds_the_call_and_keys_arrive() -> Result<()> {
    desk(one, async |desk| {
        let (panel, begun) = both_are_heard(desk).await?;
        let CallPanel { panel: view } = &panel;
        view.click("call_keypad").await?;
        view.tab.click_text(In::Panel, ".fd-call-digit", "5").await?;
        desk.lab.agent_reports(&["received event: '5' (end=1)"]).await?;
        desk.lab.agent("hold").await?;
        view.tells("call_held_there").await?;
        panel.hears(0.0).await?;
        desk.lab.agent("resume").await?;
        panel.hears(AGENT_HZ).await?;
        view.click("call_hold").await?;
        view.tells("call_held_here").await?;
        panel.hears(0.0).await?;
        view.click("call_hold").await?;
        panel.hears(AGENT_HZ).await?;
        until("the panel says that nobody holds the call", async || {
            let text = view.tab.text(In::Panel).await?;
            for key in ["call_held_here", "call_held_there"] {
                ensure!(!text.contains(view.words.get(key)?), "{text}");
            }
            Ok(())
        })
        .await?;
        hangs_up(desk, &panel, &begun).await
    })
}

#[test]
fn both_see_each_other() -> Result<()> {
    desk(one, async |desk| {
        let site = Site::open().await?;
        let other =
            Browser::start(Options { calls: true, ..Options::default() }, "panel.both_see.agent").await?;
        let agent = AgentPage::open(other.first_tab().await?, &site, &desk.lab).await?;
        let panel = desk.opens_calls("1003").await?;
        panel.panel.click("call_picture").await?;
        panel.panel.tells("call_talking").await?;
        agent.is("talking").await?;
        for kind in ["audio", "energy", "video"] {
            agent.receives(kind).await?;
        }
        panel.grows("/in/video/frames", 10.0).await?;
        panel.grows("/in/audio/energy", 0.000_1).await?;
        panel.panel.sees_the_agent().await?;
        let begun = desk.lab.is_asked("for a call", |asked| asked.method == "INVITE").await?;
        hangs_up(desk, &panel, &begun).await?;
        agent.is("ended").await?;
        other.close().await
    })
}

#[test]
fn a_tab_that_is_closed_leaves_no_dialog() -> Result<()> {
    desk(one, async |desk| {
        let (panel, begun) = both_are_heard(desk).await?;
        // The browser goes on.
        let _other = desk.rig.browser.new_tab().await?;
        panel.panel.tab.close().await?;
        let bye = desk.lab.is_asked("to hang up", |asked| asked.method == "BYE").await?;
        ensure!(bye.call == begun.call, "it hangs up another call: {bye:?}");
        desk.lab.is_answered(&bye, 200).await?;
        desk.lab.agent_reports(&["session closed"]).await?;
        ended(desk, 1, "visitor").await
    })
}

#[test]
fn a_dead_address_is_passed_over() -> Result<()> {
    let gateways = |lab: &Lab| Ok(vec![format!("ws://127.0.0.1:{}", free_port()?), lab.address()]);
    desk(gateways, async |desk| {
        let (panel, begun) = both_are_heard(desk).await?;
        hangs_up(desk, &panel, &begun).await
    })
}

#[test]
fn a_call_outlives_its_socket() -> Result<()> {
    // The street is on this port before anybody is called; the panel knows no other address.
    let port = free_port()?;
    desk(
        |_| Ok(vec![format!("ws://127.0.0.1:{port}")]),
        async |desk| {
            let [gateway, _] = desk.lab.ports;
            let street = Street::on(port, gateway).await?;
            let (panel, begun) = both_are_heard(desk).await?;
            street.close();
            panel.panel.tells("call_recovering").await?;
            // Media do not need the socket.
            panel.hears(AGENT_HZ).await?;
            desk.lab.agent_hears(Desk::VISITOR_HZ, 1.0).await?;
            street.open();
            let again = desk
                .lab
                .is_asked("by a new socket", |asked| asked.method == "INVITE" && asked.number > begun.number)
                .await?;
            ensure!(again.call == begun.call && again.ice != begun.ice, "{again:?} after {begun:?}");
            desk.lab.is_answered(&again, 200).await?;
            until("the panel says that all is well", async || {
                let text = panel.panel.tab.text(In::Panel).await?;
                ensure!(!text.contains(panel.panel.words.get("call_recovering")?), "{text}");
                Ok(())
            })
            .await?;
            panel.grows("/in/audio/packets", 50.0).await?;
            desk.lab.agent_hears(Desk::VISITOR_HZ, 1.0).await?;
            hangs_up(desk, &panel, &begun).await
        },
    )
}

#[test]
fn another_microphone_is_heard_in_the_same_call() -> Result<()> {
    desk(one, async |desk| {
        let (panel, begun) = both_are_heard(desk).await?;
        let device = async || {
            let script = "return window.probe.sends();";
            panel.panel.tab.run(In::Panel, script, Vec::new()).await
        };
        let before = device().await?;
        panel.panel.click("call_devices").await?;
        let script = "
            const list = deep('label').find((own) => words(own).startsWith(arguments[0]))?.querySelector('select');
            const other = list && [...list.options].find((own) => own.text.includes('2'));
            if (!other) return null;
            list.value = other.value;
            list.dispatchEvent(new Event('change', { bubbles: true }));
            return other.text;";
        let name = panel.panel.words.get("call_device_microphone")?;
        let chosen = until("another microphone can be chosen", async || {
            let chosen = panel.panel.tab.run(In::Panel, script, vec![json!(name)]).await?;
            ensure!(chosen != Value::Null, "there is none: {}", panel.panel.tab.text(In::Panel).await?);
            Ok(chosen)
        })
        .await?;
        until("it is what is sent", async || {
            let now = device().await?;
            ensure!(now == json!([chosen, "live"]) && now != before, "{now} is sent, after {before}");
            Ok(())
        })
        .await?;
        // The old one gives nothing any more: what is heard is the new one.
        desk.lab.agent_hears(Desk::VISITOR_HZ, 2.0).await?;
        let offers = desk.lab.asked()?.into_iter().filter(|asked| asked.method == "INVITE").count();
        ensure!(offers == 1, "the gateway was asked {offers} times");
        hangs_up(desk, &panel, &begun).await
    })
}
