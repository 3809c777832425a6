//! What becomes of every hostile page and every policy in the browser of `FRONTDESK_BROWSER`. Prints a line for each, the name and what has come of
//! it, and fails when one is not as promised; `cargo xtask prove hosts` makes the table in `docs/hosts.md` of them.

use std::time::Duration;

use anyhow::{Result, ensure};
use frontdesk_e2e::hosts::{Host, PAGES, POLICIES, visit};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{Kind, Options, Rig, story_of};

/// On a busy machine.
const EACH: Duration = Duration::from_secs(60);

fn main() -> Result<()> {
    let kind = Kind::chosen()?;
    let options = Options { kind, third_party_storage: true, ..Options::default() };
    let count = u32::try_from(PAGES.len() + POLICIES.len())?;
    story_of(EACH * count, options, &Setup::default(), async |rig| {
        let mut faults = 0;
        for page in PAGES {
            faults += told(page, kind, visit::visit(rig, page, page.name).await);
        }
        for policy in POLICIES {
            faults += told(policy, kind, under(rig, policy).await);
        }
        drop(rig.browser.complaints().await?);
        ensure!(faults == 0, "{faults} are not as promised");
        Ok(())
    })
}

/// A policy, with what browsers have reported.
async fn under(rig: &Rig, policy: &Host) -> Result<Vec<String>> {
    let path = format!("policies/{}", policy.name);
    let mut faults = visit::visit(rig, policy, &path).await?;
    let violated = visit::violations(rig, &path).await?;
    let unmeant = policy.outcome_in(rig.browser.kind).unmeant(violated);
    faults.extend(unmeant.into_iter().map(|directive| format!("violates {directive}")));
    Ok(faults)
}

/// Prints it; answers how many faults it is.
fn told(host: &Host, kind: Kind, found: Result<Vec<String>>) -> usize {
    let faults = found.unwrap_or_else(|error| vec![format!("{error:#}")]);
    for fault in &faults {
        eprintln!("{}: {fault}", host.name);
    }
    let outcome = host.outcome_in(kind);
    let word = if faults.is_empty() { outcome.word() } else { "**fails**" };
    println!("{}\t{}\t{word}\t{}", host.name, host.what, outcome.reason());
    usize::from(!faults.is_empty())
}
