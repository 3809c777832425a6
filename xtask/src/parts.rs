//! The widget with its rarely used views in files of their own, which the page loads when they are opened.
//!
//! wasm-pack knows no such step, so the compiler, `wasm-split-cli` and `wasm-bindgen` run one after the other here, with
//! the feature `split` and with what the linker knows of references between functions.

use std::path::PathBuf;

use anyhow::Result;

use crate::bundle;
use crate::install;
use crate::paths;
use crate::proc;
use crate::shorten;

const NAME: &str = "frontdesk";

/// Builds into a folder of the target folder and answers it: `frontdesk.js`, `frontdesk_bg.wasm` and a `split_*.wasm` for
/// each part; `chunk_*.wasm` holds what only parts share.
pub(crate) fn make() -> Result<PathBuf> {
    let out = paths::target().join("xtask/parts");
    bundle::remove(&out)?;
    let target = paths::target().join("parts");
    let mut compile = proc::cargo(
        "rustc --package frontdesk --lib --crate-type cdylib --target wasm32-unknown-unknown --profile widget \
         --features split",
    );
    // A folder of its own: in that of `pkg/`, which is built otherwise, each would undo the other.
    compile.env("CARGO_TARGET_DIR", &target);
    if install::has_library_sources()? {
        // The standard library as well, without what only speaks of panics (decision 22).
        compile.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
        compile.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort");
    }
    proc::run(compile.args(["--", "-Clink-args=--emit-relocs", "-Csymbol-mangling-version=v0"]))?;
    let whole = target.join("wasm32-unknown-unknown/widget").join(NAME).with_extension("wasm");
    let main = out.join(NAME).with_extension("wasm");
    proc::run(proc::command(install::wasm_split()?).arg(whole).arg(&out).args([
        "--target",
        "web",
        "--out-name",
        NAME,
    ]))?;
    proc::run(
        proc::command(install::wasm_bindgen()?)
            .arg(&main)
            .args([
                "--keep-lld-exports",
                "--target",
                "web",
                "--no-typescript",
                "--out-name",
                NAME,
                "--out-dir",
            ])
            .arg(&out),
    )?;
    // Its successor is `frontdesk_bg.wasm`.
    std::fs::remove_file(main)?;
    shorten::imports(&out.join("frontdesk_bg.wasm"), &out.join("frontdesk.js"), "./frontdesk_bg.js")?;
    Ok(out)
}
