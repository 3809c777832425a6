//! Every duty of Frontdesk as a command: `cargo xtask help` lists them.

mod api;
mod args;
mod assets;
mod bench;
mod bundle;
mod check;
mod deb;
mod demo;
mod fuzz;
mod hash;
mod install;
mod lan;
mod package;
mod parts;
mod paths;
mod proc;
mod prove;
mod second_look;
mod shop;
mod shorten;
mod simulation;
mod size;
mod test;
mod visitor;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  demo [--ports PROXY,SHOP,CENTRE,GATEWAY] [--lan[=ADDRESS]] [--keep] [--no-open] [--verbose]
                        builds all, starts sandbox, proxy and a shop page, prints the addresses
                        --ports    default 8080,8081,8090,8095; the last may be left out
                        --lan      serves all by TLS in the local network, for telephones
                        --keep     keeps the conversations of the last demo
                        --no-open  does not open the shop in a browser
                        --verbose  shows what proxy and sandbox log
  test [--quick] [--browsers LIST]
                        check, native tests, browser tests, build and size budget
                        --quick    leaves out everything that needs a browser
                        --browsers of chromium,firefox,webkit or all; default chromium
  check                 format, lints (native and wasm), documentation, JavaScript, locale files
  build [--dev]         widget and loader, ready to be served, in dist/
  gallery               every view in every state, in target/demo-gallery, for `test` and `demo`
  sheets [LANGUAGE…]    every screen in every state as contact sheets in target/sheets/, for people to look at; default zh-CN,
                        en, ar and de
  package               the npm package in target/packages/, its types checked, and the websites that test it
  deb                   a package for Debian and Ubuntu with proxy, widget and unit, in target/debian/
  size                  what a visitor loads, in bytes, against the budget
  bench [--browser-only | --native-only] [ARGS]
                        what a message costs in a conversation of 100, 1,000 and 10,000: in Chromium beside
                        hand-written lists, and natively; then the proxy under many visitors
                        ARGS go to the native half; `bench --native-only --help` lists them
  bench calls [--runs N] [--seconds S]
                        click to ringing and CPU of a call, beside a page of plain JsSIP, by kamailio and rtpengine;
                        writes the figures into docs/calls.md
  bench delivery [--rounds N]
                        how soon everything is delivered after networks have failed, requests per message, and how soon a
                        page that slept is up to date; writes the figures into docs/delivery.md
  bench host [--rounds N]
                        what the tag costs a page before a click, beside the page without it, on a processor slowed down four
                        times; writes the figures into docs/performance.md
  bench proxy [EXERCISE…]
                        what the proxy carries, and does under bad load: relay, listeners, slow, forwarded, isolation; built as
                        it is shipped (profile server), half an hour; writes docs/scaling.md
  api                   requests made from the description of the visitor API against the real proxy, by schemathesis
  fuzz [--runs N] [TARGET…]
                        hostile input for the readers of the proxy, 100,000 runs of each target by default
  simulate [--seed N] [--percent P] [--message-id WORD] [--poll WORD] [--history WORD] [ARGS]
                        one run of the delivery promise in virtual time, always the same for the same words;
                        `simulate --help` lists all of them
  prove [--runs N] [TARGET…]
                        what is too long for `test`: 10,000,000 runs of each fuzz target; goes on where it was
                        stopped, writes docs/proof.md
  prove processes [PART…]
                        what arrives in real browsers while networks fail and programs are killed: chromium, firefox,
                        webkit, proxy-kills, store-kills, browser-kills, rolling; writes docs/delivery.md
  prove tabs [PART…]    a visitor with up to eight tabs, 1,000 random actions each: kept-1, kept-2, refused-1, refused-2;
                        how soon another tab goes on: closed, crashed, frozen; writes docs/delivery.md
  prove hosts [BROWSER…]
                        what becomes of every hostile page and every policy in every browser; writes docs/hosts.md
  prove accessibility [BROWSER…]
                        every screen and state, in all looks, under axe-core; writes docs/accessibility.md
  prove mutants [PART or FILE…]
                        changes the code of outbox, cursor, journal and session, or of this file of them, in many small
                        ways and lists what no test notices; goes on where it was stopped, writes docs/proof.md
  prove delivery [--seeds N] [--jobs N] [--minutes N]
                        the simulation, 250 seeds for each share of faults; goes on where it was stopped, writes
                        docs/delivery.md
  prove drain           proxies go down at full load, 50 times with a file and 50 times with Redis; writes docs/scaling.md
  replay [--conversations FILE] [--faults SEED:PERCENT] [--through sockets] [--store STORE] [--instances N] [ARGS]
                        plays recorded conversations through proxies, or made-up ones without a file; STORE is redb,
                        memory, valkey or an address; `replay --help` lists all options
  install [--browsers LIST]
                        only the tools that the other commands would install
  help                  this text

