//! The parts of the proof with real processes, each for itself.

use anyhow::Result;
use clap::ValueEnum;
use frontdesk_faults::Plan;

use super::crowd::talks_through;
use super::figures::Figures;
use super::page::Talk;
use super::site::{Kept, Site};
use crate::browser::{Kind, Options};

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// A page in Chromium under faults of both links.
    Chromium,
    /// The same in Firefox.
    Firefox,
    /// The same in WebKitGTK.
    Webkit,
    /// The proxy is killed under load.
    ProxyKills,
    /// The store is killed under load, with two proxies.
    StoreKills,
    /// Chromium is killed while a message is on its way.
    BrowserKills,
    /// Three proxies on one store behind a balancer without stickiness, restarted one after the other under load.
    Rolling,
}

/// Faults from this seed at so many percent of all exchanges and connections.
#[must_use]
pub fn faults(seed: u64, percent: f64) -> Plan {
    Plan { toxic_percent: percent, ..Plan::of(seed, percent) }
}

impl Part {
    /// Runs it: so many messages each way, or so many kills.
    ///
    /// # Errors
    ///
    /// When it cannot be done. What was lost is in the figures.
    pub async fn run(self, count: usize, seed: u64) -> Result<Figures> {
        let kills = count as u64;
        match self {
            Self::Chromium => talk(Kind::Chromium, count, seed).await,
            Self::Firefox => talk(Kind::Firefox, count, seed).await,
            Self::Webkit => talk(Kind::Webkit, count, seed).await,
            Self::ProxyKills => {
                let site = Site::open(Kept::File, 1, "proxy-kills").await?;
                talks_through(&site, kills, async |_| site.kill_proxy(0).await).await
            }
            Self::StoreKills => {
                let site = Site::open(Kept::Redis, 2, "store-kills").await?;
                talks_through(&site, kills, async |_| site.kill_store().await).await
            }
            Self::BrowserKills => browser_kills(count).await,
            Self::Rolling => {
                let site = Site::open(Kept::Redis, 3, "rolling").await?;
                talks_through(&site, kills, async |done| site.restart_proxy(usize::try_from(done % 3)?).await)
                    .await
            }
        }
    }
}

async fn talk(kind: Kind, count: usize, seed: u64) -> Result<Figures> {
    let name = format!("talk-{kind:?}").to_lowercase();
    let site = Site::open(Kept::File, 1, &name).await?;
    let options = Options { kind, third_party_storage: true, ..Options::default() };
    let mut talk = Talk::begin(&site, options, &name).await?;
    site.disturb(&faults(seed, 5.0))?;
    talk.both_say(count, async |_| Ok(())).await?;
    talk.count().await
}

async fn browser_kills(count: usize) -> Result<Figures> {
    let site = Site::open(Kept::File, 1, "browser-kills").await?;
    let options = Options { third_party_storage: true, ..Options::default() };
    let mut talk = Talk::begin(&site, options, "browser-kills").await?;
    for number in 0..count {
        talk.both_say(2, async |_| Ok(())).await?;
        talk.is_killed_while_sending(&format!("killed while sending {number}")).await?;
    }
    let figures = talk.count().await?;
    Ok(Figures { kills: count as u64, ..figures })
}
