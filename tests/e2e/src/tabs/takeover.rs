//! The tab that leads comes to its end, and another one goes on.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{crash, falls_silent, leader_of, one_more, polls_are};
use crate::pages::{Panel, ShopPage};
use crate::sandbox::Sandbox;
use crate::story::Rig;

/// How it comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The visitor closes it.
    Closed,
    /// Its renderer crashes, and it has said no word.
    Crashed,
    /// Frozen by the browser without a word; it keeps its lock and its request.
    Frozen,
}

impl End {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Frozen, Self::Crashed, Self::Closed];
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Crashed => "crashed",
            Self::Frozen => "frozen",
        })
    }
}

/// A conversation in three tabs of the shop, one of which holds the poll.
///
/// # Errors
///
/// When it does not begin.
pub async fn three_tabs(rig: &Rig) -> Result<Vec<ShopPage>> {
    let first = rig.shop("/").await?;
    let panel = first.open_panel().await?;
    panel.say("Hello").await?;
    panel.has_sent("Hello").await?;
    let pages = vec![first, one_more(rig, "/bowl/").await?, one_more(rig, "/bowl/").await?];
    polls_are(rig, 1).await?;
    Ok(pages)
}

/// Ends the tab that leads, and has an agent say this; answers how long it takes until another tab shows it. Afterwards
/// there are as many tabs as before, and one poll.
///
/// # Errors
///
/// When no tab goes on.
pub async fn takes_over(rig: &Rig, pages: &mut Vec<ShopPage>, end: End, text: &str) -> Result<Duration> {
    let panels: Vec<Panel> = pages.iter().map(ShopPage::panel).collect();
    let leader = pages.swap_remove(leader_of(&panels).await?);
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
    let steps = json!([{"do": "agent", "name": "Mei"}, {"do": "text", "text": text}]);
    Sandbox::of(&rig.stack).play(&steps, 0).await?;
    other.hears(text).await?;
    let took = since.elapsed();
    if let End::Frozen = end {
        leader.tab.freeze(false).await?;
        leader.panel().hears(text).await?;
        pages.push(leader);
    } else {
        pages.push(one_more(rig, "/bowl/").await?);
    }
    polls_are(rig, 1).await?;
    Ok(took)
}
