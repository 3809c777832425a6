//! The panel in front of the lab: a desk whose centre names the lab's gateway, and an agent who takes every call.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::Lab;
use crate::browser::{Browser, Options};
use crate::network::{Door, SERVERS, Visitor, apart};
use crate::pages::Panel;
use crate::sandbox::Sandbox;
use crate::stack::{Setup, Stack};
use crate::story::{Rig, STORY_MAX, alone, play};
use crate::tab::{In, Tab};
use crate::wait::until;

const PROBE: &str = include_str!("../../sip/probe.js");

/// A desk, the lab behind it, and the visitor's browser.
#[derive(Debug)]
pub struct Desk {
    /// Shop, proxy, centre and browser.
    pub rig: Rig,
    /// Gateway and telephones.
    pub lab: Lab,
}

impl Desk {
    /// What the visitor's microphone hears, in hertz.
    pub const VISITOR_HZ: f64 = 880.0;

    /// Opens the panel on the shop's first page, ready to be listened into, and its call view. From now on the centre has
    /// the access code called.
    ///
    /// # Errors
    ///
    /// When that is not possible.
    pub async fn opens_calls(&self, code: &str) -> Result<CallPanel> {
        self.answers_at(code)?;
        Sandbox::of(&self.rig.stack).sign_in("Clerk").await?;
        let panel = self.rig.shop("/").await?.open_panel().await?;
        probe(&panel.tab, In::Panel).await?;
        panel.click("call_open").await?;
        panel.offers("call_voice").await?;
        Ok(CallPanel { panel })
    }

    /// From now on the centre has this access code called.
    ///
    /// # Errors
    ///
    /// When the centre does not take it.
    pub fn answers_at(&self, code: &str) -> Result<()> {
        self.rig.stack.change_centre(&json!({"call_access_code": code}))
    }

    /// Waits until the centre's newest call of so many is in this state, and gives it.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn call_is(&self, count: usize, state: &str) -> Result<Value> {
        until(&format!("call {count} is {state} at the centre"), async || {
            let calls = Sandbox::of(&self.rig.stack).calls().await?;
            let newest = calls.last().and_then(|call| call.get("state"));
            ensure!(calls.len() == count && newest == Some(&json!(state)), "it has {calls:?}");
            calls.last().cloned().context("there is none")
        })
        .await
    }
}

/// The panel with its call view open.
#[derive(Clone, Debug)]
pub struct CallPanel {
    /// The panel.
    pub panel: Panel,
}

impl CallPanel {
    /// Calls, and waits until somebody has answered.
    ///
    /// # Errors
    ///
    /// When nobody does.
    pub async fn talks(&self) -> Result<()> {
        self.panel.click("call_voice").await?;
        self.panel.tells("call_talking").await
    }

    /// The number at this place of the probe's figures.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn count(&self, pointer: &str) -> Result<f64> {
        let script = "window.probe.stats().then(arguments[0], () => arguments[0](null));";
        let all = self.panel.tab.run_async(In::Panel, script, Vec::new()).await?;
        all.pointer(pointer).and_then(Value::as_f64).with_context(|| format!("no {pointer} in {all}"))
    }

    /// Waits until the number at this place has grown by so much.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn grows(&self, pointer: &str, by: f64) -> Result<()> {
        let first = until(&format!("there is {pointer}"), async || self.count(pointer).await).await?;
        until(&format!("{pointer} grows by {by}"), async || {
            let now = self.count(pointer).await?;
            ensure!(now >= first + by, "it went from {first} to {now}");
            Ok(())
        })
        .await
    }

    /// Waits until a tone of about so many hertz is heard.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn hears(&self, hertz: f64) -> Result<()> {
        until(&format!("a tone of {hertz} Hz is heard"), async || {
            let script = "return window.probe.hears(deep('.fd-call-other')[0]);";
            let heard = self.panel.tab.run(In::Panel, script, Vec::new()).await?.as_f64();
            let heard = heard.context("nobody listens")?;
            ensure!((heard - hertz).abs() < 25.0, "{heard} Hz is heard");
            Ok(())
        })
        .await
    }
}

/// Lets something happen at a desk whose gateways have these addresses.
///
/// # Errors
///
/// What went wrong, as with [`crate::story()`].
pub fn desk(
    gateways: impl FnOnce(&Lab) -> Result<Vec<String>>,
    happens: impl AsyncFnOnce(&Desk) -> Result<()>,
) -> Result<()> {
    desk_within(STORY_MAX, gateways, happens)
}

/// The same for what may take as long as this.
///
/// # Errors
///
/// What went wrong, as with [`crate::story()`].
pub fn desk_within(
    time: Duration,
    gateways: impl FnOnce(&Lab) -> Result<Vec<String>>,
    happens: impl AsyncFnOnce(&Desk) -> Result<()>,
) -> Result<()> {
    alone(async |name| {
        let lab = Lab::start(name).await?;
        let stack = Stack::start(&setup(&gateways(&lab)?), name).await?;
        let browser = Browser::start(options(), name).await?;
        let desk = Desk { rig: Rig { stack, browser }, lab };
        let result = play(&desk.rig, name, time, happens(&desk)).await;
        result.and(desk.rig.browser.close().await)
    })
}

/// Lets something happen at a desk whose servers are in one network and whose visitor is in another. The visitor has come
/// by no link yet when `arrives` is called.
///
/// # Errors
///
/// What went wrong, as with [`crate::story()`].
pub fn distant_desk(
    arrives: impl FnOnce(&Visitor) -> Result<()> + Send,
    happens: impl AsyncFnOnce(&Desk, &Visitor) -> Result<()> + Send,
) -> Result<()> {
    apart(|| {
        alone(async |name| {
            let lab = Lab::start_on(SERVERS, name).await?;
            let stack = Stack::start(&setup(&[lab.address()]), name).await?;
            let visitor = Arc::new(Visitor::join()?);
            arrives(&visitor)?;
            let _doors =
                [Door::from_outside(stack.shop.port).await?, Door::from_outside(stack.street.port).await?];
            let browser = Browser::start_at(&visitor, options(), name).await?;
            let desk = Desk { rig: Rig { stack, browser }, lab };
            let result = play(&desk.rig, name, STORY_MAX, happens(&desk, &visitor)).await;
            result.and(desk.rig.browser.close().await)
        })
    })
}

/// Puts the probe where a call will be made.
///
/// # Errors
///
/// When there is no such place.
pub async fn probe(tab: &Tab, at: In) -> Result<()> {
    tab.run(at, PROBE, Vec::new()).await.map(drop)
}

fn options() -> Options {
    Options { calls: true, microphone_hz: Some(Desk::VISITOR_HZ), ..Options::default() }
}

fn setup(gateways: &[String]) -> Setup {
    let centre = json!({
        "call_gateways": gateways,
        "call_domain": Lab::DOMAIN,
        "call_caller": "anyone",
        "call_auto_accept": true,
        // Whoever has signed in stays.
        "agent_away_s": 3_600,
    });
    let sections = format!("[desks.calls]\ngateways = {}\n", json!(gateways));
    Setup { centre, sections, ..Setup::default() }
}
