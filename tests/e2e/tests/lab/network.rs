//! The visitor's address changes in mid-call: servers are in one network namespace, the visitor's machine in another.

use anyhow::{Result, ensure};
use frontdesk_e2e::network::{Link, Visitor};
use frontdesk_e2e::sip::{Asked, CallPanel, Desk, distant_desk};
use frontdesk_e2e::{In, Sandbox, until};
use serde_json::{Value, json};

use crate::AGENT_HZ;

/// Packets in a second of sound.
const SECOND: f64 = 50.0;

/// A call by the visitor's first address in which both are heard; and the INVITE that began it.
async fn both_are_heard(desk: &Desk) -> Result<(CallPanel, Asked)> {
    let panel = desk.opens_calls("1000").await?;
    panel.talks().await?;
    panel.hears(AGENT_HZ).await?;
    panel.grows("/in/audio/packets", SECOND).await?;
    desk.lab.agent_hears(Desk::VISITOR_HZ, 1.0).await?;
    let begun = desk.lab.is_asked("for a call", |asked| asked.method == "INVITE").await?;
    ensure!(begun.from == Link::Wifi.visitor(2), "the call comes from {}", begun.from);
    Ok((panel, begun))
}

/// What must be true once the visitor has an address that ends so: the same call by the new address, new ways for media
/// that the other side has agreed to, and sound both ways.
async fn goes_on(desk: &Desk, panel: &CallPanel, begun: &Asked, link: Link, last: u8) -> Result<()> {
    let own = link.visitor(last);
    let again = desk
        .lab
        .is_asked("to go on by the new address", |asked| {
            asked.method == "INVITE" && asked.number > begun.number && asked.from == own
        })
        .await?;
    ensure!(again.call == begun.call, "it is another call: {again:?} after {begun:?}");
    ensure!(again.ice.contains("ice-ufrag") && again.ice != begun.ice, "ICE was not restarted: {again:?}");
    desk.lab.is_answered(&again, 200).await?;
    panel.grows("/in/audio/packets", SECOND).await?;
    panel.grows("/in/audio/energy", 0.000_1).await?;
    panel.grows("/out/audio/packets", SECOND).await?;
    panel.hears(AGENT_HZ).await?;
    desk.lab.agent_hears(Desk::VISITOR_HZ, 1.0).await?;
    // For the visitor, the centre and the gateway nothing has ended, and the panel says so.
    until("the panel says that the call goes on", async || {
        let text = panel.panel.tab.text(In::Panel).await?;
        for key in ["call_recovering", "call_nothing_arrives", "call_no_sound_yet"] {
            ensure!(!text.contains(panel.panel.words.get(key)?), "{text}");
        }
        ensure!(text.contains(panel.panel.words.get("call_talking")?), "{text}");
        Ok(())
    })
    .await?;
    desk.call_is(1, "connected").await?;
    let asked = desk.lab.asked()?;
    ensure!(asked.iter().all(|own| own.call == begun.call), "there was another call: {asked:?}");
    ensure!(!asked.iter().any(|own| own.method == "BYE"), "somebody hung up: {asked:?}");
    Ok(())
}

/// The way back is as good: hanging up here ends it at the gateway and at the centre.
async fn hangs_up(desk: &Desk, panel: &CallPanel, begun: &Asked) -> Result<()> {
    panel.panel.click("call_hang_up").await?;
    panel.panel.tells("call_ended").await?;
    let bye = desk.lab.is_asked("to hang up", |asked| asked.method == "BYE").await?;
    ensure!(bye.call == begun.call, "it hangs up another call: {bye:?}");
    desk.lab.is_answered(&bye, 200).await?;
    desk.lab.agent_reports(&["session closed"]).await?;
    let call = desk.call_is(1, "ended").await?;
    ensure!(call.get("cause") == Some(&json!("visitor")), "{call}");
    Ok(())
}

/// What the browser has told the page of networks since `listens` was put into it.
async fn told(panel: &CallPanel) -> Result<Value> {
    panel.panel.tab.run(In::Panel, "return window.told ?? null;", Vec::new()).await
}

async fn listens(panel: &CallPanel) -> Result<()> {
    let script = "
        window.told = [];
        for (const name of ['online', 'offline']) window.addEventListener(name, () => window.told.push(name));";
    panel.panel.tab.run(In::Panel, script, Vec::new()).await.map(drop)
}

async fn is_offline(panel: &CallPanel) -> Result<()> {
    until("the page is told that there is no network", async || {
        let told = told(panel).await?;
        ensure!(told == json!(["offline"]), "it was told {told}");
        Ok(())
    })
    .await
}

fn arrives(visitor: &Visitor) -> Result<()> {
    visitor.comes_by(Link::Wifi, 2)
}

/// As when Wi-Fi is left behind and mobile takes a moment: there is no network at all, then another one.
#[test]
fn a_call_outlives_a_gap_between_two_networks() -> Result<()> {
    distant_desk(arrives, async |desk, visitor| {
        let (panel, begun) = both_are_heard(desk).await?;
        listens(&panel).await?;
        visitor.loses(Link::Wifi)?;
        is_offline(&panel).await?;
        visitor.comes_by(Link::Mobile, 3)?;
        goes_on(desk, &panel, &begun, Link::Mobile, 3).await?;
        hangs_up(desk, &panel, &begun).await
    })
}

/// As when mobile is there before Wi-Fi goes: no event tells the page, the old socket just falls silent.
#[test]
fn a_call_outlives_a_move_that_nobody_tells_of() -> Result<()> {
    distant_desk(arrives, async |desk, visitor| {
        let (panel, begun) = both_are_heard(desk).await?;
        listens(&panel).await?;
        visitor.comes_by(Link::Mobile, 3)?;
        visitor.loses(Link::Wifi)?;
        goes_on(desk, &panel, &begun, Link::Mobile, 3).await?;
        let told = told(&panel).await?;
        ensure!(told == json!([]), "the page was told {told}");
        hangs_up(desk, &panel, &begun).await
    })
}

/// The panel is open, and then there is nothing but loopback.
#[test]
fn without_a_network_the_panel_says_why_and_nobody_is_called() -> Result<()> {
    distant_desk(arrives, async |desk, visitor| {
        let panel = desk.opens_calls("1000").await?;
        listens(&panel).await?;
        visitor.loses(Link::Wifi)?;
        is_offline(&panel).await?;
        let panel = panel.panel;
        panel.click("call_voice").await?;
        panel.tells("call_no_network").await?;
        let calls = Sandbox::of(&desk.rig.stack).calls().await?;
        ensure!(calls.is_empty(), "somebody was called: {calls:?}");
        panel.offers("call_again").await
    })
}

/// As when a lease runs out: another address in the same network.
#[test]
fn a_call_outlives_another_address() -> Result<()> {
    distant_desk(arrives, async |desk, visitor| {
        let (panel, begun) = both_are_heard(desk).await?;
        visitor.is_now(Link::Wifi, 7)?;
        goes_on(desk, &panel, &begun, Link::Wifi, 7).await?;
        hangs_up(desk, &panel, &begun).await
    })
}
