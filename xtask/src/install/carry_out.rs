//! The installing itself.

use std::fs;
use std::path::Path;

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
                    println!("rust-src cannot be had: the widget is built with the library as it comes");
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
                let _no_services = NoServices::new()?;
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

/// While it lives, packages that are being installed start no services.
struct NoServices {
    written: bool,
}

impl NoServices {
    const POLICY: &str = "/usr/sbin/policy-rc.d";

    fn new() -> Result<Self> {
        if Path::new(Self::POLICY).exists() {
            return Ok(Self { written: false });
        }
        let fault = || format!("cannot write {}", Self::POLICY);
        fs::write(Self::POLICY, "#!/bin/sh\nexit 101\n").with_context(fault)?;
        let this = Self { written: true };
        proc::run(proc::command("chmod").args(["755", Self::POLICY]))?;
        Ok(this)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.written {
            let _ = fs::remove_file(Self::POLICY);
        }
    }
}

/// Tells whether node_modules is that of the committed lock file.
pub(super) fn npm_stamp() -> Result<hash::Stamp> {
    let inputs = hash::inputs("npm", &["package.json", "package-lock.json"])?;
    Ok(hash::Stamp::new(&paths::root().join("node_modules"), inputs))
}
