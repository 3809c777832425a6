//! Which tabs make a sound for a message that none of them shows.

use anyhow::{Result, ensure};
use serde_json::json;

use crate::pages::ShopPage;
use crate::sandbox::Sandbox;
use crate::tab::{In, Tab};
use crate::wait::until;

/// Tones in the panel of this tab are counted from now on.
///
/// # Errors
///
/// When it has no panel.
pub async fn listen(tab: &Tab) -> Result<()> {
    let script = "
        window.tones = 0;
        window.asked = 0;
        const { resume } = AudioContext.prototype;
        AudioContext.prototype.resume = function () {
          window.asked += 1;
          return resume.call(this);
        };
        const { start } = OscillatorNode.prototype;
        OscillatorNode.prototype.start = function (...when) {
          window.tones += 1;
          return start.apply(this, when);
        };";
    tab.run(In::Panel, script, Vec::new()).await.map(drop)
}

/// All tones so far, in these tabs together.
///
/// # Errors
///
/// When one of them has no panel, or was not listened to.
pub async fn heard(pages: &[ShopPage]) -> Result<u64> {
    all(pages, "tones").await
}

async fn all(pages: &[ShopPage], what: &str) -> Result<u64> {
    let mut all = 0;
    for page in pages {
        let count = page.tab.run(In::Panel, "return window[arguments[0]];", vec![json!(what)]).await?;
        all += count.as_u64().ok_or_else(|| anyhow::anyhow!("nobody listened: {count}"))?;
    }
    Ok(all)
}

/// The panel is closed in all these tabs, and an agent says these lines, one after the other: each is unread everywhere,
/// and makes one tone. Then the panel is opened again in all of them. Answers the number of tones.
///
/// # Errors
///
/// When there are more or fewer tones than lines.
pub async fn one_each(sandbox: &Sandbox, pages: &[ShopPage], lines: &[String]) -> Result<u64> {
    for page in pages {
        page.tab.run(In::Page, "frontdesk.close();", Vec::new()).await?;
    }
    let (before, asked_before) = (heard(pages).await?, all(pages, "asked").await?);
    let mut told = 0;
    for line in lines {
        told += 1;
        sandbox.play(&json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": line}]), 0).await?;
        for page in pages {
            until("it is unread", async || {
                let unread = page.tab.run(In::Page, "return frontdesk.getUnread();", Vec::new()).await?;
                ensure!(unread == json!(told), "{unread} of {told} are");
                Ok(())
            })
            .await?;
        }
        until("there is a tone", async || {
            let tones = heard(pages).await? - before;
            let asked = all(pages, "asked").await? - asked_before;
            ensure!(tones >= told, "{tones} for {told} lines; {asked} were asked for");
            Ok(())
        })
        .await?;
    }
    for page in pages {
        page.tab.run(In::Page, "frontdesk.open();", Vec::new()).await?;
        page.panel().is_usable().await?;
    }
    let tones = heard(pages).await? - before;
    ensure!(tones == told, "{} tabs made {tones} tones for {told} lines", pages.len());
    Ok(tones)
}
