//! Tabs that die or freeze: another one goes on, with what they left unsent.

use anyhow::{Context as _, Result, ensure};
use frontdesk_e2e::tabs::crash;
use frontdesk_e2e::tabs::takeover::{End, takes_over, three_tabs};
use frontdesk_e2e::{In, Options, Sandbox, story};

#[test]
fn a_leader_that_is_closed_killed_or_frozen_is_followed() -> Result<()> {
    let options = Options { third_party_storage: true, ..Options::default() };
    story(options, &Default::default(), async |rig| {
        let mut pages = three_tabs(rig).await?;
        for end in End::ALL {
            let took = takes_over(rig, &mut pages, end, &format!("after the leader was {end}")).await?;
            println!("leader {end}: another tab had the news after {} ms", took.as_millis());
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
