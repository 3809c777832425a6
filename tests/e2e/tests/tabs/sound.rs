//! A message that no tab shows makes a sound only if the website wants any, and the browser lets the page. That many tabs
//! make one, the journey of eight tabs shows.

use anyhow::{Result, ensure};
use frontdesk_e2e::pages::ShopPage;
use frontdesk_e2e::tabs::{one_more, polls_are, tones};
use frontdesk_e2e::{In, Options, Rig, Sandbox, story, until};
use serde_json::json;

/// A conversation in so many tabs of this page, all of which are listened to.
async fn tabs(rig: &Rig, count: usize, path: &str) -> Result<Vec<ShopPage>> {
    let first = rig.shop(path).await?;
    let panel = first.open_panel().await?;
    panel.say("Hello").await?;
    panel.has_sent("Hello").await?;
    let mut pages = vec![first];
    for _ in 1..count {
        pages.push(one_more(rig, path).await?);
    }
    for page in &pages {
        tones::listen(&page.tab).await?;
    }
    Ok(pages)
}

#[test]
fn a_website_that_wants_no_sound_has_none_and_a_page_that_shows_the_message_makes_none() -> Result<()> {
    for (path, is_open) in [("/bowl/", false), ("/bowl/?sound", true)] {
        story(Options { plays: true, ..Options::default() }, &Default::default(), async |rig| {
            let pages = tabs(rig, 1, path).await?;
            for page in &pages {
                if !is_open {
                    page.tab.run(In::Page, "frontdesk.close();", Vec::new()).await?;
                }
                // The second comes after what the first could have led to.
                for text in ["one", "two"] {
                    let steps = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": text}]);
                    Sandbox::of(&rig.stack).play(&steps, 0).await?;
                    page.panel().hears(text).await?;
                }
            }
            ensure!(tones::heard(&pages).await? == 0, "there was a tone at {path}");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_page_that_nobody_has_touched_is_silent_and_not_late() -> Result<()> {
    story(Options { third_party_storage: true, ..Options::default() }, &Default::default(), async |rig| {
        let mut pages = tabs(rig, 2, "/bowl/?sound").await?;
        // The one that was typed in goes; the other was only loaded.
        pages.swap_remove(0).tab.close().await?;
        polls_are(rig, 1).await?;
        let sandbox = Sandbox::of(&rig.stack);
        for page in &pages {
            page.tab.run(In::Page, "frontdesk.close();", Vec::new()).await?;
            let steps = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": "unseen"}]);
            sandbox.play(&steps, 0).await?;
            until("it is unread", async || {
                let unread = page.tab.run(In::Page, "return frontdesk.getUnread();", Vec::new()).await?;
                ensure!(unread == json!(1), "{unread} are");
                Ok(())
            })
            .await?;
            until("a tone was asked for", async || {
                let script = "return performance.getEntriesByType('resource').some(({ name }) => /sound[^/]*\\.js$/.test(name));";
                let asked = page.tab.run(In::Panel, script, Vec::new()).await?;
                ensure!(asked == json!(true), "none was");
                Ok(())
            })
            .await?;
        }
        ensure!(tones::heard(&pages).await? == 0, "there was a tone");
        Ok(())
    })
}
