//! The core knows no browser, no clock, no chance and no runtime: nothing it is built from could bring them.

use std::process::Command;

#[test]
fn the_core_depends_on_no_browser_clock_chance_or_runtime() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "-p", "frontdesk-core", "-e", "normal", "--target", "all"])
        .args(["--prefix", "none", "--format", "{lib}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("names of crates");
    assert!(tree.lines().any(|name| name == "frontdesk_contract"), "the tree is that of the core: {tree}");
    let impure = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "gloo_net",
        "leptos",
        "tokio",
        "async_std",
        "smol",
        "futures",
        "rand",
        "rand_core",
        "getrandom",
        "fastrand",
        "uuid",
        "time",
        "chrono",
        "jiff",
        "web_time",
        "instant",
        "reqwest",
        "hyper",
        "libc",
        "mio",
    ];
    let found: Vec<_> = tree.lines().filter(|name| impure.contains(name)).collect();
    assert!(found.is_empty(), "impure: {found:?}");
}
