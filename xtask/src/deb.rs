//! `deb`: a package for Debian and Ubuntu with proxy, widget, the unit and the pages for operators. What is in it stands in
//! `crates/proxy/Cargo.toml`.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::bundle;
use crate::install::{self, Need};
use crate::paths;
use crate::proc;

/// Builds it into `target/debian`.
///
/// # Errors
///
/// What cannot be built, or is missing in the package.
pub(crate) fn run() -> Result<()> {
    install::run(&Need::deb())?;
    bundle::build(false)?;
    proc::run(&mut proc::cargo("build --profile server --package frontdesk-proxy"))?;
    let folder = paths::target().join("debian");
    // The one of before may have another version.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let mut tool = proc::command(install::cargo_deb()?);
    tool.args(["--package", "frontdesk-proxy", "--profile", "server", "--no-build", "--output"]).arg(&folder);
    proc::run(&mut tool)?;
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let packages: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let [package] = packages.as_slice() else {
        anyhow::bail!("{} holds {} packages", folder.display(), packages.len());
    };
    let listed = proc::output(proc::command("dpkg-deb").arg("--contents").arg(package))?;
    for file in
        ["/usr/bin/frontdesk", "/usr/share/frontdesk/frame.html", "/usr/share/frontdesk/assets/", "@.service"]
    {
        ensure!(listed.contains(file), "{file} is not in {}", package.display());
    }
    println!("{}", package.display());
    Ok(())
}
