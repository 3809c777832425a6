//! `build`: the widget by wasm-pack into `pkg/`, and everything that the proxy serves into `dist/`.
//!
//! ```text
//! dist/frontdesk.js            the loader, and what it loads with the first use:
//! dist/frontdesk-1.js
//! dist/frontdesk-<version>.js  both in one, for tags with `integrity`
//! dist/frontdesk-inside-1.js   starts the panel in a page whose policy refuses the frame
//! dist/frame.html              the page of the frame
//! dist/inline.html             a page with the widget in it
//! dist/assets/<hash>/…         immutable: frame.js, frontdesk_bg.wasm, split_*.wasm, frame.css, locales/…, softphone.js,
//!                              ticker.js
//! ```
//!
//! `dist/` has the widget with its parts split off ([`crate::parts`]); with `--dev` it has the one of `pkg/`.
//!
//! Beside each file lie its `.br` and `.gz`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::assets;
use crate::hash::{self, Stamp};
use crate::install::{self, Need};
use crate::parts;
use crate::paths;
use crate::proc;
use crate::prove::rig;

/// What the compiled widget depends on.
const WIDGET_INPUTS: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    ".cargo/config.toml",
    "src",
    "crates/core",
    "crates/contract",
    "crates/redact",
    "crates/wasm-streams",
];
/// What else `dist/` depends on.
const BUNDLE_INPUTS: [&str; 17] = [
    "index.html",
    "www/alone.js",
    "www/apologies.js",
    "www/frame.html",
    "www/frame.js",
    "www/frame.css",
    "www/inside.js",
    "www/languages.js",
    "www/loader",
    "www/overrides.js",
    "www/sound.js",
    "www/vault.js",
    "www/window.js",
    "www/first-texts.json",
    "www/locales",
    "www/call",
    "package-lock.json",
];
/// What rustc emits for this target, and wasm-opt must therefore accept.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Installs what is needed, then builds.
pub(crate) fn run(dev: bool) -> Result<()> {
    install::run(&Need::build())?;
    build(dev)
}

/// Builds what is out of date.
pub(crate) fn build(dev: bool) -> Result<()> {
    let kind = if dev { "dev" } else { "release" };
    let started = Instant::now();
    let widget = hash::inputs(kind, &WIDGET_INPUTS)?;
    build_widget(dev, &Stamp::new(&paths::pkg(), widget.clone()))?;
    let tooling = hash::inputs(
        "tooling",
        &[
            "xtask/src/bundle.rs",
            "xtask/src/parts.rs",
            "xtask/src/shorten.rs",
            "xtask/src/assets.rs",
            "xtask/js",
        ],
    )?;
    let inputs = hash::inputs(&format!("{kind} {widget} {tooling}"), &BUNDLE_INPUTS)?;
    if Stamp::new(&paths::dist(), inputs.clone()).is_fresh() {
        println!("dist/ is up to date");
    } else {
        bundle(dev, inputs)?;
        println!("dist/ built in {} s", started.elapsed().as_secs());
    }
    let pinned = pinned_loader();
    let sum =
        proc::output(proc::command("node").arg("xtask/js/integrity.mjs").arg(paths::dist().join(&pinned)))?;
    println!("{pinned}: integrity=\"{}\"", sum.trim());
    Ok(())
}

/// The loader of this version.
fn pinned_loader() -> String {
    format!("frontdesk-{}.js", env!("CARGO_PKG_VERSION"))
}

fn build_widget(dev: bool, stamp: &Stamp) -> Result<()> {
    if stamp.is_fresh() {
        println!("pkg/ is up to date");
        return Ok(());
    }
    let profile: &[&str] = if dev { &["--dev"] } else { &["--profile", "widget"] };
    wasm_pack(&paths::pkg(), profile, &[])?;
    stamp.write()
}

