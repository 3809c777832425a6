//! Installs what a command needs and the machine lacks, after saying so.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::hash;
use crate::paths;
use crate::proc;

/// Must be the version of the crate `wasm-bindgen`.
const WASM_BINDGEN: &str = "0.2.130";
const WASM_PACK: &str = "0.15.1";
/// Reads what the macros of the crate `wasm_split_helpers` leave behind; the two belong together.
const WASM_SPLIT: &str = "0.2.4";
const GECKODRIVER: &str = "0.37.1";
const CARGO_FUZZ: &str = "0.13.1";
const CARGO_MUTANTS: &str = "27.1.0";
const CARGO_DEB: &str = "3.8.0";
/// As in `xtask/schemathesis/requirements.txt`.
const SCHEMATHESIS: &str = "4.32.5";

/// A browser that tests run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Chromium,
    Firefox,
    /// WebKitGTK, which is not Safari.
    Webkit,
}

impl Browser {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// Where whole journeys are made: all of them in Chromium, the shortest in the others. The usual choice for the
    /// widget's own tests, Chromium alone, brings the other two along.
    pub(crate) fn for_journeys(chosen: &[Self]) -> Vec<Self> {
        if chosen == [Self::Chromium] { Self::ALL.to_vec() } else { chosen.to_vec() }
    }
}

/// What a command is going to use.
pub(crate) struct Need {
    build: bool,
    lints: bool,
    fuzz: bool,
    mutants: bool,
    deb: bool,
    browsers: Vec<Browser>,
    /// A gateway for calls, with telephones behind it.
    calls: bool,
    /// A server that several proxies share.
    store: bool,
    /// A server in front of several proxies.
    front: bool,
    /// Requests made from the description of the API.
    api: bool,
}

impl Need {
    /// What every command needs.
    fn least() -> Self {
        Self {
            build: false,
            lints: false,
            fuzz: false,
            mutants: false,
            deb: false,
            browsers: Vec::new(),
            calls: false,
            store: false,
            front: false,
            api: false,
        }
    }

    /// To build widget and servers.
    pub(crate) fn build() -> Self {
        Self { build: true, ..Self::least() }
    }

    /// To lint all sources.
    pub(crate) fn check() -> Self {
        Self { lints: true, ..Self::least() }
    }

    /// To build the widget and run it in Chromium.
    pub(crate) fn bench() -> Self {
        Self { browsers: vec![Browser::Chromium], ..Self::build() }
    }

    /// To measure calls.
    pub(crate) fn calls() -> Self {
        Self { calls: true, ..Self::bench() }
    }

    /// To run the fuzz targets.
    pub(crate) fn fuzz() -> Self {
        Self { fuzz: true, ..Self::least() }
    }

    /// To change the code and see whether tests notice, those of the stores included.
    pub(crate) fn mutants() -> Self {
        Self { mutants: true, ..Self::store() }
    }

    /// To make a Debian package.
    pub(crate) fn deb() -> Self {
        Self { deb: true, ..Self::build() }
    }

    /// To run several proxies on one store.
    pub(crate) fn store() -> Self {
        Self { store: true, ..Self::least() }
    }

    /// To try the API by its description.
    pub(crate) fn api() -> Self {
        Self { api: true, ..Self::least() }
    }

    /// To build, lint and test in these browsers, and for journeys in those that come along.
    pub(crate) fn test(browsers: &[Browser]) -> Self {
        let browsers = Browser::for_journeys(browsers);
        // Calls are tested in Chromium.
        let calls = browsers.contains(&Browser::Chromium);
        let front = !browsers.is_empty();
        Self { lints: true, fuzz: true, browsers, calls, store: true, front, api: true, ..Self::build() }
    }
}

/// Something the machine lacks.
struct Missing {
    what: String,
    why: &'static str,
    install: Install,
}

enum Install {
    Cargo(CargoTool),
    Rustup(&'static [&'static str]),
    /// What the standard library is built of; not needed.
    LibrarySources,
    Npm,
    Schemathesis,
    Apt(Vec<&'static str>),
}

