//! Pages that go away in a call: none leaves an agent waiting, whatever the call was doing.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{AgentPage, Panel, ShopPage};
use frontdesk_e2e::{Browser, In, Rig, Sandbox, story, until};
use serde_json::{Value, json};

use super::calls::{options, setup};

/// Where a call is when its page dies.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// The browser asks the visitor for the microphone.
    Microphone,
    /// The centre has been asked, and has not answered yet.
    Requesting,
    Queueing,
    /// The gateway has been called, and says nothing.
    Dialling,
    Ringing,
    Talking,
    /// The visitor has hung up, and nobody has heard of it yet.
    HangingUp,
}

const PHASES: [Phase; 7] = [
    Phase::Microphone,
    Phase::Requesting,
    Phase::Queueing,
    Phase::Dialling,
    Phase::Ringing,
    Phase::Talking,
    Phase::HangingUp,
];

impl Phase {
    /// Is an agent there, and which number of the gateway is called?
    fn centre(self) -> Value {
        let number = match self {
            Self::Dialling => "1499",
            Self::Ringing => "1487",
            _ => "1000",
        };
        let taken = !matches!(self, Self::Microphone | Self::Requesting | Self::Queueing);
        json!({"call_auto_accept": taken, "call_access_code": number})
    }

    fn calls(self) -> usize {
        usize::from(!matches!(self, Self::Microphone))
    }

    /// Leads a call to where it is to die.
    async fn reach(self, rig: &Rig, panel: &Panel) -> Result<()> {
        rig.stack.change_centre(&self.centre())?;
        match self {
            Self::Microphone => {
                let script = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});";
                panel.tab.run(In::Panel, script, Vec::new()).await?;
            }
            Self::Requesting => rig.stack.way.hold_answers("/createClickToCall"),
            _ => {}
        }
        panel.call("call_voice").await?;
        match self {
            Self::Microphone => panel.tells("call_allow").await,
            Self::Requesting => {
                panel.tells("call_requesting").await?;
                until("the centre has connected the call", async || {
                    ensure!(rig.stack.way.standing_answers() == 1, "it was not asked");
                    Ok(())
                })
                .await
            }
            Self::Queueing => panel.tells("call_queueing").await,
            Self::Dialling => panel.tells("call_dialling").await,
            Self::Ringing => panel.tells("call_ringing").await,
            Self::Talking => panel.hears_the_call().await,
            Self::HangingUp => {
                panel.hears_the_call().await?;
                rig.stack.street.hold("DELETE /v1/call");
                panel.click("call_hang_up").await?;
                until("the proxy is about to hear of it", async || {
                    ensure!(rig.stack.street.standing() == 1, "nothing was said");
                    Ok(())
                })
                .await
            }
        }
    }

    fn let_go(self, rig: &Rig) {
        rig.stack.way.let_answers_pass();
        rig.stack.street.open();
    }
}

/// So many calls were made, and none of them is open, neither at the centre nor at the gateway.
async fn all_are_over(rig: &Rig, made: usize) -> Result<()> {
    let gateway = rig.stack.centre.sandbox.gateway().context("there is no gateway")?;
    until("every call is over", async || {
        let calls = Sandbox::of(&rig.stack).calls().await?;
        ensure!(calls.len() == made, "{made} calls were made, the centre has {calls:?}");
        let open: Vec<&Value> =
            calls.iter().filter(|call| call.get("state") != Some(&json!("ended"))).collect();
        ensure!(open.is_empty(), "the centre still has {open:?}");
        let open = gateway.open_calls();
        ensure!(open.is_empty(), "the gateway still has {open:?}");
        Ok(())
    })
    .await
}

async fn agent_of(rig: &Rig) -> Result<AgentPage> {
    let agent = AgentPage::open(rig.browser.first_tab().await?, &rig.stack).await?;
    agent.sign_in("Mei").await?;
    Ok(agent)
}

/// A call in this phase, in a browser of its own.
async fn call_in(rig: &Rig, phase: Phase) -> Result<(Browser, ShopPage)> {
    let browser = Browser::start(options(), &format!("death.{phase:?}")).await?;
    let shop = ShopPage::open(browser.first_tab().await?, &rig.stack, "/").await?;
    phase.reach(rig, &shop.open_panel().await?).await.with_context(|| format!("{phase:?}"))?;
    Ok((browser, shop))
}

#[test]
fn a_browser_that_is_killed_leaves_no_call_in_any_phase() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let _agent = agent_of(rig).await?;
        let mut made = 0;
        for phase in PHASES {
            let (browser, _) = call_in(rig, phase).await?;
            browser.kill();
            phase.let_go(rig);
            made += phase.calls();
        }
        all_are_over(rig, made).await
    })
}

#[test]
fn a_tab_that_is_closed_hangs_up_in_any_phase() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let _agent = agent_of(rig).await?;
        let mut made = 0;
        for phase in [Phase::Queueing, Phase::Dialling, Phase::Ringing, Phase::Talking] {
            let (browser, shop) = call_in(rig, phase).await?;
            // Another one, so that the browser outlives the tab.
            let other = browser.new_tab().await?;
            // The page's last word is that it hangs up; the proxy waits for no lease then.
            rig.stack.street.hold("DELETE /v1/call?id=");
            shop.tab.close().await?;
            other.show().await?;
            until("the page has said that it hangs up", async || {
                ensure!(rig.stack.street.standing() == 1, "it has not");
                Ok(())
            })
            .await
            .with_context(|| format!("{phase:?}"))?;
            rig.stack.street.open();
            made += phase.calls();
            all_are_over(rig, made).await?;
            browser.close().await?;
        }
        Ok(())
    })
}
