//! The softphone against gateways that no one would install: what they say, and when, is the test's.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::sip::{Gateway, Line, Phone, reply, scene};
use serde_json::{Value, json};

const PING: &str = "\r\n\r\n";
const PONG: &str = "\r\n";

/// Dials; the INVITE has arrived, and it rings.
async fn rings(gateway: &Gateway, phone: &Phone, more: Value) -> Result<(Line, String)> {
    phone.dial(std::slice::from_ref(&gateway.address), "1000", more).await?;
    let mut line = gateway.accept().await?;
    let invite = line.hears_request("INVITE").await?;
    line.says_in_bytes(&reply(&invite, "180 Ringing", &["Contact: <sip:gateway@127.0.0.1>"])).await?;
    phone.sees(json!({"type": "ringing", "early": false})).await?;
    Ok((line, invite))
}

/// A header of a message.
fn header<'a>(message: &'a str, name: &str) -> Result<&'a str> {
    let found = message.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.with_context(|| format!("no {name} in {message}"))
}

/// A request outside of any call.
fn request(method: &str, invite: &str, more: &str) -> Result<String> {
    let contact = header(invite, "Contact")?;
    let page = contact.trim_start_matches('<').split(['>', ';']).next().unwrap_or_default();
    Ok(format!(
        "{method} {page} SIP/2.0\r\nVia: SIP/2.0/WS gateway.invalid;branch=z9hG4bK-{method}\r\n\
         Max-Forwards: 70\r\nFrom: <sip:stranger@cc.example>;tag=odd\r\nTo: <{page}>\r\nCall-ID: {method}-1\r\n\
         CSeq: 1 {method}\r\nContact: <sip:stranger@gateway.invalid>\r\n{more}Content-Length: 0\r\n\r\n"
    ))
}

#[test]
fn a_line_is_kept_alive_both_ways() -> Result<()> {
    scene(async |scene| {
        let (gateway, phone) = (Gateway::open().await?, scene.phone().await?);
        let (mut line, invite) = rings(&gateway, &phone, json!({"keep_alive_ms": 200})).await?;
        line.says(PING).await?;
        while line.hears().await? != PONG {}
        // One that never answers may be there all the same.
        for _ in 0..5 {
            ensure!(line.hears().await? == PING, "the page says something else");
        }
        line.says(reply(&invite, "486 Busy Here", &[])).await?;
        phone.ends("there", "busy", Some(486)).await?;
        line.is_closed().await
    })
}

#[test]
fn a_line_that_has_died_is_noticed() -> Result<()> {
    scene(async |scene| {
        let (gateway, phone) = (Gateway::open().await?, scene.phone().await?);
        let (mut line, invite) = rings(&gateway, &phone, json!({"keep_alive_ms": 200})).await?;
        for _ in 0..2 {
            while line.hears().await? != PING {}
            line.says(PONG).await?;
        }
        // From now on it says nothing.
        phone.sees(json!({"type": "socket", "up": false})).await?;
        phone.ends("there", "no_gateway", None).await?;
        // The gateway is told by another line that nobody waits any more.
        let mut other = gateway.accept().await?;
        let cancel = other.hears_request("CANCEL").await?;
        ensure!(header(&cancel, "Call-ID")? == header(&invite, "Call-ID")?, "another call is cancelled");
        other.says(reply(&cancel, "200 OK", &[])).await?;
        other.says(reply(&invite, "487 Request Terminated", &[])).await?;
        other.hears_request("ACK").await?;
        other.is_closed().await
    })
}

#[test]
fn an_answer_that_crosses_the_hanging_up_is_taken_back() -> Result<()> {
    scene(async |scene| {
        let (gateway, phone) = (Gateway::open().await?, scene.phone().await?);
        let (mut line, invite) = rings(&gateway, &phone, json!({})).await?;
        phone.run("call.hang_up();").await?;
        phone.ends("here", "cancelled", None).await?;
        let cancel = line.hears_request("CANCEL").await?;
        line.says(reply(&invite, "200 OK", &["Contact: <sip:gateway@127.0.0.1>"])).await?;
        line.says(reply(&cancel, "200 OK", &[])).await?;
        line.hears_request("ACK").await?;
        let bye = line.hears_request("BYE").await?;
        line.says(reply(&bye, "200 OK", &[])).await?;
        line.is_closed().await
    })
}

