//! The softphone against a real gateway with real telephones behind it.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::process::free_port;
use frontdesk_e2e::sip::{AgentPage, Lab, Phone, scene};
use frontdesk_e2e::street::Street;
use frontdesk_e2e::until;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The tone that the agent's telephone sends, and the one that the page does.
const AGENT_HZ: f64 = 440.0;
const PAGE_HZ: f64 = 880.0;

async fn is_answered(phone: &Phone, lab: &Lab, code: &str, more: Value) -> Result<()> {
    phone.dial(&[lab.address()], code, more).await?;
    phone.sees(json!({"type": "answered"})).await?;
    Ok(())
}

#[test]
fn both_hear_each_other() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        is_answered(&phone, &lab, "1000", json!({})).await?;
        phone.sees(json!({"type": "ringing"})).await?;
        phone.sees(json!({"type": "ice", "state": "connected"})).await?;
        phone.hears(AGENT_HZ).await?;
        phone.grows("/in/audio/packets").await?;
        phone.grows("/out/audio/packets").await?;
        // Long enough to be recorded: two seconds of what the page says.
        let said = phone.count("/out/audio/packets").await? + 100.0;
        until("the agent has heard enough", async || {
            ensure!(phone.count("/out/audio/packets").await? >= said, "not yet");
            Ok(())
        })
        .await?;
        phone.run("call.hang_up(); call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        lab.agent_reports(&["session closed"]).await?;
        until("the agent's recording has the tone of the page", async || {
            let recordings = lab.recordings()?;
            ensure!(recordings.len() == 1, "there are {recordings:?}");
            let (has, seconds) = (recordings[0].has(PAGE_HZ), recordings[0].seconds());
            ensure!(has && seconds > 1.5, "it has {seconds} s, with the tone: {has}");
            ensure!(!recordings[0].has(1.5 * PAGE_HZ), "any tone would do");
            Ok(())
        })
        .await
    })
}

#[test]
fn calls_end_as_they_should() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        // The other side hangs up.
        is_answered(&phone, &lab, "1200", json!({})).await?;
        phone.ends("there", "hung_up", None).await?;
        is_answered(&phone, &lab, "1000", json!({})).await?;
        lab.agent("hangup").await?;
        phone.ends("there", "hung_up", None).await?;
        // Given up while it rings, and before the gateway was reached.
        for code in ["1487", "1001"] {
            phone.dial(&[lab.address()], code, json!({})).await?;
            phone.sees(json!({"type": "ringing", "early": false})).await?;
            phone.run("call.hang_up();").await?;
            phone.ends("here", "cancelled", None).await?;
        }
        lab.agent_reports(&["sip:ringer@", "Incoming call", "session closed"]).await?;
        phone.dial(&[lab.address()], "1000", json!({})).await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "cancelled", None).await?;
        // Refused.
        for (code, cause, status) in [
            ("1486", "busy", 486),
            ("1404", "not_found", 404),
            ("1503", "unavailable", 503),
            ("1603", "rejected", 603),
            ("1604", "not_found", 604),
            ("1003", "unavailable", 480),
        ] {
            phone.dial(&[lab.address()], code, json!({})).await?;
            phone.ends("there", cause, Some(status)).await?;
        }
        Ok(())
    })
}

#[test]
fn passwords_and_redirections() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        let known = Lab::sip("known");
        for wrong in [json!({"from": known}), json!({"from": known, "password": "guessed"})] {
            phone.dial(&[lab.address()], "1000", wrong).await?;
            phone.ends("there", "unauthorized", Some(407)).await?;
        }
        is_answered(&phone, &lab, "1000", json!({"from": known, "password": Lab::SECRET})).await?;
        phone.hears(AGENT_HZ).await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        // Followed once, and only within the domain.
        is_answered(&phone, &lab, "1302", json!({})).await?;
        phone.hears(AGENT_HZ).await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        for elsewhere in ["1303", "1304"] {
            phone.dial(&[lab.address()], elsewhere, json!({})).await?;
            phone.ends("there", "failed", Some(302)).await?;
        }
        Ok(())
    })
}

