//! Hostile websites: the widget works there, or declines in good order, and leaves the page as it was. In the browser that
//! `FRONTDESK_BROWSER` names; a share of them, or those that `FRONTDESK_HOSTS` names, with commas between them. `all` are all.

use std::time::Duration;

use anyhow::{Result, ensure};
use frontdesk_e2e::hosts::{Host, Outcome, PAGES, POLICIES, visit};
use frontdesk_e2e::{Options, Rig, story_of};

const ALL: Duration = Duration::from_secs(600);

/// Pages and policies of each kind that differ most from each other. `cargo xtask prove hosts` visits all of them.
const SHARE: &str = "csp-none,trusted-types,require-corp,sandbox-same-origin,css-hidden,css-transform,cookie-wall,patched-arrays,lockdown,no-storage,\
    swapped,removed,swept,no-sheets,frame-refused,documented,documented-and-trusted-types,nonce,no-frames-and-all-else-named,no-frames-and-a-policy-of-ours,no-frame-source,own-scripts-only";

fn chosen(all: &'static [Host]) -> impl Iterator<Item = &'static Host> {
    let names = std::env::var("FRONTDESK_HOSTS").unwrap_or_else(|_| SHARE.to_owned());
    all.iter().filter(move |host| names == "all" || names.split(',').any(|name| name == host.name))
}

fn each(all: &'static [Host], visit: impl AsyncFn(&Rig, &Host) -> Result<Vec<String>>) -> Result<()> {
    let options = Options::chosen()?;
    story_of(ALL, options, &Default::default(), async |rig| {
        let mut faults = Vec::new();
        for host in chosen(all) {
            let found = visit(rig, host).await.unwrap_or_else(|error| vec![format!("{error:#}")]);
            faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", host.name)));
        }
        drop(rig.browser.complaints().await?);
        ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(())
    })
}

#[test]
fn hostile_pages_are_left_as_they_were() -> Result<()> {
    each(PAGES, async |rig, host| visit::visit(rig, host, host.name).await)
}

#[test]
fn policies_that_permit_the_frame_are_not_violated() -> Result<()> {
    each(POLICIES, async |rig, host| {
        let path = format!("policies/{}", host.name);
        let mut faults = visit::visit(rig, host, &path).await?;
        let violated = visit::violations(rig, &path).await?;
        let outcome = host.outcome_in(rig.browser.kind);
        if outcome != Outcome::Works && violated.is_empty() {
            faults.push("nothing was refused".to_owned());
        }
        faults.extend(outcome.unmeant(violated).into_iter().map(|directive| format!("violates {directive}")));
        Ok(faults)
    })
}
