//! Whatever happens to tabs, a share of `cargo xtask prove tabs`. `FRONTDESK_TAB_ACTIONS` says how many actions,
//! `FRONTDESK_TAB_SEED` which.

use std::time::Duration;

use anyhow::{Context as _, Result};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::tabs::walk::walk;
use frontdesk_e2e::{Options, story_of};

/// How many actions `test` does with each kind of storage.
const FEW: u32 = 20;

fn number(name: &str, usual: u32) -> Result<u32> {
    match std::env::var(name) {
        Ok(value) => value.parse().with_context(|| format!("{name} is {value:?}")),
        Err(_) => Ok(usual),
    }
}

#[test]
fn whatever_happens_to_tabs_they_stay_one_visitor() -> Result<()> {
    let actions = number("FRONTDESK_TAB_ACTIONS", FEW)?;
    let seed = number("FRONTDESK_TAB_SEED", 1)?;
    let time = Duration::from_secs(120 + 6 * u64::from(actions));
    for third_party_storage in [true, false] {
        let options = Options { third_party_storage, plays: true, ..Options::default() };
        story_of(time, options, &Setup::default(), async |rig| {
            let seen = walk(rig, actions, seed).await?;
            println!("frames may keep something: {third_party_storage}; {seen}");
            Ok(())
        })?;
    }
    Ok(())
}
