//! A share of `cargo xtask prove processes`: a real page, a proxy that is killed, a browser that is killed, and faults on
//! both links. Everything arrives once and in order, both ways.

use anyhow::{Result, ensure};
use frontdesk_e2e::Options;
use frontdesk_e2e::delivery::crowd::talks_through;
use frontdesk_e2e::delivery::page::Talk;
use frontdesk_e2e::delivery::parts::faults;
use frontdesk_e2e::delivery::site::{Kept, Site};

const MESSAGES: usize = 30;
const RESTARTS: u64 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_arrives_once_though_proxy_and_browser_are_killed() -> Result<()> {
    let site = Site::open(Kept::File, 1, "delivery").await?;
    let options = Options { third_party_storage: true, ..Options::default() };
    let mut talk = Talk::begin(&site, options, "delivery").await?;
    site.disturb(&faults(1, 5.0))?;
    talk.both_say(MESSAGES, async |number| match number {
        10 | 20 => site.kill_proxy(0).await,
        _ => Ok(()),
    })
    .await?;
    // A page that is opened anew is not what is tried here.
    site.heal();
    talk.is_killed_while_sending("the browser is killed").await?;
    let figures = talk.count().await?;
    ensure!((figures.up.said, figures.down.said) == (31, 30), "{figures}");
    ensure!(figures.near_faults + figures.far_faults > 0, "no fault: {figures}");
    figures.are_clean()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_misses_anything_while_two_proxies_on_one_store_are_restarted_by_turns() -> Result<()> {
    let site = Site::open(Kept::Redis, 2, "rolling").await?;
    let figures =
        talks_through(&site, RESTARTS, async |done| site.restart_proxy(usize::from(done % 2 == 1)).await)
            .await?;
    ensure!(figures.kills >= RESTARTS && figures.up.said > 0 && figures.down.said > 0, "{figures}");
    let used = site.near.connections();
    ensure!(used.iter().all(|connections| *connections > 0), "no balance: {used:?}");
    figures.are_clean()
}