Tools go to $XDG_CACHE_HOME/frontdesk/tools (FRONTDESK_TOOLS overrides).
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let rest: Vec<String> = words.collect();
    match command.as_str() {
        "demo" => demo::run(&args::demo(rest)?),
        "test" => test::run(&args::test(rest)?),
        "check" => args::none("check", rest).and_then(|()| check::run()),
        "build" => bundle::run(args::build(rest)?),
        "gallery" => args::none("gallery", rest).and_then(|()| bundle::gallery().map(drop)),
        "sheets" => bundle::sheets(&rest),
        "deb" => args::none("deb", rest).and_then(|()| deb::run()),
        "package" => args::none("package", rest).and_then(|()| package::run()),
        "size" => args::none("size", rest).and_then(|()| size::run()),
        "install" => install::run(&install::Need::test(&args::install(rest)?)),
        "bench" if rest.first().is_some_and(|word| word == "calls") => {
            bench::calls::run(&args::calls(rest.into_iter().skip(1).collect())?)
        }
        "bench" if rest.first().is_some_and(|word| word == "delivery") => {
            bench::delivery::run(args::rounds(rest.into_iter().skip(1).collect())?)
        }
        "bench" if rest.first().is_some_and(|word| word == "host") => {
            bench::host::run(args::rounds(rest.into_iter().skip(1).collect())?)
        }
        "bench" if rest.first().is_some_and(|word| word == "proxy") => {
            bench::proxy::run(rest.get(1..).unwrap_or_default())
        }
        "bench" => bench::run(&args::bench(rest)?),
        "fuzz" => fuzz::run(&args::fuzz(fuzz::QUICK_RUNS, rest)?),
        "simulate" => simulation::run(&rest),
        "api" => api::run(),
        "prove" if rest.first().is_some_and(|word| word == "processes") => {
            prove::processes::run(rest.get(1..).unwrap_or_default())
        }
        "prove" if rest.first().is_some_and(|word| word == "hosts") => {
            prove::hosts::run(rest.get(1..).unwrap_or_default())
        }
        "prove" if rest.first().is_some_and(|word| word == "accessibility") => {
            prove::accessibility::run(rest.get(1..).unwrap_or_default())
        }
        "prove" if rest.first().is_some_and(|word| word == "tabs") => {
            prove::tabs::run(rest.get(1..).unwrap_or_default())
        }
        "prove" if rest.first().is_some_and(|word| word == "mutants") => {
            prove::mutants::run(rest.get(1..).unwrap_or_default())
        }
        "prove" if rest.first().is_some_and(|word| word == "drain") => {
            args::none("prove drain", rest.into_iter().skip(1).collect()).and_then(|()| prove::drain::run())
        }
        "prove" if rest.first().is_some_and(|word| word == "delivery") => {
            prove::delivery::run(rest.get(1..).unwrap_or_default())
        }
        "prove" => prove::hostile::run(&args::fuzz(prove::hostile::RUNS, rest)?),
        "replay" => visitor::replay(&rest),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("no command \"{other}\"; `cargo xtask help` lists them"),
    }
}
