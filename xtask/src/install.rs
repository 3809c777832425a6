//! Installs what a command needs and the machine lacks, after saying so.

mod carry_out;
mod need;
mod packages;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

pub(crate) use need::{Browser, Need};
pub(crate) use tools::{
    cargo_deb, cargo_fuzz, cargo_mutants, geckodriver, path, schemathesis, wasm_bindgen, wasm_pack,
    wasm_split,
};

use crate::proc;
use carry_out::{Install, npm_stamp};
use packages::{CALLS, CHROMIUM, CPP, FIREFOX, FONTS, FRONT, PYTHON, Package, STORE, WEBKIT};
use tools::{
    CARGO_DEB_TOOL, CARGO_FUZZ_TOOL, CARGO_MUTANTS_TOOL, GECKODRIVER_TOOL, SCHEMATHESIS, WASM_BINDGEN_TOOL,
    WASM_PACK_TOOL, WASM_SPLIT_TOOL,
};

/// Something the machine lacks.
struct Missing {
    what: String,
    why: &'static str,
    install: Install,
}

/// Installs what is missing; quick when nothing is.
///
/// # Errors
///
/// If something that only the user can install is missing, or an installation fails.
pub(crate) fn run(need: &Need) -> Result<()> {
    let missing = missing(need)?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("To be installed:");
    for item in &missing {
        println!("  {} ({})", item.what, item.why);
    }
    let started = Instant::now();
    for (number, item) in missing.iter().enumerate() {
        println!("Installing {} of {}: {}", number + 1, missing.len(), item.what);
        item.install.run().with_context(|| format!("{} could not be installed", item.what))?;
    }
    println!("Installed in {} s.", started.elapsed().as_secs());
    Ok(())
}

fn missing(need: &Need) -> Result<Vec<Missing>> {
    if !proc::find("cc") {
        bail!("there is no C compiler: install one (Debian: apt-get install build-essential)");
    }
    if !proc::find("node") || !proc::find("npm") {
        bail!("node and npm are needed: install them (Debian: apt-get install nodejs npm)");
    }
    let mut missing = Vec::new();
    rust_parts(need, &mut missing)?;
    if !npm_stamp()?.is_fresh() {
        missing.push(Missing {
            what: "node_modules from package-lock.json".into(),
            why: "esbuild and wasm-opt, which make the widget small, and JsSIP for calls",
            install: Install::Npm,
        });
    }
    system_packages(need, &mut missing)?;
    let mut tools = Vec::new();
    if need.build {
        tools.extend([WASM_BINDGEN_TOOL, WASM_PACK_TOOL, WASM_SPLIT_TOOL]);
    }
    if need.fuzz {
        tools.push(CARGO_FUZZ_TOOL);
    }
    if need.mutants {
        tools.push(CARGO_MUTANTS_TOOL);
    }
    if need.deb {
        tools.push(CARGO_DEB_TOOL);
    }
    if need.browsers.contains(&Browser::Firefox) {
        tools.push(GECKODRIVER_TOOL);
    }
    if need.api && !schemathesis()?.is_file() {
        let dir = tools::schemathesis_dir()?;
        missing.push(Missing {
            what: format!("schemathesis {SCHEMATHESIS} for Python into {}", dir.display()),
            why: "makes requests from the description of the API",
            install: Install::Schemathesis,
        });
    }
    for tool in tools {
        if !tool.path()?.is_file() {
            let what = format!("{} {} into {}, minutes", tool.name, tool.version, tool.dir()?.display());
            missing.push(Missing { what, why: tool.why, install: Install::Cargo(tool) });
        }
    }
    Ok(missing)
}

/// Whether the standard library can be built here.
///
/// # Errors
///
/// When there is no compiler.
pub(crate) fn has_library_sources() -> Result<bool> {
    Ok(rustlib()?.join("src/rust/library/Cargo.lock").is_file())
}

/// Where the compiler keeps what it brings along.
fn rustlib() -> Result<PathBuf> {
    let sysroot = proc::output(proc::command("rustc").args(["--print", "sysroot"]))?;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib"))
}

fn rust_parts(need: &Need, missing: &mut Vec<Missing>) -> Result<()> {
    if !rustlib()?.join("wasm32-unknown-unknown/lib").is_dir() {
        missing.push(Missing {
            what: "Rust target wasm32-unknown-unknown".into(),
            why: "the widget is WebAssembly",
            install: Install::Rustup(&["target", "add", "wasm32-unknown-unknown"]),
        });
    }
    if need.build && proc::find("rustup") && !has_library_sources()? {
        missing.push(Missing {
            what: "Rust component rust-src".into(),
            why: "the widget's standard library is built for size; it does without, but is 9 kB larger then, and the step \
                  `size` of `test` fails",
            install: Install::LibrarySources,
        });
    }
    if need.lints
        && !(proc::succeeds(&mut proc::cargo("clippy --version"))
            && proc::succeeds(&mut proc::cargo("fmt --version")))
    {
        missing.push(Missing {
            what: "Rust components clippy and rustfmt".into(),
            why: "lints and format",
            install: Install::Rustup(&["component", "add", "clippy", "rustfmt"]),
        });
    }
    Ok(())
}

fn system_packages(need: &Need, missing: &mut Vec<Missing>) -> Result<()> {
    let mut wanted: Vec<Package> = if need.browsers.is_empty() { Vec::new() } else { FONTS.into() };
    for browser in &need.browsers {
        match browser {
            Browser::Chromium => wanted.extend(CHROMIUM),
            Browser::Firefox => wanted.extend(FIREFOX),
            Browser::Webkit => wanted.extend(WEBKIT),
        }
    }
    if need.calls {
        wanted.extend(CALLS);
    }
    if need.store {
        wanted.push(STORE);
    }
    if need.front {
        wanted.extend(FRONT);
    }
    wanted.retain(|package| !Path::new(package.witness).exists());
    // libFuzzer is C++.
    if need.fuzz && !proc::find("c++") {
        wanted.push(CPP);
    }
    if need.api && !proc::succeeds(proc::command("python3").args(["-c", "import ensurepip, venv"])) {
        wanted.push(PYTHON);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = wanted.iter().map(|package| package.name).collect();
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if is_ubuntu(&system)
        && names.iter().any(|name| name.starts_with("chromium") || name.starts_with("firefox"))
    {
        bail!(
            "Ubuntu has its browsers as snaps, which tests cannot drive. Here `cargo xtask demo` and `cargo xtask test \
             --quick` go; what needs a browser goes on Debian 12, or with a Chromium that is no snap at /usr/bin/chromium, \
             its driver at /usr/bin/chromedriver and a Firefox at /usr/bin/firefox-esr"
        );
    }
    if !proc::find("apt-get") {
        bail!("these packages are missing and there is no apt-get to install them: {}", names.join(" "));
    }
    if !is_root() {
        bail!(
            "packages are missing; please run: sudo apt-get install --no-install-recommends {}",
            names.join(" ")
        );
    }
    missing.push(Missing {
        what: format!("system packages {}", names.join(" ")),
        why: "tests run in real browsers, call real telephones and start real servers; libFuzzer is C++, schemathesis \
              is Python",
        install: Install::Apt(names),
    });
    Ok(())
}

fn is_ubuntu(os_release: &str) -> bool {
    os_release.lines().any(|line| line == "ID=ubuntu" || line == "ID=\"ubuntu\"")
}

fn is_root() -> bool {
    proc::output(proc::command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ubuntu_is_told_from_debian() {
        assert!(is_ubuntu("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
        assert!(!is_ubuntu("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
    }
}
