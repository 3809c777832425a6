//! A visitor who queues in a tab that has been hidden for long: the page's own timers hardly run there.

use anyhow::{Result, ensure};
use frontdesk_e2e::{In, Sandbox, story, until};
use serde_json::json;

use super::calls::{options, setup};

/// The page's timers never fire from now on, and heartbeats are counted.
const HIDE: &str = "
    window.setTimeout = () => 0;
    window.beats = 0;
    const own = window.fetch;
    window.fetch = (request) => {
        if (request.url.endsWith('/call/heartbeat')) window.beats += 1;
        return own(request);
    };";

#[test]
fn the_call_is_kept_by_a_worker() -> Result<()> {
    story(options(), &setup(), async |rig| {
        let shop = rig.shop("/").await?;
        let panel = shop.open_panel().await?;
        panel.call("call_voice").await?;
        panel.tells("call_queueing").await?;
        panel.tab.run(In::Panel, HIDE, Vec::new()).await?;
        // As many as it takes for the lease to have run out without them.
        until("three heartbeats have left", async || {
            let beats = panel.tab.run(In::Panel, "return window.beats;", Vec::new()).await?;
            ensure!(beats.as_u64() >= Some(3), "{beats} have");
            Ok(())
        })
        .await?;
        let record = Sandbox::of(&rig.stack).record().await?;
        let state = record.pointer("/calls/0/state").cloned();
        ensure!(state != Some(json!("ended")) && state.is_some(), "the centre's call: {state:?}");
        panel.tells("call_queueing").await
    })
}