/// A program that cargo builds into a folder of its own, named by its version.
#[derive(Clone, Copy)]
struct CargoTool {
    name: &'static str,
    version: &'static str,
    bin: &'static str,
    /// Whether the lock file that its authors published still builds.
    locked: bool,
    /// What it must be built with.
    features: &'static str,
    why: &'static str,
}

const WASM_BINDGEN_TOOL: CargoTool = CargoTool {
    name: "wasm-bindgen-cli",
    version: WASM_BINDGEN,
    bin: "wasm-bindgen",
    locked: false,
    features: "",
    why: "makes the JavaScript half of the widget and runs its browser tests",
};
const WASM_PACK_TOOL: CargoTool = CargoTool {
    name: "wasm-pack",
    version: WASM_PACK,
    bin: "wasm-pack",
    locked: true,
    features: "",
    why: "builds the widget",
};
const WASM_SPLIT_TOOL: CargoTool = CargoTool {
    name: "wasm_split_cli_support",
    version: WASM_SPLIT,
    bin: "wasm-split-cli",
    locked: true,
    features: "build-binary",
    why: "puts the widget's rarely used views into files of their own",
};
const GECKODRIVER_TOOL: CargoTool = CargoTool {
    name: "geckodriver",
    version: GECKODRIVER,
    bin: "geckodriver",
    locked: true,
    features: "",
    why: "drives Firefox",
};
const CARGO_FUZZ_TOOL: CargoTool = CargoTool {
    name: "cargo-fuzz",
    version: CARGO_FUZZ,
    bin: "cargo-fuzz",
    locked: true,
    features: "",
    why: "tries hostile input",
};
const CARGO_MUTANTS_TOOL: CargoTool = CargoTool {
    name: "cargo-mutants",
    version: CARGO_MUTANTS,
    bin: "cargo-mutants",
    locked: true,
    features: "",
    why: "changes the code, to see whether tests notice",
};

const CARGO_DEB_TOOL: CargoTool = CargoTool {
    name: "cargo-deb",
    version: CARGO_DEB,
    bin: "cargo-deb",
    locked: true,
    features: "",
    why: "makes a Debian package",
};

impl CargoTool {
    fn dir(self) -> Result<PathBuf> {
        Ok(paths::tools()?.join(format!("{}-{}", self.name, self.version)))
    }

    fn path(self) -> Result<PathBuf> {
        Ok(self.dir()?.join("bin").join(self.bin))
    }
}

/// A Debian package, and a file that shows it is there, whoever put it there.
struct Package {
    name: &'static str,
    witness: &'static str,
}

const fn package(name: &'static str, witness: &'static str) -> Package {
    Package { name, witness }
}

