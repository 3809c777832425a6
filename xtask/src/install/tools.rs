//! The tools that we bring along, their versions, and where they are.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::paths;

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
pub(super) const SCHEMATHESIS: &str = "4.32.5";

/// A program that cargo builds into a folder of its own, named by its version.
#[derive(Clone, Copy)]
pub(super) struct CargoTool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    bin: &'static str,
    /// Whether the lock file that its authors published still builds.
    pub(super) locked: bool,
    /// What it must be built with.
    pub(super) features: &'static str,
    pub(super) why: &'static str,
}

pub(super) const WASM_BINDGEN_TOOL: CargoTool = CargoTool {
    name: "wasm-bindgen-cli",
    version: WASM_BINDGEN,
    bin: "wasm-bindgen",
    locked: false,
    features: "",
    why: "makes the JavaScript half of the widget and runs its browser tests",
};
pub(super) const WASM_PACK_TOOL: CargoTool = CargoTool {
    name: "wasm-pack",
    version: WASM_PACK,
    bin: "wasm-pack",
    locked: true,
    features: "",
    why: "builds the widget",
};
pub(super) const WASM_SPLIT_TOOL: CargoTool = CargoTool {
    name: "wasm_split_cli_support",
    version: WASM_SPLIT,
    bin: "wasm-split-cli",
    locked: true,
    features: "build-binary",
    why: "puts the widget's rarely used views into files of their own",
};
pub(super) const GECKODRIVER_TOOL: CargoTool = CargoTool {
    name: "geckodriver",
    version: GECKODRIVER,
    bin: "geckodriver",
    locked: true,
    features: "",
    why: "drives Firefox",
};
pub(super) const CARGO_FUZZ_TOOL: CargoTool = CargoTool {
    name: "cargo-fuzz",
    version: CARGO_FUZZ,
    bin: "cargo-fuzz",
    locked: true,
    features: "",
    why: "tries hostile input",
};
pub(super) const CARGO_MUTANTS_TOOL: CargoTool = CargoTool {
    name: "cargo-mutants",
    version: CARGO_MUTANTS,
    bin: "cargo-mutants",
    locked: true,
    features: "",
    why: "changes the code, to see whether tests notice",
};

pub(super) const CARGO_DEB_TOOL: CargoTool = CargoTool {
    name: "cargo-deb",
    version: CARGO_DEB,
    bin: "cargo-deb",
    locked: true,
    features: "",
    why: "makes a Debian package",
};

impl CargoTool {
    pub(super) fn dir(self) -> Result<PathBuf> {
        Ok(paths::tools()?.join(format!("{}-{}", self.name, self.version)))
    }

    pub(super) fn path(self) -> Result<PathBuf> {
        Ok(self.dir()?.join("bin").join(self.bin))
    }
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

pub(super) fn schemathesis_dir() -> Result<PathBuf> {
    Ok(paths::tools()?.join(format!("schemathesis-{SCHEMATHESIS}")))
}

/// Where `geckodriver` is.
pub(crate) fn geckodriver() -> Result<PathBuf> {
    GECKODRIVER_TOOL.path()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

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
}
