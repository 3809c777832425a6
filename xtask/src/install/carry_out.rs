//! The installing itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::tools::{self, CargoTool};
use crate::hash;
use crate::paths;
use crate::proc;

/// How something is installed.
pub(super) enum Install {
    Cargo(CargoTool),
    Rustup(&'static [&'static str]),
    /// What the standard library is built of; not needed.
    LibrarySources,
    Npm,
    Schemathesis,
    Apt(Vec<&'static str>),
}

impl Install {
    pub(super) fn run(&self) -> Result<()> {
        match self {
            Self::Cargo(tool) => {
                let mut command = proc::cargo("install --root");
                command.arg(tool.dir()?).args([tool.name, "--version", tool.version]);
                if tool.locked {
                    command.arg("--locked");
                }
                if !tool.features.is_empty() {
                    command.args(["--features", tool.features]);
                }
                // Its own temporary target folder: other profiles and versions do not belong into ours.
                proc::run(command.env_remove("CARGO_TARGET_DIR"))
            }
            Self::Rustup(words) => {
                if !proc::find("rustup") {
                    bail!("there is no rustup to run `rustup {}`", words.join(" "));
                }
                proc::run(proc::command("rustup").args(*words))
            }
            Self::LibrarySources => {
                if !proc::succeeds(proc::command("rustup").args(["component", "add", "rust-src"])) {
                    println!(
                        "rust-src cannot be had: the widget is built with the library as it comes, and is too large for \
                         the step `size` of `test`"
                    );
                }
                Ok(())
            }
            Self::Npm => {
                // Install scripts only fetch or check binaries that the packages here already carry.
                proc::run(proc::command("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
                npm_stamp()?.write()
            }
            Self::Schemathesis => {
                let dir = tools::schemathesis_dir()?;
                proc::run(proc::command("python3").args(["-m", "venv", "--clear"]).arg(&dir))?;
                let mut pip = proc::command(dir.join("bin/pip"));
                pip.args([
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--require-hashes",
                    "--only-binary=:all:",
                ]);
                proc::run(pip.args(["-r", "xtask/schemathesis/requirements.txt"]))
            }
            Self::Apt(names) => {
                let _no_services = NoServices::new(Path::new(POLICY))?;
                let apt = || {
                    let mut command = proc::command("apt-get");
                    command.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
                    command
                };
                proc::run(apt().arg("update"))?;
                proc::run(apt().args(["install", "--yes", "--no-install-recommends"]).args(names))
            }
        }
    }
}

/// What asks whether a service may be started.
const POLICY: &str = "/usr/sbin/policy-rc.d";
/// Ours. The second line tells it from that of an image of containers, which says the same.
const NO_SERVICES: &str = "\
#!/bin/sh
# Frontdesk's cargo xtask installs packages and starts no services meanwhile; it takes this file away again.
exit 101
";

/// While it lives, packages that are being installed start no services.
struct NoServices {
    /// The file, if it is ours to remove.
    written: Option<PathBuf>,
}

impl NoServices {
    fn new(policy: &Path) -> Result<Self> {
        // One of ours was left by a run that was stopped: Ctrl-C takes nothing away.
        let ours = || fs::read(policy).is_ok_and(|kept| kept == NO_SERVICES.as_bytes());
        if policy.exists() && !ours() {
            return Ok(Self { written: None });
        }
        fs::write(policy, NO_SERVICES).with_context(|| format!("cannot write {}", policy.display()))?;
        let this = Self { written: Some(policy.to_path_buf()) };
        proc::run(proc::command("chmod").arg("755").arg(policy))?;
        Ok(this)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if let Some(policy) = &self.written {
            let _ = fs::remove_file(policy);
        }
    }
}

/// Tells whether node_modules is that of the committed lock file.
pub(super) fn npm_stamp() -> Result<hash::Stamp> {
    let inputs = hash::inputs("npm", &["package.json", "package-lock.json"])?;
    Ok(hash::Stamp::new(&paths::root().join("node_modules"), inputs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stopped_run_has_left_is_taken_away_and_nothing_of_others() {
        let folder = std::env::temp_dir().join(format!("frontdesk-policy-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let policy = folder.join("policy-rc.d");
        // Nothing is dropped in a run that Ctrl-C stops.
        std::mem::forget(NoServices::new(&policy).unwrap());
        assert_eq!(fs::read_to_string(&policy).unwrap(), NO_SERVICES);
        drop(NoServices::new(&policy).unwrap());
        assert!(!policy.exists());

        let others = "#!/bin/sh\nexit 101\n";
        fs::write(&policy, others).unwrap();
        drop(NoServices::new(&policy).unwrap());
        assert_eq!(fs::read_to_string(&policy).unwrap(), others);
        fs::remove_dir_all(&folder).unwrap();
    }
}
