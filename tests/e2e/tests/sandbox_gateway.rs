//! The softphone against the sandbox's own gateway, which answers in every way by the number that is called.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::sip::{Phone, scene};
use frontdesk_e2e::street::Street;
use frontdesk_e2e::until;
use frontdesk_sandbox_media::{Gateway, OpenCall, Settings};
use serde_json::{Value, json};

/// What the page sends, and what an echo gives back.
const PAGE_HZ: f64 = 880.0;

/// A gateway on free ports, and a page that calls it.
struct Rig {
    gateway: Gateway,
    phone: Phone,
    settings: Settings,
}

impl Rig {
    async fn with(phone: Phone) -> Result<Self> {
        let settings = Settings { listen: ([127, 0, 0, 1], 0).into(), ..Settings::default() };
        Ok(Self { gateway: Gateway::start(settings.clone()).await?, phone, settings })
    }

    async fn dial(&self, number: &str, more: Value) -> Result<()> {
        let sip = |user: &str| format!("sip:{user}@{}", self.settings.domain);
        let mut options = json!({"target": sip(number), "from": sip("visitor")});
        if let (Value::Object(options), Value::Object(more)) = (&mut options, more) {
            options.extend(more);
        }
        self.phone.dial(&[format!("ws://{}", self.gateway.address())], number, options).await
    }

    async fn is_answered(&self, number: &str, more: Value) -> Result<()> {
        self.dial(number, more).await?;
        self.phone.sees(json!({"type": "answered"})).await.map(drop)
    }

    /// Waits until the one open call is so.
    async fn call_is(&self, what: &str, is: impl Fn(&OpenCall) -> bool) -> Result<()> {
        until(what, async || {
            let calls = self.gateway.open_calls();
            let [call] = calls.as_slice() else { anyhow::bail!("open are {calls:?}") };
            ensure!(is(call), "it is {call:?}");
            Ok(())
        })
        .await
    }

    /// Hangs up; then there is no call any more on either side.
    async fn hangs_up(&self) -> Result<()> {
        self.phone.run("call.hang_up();").await?;
        self.phone.ends("here", "hung_up", None).await?;
        self.nothing_is_left().await
    }

    async fn nothing_is_left(&self) -> Result<()> {
        until("no call is open", async || {
            let calls = self.gateway.open_calls();
            ensure!(calls.is_empty(), "{calls:?}");
            Ok(())
        })
        .await
    }
}

#[test]
fn calls_are_taken_and_refused() -> Result<()> {
    scene(async |scene| {
        let rig = Rig::with(scene.phone().await?).await?;
        rig.is_answered("1000", json!({})).await?;
        rig.phone.grows("/in/audio/packets").await?;
        rig.hangs_up().await?;
        rig.is_answered("1002", json!({})).await?;
        rig.phone.sees(json!({"type": "ringing", "early": true})).await?;
        rig.hangs_up().await?;
        rig.is_answered("1201", json!({})).await?;
        rig.phone.ends("there", "hung_up", None).await?;
        rig.is_answered("1302", json!({})).await?;
        rig.hangs_up().await?;
        for challenge in ["1401", "1407"] {
            rig.dial(challenge, json!({})).await?;
            let status = challenge.trim_start_matches('1').parse()?;
            rig.phone.ends("there", "unauthorized", Some(status)).await?;
            rig.dial(challenge, json!({"password": "guessed"})).await?;
            rig.phone.ends("there", "unauthorized", Some(403)).await?;
            rig.is_answered(challenge, json!({"password": rig.settings.password})).await?;
            rig.hangs_up().await?;
        }
        rig.dial("1487", json!({})).await?;
        rig.phone.sees(json!({"type": "ringing", "early": false})).await?;
        rig.phone.run("call.hang_up();").await?;
        rig.phone.ends("here", "cancelled", None).await?;
        for (number, cause) in [
            ("1403", "rejected"),
            ("1404", "not_found"),
            ("1408", "no_answer"),
            ("1480", "unavailable"),
            ("1486", "busy"),
            ("1488", "incompatible"),
            ("1500", "unavailable"),
            ("1600", "busy"),
            ("1603", "rejected"),
        ] {
            rig.dial(number, json!({})).await?;
            let status = number.trim_start_matches('1').parse()?;
            rig.phone.ends("there", cause, Some(status)).await.with_context(|| number.to_owned())?;
        }
        rig.nothing_is_left().await
    })
}

