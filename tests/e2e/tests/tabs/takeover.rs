//! Tabs that die or freeze: another one goes on, with what they left unsent.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::pages::{Panel, ShopPage};
use frontdesk_e2e::{In, Options, Rig, Sandbox, story};
use serde_json::json;

use super::{crash, falls_silent, leader_of, one_more, polls_are};

/// How the tab that leads comes to its end.
#[derive(Clone, Copy, Debug)]
enum End {
    Closed,
    /// Its renderer crashes, and it has said no word.
    Crashed,
    /// Frozen by the browser without a word; it keeps its lock and its request.
    Frozen,
}

/// A conversation with an agent, in three tabs.
async fn three_tabs(rig: &Rig) -> Result<Vec<ShopPage>> {
    let first = rig.shop("/").await?;
    let panel = first.open_panel().await?;
    panel.say("Hello").await?;
    panel.has_sent("Hello").await?;
    let pages = vec![first, one_more(rig).await?, one_more(rig).await?];
    polls_are(rig, 1).await?;
    Ok(pages)
}

fn panels(pages: &[ShopPage]) -> Vec<Panel> {
    pages.iter().map(ShopPage::panel).collect()
}

async fn agent_says(rig: &Rig, text: &str) -> Result<()> {
    let steps = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": text}]);
    Sandbox::of(&rig.stack).play(&steps, 0).await
}

#[test]
fn a_leader_that_is_closed_killed_or_frozen_is_followed() -> Result<()> {
    let options = Options { third_party_storage: true, ..Options::default() };
    story(options, &Default::default(), async |rig| {
        let mut pages = three_tabs(rig).await?;
        for end in [End::Frozen, End::Crashed, End::Closed] {
            let leader = pages.swap_remove(leader_of(&panels(&pages)).await?);
            // A tab that is not seen is what a leader mostly is.
            let other = pages.first().map(ShopPage::panel).context("a tab")?;
            match end {
                End::Closed => leader.tab.close().await?,
                End::Crashed => {
                    falls_silent(&leader.tab).await?;
                    crash(&leader.tab).await?;
                }
                End::Frozen => {
                    falls_silent(&leader.tab).await?;
                    leader.tab.freeze(true).await?;
                }
            }
            let since = Instant::now();
            let text = format!("after the leader was {end:?}");
            agent_says(rig, &text).await?;
            other.hears(&text).await?;
            println!("leader {end:?}: another tab had the news after {} ms", since.elapsed().as_millis());
            if let End::Frozen = end {
                leader.tab.freeze(false).await?;
                leader.panel().hears(&text).await?;
                pages.push(leader);
            } else {
                pages.push(one_more(rig).await?);
            }
            polls_are(rig, 1).await?;
        }
        let polls = rig.stack.way.most_polls_at_once();
        ensure!(polls == 1, "the centre was polled {polls} times at once for one visitor");
        Ok(())
    })
}

#[test]
fn what_a_dead_tab_left_unsent_another_sends() -> Result<()> {
    const LAST: &str = "I am about to die";
    for third_party_storage in [true, false] {
        let options = Options { third_party_storage, ..Options::default() };
        story(options, &Default::default(), async |rig| {
            let mut pages = three_tabs(rig).await?;
            let dying = pages.pop().context("a tab")?;
            rig.stack.street.hold("POST /v1/messages");
            dying.panel().say(LAST).await?;
            for page in &pages {
                page.panel().tab.reads(In::Panel, LAST).await?;
            }
            crash(&dying.tab).await?;
            // Whatever of it had begun to leave is lost with its connection.
            rig.stack.street.close();
            rig.stack.street.open();
            for page in &pages {
                page.panel().has_sent(LAST).await?;
            }
            let texts = Sandbox::of(&rig.stack).texts().await?;
            ensure!(texts == ["Hello", LAST], "the centre has {texts:?}");
            Ok(())
        })?;
    }
    Ok(())
}
