//! When the centre cannot or will not serve, the visitor is told so in their language, has a way on, and keeps what
//! they wrote.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::{Panel, Side};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{Options, Rig, story, until};
use serde_json::json;

/// A page of the shop, and what a visitor writes there.
const SHOPS: [(&str, &str); 2] = [("/", "Is the bowl oven proof?"), ("/zh/", "这个碗可以进烤箱吗？")];

#[test]
fn an_unreachable_centre_is_told_and_the_text_arrives_later() -> Result<()> {
    for (path, text) in SHOPS {
        story(Options::default(), &Setup::default(), async |rig| {
            rig.stack.way.cut();
            let panel = rig.shop(path).await?.open_panel().await?;
            panel.say(text).await?;
            panel.tells("notice_centre").await?;
            panel.offers("try_again").await?;
            the_text_is_kept(&panel, text).await?;
            panel.tab.screenshot(&format!("looks/unreachable{}", path.replace('/', "-"))).await?;
            rig.stack.way.mend().await?;
            panel.has_sent(text).await
        })?;
    }
    Ok(())
}

#[test]
fn a_wrong_secret_is_an_apology_with_a_way_on() -> Result<()> {
    refused(&Setup { app_secret: "not-the-secret".into(), ..Setup::default() })
}

#[test]
fn a_refused_channel_is_an_apology_with_a_way_on() -> Result<()> {
    refused(&Setup { channel: "1".into(), ..Setup::default() })
}

fn refused(setup: &Setup) -> Result<()> {
    for (path, text) in SHOPS {
        story(Options::default(), setup, async |rig: &Rig| {
            let panel = rig.shop(path).await?.open_panel().await?;
            panel.say(text).await?;
            panel.tells("error_refused").await?;
            panel.offers("try_again").await?;
            panel.tab.screenshot(&format!("looks/refused{}", path.replace('/', "-"))).await?;
            the_text_is_kept(&panel, text).await
        })?;
    }
    Ok(())
}

#[test]
fn outside_working_hours_the_robot_is_offered() -> Result<()> {
    for (path, text) in SHOPS {
        let setup = Setup { centre: json!({"hours": "closed"}), ..Setup::default() };
        story(Options::default(), &setup, async |rig| {
            let panel = rig.shop(path).await?.open_panel().await?;
            panel.write(text).await?;
            panel.ask_for_a_person().await?;
            panel.tells("error_hours").await?;
            panel.offers("talk_robot").await?;
            panel.tab.screenshot(&format!("looks/closed{}", path.replace('/', "-"))).await?;
            ensure!(panel.draft().await? == text, "the draft is {:?}", panel.draft().await?);
            panel.click("talk_robot").await?;
            panel.send().await?;
            panel.has_sent(text).await
        })?;
    }
    Ok(())
}

/// As a line that can still be sent, or in the composer.
async fn the_text_is_kept(panel: &Panel, text: &str) -> Result<()> {
    until("the text is kept", async || {
        let lines = panel.transcript().await?;
        let kept = lines.iter().any(|line| line.side == Side::Mine && line.text == text);
        ensure!(kept || panel.draft().await? == text, "there is {lines:?}");
        Ok(())
    })
    .await
}
