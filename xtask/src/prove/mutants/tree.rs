//! A copy of the repository for changes: what git knows of, as it lies there now.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::hash;
use crate::paths;
use crate::proc;

/// Brings the copy up to date. What is the same is left alone, so that it is not built anew.
pub(super) fn copy(to: &Path) -> Result<()> {
    let listed = proc::output(proc::command("git").args(["ls-files", "-z"]))?;
    let root = paths::root();
    let wanted: BTreeSet<PathBuf> = listed
        .split('\0')
        .filter(|name| !name.is_empty() && root.join(name).is_file())
        .map(PathBuf::from)
        .collect();
    fs::create_dir_all(to).with_context(|| format!("cannot create {}", to.display()))?;
    for file in hash::files(to)? {
        if file.strip_prefix(to).is_ok_and(|name| !wanted.contains(name)) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
    }
    for name in &wanted {
        put(&root.join(name), &to.join(name))?;
    }
    Ok(())
}

fn put(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let folder = to.parent().context("no folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(to, content).with_context(|| format!("cannot write {}", to.display()))
}
