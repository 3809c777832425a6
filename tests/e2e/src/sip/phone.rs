//! A tab with the softphone, and one with an agent, as the tests use them.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Lab, Site};
use crate::tab::{In, Tab};
use crate::wait::{until, within};
use std::time::Duration;

/// A tab with the softphone.
#[derive(Debug)]
pub struct Phone {
    tab: Tab,
}

impl Phone {
    /// Opens the page in this tab.
    ///
    /// # Errors
    ///
    /// When it does not load.
    pub async fn open(tab: Tab, site: &Site) -> Result<Self> {
        tab.open(&site.origin).await?;
        is_ready(&tab).await?;
        Ok(Self { tab })
    }

    /// Calls an access code by these addresses; `more` has further options.
    ///
    /// # Errors
    ///
    /// When the softphone refuses the options.
    pub async fn dial(&self, addresses: &[String], code: &str, more: Value) -> Result<()> {
        let mut options =
            json!({"addresses": addresses, "target": Lab::sip(code), "from": Lab::sip("anyone")});
        if let (Value::Object(options), Value::Object(more)) = (&mut options, more) {
            options.extend(more);
        }
        let script = "const [options, done] = arguments; rig.dial(options).then(() => done(null), (fault) => done(String(fault)));";
        let fault = self.tab.run_async(In::Page, script, vec![options]).await?;
        ensure!(fault.is_null(), "the call did not begin: {fault}");
        Ok(())
    }

    /// Runs the body of a function in which `call` is the call; a promise is waited for.
    ///
    /// # Errors
    ///
    /// When it throws.
    pub async fn run(&self, body: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[0]; const {{ call }} = rig;
             (async () => {{ {body} }})().then((value) => done([value ?? null]), (fault) => done(String(fault)));"
        );
        match self.tab.run_async(In::Page, &script, Vec::new()).await? {
            Value::Array(mut values) if values.len() == 1 => Ok(values.remove(0)),
            fault => bail!("{body} fails: {fault}"),
        }
    }

    /// All events so far.
    ///
    /// # Errors
    ///
    /// When the tab is gone.
    pub async fn events(&self) -> Result<Vec<Value>> {
        let all = self.tab.run(In::Page, "return rig.events;", Vec::new()).await?;
        Ok(serde_json::from_value(all)?)
    }

    /// Waits for an event that has all these fields.
    ///
    /// # Errors
    ///
    /// When that takes too long, or the call has ended without it.
    pub async fn sees(&self, fields: Value) -> Result<Value> {
        self.sees_within(crate::SOON, fields).await
    }

    /// The same for what takes longer.
    ///
    /// # Errors
    ///
    /// When that takes too long, or the call has ended without it.
    pub async fn sees_within(&self, time: Duration, fields: Value) -> Result<Value> {
        let is = |event: &Value| match &fields {
            Value::Object(fields) => fields.iter().all(|(name, value)| event.get(name) == Some(value)),
            _ => false,
        };
        within(time, &format!("the call tells {fields}"), async || {
            let events = self.events().await?;
            let found = events.iter().find(|event| is(event)).cloned();
            found.with_context(|| format!("it has told {}", json!(events)))
        })
        .await
    }

    /// Waits for the end, and looks whether it was the last event, and the only of its kind.
    ///
    /// # Errors
    ///
    /// When it is another end.
    pub async fn ends(&self, by: &str, cause: &str, status: Option<u16>) -> Result<()> {
        let mut expected = json!({"type": "ended", "by": by, "cause": cause});
        if let (Some(status), Value::Object(fields)) = (status, &mut expected) {
            fields.insert("status".into(), status.into());
        }
        self.sees(json!({"type": "ended"})).await?;
        // Whatever comes too much would have come by then.
        self.run("await call.stats();").await?;
        let events = self.events().await?;
        let count = events.iter().filter(|event| event.get("type") == Some(&json!("ended"))).count();
        ensure!(count == 1 && events.last() == Some(&expected), "not {expected}: {}", json!(events));
        Ok(())
    }

    /// The number at this place of `rig.stats()`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub async fn count(&self, pointer: &str) -> Result<f64> {
        let all = self.run("return rig.stats();").await?;
        all.pointer(pointer).and_then(Value::as_f64).with_context(|| format!("no {pointer} in {all}"))
    }

    /// Waits until the number at this place of `rig.stats()` has grown.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn grows(&self, pointer: &str) -> Result<()> {
        let first = until(&format!("there is {pointer}"), async || self.count(pointer).await).await?;
        until(&format!("{pointer} grows"), async || {
            let now = self.count(pointer).await?;
            ensure!(now > first, "it stays at {now}");
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
            let heard = self.run("return rig.hears();").await?.as_f64().unwrap_or_default();
            ensure!((heard - hertz).abs() < 25.0, "{heard} Hz is heard");
            Ok(())
        })
        .await
    }
}

/// A tab in which an agent with a camera works.
#[derive(Debug)]
pub struct AgentPage {
    tab: Tab,
}

impl AgentPage {
    /// Opens the page in this tab and signs the agent in, who answers by himself.
    ///
    /// # Errors
    ///
    /// When that fails.
    pub async fn open(tab: Tab, site: &Site, lab: &Lab) -> Result<Self> {
        tab.open(&format!("{}/agent", site.origin)).await?;
        is_ready(&tab).await?;
        let work = json!({
            "address": lab.address(), "user": "agent3", "domain": Lab::DOMAIN, "password": Lab::SECRET,
        });
        tab.run(In::Page, "rig.work(arguments[0]);", vec![work]).await?;
        let page = Self { tab };
        page.is("registered").await?;
        Ok(page)
    }

    /// Waits for a state.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn is(&self, state: &str) -> Result<()> {
        until(&format!("the agent is {state}"), async || {
            let now = self.tab.run(In::Page, "return rig.state;", Vec::new()).await?;
            ensure!(now == state, "it is {now}");
            Ok(())
        })
        .await
    }

    /// Waits until more and more of this medium is received.
    ///
    /// # Errors
    ///
    /// When that takes too long.
    pub async fn receives(&self, kind: &str) -> Result<()> {
        let count = async || {
            let all = self.tab.run_async(In::Page, "rig.seen().then(arguments[0]);", Vec::new()).await?;
            all.get(kind).and_then(Value::as_f64).with_context(|| format!("it has {all}"))
        };
        let first = until(&format!("the agent receives {kind}"), count).await?;
        until(&format!("the agent receives more {kind}"), async || {
            let now = count().await?;
            ensure!(now > first, "it stays at {now}");
            Ok(())
        })
        .await
    }
}

async fn is_ready(tab: &Tab) -> Result<()> {
    until("the page's script has run", async || {
        let ready = tab.run(In::Page, "return Boolean(window.rig);", Vec::new()).await?;
        ensure!(ready == json!(true), "it has not");
        Ok(())
    })
    .await
}