const FONTS: [Package; 2] = [
    package("fonts-noto-cjk", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    package("fonts-noto-core", "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"),
];
const CHROMIUM: [Package; 2] =
    [package("chromium", "/usr/bin/chromium"), package("chromium-driver", "/usr/bin/chromedriver")];
const FIREFOX: [Package; 1] = [package("firefox-esr", "/usr/bin/firefox-esr")];
/// Their services are not started; the tests start the programs themselves, on loopback.
const CALLS: [Package; 6] = [
    package("kamailio", "/usr/sbin/kamailio"),
    package("kamailio-websocket-modules", "/usr/share/doc/kamailio-websocket-modules/copyright"),
    package("rtpengine-daemon", "/usr/bin/rtpengine"),
    package("baresip-core", "/usr/bin/baresip"),
    package("sip-tester", "/usr/bin/sipp"),
    // For calls whose network changes.
    package("iproute2", "/usr/sbin/ip"),
];
/// The store of several proxies; tests start their own.
const STORE: Package = package("redis-server", "/usr/bin/redis-server");
/// What stands in front of several proxies, and what `docs/operations.md` needs beside it.
const FRONT: [Package; 3] = [
    package("nginx-light", "/usr/sbin/nginx"),
    package("openssl", "/usr/bin/openssl"),
    package("curl", "/usr/bin/curl"),
];
/// With the interpreter and what makes virtual environments.
const PYTHON: Package = package("python3-venv", "/usr/bin/python3");
const CPP: Package = package("g++", "/usr/bin/c++");
const WEBKIT: [Package; 3] = [
    package("webkit2gtk-driver", "/usr/bin/WebKitWebDriver"),
    package("xvfb", "/usr/bin/Xvfb"),
    package("xauth", "/usr/bin/xauth"),
];

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

/// The search path with our tools first.
pub(crate) fn path() -> Result<OsString> {
    let mut dirs = Vec::new();
    for tool in [WASM_BINDGEN_TOOL, WASM_PACK_TOOL, GECKODRIVER_TOOL] {
        dirs.push(tool.dir()?.join("bin"));
    }
    if let Some(path) = std::env::var_os("PATH") {
        dirs.extend(std::env::split_paths(&path));
    }
    std::env::join_paths(dirs).context("a folder of PATH has a colon in its name")
}

/// Where `wasm-pack` is.
pub(crate) fn wasm_pack() -> Result<PathBuf> {
    WASM_PACK_TOOL.path()
}

/// Where `wasm-bindgen` is.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    WASM_BINDGEN_TOOL.path()
}

/// Where `wasm-split-cli` is.
pub(crate) fn wasm_split() -> Result<PathBuf> {
    WASM_SPLIT_TOOL.path()
}

/// Where `cargo-fuzz` is.
pub(crate) fn cargo_fuzz() -> Result<PathBuf> {
    CARGO_FUZZ_TOOL.path()
}

/// Where `cargo-mutants` is.
pub(crate) fn cargo_mutants() -> Result<PathBuf> {
    CARGO_MUTANTS_TOOL.path()
}

/// Where `cargo-deb` is.
pub(crate) fn cargo_deb() -> Result<PathBuf> {
    CARGO_DEB_TOOL.path()
}

/// Where `schemathesis` is: a virtual environment of Python of its own.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    Ok(schemathesis_dir()?.join("bin/schemathesis"))
}

fn schemathesis_dir() -> Result<PathBuf> {
    Ok(paths::tools()?.join(format!("schemathesis-{SCHEMATHESIS}")))
}

/// Where `geckodriver` is.
pub(crate) fn geckodriver() -> Result<PathBuf> {
    GECKODRIVER_TOOL.path()
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
        let dir = schemathesis_dir()?;
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
            why: "the widget's standard library is built for size; it does without, and is 9 kB larger then",
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
            "Ubuntu has its browsers as snaps, which tests cannot drive: put a Chromium at /usr/bin/chromium and its \
             driver at /usr/bin/chromedriver (Firefox: /usr/bin/firefox-esr), use Debian 12, or run with --quick"
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

/// Tells whether node_modules is that of the committed lock file.
fn npm_stamp() -> Result<hash::Stamp> {
    let inputs = hash::inputs("npm", &["package.json", "package-lock.json"])?;
    Ok(hash::Stamp::new(&paths::root().join("node_modules"), inputs))
}

impl Install {
    fn run(&self) -> Result<()> {
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
                let dir = schemathesis_dir()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tool_and_the_crate_of_wasm_bindgen_have_one_version() {
        let manifest = fs::read_to_string(paths::root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("wasm-bindgen = \"={WASM_BINDGEN}\"")));
    }

    #[test]
    fn schemathesis_has_one_version() {
        let pinned = fs::read_to_string(paths::root().join("xtask/schemathesis/requirements.txt")).unwrap();
        assert!(pinned.contains(&format!("\nschemathesis=={SCHEMATHESIS} ")));
    }

    #[test]
    fn ubuntu_is_told_from_debian() {
        assert!(is_ubuntu("NAME=\"Ubuntu\"\nID=ubuntu\nID_LIKE=debian\n"));
        assert!(!is_ubuntu("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
    }
}
