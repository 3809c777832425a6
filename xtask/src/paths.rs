//! Where things lie.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Output of wasm-pack.
pub(crate) fn pkg() -> PathBuf {
    root().join("pkg")
}

/// What the proxy serves.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// A program from npm.
pub(crate) fn node_bin(name: &str) -> PathBuf {
    root().join("node_modules/.bin").join(name)
}

/// The folder of the tools that cargo installs for us, outside the repository so that checkouts share them.
pub(crate) fn tools() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("FRONTDESK_TOOLS") {
        return Ok(root().join(dir));
    }
    let cache = match env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(env::var_os("HOME").context("neither HOME nor XDG_CACHE_HOME is set")?)
            .join(".cache"),
    };
    Ok(cache.join("frontdesk/tools"))
}