#[test]
fn a_dead_address_is_passed_over() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        let refusing = format!("ws://127.0.0.1:{}/", free_port()?);
        // It takes connections and says nothing.
        let silent = TcpListener::bind(("127.0.0.1", 0)).await?;
        let silent_at = format!("ws://{}/", silent.local_addr()?);
        let [_, second] = lab.ports;
        let addresses = [refusing.clone(), silent_at.clone(), format!("ws://127.0.0.1:{second}")];
        phone.dial(&addresses, "1000", json!({"silent_ms": 1500})).await?;
        phone.sees(json!({"type": "answered"})).await?;
        phone.hears(AGENT_HZ).await?;
        let events = phone.events().await?;
        let told = |name: &str, address: &str| {
            events.iter().position(|event| event["type"] == name && event["address"] == *address)
        };
        let order = [told("connecting", &refusing), told("refused", &refusing), told("refused", &silent_at)];
        ensure!(order[0] < order[1] && order[1] < order[2] && order[0].is_some(), "{order:?} of {events:?}");
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;

        phone.dial(&[refusing], "1000", json!({})).await?;
        phone.ends("there", "no_gateway", None).await?;
        // What has no scheme is meant to be secure, and nothing here is.
        phone.dial(&[format!("127.0.0.1:{second}")], "1000", json!({})).await?;
        let address = format!("wss://127.0.0.1:{second}/");
        phone.sees(json!({"type": "refused", "address": address})).await?;
        phone.ends("there", "no_gateway", None).await
    })
}

#[test]
fn a_call_outlives_its_socket() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        let [first, _] = lab.ports;
        let street = Street::to(first).await?;
        phone.dial(&[format!("ws://127.0.0.1:{}", street.port)], "1000", json!({})).await?;
        phone.sees(json!({"type": "answered"})).await?;
        phone.hears(AGENT_HZ).await?;
        street.close();
        phone.sees(json!({"type": "socket", "up": false})).await?;
        // Media do not need the socket.
        phone.grows("/in/audio/packets").await?;
        // Not reached at first, then it is.
        phone.run("rig.again = call.restart();").await?;
        phone.sees(json!({"type": "refused"})).await?;
        street.open();
        let agreed = phone.run("return rig.again;").await?;
        ensure!(agreed == json!(true), "the gateway did not agree: {:?}", phone.events().await?);
        phone.grows("/in/audio/packets").await?;
        phone.grows("/out/audio/packets").await?;
        // The new socket is good for both directions.
        lab.agent("hold").await?;
        phone.sees(json!({"type": "held", "on": true})).await?;
        lab.agent("resume").await?;
        phone.sees(json!({"type": "held", "on": false})).await?;
        phone.hears(AGENT_HZ).await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        lab.agent_reports(&["session closed"]).await
    })
}

#[test]
fn either_side_holds_the_call() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        is_answered(&phone, &lab, "1000", json!({})).await?;
        phone.hears(AGENT_HZ).await?;
        lab.agent("hold").await?;
        phone.sees(json!({"type": "held", "on": true})).await?;
        phone.hears(0.0).await?;
        lab.agent("resume").await?;
        phone.sees(json!({"type": "held", "on": false})).await?;
        phone.hears(AGENT_HZ).await?;

        let loud = bytes_in_a_packet(&phone).await?;
        ensure!(phone.run("return call.hold(true);").await? == json!(true), "the hold was refused");
        phone.hears(0.0).await?;
        // Packets go on, with silence in them; the visitor's own track is left alone.
        let quiet = bytes_in_a_packet(&phone).await?;
        ensure!(4.0 * quiet < loud, "the microphone is open: {loud} bytes in a packet, on hold {quiet}");
        let enabled = phone.run("return rig.stream.getTracks().every((own) => own.enabled);").await?;
        ensure!(enabled == json!(true), "a track of the visitor was muted");
        // Another microphone is no way around it.
        phone.run("return call.replace('audio', rig.tone(1200));").await?;
        let still = bytes_in_a_packet(&phone).await?;
        ensure!(4.0 * still < loud, "the new microphone is open: {loud} bytes in a packet, on hold {still}");
        ensure!(phone.run("return call.hold(false);").await? == json!(true), "it was not taken back");
        phone.hears(AGENT_HZ).await?;
        let loud_again = bytes_in_a_packet(&phone).await?;
        ensure!(4.0 * quiet < loud_again, "nothing is sent any more: {loud_again} bytes in a packet");
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await
    })
}

/// Over half a second. Opus takes next to nothing for silence.
async fn bytes_in_a_packet(phone: &Phone) -> Result<f64> {
    let (packets, bytes) = (phone.count("/out/audio/packets").await?, phone.count("/out/audio/bytes").await?);
    until("enough is sent", async || {
        let more = phone.count("/out/audio/packets").await? - packets;
        ensure!(more >= 25.0, "{more} packets");
        Ok((phone.count("/out/audio/bytes").await? - bytes) / more)
    })
    .await
}