/// Compiles the widget into a folder.
fn wasm_pack(out: &Path, profile: &[&str], features: &[&str]) -> Result<()> {
    proc::run(
        proc::command(install::wasm_pack()?)
            .args([
                "build",
                "--target",
                "web",
                "--mode",
                "no-install",
                "--out-name",
                "frontdesk",
                "--out-dir",
            ])
            .arg(out)
            .args(profile)
            // The workspace's default members include programs that are not for this target.
            .args(["--", "--package", "frontdesk"])
            .args(features)
            .env("PATH", install::path()?),
    )
}

/// Builds the widget as it is released, with the exports for measuring, and the page that measures, into a folder.
pub(crate) fn build_bench(site: &Path) -> Result<()> {
    let widget = hash::inputs("bench", &WIDGET_INPUTS)?;
    let tooling = hash::inputs("tooling", &["xtask/src/bundle.rs", "package-lock.json"])?;
    let widget = format!("{widget} {tooling}");
    let site_stamp = Stamp::new(site, hash::inputs(&widget, &["www"])?);
    if site_stamp.is_fresh() {
        return Ok(());
    }
    let pkg = paths::target().join("bench/pkg");
    let stamp = Stamp::new(&pkg, widget);
    if !stamp.is_fresh() {
        wasm_pack(&pkg, &["--profile", "widget"], &["--features", "bench"])?;
        optimise(false, &pkg.join("frontdesk_bg.wasm"), &pkg.join("optimised.wasm"))?;
        stamp.write()?;
    }
    remove(site)?;
    fs::create_dir_all(site).with_context(|| format!("cannot create {}", site.display()))?;
    let www = paths::root().join("www");
    for (from, name) in [
        (pkg.join("optimised.wasm"), "frontdesk_bg.wasm"),
        (www.join("bench.html"), "index.html"),
        (www.join("locales/en.json"), "texts.json"),
    ] {
        fs::copy(&from, site.join(name)).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    proc::run(
        esbuild(false)
            .arg(www.join("bench.js"))
            .args(["--bundle", "--format=esm", "--target=esnext"])
            .arg(option("--alias:frontdesk-under-test=", &pkg.join("frontdesk.js")))
            .arg(option("--outfile=", &site.join("bench.js"))),
    )?;
    let css = option("--outfile=", &site.join("bench.css"));
    proc::run(esbuild(false).arg(www.join("frame.css")).arg("--bundle").arg(css))?;
    site_stamp.write()
}

/// Builds the gallery where `demo` and the journeys look for it, and answers where that is.
pub(crate) fn gallery() -> Result<PathBuf> {
    let site = paths::target().join("demo-gallery");
    build_gallery(&site)?;
    Ok(site)
}

/// Builds the gallery and takes pictures of it, for these languages or for four that differ most.
pub(crate) fn sheets(languages: &[String]) -> Result<()> {
    rig::prepare(&Need::test(&[install::Browser::Chromium]))?;
    let mut command = rig::program("frontdesk-contact-sheets");
    command.arg(paths::target().join("sheets")).env("FRONTDESK_GALLERY", gallery()?);
    let own = ["zh-CN", "en", "ar", "de"].map(String::from);
    proc::run(command.args(if languages.is_empty() { &own } else { languages }))
}

/// Builds the page that shows every view in every state, with the exports for it, into a folder.
fn build_gallery(site: &Path) -> Result<()> {
    let widget = hash::inputs("gallery", &WIDGET_INPUTS)?;
    let tooling = hash::inputs("tooling", &["xtask/src/bundle.rs", "package-lock.json"])?;
    let stamp = Stamp::new(site, hash::inputs(&format!("{widget} {tooling}"), &["www"])?);
    if stamp.is_fresh() {
        return Ok(());
    }
    let pkg = paths::target().join("xtask/gallery-pkg");
    wasm_pack(&pkg, &["--dev"], &["--features", "gallery"])?;
    remove(site)?;
    let www = paths::root().join("www");
    let page = www.join("demo/gallery");
    let mut files = vec![
        (pkg.join("frontdesk_bg.wasm"), "frontdesk_bg.wasm".into()),
        (page.join("index.html"), "index.html".into()),
        (page.join("page.css"), "page.css".into()),
    ];
    for (folder, name) in [(www.join("locales"), "locales"), (www.join("demo/shop/art"), "art")] {
        for file in hash::files(&folder)? {
            let own = Path::new(name).join(file.file_name().unwrap_or_default());
            files.push((file, own));
        }
    }
    for (from, name) in files {
        let to = site.join(name);
        fs::create_dir_all(to.parent().unwrap_or(site))
            .with_context(|| format!("cannot create a folder for {}", to.display()))?;
        fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    proc::run(
        esbuild(true)
            .arg(page.join("gallery.js"))
            .args(["--bundle", "--format=esm", "--target=es2022"])
            .arg(option("--alias:frontdesk-widget=", &pkg.join("frontdesk.js")))
            .arg(option("--outfile=", &site.join("gallery.js"))),
    )?;
    let css = option("--outfile=", &site.join("frame.css"));
    proc::run(esbuild(true).arg(www.join("frame.css")).arg("--bundle").arg(css))?;
    stamp.write()
}

/// What starts the panel where the page's policy refuses the frame. The number is that of what loader and panel say to each other.
const INSIDE: &str = "frontdesk-inside-1.js";

fn bundle(dev: bool, inputs: String) -> Result<()> {
    let root = paths::root();
    let www = root.join("www");
    let new = paths::target().join("xtask/dist");
    remove(&new)?;
    let staged = new.join("assets/staged");
    fs::create_dir_all(&staged).with_context(|| format!("cannot create {}", staged.display()))?;

    let widget = if dev { paths::pkg() } else { parts::make()? };
    for wasm in hash::files(&widget)?.iter().filter(|file| file.extension() == Some(OsStr::new("wasm"))) {
        optimise(dev, wasm, &staged.join(wasm.file_name().unwrap_or_default()))?;
    }
    proc::run(
        esbuild(dev)
            .arg(www.join("frame.js"))
            .arg(option("--alias:frontdesk-widget=", &widget.join("frontdesk.js")))
            // Parts imported on demand become files of their own.
            .args([
                "--bundle",
                "--format=esm",
                "--splitting",
                // What cannot be loaded is shown, not logged.
                "--drop:console",
                "--chunk-names=[name]-[hash]",
                "--target=es2022",
            ])
            .arg(option("--outdir=", &staged)),
    )?;
    proc::run(
        esbuild(dev)
            .arg(www.join("frame.css"))
            .arg("--bundle")
            .arg(option("--outfile=", &staged.join("frame.css"))),
    )?;
    proc::run(proc::command("node").args(["xtask/js/locales.mjs", "minify"]).arg(staged.join("locales")))?;
    let mut softphone = proc::command("node");
    softphone.arg("xtask/js/softphone.mjs").arg(&staged);
    proc::run(if dev { softphone.arg("--dev") } else { &mut softphone })?;
    proc::run(
        esbuild(dev)
            .arg(www.join("call/ticker.js"))
            .args(["--format=esm", "--target=es2022"])
            .arg(option("--outfile=", &staged.join("ticker.js"))),
    )?;
    loaders(dev, &www.join("loader"), &new)?;
    proc::run(
        esbuild(dev)
            .arg(www.join("inside.js"))
            .args(["--format=esm", "--target=es2022"])
            .arg(option("--outfile=", &new.join(INSIDE))),
    )?;

    let folder = assets::folder_name(&staged)?;
    for (source, name, shrink) in [
        (www.join("frame.html"), "frame.html", assets::shrink_page as fn(&str) -> String),
        (root.join("index.html"), "inline.html", assets::shrink_page),
        (new.join(INSIDE), INSIDE, str::to_owned),
    ] {
        let page =
            fs::read_to_string(&source).with_context(|| format!("cannot read {}", source.display()))?;
        let page = assets::point(&shrink(&page), &folder, |file| staged.join(file).is_file())
            .with_context(|| source.display().to_string())?;
        fs::write(new.join(name), page).with_context(|| format!("cannot write {name}"))?;
    }
    rename(&staged, &new.join("assets").join(folder))?;
    let files = hash::files(&new)?;
    proc::run(proc::command("node").arg("xtask/js/compress.mjs").args(&files))?;
    Stamp::new(&new, inputs).write()?;
    // The proxy may be reading dist/: it changes in one step.
    remove(&paths::dist())?;
    rename(&new, &paths::dist())
}

/// What runs in the pages of others.
fn loaders(dev: bool, sources: &Path, out: &Path) -> Result<()> {
    let words = loader_words()?;
    let pinned = pinned_loader();
    for (source, name, format) in [
        ("evergreen.js", "frontdesk.js", "--format=iife"),
        ("instance.js", "frontdesk-1.js", "--format=esm"),
        ("pinned.js", &pinned, "--format=iife"),
    ] {
        proc::run(
            esbuild(dev)
                .arg(sources.join(source))
                .args(["--bundle", "--target=es2020", format])
                .arg(option("--alias:frontdesk-words=", &words))
                .arg(option("--outfile=", &out.join(name))),
        )?;
    }
    Ok(())
}

/// The few sentences that the loader says itself, as a module.
pub(crate) fn loader_words() -> Result<PathBuf> {
    let words = paths::target().join("xtask/loader/words.js");
    proc::run(proc::command("node").args(["xtask/js/locales.mjs", "loader"]).arg(&words))?;
    Ok(words)
}

/// `-Os`, as it beats `-Oz` after brotli; and with less inlining of functions that are called once, which repeats itself
/// less: 5 kB of brotli.
fn optimise(dev: bool, from: &Path, to: &Path) -> Result<()> {
    if dev {
        fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
        return Ok(());
    }
    println!("wasm-opt of {}", from.file_name().unwrap_or_default().to_string_lossy());
    proc::run(
        proc::command(paths::node_bin("wasm-opt"))
            .arg(from)
            .args(["-Os", "-ocimfs", "20", "--strip-debug", "--strip-producers", "--strip-target-features"])
            .args(WASM_FEATURES)
            .arg("-o")
            .arg(to),
    )
}

pub(crate) fn esbuild(dev: bool) -> Command {
    let mut command = proc::command(paths::node_bin("esbuild"));
    // wasm-bindgen names the module of the parts once for each part; they are one.
    command.args([
        "--log-override:duplicate-object-key=silent",
        "--log-level=warning",
        "--charset=utf8",
        "--legal-comments=none",
    ]);
    if !dev {
        command.arg("--minify");
    }
    command
}

pub(crate) fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push::<&OsStr>(path.as_ref());
    option
}

pub(crate) fn remove(dir: &Path) -> Result<()> {
    if dir.exists() {
        fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    Ok(())
}

/// Moves a folder; copies when the target folder is on another file system.
fn rename(from: &Path, to: &Path) -> Result<()> {
    if fs::rename(from, to).is_ok() {
        return Ok(());
    }
    for file in hash::files(from)? {
        let place = to.join(file.strip_prefix(from).unwrap_or(&file));
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
        }
        fs::copy(&file, &place).with_context(|| format!("cannot write {}", place.display()))?;
    }
    remove(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is in `www` and not in `dist/`.
    const ELSEWHERE: [&str; 4] = ["www/bench.html", "www/bench.js", "www/demo", "www/package"];

    #[test]
    fn whatever_is_served_is_an_input() {
        for entry in fs::read_dir(paths::root().join("www")).unwrap() {
            let name = format!("www/{}", entry.unwrap().file_name().to_string_lossy());
            let known = BUNDLE_INPUTS.iter().chain(&ELSEWHERE).any(|own| *own == name);
            assert!(known, "{name} is no input of dist/, which would not be built anew when it changes");
        }
    }

    #[test]
    fn inputs_are_there() {
        for input in WIDGET_INPUTS.iter().chain(&BUNDLE_INPUTS) {
            assert!(paths::root().join(input).exists(), "{input}");
        }
    }
}
