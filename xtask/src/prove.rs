//! `prove`: what is too long for `test`. Each part goes on where it was stopped, as long as the sources are the same, and
//! writes its figures with the commit into the documentation.

pub(crate) mod accessibility;
pub(crate) mod delivery;
pub(crate) mod drain;
pub(crate) mod figures;
pub(crate) mod hostile;
pub(crate) mod hosts;
pub(crate) mod mutants;
pub(crate) mod processes;
pub(crate) mod rig;
pub(crate) mod tabs;

use anyhow::Result;

use crate::proc;

/// The commit, and whether there are changes beside it in these places.
pub(crate) fn commit(places: &[&str]) -> Result<String> {
    let commit = proc::output(proc::command("git").args(["rev-parse", "--short=10", "HEAD"]))?;
    let status = ["status", "--porcelain", "--untracked-files=no", "--"];
    let changes = proc::output(proc::command("git").args(status).args(places))?;
    Ok(format!("{}{}", commit.trim(), if changes.trim().is_empty() { "" } else { " with changes" }))
}