#[test]
fn digits_arrive() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        is_answered(&phone, &lab, "1000", json!({})).await?;
        phone.hears(AGENT_HZ).await?;
        let sent = phone.run("return [...'12#'].map((tone) => call.digit(tone));").await?;
        ensure!(sent == json!([true, true, true]), "{sent}");
        lab.agent_reports(&["received event: '1' (end=1)"]).await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        is_answered(&phone, &lab, "1000", json!({"dtmf": "info"})).await?;
        phone.run("call.digit('5');").await?;
        lab.agent_reports(&["received DTMF: '5' (duration=250)"]).await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await
    })
}

#[test]
fn a_peer_may_ask_for_much() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        // It hangs up only when everything was answered as it should be.
        is_answered(&phone, &lab, "1500", json!({})).await?;
        phone.sees(json!({"type": "held", "on": true})).await?;
        phone.sees(json!({"type": "held", "on": false})).await?;
        phone.sees(json!({"type": "ended"})).await?;
        lab.peer_is_content("odd")?;
        phone.ends("there", "hung_up", None).await?;
        // No medium came that was not asked for.
        ensure!(phone.run("return call.remote.getVideoTracks().length;").await? == json!(0), "a picture");

        phone.dial(&[lab.address()], "1183", json!({})).await?;
        phone.sees(json!({"type": "ringing", "early": true})).await?;
        phone.sees(json!({"type": "answered"})).await?;
        let events = phone.events().await?;
        let at = |name: &str| events.iter().position(|event| event["type"] == name);
        ensure!(at("media").is_some() && at("media") < at("answered"), "no early media: {events:?}");
        phone.hears(PAGE_HZ).await?;
        // It has never heard of telephone events.
        phone.run("call.digit('7');").await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        lab.peer_is_content("early")?;

        is_answered(&phone, &lab, "1488", json!({})).await?;
        ensure!(phone.run("return call.hold(true);").await? == json!(false), "a refusal was not noticed");
        phone.hears(PAGE_HZ).await?;
        ensure!(phone.run("return call.hold(true);").await? == json!(true), "it was not asked again");
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        lab.peer_is_content("stubborn")
    })
}

#[test]
fn a_session_is_refreshed() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        is_answered(&phone, &lab, "1490", json!({"session_timers": true})).await?;
        // After half of its 60 s; the peer hangs up when it was asked.
        phone.sees_within(Duration::from_secs(50), json!({"type": "ended"})).await?;
        phone.ends("there", "hung_up", None).await?;
        lab.peer_is_content("timer")
    })
}

#[test]
fn another_microphone_is_heard_in_the_same_call() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        is_answered(&phone, &lab, "1000", json!({})).await?;
        lab.agent_hears(PAGE_HZ, 1.0).await?;
        let swapped = phone.run("return call.replace('audio', rig.tone(1200));").await?;
        ensure!(swapped == json!(true), "it was not taken: {swapped}");
        lab.agent_hears(1200.0, 1.0).await?;
        let recording = lab.recordings()?.pop().context("nothing was recorded")?;
        ensure!(!recording.has_at(recording.seconds() - 0.5, PAGE_HZ), "the old one is still heard");
        // Without one the call goes on, until there is one again. The gateway hears nothing of all this.
        phone.run("return call.replace('audio', null);").await?;
        phone.hears(AGENT_HZ).await?;
        phone.run("return call.replace('audio', rig.tone(1500));").await?;
        lab.agent_hears(1500.0, 1.0).await?;
        let offers = lab.asked()?.into_iter().filter(|asked| asked.method == "INVITE").count();
        ensure!(offers == 1, "the gateway was asked {offers} times");
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await
    })
}

#[test]
fn two_browsers_see_each_other() -> Result<()> {
    scene(async |scene| {
        let (lab, phone) = (scene.lab().await?, scene.phone().await?);
        let other = scene.other_browser().await?;
        let agent = AgentPage::open(other.first_tab().await?, &scene.site, &lab).await?;
        is_answered(&phone, &lab, "1003", json!({"video": true})).await?;
        agent.is("talking").await?;
        // Sound that is not silence, and pictures that can be seen.
        for kind in ["audio", "energy", "video"] {
            agent.receives(kind).await?;
        }
        phone.grows("/in/audio/energy").await?;
        phone.grows("/in/video/frames").await?;
        phone.grows("/in/audio/packets").await?;
        // The camera is put away and comes back, without a word to the gateway.
        ensure!(phone.run("return call.replace('video', null);").await? == json!(true), "not put away");
        phone.run("return call.replace('video', rig.stream.getVideoTracks()[0]);").await?;
        agent.receives("video").await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "hung_up", None).await?;
        agent.is("ended").await?;
        other.close().await
    })
}
