//! Sending works and receiving does not, or the other way round: the visitor is told, and nothing is lost.

use anyhow::{Result, ensure};
use frontdesk_e2e::{In, Options, Sandbox, story, until};
use serde_json::json;

#[test]
fn a_direction_that_is_lost_is_told_and_heals() -> Result<()> {
    story(Options::default(), &Default::default(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.say("Hello").await?;
        panel.has_sent("Hello").await?;
        for (line, notice, text) in [
            ("GET /v1/events", "notice_not_receiving", "Does this arrive?"),
            ("POST /v1/messages", "notice_not_sending", "And this?"),
        ] {
            rig.stack.street.break_off(line);
            panel.say(text).await?;
            if line.starts_with("POST") {
                let steps = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": "I can hear you"}]);
                Sandbox::of(&rig.stack).play(&steps, 0).await?;
            }
            panel.tells(notice).await?;
            shop.tab.screenshot(&format!("one_way.{notice}")).await?;
            rig.stack.street.open();
            panel.has_sent(text).await?;
            let sentence = panel.words.get(notice)?.to_owned();
            until("the notice is gone", async || {
                ensure!(!panel.tab.text(In::Panel).await?.contains(&sentence), "it is there");
                Ok(())
            })
            .await?;
        }
        panel.hears("I can hear you").await.map(drop)
    })
}