#[test]
fn much_may_happen_in_a_call() -> Result<()> {
    scene(async |scene| {
        let rig = Rig::with(scene.phone().await?).await?;
        rig.is_answered("1001", json!({})).await?;
        rig.phone.hears(PAGE_HZ).await?;
        rig.phone.run("[...'5*'].forEach((tone) => call.digit(tone));").await?;
        rig.call_is("the digits have arrived", |call| call.digits == "5*").await?;
        ensure!(rig.phone.run("return call.hold(true);").await? == json!(true), "the hold was refused");
        rig.call_is("the call is held", |call| call.held).await?;
        rig.phone.run("return call.hold(false);").await?;
        rig.call_is("the call is taken back", |call| !call.held).await?;
        rig.phone.hears(PAGE_HZ).await?;
        rig.hangs_up().await?;

        rig.is_answered("1004", json!({})).await?;
        rig.phone.run("[...'12'].forEach((tone) => call.digit(tone));").await?;
        rig.call_is("the digits have arrived by INFO", |call| call.digits == "12").await?;
        rig.hangs_up().await?;

        rig.is_answered("1003", json!({})).await?;
        rig.phone.sees(json!({"type": "held", "on": true})).await?;
        rig.phone.sees(json!({"type": "held", "on": false})).await?;
        rig.phone.grows("/in/audio/packets").await?;
        rig.hangs_up().await?;

        rig.is_answered("1001", json!({"video": true})).await?;
        rig.phone.grows("/in/video/frames").await?;
        rig.phone.hears(PAGE_HZ).await?;
        rig.hangs_up().await
    })
}

#[test]
fn what_was_not_asked_for_changes_nothing() -> Result<()> {
    scene(async |scene| {
        let rig = Rig::with(scene.phone().await?).await?;
        // REFER, NOTIFY, OPTIONS, a picture: each a second after the answer.
        for number in ["1005", "1006", "1007", "1008"] {
            rig.is_answered(number, json!({})).await?;
            let later = rig.phone.count("/in/audio/packets").await.unwrap_or_default() + 100.0;
            until("two seconds were heard", async || {
                let now = rig.phone.count("/in/audio/packets").await?;
                ensure!(now > later, "{now} packets");
                Ok(())
            })
            .await
            .with_context(|| number.to_owned())?;
            let pictures = rig.phone.run("return call.remote.getVideoTracks().length;").await?;
            ensure!(pictures == json!(0), "{number}: a picture came in");
            let events = rig.phone.events().await?;
            let failed = events.iter().any(|event| event["state"] == "failed" || event["type"] == "ended");
            ensure!(!failed, "{number}: {events:?}");
            rig.hangs_up().await?;
        }
        Ok(())
    })
}

#[test]
fn a_call_outlives_its_socket() -> Result<()> {
    scene(async |scene| {
        let rig = Rig::with(scene.phone().await?).await?;
        let street = Street::to(rig.gateway.address().port()).await?;
        let address = format!("ws://127.0.0.1:{}", street.port);
        let sip = |user: &str| format!("sip:{user}@{}", rig.settings.domain);
        let options = json!({"target": sip("1001"), "from": sip("visitor")});
        rig.phone.dial(&[address], "1001", options).await?;
        rig.phone.sees(json!({"type": "answered"})).await?;
        rig.phone.hears(PAGE_HZ).await?;
        street.close();
        rig.phone.sees(json!({"type": "socket", "up": false})).await?;
        street.open();
        ensure!(rig.phone.run("return call.restart();").await? == json!(true), "the gateway did not agree");
        rig.call_is("the call has a socket again", |call| call.socket).await?;
        rig.phone.hears(PAGE_HZ).await?;
        // One that lives is kept, since this gateway answers keep-alives.
        ensure!(rig.phone.run("return call.restart();").await? == json!(true), "the gateway did not agree");
        rig.phone.hears(PAGE_HZ).await?;
        rig.hangs_up().await
    })
}