#[test]
fn nonsense_is_passed_over_and_strangers_are_turned_away() -> Result<()> {
    scene(async |scene| {
        let (gateway, phone) = (Gateway::open().await?, scene.phone().await?);
        let (mut line, invite) = rings(&gateway, &phone, json!({})).await?;
        let ringing = reply(&invite, "180 Ringing", &["Contact: <sip:gateway@127.0.0.1>"]);
        let via = format!("Via: {}", header(&invite, "Via")?);
        for nonsense in [
            String::new(),
            "hello".into(),
            "SIP/2.0".into(),
            "SIP/2.0 486 Busy Here\r\n\r\n".into(),
            "\u{0}\u{fffd}\r\n\r\n".into(),
            format!("SIP/2.0 486 Busy Here\r\nSubject: {}\r\n\r\n", "x".repeat(100_000)),
            // Without the one header, or with the wrong one, by which it could be ours.
            reply(&invite, "486 Busy Here", &[])
                .replace(&via, "Via: SIP/2.0/WS elsewhere.invalid;branch=z9hG4bK1"),
            reply(&invite, "486 Busy Here", &[]).replace(&format!("{via}\r\n"), ""),
            ringing.replace("Contact: <sip:gateway@127.0.0.1>", "Contact: <<<"),
            ringing.replace("180 Ringing", "183 Session Progress").replace(
                "Content-Length: 0\r\n\r\n",
                "Content-Type: application/sdp\r\nContent-Length: 9\r\n\r\nno sdp at",
            ),
        ] {
            line.says_in_bytes(&nonsense).await?;
            line.says(nonsense).await?;
        }
        for (method, more, answer) in [
            ("OPTIONS", "", "SIP/2.0 200 "),
            ("INVITE", "", "SIP/2.0 603 "),
            ("NOTIFY", "Event: weather\r\n", "SIP/2.0 489 "),
            ("NOTIFY", "", "SIP/2.0 489 "),
            ("REFER", "Refer-To: <sip:1@cc.example>\r\n", "SIP/2.0 405 "),
            ("MESSAGE", "", "SIP/2.0 405 "),
        ] {
            line.says(request(method, &invite, more)?).await?;
            let answered = line.hears().await?;
            ensure!(answered.starts_with(answer), "{method} is answered by {answered}");
        }
        line.says(reply(&invite, "486 Busy Here", &[])).await?;
        phone.ends("there", "busy", Some(486)).await
    })
}

#[test]
fn options_are_checked() -> Result<()> {
    scene(async |scene| {
        let phone = scene.phone().await?;
        let good = json!({"target": "sip:1@cc.example", "from": "sip:2@cc.example", "addresses": ["ws://127.0.0.1:1"]});
        for (name, wrong) in [
            ("addresses", json!([])),
            ("addresses", json!("ws://127.0.0.1:1")),
            ("addresses[0]", json!(["http://127.0.0.1:1"])),
            ("addresses[0]", json!(["javascript:alert(1)//"])),
            ("addresses[1]", json!(["ws://127.0.0.1:1", 7])),
            ("target", json!("1000")),
            ("target", json!("sip:1@cc.example>\r\nX: y")),
            ("from", json!("sip:@cc.example")),
            ("silent_ms", json!("soon")),
            ("gather_ms", json!(0)),
            ("ice_servers", json!("stun:stun.example")),
            ("dtmf", json!("morse")),
        ] {
            let mut options = good.clone();
            let field = name.split('[').next().unwrap_or_default();
            options[field] = wrong.clone();
            let fault =
                phone.dial(&[], "1", options).await.err().with_context(|| format!("{name}: {wrong}"))?;
            let fault = fault.to_string();
            ensure!(fault.contains(&format!("softphone: {name} ")), "{name}: {wrong}: {fault}");
        }
        Ok(())
    })
}
