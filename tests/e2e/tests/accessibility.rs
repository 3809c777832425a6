//! Every screen and state under axe-core. A share of the looks at each, and in other browsers than Chromium a share of the
//! screens; all of them with `FRONTDESK_LOOKS=all`, as `cargo xtask prove accessibility` does.

use std::time::Duration;

use anyhow::{Result, ensure};
use frontdesk_e2e::axe::{Look, Seen, look, scenes};
use frontdesk_e2e::stack::Setup;
use frontdesk_e2e::{Kind, Options, story_of};

/// One screen in so many is looked at in other browsers than Chromium.
const ELSEWHERE: usize = 8;

#[test]
fn no_screen_breaks_a_rule() -> Result<()> {
    let all = std::env::var("FRONTDESK_LOOKS").is_ok_and(|looks| looks == "all");
    let patience = Duration::from_secs(if all { 7200 } else { 900 });
    let options = Options { kind: Kind::chosen()?, ..Options::default() };
    story_of(patience, options, &Setup::default(), async |rig| {
        let names = scenes(rig).await?;
        ensure!(names.len() > 40, "there are only {} scenes", names.len());
        // Chromium alone can be told the rest.
        let can = |look: &Look| rig.browser.kind == Kind::Chromium || look.is_plain();
        let looks: Vec<Look> = Look::all().filter(can).collect();
        // One page of each scene, each time another one.
        let mut pages = looks.clone();
        pages.dedup_by(|one, other| one.is_of(*other));
        let mut seen = Seen::default();
        let share = if all || rig.browser.kind == Kind::Chromium { 1 } else { ELSEWHERE };
        let names: Vec<_> = names.into_iter().step_by(share).collect();
        for (number, name) in names.iter().enumerate() {
            let page = pages.get(number % pages.len()).copied();
            let own: Vec<Look> = looks
                .iter()
                .filter(|look| all || page.is_some_and(|page| page.is_of(**look)))
                .copied()
                .collect();
            look(rig, name, &own, &mut seen).await?;
        }
        // A page with a call asks before it goes, and browsers say that they do not ask.
        drop(rig.browser.complaints().await?);
        println!("{} scenes, {} runs of axe-core, {} rules passed", names.len(), seen.runs, seen.passed);
        ensure!(
            seen.runs > names.len() && seen.passed > 10 * seen.runs as u64,
            "hardly anything was looked at: {seen:?}"
        );
        let count = seen.violations.len();
        ensure!(count == 0, "{count} violations:\n{}", seen.violations.join("\n"));
        Ok(())
    })
}
