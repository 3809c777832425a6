//! The suite as it meets a centre that is not ours: a sandbox in its own time, known by address and keys alone.

use super::{finish, runtime};
use crate::harness::{Access, Dialect, House, Offer, Offers, Target};
use frontdesk_sandbox::{Settings, spawn};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use std::sync::Arc;

/// One test per dialect.
pub(super) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("stranger::a_centre_of_2_5_is_left_as_it_was", || {
            runtime()?.block_on(meet(Dialect::V2_5))
        }),
        Trial::test("stranger::a_centre_of_2_6_is_left_as_it_was", || {
            runtime()?.block_on(meet(Dialect::V2_6))
        }),
    ]
}

/// Runs every check, then looks for what they left behind.
async fn meet(dialect: Dialect) -> Result<(), Failed> {
    let theirs = match dialect {
        Dialect::V2_5 => frontdesk_sandbox::Dialect::V2_5,
        Dialect::V2_6 => frontdesk_sandbox::Dialect::V2_6,
    };
    let settings = Settings {
        dialect: theirs,
        history: true,
        robot_delay_ms: 0,
        call_event_hold_ms: 0,
        agent_away_s: 86_400,
        ..Settings::default()
    };
    let centre = spawn(settings.clone()).await?;
    let access = Access {
        base: centre.base_url.clone(),
        app_key: settings.app_key,
        app_secret: settings.app_secret,
        channel: settings.channel_id,
        dialect,
        offers: Offers {
            present: [Offer::Agent, Offer::LeaveMessage, Offer::Calls, Offer::StaffCalls].into(),
            ..Offers::default()
        },
    };
    let desk = House::beside(&centre.base_url, centre.sandbox.clone())?;
    let agent = desk.sign_in("Li").await.map_err(|stop| format!("{stop:?}"))?;
    let target = Arc::new(Target::new(access, None)?);
    for check in crate::checks() {
        finish(&target, check)
            .await
            .map_err(|failed| format!("{}: {}", check.name, failed.message().unwrap_or("")))?;
    }
    target.leave().await;
    let left = desk.desk(Some(&agent), "changes?after=0", None).await.map_err(|stop| format!("{stop:?}"))?;
    let open = |list: &str| -> Vec<Value> {
        let all = left[list].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|one| one["state"] != "ended").collect()
    };
    let (conversations, calls) = (open("conversations"), open("calls"));
    let count = target.opened();
    centre.stop().await;
    if !conversations.is_empty() || !calls.is_empty() {
        return Err(format!("left behind: {}", json!([conversations, calls])).into());
    }
    if count == 0 || count > MOST { Err(format!("{count} conversations were opened").into()) } else { Ok(()) }
}

/// So many conversations are opened at most.
const MOST: u32 = 25;
