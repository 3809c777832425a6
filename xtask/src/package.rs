//! `package`: the npm package `@frontdesk/widget`, as it is published, and the websites that test it.
//!
//! ```text
//! target/packages/widget/             what is published
//! target/packages/*.tgz               the same, packed by npm
//! target/packages/site/               tests/packages with the package installed
//! target/packages/site/public/        pages that `tests/e2e/tests/packages.rs` visits
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::bundle::{self, esbuild, option};
use crate::hash::{self, Stamp};
use crate::install::{self, Need};
use crate::paths;
use crate::proc;

const INPUTS: [&str; 8] = [
    "www/loader",
    "www/languages.js",
    "www/locales",
    "www/package",
    "tests/packages",
    "xtask/src/package.rs",
    "xtask/js/locales.mjs",
    "package-lock.json",
];
/// The parts of the package that can be imported.
const PARTS: [&str; 4] = ["index.js", "element.js", "react.js", "vue.js"];
/// The scripts of the websites.
const SCRIPTS: [&str; 6] = ["plain.js", "element.js", "react.jsx", "hydrate.jsx", "vue.js", "turbo.js"];

/// Installs what is needed, then builds.
///
/// # Errors
///
/// What cannot be built, or is not as it is promised.
pub(crate) fn run() -> Result<()> {
    install::run(&Need::build())?;
    build()
}

/// Builds what is out of date.
///
/// # Errors
///
/// What cannot be built, or is not as it is promised.
pub(crate) fn build() -> Result<()> {
    // The version stands in the package and in its name.
    let kind = concat!("package ", env!("CARGO_PKG_VERSION"));
    let stamp = Stamp::new(&folder(), hash::inputs(kind, &INPUTS)?);
    if stamp.is_fresh() {
        println!("the npm package is up to date");
        return Ok(());
    }
    bundle::remove(&folder())?;
    let packed = package(&folder().join("widget"))?;
    site(&packed, &folder().join("site"))?;
    stamp.write()?;
    println!("{} is what `npm publish` takes", packed.display());
    Ok(())
}

/// Beside the sources, as Node looks for packages in the folders above.
fn folder() -> PathBuf {
    paths::root().join("target/packages")
}

/// Builds the package into a folder, and packs it.
fn package(out: &Path) -> Result<PathBuf> {
    let sources = paths::root().join("www/package");
    let words = bundle::loader_words()?;
    let mut command = esbuild(true);
    command.args(PARTS.map(|part| sources.join(part)));
    command.args([
        "--bundle",
        "--splitting",
        "--format=esm",
        "--target=es2022",
        "--chunk-names=[name]-[hash]",
    ]);
    command.args(["--external:react", "--external:vue"]);
    command.arg(option("--alias:frontdesk-words=", &words)).arg(option("--outdir=", out));
    proc::run(&mut command)?;
    for file in hash::files(&sources)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".d.ts") || name == "README.md" {
            copy(&file, &out.join(&name))?;
        }
    }
    let manifest = read(&sources.join("package.json"))?;
    let version = concat!("\"version\": \"", env!("CARGO_PKG_VERSION"), "\"");
    write(&out.join("package.json"), &manifest.replacen("\"version\": \"0.0.0\"", version, 1))?;
    let parent = out.parent().unwrap_or(out);
    proc::run(
        proc::command("npm").args(["pack", "--silent", "--pack-destination"]).arg(parent).current_dir(out),
    )?;
    let packed =
        hash::files(parent)?.into_iter().find(|file| file.extension().is_some_and(|end| end == "tgz"));
    packed.context("npm has packed nothing")
}

/// Installs the package beside the websites, checks its types and what it exports, and builds their pages.
fn site(packed: &Path, site: &Path) -> Result<()> {
    let sources = paths::root().join("tests/packages");
    for file in hash::files(&sources)? {
        copy(&file, &site.join(file.file_name().unwrap_or_default()))?;
    }
    let installed = site.join("node_modules/@frontdesk/widget");
    fs::create_dir_all(&installed).with_context(|| format!("cannot create {}", installed.display()))?;
    proc::run(
        proc::command("tar").arg("-xzf").arg(packed).arg("--strip-components=1").arg("-C").arg(&installed),
    )?;
    proc::run(
        proc::command(paths::node_bin("tsc"))
            .args([
                "--noEmit",
                "--strict",
                "--target",
                "es2022",
                "--module",
                "nodenext",
                "--jsx",
                "react-jsx",
            ])
            .args(["--types", "", "types.tsx"])
            .current_dir(site),
    )?;
    proc::run(
        proc::command("node").args(["--test", "--test-reporter=dot", "surface.test.mjs"]).current_dir(site),
    )?;

    let public = site.join("public");
    let mut scripts = esbuild(false);
    scripts.args(SCRIPTS.map(|script| site.join(script)));
    scripts.args(["--bundle", "--splitting", "--format=esm", "--target=es2022", "--jsx=automatic"]);
    scripts.args(["--define:__VUE_OPTIONS_API__=true", "--define:__VUE_PROD_DEVTOOLS__=false"]);
    scripts.args(["--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false"]);
    // React's checks of StrictMode are in what developers have.
    scripts.arg("--define:process.env.NODE_ENV=\"development\"").arg(option("--outdir=", &public));
    proc::run(&mut scripts)?;
    let server = site.join("render.mjs");
    let mut render = esbuild(true);
    render.arg(site.join("render.jsx")).args([
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--jsx=automatic",
    ]);
    render.args([
        "--external:react",
        "--external:react-dom",
        "--external:vue",
        "--external:@frontdesk/widget",
    ]);
    proc::run(render.arg(option("--outfile=", &server)))?;
    let rendered = proc::output(proc::command("node").arg("render.mjs").current_dir(site))?;
    for page in hash::files(&sources)?.iter().filter(|file| file.extension().is_some_and(|end| end == "html"))
    {
        let text = read(page)?.replace("<!-- rendered -->", rendered.trim());
        if text.contains("<!--") {
            bail!("{} has a place that nothing fills", page.display());
        }
        write(&public.join(page.file_name().unwrap_or_default()), &text)?;
    }
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let parent = to.parent().unwrap_or(to);
    fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display())).map(drop)
}
